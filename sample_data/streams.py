"""Common random numbers: every draw has a name, so that worlds that differ in one thing share it.

A draw is shaped by what exists in every world (customers, months, slots), never by what
happened (who is still a customer, which invoices are late). Two runs with the same seed and
different switches then differ only in what the switch changes, and the difference between
them is the effect of the switch on each customer, not luck.
"""

import zlib
from dataclasses import dataclass

import numpy as np

__all__ = ["Streams"]


@dataclass(frozen=True)
class Streams:
    """Named random generators of one world.

    Parameters
    ----------
    seed : int
        The same seed gives the same numbers under the same names.

    Examples
    --------
    >>> streams = Streams(seed=7)
    >>> float(streams("churn", 3).random()) == float(streams("churn", 3).random())
    True
    >>> float(streams("churn", 3).random()) == float(streams("churn", 4).random())
    False
    """

    seed: int

    def __call__(self, name: str, period: int = 0) -> np.random.Generator:
        """Return a fresh generator for draw `name` in month `period` (may be negative)."""
        # Months before the books are negative, which a seed sequence does not take.
        return np.random.default_rng([self.seed, zlib.crc32(name.encode()), period + 1_000])

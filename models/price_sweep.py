"""What thousands of tariffs would bill for the same usage, from one sort of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["SortedUsage", "sort_usage"]


@dataclass(frozen=True, eq=False)
class SortedUsage:
    """Usage in ascending order with its running sum: the units between any two thresholds at once.

    Attributes
    ----------
    quantity : ndarray of shape (n,)
        Units of each row, ascending.
    below : ndarray of shape (n + 1,)
        Sum of the first so many.
    """

    quantity: np.ndarray
    below: np.ndarray

    def capped(self, at: np.ndarray) -> np.ndarray:
        """Units up to each threshold, over all rows: the sum of min(units, threshold)."""
        under = np.searchsorted(self.quantity, at, side="right")
        return self.below[under] + at * (len(self.quantity) - under)

    def above(self, at: np.ndarray) -> np.ndarray:
        """Rows with more units than each threshold."""
        return len(self.quantity) - np.searchsorted(self.quantity, at, side="right")

    def graduated(
        self, ends: Sequence[float], prices: Sequence[float], fees: Sequence[float] | None = None
    ) -> float:
        """What a graduated tariff bills over all rows, before each is rounded.

        Parameters
        ----------
        ends : sequence of float
            Ends of all tiers but the last, ascending.
        prices, fees : sequence of float
            Of a unit in each tier, and of entering it; one more than `ends`.

        Examples
        --------
        >>> usage = sort_usage(np.array([500.0, 1_500.0]))
        >>> round(usage.graduated([1_000], [0.10, 0.05]), 6)
        175.0
        """
        ends = np.asarray(ends, dtype=float)
        prices = np.asarray(prices, dtype=float)
        # Each unit at the last price, and what those up to each end cost more than that.
        amount = prices[-1] * self.below[-1] + (prices[:-1] - prices[1:]) @ self.capped(ends)
        if fees is not None:
            amount += np.asarray(fees) @ self.above(np.concatenate([[0.0], ends]))
        return float(amount)

    def volume(
        self, ends: Sequence[float], prices: Sequence[float], fees: Sequence[float] | None = None
    ) -> float:
        """What a volume tariff bills over all rows, before each is rounded.

        >>> usage = sort_usage(np.array([500.0, 1_500.0]))
        >>> round(usage.volume([1_000], [0.10, 0.05]), 6)
        125.0
        """
        ends = np.asarray(ends, dtype=float)
        at = np.searchsorted(self.quantity, ends, side="right")
        edges = np.concatenate([[0], at, [len(self.quantity)]])
        amount = np.asarray(prices, dtype=float) @ np.diff(self.below[edges])
        if fees is not None:
            edges[0] = np.searchsorted(self.quantity, 0.0, side="right")
            amount += np.asarray(fees) @ np.maximum(0, np.diff(edges))
        return float(amount)


def sort_usage(quantity: np.ndarray) -> SortedUsage:
    """Sort once; see `SortedUsage`."""
    ordered = np.sort(np.asarray(quantity, dtype=float))
    return SortedUsage(ordered, np.concatenate([[0.0], np.cumsum(ordered)]))

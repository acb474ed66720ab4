"""What lies ahead of each customer: the chance of leaving in each month to come, by cause."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.random import Generator

from models.refusal import Refusal

__all__ = ["ConstantOutlook", "Outlook", "refuse_beyond"]


class Outlook(Protocol):
    """Chance of leaving in each month ahead, of many customers at once.

    It is read month by month, or for some of the customers at a time, so that nothing of the size
    customers x months is ever held.

    Attributes
    ----------
    customer_id : ndarray of shape (n,)
    causes : tuple of str
        Causes of leaving, in the order of the columns of `hazards`.
    last_month : int
        Months ahead of which the data can speak.
    """

    customer_id: np.ndarray
    causes: tuple[str, ...]
    last_month: int

    def hazards(self, horizon: int) -> Iterator[np.ndarray]:
        """Yield for month 1, 2 … `horizon` ahead an array (customer, cause).

        Each is the chance that a customer still there at the month's start leaves in it for the
        cause; a row sums to one at most.

        Raises
        ------
        Refusal
            If `horizon` is beyond `last_month`.
        """
        ...

    def log_survival(self, horizon: int) -> np.ndarray:
        """Return a new array (customer, month) of the logarithm of the chance to be there still.

        At the end of month 1, 2 … `horizon` ahead, finite, and much cheaper to have than the parts
        of `hazards`. It is of the size that may not be held: ask for it `part` by part.
        """
        ...

    def part(self, where: slice) -> "Outlook":
        """Return the outlook of some of the customers, in their order."""
        ...

    def drawn(self, rng: Generator) -> "Outlook":
        """Return the same outlook with its coefficients drawn from their joint distribution."""
        ...


@dataclass(frozen=True, eq=False)
class ConstantOutlook:
    """The same chances in every month: the simplest outlook there is, and a baseline.

    Attributes
    ----------
    customer_id : ndarray of shape (n,)
    causes : tuple of str
    monthly : ndarray of shape (n, n_causes)
        Chance of leaving in a month for each cause.
    last_month : int

    Examples
    --------
    A twentieth leaves every month, so 0.95 squared are there after two:

    >>> outlook = ConstantOutlook(np.array(["A"]), ("price",), np.array([[0.05]]))
    >>> there = 1.0
    >>> for chance in outlook.hazards(2):
    ...     there = there * (1 - chance.sum(axis=1))
    >>> there.round(4)
    array([0.9025])
    """

    customer_id: np.ndarray
    causes: tuple[str, ...]
    monthly: np.ndarray
    last_month: int = 60

    def __post_init__(self):
        shape = (len(self.customer_id), len(self.causes))
        if self.monthly.shape != shape:
            raise ValueError(
                f"The chances have shape {self.monthly.shape}, not {shape}, so it is not clear "
                "whose they are. Give a row for each customer and a column for each cause."
            )
        if not ((self.monthly >= 0).all() and (self.monthly.sum(axis=1) <= 1).all()):
            raise ValueError(
                "Some chances of leaving are below 0, missing, or add up to more than 1 in a "
                "month, so no chance of staying is left. Give shares between 0 and 1."
            )

    def hazards(self, horizon: int) -> Iterator[np.ndarray]:
        """Yield the same chances `horizon` times."""
        refuse_beyond(horizon, self.last_month)
        return (self.monthly for _ in range(horizon))

    def log_survival(self, horizon: int) -> np.ndarray:
        """Return as many times the logarithm of one month as months have passed."""
        refuse_beyond(horizon, self.last_month)
        # Who leaves for sure stays with a chance that floating point can still tell from none.
        chance = np.minimum(self.monthly.sum(axis=1), 1 - np.finfo(float).eps)
        return np.log1p(-chance)[:, None] * np.arange(1, horizon + 1)

    def part(self, where: slice) -> "ConstantOutlook":
        """Return the outlook of some of the customers."""
        return replace(self, customer_id=self.customer_id[where], monthly=self.monthly[where])

    def drawn(self, rng: Generator) -> "ConstantOutlook":
        """Return itself: what is given and not estimated does not vary."""
        return self


def refuse_beyond(horizon: int, last_month: int) -> None:
    """Refuse to speak of months ahead in which nobody was watched."""
    if horizon > last_month:
        raise Refusal(
            f"A horizon of {horizon} months is longer than the {last_month} months ahead that the "
            "data can speak of, so it would be a guess. Choose a shorter horizon, or load a "
            "longer history."
        )

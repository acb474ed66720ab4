"""The company as it goes on without initiatives, in cells of customers treated alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Base", "Cell", "Cells", "cells_of"]

#: Customers treated alike are told apart by how likely they are to leave, in so many parts.
PARTS = 5
#: More cells than this are not needed: fewer parts are made of many ways to be treated.
MOST_CELLS = 24


@dataclass(frozen=True, eq=False)
class Base:
    """What lies ahead of each customer of today if nothing is done.

    Attributes
    ----------
    customer_id : ndarray of shape (n,)
    payment : ndarray of shape (n,)
        Margin of a month, after the cost of waiting for its money.
    leaving : ndarray of shape (months, n)
        Chance of leaving in each month ahead.
    sales_per_day : ndarray of shape (n,)
    days_late : float
        Days that customers pay late on average, which is all that can be set free.
    costs : mapping of str to ndarray of shape (n,)
        By bucket of the ledger of poor experience, what a month costs; those not known are not
        there.
    payment_error : float
        Standard error of the margin that leaves, relative to it: of all payments together, and of
        how many leave.
    """

    customer_id: np.ndarray
    payment: np.ndarray
    leaving: np.ndarray
    sales_per_day: np.ndarray
    days_late: float
    costs: Mapping[str, np.ndarray]
    payment_error: float = 0.0

    @property
    def months(self) -> int:
        return len(self.leaving)

    def there(self, horizon: int) -> np.ndarray:
        """Chance that each customer is still there at each month's end, (month, customer)."""
        return np.cumprod(1.0 - self.leaving[:horizon], axis=0)


@dataclass(frozen=True, eq=False)
class Cell:
    """Customers that are treated alike and leave alike.

    Attributes
    ----------
    treated : ndarray of bool, shape (n_initiatives,)
    paying : float
        Payments of a month today.
    hazard : ndarray of shape (horizon,)
        Of their payments, in each month: minus the logarithm of what is left of it at its end.
    """

    treated: np.ndarray
    paying: float
    hazard: np.ndarray


@dataclass(frozen=True, eq=False)
class Cells:
    """All customers that some initiative treats.

    Attributes
    ----------
    cells : sequence of Cell
        Of those whom an initiative may keep.
    sales : sequence of (ndarray of bool, ndarray of shape (horizon,))
        Who is treated, and sales of a day of those who are there at each month's end.
    costs : mapping of str to sequence of (ndarray of bool, ndarray of shape (horizon,))
        By bucket, who is treated and what each month costs as long as they are there.
    """

    cells: Sequence[Cell]
    sales: Sequence[tuple[np.ndarray, np.ndarray]]
    costs: Mapping[str, Sequence[tuple[np.ndarray, np.ndarray]]]


def cells_of(
    base: Base, treated: np.ndarray, horizon: int, keeps: np.ndarray, *, parts: int | None = PARTS
) -> Cells:
    """Gather customers into cells.

    The payments of a cell go down as those of its customers do, exactly; only what an initiative
    changes is worked out for the cell as one. Customers who cost more than they bring are
    cells of their own, so that keeping them costs.

    Parameters
    ----------
    base : Base
    treated : ndarray of bool, shape (n, n_initiatives)
    horizon : int
    keeps : ndarray of bool, shape (n_initiatives,)
        Initiatives that may keep customers.
    parts : int or None, default=5
        Parts by chance of leaving; None makes each customer a cell.
    """
    there = base.there(horizon)
    ways, way = np.unique(treated, axis=0, return_inverse=True)
    way = way.reshape(-1)
    kept = [k for k in range(len(ways)) if (ways[k] & keeps).any()]
    if parts is not None and len(kept) * (parts + 1) > MOST_CELLS:
        parts = max(1, MOST_CELLS // len(kept) - 1)
    cells = []
    for k in kept:
        for sign in (1.0, -1.0):
            who = np.flatnonzero((way == k) & (base.payment * sign > 0))
            if not len(who):
                continue
            order = who[np.argsort(there[-1, who], kind="stable")]
            # Those who cost more than they bring are few: one cell.
            n = len(order) if parts is None else min(parts if sign > 0 else 1, len(order))
            cells += [cell(base, there, ways[k], group) for group in np.array_split(order, n)]
    some = [k for k in range(len(ways)) if ways[k].any()]
    sales = [(ways[k], there[:, way == k] @ base.sales_per_day[way == k]) for k in some]
    # Who is there on average in a month makes its costs.
    during = (np.vstack([np.ones(there.shape[1]), there[:-1]]) + there) / 2
    costs = {
        name: [(ways[k], during[:, way == k] @ monthly[way == k]) for k in some]
        for name, monthly in base.costs.items()
    }
    return Cells(cells, sales, costs)


def cell(base: Base, there: np.ndarray, way: np.ndarray, who: np.ndarray) -> Cell:
    paying = base.payment[who].sum()
    left = np.concatenate([[paying], there[:, who] @ base.payment[who]]) / paying
    return Cell(way, float(paying), -np.diff(np.log(np.maximum(left, 1e-300))))

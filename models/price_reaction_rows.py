"""Bills, prices and what followed them, as a grid of customers and months."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.bill_shock import SURPRISE, shock_of
from models.elasticity import LEAD, month_number

__all__ = ["ANSWER_MONTHS", "CAP_DAYS", "FELT_MONTHS", "MOST_SHOCK", "STEP",
           "TRIGGERS", "ReactionRows", "reaction_rows"]  # fmt: skip

#: Every effect is told for a tenth.
STEP = 0.1
#: Months in which a changed price is looked for in what customers do.
FELT_MONTHS = 6
#: Months after a bill in which an answer to a survey is set beside it.
ANSWER_MONTHS = 3
#: A bill that much above the expected one says no more than this does.
MOST_SHOCK = 1.0
#: Days past due beyond which a payment counts as made then; a bill is looked at once they passed.
CAP_DAYS = 90

#: What sets off a reaction: column to its trigger and direction. A bill up to a quarter above the
#: expected one is taken to act in proportion to it. One further above is a surprise, which may be
#: a step: it has the effect of one of the mean size, and of each tenth further than that.
TRIGGERS = {
    "bill_up": ("bill", "up"),
    "bill_surprise": ("bill", "surprise"),
    "bill_further": ("bill", "further"),
    "bill_down": ("bill", "down"),
    "change_up": ("change", "up"),
    "change_down": ("change", "down"),
}


@dataclass(frozen=True, eq=False)
class ReactionRows:
    """A grid of customers and months: what was billed, changed and asked in each.

    Attributes
    ----------
    people : Index
        Customer ids, one a row of the grid.
    first : int
        Month of the first column, since the year 0.
    columns : dict of str to ndarray of shape (n, T)
        Each of `TRIGGERS` in tenths, 0 where there was none, and ``before``: a change of price
        that is to be announced within half a year, with its sign.
    known : ndarray of bool, shape (n, T)
        Whether there was a bill, and enough before it to expect one from.
    goes_on : ndarray of bool, shape (n, T)
        Whether there was one in the next month too: the last bill of who leaves is cut short by
        that, and nobody asks about it any more.
    typical : float
        Mean shock of the bills more than a quarter above what was expected.
    seen : dict of str to tuple
        Smallest and largest change of each of `TRIGGERS`, as fractions; shocks without the
        furthest hundredth.
    """

    people: pd.Index
    first: int
    columns: dict[str, np.ndarray]
    known: np.ndarray
    goes_on: np.ndarray
    typical: float
    seen: dict[str, tuple[float, float]]

    def place(self, customer: pd.Series, begins: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """Where customers and months stand in the grid; -1 where they do not."""
        who = self.people.get_indexer(customer)
        at = month_number(begins) - self.first
        return who, np.where((at >= 0) & (at < self.known.shape[1]), at, -1)

    def grid(self, rows: pd.DataFrame, value: str, empty: float) -> np.ndarray:
        """A column of monthly rows as a grid; `empty` where there is no row."""
        made = np.full(self.known.shape, empty)
        who, at = self.place(rows["customer_id"], rows["begins"])
        inside = (who >= 0) & (at >= 0)
        made[who[inside], at[inside]] = rows[value].to_numpy(dtype=float)[inside]
        return made

    def before(self, customer: pd.Series, begins: pd.Series) -> pd.DataFrame:
        """Triggers as they were known at the start of each month: bills of the month before.

        A new price counts from the month in which it holds, if it was announced before it.
        """
        who, at = self.place(customer, begins)
        inside = (who >= 0) & (at >= 0)
        made = {}
        for name, grid in self.columns.items():
            lag = 1 if name.startswith("bill") else 0
            there = inside & (at >= lag)
            made[name] = np.where(there, grid[who, np.maximum(at - lag, 0)], 0.0)
        return pd.DataFrame(made, index=customer.index)

    def after(self) -> dict[str, np.ndarray]:
        """Triggers of the months before an answer: bills summed, prices as they stand."""
        return {
            name: sum(shifted(grid, lag) for lag in range(1, ANSWER_MONTHS + 1))
            if name.startswith("bill")
            else grid
            for name, grid in self.columns.items()
        }


def reaction_rows(bills: pd.DataFrame, steps: pd.DataFrame | None, as_of: dt.date) -> ReactionRows:
    """Put bills and changes of price on one grid.

    Parameters
    ----------
    bills : DataFrame
        Rows of `warehouse.price_reaction.recurring_bills`. Of a customer who was billed in
        several currencies those in the commonest count: one in another is no surprise.
    steps : DataFrame or None
        Rows of `warehouse.price_reaction.price_steps`.
    """
    bills = in_own_currency(bills)
    month = month_number(bills["issued_on"])
    first, last = int(month.min()), 12 * as_of.year + as_of.month
    who, people = pd.factorize(bills["customer_id"])
    wide = np.zeros((len(people), last - first + 1))
    np.add.at(wide, (who, month - first), bills["amount"].to_numpy(dtype=float))
    wide[wide == 0] = np.nan
    _, shock, _ = shock_of(wide)
    known, goes_on = ~np.isnan(shock), np.zeros(wide.shape, bool)
    goes_on[:, :-1] = ~np.isnan(wide[:, 1:])
    shock = np.clip(np.where(known, shock, 0.0), -MOST_SHOCK, MOST_SHOCK) / STEP
    far = shock > SURPRISE / STEP
    typical = float(shock[far].mean()) if far.any() else 2 * SURPRISE / STEP
    change, before = changes(steps, pd.Index(people), first, wide.shape)
    felt = sum(shifted(change, lag) for lag in range(FELT_MONTHS))
    columns = {
        "bill_up": np.where(far, 0.0, np.maximum(shock, 0.0)),
        "bill_surprise": np.where(far, typical, 0.0),
        "bill_further": np.where(far, shock - typical, 0.0),
        "bill_down": np.minimum(shock, 0.0),
        "change_up": np.maximum(felt, 0.0), "change_down": np.minimum(felt, 0.0),
        "before": before,
    }  # fmt: skip
    seen = {
        "bill_up": ends(shock[known & (shock > 0) & ~far] * STEP, 1.0),
        "bill_surprise": ends(shock[far] * STEP, 0.99),
        "bill_further": ends(shock[far] * STEP, 0.99),
        "bill_down": ends(shock[known & (shock < 0)] * STEP, 0.99),
        "change_up": ends(change[change > 0] * STEP, 1.0),
        "change_down": ends(change[change < 0] * STEP, 1.0),
    }
    return ReactionRows(pd.Index(people), first, columns, known, goes_on, typical * STEP, seen)


def in_own_currency(bills: pd.DataFrame) -> pd.DataFrame:
    """Bills in the currency that each customer was billed in most often."""
    n = bills.groupby(["customer_id", "currency"], as_index=False).size()
    if len(n) == n["customer_id"].nunique():
        return bills
    own = n.sort_values("size", kind="stable").groupby("customer_id")["currency"].last()
    return bills[bills["currency"] == bills["customer_id"].map(own)]


def changes(
    steps: pd.DataFrame | None, people: pd.Index, first: int, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Changes in tenths in the month from which they are felt, and those to be announced."""
    change, before = np.zeros(shape), np.zeros(shape)
    if steps is None or steps.empty:
        return change, before
    who = people.get_indexer(steps["customer_id"])
    size = (steps["price_ratio"].to_numpy(dtype=float) - 1) / STEP
    told = month_number(steps["announced_on"]) - first
    # One told of only once it is in force is felt from the next month on.
    felt = np.maximum(month_number(steps["begins"]) - first, told + 1)
    for at, step, month, known in zip(who, size, felt, told, strict=True):
        if at < 0:
            continue
        if 0 <= month < shape[1]:
            change[at, month] += step
        before[at, max(known - LEAD, 0) : max(known, 0)] += step
    return change, before


def shifted(grid: np.ndarray, lag: int) -> np.ndarray:
    """The grid of `lag` months before."""
    if lag == 0:
        return grid
    made = np.zeros_like(grid)
    made[:, lag:] = grid[:, :-lag]
    return made


def ends(values: np.ndarray, share: float) -> tuple[float, float]:
    if len(values) == 0:
        return np.nan, np.nan
    if (values > 0).all():
        return float(values.min()), float(np.quantile(values, share))
    return float(np.quantile(values, 1 - share)), float(values.max())

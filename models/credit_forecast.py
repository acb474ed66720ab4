"""Who will pass the credit limit: expected cash in against expected billing."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.open_invoices import PaymentCurves, ages, chance, paid_and_open

__all__ = ["CreditForecast", "simulate_credit"]

#: Months of its own billing a customer needs to be forecast by them.
FEWEST_MONTHS = 3
#: Days of a month of `warehouse.credit.credit_months`.
MONTH = 30


@dataclass(frozen=True, eq=False)
class CreditForecast:
    """Exposure some days ahead.

    Attributes
    ----------
    customers : DataFrame
        One row a customer with a limit and enough billing behind it: ``customer_id``, ``name``,
        ``credit_limit``, ``exposure`` (today), ``cash_in`` and ``billed`` (expected until then),
        ``expected`` exposure (the mean), its ``middle`` (as often more as less) with ``low`` and
        ``high``, and ``p_breach``. One large bill in twelve months lies above the interval, and
        can take the mean there.
    n_expected, n_low, n_high : float
        Customers over their limits by then, with its interval.
    over_by, over_by_low, over_by_high : float
        How far those are over their limits, in all.
    n_left_out : int
        Customers with a limit and too little billing behind them.
    """

    customers: pd.DataFrame
    n_expected: float
    n_low: float
    n_high: float
    over_by: float
    over_by_low: float
    over_by_high: float
    n_left_out: int
    days: int
    draws: int
    as_of: dt.date
    confidence: float


def simulate_credit(
    positions: pd.DataFrame,
    open_rows: pd.DataFrame,
    months: pd.DataFrame,
    curves: PaymentCurves,
    as_of: dt.date,
    *,
    rng: np.random.Generator,
    days: int = 30,
    draws: int = 400,
    confidence: float = 0.8,
) -> CreditForecast:
    """Draw what is paid and what is billed in the days ahead.

    Each open invoice is paid or not by its chance, given that it is open at its age; new billing
    is a month drawn from the customer's own last twelve, of which what is paid within half of the
    days, on average, is gone again. What is ordered and not billed stays as it is: as much comes
    as goes. Customers are drawn independently of each other, so a shock to all of them is not
    in the interval.

    Parameters
    ----------
    positions : DataFrame
        `Credit.customers`.
    open_rows : DataFrame
        Open invoices: ``customer_id``, ``issued_on``, ``due_on``, ``open_amount``.
    months : DataFrame
        Rows of `warehouse.credit.credit_months`.
    curves : PaymentCurves
        Of the same day.
    as_of : date
    rng : Generator
    days : int, default=30
    draws : int, default=400
    confidence : float, default=0.8
    """
    rows = positions[positions["credit_limit"].notna()].reset_index(drop=True)
    place = pd.Series(rows.index, index=rows["customer_id"])
    months = months[months["customer_id"].isin(place.index)]
    seen = months.groupby("customer_id")["months_ago"].max().reindex(rows["customer_id"]) + 1
    enough = (seen.fillna(0) >= FEWEST_MONTHS).to_numpy() | ~rows["active"].to_numpy()
    grid = np.zeros((len(rows), 12))
    grid[place[months["customer_id"]].to_numpy(), months["months_ago"]] = months["billed"]
    # A customer of half a year has six months to be drawn from, not twelve.
    span = np.maximum(seen.fillna(1).to_numpy(), 1).astype(int)
    drawn = (rng.random((len(rows), draws)) * span[:, None]).astype(int)
    billed = np.take_along_axis(grid, drawn, axis=1) * days / MONTH
    billed *= rows["active"].to_numpy()[:, None]
    stays = 1 - paid_by(curves, rows["payment_terms_days"].to_numpy(), days // 2)
    known = open_rows[open_rows["customer_id"].isin(place.index)]
    # In one order, so that the same invoices are drawn for whatever order they were read in.
    known = known.sort_values(["customer_id", "issued_on", "due_on", "open_amount"])
    owner = place[known["customer_id"]].to_numpy()
    amount, paid = known["open_amount"].to_numpy(dtype=float), paid_within(curves, known, days)
    cash = np.zeros((len(rows), draws))
    for draw in range(draws):
        comes = amount * (rng.random(len(amount)) < paid)
        cash[:, draw] = np.bincount(owner, comes, minlength=len(rows))
    then = rows["exposure"].to_numpy()[:, None] - cash + billed * stays[:, None]
    over = np.maximum(then - rows["credit_limit"].to_numpy()[:, None], 0.0)[enough]
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(then, tails, axis=1)
    table = rows[["customer_id", "name", "credit_limit", "exposure"]].assign(
        cash_in=np.bincount(owner, amount * paid, minlength=len(rows)),
        billed=billed.mean(axis=1),
        expected=then.mean(axis=1),
        middle=np.median(then, axis=1),
        low=low,
        high=high,
        p_breach=(then > rows["credit_limit"].to_numpy()[:, None]).mean(axis=1),
    )
    n_over, by = (over > 0).sum(axis=0), over.sum(axis=0)
    return CreditForecast(
        table[enough].sort_values(["p_breach", "customer_id"], ascending=[False, True],
                                  ignore_index=True),
        float(n_over.mean()), *(float(q) for q in np.quantile(n_over, tails)),
        float(by.mean()), *(float(q) for q in np.quantile(by, tails)),
        int((~enough).sum()), days, draws, as_of, confidence,
    )  # fmt: skip


def paid_within(curves: PaymentCurves, invoices: pd.DataFrame, days: int) -> np.ndarray:
    """P(paid within `days` | still open); what was never watched for so long counts as unpaid."""
    if invoices.empty:
        return np.zeros(0)
    age, terms = ages(invoices, curves.as_of)
    group, shift = curves.curve_for(terms, age)
    age = np.maximum(age + shift, 0)
    incidence, survival = paid_and_open(curves)
    unseen = curves.beyond(group, age, age + days)
    return np.where(unseen, 0.0, chance(incidence, survival, group, age, age + days))


def paid_by(curves: PaymentCurves, terms: np.ndarray, age: int) -> np.ndarray:
    """P(paid by `age`) of new invoices with these payment terms."""
    at = np.zeros(len(terms), dtype=np.int64)
    group, shift = curves.curve_for(terms.astype(np.int64), at)
    incidence, survival = paid_and_open(curves)
    until = np.maximum(age + shift, 0)
    return chance(incidence, survival, group, at, until)

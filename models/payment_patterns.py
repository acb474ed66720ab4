"""Payment patterns: how each month's sales are collected, and what the oldest part costs."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.aging import BOUNDS, age_balances, checked_bounds
from models.collection_metrics import expected_credit_loss, loss_rates, ratio
from models.ledger import (
    BILLED,
    CREDITED,
    PAID,
    WRITTEN_OFF,
    Ledger,
    day_number,
    month_number,
    read_flows,
)
from models.refusal import Refusal

__all__ = [
    "PaymentPatterns",
    "ProvisionMatrix",
    "fit_payment_patterns",
    "fit_provision_matrix",
]


@dataclass(frozen=True, eq=False)
class PaymentPatterns:
    """Uncollected share of each month's sales by age; sales volume and season do not move it.

    Attributes
    ----------
    table : DataFrame
        Columns ``cohort`` (first day of the month of issue), ``age`` (months; 0 is the end of
        that month), ``sales``, ``uncollected`` and ``written_off`` (shares of the sales,
        missing where that month end is still to come).
    average : DataFrame
        Columns ``age``, ``uncollected`` and ``n_cohorts``: weighted by sales over the cohorts
        that are known at that age.
    """

    table: pd.DataFrame
    average: pd.DataFrame
    as_of: dt.date


@dataclass(frozen=True, eq=False)
class ProvisionMatrix:
    """Expected credit loss by aging bucket (IFRS 9, simplified approach).

    Attributes
    ----------
    table : DataFrame
        Columns ``bucket``, ``reached`` (amount that ever was in the bucket, of invoices old
        enough to have ended), ``loss_rate``, ``amount`` (open now) and ``expected_loss``.
    expected_credit_loss : float
        Their sum; a forward-looking overlay is the reader's to add.
    """

    table: pd.DataFrame
    expected_credit_loss: float
    as_of: dt.date
    default_days: int


def fit_payment_patterns(
    flows: pd.DataFrame,
    rates: pd.DataFrame,
    as_of: dt.date,
    *,
    cohorts: int = 24,
    ages: int = 12,
) -> PaymentPatterns:
    """Estimate the share of each month's sales still uncollected at each later month end.

    A cohort is converted at the rate of its month of issue throughout, so that exchange
    rates do not look like payments. Credited amounts leave the balance; written-off ones
    leave it too and are shown beside it.

    Parameters
    ----------
    flows, rates, as_of
        As in `models.receivables.fit_receivables`.
    cohorts : int, default=24
        Latest months of issue to show.
    ages : int, default=12
        Months of age, from 0.

    References
    ----------
    .. [1] Lewellen, W. G. and Johnson, R. W. (1972). "Better way to monitor accounts
       receivable." Harvard Business Review 50(3), 101-109.
    .. [2] Stone, B. K. (1976). "The payments-pattern approach to the forecasting and control
       of accounts receivable." Financial Management 5(3), 65-82.

    Raises
    ------
    ValueError
        If nothing was billed by `as_of`, or a currency has no rate.
    """
    ledger = read_flows(flows, rates, as_of)
    billed = ledger.kind == BILLED
    if not billed.any():
        raise Refusal(
            f"Nothing was billed up to {as_of}, so there is no payment pattern. Choose a later "
            "as-of date, or load a longer period."
        )
    this_month = int(month_number(day_number(as_of)))
    first = max(int(month_number(ledger.issued[billed].min())), this_month - cohorts + 1)
    n_cohorts = this_month - first + 1
    sales, gone, lost = cohort_sums(ledger, first, n_cohorts, ages)
    # A month end is known once the as-of date has reached it.
    month_end = to_months(np.arange(n_cohorts)[:, None] + first + np.arange(ages) + 1)
    known = month_end.astype("datetime64[D]").astype(np.int64) - 1 <= day_number(as_of)
    uncollected = np.where(known, 1 - ratio(gone, sales[:, None]), np.nan)
    table = pd.DataFrame(
        {
            "cohort": np.repeat(to_months(np.arange(n_cohorts) + first), ages).astype(
                "datetime64[ns]"
            ),
            "age": np.tile(np.arange(ages), n_cohorts),
            "sales": np.repeat(sales, ages),
            "uncollected": uncollected.ravel(),
            "written_off": np.where(known, ratio(lost, sales[:, None]), np.nan).ravel(),
        }
    )
    weight = np.where(known, sales[:, None], 0.0)
    average = pd.DataFrame(
        {
            "age": np.arange(ages),
            "uncollected": ratio(
                (weight * np.nan_to_num(uncollected)).sum(axis=0), weight.sum(axis=0)
            ),
            "n_cohorts": (weight > 0).sum(axis=0),
        }
    )
    return PaymentPatterns(table, average, as_of)


def cohort_sums(
    ledger: Ledger, first: int, n_cohorts: int, ages: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sales of each month of issue from `first` on, and by age what has left and was lost of it."""
    issued = month_number(ledger.issued) - first
    use = (issued >= 0) & (issued < n_cohorts)
    issued, kind = issued[use], ledger.kind[use]
    age = np.clip(month_number(ledger.happened)[use] - first - issued, 0, ages)
    worth = ledger.converted(ledger.issued, ledger.amount)[use]

    def total(*kinds: int) -> np.ndarray:
        money = np.where(np.isin(kind, kinds), worth, 0.0)
        by_cell = np.bincount(issued * (ages + 1) + age, money, minlength=n_cohorts * (ages + 1))
        return by_cell.reshape(n_cohorts, ages + 1)[:, :ages].cumsum(axis=1)

    sales = np.bincount(issued, np.where(kind == BILLED, worth, 0.0), minlength=n_cohorts)
    return sales, total(PAID, CREDITED, WRITTEN_OFF), total(WRITTEN_OFF)


def to_months(months: np.ndarray) -> np.ndarray:
    return months.astype("datetime64[M]")


def fit_provision_matrix(
    flows: pd.DataFrame,
    rates: pd.DataFrame,
    as_of: dt.date,
    *,
    buckets: Sequence[int] = BOUNDS,
    default_days: int = 365,
) -> ProvisionMatrix:
    """Estimate the expected credit loss on what is open, from what was never paid before.

    The loss rate of a bucket is the amount still unpaid `default_days` past due over the
    amount that ever reached the bucket, of invoices due at least that long ago. Written off
    counts as unpaid; credited as never owed.

    Parameters
    ----------
    flows, rates, as_of
        As in `models.receivables.fit_receivables`.
    buckets : sequence of int, default=(30, 60, 90)
        Upper ends in days past due.
    default_days : int, default=365
        Days past due after which an unpaid amount counts as lost.

    Raises
    ------
    ValueError
        If no invoice is old enough for its loss to be known.
    """
    ledger = read_flows(flows, rates, as_of)
    old = ledger.due + default_days <= day_number(as_of)
    if not (old & (ledger.kind == BILLED)).any():
        raise Refusal(
            f"No invoice was due {default_days} days before {as_of}, so no loss is known yet. "
            "Load a longer period, or choose fewer days to default."
        )
    worth = ledger.converted(ledger.issued, ledger.amount)
    late = ledger.happened - ledger.due
    settled = np.isin(ledger.kind, (PAID, CREDITED)) & old
    credited = worth[old & (ledger.kind == CREDITED)].sum()
    billed = worth[old & (ledger.kind == BILLED)].sum() - credited
    paid = settled & (ledger.kind == PAID)
    # Bucket "current" is reached on issue, "1-30" by what is unpaid at the end of the due day.
    buckets = checked_bounds(buckets)
    starts = (0, *buckets)
    reached = np.array([billed, *(billed - worth[paid & (late <= day)].sum() for day in starts)])
    unpaid = billed - worth[paid & (late <= default_days)].sum()
    aging = age_balances(ledger, as_of, buckets, "due")
    rate = np.nan_to_num(loss_rates(np.maximum(reached, 0), max(unpaid, 0.0)), nan=1.0)
    table = aging[["bucket", "amount"]].assign(
        reached=reached, loss_rate=rate, expected_loss=aging["amount"].to_numpy() * rate
    )
    allowance = expected_credit_loss(table["amount"], table["loss_rate"])
    return ProvisionMatrix(table, allowance, as_of, default_days)

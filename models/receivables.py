"""Receivables: what is owed, how old it is, and how fast it turns into cash."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.aging import BOUNDS, AgingBy, age_balances, checked_bounds
from models.balances import measure, unapplied
from models.collection_metrics import ratio
from models.figures import COUNTED, Figure
from models.ledger import BILLED, codes_of, read_flows
from models.refusal import Refusal
from models.segments import FEWEST, segment

__all__ = ["Receivables", "ReceivablesBy", "fit_receivables", "fit_receivables_by"]


@dataclass(frozen=True, eq=False)
class Receivables:
    """Receivables as of one date, with their trend.

    Attributes
    ----------
    table : DataFrame
        The trend, one row a month end and last `as_of` itself: ``as_of``, ``open_amount``,
        ``overdue_amount``, ``not_yet_due_amount``, ``open_at_constant_rates`` (every row at
        the last row's exchange rates), ``sales`` and ``collected`` (of the period),
        ``dso``, ``dso_simple``, ``dso_best_possible``, ``average_days_delinquent``, ``cei``,
        ``cash_flow_velocity``, ``receivables_growth``, ``sales_growth`` and ``growth``. Each
        row is what would have been said on its day.
    aging : DataFrame
        Columns ``bucket``, ``amount`` and ``share``; the amounts add up to the open amount.
    unapplied_amount : float
        Cash received and matched to no invoice; shown, not taken off.
    reasons : dict of str to str
        Why a figure of the last row is missing, by column.
    n_invoices : int
        Invoices billed up to `as_of`.
    """

    table: pd.DataFrame
    aging: pd.DataFrame
    as_of: dt.date
    aging_by: AgingBy
    period_months: int
    unapplied_amount: float
    reasons: dict[str, str]
    n_invoices: int

    @property
    def trend(self) -> pd.DataFrame:
        return self.table

    @property
    def open_amount(self) -> float:
        return self._last("open_amount")

    @property
    def overdue_amount(self) -> float:
        return self._last("overdue_amount")

    @property
    def dso(self) -> float:
        return self._last("dso")

    @property
    def dso_simple(self) -> float:
        return self._last("dso_simple")

    @property
    def dso_best_possible(self) -> float:
        return self._last("dso_best_possible")

    @property
    def average_days_delinquent(self) -> float:
        return self._last("average_days_delinquent")

    @property
    def cei(self) -> float:
        return self._last("cei")

    @property
    def cash_flow_velocity(self) -> float:
        return self._last("cash_flow_velocity")

    @property
    def growth(self) -> float:
        return self._last("growth")

    def figures(self) -> tuple[Figure, ...]:
        """Return the headline figures; none has an interval, they are counted."""
        return tuple(
            counted(f"receivables.{name}", self._last(name), self.reasons.get(name), self)
            for name in FIGURES
        )

    def year_before(self) -> pd.Series | None:
        """Return the trend's row a year before `as_of`, within the month; None without one."""
        wanted = pd.Timestamp(self.as_of) - pd.DateOffset(years=1)
        distance = (self.table["as_of"].iloc[:-1] - wanted).abs()
        if distance.empty or distance.min() > WITHIN_THE_MONTH:
            return None
        return self.table.loc[distance.idxmin()]

    def _last(self, column: str) -> float:
        return float(self.table[column].iloc[-1])


@dataclass(frozen=True, eq=False)
class ReceivablesBy:
    """Receivables by segment.

    Attributes
    ----------
    table : DataFrame
        One row a group: ``group``, the columns of `Receivables.table` as of the date,
        ``share`` of the open amount, ``n_invoices``, and ``reason`` for what is missing.
    trend : DataFrame
        The same columns by ``group`` and month end.
    aging : DataFrame
        Columns ``group``, ``bucket``, ``amount`` and ``share``.
    """

    table: pd.DataFrame
    trend: pd.DataFrame
    aging: pd.DataFrame
    by: str
    as_of: dt.date


# A month end nearest to the same day of another month is at most this far from it.
WITHIN_THE_MONTH = pd.Timedelta(days=20)

SPEEDS = (
    "dso",
    "dso_simple",
    "dso_best_possible",
    "average_days_delinquent",
    "cei",
    "cash_flow_velocity",
)

#: What is not said of a segment with few invoices.
RATIOS = (*SPEEDS, "receivables_growth", "sales_growth", "growth")

FIGURES = ("open_amount", "overdue_amount", *SPEEDS, "growth")


def fit_receivables(
    flows: pd.DataFrame,
    rates: pd.DataFrame,
    as_of: dt.date,
    *,
    buckets: Sequence[int] = BOUNDS,
    aging_by: AgingBy = "due",
    period_months: int = 3,
    trend_months: int = 24,
) -> Receivables:
    """Compute open receivables, their age and the speed of collection as of any date.

    Parameters
    ----------
    flows : DataFrame
        Columns ``issued_on``, ``due_on``, ``happened_on``, ``currency``, ``kind`` (billed,
        paid, credited, written_off, unapplied), ``amount`` (positive, in `currency`) and
        ``n``. A row that happened after `as_of` has not happened.
    rates : DataFrame
        Columns ``currency``, ``month`` (first day) and ``to_reporting``. Flows take the rate
        of their own month, balances that of the as-of month.
    as_of : date
    buckets : sequence of int, default=(30, 60, 90)
        Upper ends of the aging buckets in days.
    aging_by : {"due", "invoice"}, default="due"
        Age from the due date, or from the invoice date.
    period_months : int, default=3
        Period of simple days sales outstanding, collection effectiveness and velocity, rolled
        back from `as_of`.
    trend_months : int, default=24
        Month ends before `as_of` in the trend; none before the first invoice.

    Returns
    -------
    Receivables

    Raises
    ------
    ValueError
        If a currency has no rate, a kind is not known, or nothing was billed by `as_of`.

    Examples
    --------
    Two months billed 400 each; the first was paid, half of the second is open:

    >>> import datetime as dt
    >>> day = pd.to_datetime
    >>> flows = pd.DataFrame(
    ...     {
    ...         "issued_on": day(["2025-05-10", "2025-06-10", "2025-05-10", "2025-06-10"]),
    ...         "due_on": day(["2025-06-09", "2025-07-10", "2025-06-09", "2025-07-10"]),
    ...         "happened_on": day(["2025-05-10", "2025-06-10", "2025-06-09", "2025-06-20"]),
    ...         "currency": "EUR",
    ...         "kind": ["billed", "billed", "paid", "paid"],
    ...         "amount": [400.0, 400.0, 400.0, 200.0],
    ...     }
    ... )
    >>> rates = pd.DataFrame({"currency": ["EUR"], "month": day(["2025-01-01"]), "to_reporting": 1})
    >>> result = fit_receivables(flows, rates, dt.date(2025, 6, 30))
    >>> result.open_amount, result.dso
    (200.0, 15.0)
    """
    edges = checked_bounds(buckets)
    ledger = read_flows(flows, rates, as_of)
    if not (ledger.kind == BILLED).any():
        raise Refusal(
            f"Nothing was billed up to {as_of}, so there are no receivables. Choose a later "
            "as-of date, or load a longer period."
        )
    table, reasons = measure(ledger, as_of, period_months, trend_months)
    return Receivables(
        table,
        age_balances(ledger, as_of, edges, aging_by),
        as_of,
        aging_by,
        period_months,
        unapplied(ledger, as_of),
        reasons,
        int(ledger.n[ledger.kind == BILLED].sum()),
    )


def fit_receivables_by(
    flows: pd.DataFrame,
    rates: pd.DataFrame,
    as_of: dt.date,
    *,
    by: str,
    buckets: Sequence[int] = BOUNDS,
    aging_by: AgingBy = "due",
    period_months: int = 3,
    trend_months: int = 12,
    fewest: int = FEWEST,
) -> ReceivablesBy:
    """Compute receivables for each value of a segment column; empty values are a group.

    Parameters other than `by`, a column of `flows`, are those of `fit_receivables`. A group of
    fewer than `fewest` invoices has its amounts, and no ratios.

    Raises
    ------
    ValueError
        As `fit_receivables`, or if the flows have no such column.
    """
    edges = checked_bounds(buckets)
    known = flows[pd.to_datetime(flows["happened_on"]) <= pd.Timestamp(as_of)]
    codes, names = codes_of(segment(known, by).rename(by))
    ledger = read_flows(known, rates, as_of)
    order = np.argsort(codes, kind="stable")
    ledger, ends = ledger.take(order), np.searchsorted(codes[order], np.arange(len(names) + 1))
    trends, agings, last = [], [], []
    for name, start, stop in zip(names, ends[:-1], ends[1:], strict=True):
        part = ledger.take(slice(start, stop))
        if not (part.kind == BILLED).any():
            continue
        trend, reasons = measure(part, as_of, period_months, trend_months)
        n_invoices = int(part.n[part.kind == BILLED].sum())
        reason = next(iter(reasons.values()), None)
        if n_invoices < fewest:
            trend[list(RATIOS)] = np.nan
            reason = (
                f"Only {n_invoices} invoices, so its ratios would be chance; {fewest} are needed. "
                "Choose a coarser split."
            )
        trends.append(trend.assign(group=name))
        agings.append(age_balances(part, as_of, edges, aging_by).assign(group=name))
        last.append((name, n_invoices, reason))
    if not trends:
        raise Refusal(
            f"Nothing was billed up to {as_of}, so there are no receivables. Choose a later "
            "as-of date, or load a longer period."
        )
    trend = front(pd.concat(trends, ignore_index=True))
    table = trend.groupby("group", sort=False).tail(1).reset_index(drop=True)
    table["share"] = ratio(table["open_amount"], table["open_amount"].sum())
    table["n_invoices"] = [n for _, n, _ in last]
    table["reason"] = [reason for _, _, reason in last]
    return ReceivablesBy(table, trend, front(pd.concat(agings, ignore_index=True)), by, as_of)


def counted(figure_id: str, value: float, reason: str | None, result: Receivables) -> Figure:
    known = not np.isnan(value)
    return Figure(
        figure_id,
        value if known else None,
        None,
        None,
        result.n_invoices,
        result.as_of,
        COUNTED if known else reason,
    )


def front(table: pd.DataFrame) -> pd.DataFrame:
    return table[["group", *(name for name in table.columns if name != "group")]]

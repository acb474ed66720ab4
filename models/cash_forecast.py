"""Cash to come: expected by week from open invoices, and how past forecasts turned out."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.figures import Figure
from models.ledger import (
    DUST,
    PAID,
    Ledger,
    day_number,
    month_ends_before,
    read_flows,
    to_timestamps,
)
from models.payment_hazards import (
    MonthlyCounts,
    count_monthly,
    expected_by_week,
    payment_shares,
)
from models.refusal import Refusal

__all__ = ["NOT_IN_IT", "CashForecast", "fit_cash_forecast"]

#: What every reader of the forecast has to know.
NOT_IN_IT = "Invoices not yet issued are not in it, nor is cash not matched to an invoice."

#: Past forecasts from which a week has an interval of its own.
ENOUGH_FORECASTS = 8

# A forecast needs some payments and months behind it; before that it would be a guess.
LEAST_PAYMENTS, LEAST_HISTORY = 30, 180


@dataclass(frozen=True, eq=False)
class CashForecast:
    """Cash expected by week on invoices already issued.

    Attributes
    ----------
    table : DataFrame
        Columns ``week`` (1 to 13), ``week_start``, ``week_end``, ``expected``, ``low`` and
        ``high``.
    expected, low, high : float
        Over all weeks.
    backtest : DataFrame
        The same forecast made on past month ends, all weeks together: ``as_of``, ``horizon``
        (weeks), ``expected``, ``actual``, ``low``, ``high`` and ``inside`` (missing where too
        few forecasts had ended by then to give an interval).
    weekly_backtest : DataFrame
        The same by week: ``as_of``, ``week``, ``expected``, ``actual``, ``low``, ``high``,
        ``inside``.
    coverage : float
        Share of past forecasts whose interval held what came in; missing without any.
    n_payments : int
        Payments the forecast learned from.
    n_past_forecasts : int
        Past forecasts that have ended by `as_of`, behind the interval.
    reason : str or None
        How the interval was made when there were fewer than 8, or why there is none.
    note : str
        What is not in the forecast.
    """

    table: pd.DataFrame
    expected: float
    low: float
    high: float
    backtest: pd.DataFrame
    weekly_backtest: pd.DataFrame
    coverage: float
    confidence: float
    n_past_forecasts: int
    n_payments: int
    as_of: dt.date
    reason: str | None
    note: str = NOT_IN_IT

    @property
    def weeks(self) -> int:
        return len(self.table)

    def figures(self) -> tuple[Figure, ...]:
        """Return the cash expected over all weeks, when these are the 13 it is named for."""
        if self.weeks != 13:
            return ()
        known = not np.isnan(self.low)
        return (
            Figure(
                "late_payments.expected_cash_13w",
                self.expected,
                self.low if known else None,
                self.high if known else None,
                self.n_payments,
                self.as_of,
                self.reason,
                self.confidence if known else None,
            ),
        )


def fit_cash_forecast(
    flows: pd.DataFrame,
    rates: pd.DataFrame,
    as_of: dt.date,
    *,
    weeks: int = 13,
    history_months: int = 24,
    backtest_months: int = 36,
    confidence: float = 0.8,
) -> CashForecast:
    """Forecast cash by week from open amounts, and hold it against past forecasts.

    Each open amount is paid according to the share of money, by payment terms and age, that
    was paid in the `history_months` before; credited and written-off money leaves without
    being paid. The interval is conformal: the same forecast is made on every past month end
    from what was known then, and the quantile of its relative errors is laid around the
    present one. Past month ends overlap, so its level is approximate; `coverage` says how it
    did, with each past interval made only of forecasts that had ended by then.

    Parameters
    ----------
    flows, rates, as_of
        As in `models.receivables.fit_receivables`.
    weeks : int, default=13
    history_months : int, default=24
        Months of payments the hazards are taken from.
    backtest_months : int, default=36
        Past month ends on which the forecast is repeated.
    confidence : float, default=0.8

    Returns
    -------
    CashForecast

    Raises
    ------
    ValueError
        If fewer than 30 payments, or less than half a year, are known.

    References
    ----------
    .. [1] Vovk, V., Gammerman, A. and Shafer, G. (2005). "Algorithmic learning in a random
       world." Springer. (Split conformal prediction.)
    """
    ledger = read_flows(flows, rates, as_of)
    n_paid = checked_history(ledger, as_of)
    ends = month_ends_before(as_of, backtest_months + history_months)
    made_on = ends[-1 - backtest_months :]
    first = int(ledger.issued.min())
    made_on = made_on[(made_on - first >= LEAST_HISTORY) | (made_on == ends[-1])]
    expected, actual = forecasts_on(ledger, ends, made_on, weeks, history_months)
    # Column 0 is all weeks together, then week by week.
    ended = np.concatenate([[7 * weeks], 7 * np.arange(1, weeks + 1)])
    low, high, reason = bounds_on(expected, actual, made_on, ended, confidence)
    backtest = past_table(made_on, expected, actual, low, high, [0], weeks, ended)
    weekly = past_table(made_on, expected, actual, low, high, range(1, weeks + 1), weeks, ended)
    rated = backtest["inside"].dropna()
    return CashForecast(
        weeks_table(as_of, expected[-1, 1:], low[-1, 1:], high[-1, 1:]),
        float(expected[-1, 0]),
        float(low[-1, 0]),
        float(high[-1, 0]),
        backtest,
        weekly,
        float(rated.mean()) if len(rated) else float("nan"),
        confidence,
        int((made_on[:-1] + 7 * weeks <= day_number(as_of)).sum()),
        n_paid,
        as_of,
        reason,
    )


def checked_history(ledger: Ledger, as_of: dt.date) -> int:
    """Payments to learn from, if they are enough."""
    n_paid = int(ledger.n[ledger.kind == PAID].sum())
    span = day_number(as_of) - int(ledger.issued.min()) if ledger.issued.size else 0
    if n_paid < LEAST_PAYMENTS or span < LEAST_HISTORY:
        raise Refusal(
            f"Up to {as_of} there are {n_paid} payments over {span} days; a cash forecast needs "
            f"{LEAST_PAYMENTS} over {LEAST_HISTORY}. Load a longer period, or widen the filters."
        )
    return n_paid


def forecasts_on(
    ledger: Ledger, ends: np.ndarray, made_on: np.ndarray, weeks: int, history_months: int
) -> tuple[np.ndarray, np.ndarray]:
    """Forecast on each day and what came in after all but the last: all weeks, then each."""
    counts = count_monthly(ledger, ends)
    expected = np.array(
        [forecast_on(counts, ledger, int(day), weeks, history_months) for day in made_on]
    )
    # What float arithmetic leaves of a settled balance is not money to come.
    expected[expected < DUST] = 0.0
    actual = came_in(ledger, made_on[:-1], weeks)
    return tuple(np.column_stack([cash.sum(axis=1), cash]) for cash in (expected, actual))


def bounds_on(
    expected: np.ndarray,
    actual: np.ndarray,
    made_on: np.ndarray,
    ended: np.ndarray,
    confidence: float,
) -> tuple[np.ndarray, np.ndarray, str | None]:
    """Low and high of each forecast from the errors known on its day, and a note on the last."""
    past = np.full(actual.shape, np.nan)
    np.divide(np.abs(actual - expected[:-1]), expected[:-1], out=past, where=expected[:-1] > 0)
    found = [error_quantiles(past, made_on[:-1], int(day), ended, confidence) for day in made_on]
    width = np.array([quantiles for quantiles, _ in found])
    return np.maximum(expected * (1 - width), 0.0), expected * (1 + width), found[-1][1]


def weeks_table(
    as_of: dt.date, expected: np.ndarray, low: np.ndarray, high: np.ndarray
) -> pd.DataFrame:
    start = to_timestamps(day_number(as_of) + 1 + 7 * np.arange(expected.size))
    return pd.DataFrame(
        {
            "week": np.arange(1, expected.size + 1),
            "week_start": start,
            "week_end": start + np.timedelta64(6, "D"),
            "expected": expected,
            "low": low,
            "high": high,
        }
    )


def forecast_on(
    counts: MonthlyCounts, ledger: Ledger, day: int, weeks: int, history_months: int
) -> np.ndarray:
    """Expected cash of each week after `day`, from what was known on it."""
    paid, still_open = payment_shares(counts, day, history_months)
    rate = ledger.rates_in(day)[:, 0]
    return expected_by_week(counts.open_on(day, rate), paid, still_open, weeks)


def came_in(ledger: Ledger, made_on: np.ndarray, weeks: int) -> np.ndarray:
    """Cash received in each week after each day, on invoices issued by that day."""
    paid = np.flatnonzero(ledger.kind == PAID)
    paid = paid[np.argsort(ledger.happened[paid], kind="stable")]
    ledger = ledger.take(paid)
    happened, issued = ledger.happened, ledger.issued
    cash = ledger.converted(happened, ledger.amount)
    found = np.zeros((made_on.size, weeks))
    for i, day in enumerate(made_on):
        rows = slice(*np.searchsorted(happened, [day + 1, day + 7 * weeks + 1]))
        week = (happened[rows] - day - 1) // 7
        known = issued[rows] <= day
        found[i] = np.bincount(week, np.where(known, cash[rows], 0.0), minlength=weeks)
    return found


def error_quantiles(
    past: np.ndarray, made_on: np.ndarray, day: int, ended: np.ndarray, confidence: float
) -> tuple[np.ndarray, str | None]:
    """Conformal quantile of the relative errors known on `day`, by horizon."""
    known = (made_on[:, None] + ended <= day) & ~np.isnan(past)
    width = np.full(ended.size, np.nan)
    note = None
    if known[:, 0].sum() >= ENOUGH_FORECASTS:
        for k in range(ended.size):
            width[k] = conformal(past[known[:, k], k], confidence)
        return width, note
    pooled = past[:, 1:][known[:, 1:]]
    n_ended = int(known[:, 0].sum())
    if pooled.size >= ENOUGH_FORECASTS:
        # One week errs more than thirteen together, so this errs on the wide side for the total.
        width[:] = conformal(pooled, confidence)
        return width, (
            f"Only {n_ended} past forecasts have ended, and {ENOUGH_FORECASTS} are needed for an "
            "interval of each week: this one is from the errors of all their weeks together."
        )
    return width, (
        f"Only {n_ended} past forecasts have ended, too few to say how far this one may be off. "
        "Load a longer period."
    )


def conformal(errors: np.ndarray, confidence: float) -> float:
    """Return the smallest error that at least `confidence` of future ones stay below.

    Missing where so few errors are known that no bound keeps that promise.
    """
    rank = int(np.ceil((errors.size + 1) * confidence))
    return float(np.sort(errors)[rank - 1]) if rank <= errors.size else float("nan")


def past_table(
    made_on: np.ndarray, expected: np.ndarray, actual: np.ndarray, low: np.ndarray,
    high: np.ndarray, columns: list[int] | range, weeks: int, ended: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    """Forecasts on past month ends beside what came in, those that have ended only."""
    parts = []
    for k in columns:
        over = made_on[:-1] + ended[k] <= made_on[-1]
        parts.append(
            pd.DataFrame(
                {
                    "as_of": to_timestamps(made_on[:-1][over]),
                    "horizon" if k == 0 else "week": weeks if k == 0 else k,
                    "expected": expected[:-1, k][over],
                    "actual": actual[over, k],
                    "low": low[:-1, k][over],
                    "high": high[:-1, k][over],
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    inside = (table["actual"] >= table["low"]) & (table["actual"] <= table["high"])
    return table.assign(inside=inside.astype(float).where(table["low"].notna()))

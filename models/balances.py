"""Balances, sales and collections on any day of a grid, from one pass over the flows."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.collection_metrics import (
    cash_flow_velocity,
    collection_effectiveness_index,
    days_delinquent,
    dso_best_possible,
    dso_count_back,
    dso_simple,
    ratio,
)
from models.ledger import (
    BILLED,
    DUST,
    PAID,
    UNAPPLIED,
    Ledger,
    by_day,
    day_number,
    month_ends_before,
    month_windows,
    to_date,
    to_timestamps,
)

__all__ = ["Cumulated", "clean", "measure", "unapplied"]

#: Figures of the whole period, which books that began within it cannot carry.
PERIOD_FIGURES = (
    "dso_simple",
    "dso_best_possible",
    "average_days_delinquent",
    "cei",
    "cash_flow_velocity",
)


@dataclass(frozen=True, eq=False)
class Cumulated:
    """Sums up to each day of a grid: arrays (currency, day) in own currency, or (day,)."""

    grid: np.ndarray
    balance: np.ndarray
    overdue: np.ndarray
    billed: np.ndarray
    sales: np.ndarray
    collected: np.ndarray

    @classmethod
    def of(cls, ledger: Ledger, grid: np.ndarray) -> "Cumulated":
        n_currencies, n_days = len(ledger.currencies), grid.size + 1
        shape = (n_currencies, n_days)
        happened = by_day(ledger.happened, lambda days: np.searchsorted(grid, days, side="left"))
        # Overdue from the first grid day after the due date on which it had also happened.
        past_due = by_day(ledger.due, lambda days: np.searchsorted(grid, days, side="right"))
        overdue = np.maximum(happened, past_due)
        row = ledger.currency * n_days

        def total(at: np.ndarray, amounts: np.ndarray) -> np.ndarray:
            by_day = np.bincount(row + at, amounts, minlength=n_currencies * n_days)
            return np.cumsum(by_day.reshape(shape), axis=1)

        signed = ledger.signed
        converted = ledger.converted(ledger.happened, ledger.amount)
        billed, paid = ledger.kind == BILLED, ledger.kind == PAID
        return cls(
            grid,
            total(happened, signed),
            total(overdue, signed),
            total(happened, np.where(billed, ledger.amount, 0.0)),
            total(happened, np.where(billed, converted, 0.0)).sum(axis=0),
            total(happened, np.where(paid, converted, 0.0)).sum(axis=0),
        )

    def at(self, day: int) -> int:
        return int(np.searchsorted(self.grid, day))

    def balance_at(self, day: int) -> np.ndarray:
        return self.balance[:, self.at(day)]

    def overdue_at(self, day: int) -> np.ndarray:
        return self.overdue[:, self.at(day)]

    def billed_at(self, day: int) -> np.ndarray:
        return self.billed[:, self.at(day)]

    def sales_at(self, day: int) -> float:
        return float(self.sales[self.at(day)])

    def collected_at(self, day: int) -> float:
        return float(self.collected[self.at(day)])


def measure(
    ledger: Ledger, as_of: dt.date, period_months: int, trend_months: int
) -> tuple[pd.DataFrame, dict[str, str]]:
    """One row a month end, and the reasons for what is missing in the last."""
    first = int(ledger.happened[ledger.kind == BILLED].min())
    ends = month_ends_before(as_of, trend_months)
    ends = ends[(ends >= first) | (ends == day_number(as_of))]
    # Two periods a year apart, and every month back to the first invoice.
    at_least = max(period_months, 12) + period_months
    windows = [
        month_windows(to_date(end), max(at_least, 2 + (int(end) - first) // 28)) for end in ends
    ]
    sums = Cumulated.of(ledger, np.unique(np.concatenate(windows)))
    rows, reasons = [], {}
    for end, window in zip(ends, windows, strict=True):
        row, reasons = measure_at(sums, ledger, end, window, first, period_months)
        rows.append(row)
    return pd.DataFrame(rows).assign(as_of=to_timestamps(ends)), reasons


def measure_at(
    sums: Cumulated,
    ledger: Ledger,
    end: int,
    window: np.ndarray,
    first: int,
    period_months: int,
) -> tuple[dict, dict[str, str]]:
    """Every figure as of one day, from sums known on that day."""
    closing_rate = ledger.rates_in(end)[:, 0]
    last_rate = ledger.rates_in(sums.grid[-1])[:, 0]
    start, days = window[period_months], int(end - window[period_months])
    balance = clean(closing_rate @ sums.balance_at(end))
    overdue = clean(closing_rate @ sums.overdue_at(end))
    opening = clean(closing_rate @ sums.balance_at(start))
    sales = sums.sales_at(end) - sums.sales_at(start)
    collected = sums.collected_at(end) - sums.collected_at(start)
    # Months before the first invoice are not months without sales: they are not known.
    months = window[: np.searchsorted(-window, -first, side="right") + 1]
    monthly = -np.diff(sums.sales[np.searchsorted(sums.grid, months)])
    # Of a period that the books do not cover, sales and the opening balance are not known.
    covered = 1.0 if books_cover(first, start) else np.nan
    simple = covered * float(dso_simple(balance, sales, days))
    best = covered * float(dso_best_possible(balance - overdue, sales, days))
    count_back = dso_count_back(balance, np.where(monthly > DUST, monthly, 0.0), -np.diff(months))
    # Growth compares like with like: a change of exchange rate is no growth.
    year, year_start = window[12], window[12 + period_months]
    owed_before = clean(closing_rate @ sums.balance_at(year))
    sold, sold_before = (
        closing_rate @ (sums.billed_at(b) - sums.billed_at(a))
        for a, b in ((start, end), (year_start, year))
    )
    full_year = books_cover(first, year_start)
    owed_growth = float(ratio(balance, owed_before) - 1) if full_year else np.nan
    sales_growth = float(ratio(sold, sold_before) - 1) if full_year else np.nan
    row = {
        "as_of": end,
        "open_amount": balance,
        "overdue_amount": overdue,
        "not_yet_due_amount": balance - overdue,
        "open_at_constant_rates": clean(last_rate @ sums.balance_at(end)),
        "sales": sales,
        "collected": collected,
        "dso": count_back,
        "dso_simple": simple,
        "dso_best_possible": best,
        "average_days_delinquent": float(days_delinquent(simple, best)),
        "cei": covered
        * float(collection_effectiveness_index(opening, sales, balance, balance - overdue)),
        "cash_flow_velocity": covered
        * float(cash_flow_velocity(collected, opening, balance, days)),
        "receivables_growth": owed_growth,
        "sales_growth": sales_growth,
        "growth": owed_growth - sales_growth,
    }
    return row, reasons_missing(row, start, end, first, period_months)


def books_cover(first: int, start: int) -> bool:
    """Whether the books, begun on day `first`, hold all that came after day `start`.

    A week for weekends and holidays; a month without books would pass for one without sales.
    """
    return first <= start + 7


def reasons_missing(
    row: dict, start: int, end: int, first: int, period_months: int
) -> dict[str, str]:
    young = (
        f"The books begin on {to_date(first)}, within the {period_months} months from "
        f"{to_date(start + 1)} to {to_date(end)} that this is measured over, so the sales and the "
        "opening balance of the whole period are not known. Load a longer period, or choose a "
        "shorter one."
    )
    no_sales = (
        f"Nothing was billed from {to_date(start + 1)} to {to_date(end)}, so there are no sales to "
        "set the balance against. Choose a longer period."
    )
    says = {
        "dso": f"The balance is more than everything billed since {to_date(first)}, so counting "
        "back runs out of history. Load a longer period.",
        "dso_simple": no_sales,
        "dso_best_possible": no_sales,
        "average_days_delinquent": no_sales,
        "cei": f"Nothing was due for collection from {to_date(start + 1)} to {to_date(end)}.",
        "cash_flow_velocity": f"Nothing was owed at the start or the end of the {period_months} "
        "months, so nothing could turn into cash.",
        "growth": "There is no full year of history before the period, so growth cannot be "
        "computed. Load a longer period.",
    }
    if not books_cover(first, start):
        says |= dict.fromkeys(PERIOD_FIGURES, young)
    return {name: text for name, text in says.items() if np.isnan(row[name])}


def unapplied(ledger: Ledger, as_of: dt.date) -> float:
    rates = ledger.rates_in(day_number(as_of))[:, 0]
    cash = np.where(ledger.kind == UNAPPLIED, ledger.amount, 0.0)
    return clean(float((cash * rates[ledger.currency]).sum()))


def clean(amount: float) -> float:
    return 0.0 if abs(amount) < DUST else float(amount)

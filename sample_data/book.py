"""What the simulation writes down, month by month, and the books as they stand at the close."""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pandas as pd

__all__ = ["LAST_DAY", "Book", "Calendar", "closed_books", "numbered"]

#: The day the sample's books were closed. Fixed, so that the sample never changes by itself.
LAST_DAY = pd.Timestamp(2026, 9, 30)

#: What makes a row known: a row whose date is after the close is not in the books.
KNOWN_FROM = {
    "customers": "acquired_on",
    "contracts": "started_on",
    "price_changes": "announced_on",
    "tariffs": "valid_from",
    "invoices": "issued_on",
    "payments": "paid_on",
    "adjustments": "requested_on",
    "disputes": "opened_on",
    "reminders": "sent_on",
    "tickets": "opened_on",
    "surveys": "answered_on",
    "orders": "ordered_on",
    "stock_moves": "moved_on",
    "projects": "started_on",
    "expenses": "submitted_on",
    "events": "happened_on",
}
#: What happens later to a row that is known: empty as long as it has not happened.
HAPPENS_LATER = {
    "customers": {"churned_on": ("churned_on", "churn_reason")},
    "contracts": {"ended_on": ("ended_on",)},
    "adjustments": {"completed_on": ("completed_on",)},
    "disputes": {"resolved_on": ("resolved_on", "outcome")},
    "tickets": {"resolved_on": ("resolved_on", "handling_minutes", "cost")},
    "orders": {
        "shipped_on": ("shipped_on",),
        "delivered_on": ("delivered_on", "delivered_quantity", "returned_quantity"),
    },
    "projects": {"ended_on": ("ended_on", "actual_hours", "actual_cost", "travel_cost")},
    "expenses": {"reimbursed_on": ("reimbursed_on",)},
}


class Calendar:
    """Months and days of the books; day 0 is the first day of month 0.

    Examples
    --------
    >>> calendar = Calendar(months=12)
    >>> calendar.date(np.array([0, 31]))
    DatetimeIndex(['2025-10-01', '2025-11-01'], dtype='datetime64[ns]', freq=None)
    >>> calendar.month_of(np.array([0, 30, 31])).tolist()
    [0, 0, 1]
    """

    def __init__(self, months: int) -> None:
        self.months = months
        first = LAST_DAY.to_period("M") - (months - 1)
        self.start = first.start_time
        #: Long after the close too: bills fall due and debts are written off there.
        self.periods = pd.period_range(first, periods=months + 60, freq="M")
        self.first_days = np.asarray((self.periods.start_time - self.start).days, dtype=np.int64)
        self.days_in_month = np.asarray(self.periods.days_in_month, dtype=np.int64)
        self.calendar_month = np.asarray(self.periods.month)

    def date(self, days: np.ndarray) -> pd.DatetimeIndex:
        """Dates of day numbers; a missing number is a missing date, a part of a day is cut off."""
        days = np.asarray(days, dtype=float)
        missing = np.isnan(days)
        whole = np.where(missing, 0, np.floor(np.where(missing, 0, days))).astype("timedelta64[D]")
        dates = np.datetime64(self.start, "D") + whole
        dates[missing] = np.datetime64("NaT")
        return pd.DatetimeIndex(dates).as_unit("ns")

    def month_of(self, days: np.ndarray) -> np.ndarray:
        """Month numbers of day numbers that are not before the books."""
        return np.searchsorted(self.first_days, days, side="right") - 1

    def day_joined(self, month: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Day numbers of the `day` of a `month` that may lie before the books."""
        before = (month[month < 0] * 365.25 / 12).astype(np.int64) if len(month) else month
        joined = self.first_days[np.maximum(month, 0)] + day
        joined[month < 0] = before + day[month < 0] - 1
        return joined

    def days_there(
        self, month: int, joined: np.ndarray, left: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """First day of `month` on which each was a customer, and how many of its days.

        Examples
        --------
        >>> first, days = Calendar(12).days_there(1, np.array([-9, 40]), np.array([35, 999]))
        >>> first.tolist(), days.tolist()
        ([31, 40], [5, 21])
        """
        first = np.maximum(self.first_days[month], joined)
        end = self.first_days[month] + self.days_in_month[month]
        return first, np.maximum(1, np.minimum(end, left + 1) - first)

    @property
    def last_day(self) -> int:
        """Day number of the close."""
        return int((LAST_DAY - self.start).days)


class Book:
    """Rows added in pieces, read as one frame.

    Examples
    --------
    >>> book = Book()
    >>> book.add("tickets", topic=np.array(["billing", "other"]), minutes=4.0)
    >>> book.frame("tickets")["minutes"].tolist()
    [4.0, 4.0]
    """

    def __init__(self) -> None:
        self.pieces: dict[str, list[dict[str, np.ndarray]]] = defaultdict(list)

    def add(self, table: str, **columns: object) -> None:
        """Add rows to `table`: one array a column, or one value for all rows."""
        n = max((len(c) for c in columns.values() if isinstance(c, np.ndarray)), default=1)
        if n:
            self.pieces[table].append(
                {
                    name: column if isinstance(column, np.ndarray) else np.full(n, column)
                    for name, column in columns.items()
                }
            )

    def frame(self, table: str) -> pd.DataFrame:
        """All rows of `table` in the order they were added; empty if there are none."""
        pieces = self.pieces.get(table, [])
        names = pieces[0] if pieces else ()
        return pd.DataFrame({c: np.concatenate([piece[c] for piece in pieces]) for c in names})


def numbered(prefix: str, n: int) -> np.ndarray:
    """The first `n` ids with `prefix`.

    Examples
    --------
    >>> numbered("C", 2).tolist()
    ['C-000001', 'C-000002']
    """
    return np.array([f"{prefix}-{i:06d}" for i in range(1, n + 1)], dtype=object)


def at_prices_of(day: pd.Timestamp, contracts: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Contracts at the price of `day`, where later ones are among `changes`."""
    if changes.empty or not (later := changes["effective_on"] > day).any():
        return contracts
    coming = changes[later].sort_values("effective_on")
    found = coming.groupby("contract_id")["old_monthly_value"].first()
    value = contracts["contract_id"].map(found).fillna(contracts["monthly_value"])
    return contracts.assign(monthly_value=value)


def closed_books(
    tables: Mapping[str, pd.DataFrame], day: pd.Timestamp = LAST_DAY
) -> dict[str, pd.DataFrame]:
    """The books as they stood on `day`: nothing in them had yet to happen.

    Rows that became known later are gone; what happened later to a known row is empty, and a
    contract has the price that its next change found.
    """
    known = {}
    for name, table in tables.items():
        if table.empty:
            # What was switched off has not even columns.
            known[name] = table
            continue
        if name == "contracts":
            table = at_prices_of(day, table, tables["price_changes"])
        if name in KNOWN_FROM:
            began = table[KNOWN_FROM[name]]
            table = table[~(began > day)]
        for date, columns in HAPPENS_LATER.get(name, {}).items():
            later = table[date] > day
            table = table.assign(**{c: table[c].where(~later) for c in columns})
        known[name] = table.reset_index(drop=True)
    return known

"""The flows cube as numbers: what was billed and how it was settled, by day and currency."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.refusal import Refusal

__all__ = ["KINDS", "Ledger", "by_day", "day_number", "month_windows", "read_flows", "to_date"]

#: Kinds of flow; only the first adds to what is owed, and the last is shown, never netted.
KINDS = ("billed", "paid", "credited", "written_off", "unapplied")
BILLED, PAID, CREDITED, WRITTEN_OFF, UNAPPLIED = range(5)

# Sums of cents in binary leave dust that is no debt; a twentieth of a cent is none either.
DUST = 5e-4

EPOCH = dt.date(1970, 1, 1)
DAYS, MONTHS = np.dtype("datetime64[D]"), np.dtype("datetime64[M]")


@dataclass(frozen=True, eq=False)
class Ledger:
    """Flows as arrays, one element a row of the cube; dates are days since 1970.

    Attributes
    ----------
    issued, due, happened : ndarray of int
    kind : ndarray of int
        Index into `KINDS`.
    currency : ndarray of int
        Index into `currencies`.
    amount : ndarray of float
        In the row's own currency.
    n : ndarray of int
        How many invoices or payments the row sums over.
    rate : ndarray of shape (n_currencies, n_months)
        To the reporting currency, by month counted from `first_month`.
    """

    issued: np.ndarray
    due: np.ndarray
    happened: np.ndarray
    kind: np.ndarray
    currency: np.ndarray
    amount: np.ndarray
    n: np.ndarray
    currencies: tuple[str, ...]
    rate: np.ndarray
    first_month: int

    @property
    def signed(self) -> np.ndarray:
        """What each row does to the open balance."""
        return self.amount * np.array([1.0, -1.0, -1.0, -1.0, 0.0])[self.kind]

    def rates_in(self, days: np.ndarray) -> np.ndarray:
        """Rates of the months the days fall in: array (currency, day)."""
        month = np.clip(month_number(np.atleast_1d(days)) - self.first_month, 0, None)
        return self.rate[:, np.minimum(month, self.rate.shape[1] - 1)]

    def converted(self, days: np.ndarray, amount: np.ndarray) -> np.ndarray:
        """Amounts of this ledger's rows at the rate of each row's own day."""
        if len(self.currencies) == 1 and (self.rate == self.rate[0, 0]).all():
            return amount * self.rate[0, 0]
        month = np.clip(month_number(days) - self.first_month, 0, self.rate.shape[1] - 1)
        # One flat index is taken faster than a pair.
        month += self.currency * self.rate.shape[1]
        return amount * self.rate.ravel()[month]

    def take(self, rows: np.ndarray | slice) -> "Ledger":
        """Return the ledger of some rows only."""
        columns = ("issued", "due", "happened", "kind", "currency", "amount", "n")
        return replace(self, **{name: getattr(self, name)[rows] for name in columns})


def read_flows(flows: pd.DataFrame, rates: pd.DataFrame, as_of: dt.date) -> Ledger:
    """Turn the cube into arrays and drop what had not happened by `as_of`.

    Raises
    ------
    ValueError
        If columns or kinds are not those of the cube, or a currency has no rate in a month in
        which it is needed.
    """
    wanted = ("issued_on", "due_on", "happened_on", "currency", "kind", "amount")
    if missing := [name for name in wanted if name not in flows.columns]:
        raise ValueError(
            f"The flows have no column {', '.join(missing)}, so receivables cannot be computed. "
            f"They have {', '.join(map(str, flows.columns))}."
        )
    happened = days_of(flows["happened_on"])
    known = happened <= day_number(as_of)
    if not known.all():
        flows, happened = flows[known], happened[known]
    kind_codes, kinds = codes_of(flows["kind"])
    if unknown := [name for name in kinds if name not in KINDS]:
        raise ValueError(
            f"The flows hold the kind '{unknown[0]}', which is none of {', '.join(KINDS)}, so its "
            "effect on the balance is not known. Correct the export of flows."
        )
    translate = np.array([KINDS.index(name) for name in kinds], dtype=np.int8)
    currency, currencies = codes_of(flows["currency"])
    counts = flows["n"].to_numpy() if "n" in flows else np.ones(len(flows), dtype=np.int64)
    ledger = Ledger(
        days_of(flows["issued_on"]),
        days_of(flows["due_on"]),
        happened,
        translate[kind_codes] if len(flows) else np.zeros(0, dtype=np.int8),
        currency,
        flows["amount"].to_numpy(dtype=float),
        counts,
        currencies,
        np.ones((max(len(currencies), 1), 1)),
        0,
    )
    return with_rates(ledger, rates, as_of)


def with_rates(ledger: Ledger, rates: pd.DataFrame, as_of: dt.date) -> Ledger:
    """Attach the rate of every month from the first flow to `as_of`; gaps take the month before."""
    if not ledger.happened.size:
        return ledger
    first = int(month_number(ledger.happened.min()))
    last = int(month_number(day_number(as_of)))
    table = np.full((len(ledger.currencies), last - first + 1), np.nan)
    known = rates[["currency", "month", "to_reporting"]].dropna()
    month = month_number(days_of(known["month"])) - first
    row = known["currency"].map({name: i for i, name in enumerate(ledger.currencies)})
    use = row.notna().to_numpy() & (month <= last - first)
    order = np.argsort(month[use], kind="stable")
    # A month before the first flow sets the opening rate; later ones overwrite it in order.
    at = np.maximum(month[use][order], 0)
    table[row[use].to_numpy(dtype=int)[order], at] = known["to_reporting"].to_numpy(dtype=float)[
        use
    ][order]
    table = pd.DataFrame(table.T).ffill().to_numpy().T
    used = np.zeros(table.shape, dtype=bool)
    cell = ledger.currency * table.shape[1] + month_number(ledger.happened) - first
    used.ravel()[cell] = True
    # A balance needs the closing rate of every month after its first flow, which the
    # forward fill gives once there is any.
    for i, name in enumerate(ledger.currencies):
        lacking = np.flatnonzero(used[i] & np.isnan(table[i]))
        if lacking.size:
            when = np.datetime64("1970-01", "M") + first + int(lacking[0])
            raise Refusal(
                f"There is no exchange rate for {name} in {when}, so its amounts cannot be added "
                "to the others. Add that month to fx_rates, or leave the currency out."
            )
    return replace(ledger, rate=np.nan_to_num(table, nan=0.0), first_month=first)


def month_windows(as_of: dt.date, n_months: int) -> np.ndarray:
    """Return the last days of the months rolled back from `as_of`, latest first.

    The last day of a month rolls to the last day of the month before; any other day to the
    same day, or to the month's last when it is shorter. Element k is `as_of` less k months,
    so month k of the windows is the days after element k up to element k - 1.

    Examples
    --------
    >>> [str(to_date(day)) for day in month_windows(dt.date(2025, 6, 30), 2)]
    ['2025-06-30', '2025-05-31', '2025-04-30']
    """
    month = (as_of.year - 1970) * 12 + as_of.month - 1 - np.arange(n_months + 1)[:, None] + [0, 1]
    first, after = month.astype(MONTHS).astype(DAYS).astype(np.int64).T
    closing = (as_of + dt.timedelta(days=1)).day == 1
    return after - 1 if closing else np.minimum(first + as_of.day - 1, after - 1)


def month_ends_before(as_of: dt.date, n_months: int) -> np.ndarray:
    """Return calendar month ends before `as_of`, earliest first, then `as_of` itself."""
    month = np.datetime64(as_of, "M") - np.arange(n_months)[::-1]
    ends = month.astype("datetime64[D]").astype(np.int64) - 1
    return np.append(ends, day_number(as_of))


def day_number(day: dt.date) -> int:
    """Return days since 1970, as the arrays count them."""
    return (dt.date(day.year, day.month, day.day) - EPOCH).days


def to_date(day: int) -> dt.date:
    return EPOCH + dt.timedelta(days=int(day))


def to_timestamps(days: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return the days as frames hold dates."""
    return np.asarray(days, dtype="datetime64[D]").astype("datetime64[ns]")


def days_of(dates: pd.Series) -> np.ndarray:
    values = dates.to_numpy()
    if values.dtype.kind != "M":
        values = pd.to_datetime(dates).to_numpy()
    if np.isnat(values).any():
        raise Refusal(
            f"`{dates.name}` is empty in {int(np.isnat(values).sum())} flows, so they belong to no "
            "day. Leave them out, or check that the dates were read."
        )
    return values.astype("datetime64[D]").astype(np.int64)


def month_number(day: np.ndarray | int) -> np.ndarray:
    """Return months since 1970."""
    return by_day(np.asarray(day, dtype=np.int64), months_of)


def months_of(days: np.ndarray) -> np.ndarray:
    return days.astype(DAYS).astype(MONTHS).astype(np.int64)


def by_day(days: np.ndarray, answer: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Answer for each day; asked once a day of the span, not once a row, where that is less."""
    if days.size > 1_000:
        low = int(days.min())
        span = np.arange(low, int(days.max()) + 1)
        if span.size < days.size:
            return answer(span)[days - low]
    return answer(days)


def codes_of(labels: pd.Series) -> tuple[np.ndarray, tuple[str, ...]]:
    if isinstance(labels.dtype, pd.CategoricalDtype):
        labels = labels.cat.remove_unused_categories()
        codes, names = labels.cat.codes.to_numpy(dtype=np.int64), tuple(labels.cat.categories)
    else:
        codes, names = pd.factorize(labels, sort=True)
    if codes.size and codes.min() < 0:
        raise Refusal(
            f"`{labels.name}` is empty in {int((codes < 0).sum())} flows, so they cannot be added "
            "up. Fill it in the export."
        )
    return codes, tuple(map(str, names))

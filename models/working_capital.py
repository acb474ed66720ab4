"""Working capital: the cash that fewer days of sales set free, once, and what billing adds."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.estimates import Estimate, estimate
from models.figures import COUNTED, Figure
from models.ledger import month_windows, to_date
from models.receivables import Receivables
from models.refusal import Refusal
from models.segments import FEWEST

__all__ = ["BillingDelays", "WorkingCapital", "fit_billing_delays", "fit_working_capital"]

YEAR = 365
#: An invoice counts as unpaid for so long at the most; younger ones are not compared.
FOLLOWED = 120


@dataclass(frozen=True, eq=False)
class WorkingCapital:
    """What a day of sales outstanding ties up.

    Attributes
    ----------
    sales_per_day : float
        Credit sales of the period over its days: the cash that one day less sets free, once.
    dso, dso_best_possible : float
        Simple days sales outstanding now, and if nobody paid late.
    rate : float
        Yearly cost of the money, as a fraction of one.
    n : int
        Invoices billed up to `as_of`.
    """

    sales_per_day: float
    dso: float
    dso_best_possible: float
    rate: float
    n: int
    as_of: dt.date

    def released(self, days: float) -> float:
        """Return the cash that so many days less set free: once, never again each year."""
        return self.sales_per_day * days

    def saved_yearly(self, days: float) -> float:
        """Return what not having to finance that cash saves in each year it stays free."""
        return self.released(days) * self.rate

    @property
    def days_to_best(self) -> float:
        """Days sales outstanding that are there only because customers pay late."""
        return self.dso - self.dso_best_possible

    def figures(self) -> tuple[Figure, ...]:
        """Return the cash of one day."""
        value = self.sales_per_day
        return (Figure("receivables.cash_release", value, None, None, self.n, self.as_of, COUNTED),)


@dataclass(frozen=True, eq=False)
class BillingDelays:
    """How long what was done waits for its invoice, and what waiting does to the money.

    Attributes
    ----------
    table : DataFrame
        One row a group: ``by`` (source, channel), ``group``, ``n``, ``share`` (of the amount),
        ``waited`` (mean days by amount), ``low``, ``high`` and ``reason``.
    waited, low, high : float
        Mean days by amount from done to issue.
    passed_on, passed_low, passed_high : float
        Days that the money comes earlier for each day that the invoice goes out earlier: 1 where
        customers count from the invoice, 0 where they pay on their own day whatever we do.
        Missing where the invoices of a customer wait alike.
    amount : float
        Invoiced in the year, of which it is known when it was done.
    """

    table: pd.DataFrame
    rows: pd.DataFrame
    waited: float
    low: float
    high: float
    passed_on: float
    passed_low: float
    passed_high: float
    passed_reason: str | None
    amount: float
    n: int
    as_of: dt.date
    confidence: float

    def sooner(self, within: int) -> Estimate:
        """Return the mean days by amount saved if none waited longer than `within` days."""
        saved = np.maximum(self.rows["waited"].to_numpy() - within, 0.0)
        return weighted(saved, self.rows, self.confidence)

    def released(self, within: int) -> tuple[float, float, float]:
        """Return the cash set free, once, by billing within so many days, and its interval.

        Amount a day x days saved x what of a day is passed on. The two are estimated from
        the same invoices; their relative errors are added in squares.
        """
        saved = self.sooner(within)
        days = saved.value * self.passed_on
        per_day = self.amount / YEAR
        if not days > 0:
            return per_day * max(days, 0.0), np.nan, np.nan
        half = (saved.upper - saved.lower) / 2 / saved.value
        other = (self.passed_high - self.passed_low) / 2 / abs(self.passed_on)
        off = days * np.hypot(half, other)
        return per_day * days, per_day * max(days - off, 0.0), per_day * (days + off)


def fit_working_capital(receivables: Receivables, *, rate: float) -> WorkingCapital:
    """What a day of sales outstanding is worth.

    Parameters
    ----------
    receivables : Receivables
    rate : float
        Yearly cost of the money tied up.

    Raises
    ------
    Refusal
        If nothing was sold in the period.
    """
    last = receivables.trend.iloc[-1]
    start = to_date(month_windows(receivables.as_of, receivables.period_months)[-1])
    days = (receivables.as_of - start).days
    if not last["sales"] > 0:
        raise Refusal(
            f"Nothing was invoiced in the {days} days up to {receivables.as_of}, so a day of sales "
            "sets nothing free. Choose an earlier as-of date."
        )
    return WorkingCapital(
        float(last["sales"]) / days,
        receivables.dso_simple,
        receivables.dso_best_possible,
        rate,
        receivables.n_invoices,
        receivables.as_of,
    )


def fit_billing_delays(
    rows: pd.DataFrame, as_of: dt.date, *, confidence: float = 0.95
) -> BillingDelays:
    """Measure how long billing takes, and whether waiting for the invoice delays the money.

    What is passed on is 1 plus the slope, within each customer and source, of the days from issue
    to payment on the days waited before: a customer with a pay day of its own makes up for a late
    invoice. Days to payment end at 120, and invoices younger than that are left out of the slope.

    Parameters
    ----------
    rows : DataFrame
        Rows of `warehouse.working_capital.billing_delays`.
    as_of : date

    Raises
    ------
    Refusal
        If of fewer than 30 invoices it is known when what they are for was done.
    """
    if len(rows) < FEWEST:
        raise Refusal(
            f"Of only {len(rows)} invoices of the last year it is known when what they are for was "
            "delivered or used, so how long billing takes cannot be told. Load `orders` with "
            "`shipped_on`, or `usage`."
        )
    whole = weighted(rows["waited"].to_numpy(), rows, confidence)
    groups = []
    total = rows["amount"].sum()
    for by in ("source", "channel"):
        for name, part in rows.groupby(by):
            found = Estimate(np.nan, np.nan, np.nan, np.nan, f"Fewer than {FEWEST} invoices.")
            if len(part) >= FEWEST:
                found = weighted(part["waited"].to_numpy(), part, confidence)
            groups.append(
                {"by": by, "group": name, "n": len(part), "share": part["amount"].sum() / total,
                 "waited": found.value, "low": found.lower, "high": found.upper,
                 "reason": found.reason}
            )  # fmt: skip
    passed = passed_on(rows, confidence)
    return BillingDelays(
        pd.DataFrame(groups), rows, whole.value, whole.lower, whole.upper, passed.value,
        passed.lower, passed.upper, passed.reason, float(total), len(rows), as_of, confidence,
    )  # fmt: skip


def weighted(days: np.ndarray, rows: pd.DataFrame, confidence: float) -> Estimate:
    """Mean days by amount, with an interval robust by customer that ends at zero at the least."""
    weight = rows["amount"].to_numpy(dtype=float)
    weight = weight / weight.sum()
    mean = float(weight @ days)
    cluster = pd.factorize(rows["customer_id"])[0]
    found = estimate(mean, weight * (days - mean), cluster, confidence)
    return Estimate(mean, found.std_err, np.maximum(found.lower, 0.0), found.upper, found.reason)


def passed_on(rows: pd.DataFrame, confidence: float) -> Estimate:
    """Days the money comes earlier for a day that the invoice goes out earlier."""
    old = rows[rows["age"] >= FOLLOWED]
    until = np.minimum(old["duration"], FOLLOWED).where(old["paid"], FOLLOWED).astype(float)
    keys = [old["customer_id"], old["source"]]
    x = (old["waited"] - old["waited"].groupby(keys).transform("mean")).to_numpy()
    y = (until - until.groupby(keys).transform("mean")).to_numpy()
    varies = float((x**2).sum())
    if len(old) < FEWEST or varies < len(old) / 4:
        why = (
            "Invoices of a customer wait alike, so whether a sooner one would bring sooner money "
            "was not seen: it is taken that customers count from the invoice."
        )
        return Estimate(1.0, np.nan, 1.0, 1.0, why)
    slope = float(x @ y) / varies
    cluster = pd.factorize(old["customer_id"])[0]
    return estimate(1 + slope, x * (y - slope * x) / varies, cluster, confidence)

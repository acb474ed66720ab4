"""Lifetime value: the margin still to come from each customer, month by month, discounted."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from models.clusters import critical_value
from models.figures import Figure
from models.outlook import Outlook
from models.refusal import Refusal
from models.value_terms import Terms
from models.value_walk import factors, walk

__all__ = ["LifetimeValue", "fit_lifetime_value"]

#: Columns that `fit_lifetime_value` reads.
COLUMNS = ("customer_id", "contribution", "std_err", "revenue", "days_to_pay")
#: Draws of all customers that are held at once, in numbers: 80 megabytes.
MOST_DRAWN = 20_000_000
FEWEST_DRAWS = 20


@dataclass(frozen=True, eq=False)
class LifetimeValue:
    """What is still to come from each customer, with its interval and what it rests on.

    Every value is the residual one, from the day after `as_of` on, over `terms.horizon` months,
    in the currency of the margins. Its interval is that of the expected value: how well margins
    and chances of leaving are known. Whether this one customer leaves is chance on top of it.

    Attributes
    ----------
    customers : DataFrame
        One row a customer: ``customer_id``, ``cltv``, ``cltv_low``, ``cltv_high``,
        ``cltv_baseline`` (margin of a month over the churn rate, capped at the horizon and not
        discounted), ``std_err``, ``payment`` (of a month now, after the cost of waiting for the
        money), ``months`` (months expected to be paid for) and ``factor`` (value of one unit
        of payment a month).
    months : DataFrame
        One row a month ahead: ``month``, ``staying`` (mean share still there), ``payments``
        (expected, of all) and ``value`` (the same, discounted).
    causes : DataFrame
        One row a cause of leaving: ``cause`` and ``lost``, the value it takes. What all causes
        take and the portfolio's value add up to `certain`.
    portfolio, low, high, baseline : float
        Value of all customers, its interval, and the baseline's.
    with_first_payment, without_first_payment : float
        The same if each month were paid on its first day, and so the first of them today, or
        on its last, by whoever is there then: the two ways in which textbooks have it.
    certain : float
        What the portfolio would be worth if nobody left.
    share_beyond : float
        Part of the value that lies further ahead than the books reach back.
    point_of_retention : float
        What the portfolio gains when one more customer in a hundred stays through a year.
    factor_draws : ndarray of shape (n_draws, n), float32
        `factor` under coefficients drawn from their distribution.
    payment_std_err : ndarray of shape (n,)
        Of each customer by itself.
    payment_shared : ndarray of shape (n, n_shared)
        What errors that customers have in common add to each one's payment.
    terms : Terms
    confidence : float
    as_of : date
    """

    customers: pd.DataFrame
    months: pd.DataFrame
    causes: pd.DataFrame
    portfolio: float
    low: float
    high: float
    baseline: float
    with_first_payment: float
    without_first_payment: float
    certain: float
    share_beyond: float
    point_of_retention: float
    factor_draws: np.ndarray
    payment_std_err: np.ndarray
    payment_shared: np.ndarray
    terms: Terms
    confidence: float
    as_of: dt.date

    @property
    def n(self) -> int:
        return len(self.customers)

    def figures(self) -> tuple[Figure, ...]:
        """Return the value of all customers, and of one on average."""
        known = self.confidence if np.isfinite(self.low) else None
        ends = (self.low, self.high) if known else (None, None)
        mean = [None if end is None else end / self.n for end in ends]
        return (
            Figure("lifetime_value.portfolio", self.portfolio, *ends, self.n, self.as_of,
                   confidence=known),
            Figure("lifetime_value.mean", self.portfolio / self.n, *mean, self.n, self.as_of,
                   confidence=known),
        )  # fmt: skip

    def by(self, labels: Sequence[object]) -> pd.DataFrame:
        """Return the value of groups of customers, largest first.

        Parameters
        ----------
        labels : sequence of shape (n,)
            Group of each row of `customers`; a missing one is in no group.

        Returns
        -------
        DataFrame
            ``group``, ``n``, ``value``, ``low``, ``high``, ``mean``, ``mean_low``, ``mean_high``
            and ``baseline``.
        """
        groups, names = pd.factorize(pd.Series(labels).astype(object), sort=True)
        known = groups >= 0
        payment, value, base = (
            self.customers[c].to_numpy()[known] for c in ("payment", "cltv", "cltv_baseline")
        )
        groups = groups[known]
        n = np.bincount(groups, minlength=len(names))
        total = np.bincount(groups, value, minlength=len(names))
        drawn = np.array(
            [np.bincount(groups, row[known] * payment, len(names)) for row in self.factor_draws]
        )
        factor = self.customers["factor"].to_numpy()
        own = (factor * self.payment_std_err)[known] ** 2
        # Errors that customers have in common add up before they are squared.
        common = np.zeros((len(names), self.payment_shared.shape[1]))
        np.add.at(common, groups, (factor[:, None] * self.payment_shared)[known])
        own = np.bincount(groups, own, minlength=len(names)) + (common**2).sum(axis=1)
        width = float(critical_value(self.confidence)) * np.sqrt(spread(drawn) + own)
        table = pd.DataFrame(
            {"group": names, "n": n, "value": total, "low": total - width, "high": total + width}
        )
        for end in ("value", "low", "high"):
            table["mean" if end == "value" else f"mean_{end}"] = table[end] / n
        table["baseline"] = np.bincount(groups, base, minlength=len(names))
        return table.sort_values("value", ascending=False, ignore_index=True)

    def draws(self, rng: np.random.Generator) -> Iterator[np.ndarray]:
        """Yield values of all customers as they may truly be, one array a draw."""
        payment = self.customers["payment"].to_numpy()
        for factor in self.factor_draws:
            own = self.payment_std_err * rng.standard_normal(self.n)
            common = self.payment_shared @ rng.standard_normal(self.payment_shared.shape[1])
            yield factor * (payment + own + common)

    def chance_below(self, amount: Sequence[float] | float) -> np.ndarray:
        """Return the chance that each customer's expected value is below an amount."""
        error = self.customers["std_err"].to_numpy()
        gap = np.asarray(amount, float) - self.customers["cltv"].to_numpy()
        surely = np.where(gap > 0, 1.0, np.where(gap < 0, 0.0, 0.5))
        return np.where(error > 0, norm.cdf(gap / np.where(error > 0, error, 1.0)), surely)

    def concentration(self) -> pd.DataFrame:
        """Return how much of the value lies with how many customers, the best first.

        Returns
        -------
        DataFrame
            ``customers`` and ``value``, both shares of all; the value rises above one where
            customers who cost more than they bring come last.
        """
        values = np.sort(self.customers["cltv"].to_numpy())[::-1]
        place = np.unique(np.linspace(0, self.n, min(self.n, 200) + 1).round().astype(int))
        summed = np.concatenate([[0.0], np.cumsum(values)])
        return pd.DataFrame({"customers": place / self.n, "value": summed[place] / self.portfolio})

    def deciles(self) -> pd.DataFrame:
        """Return the value of each tenth of the customers, the best first.

        Returns
        -------
        DataFrame
            ``decile`` (1 is the best), ``n``, ``value`` and ``share`` of the portfolio.
        """
        order = np.argsort(-self.customers["cltv"].to_numpy(), kind="stable")
        decile = np.empty(self.n, dtype=int)
        decile[order] = np.arange(self.n) * 10 // self.n + 1
        by = self.customers.groupby(decile)["cltv"].agg(["size", "sum"]).reset_index()
        by = by.set_axis(["decile", "n", "value"], axis=1)
        return by.assign(share=by["value"] / self.portfolio)


def fit_lifetime_value(
    customers: pd.DataFrame,
    outlook: Outlook,
    *,
    as_of: dt.date,
    horizon: int = 36,
    discount_rate: float,
    financing_rate: float,
    churn_rate: float,
    growth: float = 0.0,
    followed_months: float | None = None,
    shared: pd.DataFrame | None = None,
    n_draws: int = 50,
    confidence: float = 0.95,
    random_state: int = 0,
) -> LifetimeValue:
    """Value what is still to come from each customer.

    A customer pays for each month ahead as the month passes: for half of the one in which it
    leaves, discounted from the middle. The payment is its margin after all costs and expected
    bad debt, less the cost of financing its own payment delay. It may be negative, and then a
    long stay makes it worse.

    Parameters
    ----------
    customers : DataFrame
        One row a customer: ``customer_id``, ``contribution`` and ``std_err`` (of a month: what
        is expected and how well it is known), ``revenue`` (of a month) and ``days_to_pay``;
        ``trailing``, if there, is the margin that the baseline takes.
    outlook : Outlook
        Chances of leaving of the customers to value, all of them among `customers`.
    as_of : date
        Day the value is of.
    horizon : int, default=36
        Months ahead that count.
    discount_rate, financing_rate : float
        Yearly, nominal if the margins are; what money tied up in open invoices costs.
    churn_rate : float
        Share of customers that leave in a month, for the baseline.
    growth : float, default=0
        Yearly growth of the margin of a customer who stays: a choice, not an estimate.
    followed_months : float, optional
        Months that the books reach back.
    shared : DataFrame, optional
        By customer id, the part of ``std_err`` that customers have in common; see
        `models.expected_margins.ExpectedMargins`. Without it their errors are independent.
    n_draws : int, default=50
        Draws for the intervals; 0 for none.
    confidence : float, default=0.95
    random_state : int, default=0

    Returns
    -------
    LifetimeValue

    Raises
    ------
    Refusal
        If there is nobody to value, or the horizon is beyond what the data can speak of.
    ValueError
        If a customer of the outlook is not among `customers`, or an option is impossible.

    References
    ----------
    .. [1] S. Gupta, D. R. Lehmann, J. A. Stuart (2004). Valuing customers.
    .. [2] P. S. Fader, B. G. S. Hardie (2010). Customer-base valuation in a contractual setting:
       the perils of ignoring heterogeneity.

    Examples
    --------
    A margin of 100 a month, of which 97 % stay, at 10 % a year:

    >>> from models.outlook import ConstantOutlook
    >>> one = pd.DataFrame({"customer_id": ["A"], "contribution": [100.0], "std_err": [0.0],
    ...                     "revenue": [100.0], "days_to_pay": [0.0]})
    >>> outlook = ConstantOutlook(np.array(["A"]), ("price",), np.array([[0.03]]))
    >>> value = fit_lifetime_value(one, outlook, as_of=dt.date(2025, 6, 30), discount_rate=0.1,
    ...                            financing_rate=0.1, churn_rate=0.03)
    >>> round(value.with_first_payment, 2)
    1988.23
    """  # fmt: skip
    terms = Terms(horizon, discount_rate, financing_rate, growth)
    rows = matched(customers, outlook)
    payment = terms.payment(rows["contribution"], rows["revenue"], rows["days_to_pay"])
    paid = walk(outlook, payment, terms)
    draws, error = draw_factors(outlook, terms, n_draws, random_state)
    known = rows["std_err"].to_numpy(float)
    common, own = np.zeros((len(rows), 0)), known
    if shared is not None:
        common = shared.loc[rows["customer_id"]].to_numpy(float)
        own = np.sqrt(np.maximum(known**2 - (common**2).sum(axis=1), 0.0))
    value = payment * paid.factor
    half = float(critical_value(confidence))
    # Of a product of two independent estimates.
    std_err = np.sqrt(error**2 * (payment**2 + known**2) + (paid.factor * known) ** 2)
    either_side = half * std_err
    trailing = (rows["trailing"] if "trailing" in rows else rows["contribution"]).to_numpy(float)
    table = pd.DataFrame(
        {
            "customer_id": outlook.customer_id,
            "cltv": value,
            "cltv_low": value - either_side,
            "cltv_high": value + either_side,
            "cltv_baseline": trailing * simple_months(churn_rate, horizon),
            "std_err": std_err,
            "payment": payment,
            "months": paid.stay,
            "factor": paid.factor,
        },
        # Of very many customers a copy would cost as much as the sums.
        copy=False,
    )
    total = float(value.sum())
    certainty = ((paid.factor * own) ** 2).sum() + ((paid.factor @ common) ** 2).sum()
    width = half * float(np.sqrt(spread(draws @ payment) + certainty))
    certain = float(payment.sum() * terms.weights().sum())
    reached = horizon if followed_months is None else followed_months
    later = paid.months["month"] > reached
    return LifetimeValue(
        table,
        paid.months,
        paid.causes,
        total,
        total - width,
        total + width,
        float(table["cltv_baseline"].sum()),
        paid.at_start,
        paid.at_end,
        certain,
        float(paid.months["value"][later].sum() / total) if total else np.nan,
        paid.point_of_retention,
        draws,
        own,
        common,
        terms,
        confidence,
        as_of,
    )


def matched(customers: pd.DataFrame, outlook: Outlook) -> pd.DataFrame:
    """The rows of the customers of `outlook`, in its order."""
    missing = [name for name in COLUMNS if name not in customers]
    if missing:
        raise ValueError(
            f"The customers have no column {', '.join(missing)}, so they cannot be valued. "
            f"Give {', '.join(COLUMNS)}."
        )
    if len(outlook.customer_id) == 0:
        raise Refusal(
            "No customer is there on this day, so there is nothing to value. Choose an earlier "
            "as-of date, or wider filters."
        )
    rows = customers
    if not np.array_equal(customers["customer_id"], outlook.customer_id):
        place = pd.Index(customers["customer_id"]).get_indexer(outlook.customer_id)
        if (place < 0).any():
            raise ValueError(
                f"{(place < 0).sum():,} customers have chances of leaving but no margins, so they "
                "cannot be valued. Give margins for every customer of the outlook."
            )
        rows = customers.iloc[place]
    known = (rows["contribution"] + rows["std_err"]).notna()
    if not known.all():
        raise Refusal(
            f"The margin of {(~known).sum():,} customers is not known, so neither is their value. "
            "Load their invoices."
        )
    return rows


def draw_factors(
    outlook: Outlook, terms: Terms, n_draws: int, random_state: int
) -> tuple[np.ndarray, np.ndarray]:
    """Factors under drawn coefficients, and their standard error by customer."""
    n = len(outlook.customer_id)
    n_draws = min(n_draws, max(FEWEST_DRAWS, MOST_DRAWN // n))
    if n_draws < 2:
        return np.empty((0, n), np.float32), np.full(n, np.nan)
    rng = np.random.default_rng(random_state)
    draws = np.empty((n_draws, n), np.float32)
    for row in draws:
        row[:] = factors(outlook.drawn(rng), terms)
    return draws, draws.std(axis=0, ddof=1, dtype=np.float64)


def spread(draws: np.ndarray) -> np.ndarray:
    """Variance over draws; not known without them."""
    if len(draws) < 2:
        return np.full(draws.shape[1:], np.nan)
    return draws.var(axis=0, ddof=1, dtype=np.float64)


def simple_months(churn_rate: float, horizon: int) -> float:
    """Months a customer stays at a constant churn rate, 1 / rate without an end, of `horizon`.

    >>> simple_months(0.0, 36), round(simple_months(0.03, 36), 2)
    (36.0, 22.2)
    """
    if not 0 <= churn_rate <= 1:
        raise ValueError(f"A churn rate of {churn_rate:g} is no share. Give one from 0 to 1.")
    return float(((1 - churn_rate) ** np.arange(horizon)).sum())

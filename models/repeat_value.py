"""What customers without a contract are still to bring, from how often and how much they buy."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.clusters import critical_value
from models.purchase_size import PurchaseSize, fit_purchase_size
from models.repeat_purchases import RepeatPurchases, fit_repeat_purchases
from models.value_terms import Terms

__all__ = ["RepeatValue", "fit_repeat_value"]

MONTH_DAYS = 365.25 / 12
YEAR_DAYS = 365


@dataclass(frozen=True, eq=False)
class RepeatValue:
    """Value of customers who buy without a contract.

    Attributes
    ----------
    customers : DataFrame
        One row a customer, the best first: ``customer_id``, ``repeats``, ``alive`` (missing for
        who never came back), ``purchases`` (expected within the horizon, not discounted),
        ``spend`` (expected of a purchase) and ``value``.
    portfolio, low, high : float
        Value of all; the interval is from how well the model of purchases is known, with the
        value of a purchase and the share of margin as they were found.
    n_new, n_repeat : int
        Customers with their first purchase in the last year, and those who ever came back.
    margin_share : float
        Contribution of one unit of revenue.
    purchases : RepeatPurchases
    size : PurchaseSize
    terms : Terms
    confidence : float
    as_of : date
    """

    customers: pd.DataFrame
    portfolio: float
    low: float
    high: float
    n_new: int
    n_repeat: int
    margin_share: float
    purchases: RepeatPurchases
    size: PurchaseSize
    terms: Terms
    confidence: float
    as_of: dt.date

    @property
    def n(self) -> int:
        return len(self.customers)


def fit_repeat_value(
    histories: pd.DataFrame,
    *,
    as_of: dt.date,
    margin_share: float,
    terms: Terms,
    n_draws: int = 50,
    confidence: float = 0.95,
    random_state: int = 0,
) -> RepeatValue:
    """Value customers without a contract by the purchases expected in each month ahead.

    What counts in a month is what is bought in it, not all that is bought by its end.

    Parameters
    ----------
    histories : DataFrame
        ``customer_id``, ``repeats``, ``last_repeat`` and ``observed`` in days, and ``spend`` (mean
        of the repeat purchases); see `models.repeat_purchases`.
    as_of : date
    margin_share : float
        Contribution of one unit of revenue, after all costs.
    terms : Terms
        Horizon and rates; growth is not used.
    n_draws, confidence, random_state
        As in `models.lifetime_value.fit_lifetime_value`.

    Returns
    -------
    RepeatValue

    Raises
    ------
    Refusal
        If too few came back, or how often and how much go together.
    """
    purchases = fit_repeat_purchases(histories)
    size = fit_purchase_size(histories)
    spend = size.expected(histories["repeats"], histories["spend"])
    brings = margin_share * spend
    discounted, counted = bought(purchases, terms)
    rng = np.random.default_rng(random_state)
    drawn = [
        float(brings @ bought(purchases, terms, purchases.drawn(rng))[0]) for _ in range(n_draws)
    ]
    spread = float(np.std(drawn, ddof=1)) if n_draws > 1 else np.nan
    width = float(critical_value(confidence)) * spread
    value = brings * discounted
    table = purchases.customers[["customer_id", "repeats", "alive"]].assign(
        purchases=counted, spend=spend, value=value
    )
    total = float(value.sum())
    return RepeatValue(
        table.sort_values("value", ascending=False, ignore_index=True),
        total,
        total - width,
        total + width,
        int((histories["observed"] <= YEAR_DAYS).sum()),
        purchases.n_returned,
        margin_share,
        purchases,
        size,
        terms,
        confidence,
        as_of,
    )


def bought(
    purchases: RepeatPurchases, terms: Terms, parameters: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Purchases of each customer within the horizon: discounted, and counted."""
    discounted, before = np.zeros(purchases.n), np.zeros(purchases.n)
    at_rate = (1 + terms.discount_rate) ** (-(np.arange(terms.horizon) + 0.5) / 12)
    for month, weight in enumerate(at_rate, start=1):
        until = purchases.expected(month * MONTH_DAYS, parameters)
        discounted += weight * (until - before)
        before = until
    return discounted, before

"""Which prices customers call too cheap and too expensive, and where the answers cross."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.refusal import Refusal

__all__ = ["FEWEST", "POINTS", "StatedPrices", "fit_stated_prices"]

#: Customers below which nothing is said.
FEWEST = 30
DRAWS = 300
#: Prices that the curves are worked out at, at most.
MOST_PRICES = 200
PRICES = ("too_cheap", "cheap", "expensive", "too_expensive")
#: Crossings by their usual names: the curve that falls, and the one that rises [1].
POINTS = {
    "marginal_cheapness": ("too_cheap", "expensive"),
    "optimal": ("too_cheap", "too_expensive"),
    "indifference": ("cheap", "expensive"),
    "marginal_expensiveness": ("cheap", "too_expensive"),
}


@dataclass(frozen=True, eq=False)
class StatedPrices:
    """Four curves over prices, and where they cross.

    Attributes
    ----------
    curves : DataFrame
        ``price``, and for each of the four answers the share that gives it at that price.
    points : DataFrame
        One row a crossing of `POINTS`: ``point``, ``price``, ``low`` and ``high``.
    n, n_customers : int
        Respondents, and the customers they are of.
    n_left_out : int
        Respondents whose four prices are not in order, so that their curves say nothing.
    """

    curves: pd.DataFrame
    points: pd.DataFrame
    n: int
    n_customers: int
    n_left_out: int
    as_of: dt.date
    confidence: float

    def point(self, name: str) -> pd.Series:
        """One crossing."""
        return self.points.set_index("point").loc[name]


def fit_stated_prices(
    answers: pd.DataFrame, as_of: dt.date, *, confidence: float = 0.95, seed: int = 0
) -> StatedPrices:
    """Draw the four curves of a price sensitivity meter, and find where they cross.

    A price is too cheap to whoever named it or a higher one as too cheap, and too expensive to
    whoever named it or a lower one. Of each respondent the newest answer counts. Intervals come
    from drawing customers again. These are words about a price and no purchases: a range to try
    prices in, and not what anybody would pay.

    Parameters
    ----------
    answers : DataFrame
        Rows of `warehouse.stated_prices.stated_prices`.

    Raises
    ------
    Refusal
        If fewer than 30 customers named four prices in order.

    References
    ----------
    .. [1] van Westendorp, P. (1976). NSS price sensitivity meter: a new approach to study
       consumer perception of price. ESOMAR congress.
    """
    newest = answers.sort_values(["answered_on", "survey_id"])
    newest = newest.drop_duplicates(["customer_id", "respondent"], keep="last")
    prices = newest[list(PRICES)].to_numpy(dtype=float)
    ordered = (prices[:, 0] >= 0) & (np.diff(prices, axis=1) >= 0).all(axis=1)
    rows, prices = newest[ordered], prices[ordered]
    n_customers = rows["customer_id"].nunique()
    if n_customers < FEWEST:
        raise Refusal(
            f"{n_customers:,} customers named four prices that are in order, so what they call "
            f"cheap and expensive cannot be told; {FEWEST} are needed. Fill `too_cheap`, `cheap`, "
            "`expensive` and `too_expensive` of `surveys`."
        )
    at = np.unique(prices)
    if len(at) > MOST_PRICES:
        at = np.unique(np.quantile(prices, np.linspace(0, 1, MOST_PRICES), method="nearest"))
    # Where nobody has named a price yet, the curves that fall are whole and those that rise 0.
    at = np.concatenate([[0.0], at]) if at[0] > 0 else at
    says = {
        name: prices[:, [place]] >= at if place < 2 else prices[:, [place]] <= at
        for place, name in enumerate(PRICES)
    }
    who, people = pd.factorize(rows["customer_id"])
    # Sums of each customer's respondents, (answer, customer, price).
    sums = np.stack([np.zeros((len(people), len(at))) for _ in PRICES])
    for place, name in enumerate(PRICES):
        np.add.at(sums[place], who, says[name].astype(float))
    sizes = np.bincount(who).astype(float)
    drawn = np.random.default_rng(seed).multinomial(
        len(people), np.full(len(people), 1 / len(people)), size=DRAWS
    )
    weights = np.vstack([np.ones(len(people)), drawn])
    shares = {
        name: weights @ sums[place] / (weights @ sizes)[:, None]
        for place, name in enumerate(PRICES)
    }
    tail = (1 - confidence) / 2
    made = []
    for name, (falling, rising) in POINTS.items():
        found = crossings(at, shares[falling] - shares[rising])
        low, high = np.quantile(found[1:], (tail, 1 - tail))
        made.append({"point": name, "price": found[0], "low": low, "high": high})
    curves = pd.DataFrame({"price": at, **{name: shares[name][0] for name in PRICES}})
    return StatedPrices(
        curves, pd.DataFrame(made), len(rows), n_customers, len(newest) - len(rows), as_of,
        confidence,
    )  # fmt: skip


def crossings(at: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """Where each row of `gap`, which falls over the prices `at`, comes to 0: straight between.

    >>> crossings(np.array([0.0, 10.0, 20.0]), np.array([[1.0, 0.5, -0.5]])).tolist()
    [15.0]
    """
    after = np.argmax(gap <= 0, axis=1)
    row = np.arange(len(gap))
    # From above the first price to the dearest answer the gap falls from 1 to below 0.
    before = np.maximum(after - 1, 0)
    high, low = gap[row, before], gap[row, after]
    part = np.where(high > low, high / np.where(high > low, high - low, 1.0), 0.0)
    return at[before] + part * (at[after] - at[before])

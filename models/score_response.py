"""Who answers: the response rate, and what weighting for it does to a score."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression

from models.clusters import few_clusters_factor, wilson_interval
from models.score_intervals import points

__all__ = ["Response", "fit_response"]

#: Customers of each kind below which response is not modelled.
FEWEST = 30
#: A customer whose chance of answering is smaller counts as if it were this.
LEAST_CHANCE = 0.02


@dataclass(frozen=True)
class Response:
    """How many could have answered and did, and the score weighted for who did not.

    Attributes
    ----------
    n_customers : int
        Invoiced in the window: whom a survey was sent to is in no table.
    n_answered : int
    rate, low, high : float
    plain, weighted : float
        Mean of the accounts' scores as they are, and weighted by one over the chance of answering
        that goes with what is known of every customer; missing where it cannot be modelled.
    shift, shift_low, shift_high : float
        Weighted less plain.
    """

    n_customers: int
    n_answered: int
    rate: float
    low: float
    high: float
    plain: float
    weighted: float
    shift: float
    shift_low: float
    shift_high: float

    @property
    def moves(self) -> bool:
        """Whether weighting moves the score beyond noise."""
        return bool(self.shift_low > 0 or self.shift_high < 0)

    def if_silent(self, gap: float) -> float:
        """The score of everybody, were the silent `gap` above those who answered."""
        return self.plain + (1 - self.rate) * gap


def fit_response(
    measure: str,
    answers: pd.DataFrame,
    customers: pd.DataFrame,
    *,
    categories: tuple[str, ...],
    confidence: float = 0.95,
) -> Response:
    """Weight accounts by one over their chance of answering.

    The chance is a penalised logistic regression on what is known of everybody: `categories`,
    revenue, time as a customer and size. It mends what goes with these; who is silent *because* of
    how content it is stays unknown, and `Response.if_silent` says what that could do.

    Parameters
    ----------
    answers : DataFrame
        Those in the window, with ``customer_id`` and ``score``.
    customers : DataFrame
        From `warehouse.scores.surveyed_customers`.
    """
    own = answers[answers["measure"] == measure]
    score = pd.Series(points(measure, own["score"].to_numpy()), index=own["customer_id"])
    score = score.groupby(level=0).mean()
    known = customers["customer_id"].map(score).to_numpy(dtype=float)
    answered = ~np.isnan(known)
    n, k = len(customers), int(answered.sum())
    critical = float(norm.ppf(0.5 + confidence / 2))
    rate = k / n if n else np.nan
    ends = wilson_interval(rate, n, critical) if n else (np.nan, np.nan)
    plain = float(known[answered].mean()) if k else np.nan
    nothing = Response(n, k, rate, *ends, plain, np.nan, np.nan, np.nan, np.nan)
    if min(k, n - k) < FEWEST:
        return nothing
    x = known_of_all(customers, categories)
    model = LogisticRegression(max_iter=200).fit(x, answered)
    chance = np.maximum(model.predict_proba(x)[:, 1], LEAST_CHANCE)
    y, weight = known[answered], 1 / chance[answered]
    weighted = float(weight @ y / weight.sum())
    pull = weight * (y - weighted) / weight.sum() - (y - plain) / k
    half = critical * float(np.sqrt((pull**2).sum() * few_clusters_factor(k)))
    shift = weighted - plain
    return Response(n, k, rate, *ends, plain, weighted, shift, shift - half, shift + half)


def known_of_all(customers: pd.DataFrame, categories: tuple[str, ...]) -> np.ndarray:
    """What is known of everybody, as columns of one spread."""
    columns = [pd.get_dummies(customers[name], dtype=float) for name in categories]
    size = customers["employees"].fillna(customers["employees"].median())
    columns.append(
        pd.DataFrame(
            {
                "revenue": np.log1p(customers["revenue"].clip(lower=0)),
                "tenure": np.log1p(customers["tenure_days"].clip(lower=0)),
                "size": np.log1p(size.fillna(0.0).clip(lower=0)),
            }
        )
    )
    x = pd.concat(columns, axis=1).to_numpy(dtype=float)
    spread = x.std(axis=0)
    return (x - x.mean(axis=0))[:, spread > 0] / spread[spread > 0]

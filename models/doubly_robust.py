"""Difference between two groups made alike: augmented inverse weighting with cross-fitting."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression, Ridge

from models.estimates import estimate
from models.refusal import Refusal

__all__ = ["BALANCED", "DoublyRobust", "fit_doubly_robust"]

#: Standardised differences below this are balance.
BALANCED = 0.1
#: Chances of being in a group beyond these find nobody to compare with; of so large a share of
#: rows beyond them the groups do not overlap.
LEAST_CHANCE, MOST_OUTSIDE = 0.05, 0.2
FEWEST_ROWS = 50


@dataclass(frozen=True, eq=False)
class DoublyRobust:
    """Means of outcomes were all in one group, or all in the other.

    Attributes
    ----------
    table : DataFrame
        One row an outcome: ``outcome``, ``treated``, ``untreated`` (means were all so),
        ``difference``, ``std_err``, ``lower``, ``upper``, ``p_value``, ``plain`` (difference of
        the groups as they are).
    balance : DataFrame
        One row a column: ``column``, ``before`` and ``after`` weighting, in standard deviations.
    outside : float
        Share of rows whose chance of being treated is below 0.05 or above 0.95.
    n, n_customers, n_treated : int
    confidence : float
    """

    table: pd.DataFrame
    balance: pd.DataFrame
    outside: float
    n: int
    n_customers: int
    n_treated: int
    confidence: float

    @property
    def balanced(self) -> bool:
        return bool((self.balance["after"].abs() < BALANCED).all())


def fit_doubly_robust(
    treated: np.ndarray,
    columns: np.ndarray,
    outcomes: pd.DataFrame,
    customer: np.ndarray,
    *,
    names: Sequence[str] | None = None,
    folds: int = 5,
    random_state: int = 0,
    confidence: float = 0.95,
) -> DoublyRobust:
    r"""Estimate what outcomes would be were everybody treated, less were nobody.

    :math:`\hat m_1(x) - \hat m_0(x) + \frac{a (y - \hat m_1)}{\hat e} -
    \frac{(1 - a)(y - \hat m_0)}{1 - \hat e}`, averaged: right if either the chance of being
    treated or the means of the outcome are [1]_. Both are learnt on other customers than those
    they are used for. Errors by customer.

    Parameters
    ----------
    treated : ndarray of bool
    columns : ndarray of shape (n, q)
        What is held equal.
    outcomes : DataFrame
        One column an outcome.
    customer : ndarray of int
        Codes.

    Raises
    ------
    Refusal
        If one group is too small, or hardly anybody in one has a like in the other.

    References
    ----------
    .. [1] Chernozhukov, V. et al. (2018). "Double/debiased machine learning for treatment and
       structural parameters." The Econometrics Journal 21, C1-C68.

    Examples
    --------
    Those with x are treated more, and have an outcome 2 higher; treating adds 1:

    >>> rng = np.random.default_rng(0)
    >>> x = rng.integers(0, 2, size=4000)
    >>> treated = rng.random(4000) < 0.3 + 0.4 * x
    >>> y = pd.DataFrame({"y": 1.0 * treated + 2.0 * x + rng.normal(size=4000)})
    >>> found = fit_doubly_robust(treated, x[:, None].astype(float), y, np.arange(4000))
    >>> row = found.table.iloc[0]
    >>> bool(row["plain"] > 1.5), bool(abs(row["difference"] - 1) < 0.1), found.balanced
    (True, True, True)
    """
    treated = np.asarray(treated, dtype=bool)
    if min(treated.sum(), (~treated).sum()) < FEWEST_ROWS:
        raise Refusal(
            f"{int(treated.sum()):,} answers are content and {int((~treated).sum()):,} are not; "
            f"{FEWEST_ROWS} of each are needed to compare them. Load a longer period."
        )
    spread = columns.std(axis=0)
    x = (columns - columns.mean(axis=0))[:, spread > 0] / spread[spread > 0]
    y = outcomes.to_numpy(dtype=float)
    fold = np.random.default_rng(random_state).permutation(int(customer.max()) + 1)[customer]
    chance, if_treated, if_not = crossed(treated, x, y, fold % folds)
    outside = float(((chance < LEAST_CHANCE) | (chance > 1 - LEAST_CHANCE)).mean())
    if outside > MOST_OUTSIDE:
        raise Refusal(
            f"{outside:.0%} of the answers come from customers of a kind that is nearly always, or "
            "never, content, so there is nobody like them to compare with. Widen the filters."
        )
    chance = np.clip(chance, LEAST_CHANCE, 1 - LEAST_CHANCE)
    weight = np.where(treated, 1 / chance, 1 / (1 - chance))
    a = treated[:, None]
    one = if_treated + np.where(a, (y - if_treated) * weight[:, None], 0.0)
    none = if_not + np.where(a, 0.0, (y - if_not) * weight[:, None])
    rows = []
    for place, name in enumerate(outcomes.columns):
        gap = one[:, place] - none[:, place]
        found = estimate(gap.mean(), (gap - gap.mean()) / len(gap), customer, confidence)
        # Nothing varies in an outcome that nobody has.
        p_value = 2 * norm.sf(abs(found.value) / found.std_err) if found.std_err > 0 else np.nan
        rows.append(
            {"outcome": name, "treated": one[:, place].mean(), "untreated": none[:, place].mean(),
             "difference": found.value, "std_err": found.std_err, "lower": found.lower,
             "upper": found.upper, "p_value": p_value,
             "plain": y[treated, place].mean() - y[~treated, place].mean()}
        )  # fmt: skip
    kept = [n for n, s in zip(names or range(len(spread)), spread, strict=True) if s > 0]
    balance = pd.DataFrame(
        {"column": kept, "before": gaps(x, treated, np.ones(len(x))),
         "after": gaps(x, treated, weight)}
    )  # fmt: skip
    return DoublyRobust(
        pd.DataFrame(rows), balance, outside, len(x), len(np.unique(customer)),
        int(treated.sum()), confidence,
    )  # fmt: skip


def crossed(
    treated: np.ndarray, x: np.ndarray, y: np.ndarray, fold: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Chance of being treated and means either way, of each row by a model that never saw it."""
    chance, if_treated, if_not = np.empty(len(x)), np.empty_like(y), np.empty_like(y)
    for own in np.unique(fold):
        here, others = fold == own, fold != own
        model = LogisticRegression(C=1.0, max_iter=200).fit(x[others], treated[others])
        chance[here] = model.predict_proba(x[here])[:, 1]
        for side, means in ((treated, if_treated), (~treated, if_not)):
            means[here] = Ridge(alpha=1.0).fit(x[others & side], y[others & side]).predict(
                x[here]
            ).reshape(-1, y.shape[1])  # fmt: skip
    return chance, if_treated, if_not


def gaps(x: np.ndarray, treated: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Difference of the groups' means of each column, whose spread is 1."""
    one, none = weight * treated, weight * ~treated
    return one @ x / one.sum() - none @ x / none.sum()

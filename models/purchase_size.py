"""How much a purchase of each customer is worth on average (Gamma-Gamma)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import digamma, gammaln
from scipy.stats import pearsonr

from models.refusal import Refusal

__all__ = ["PurchaseSize", "fit_purchase_size"]

COLUMNS = ("customer_id", "repeats", "spend")
FEWEST = 30
#: Correlation of how often and how much from which on the model's one assumption is broken.
TOO_ALIKE = 0.3


@dataclass(frozen=True, eq=False)
class PurchaseSize:
    """How the value of purchases varies within and between customers.

    Attributes
    ----------
    p, q, v : float
        Shape within a customer; shape and scale between customers.
    mean : float
        Value of a purchase, of a customer of whom nothing is known.
    correlation, low, high : float
        Of repeat purchases and their mean value, with its 95 % interval: the model takes it
        to be 0.
    log_likelihood : float
    n : int
        Customers with repeat purchases of a value above 0.
    """

    p: float
    q: float
    v: float
    mean: float
    correlation: float
    low: float
    high: float
    log_likelihood: float
    n: int

    def expected(self, repeats: np.ndarray, spend: np.ndarray) -> np.ndarray:
        """Return the mean value of a purchase of each customer, drawn to that of all.

        Parameters
        ----------
        repeats, spend : array_like
            Repeat purchases and their mean value.
        """
        x, z = np.asarray(repeats, float), np.nan_to_num(np.asarray(spend, float))
        return self.p * (self.v + x * z) / (self.p * x + self.q - 1)


def fit_purchase_size(customers: pd.DataFrame) -> PurchaseSize:
    """Fit the gamma-gamma model [1]_ [2]_ to customers with repeat purchases.

    Parameters
    ----------
    customers : DataFrame
        ``customer_id``, ``repeats`` and ``spend``: mean value of the repeat purchases.

    Returns
    -------
    PurchaseSize

    Raises
    ------
    Refusal
        If too few came back, or how often and how much go together, which the model excludes.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, K. L. Lee (2005). RFM and CLV: using iso-value curves
       for customer base analysis. Journal of Marketing Research 42(4).
    .. [2] P. S. Fader, B. G. S. Hardie (2013). The gamma-gamma model of monetary value.
    """
    missing = [name for name in COLUMNS if name not in customers]
    if missing:
        raise ValueError(
            f"The customers have no column {', '.join(missing)}, so the value of a purchase cannot "
            f"be estimated. Give {', '.join(COLUMNS)}."
        )
    rows = customers[(customers["repeats"] > 0) & (customers["spend"] > 0)]
    if len(rows) < FEWEST:
        raise Refusal(
            f"Only {len(rows):,} customers bought again at a price, so what a purchase is worth "
            f"cannot be told. It takes {FEWEST}: load a longer period."
        )
    x, z = rows["repeats"].to_numpy(float), rows["spend"].to_numpy(float)
    correlation, low, high = together(x, z)
    if abs(correlation) > TOO_ALIKE and low * high > 0:
        raise Refusal(
            f"How often customers buy and how much they spend go together (correlation "
            f"{correlation:.2f}), so their product cannot be valued part by part. Cut by segment "
            "until they do not, or value what was bought as a whole."
        )
    mean = z.mean()

    def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = log_likelihood(np.exp(logs), x, z / mean)
        return -value, -gradient * np.exp(logs)

    # In units of the mean value all three are of the order of one.
    found = minimize(loss, np.log([2.0, 3.0, 1.0]), jac=True, method="L-BFGS-B",
                     bounds=[(-10, 10)] * 3, options={"maxiter": 1000, "ftol": 1e-15})  # fmt: skip
    p, q, v = np.exp(found.x)
    if (np.abs(found.x) > 9.9).any() or q <= 1:
        raise Refusal(
            "The value of purchases varies too widely between customers to have a mean. Look for "
            "amounts that are no purchases, or cut by segment."
        )
    v *= mean
    total = -float(found.fun) - len(x) * np.log(mean)
    return PurchaseSize(p, q, v, p * v / (q - 1), correlation, low, high, total, len(x))


def log_likelihood(
    parameters: np.ndarray, x: np.ndarray, z: np.ndarray
) -> tuple[float, np.ndarray]:
    """Log-likelihood of all mean values [2]_ (eq. 1a) and its gradient."""
    p, q, v = parameters
    scale = np.log(v + x * z)
    value = (
        gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
        + (p * x - 1) * np.log(z) + p * x * np.log(x) - (p * x + q) * scale
    )  # fmt: skip
    both = digamma(p * x + q)
    of_p = x * (both - digamma(p * x) + np.log(z) + np.log(x) - scale)
    of_q = both - digamma(q) + np.log(v) - scale
    of_v = q / v - (p * x + q) / (v + x * z)
    return float(value.sum()), np.array([of_p.sum(), of_q.sum(), of_v.sum()])


def together(x: np.ndarray, z: np.ndarray) -> tuple[float, float, float]:
    """Correlation with its interval; 0 where one of the two never varies."""
    if np.ptp(x) == 0 or np.ptp(z) == 0:
        return 0.0, 0.0, 0.0
    found = pearsonr(x, z)
    interval = found.confidence_interval(0.95)
    return float(found.statistic), float(interval.low), float(interval.high)

"""Customers without a contract: how often they will buy again (BG/NBD), from counts alone."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln, digamma, expit, gammaln, hyp2f1

from models.refusal import Refusal

__all__ = ["RepeatPurchases", "fit_repeat_purchases"]

COLUMNS = ("customer_id", "repeats", "last_repeat", "observed")
#: Customers, and among them buyers who came back, below which four parameters are a guess.
FEWEST, FEWEST_RETURNED = 100, 30
NAMES = ("r", "alpha", "a", "b")


@dataclass(frozen=True, eq=False)
class RepeatPurchases:
    """How buying and dropping out vary between customers, and what it says of each.

    While active a customer buys at a rate of its own (gamma: `r`, `alpha`), and after each repeat
    purchase drops out with a chance of its own (beta: `a`, `b`).

    Attributes
    ----------
    r, alpha, a, b : float
    table : DataFrame
        One row a parameter: ``parameter``, ``value`` and ``std_err`` (of its logarithm).
    covariance : ndarray of shape (4, 4)
        Of the logarithms of the parameters.
    log_likelihood : float
    customers : DataFrame
        The rows it was fitted to, with ``alive``: the chance of being an active customer still,
        and missing for who never came back, because the model has it at 1 by construction.
    n, n_returned : int
    """

    r: float
    alpha: float
    a: float
    b: float
    table: pd.DataFrame
    covariance: np.ndarray
    log_likelihood: float
    customers: pd.DataFrame
    n: int
    n_returned: int

    def expected(self, ahead: float, parameters: np.ndarray | None = None) -> np.ndarray:
        """Return the purchases expected of each customer in the time `ahead` [1]_ (eq. 10).

        In the units of time of the rows; `parameters` are `r`, `alpha`, `a`, `b`, if others.
        """
        r, alpha, a, b = self.parameters if parameters is None else parameters
        x, last, observed = (self.customers[name].to_numpy(float) for name in COLUMNS[1:])
        curve = hyp2f1(r + x, b + x, a + b + x - 1, ahead / (alpha + observed + ahead))
        still = ((alpha + observed) / (alpha + observed + ahead)) ** (r + x)
        share = (a + b + x - 1) / (a - 1) * (1 - still * curve)
        return share / (1 + dropped_odds(r, alpha, a, b, x, last, observed))

    def drawn(self, rng: np.random.Generator) -> np.ndarray:
        """Return parameters drawn from their distribution."""
        logs = rng.multivariate_normal(np.log(self.parameters), self.covariance)
        return np.exp(logs)

    @property
    def parameters(self) -> np.ndarray:
        return np.array([self.r, self.alpha, self.a, self.b])


def fit_repeat_purchases(customers: pd.DataFrame) -> RepeatPurchases:
    """Fit the beta-geometric/NBD model of Fader, Hardie and Lee [1]_.

    Customers with equal counts and times are one cell of the likelihood, which loses nothing.

    Parameters
    ----------
    customers : DataFrame
        One row a customer without a contract: ``customer_id``, ``repeats`` (purchases after
        the first), ``last_repeat`` (time from the first purchase to the last, 0 without repeats)
        and ``observed`` (time from the first purchase to the as-of date), in one unit of time.

    Returns
    -------
    RepeatPurchases

    Raises
    ------
    Refusal
        If there are too few customers, or too few who came back.
    ValueError
        If a column is missing or a time is impossible.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, K. L. Lee (2005). "Counting your customers" the easy
       way: an alternative to the Pareto/NBD model. Marketing Science 24(2).
    """
    check(customers)
    keys = list(COLUMNS[1:])
    cells = customers.groupby(keys, as_index=False).size()
    x, last, observed, weight = (cells[name].to_numpy(float) for name in (*keys, "size"))
    mean = observed.mean()

    def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = log_likelihood(np.exp(logs), x, last / mean, observed / mean)
        return -(weight @ value), -(gradient @ weight) * np.exp(logs)

    # In time relative to the mean all four are of the order of one.
    found = minimize(loss, np.zeros(4), jac=True, method="L-BFGS-B", bounds=[(-12, 12)] * 4,
                     options={"maxiter": 500, "ftol": 1e-14, "gtol": 1e-8})  # fmt: skip
    found = minimize(loss, found.x, jac=True, method="BFGS", options={"gtol": 1e-6})
    logs = found.x.copy()
    covariance = np.linalg.pinv(slopes(lambda at: loss(at)[1], logs))
    if (np.abs(logs) > 11).any() or (np.diag(covariance) <= 0).any():
        raise Refusal(
            "The purchases do not tell how customers differ: the model of repeat purchases has no "
            "best fit. Load a longer period, or more customers."
        )
    parameters = np.exp(logs)
    parameters[1] *= mean
    alive = 1 / (1 + dropped_odds(*parameters, *(customers[k].to_numpy(float) for k in keys)))
    came_back = customers["repeats"].to_numpy() > 0
    table = pd.DataFrame(
        {"parameter": NAMES, "value": parameters, "std_err": np.sqrt(np.diag(covariance))}
    )
    # The likelihood is of times in their own unit again: a density of x points each.
    total = -float(found.fun) - float(weight @ x) * np.log(mean)
    rows = customers.reset_index(drop=True).assign(alive=np.where(came_back, alive, np.nan))
    return RepeatPurchases(
        *parameters, table, covariance, total, rows, len(rows), int(came_back.sum())
    )


def check(customers: pd.DataFrame) -> None:
    missing = [name for name in COLUMNS if name not in customers]
    if missing:
        raise ValueError(
            f"The customers have no column {', '.join(missing)}, so repeat purchases cannot be "
            f"counted. Give {', '.join(COLUMNS)}."
        )
    x, last, observed = (customers[name] for name in COLUMNS[1:])
    if not ((x >= 0) & (last >= 0) & (last <= observed) & ((x > 0) | (last == 0))).all():
        raise ValueError(
            "Some customers bought last after they were observed, or came back without buying, so "
            "their times cannot be right. Count both from the first purchase."
        )
    returned = int((x > 0).sum())
    if len(customers) < FEWEST or returned < FEWEST_RETURNED:
        raise Refusal(
            f"Of {len(customers):,} customers without a contract {returned:,} bought again, which "
            f"is too few to tell who will. It takes {FEWEST} customers and {FEWEST_RETURNED} who "
            "came back: load a longer period."
        )


def log_likelihood(
    parameters: np.ndarray, x: np.ndarray, last: np.ndarray, observed: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Log-likelihood of each cell [1]_ (eq. 6) and its gradient (4 × cells)."""
    r, alpha, a, b = parameters
    back = x > 0
    shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    # Still active, or dropped out after the last purchase; both without what they share.
    active = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + observed)
    with np.errstate(divide="ignore"):
        # Who never came back cannot have dropped out: that part is 0.
        after = np.where(back, b + x - 1, 1.0)
        gone = betaln(a + 1, after) - betaln(a, b) - (r + x) * np.log(alpha + last)
    gone = np.where(back, gone, -np.inf)
    value = shared + np.logaddexp(active, gone)
    share = expit(gone - active)
    total = digamma(a + b)
    of_r = digamma(r + x) - digamma(r) + np.log(alpha)
    of_r = of_r - (1 - share) * np.log(alpha + observed) - share * np.log(alpha + last)
    of_alpha = r / alpha - (r + x) * ((1 - share) / (alpha + observed) + share / (alpha + last))
    both = total - digamma(a + b + x)
    of_a = both + (1 - share) * digamma(a) + share * digamma(a + 1) - digamma(a)
    of_b = both + (1 - share) * digamma(b + x) + share * digamma(after) - digamma(b)
    return value, np.array([of_r, of_alpha, of_a, of_b])


def dropped_odds(
    r: float,
    alpha: float,
    a: float,
    b: float,
    x: np.ndarray,
    last: np.ndarray,
    observed: np.ndarray,
) -> np.ndarray:
    """Odds of having dropped out after the last purchase; 0 without a repeat purchase."""
    ratio = ((alpha + observed) / (alpha + last)) ** (r + x)
    return np.where(x > 0, a / np.maximum(b + x - 1, 1e-12) * ratio, 0.0)


def slopes(gradient, at: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """Symmetric matrix of second derivatives, from an exact gradient."""
    columns = [(gradient(at + d) - gradient(at - d)) / (2 * step) for d in step * np.eye(len(at))]
    return (np.array(columns) + np.array(columns).T) / 2

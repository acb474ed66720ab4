"""Effects of a score on a hazard or on a mean, adjusted, with errors by customer."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from models.cloglog import fit_cloglog
from models.cluster_sizes import sizes_of, too_few
from models.clusters import critical_value, few_clusters_factor
from models.month_baseline import month_baseline

__all__ = ["Slopes", "fit_hazard_slopes", "fit_mean_slopes"]

#: Precision of the prior on what is adjusted for, a standard deviation: so weak that it only keeps
#: finite what few leavers would let run away. The score has none.
WEAK = 1.0


@dataclass(frozen=True, eq=False)
class Slopes:
    """Effects of one or several columns.

    Attributes
    ----------
    value, std_err : ndarray of shape (q,)
    covariance : ndarray of shape (q, q)
    critical : float
        How many standard errors the interval goes either way; missing where there are too few
        customers for one.
    n, n_customers, n_events : int
    """

    value: np.ndarray
    covariance: np.ndarray
    critical: float
    n: int
    n_customers: int
    n_events: int

    @property
    def std_err(self) -> np.ndarray:
        return np.sqrt(np.diag(self.covariance))

    @property
    def p_value(self) -> np.ndarray:
        """Two-sided, of no effect; missing where there are too few customers."""
        p = 2 * norm.sf(np.abs(self.value) / self.std_err)
        return p if np.isfinite(self.critical) else np.full_like(p, np.nan)


def fit_hazard_slopes(
    exposure: np.ndarray,
    adjust: np.ndarray,
    month: np.ndarray,
    event: np.ndarray,
    customer: np.ndarray,
    *,
    renewal: np.ndarray | None = None,
    confidence: float = 0.95,
) -> Slopes:
    r"""Log hazard ratios of `exposure` in :math:`P(leaves) = 1 - \exp(-e^{a(m) + x'\beta})`.

    Parameters
    ----------
    exposure : ndarray of shape (n, q)
    adjust : ndarray of shape (n, r)
    month : ndarray of int
        Of being a customer, from 1.
    event : ndarray of bool
        Whether the customer left in the month (for the cause looked at).
    customer : ndarray of int
        Codes.
    renewal : ndarray, optional
        1 in the month in which the contract comes up.

    Examples
    --------
    Of 400 months with a low score 40 end in leaving, of 400 with a high one 20:

    >>> x = np.repeat([[0.0], [1.0]], 400, axis=0)
    >>> left = np.r_[np.arange(400) % 10 == 0, np.arange(400) % 20 == 0]
    >>> month = 1 + np.arange(800) % 7
    >>> found = fit_hazard_slopes(x, np.empty((800, 0)), month, left, np.arange(800))
    >>> bool(abs(np.exp(found.value[0]) - np.log(1 - 20 / 400) / np.log(1 - 40 / 400)) < 0.1)
    True
    """
    base = month_baseline(month, event, None, None).columns(month)
    if renewal is not None and np.ptp(renewal) > 0 and event[renewal > 0].any():
        base = np.column_stack([base, renewal])
    adjust = adjust[:, np.ptp(adjust, axis=0) > 0]
    design = np.column_stack([np.ones(len(month)), exposure, base, adjust])
    q, free = exposure.shape[1], 1 + exposure.shape[1] + base.shape[1]
    names = [f"column_{k}" for k in range(design.shape[1])]
    precision = np.where(np.arange(design.shape[1]) < free, 0.0, WEAK)
    fit = fit_cloglog(design, event, np.ones(len(month)), names, precision=precision)
    own = slice(1, 1 + q)
    part = np.stack(
        [np.bincount(customer, fit.residual * x) for x in design.T], axis=1
    ) @ fit.covariance[:, own]  # fmt: skip
    sizes = sizes_of(np.bincount(customer, fit.expected))
    return Slopes(
        fit.coefficient[own], part.T @ part * float(few_clusters_factor(sizes.n)),
        critical(confidence, float(sizes.effective)), len(month), int(sizes.n), int(event.sum()),
    )  # fmt: skip


def fit_mean_slopes(
    exposure: np.ndarray,
    adjust: np.ndarray,
    outcome: np.ndarray,
    customer: np.ndarray,
    *,
    confidence: float = 0.95,
) -> Slopes:
    """Change of the mean of `outcome` with each column of `exposure`, by least squares.

    Examples
    --------
    Two points more go with one day less:

    >>> x, customer = np.array([[1.0], [3.0], [5.0], [3.0]]), np.arange(4)
    >>> y = np.array([10.0, 9.0, 8.0, 9.0])
    >>> fit_mean_slopes(x, np.empty((4, 0)), y, customer).value.round(6)
    array([-0.5])
    """
    ones = np.ones(len(outcome))
    design = np.column_stack([exposure, adjust, ones])
    # In units of their spread: money beside shares would cost the small ones their digits.
    scale = np.maximum(np.abs(design).max(axis=0), 1e-300)
    x = design / scale
    inverse = np.linalg.pinv(x.T @ x, hermitian=True)
    beta = inverse @ (x.T @ outcome)
    score = x * (outcome - x @ beta)[:, None]
    summed = np.stack([np.bincount(customer, column) for column in score.T], axis=1)
    q = exposure.shape[1]
    part = (summed @ inverse)[:, :q] / scale[:q]
    sizes = sizes_of(np.bincount(customer))
    return Slopes(
        beta[:q] / scale[:q], part.T @ part * float(few_clusters_factor(sizes.n)),
        critical(confidence, float(sizes.effective)), len(outcome), int(sizes.n), len(outcome),
    )  # fmt: skip


def critical(confidence: float, effective: float) -> float:
    """The quantile of an interval; missing where there are too few customers for one."""
    return np.nan if too_few(effective) else float(critical_value(confidence, effective))

"""Coefficients pulled to zero by as much as their noise asks for."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Shrunk", "SoftmaxFit", "fit_softmax", "shrink", "softmax"]

#: Widths of the prior that are tried: standard deviations of a coefficient per standard
#: deviation of its column.
WIDTHS = np.geomspace(0.005, 1.0, 40)

#: Coefficients from fewer of which a width of their own would be noise itself.
FEWEST_OF_A_KIND = 5

#: Of the prior in a softmax: weak on slopes; on intercepts only so that they are told apart.
WEAK, BARELY = 1.0, 1e-6
MOST_STEPS, SMALL_GAIN = 50, 1e-10


@dataclass(frozen=True, eq=False)
class Shrunk:
    """What is left of estimates.

    Attributes
    ----------
    coefficient : ndarray of shape (q,)
    width : ndarray
        Standard deviation of the prior of each shrinkable one, per standard deviation of a column.
    map : ndarray of shape (q, q)
        Takes estimates to what is left of them.
    left_open : ndarray of shape (q, q)
        Variance that the prior leaves open, beside that of the estimates times `map` twice.
    """

    coefficient: np.ndarray
    width: np.ndarray
    map: np.ndarray
    left_open: np.ndarray


def shrink(
    coefficient: np.ndarray,
    covariance: np.ndarray,
    scale: np.ndarray,
    shrinkable: np.ndarray,
    second_kind: np.ndarray | None = None,
) -> Shrunk:
    r"""Combine estimates with a normal prior about zero, as wide as makes them most likely.

    With :math:`\hat\beta \sim N(\beta, V)` and :math:`\beta_j \sim N(0, \tau^2 / s_j^2)` for those
    that are shrinkable, :math:`\tau` maximises the marginal likelihood, one for those of
    `second_kind` and one for the others if there are five of each, and the mean of the
    posterior is :math:`\hat\beta - V_{\cdot s}(V_{ss} + \tau^2 S^{-2})^{-1}\hat\beta_s`
    (empirical Bayes).

    Examples
    --------
    Two estimates that are all noise, beside an intercept:

    >>> found = shrink(np.array([2.0, 0.1, -0.1]), np.eye(3), np.ones(3), np.array([0, 1, 1]) > 0)
    >>> found.coefficient.round(2)
    array([ 2.,  0., -0.])
    """
    at = np.flatnonzero(shrinkable)
    q = len(coefficient)
    if not at.size:
        return Shrunk(coefficient, np.zeros(0), np.eye(q), np.zeros((q, q)))
    own, estimates = covariance[np.ix_(at, at)], coefficient[at]
    prior = 1 / scale[at] ** 2
    of = np.zeros(at.size, int) if second_kind is None else second_kind[at].astype(int)
    if np.bincount(of, minlength=2).min() < FEWEST_OF_A_KIND:
        of[:] = 0
    # In units in which a width is the same for all columns.
    units = np.sqrt(prior)
    width = likeliest_widths(own / np.outer(units, units), estimates / units, of)
    pull = covariance[:, at] @ np.linalg.inv(own + np.diag(width**2 * prior))
    taken = np.eye(q)
    taken[:, at] -= pull
    left = taken @ covariance @ (np.eye(q) - taken).T
    return Shrunk(taken @ coefficient, width, taken, (left + left.T) / 2)


def likeliest_widths(noise: np.ndarray, estimate: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Width of each kind's prior: one for all first, then each in turn until none is likelier."""
    diagonal = np.eye(len(estimate))

    def best(own: np.ndarray, width: np.ndarray) -> tuple[np.ndarray, float]:
        tried = np.where(own, WIDTHS[:, None], width)
        total = noise + tried[:, :, None] ** 2 * diagonal
        _, size = np.linalg.slogdet(total)
        fit = np.linalg.solve(total, np.tile(estimate[:, None], (len(total), 1, 1)))[..., 0]
        likelihood = -0.5 * (size + fit @ estimate)
        return tried[np.argmax(likelihood)], float(likelihood.max())

    width, likelihood = best(np.ones(len(of), bool), np.zeros(len(of)))
    kinds = np.unique(of)
    while len(kinds) > 1:
        before = likelihood
        for kind in kinds:
            width, likelihood = best(of == kind, width)
        if likelihood <= before + SMALL_GAIN:
            break
    return width


@dataclass(frozen=True, eq=False)
class SoftmaxFit:
    """Log odds of classes.

    Attributes
    ----------
    coefficient : ndarray of shape (n_classes, q)
        Shrunk; adding one number to a column changes no chance.
    influence : ndarray of shape (n, n_classes * q)
        How far each row moves them.
    left_open : ndarray
        As in `Shrunk`.
    """

    coefficient: np.ndarray
    influence: np.ndarray
    left_open: np.ndarray


def fit_softmax(design: np.ndarray, label: np.ndarray, n_classes: int) -> SoftmaxFit:
    """Estimate the chance of each class, with slopes shrunk to none.

    Parameters
    ----------
    design : ndarray of shape (n, q)
        The first column is one.
    label : ndarray of int
    n_classes : int

    Examples
    --------
    >>> fit = fit_softmax(np.ones((4, 1)), np.array([0, 0, 0, 1]), 2)
    >>> softmax(np.ones((1, 1)) @ fit.coefficient.T).round(3)
    array([[0.75, 0.25]])
    """
    n, q = design.shape
    mean, scale = design.mean(axis=0), design.std(axis=0)
    mean[0], scale[0] = 0.0, 1.0
    scale = np.where(scale > 0, scale, 1.0)
    x = (design - mean) / scale
    prior = np.tile(np.r_[BARELY, np.full(q - 1, WEAK)], n_classes)
    hit = (label[:, None] == np.arange(n_classes)).astype(float)
    beta = np.zeros(n_classes * q)
    shares = np.maximum(hit.mean(axis=0), 1e-12)
    beta[::q] = np.log(shares) - np.log(shares).mean()
    for _ in range(MOST_STEPS):
        chance = softmax(x @ beta.reshape(n_classes, q).T)
        score = ((hit - chance).T @ x).ravel() - prior * beta
        bend = np.diag(prior)
        for j in range(n_classes):
            for k in range(j + 1):
                weight = chance[:, j] * ((j == k) - chance[:, k])
                block = (x.T * weight) @ x
                bend[j * q : (j + 1) * q, k * q : (k + 1) * q] += block
                if j != k:
                    bend[k * q : (k + 1) * q, j * q : (j + 1) * q] += block
        step = np.linalg.solve(bend, score)
        beta = beta + step
        if score @ step < SMALL_GAIN:
            break
    inverse = np.linalg.inv(bend)
    inverse = (inverse + inverse.T) / 2
    slopes = np.tile(np.arange(q) > 0, n_classes)
    shrunk = shrink(beta, inverse, np.ones(len(beta)), slopes)
    rows = ((hit - chance)[:, :, None] * x[:, None, :]).reshape(n, -1)
    # Back to the columns as they came: the intercept takes the means.
    back = np.diag(1 / scale)
    back[0, 1:] = -mean[1:] / scale[1:]
    whole = np.kron(np.eye(n_classes), back)
    return SoftmaxFit(
        (whole @ shrunk.coefficient).reshape(n_classes, q),
        rows @ inverse @ (whole @ shrunk.map).T,
        whole @ shrunk.left_open @ whole.T,
    )


def softmax(log_odds: np.ndarray) -> np.ndarray:
    """Chances that sum to one along the last axis."""
    raised = np.exp(log_odds - log_odds.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)

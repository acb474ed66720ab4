"""Chances between zero and one as a complementary log-log of covariates, by reweighted squares."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.cox_rows import same_everywhere
from models.cox_solver import depends_on_others, grows_without_bound, sum_of_others
from models.refusal import Refusal

__all__ = ["CloglogFit", "fit_cloglog"]

MOST_STEPS, MOST_HALVINGS = 100, 40

# The gain of a step is its square in units of the standard errors. A smaller one ends it.
SMALL_GAIN = 1e-18

# A maximum at infinity: the likelihood hardly gains, and the steps do not get shorter.
HARDLY_A_GAIN, LONG_STEP = 1e-5, 0.1

# Beyond this the chance is one to the last digit.
HIGHEST = 30.0


@dataclass(frozen=True, eq=False)
class CloglogFit:
    """One regression.

    Attributes
    ----------
    coefficient : ndarray of shape (q,)
    covariance : ndarray of shape (q, q)
        Inverse of the expected information.
    expected : ndarray of shape (n,)
        Events expected of each row.
    residual : ndarray of shape (n,)
        What each row adds to the score, per unit of a covariate.
    log_likelihood : float
    """

    coefficient: np.ndarray
    covariance: np.ndarray
    expected: np.ndarray
    residual: np.ndarray
    log_likelihood: float


def fit_cloglog(
    design: np.ndarray,
    event: np.ndarray,
    weight: np.ndarray,
    names: Sequence[str],
    *,
    precision: np.ndarray | None = None,
    start: np.ndarray | None = None,
) -> CloglogFit:
    r"""Maximise the likelihood of :math:`P(event) = 1 - \exp(-e^{x'\beta})` by Fisher's scoring.

    Parameters
    ----------
    design : ndarray of shape (n, q)
        The first column is one.
    event : ndarray of bool
    weight : ndarray
        How many alike rows each stands for.
    names : sequence of str
        Of the columns, for what is said of them.
    precision : ndarray of shape (q,), optional
        Of a normal prior about 0 for each coefficient, per standard deviation of its column. A
        positive one keeps a coefficient finite where the rows alone would not.
    start : ndarray of shape (q,), optional
        Coefficients to begin from, where some are known that may be near.

    Examples
    --------
    One of four has the event: log(-log(1 - 1/4)).

    >>> design, weight = np.ones((2, 1)), np.array([1.0, 3.0])
    >>> fit = fit_cloglog(design, np.array([True, False]), weight, ["intercept"])
    >>> fit.coefficient.round(4)
    array([-1.2459])
    """
    mean = weight @ design / weight.sum()
    mean[0] = 0.0
    x = design - mean
    scale = np.sqrt(weight @ x**2 / weight.sum())
    # What rounding leaves of a column that does not vary.
    if (flat := scale <= 1e-12 * (1e-300 + np.abs(mean))).any():
        raise same_everywhere([name for name, no in zip(names, flat, strict=True) if no])
    x /= scale
    beta = np.zeros(len(mean))
    share = (weight @ event) / weight.sum()
    beta[0] = np.log(-np.log1p(-min(share, 0.999))) if share > 0 else -HIGHEST
    if start is not None:
        beta = start * scale
        beta[0] = start[0] + mean[1:] @ start[1:]
    prior = np.zeros(len(mean)) if precision is None else np.asarray(precision, dtype=float)
    now = at_beta(x, event, weight, beta, prior)
    for step_number in range(MOST_STEPS):
        _, rate, chance, residual = now
        # The product of a matrix with itself takes half the work of that of two.
        rooted = x * np.sqrt(weight * rate**2 * (1 - chance) / chance)[:, None]
        bend = rooted.T @ rooted + np.diag(prior)
        score = residual @ x - prior * beta
        if step_number == 0 and (found := depends_on_others(bend)):
            raise sum_of_others(names, *found)
        step = np.linalg.lstsq(bend, score, rcond=None)[0]
        gain = float(score @ step)
        if gain < HARDLY_A_GAIN and np.ptp(x @ step) > LONG_STEP:
            raise infinite(x, step, event, names, design)
        if gain < SMALL_GAIN:
            break
        beta, now, moved = walk(x, event, weight, beta, step, now, prior)
        if not moved:
            break
    else:
        raise Refusal(
            "The coefficients do not come to rest, so none can be given. Leave out covariates with "
            "few or extreme values, and check their units."
        )
    # Back from centred columns: the intercept alone takes the means.
    back = np.diag(1 / scale)
    back[0, 1:] = -mean[1:] / scale[1:]
    log_likelihood, _, chance, residual = now
    inverse = np.linalg.inv(bend)
    return CloglogFit(
        back @ beta, back @ (inverse + inverse.T) @ back.T / 2, weight * chance, residual,
        log_likelihood,
    )  # fmt: skip


def at_beta(
    x: np.ndarray, event: np.ndarray, weight: np.ndarray, beta: np.ndarray, prior: np.ndarray
) -> tuple:
    """Log likelihood with the prior; by row the rate, the chance and its part of the score."""
    rate = np.exp(np.clip(x @ beta, -HIGHEST * 10, HIGHEST))
    # Where the rate is huge the chance is one, and where it is tiny it is the rate.
    chance = np.maximum(-np.expm1(-rate), 1e-300)
    log_likelihood = float(weight @ np.where(event, np.log(chance), -rate)) - prior @ beta**2 / 2
    residual = weight * (event - chance) * rate / chance
    return log_likelihood, rate, np.minimum(chance, 1 - 1e-16), residual


def walk(x, event, weight, beta, step, now, prior) -> tuple[np.ndarray, tuple, bool]:
    """Take the step, or the half, quarter ... of it that does not lose likelihood."""
    slack = 1e-12 * (1 + abs(now[0]))
    for halving in range(MOST_HALVINGS):
        further = beta + step / 2**halving
        then = at_beta(x, event, weight, further, prior)
        if then[0] >= now[0] - slack:
            return further, then, True
    return beta, now, False


def infinite(x, step, event, names, design) -> Refusal:
    moved = np.abs(step) * np.ptp(x, axis=0)
    # The intercept follows the others.
    columns = [int(j) for j in np.flatnonzero(moved > 0.1 * moved.max()) if j > 0]
    found = [
        (names[j], float(value), float((design[:, j] == value).sum()))
        for j in columns
        for value in (design[:, j].min(), design[:, j].max())
        if not event[design[:, j] == value].any()
    ]
    return grows_without_bound([names[j] for j in columns], found)

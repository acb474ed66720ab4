r"""Cox's partial likelihood from sums at the event times, with its derivatives.

A risk set is never listed. With :math:`\theta_i = w_i e^{x_i'\beta}`, its sums of :math:`\theta`
and :math:`\theta x` at every event time are cumulative sums over the times at which rows leave,
less those that had not entered. Its second moments, which would be a p by p matrix at every time,
are needed summed over time only, and there the order of summing can be turned round:

.. math:: \sum_t h_t \sum_{i \in R(t)} \theta_i x_i x_i'
          = \sum_i \theta_i \, (H(stop_i) - H(start_i)) \, x_i x_i'

so one weighted cross product of the covariates gives them all, at one pass over the rows.
"""

from dataclasses import dataclass

import numpy as np

from models.cox_rows import CoxRows

__all__ = [
    "AtBeta",
    "TieSums",
    "information",
    "likelihood_at",
    "null_log_likelihood",
    "score_by_cluster",
]

# Rows handled at once: with twelve covariates they stay in the processor's cache.
BLOCK = 4_096

# Relative hazards whose squares floating point still holds.
OUT_OF_RANGE = 1e-100, 1e100

# From this many events tied at a time on, and this far from the last of the risk set, the sums
# over them are those of their expansion to the last digit.
TIED_MANY, FAR = 30, 50


@dataclass(frozen=True, eq=False)
class TieSums:
    r"""Sums over the events tied at each time, :math:`f = 0, 1/d, ...` and 0 for Breslow.

    With :math:`\phi = S_0 - f D_0`: ``log`` of :math:`\phi`, ``h`` of :math:`1/\phi`, ``g`` of
    :math:`f/\phi`, and ``a``, ``b``, ``c`` of :math:`(1, f, f^2)/\phi^2`.
    """

    log: np.ndarray
    h: np.ndarray
    g: np.ndarray
    a: np.ndarray
    b: np.ndarray
    c: np.ndarray


@dataclass(frozen=True, eq=False)
class AtBeta:
    """The likelihood at one value of the coefficients.

    Attributes
    ----------
    beta : ndarray of shape (p,)
        Of the standardised covariates.
    theta : ndarray of shape (n,)
        Weight times relative hazard of each row.
    at_risk, tied : ndarray of shape (1 + p, m)
        Sums of theta, and of theta times each covariate: over the risk set, and over the events.
    expected_x : ndarray of shape (p, m)
        What the covariates of the events would sum to, were they drawn from their risk sets.
    """

    beta: np.ndarray
    theta: np.ndarray
    log_likelihood: float
    at_risk: np.ndarray
    tied: np.ndarray
    ties: TieSums
    expected_x: np.ndarray
    score: np.ndarray


def likelihood_at(rows: CoxRows, beta: np.ndarray, efron: bool) -> AtBeta | None:
    """Evaluate at `beta`; None where it is out of the range of floating point."""
    theta, leave = leaving_sums(rows, beta)
    if not np.isfinite(leave).all():
        return None
    at_risk, tied = risk_sums(rows, leave, entering_sums(rows, theta))
    if not OUT_OF_RANGE[0] < at_risk[0].min() <= at_risk[0].max() < OUT_OF_RANGE[1]:
        return None
    ties = tie_sums(at_risk[0], tied[0], rows.n_events, efron)
    expected_x = at_risk[1:] * ties.h - tied[1:] * ties.g
    log_likelihood = float(beta @ rows.event_total - ties.log.sum())
    score = rows.event_total - expected_x.sum(axis=1)
    return AtBeta(beta, theta, log_likelihood, at_risk, tied, ties, expected_x, score)


def null_log_likelihood(rows: CoxRows, efron: bool) -> float:
    """Log likelihood with all coefficients zero, for which the covariates need not be read."""
    weight = np.ones(rows.x.shape[1]) if rows.weight is None else rows.weight
    of_segments = np.add.reduceat(weight, rows.edges[:-1])
    leave = np.bincount(rows.segment, of_segments, minlength=2 * len(rows.time))[None, :]
    enter = None
    if rows.entered is not None:
        enter = np.bincount(rows.entered, weight, minlength=len(rows.time) + 1)[None, :]
    at_risk, tied = risk_sums(rows, leave, enter)
    return -float(tie_sums(at_risk[0], tied[0], rows.n_events, efron).log.sum())


def leaving_sums(rows: CoxRows, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Theta by row; and its sums, alone and times each covariate, by slot."""
    p, n = rows.x.shape
    theta, edges = np.empty(n), rows.edges
    by_segment = np.empty((1 + p, len(rows.segment)))
    product = np.empty((1 + p, 3 * BLOCK))
    groups = segment_groups(rows.segment, edges)
    # What overflows is seen by the caller.
    with np.errstate(over="ignore", invalid="ignore"):
        for first, last in zip(groups[:-1].tolist(), groups[1:].tolist(), strict=True):
            begin, end = int(edges[first]), int(edges[last])
            x, value = rows.x[:, begin:end], theta[begin:end]
            np.matmul(beta, x, out=value)
            np.exp(value, out=value)
            if rows.weight is not None:
                value *= rows.weight[begin:end]
            if last == first + 1:
                by_segment[0, first] = value.sum()
                by_segment[1:, first] = x @ value
                continue
            room = product[:, : end - begin]
            room[0] = value
            np.multiply(x, value, out=room[1:])
            np.add.reduceat(room, edges[first:last] - begin, axis=1, out=by_segment[:, first:last])
    n_slots = 2 * len(rows.time)
    leave = [np.bincount(rows.segment, values, minlength=n_slots) for values in by_segment]
    return theta, np.stack(leave)


def segment_groups(segment: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Cut the segments: those with many rows alone, the others in groups of about a block."""
    large = np.diff(edges) >= BLOCK // 8
    new = np.diff(edges[:-1] // BLOCK, prepend=-1) != 0
    new |= large
    new[1:] |= large[:-1] | (np.diff(segment) <= 0)
    return np.append(np.flatnonzero(new), len(large))


def entering_sums(rows: CoxRows, theta: np.ndarray) -> np.ndarray | None:
    if rows.entered is None:
        return None
    m = len(rows.time)
    enter = np.empty((1 + len(rows.x), m + 1))
    enter[0] = np.bincount(rows.entered, theta, minlength=m + 1)
    product = np.empty_like(theta)
    for j, x in enumerate(rows.x, start=1):
        enter[j] = np.bincount(rows.entered, np.multiply(theta, x, out=product), minlength=m + 1)
    return enter


def risk_sums(
    rows: CoxRows, leave: np.ndarray, enter: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Sums over the risk set, and over the events, of each event time."""
    leave = leave.reshape(len(leave), -1, 2)
    tied = np.ascontiguousarray(leave[:, :, 1])
    at_risk = leave.sum(axis=2)
    if enter is not None:
        # What leaves at a time and what enters after it cancel before they are summed up.
        at_risk -= enter[:, 1:]
    for first, last in zip(rows.bounds[:-1], rows.bounds[1:], strict=True):
        at_risk[:, first:last] = np.cumsum(at_risk[:, first:last][:, ::-1], axis=1)[:, ::-1]
    # What is summed up and taken off again may miss what is there by rounding.
    np.maximum(at_risk[0], tied[0], out=at_risk[0])
    return at_risk, tied


def tie_sums(s0: np.ndarray, d0: np.ndarray, n_events: np.ndarray, efron: bool) -> TieSums:
    if not efron:
        zero = np.zeros_like(s0)
        return TieSums(n_events * np.log(s0), n_events / s0, zero, n_events / s0**2, zero, zero)
    found = np.empty((6, len(s0)))
    many = (n_events >= TIED_MANY) & ((s0 - d0) * n_events >= FAR * d0)
    for of, sums in ((many, expanded), (~many, one_by_one)):
        if of.any():
            found[:, of] = sums(s0[of], d0[of], n_events[of])
    return TieSums(*found)


def one_by_one(s0: np.ndarray, d0: np.ndarray, n_events: np.ndarray) -> list[np.ndarray]:
    n_tied = n_events.astype(np.int64)
    ends = np.cumsum(n_tied)
    starts = ends - n_tied
    f = (np.arange(ends[-1]) - np.repeat(starts, n_tied)) / np.repeat(n_events, n_tied)
    phi = np.repeat(s0, n_tied) - f * np.repeat(d0, n_tied)
    one = 1.0 / phi
    share = f * one
    terms = (np.log(phi), one, share, one * one, share * one, share * share)
    return [np.add.reduceat(term, starts) for term in terms]


def expanded(s0: np.ndarray, d0: np.ndarray, n: np.ndarray) -> list[np.ndarray]:
    r"""Compute the same sums by Euler and Maclaurin's formula, whatever the number of ties.

    The sum of a smooth function over :math:`k = 0 ... n - 1` is its integral, less half the
    difference of its values at the ends, plus 1/12, -1/720 and 1/30240 times the differences of its
    first, third and fifth derivatives.
    """
    r, step = d0 / s0, d0 / n
    v0, vn = step / s0, step / (s0 - d0)
    shrink = np.log1p(-r)
    power = {k: vn**k - v0**k for k in range(1, 8)}
    log = (
        n * (np.log(s0) - (1 - r) * shrink / r - 1)
        - shrink / 2
        - power[1] / 12
        + power[3] / 360
        - power[5] / 1260
    )
    h = -shrink - power[1] / 2 + power[2] / 12 - power[4] / 120 + power[6] / 252
    a = n * v0 * vn - power[2] / 2 + power[3] / 6 - power[5] / 30 + power[7] / 42
    h, a = h / step, a / step**2
    # f = (S0 - phi) / D0: what is lost in the differences is small beside h and a, as f D0 is
    # beside S0.
    g = (s0 * h - n) / d0
    b = (s0 * a - h) / d0
    return [log, h, g, a, b, (s0 * b - g) / d0]


def information(rows: CoxRows, at: AtBeta, by_time: np.ndarray | None = None) -> np.ndarray:
    """Information about the standardised coefficients, each event time times `by_time`."""
    u = 1.0 if by_time is None else by_time
    ties, s1, d1 = at.ties, at.at_risk[1:], at.tied[1:]
    cross = (s1 * (u * ties.b)) @ d1.T
    total = cross + cross.T - (s1 * (u * ties.a)) @ s1.T - (d1 * (u * ties.c)) @ d1.T
    pull = summed_up(rows, at, u * ties.h, u * ties.g)
    product = np.empty((len(s1), BLOCK))
    for begin in range(0, pull.size, BLOCK):
        x = rows.x[:, begin : begin + BLOCK]
        room = product[:, : x.shape[1]]
        total += np.multiply(x, pull[begin : begin + BLOCK], out=room) @ x.T
    return (total + total.T) / 2


def score_by_cluster(
    rows: CoxRows, at: AtBeta, by_time: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    r"""Score of each cluster, each event time times `by_time`; and the events expected of it.

    A row's part of the score is :math:`\delta_i(x_i - \bar x(t_i)) - \theta_i \sum_t h_t (x_i -
    \bar x(t))` [1]_, with the sums over tied events in place of the terms for Efron's.

    Returns
    -------
    score : ndarray of shape (p, n_clusters)
    expected : ndarray of shape (n_clusters,)

    References
    ----------
    .. [1] Lin, D. Y. and Wei, L. J. (1989). "The robust inference for the Cox proportional
       hazards model." JASA 84, 1074-1078.
    """
    u = np.ones_like(at.ties.h) if by_time is None else by_time
    ties, s1, d1 = at.ties, at.at_risk[1:], at.tied[1:]
    n_clusters = int(rows.cluster.max()) + 1
    slot = rows.slot
    happened = u[slot >> 1] * (slot & 1)
    if rows.weight is not None:
        happened *= rows.weight
    pull = summed_up(rows, at, u * ties.h, u * ties.g)
    score = np.empty((len(rows.x), n_clusters))
    for j, x in enumerate(rows.x):
        mean = at.expected_x[j] / rows.n_events
        hx, gx = s1[j] * ties.a - d1[j] * ties.b, s1[j] * ties.b - d1[j] * ties.c
        value = happened * (x - mean[slot >> 1]) - x * pull
        value += summed_up(rows, at, u * hx, u * gx)
        score[j] = np.bincount(rows.cluster, value, minlength=n_clusters)
    return score, np.bincount(rows.cluster, pull, minlength=n_clusters).clip(min=0.0)


def summed_up(rows: CoxRows, at: AtBeta, h: np.ndarray, g: np.ndarray) -> np.ndarray:
    """Theta of each row times its sum of `h` while it was watched, less `g` on its event."""
    up_to = np.empty_like(h)
    for first, last in zip(rows.bounds[:-1], rows.bounds[1:], strict=True):
        up_to[first:last] = np.cumsum(h[first:last])
    leave = np.repeat(up_to, 2)
    leave[1::2] -= g
    total = np.repeat(leave[rows.segment], np.diff(rows.edges))
    if rows.entered is not None:
        total -= np.append(0.0, up_to)[rows.entered]
    total *= at.theta
    return total

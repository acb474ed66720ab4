"""Are those put at higher risk the ones who leave first: Uno's C, and Harrell's."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.estimates import Estimate, estimate
from models.refusal import Refusal
from models.risk_sets import RiskSets, Rows, count_risk_sets, read_rows
from models.survival import flags

__all__ = ["Concordance", "harrell_c", "uno_c"]


@dataclass(frozen=True, eq=False)
class Concordance:
    """Share of comparable pairs in which the one at higher risk left first.

    Attributes
    ----------
    c : float
        One half says nothing, 1 orders all pairs right; pairs of the same risk count half.
    std_err, lower, upper : float
        The interval is missing where there is a `reason`.
    tau : int or None
        Last day on which an event counts; None for all of them.
    n, n_events : int
        Rows, and events up to `tau`.
    n_clusters : int or None
    reason : str or None
        Why there is no interval.
    """

    c: float
    std_err: float
    lower: float
    upper: float
    tau: int | None
    n: int
    n_events: int
    n_clusters: int | None
    reason: str | None


def uno_c(
    duration: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    *,
    tau: int,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Concordance:
    r"""Estimate the chance that of two customers the one at higher risk leaves first.

    .. math:: C_\tau = P(r_i > r_j \mid T_i < T_j,\ T_i \le \tau)

    A pair whose first event is on day t weighs :math:`(S(t-) / n_t)^2`, with Kaplan-Meier's S and
    n at risk. Where all are watched from the origin :math:`S(t-) / n_t = 1 / (n\, G(t-))` with
    Kaplan-Meier's G of being censored, and this is Uno's C [1]_: unlike Harrell's it does not
    depend on how long rows were watched. Written so it also holds with delayed entry, for pairs
    that were watched at the same time, if when they entered says nothing of when they leave.
    The interval is from the influence of each row, through the weights as well, on the logit scale.

    Parameters
    ----------
    duration, event, entry, cluster
        As in `models.survival.fit_kaplan_meier`. Who is censored on a day outlasts those who
        leave on it. Rows may be stretches of a history whose risk changes.
    risk : array
        Any score that is higher where an earlier event is expected.
    tau : int
        Last day on which events count.
    confidence : float, default=0.95

    Returns
    -------
    Concordance

    Raises
    ------
    Refusal
        If nobody is watched up to `tau`, or nothing can be compared.

    References
    ----------
    .. [1] Uno, H., Cai, T., Pencina, M. J., D'Agostino, R. B. and Wei, L. J. (2011). "On the
       C-statistics for evaluating overall adequacy of risk prediction procedures with censored
       survival data." Statistics in Medicine 30, 1105-1117.

    Examples
    --------
    The first to leave had the lowest risk, the next the higher one of two: one pair of four is in
    order. The second row was lost sight of, so pairs seen after that stand for more than one:

    >>> months, left, risk = [2, 4, 6, 8], [True, False, True, True], [1, 5, 9, 3]
    >>> harrell_c(months, left, risk).c
    0.25
    >>> round(uno_c(months, left, risk, tau=6).c, 4)  # 9/4 of 3 + 9/4
    0.4286
    """
    if tau is None or isinstance(tau, bool) or int(tau) != tau or tau < 0:
        raise ValueError(
            f"{tau} is no day up to which events count, so what C says is not fixed. Pass `tau` "
            "in whole days (or months, as the durations are) from 0 on."
        )
    return concordance(duration, event, risk, int(tau), entry, cluster, confidence)


def harrell_c(
    duration: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Concordance:
    """Share of the pairs that can be compared in which the one at higher risk left first.

    What it estimates depends on how long rows were watched; `uno_c` does not. It is here to be
    set beside published figures. Parameters are those of `uno_c`.

    Examples
    --------
    >>> harrell_c([1, 2, 3], [1, 1, 1], [3, 2, 1]).c
    1.0
    """
    return concordance(duration, event, risk, None, entry, cluster, confidence)


def concordance(
    duration: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    tau: int | None,
    entry: ArrayLike | None,
    cluster: ArrayLike | None,
    confidence: float,
) -> Concordance:
    rows = read_rows(duration, flags(event), entry=entry, cluster=cluster)
    code = risk_codes(risk, rows.day.size)
    sets = count_risk_sets(rows)
    refuse_unknown(rows, sets, tau)
    weight = pair_weight(sets, tau)
    counted = (rows.cause > 0) & (weight[rows.day] > 0)
    ordered, ordered_of_others = pairs_in_order(rows, code, weight, counted)
    left, at_risk = sets.left[0], sets.at_risk[0]
    own = np.where(counted, weight[rows.day], 0.0)
    # Those who leave on the same day are not compared: nobody left first.
    compared = own * (at_risk - left)[rows.day]
    compared_with = while_watched(weight * left, rows) - np.where(
        rows.cause > 0, (weight * left)[rows.day], 0.0
    )
    total = compared.sum()
    if not total > 0:
        raise Refusal(
            "Nobody who was watched outlasts one who leaves, so no pair can be compared. Load a "
            "longer period, or widen the filters."
        )
    c = float(ordered.sum() / total)
    excess = ordered - c * compared
    influence = excess + ordered_of_others - c * compared_with
    if tau is not None:
        by_day = np.bincount(rows.day, excess, minlength=rows.n_days)
        influence = influence + influence_of_weights(rows, sets, 2 * by_day)
    found = estimate(c, influence / total, rows.cluster, confidence, share=True)
    return result(found, rows, tau, int(counted.sum()))


def result(found: Estimate, rows: Rows, tau: int | None, n_events: int) -> Concordance:
    n_clusters = None if rows.cluster is None else len(np.unique(rows.cluster))
    return Concordance(
        found.value, found.std_err, found.lower, found.upper,
        tau, rows.day.size, n_events, n_clusters, found.reason,
    )  # fmt: skip


def risk_codes(risk: ArrayLike, n: int) -> np.ndarray:
    """Ranks of the risks, 0 for the lowest; ties share one."""
    values = np.asarray(risk, dtype=float)
    if values.shape != (n,):
        raise ValueError(
            f"`risk` has shape {values.shape} for {n} durations, so it is not known whose it is. "
            "Pass one number a row."
        )
    if np.isnan(values).any():
        raise ValueError(
            f"`risk` is missing in {int(np.isnan(values).sum())} rows, so they cannot be ordered. "
            "Leave those rows out, or predict for them."
        )
    return np.unique(values, return_inverse=True)[1]


def refuse_unknown(rows: Rows, sets: RiskSets, tau: int | None) -> None:
    last = rows.n_days - 1
    if tau is not None and tau > last:
        raise Refusal(
            f"Nobody was watched beyond {last}, so the order of events up to {tau} is not known. "
            f"Choose `tau` up to {last}."
        )
    until = last if tau is None else tau
    happened = np.flatnonzero(sets.left[0, : until + 1])
    if not happened.size:
        raise Refusal(
            f"None of the {rows.day.size:,} rows has had the event up to {until}, so no pair can "
            "be compared. Choose a later `tau`, or load a longer period."
        )
    if tau is not None and sets.survival_before[0, happened[-1]] <= 0:
        # With delayed entry the few who are watched early may all leave before others come.
        raise Refusal(
            "All who were watched early have left before others entered, so what became of a "
            "whole generation is not known. Count time from a later day."
        )


def pair_weight(sets: RiskSets, tau: int | None) -> np.ndarray:
    """Weight of a pair by the day of its first event; 0 after `tau`."""
    if tau is None:
        return np.ones(sets.left.shape[1])
    n = np.maximum(sets.at_risk[0], 1.0)
    # Times the rows at the start, so that without censoring a pair weighs about one.
    weight = (sets.survival_before[0] * n.max() / n) ** 2
    weight[tau + 1 :] = 0.0
    return weight


def while_watched(by_day: np.ndarray, rows: Rows) -> np.ndarray:
    """Sum of a value by day over the days on which each row was watched, its last one included."""
    total = np.cumsum(by_day)
    found = total[rows.day]
    if rows.entry is not None:
        found = found - np.where(rows.entry > 0, total[rows.entry], 0.0)
    return found


def influence_of_weights(rows: Rows, sets: RiskSets, pull: np.ndarray) -> np.ndarray:
    """What each row adds to the sum of `pull` by day times the log of S(t-) / n_t."""
    after = np.cumsum(pull[::-1])[::-1] - pull
    jump, hazard = sets.jump[0] * after, sets.hazard[0]
    at_risk = np.maximum(sets.at_risk[0], 1.0)
    value = while_watched(hazard * jump - pull / at_risk, rows)
    return value - np.where(rows.cause > 0, jump[rows.day], 0.0)


def pairs_in_order(
    rows: Rows, code: np.ndarray, weight: np.ndarray, counted: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weight of the pairs in order, those of one risk half: by who leaves first, and by the other.

    Each exit is a control for the events before it. A late entry is one with a minus sign: it takes
    the row off the events that it had not been watched at.
    """
    case = np.where(counted, weight[rows.day], 0.0)
    # Within a day events come first, then those who are censored and those who enter.
    moment = 2 * rows.day + (rows.cause == 0)
    control = np.ones(rows.day.size)
    late = None
    if rows.entry is not None:
        late = np.flatnonzero(rows.entry > 0)
        moment = np.append(moment, 2 * rows.entry[late] + 1)
        code = np.append(code, code[late])
        case = np.append(case, np.zeros(late.size))
        control = np.append(control, -np.ones(late.size))
    before, after = pairs_of_order(moment, code, case, control)
    same_before, same_after = pairs_of_ties(moment, code, case, control)
    first = case * (before + same_before / 2)
    other = control * (after + same_after / 2)
    n = rows.day.size
    if late is not None:
        other[late] += other[n:]
    return first[:n], other[:n]


def pairs_of_order(
    moment: np.ndarray, code: np.ndarray, case: np.ndarray, control: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sum of `control` later and at a lower code, and of `case` earlier and at a higher one.

    Codes are split by their binary digits, the highest first; within each part the two halves are
    compared by running sums, so that n rows take n log n steps.
    """
    # At one moment by rising code: nobody there has a lower one after it.
    at = np.lexsort((code, moment))
    n = at.size
    below, above = np.zeros(n), np.zeros(n)
    place = np.arange(n)
    for digit in reversed(range(int(code.max()).bit_length())):
        now = code[at] >> digit
        high = (now & 1).astype(bool)
        starts = np.flatnonzero(np.diff(now >> 1, prepend=-1))
        sizes = np.diff(starts, append=n)
        controls = np.cumsum(np.where(high, 0.0, control[at]))
        cases = np.cumsum(np.where(high, case[at], 0.0))
        later = np.repeat(controls[starts + sizes - 1], sizes) - controls
        earlier = cases - np.repeat(np.append(0.0, cases)[starts], sizes)
        below[at[high]] += later[high]
        above[at[~high]] += earlier[~high]
        # Low half first, each in the order it had.
        lows = np.cumsum(~high)
        lows_before = np.append(0, lows)[starts]
        own = lows - np.repeat(lows_before, sizes)
        in_part = place - np.repeat(starts, sizes)
        lows_of_part = np.repeat(lows[starts + sizes - 1] - lows_before, sizes)
        to = np.where(high, lows_of_part + in_part - own, own - 1) + np.repeat(starts, sizes)
        moved = np.empty_like(at)
        moved[to] = at
        at = moved
    return below, above


def pairs_of_ties(
    moment: np.ndarray, code: np.ndarray, case: np.ndarray, control: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sum of `control` later, and of `case` earlier, at the same code."""
    at = np.lexsort((moment, code))
    new_code = np.diff(code[at], prepend=-1) != 0
    starts = np.flatnonzero(new_code)
    moments = np.flatnonzero(new_code | (np.diff(moment[at], prepend=-1) != 0))
    sizes, repeats = np.diff(starts, append=at.size), np.diff(moments, append=at.size)
    controls = np.append(0.0, np.cumsum(control[at]))
    cases = np.append(0.0, np.cumsum(case[at]))
    later, earlier = np.empty(at.size), np.empty(at.size)
    later[at] = np.repeat(controls[starts + sizes], sizes) - np.repeat(
        controls[moments + repeats], repeats
    )
    earlier[at] = np.repeat(cases[moments], repeats) - np.repeat(cases[starts], sizes)
    return later, earlier

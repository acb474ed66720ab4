"""Do predicted chances come true: at a horizon, and over the whole distribution."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import chdtrc, expit, fdtrc, logit

from models.censoring import Known, known_at
from models.cluster_sizes import sizes_of, too_few
from models.clusters import few_clusters_factor
from models.cumulative_incidence import fit_cumulative_incidence
from models.estimates import Estimate, estimate
from models.refusal import Refusal
from models.risk_sets import count_risk_sets, label_codes, read_rows
from models.survival import flags

__all__ = ["Calibration", "Uniformity", "a_calibration", "calibration", "d_calibration"]

#: Fewer events, or fewer who outlast the horizon, than this for each of two parameters are refused.
EVENTS_PER_PARAMETER = 10

# A chance of 0 or 1 has no log odds; a model rounds to them where it means very small or large.
LEAST_CHANCE = 1e-9

N_BINS = 10

# Below this many expected in a bin, chi-squared is no more than roughly its law.
FEWEST_EXPECTED = 5

MOST_STEPS, ROUNDING = 50, 1e-10


@dataclass(frozen=True, eq=False)
class Calibration:
    """Predicted chances of having left by a horizon, beside the shares that did.

    Attributes
    ----------
    table : DataFrame
        One row a group of rising prediction: ``group`` (from 1), ``n``, ``n_events`` (by the
        horizon), ``predicted`` (mean) and ``observed`` (Kaplan-Meier, or Aalen-Johansen where
        causes compete) with ``lower`` and ``upper``.
    intercept : Estimate
        What must be added to the log odds of every prediction so that as many leave as predicted:
        0 is right, above 0 more leave than predicted.
    slope : Estimate
        By how much the log odds differ between rows for a predicted difference of one: 1 is right,
        below 1 the predictions are too extreme.
    predicted, observed : float
        Mean prediction, and the share of all that left.
    horizon : int
    n, n_events : int
        Rows, and events by the horizon.
    n_clusters : int or None
    """

    table: pd.DataFrame
    intercept: Estimate
    slope: Estimate
    predicted: float
    observed: float
    horizon: int
    n: int
    n_events: int
    n_clusters: int | None


@dataclass(frozen=True, eq=False)
class Uniformity:
    """Test that durations fall on the predicted distributions as they should.

    Attributes
    ----------
    statistic, p_value : float
        Missing with the `reason` where the rows cannot tell. A small p says the predictions are
        not calibrated; a large one does not say that they are.
    df : int
    table : DataFrame
        One row a tenth of the predicted distribution, from the longest survival (``lower`` 0) to
        the shortest: ``lower``, ``upper``, ``observed`` and ``expected``.
    n, n_events : int
    n_clusters : int or None
    reason : str or None
    """

    statistic: float
    p_value: float
    df: int
    table: pd.DataFrame
    n: int
    n_events: int
    n_clusters: int | None
    reason: str | None = None


def calibration(
    duration: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    horizon: int,
    *,
    cause: Any = None,
    groups: int = 10,
    cluster: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Calibration:
    r"""Compare predicted chances of leaving by a horizon with what was observed.

    Groups of equal size by rising prediction are set beside Kaplan-Meier, or Aalen-Johansen where
    causes compete. Intercept and slope are of a logistic regression of having left on the log odds
    of the prediction, weighted by the inverse chance of still being watched; the intercept is with
    the slope held at one [1]_. Their errors are from the influence of each row, through the
    weights as well, summed by cluster. Rows must be watched from the origin: put the clock at the
    day the prediction was made.

    Parameters
    ----------
    duration, cluster
        As in `models.survival.fit_kaplan_meier`.
    event : array
        Whether it was seen to leave; or, with `cause`, what ended it (missing: still there).
    risk : array
        Predicted chance of leaving by the end of the horizon, from `cause` if that is given.
    horizon : int
    cause : optional
        The one cause that `risk` is of; leaving otherwise ends the chance of it.
    groups : int, default=10
        Rows of the same prediction stay together, so there may be fewer.
    confidence : float, default=0.95

    Raises
    ------
    Refusal
        If nobody was watched beyond the horizon; if fewer than 20 left by then or outlast it; or
        if every prediction is the same.

    References
    ----------
    .. [1] Van Calster, B., McLernon, D. J., van Smeden, M., Wynants, L. and Steyerberg, E. W.
       (2019). "Calibration: the Achilles heel of predictive analytics." BMC Medicine 17, 230.

    Examples
    --------
    Of 100 predicted to leave with a chance of .2, and 100 with .6, 30 and 60 left within a year:

    >>> months = [6] * 30 + [24] * 70 + [6] * 60 + [24] * 40
    >>> left = [month == 6 for month in months]
    >>> found = calibration(months, left, [0.2] * 100 + [0.6] * 100, 12)
    >>> found.table[["predicted", "observed"]].round(2).to_numpy().tolist()
    [[0.2, 0.3], [0.6, 0.6]]
    >>> round(found.slope.value, 2)
    0.7
    """
    labels = flags(event) if cause is None else np.asarray(pd.Series(event) == cause)
    ended = labels if cause is None else pd.notna(pd.Series(event)).to_numpy()
    rows = read_rows(duration, ended, cluster=cluster)
    chance = chances(risk, "risk", rows.day.size)
    known = known_at(rows, count_risk_sets(rows), horizon)
    happened = known.left & labels
    n_events, n_stayed = int(happened.sum()), int((rows.day > horizon).sum())
    refuse_few(n_events, n_stayed, horizon, chance)
    odds = logit(np.clip(chance, LEAST_CHANCE, 1 - LEAST_CHANCE))
    one = np.ones((rows.day.size, 1))
    shift, by_row = recalibrated(known, happened, one, odds)
    both, by_row_both = recalibrated(known, happened, np.column_stack([one, odds]), 0 * odds)
    group = prediction_groups(chance, groups)
    causes = np.where(labels, "this", np.where(ended, "other", None))
    curves = fit_cumulative_incidence(
        rows.day, causes, causes=["this", "other"], group=group, cluster=cluster,
        confidence=confidence,
    ).table  # fmt: skip
    at = curves[(curves["cause"] == "this") & (curves["day"] <= horizon)].groupby("group").tail(1)
    table = pd.DataFrame({"group": group, "risk": chance, "n_events": happened})
    table = table.groupby("group", as_index=False).agg(
        n=("risk", "size"), n_events=("n_events", "sum"), predicted=("risk", "mean")
    )
    observed = at.set_index("group").loc[table["group"], ["incidence", "lower", "upper"]]
    table["observed"], table["lower"], table["upper"] = observed.to_numpy().T
    return Calibration(
        table,
        estimate(shift[0], by_row[:, 0], rows.cluster, confidence),
        estimate(both[1], by_row_both[:, 1], rows.cluster, confidence),
        float(chance.mean()),
        float((known.weight * happened).sum() / rows.day.size),
        int(horizon),
        rows.day.size,
        n_events,
        None if rows.cluster is None else len(np.unique(rows.cluster)),
    )


def chances(values: ArrayLike, name: str, n: int) -> np.ndarray:
    found = np.asarray(values, dtype=float)
    if found.shape != (n,):
        raise ValueError(
            f"`{name}` has shape {found.shape} for {n} durations, so it is not known whose it is. "
            "Pass one number a row."
        )
    if not ((found >= 0) & (found <= 1)).all():
        raise ValueError(
            f"`{name}` has values that are missing or outside 0 and 1, so they are no chances. "
            "Leave those rows out, or check what was predicted."
        )
    return found


def refuse_few(n_events: int, n_stayed: int, horizon: int, chance: np.ndarray) -> None:
    least = 2 * EVENTS_PER_PARAMETER
    if min(n_events, n_stayed) < least:
        raise Refusal(
            f"{n_events:,} rows left by {horizon} and {n_stayed:,} outlast it; below {least} of "
            "either it cannot be told whether predictions come true. Choose another horizon, or "
            "widen the filters."
        )
    if np.ptp(chance) == 0:
        raise Refusal(
            f"Every row has the same prediction ({chance[0]:.3g}), so whether high ones come true "
            "more often than low ones cannot be told. Compare it with the share that left."
        )


def recalibrated(
    known: Known, happened: np.ndarray, x: np.ndarray, offset: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weighted logistic regression: coefficients, and by how much each row moves them."""
    beta = np.zeros(x.shape[1])
    for _ in range(MOST_STEPS):
        chance = expit(offset + x @ beta)
        weighted = known.weight * chance * (1 - chance)
        bend = x.T @ (weighted[:, None] * x)
        step = np.linalg.solve(bend, x.T @ (known.weight * (happened - chance)))
        # A step of more than two in log odds overshoots where chances are near 0 or 1.
        beta = beta + step * min(1.0, 2 / max(np.abs(step).max(), ROUNDING))
        if np.abs(step).max() < ROUNDING:
            break
    else:
        raise Refusal(
            "The predictions tell exactly who left, so a slope would be infinite. Check whether "
            "they know what happened."
        )
    residual = happened - expit(offset + x @ beta)
    score = np.column_stack([known.influence(column * residual) for column in x.T])
    return beta, np.linalg.solve(bend, score.T).T


def prediction_groups(chance: np.ndarray, groups: int) -> np.ndarray:
    """Number of each row's group by rising prediction, from 1; the same chance, the same group."""
    edges = np.unique(np.quantile(chance, np.arange(1, groups) / groups))
    found = np.searchsorted(edges, chance, side="left")
    return np.unique(found, return_inverse=True)[1] + 1


def d_calibration(
    event: ArrayLike,
    survival: ArrayLike,
    *,
    survival_before: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    rng: np.random.Generator | None = None,
) -> Uniformity:
    r"""Test whether a tenth of all leave in each tenth of their predicted distribution.

    Where predictions are right :math:`\hat S_i(T_i)` is uniform. A censored row at level c counts
    :math:`(c - lower) / c` in its bin and :math:`.1 / c` in each below [1]_. Under censoring it
    finds less than `a_calibration` does.

    Parameters
    ----------
    event : array of bool
    survival : array
        Each row's predicted chance to last beyond its own duration, given that it was there when
        first watched.
    survival_before : array, optional
        The same for the period before, where time comes in periods (months, renewals): the event
        lies somewhere between, and is put there at random by `rng`.
    cluster : array, optional
        Unit whose rows are not independent. p is then Hotelling's, from sums by it.
    rng : numpy.random.Generator, optional
        Needed with `survival_before`.

    References
    ----------
    .. [1] Haider, H., Hoehn, B., Davis, S. and Greiner, R. (2020). "Effective ways to build and
       evaluate individual survival distributions." JMLR 21(85).

    Examples
    --------
    >>> even = (np.arange(100) + 0.5) / 100
    >>> round(d_calibration([True] * 100, even).statistic, 9)
    0.0
    >>> d_calibration([True] * 100, even**2).p_value < 0.001
    True
    """
    event, level = levels(event, survival, survival_before, rng)
    counts = spread_over_bins(event, level)
    n = level.size
    expected = np.full(N_BINS, n / N_BINS)
    excess = counts - 1 / N_BINS
    variance = np.diag(expected) - n / N_BINS**2
    return decided(excess, counts.sum(0), expected, variance, N_BINS - 1, event, cluster)


def a_calibration(
    event: ArrayLike,
    survival: ArrayLike,
    *,
    survival_at_entry: ArrayLike | None = None,
    survival_before: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    rng: np.random.Generator | None = None,
) -> Uniformity:
    r"""Test whether as many leave in each tenth of their predicted distribution as were expected.

    Akritas' test [1]_: with :math:`u = \hat S_i`, a row that is watched from :math:`u_0` to
    :math:`u_1` is expected to leave :math:`\log(u_0 / u_1)` times, in each bin by the part it was
    watched there. Observed less expected events of the bins are uncorrelated with variances equal
    to the expected, whatever the censoring, so no row has to be spread over bins as in
    `d_calibration`, and more is found.

    Parameters
    ----------
    event, survival, survival_before, cluster, rng
        As in `d_calibration`, but from the origin.
    survival_at_entry : array, optional
        Predicted chance at delayed entry; 1 for a row that is watched from the origin.

    References
    ----------
    .. [1] Akritas, M. G. (1988). "Pearson-type goodness-of-fit tests: the univariate case." JASA
       83(401), 222-230.

    Examples
    --------
    >>> even = (np.arange(100) + 0.5) / 100
    >>> a_calibration([True] * 100, even).p_value > 0.5
    True
    >>> a_calibration([True] * 100, even**2).p_value < 0.001
    True
    """
    event, level = levels(event, survival, survival_before, rng)
    top = np.ones_like(level)
    if survival_at_entry is not None:
        top = chances(survival_at_entry, "survival_at_entry", level.size)
        if (top < level).any():
            raise ValueError(
                f"{int((top < level).sum())} rows have a lower chance on entry than when they "
                "left, so they were never watched. Leave them out, or check what was predicted."
            )
    edges = np.arange(N_BINS) / N_BINS
    observed = np.zeros((level.size, N_BINS))
    observed[np.flatnonzero(event), bin_of(level[event])] = 1
    expected = np.empty_like(observed)
    for b, low in enumerate(edges):
        # From the top down: watched in the bin between the later of the two starts and its end.
        from_, to = np.minimum(top, low + 1 / N_BINS), np.maximum(level, low)
        expected[:, b] = np.log(np.maximum(from_ / to, 1.0))
    total = expected.sum(axis=0)
    return decided(
        observed - expected, observed.sum(0), total, np.diag(total), N_BINS, event, cluster
    )


def levels(
    event: ArrayLike,
    survival: ArrayLike,
    before: ArrayLike | None,
    rng: np.random.Generator | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Events, and how far down its predicted distribution each row came."""
    event = flags(event).astype(bool)
    level = chances(survival, "survival", event.size)
    if before is not None:
        if rng is None:
            raise ValueError(
                "Events within a period are put at a random point of it, but `rng` is not given. "
                "Pass numpy.random.default_rng(seed)."
            )
        start = chances(before, "survival_before", event.size)
        level = np.where(event, level + rng.random(event.size) * (start - level), level)
    # Nobody outlasts a chance of 0; a model rounds to it where it means a very small one.
    return event, np.maximum(level, LEAST_CHANCE)


def bin_of(level: np.ndarray) -> np.ndarray:
    # The highest bin includes 1; elsewhere a bin includes its lower edge.
    return np.minimum((level * N_BINS).astype(int), N_BINS - 1)


def spread_over_bins(event: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Count of each row in each bin; a censored one is spread over all it may yet come to."""
    own = bin_of(level)
    bins = np.arange(N_BINS)
    lower = own / N_BINS
    below = (bins < own[:, None]) / N_BINS / level[:, None]
    at = bins == own[:, None]
    censored = np.where(at, ((level - lower) / level)[:, None], below)
    return np.where(event[:, None], at, censored)


def decided(
    excess: np.ndarray,
    observed: np.ndarray,
    expected: np.ndarray,
    variance: np.ndarray,
    df: int,
    event: np.ndarray,
    cluster: ArrayLike | None,
) -> Uniformity:
    """Chi-squared of the sums of `excess`; with clusters their covariance is summed by them."""
    bins = np.arange(N_BINS) / N_BINS
    table = pd.DataFrame(
        {"lower": bins, "upper": bins + 1 / N_BINS, "observed": observed, "expected": expected}
    )
    n, n_events = event.size, int(event.sum())
    # Bins that few were watched in, such as beyond the longest follow-up, are compared as one.
    few = expected < FEWEST_EXPECTED
    join = np.vstack([np.eye(N_BINS)[~few], few.astype(float)])
    join = join[join @ expected >= FEWEST_EXPECTED]
    if len(join) < 2:
        return Uniformity(
            np.nan, np.nan, df, table, n, n_events, None,
            f"{expected.sum():,.1f} events are expected, too few to compare tenths of the "
            "distribution. Load a longer period, or widen the filters.",
        )  # fmt: skip
    df = min(df, len(join))
    excess, variance = excess @ join.T, join @ variance @ join.T
    score = excess.sum(axis=0)
    if cluster is None:
        statistic = float(score @ np.linalg.pinv(variance, hermitian=True) @ score)
        return Uniformity(statistic, float(chdtrc(df, statistic)), df, table, n, n_events, None)
    codes = label_codes(cluster, "cluster", n)[0]
    sizes = sizes_of(np.bincount(codes))
    n_clusters, effective = int(sizes.n), float(sizes.effective)
    if too_few(effective) or effective <= df + 1:
        return Uniformity(
            np.nan, np.nan, df, table, n, n_events, n_clusters,
            f"The rows are of {n_clusters:,} clusters, which vary like {effective:.1f} of one "
            f"size: too few to compare {N_BINS} tenths. Widen the filters.",
        )  # fmt: skip
    sums = np.stack([np.bincount(codes, column) for column in excess.T])
    covariance = sums @ sums.T * float(few_clusters_factor(n_clusters))
    statistic = float(score @ np.linalg.pinv(covariance, hermitian=True) @ score)
    scale = (effective - df) / (df * (effective - 1))
    p_value = float(fdtrc(df, effective - df, statistic * scale))
    return Uniformity(statistic, p_value, df, table, n, n_events, n_clusters)

"""How good predicted survival is: order (C), distance (Brier), and calibration."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from models.censoring import known_at
from models.concordance import Concordance, harrell_c, uno_c
from models.estimates import Estimate, estimate
from models.risk_sets import count_risk_sets, read_rows, whole_days
from models.survival import flags
from models.survival_calibration import (
    Calibration,
    Uniformity,
    a_calibration,
    calibration,
    d_calibration,
)

__all__ = [
    "BrierScore",
    "Calibration",
    "Concordance",
    "Uniformity",
    "a_calibration",
    "brier_score",
    "calibration",
    "d_calibration",
    "harrell_c",
    "uno_c",
]


@dataclass(frozen=True, eq=False)
class BrierScore:
    """Mean squared distance of predicted survival from what happened.

    Attributes
    ----------
    table : DataFrame
        One row a time: ``time``, ``score`` with ``std_err``, ``lower``, ``upper``, ``null`` (the
        score of the same survival for all) and ``skill`` (one less their ratio).
    integrated, integrated_null, r_squared : Estimate
        Mean over the times, of the prediction and of the null, and one less their ratio: 1 is
        perfect, 0 no better than one curve for all, below 0 worse.
    n, n_events : int
        Rows, and events up to the last time.
    n_clusters : int or None
    """

    table: pd.DataFrame
    integrated: Estimate
    integrated_null: Estimate
    r_squared: Estimate
    n: int
    n_events: int
    n_clusters: int | None


def brier_score(
    duration: ArrayLike,
    event: ArrayLike,
    survival: ArrayLike,
    times: ArrayLike,
    *,
    null: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    confidence: float = 0.95,
) -> BrierScore:
    r"""Score predicted survival at one or more times, and its mean over them.

    .. math:: BS(t) = \frac1n \sum_i \left[ \hat S_i(t)^2 \frac{1(T_i \le t, \delta_i = 1)}{G(T_i-)}
              + (1 - \hat S_i(t))^2 \frac{1(T_i > t)}{G(t)} \right]

    with Kaplan-Meier's G of still being watched [1]_; the mean is by the trapezoid rule. Rows must
    be watched from the origin: put the clock at the day the prediction was made.

    Parameters
    ----------
    duration, event, cluster
        As in `models.survival.fit_kaplan_meier`.
    survival : array of shape (n,) or (n, n_times)
        Predicted chance of no event up to the end of each time.
    times : int or array of int
    null : float or array, optional
        Survival of everybody at those times that the prediction is set against, such as of the
        rows it was fitted on; by default the Kaplan-Meier curve of these rows, which is the
        hardest one to beat.
    confidence : float, default=0.95

    Raises
    ------
    Refusal
        If nobody was watched beyond a time.

    References
    ----------
    .. [1] Graf, E., Schmoor, C., Sauerbrei, W. and Schumacher, M. (1999). "Assessment and
       comparison of prognostic classification schemes for survival data." Statistics in Medicine
       18, 2529-2545.

    Examples
    --------
    Half are there after three months, and it was known of each within .2:

    >>> found = brier_score([1, 2, 5, 6], [1, 1, 0, 1], [0.2, 0.2, 0.8, 0.8], 3)
    >>> round(found.integrated.value, 3), found.integrated_null.value
    (0.04, 0.25)
    >>> round(found.r_squared.value, 2)
    0.84
    """
    rows = read_rows(duration, flags(event), cluster=cluster)
    sets = count_risk_sets(rows)
    times = whole_days(np.atleast_1d(times), "times")[0]
    n = rows.day.size
    predicted = predicted_by_time(survival, n, times)
    if null is None:
        null = sets.survival[0, np.minimum(times, rows.n_days - 1)]
    null = np.broadcast_to(np.asarray(null, dtype=float), times.shape)
    share = time_shares(times)
    table = []
    moves, moves_null = np.zeros(n), np.zeros(n)
    for at, (time, of_time) in enumerate(zip(times.tolist(), predicted.T, strict=True)):
        known = known_at(rows, sets, time)
        score, influence = distance(known, of_time)
        score_null, influence_null = distance(known, np.full(n, null[at]))
        found = estimate(score, influence, rows.cluster, confidence)
        table.append(
            {"time": time, "score": score, "std_err": found.std_err, "lower": found.lower,
             "upper": found.upper, "null": score_null}
        )  # fmt: skip
        moves += share[at] * influence
        moves_null += share[at] * influence_null
    table = pd.DataFrame(table)
    table["skill"] = 1 - table["score"] / table["null"].where(table["null"] > 0)
    mean, mean_null = (float((table[name] * share).sum()) for name in ("score", "null"))
    ratio = mean / mean_null if mean_null > 0 else np.nan
    moves_ratio = -(moves - ratio * moves_null) / mean_null if mean_null > 0 else moves
    return BrierScore(
        table,
        estimate(mean, moves, rows.cluster, confidence),
        estimate(mean_null, moves_null, rows.cluster, confidence),
        estimate(1 - ratio, moves_ratio, rows.cluster, confidence),
        n,
        int(sets.left[0, : times.max() + 1].sum()),
        None if rows.cluster is None else len(np.unique(rows.cluster)),
    )


def predicted_by_time(survival: ArrayLike, n: int, times: np.ndarray) -> np.ndarray:
    values = np.asarray(survival, dtype=float)
    if values.ndim == 1 and times.size == 1:
        values = values[:, None]
    if values.shape != (n, times.size):
        raise ValueError(
            f"`survival` has shape {values.shape}, not ({n}, {times.size}), so it is not known "
            "whose it is and when. Pass a row for each duration and a column for each time."
        )
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError(
            "`survival` has values that are missing or outside 0 and 1, so they are no chances. "
            "Leave those rows out, or check what was predicted."
        )
    if (np.diff(times) <= 0).any():
        raise ValueError("`times` do not rise, so no mean can be taken over them. Sort them.")
    return values


def time_shares(times: np.ndarray) -> np.ndarray:
    """Shares of each time in the mean between the first and the last, by the trapezoid rule."""
    if times.size == 1:
        return np.ones(1)
    steps = np.diff(times) / 2
    return (np.append(steps, 0.0) + np.append(0.0, steps)) / (times[-1] - times[0])


def distance(known, survival: np.ndarray) -> tuple[float, np.ndarray]:
    """Brier score at one time, and by how much each row moves it."""
    n = survival.size
    squares = np.where(known.left, survival, 1 - survival) ** 2
    score = float((known.weight * squares).sum() / n)
    return score, (known.influence(squares) - score) / n

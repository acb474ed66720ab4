"""Do groups differ: the log-rank test, classic and with rows clustered by customer."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import chdtrc, fdtrc

from models.cluster_sizes import FEWEST_EFFECTIVE, ClusterSizes, sizes_of, too_few
from models.clusters import few_clusters_factor
from models.risk_sets import Rows, count_risk_sets, read_rows
from models.survival import flags

__all__ = ["FEWEST_EVENTS", "LogRank", "fit_log_rank"]

#: With fewer events in all groups together the law of chi-squared is far off.
FEWEST_EVENTS = 10


@dataclass(frozen=True, eq=False)
class LogRank:
    """Test that groups have one and the same hazard.

    Attributes
    ----------
    statistic, p_value : float
        Chi-squared, missing where nothing can be compared; and its p, missing as well where there
        are too few events or customers for it. The `reason` says why.
    df : int
        Degrees of freedom.
    table : DataFrame
        Columns ``group``, ``n``, ``observed`` and ``expected`` events.
    n_clusters : int or None
        Customers (or other units) the robust version sums by; None for the classic test.
    """

    statistic: float
    p_value: float
    df: int
    table: pd.DataFrame
    n_clusters: int | None
    reason: str | None = None


def fit_log_rank(
    duration: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    rho: float = 0.0,
) -> LogRank:
    r"""Test whether the groups share one hazard.

    The score of group j is :math:`\sum_t w_t (d_{jt} - d_t n_{jt} / n_t)`. The classic
    variance is hypergeometric and takes rows as independent; with `cluster` each row's
    part of the score is summed by cluster first [1]_ and Hotelling's F gives p, so that a
    few customers with many alike invoices do not look like evidence.

    Parameters
    ----------
    duration, event, weight, entry, cluster
        As in `models.survival.fit_kaplan_meier`.
    group : array
        The groups to compare.
    rho : float, default=0
        Weight :math:`w_t = S(t-)^\rho`: 0 is the log-rank, 1 Peto and Peto's version.

    Returns
    -------
    LogRank

    References
    ----------
    .. [1] Lin, D. Y. and Wei, L. J. (1989). "The robust inference for the Cox proportional
       hazards model." JASA 84, 1074-1078.

    Examples
    --------
    >>> days, paid = range(10, 130, 10), [True] * 12
    >>> test = fit_log_rank(days, paid, ["a"] * 6 + ["b"] * 6)
    >>> round(test.statistic, 2), test.df, test.p_value < 0.01
    (12.09, 1, True)
    """
    rows = read_rows(
        duration, flags(event), group=group, weight=weight, entry=entry, cluster=cluster
    )
    sets = count_risk_sets(rows)
    at_risk, left = sets.at_risk.sum(axis=0), sets.left.sum(axis=0)
    share = np.divide(sets.at_risk, at_risk, out=np.zeros_like(sets.at_risk), where=at_risk > 0)
    hazard = np.divide(left, at_risk, out=np.zeros_like(left), where=at_risk > 0)
    before = np.concatenate([[1.0], np.cumprod(1 - hazard)[:-1]])
    w = before**rho
    observed, expected = (sets.left * w).sum(axis=-1), (share * left * w).sum(axis=-1)
    score = observed - expected
    # Hypergeometric variance; (n - d) / (n - 1) is 0 when everybody at risk leaves.
    spread = np.divide(
        left * (at_risk - left), at_risk - 1, out=np.zeros_like(left), where=at_risk > 1
    )
    pull = spread * w**2
    covariance = np.diag((share * pull).sum(axis=-1)) - (share * pull) @ share.T
    table = pd.DataFrame(
        {
            "group": np.array(rows.groups, dtype=object),
            "n": (sets.left + sets.censored).sum(axis=-1),
            "observed": observed,
            "expected": expected,
        }
    )
    sizes = None
    if cluster is not None:
        sizes = sizes_of(np.bincount(rows.cluster, rows.weight))
        covariance = clustered_covariance(rows, share, hazard, w)
    return decide(score, covariance, table, sizes, float(left.sum()))


def decide(
    score: np.ndarray,
    covariance: np.ndarray,
    table: pd.DataFrame,
    sizes: ClusterSizes | None,
    n_events: float,
) -> LogRank:
    """Turn score and covariance into a p-value, or say why there is none."""
    # Groups with nobody at risk at any event carry no information and no degree of freedom.
    n_groups = len(table)
    rank = int(np.linalg.matrix_rank(covariance, hermitian=True))
    df = min(rank, n_groups - 1)
    reason = None
    n_clusters = None if sizes is None else int(sizes.n)
    effective = np.inf if sizes is None else float(sizes.effective)
    if n_groups < 2:
        reason = "There is only one group, so there is nothing to compare it with."
    elif n_events == 0:
        reason = "Nothing has happened in any group yet, so they cannot be compared."
    elif df == 0:
        reason = "The groups were never at risk at the same time, so they cannot be compared."
    if reason:
        return LogRank(np.nan, np.nan, max(n_groups - 1, 0), table, n_clusters, reason)
    statistic = float(score @ np.linalg.pinv(covariance, hermitian=True) @ score)
    if n_events < FEWEST_EVENTS:
        reason = (
            f"It has happened {n_events:,.0f} times in all groups together; below {FEWEST_EVENTS} "
            "they cannot be told apart. Load a longer period, or widen the filters."
        )
    elif sizes is not None and (too_few(effective) or effective <= df + 1):
        reason = (
            f"The rows are of {n_clusters} customers, which vary like {effective:.1f} of one size: "
            f"too few to compare {n_groups} groups ({max(FEWEST_EFFECTIVE, df + 2)} are needed). "
            "Widen the filters."
        )
    if reason:
        return LogRank(statistic, np.nan, df, table, n_clusters, reason)
    if sizes is None:
        p_value = float(chdtrc(df, statistic))
    else:
        # Hotelling: the covariance itself is estimated, from no more than the effective clusters.
        scale = (effective - df) / (df * (effective - 1))
        p_value = float(fdtrc(df, effective - df, statistic * scale))
    return LogRank(statistic, p_value, df, table, n_clusters)


def clustered_covariance(
    rows: Rows, share: np.ndarray, hazard: np.ndarray, w: np.ndarray
) -> np.ndarray:
    """Covariance of the score from each cluster's part in it."""
    n_groups, n_units = len(rows.groups), int(rows.cluster.max()) + 1
    weight = np.ones(rows.day.size) if rows.weight is None else rows.weight
    # Row i of group g adds to the score of group j: what it did less what was expected,
    # times (1[g = j] - share_j).
    own = np.cumsum(w * hazard)
    of_group = np.cumsum(share * w * hazard, axis=-1)
    left = rows.cause > 0
    parts = np.zeros((n_units, n_groups))
    for j in range(n_groups):
        pull = (rows.group == j).astype(float)
        value = np.where(left, w[rows.day] * (pull - share[j, rows.day]), 0.0)
        value -= pull * own[rows.day] - of_group[j, rows.day]
        if rows.entry is not None:
            watched = rows.entry > 0
            value += np.where(watched, pull * own[rows.entry] - of_group[j, rows.entry], 0.0)
        parts[:, j] = np.bincount(rows.cluster, value * weight, minlength=n_units)
    return parts.T @ parts * float(few_clusters_factor(n_units))

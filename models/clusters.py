"""Errors of curves whose rows come in clusters, such as several invoices of one customer."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from models.risk_sets import Rows

__all__ = [
    "clustered_variance",
    "critical_value",
    "few_clusters_factor",
    "loglog_band",
    "row_influence",
    "spread_of_clusters",
    "sum_by_cluster",
]


def clustered_variance(rows: Rows, left: Sequence, entered: Sequence, weights: Sequence):
    r"""Sum over clusters of the squared influence, for every group and day.

    A cluster's influence on day t is :math:`\sum_j w_j(t) X_{cj}(t)`, where each
    :math:`X_{cj}` is a sum over its rows that changes only when one of them enters or
    leaves. So the squares are summed by their changes, and neither a cluster-by-day
    matrix nor a loop over clusters is needed.

    Parameters
    ----------
    left, entered : sequence of ndarray
        What one row adds to each :math:`X_j` on leaving, and on entering.
    weights : sequence of ndarray of shape (n_groups, n_days)
        The :math:`w_j`.

    Returns
    -------
    variance : ndarray of shape (n_groups, n_days)
    n_clusters : ndarray of shape (n_groups,)
    """
    n_groups, n_days = len(rows.groups), rows.n_days
    alone = rows.cluster is None
    unit = (
        np.arange(rows.day.size) if alone else rows.group * (rows.cluster.max() + 1) + rows.cluster
    )
    start = np.zeros_like(rows.day) if rows.entry is None else rows.entry
    key = np.concatenate([unit, unit]) * n_days + np.concatenate([start, rows.day])
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    key, groups = key[first], np.concatenate([rows.group, rows.group])[order][first]
    new_unit = np.diff(key // n_days, prepend=-1) != 0
    slot = groups * n_days + key % n_days
    # Rows without a cluster are independent copies: their number multiplies the square.
    inside = np.ones(rows.day.size) if alone or rows.weight is None else rows.weight
    outside = None
    if alone and rows.weight is not None:
        outside = np.concatenate([rows.weight, rows.weight])[order][first]
    totals = []
    for at_exit, at_entry in zip(left, entered, strict=True):
        steps = np.concatenate([at_entry * inside, at_exit * inside])[order]
        totals.append(running_total(np.add.reduceat(steps, first), new_unit))
    variance = np.zeros((n_groups, n_days))
    for j, first_total in enumerate(totals):
        for k in range(j + 1):
            product = first_total * totals[k]
            change = np.where(new_unit, product, np.diff(product, prepend=0.0))
            if outside is not None:
                change = change * outside
            by_day = np.bincount(slot, change, minlength=n_groups * n_days)
            by_day = np.cumsum(by_day.reshape(n_groups, n_days), axis=-1)
            variance += (1 if j == k else 2) * weights[j] * weights[k] * by_day
    n_clusters = np.bincount(groups[new_unit], minlength=n_groups)
    return np.maximum(variance, 0.0), n_clusters


def row_influence(rows: Rows, table: np.ndarray, cause: int = 1) -> np.ndarray:
    """Look up each row's influence in the table of `RiskSets.influence`."""
    # Columns of the table: censored, another cause, this cause.
    end = np.where(rows.cause == cause, 2, np.minimum(rows.cause, 1))
    value = table.reshape(-1, 3)[rows.slot, end]
    if rows.entry is not None:
        # Not watched before entry: what a row censored then would have contributed comes off.
        value = value - entry_values(table[:, :, 0], rows)
    return value if rows.weight is None else value * rows.weight


def entry_values(table: np.ndarray, rows: Rows) -> np.ndarray:
    """Value of a (group, day) table on the day each row entered; 0 from the origin."""
    if rows.entry is None:
        return np.zeros(rows.day.size)
    at = table.ravel()[rows.group * rows.n_days + rows.entry]
    return np.where(rows.entry > 0, at, 0.0)


def sum_by_cluster(rows: Rows, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sum by cluster within each group: an array (group, cluster) and clusters a group."""
    n_groups, n_units = len(rows.groups), int(rows.cluster.max()) + 1
    unit = rows.group * n_units + rows.cluster
    sums = np.bincount(unit, values, minlength=n_groups * n_units).reshape(n_groups, n_units)
    seen = np.bincount(unit, minlength=n_groups * n_units).reshape(n_groups, n_units) > 0
    return sums, seen.sum(axis=-1)


def loglog_band(share: np.ndarray, std_err: np.ndarray, critical: ArrayLike) -> tuple:
    """Interval on the scale log(-log(share)), which stays within 0 and 1.

    Where the share is 0 or 1 nothing has been seen yet, or nobody is left: the interval is
    that value, as lifelines has it.
    """
    inside = (share > 0) & (share < 1)
    safe = np.where(inside, share, 0.5)
    log = np.log(safe)
    half = np.asarray(critical) * np.where(inside, std_err, 0.0) / (safe * log)
    # A band as wide as 0 to 1 overflows on this scale, and lands where it should.
    with np.errstate(over="ignore"):
        low = np.where(inside, np.exp(-np.exp(np.log(-log) - half)), share)
        high = np.where(inside, np.exp(-np.exp(np.log(-log) + half)), share)
    return np.minimum(low, high), np.maximum(low, high)


def critical_value(confidence: float, n_clusters: ArrayLike | None = None) -> np.ndarray:
    """Two-sided normal quantile; Student's with clusters - 1 degrees when few carry the error."""
    if not 0 < confidence < 1:
        raise ValueError(
            f"A confidence of {confidence} gives no interval. Pass a share between 0 and 1, "
            "such as 0.95."
        )
    tail = 0.5 + confidence / 2
    if n_clusters is None:
        return np.asarray(ndtri(tail))
    return stdtrit(np.maximum(np.asarray(n_clusters) - 1, 1), tail)


def spread_of_clusters(squares: np.ndarray, n_clusters: ArrayLike) -> np.ndarray:
    """Return the standard error; infinite with one cluster, whose residuals sum to nothing."""
    n = np.broadcast_to(n_clusters, np.shape(squares))
    factor = few_clusters_factor(np.maximum(n, 2))
    return np.where(n > 1, np.sqrt(squares * factor), np.inf)


def few_clusters_factor(n_clusters: ArrayLike) -> np.ndarray:
    """C / (C - 1), infinite for one cluster: its spread cannot be seen."""
    n = np.asarray(n_clusters, dtype=float)
    return np.divide(n, n - 1, out=np.full_like(n, np.inf), where=n > 1)


def running_total(steps: np.ndarray, restart: np.ndarray) -> np.ndarray:
    total = np.cumsum(steps)
    begins = np.flatnonzero(restart)
    before = np.where(begins > 0, total[begins - 1], 0.0)
    return total - np.repeat(before, np.diff(np.append(begins, steps.size)))

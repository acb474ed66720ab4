"""Errors of curves whose rows come in clusters, such as several invoices of one customer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from models.cluster_sizes import ClusterSizes, cluster_sizes
from models.risk_sets import Rows

__all__ = [
    "ClusterSteps",
    "cluster_steps",
    "critical_value",
    "few_clusters_factor",
    "logit_interval",
    "loglog_band",
    "row_influence",
    "spread_of_clusters",
    "sum_by_cluster",
    "wilson_interval",
]


@dataclass(frozen=True, eq=False)
class ClusterSteps:
    """Days on which something changes within each cluster, in order of cluster and day.

    Attributes
    ----------
    order : ndarray
        Puts all entries, then all exits of the rows in this order.
    first : ndarray
        Where a new cluster or day begins in that order.
    slot : ndarray
        Group and day of each change, as an index.
    new_cluster : ndarray of bool
        Whether the change is the first of its cluster.
    sizes : ClusterSizes
        One element a group.
    """

    rows: Rows
    order: np.ndarray
    first: np.ndarray
    slot: np.ndarray
    new_cluster: np.ndarray
    sizes: ClusterSizes | None

    def variance(self, left: Sequence, entered: Sequence, weights: Sequence) -> np.ndarray:
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
        """
        weight = self.rows.weight
        outside = None
        if weight is not None and self.rows.cluster is None:
            # Rows without a cluster are independent copies: their number multiplies the square.
            outside, weight = np.concatenate([weight, weight])[self.order][self.first], None
        totals = []
        for at_exit, at_entry in zip(left, entered, strict=True):
            steps = np.concatenate([at_entry, at_exit])
            if weight is not None:
                steps *= np.concatenate([weight, weight])
            steps = np.add.reduceat(steps[self.order], self.first)
            totals.append(running_total(steps, self.new_cluster))
        shape = weights[0].shape
        variance = np.zeros(shape)
        for j, one in enumerate(totals):
            for k in range(j + 1):
                product = one * totals[k]
                change = np.where(self.new_cluster, product, np.diff(product, prepend=0.0))
                if outside is not None:
                    change *= outside
                by_day = np.bincount(self.slot, change, minlength=variance.size).reshape(shape)
                twice = 1 if j == k else 2
                variance += twice * weights[j] * weights[k] * np.cumsum(by_day, axis=-1)
        return np.maximum(variance, 0.0)


def cluster_steps(rows: Rows) -> ClusterSteps:
    """Sort entries and exits by cluster and day; without clusters each row is its own."""
    n_days = rows.n_days
    if rows.cluster is None:
        unit = np.arange(rows.day.size)
    else:
        unit = rows.group * (rows.cluster.max() + 1) + rows.cluster
    start = np.zeros_like(rows.day) if rows.entry is None else rows.entry
    key = np.concatenate([unit * n_days + start, unit * n_days + rows.day])
    order = np.argsort(key)
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    key, groups = key[first], np.concatenate([rows.group, rows.group])[order[first]]
    new_cluster = np.diff(key // n_days, prepend=-1) != 0
    sizes = None if rows.cluster is None else cluster_sizes(rows)
    return ClusterSteps(rows, order, first, groups * n_days + key % n_days, new_cluster, sizes)


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


def sum_by_cluster(rows: Rows, values: np.ndarray) -> np.ndarray:
    """Sum by cluster within each group: an array (group, cluster)."""
    n_groups, n_units = len(rows.groups), int(rows.cluster.max()) + 1
    unit = rows.group * n_units + rows.cluster
    return np.bincount(unit, values, minlength=n_groups * n_units).reshape(n_groups, n_units)


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


def logit_interval(share: float, std_err: float, critical: float) -> tuple[float, float]:
    """Interval of one share inside 0 and 1, on the scale log(share / (1 - share))."""
    half = critical * std_err / (share * (1 - share))
    centre = np.log(share / (1 - share))
    low, high = (1 / (1 + np.exp(-(centre + side * half))) for side in (-1, 1))
    return float(low), float(high)


def critical_value(confidence: float, effective: ArrayLike | None = None) -> np.ndarray:
    """Two-sided normal quantile; Student's with effective clusters - 1 degrees where given."""
    if not 0 < confidence < 1:
        raise ValueError(
            f"A confidence of {confidence} gives no interval. Pass a share between 0 and 1, "
            "such as 0.95."
        )
    tail = 0.5 + confidence / 2
    if effective is None:
        return np.asarray(ndtri(tail))
    return stdtrit(np.maximum(np.asarray(effective) - 1, 1), tail)


def wilson_interval(share: float, n: float, critical: float) -> tuple[float, float]:
    """Wilson's interval of a share of `n` independent cases, which never leaves 0 to 1 [1]_.

    References
    ----------
    .. [1] Wilson, E. B. (1927). "Probable inference, the law of succession, and statistical
       inference." JASA 22, 209-212.

    Examples
    --------
    >>> [round(x, 4) for x in wilson_interval(0.8, 50, 1.96)]
    [0.6696, 0.8876]
    """
    squared = critical**2 / n
    centre = (share + squared / 2) / (1 + squared)
    half = critical / (1 + squared) * np.sqrt(share * (1 - share) / n + squared / (4 * n))
    # At 0 and 1 an end is the share itself, which rounding must not put outside.
    return float(max(min(centre - half, share), 0.0)), float(min(max(centre + half, share), 1.0))


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

"""How often something is expected to have happened by a day: the cumulative hazard."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from models.clusters import cluster_steps, critical_value, entry_values, spread_of_clusters
from models.risk_sets import ALL, count_risk_sets, read_rows
from models.survival import flags, group_table, steps_kept, value_at

__all__ = ["NelsonAalen", "fit_nelson_aalen"]


@dataclass(frozen=True, eq=False)
class NelsonAalen:
    """Cumulative hazard by day, one curve a group.

    Attributes
    ----------
    table : DataFrame
        Columns ``group``, ``day``, ``cumulative_hazard``, ``lower``, ``upper``, ``std_err``,
        ``at_risk`` and ``n_events``: day 0 and every day on which a row enters or leaves.
    groups : DataFrame
        One row a group, as in `models.survival.KaplanMeier`.
    confidence : float
        Level of the pointwise interval.
    """

    table: pd.DataFrame
    groups: pd.DataFrame
    confidence: float

    def cumulative_hazard_at(self, day: ArrayLike, group: Any = ALL) -> np.ndarray:
        """Return the cumulative hazard at the end of `day` for one group."""
        return value_at(self.table, "cumulative_hazard", day, group)


def fit_nelson_aalen(
    duration: ArrayLike,
    event: ArrayLike,
    *,
    group: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    confidence: float = 0.95,
) -> NelsonAalen:
    r"""Estimate the cumulative hazard.

    .. math:: \hat H(t) = \sum_{s \le t} \frac{d_s}{n_s}

    with :math:`d_s` events on day s among :math:`n_s` at risk [1]_. Its variance is
    :math:`\sum d_s / n_s^2`, as in R, or the squared influence summed by cluster; the interval is
    on the log scale. Parameters are those of `models.survival.fit_kaplan_meier`.

    References
    ----------
    .. [1] Aalen, O. O. (1978). "Nonparametric inference for a family of counting processes."
       Annals of Statistics 6(4), 701-726.

    Examples
    --------
    One of four leaves on day 20, and one of two on day 30:

    >>> curve = fit_nelson_aalen([20, 30, 70, 25], [True, True, False, False])
    >>> curve.cumulative_hazard_at([0, 20, 40])
    array([0.  , 0.25, 0.75])
    """
    rows = read_rows(
        duration, flags(event), group=group, weight=weight, entry=entry, cluster=cluster
    )
    sets = count_risk_sets(rows)
    hazard = sets.hazard
    total = np.cumsum(hazard, axis=-1)
    per_head = np.divide(1.0, sets.at_risk, out=np.zeros_like(hazard), where=sets.at_risk > 0)
    squares = np.cumsum(hazard * per_head, axis=-1)
    sizes = None
    if cluster is None:
        std_err, critical = np.sqrt(squares), critical_value(confidence)
    else:
        steps = cluster_steps(rows)
        sizes = steps.sizes
        gained = np.where(rows.cause > 0, per_head.ravel()[rows.slot], 0.0)
        ones = np.ones(rows.day.size)
        # A row adds 1 / n on its event, less d / n^2 on each day it was watched.
        variance = steps.variance(
            [squares.ravel()[rows.slot] - gained, -ones],
            [-entry_values(squares, rows), ones],
            [np.ones_like(squares), squares],
        )
        std_err = spread_of_clusters(variance, sizes.n[:, None])
        critical = critical_value(confidence, sizes.effective)[:, None]
    with np.errstate(over="ignore"):
        factor = np.exp(critical * np.divide(std_err, total, out=np.zeros_like(total),
                                             where=total > 0))  # fmt: skip
    keep, at = steps_kept(sets)
    table = pd.DataFrame(
        {
            "group": np.array(rows.groups, dtype=object)[at[0]],
            "day": at[1],
            "cumulative_hazard": total[keep],
            "lower": (total / factor)[keep],
            "upper": (total * factor)[keep],
            "std_err": std_err[keep],
            "at_risk": sets.at_risk[keep],
            "n_events": sets.left[keep],
        }
    )
    return NelsonAalen(table, group_table(rows, sets, sizes), confidence)

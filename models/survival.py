"""How long until something happens: survival curves, their medians and restricted means."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from models.cluster_sizes import ClusterSizes, cluster_sizes
from models.clusters import (
    cluster_steps,
    critical_value,
    entry_values,
    loglog_band,
    row_influence,
    spread_of_clusters,
    sum_by_cluster,
)
from models.risk_sets import ALL, RiskSets, Rows, backwards, count_risk_sets, read_rows

__all__ = [
    "KaplanMeier",
    "RestrictedMean",
    "fit_kaplan_meier",
    "fit_restricted_mean",
]

# A curve that is exactly one half in arithmetic may miss it by rounding.
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """Survival by day, one curve a group.

    Attributes
    ----------
    table : DataFrame
        Columns ``group``, ``day``, ``survival``, ``lower``, ``upper``, ``std_err``,
        ``at_risk``, ``n_events`` and ``n_censored``: day 0 and every day on which a row
        enters or leaves.
    groups : DataFrame
        One row a group: ``group``, ``n``, ``n_events``, and ``n_clusters``, ``n_effective`` and
        ``largest`` as in `models.cluster_sizes.ClusterSizes` (missing without clusters).
    confidence : float
        Level of the pointwise interval.
    """

    table: pd.DataFrame
    groups: pd.DataFrame
    confidence: float

    def survival_at(self, day: ArrayLike, group: Any = ALL) -> np.ndarray:
        """Return survival at the end of `day` for one group."""
        return value_at(self.table, "survival", day, group)

    def quantile(self, share: float = 0.5) -> pd.DataFrame:
        """Return the first day by which `share` have had the event, with its interval.

        Columns ``group``, ``day``, ``lower`` and ``upper``; infinite where the curve, or its
        band, never gets there. The interval inverts the pointwise band.
        """
        return first_crossing(self.table, self.groups["group"], "survival", 1 - share, falling=True)


@dataclass(frozen=True, eq=False)
class RestrictedMean:
    """Mean time until the event, counted up to a horizon.

    Attributes
    ----------
    table : DataFrame
        Columns ``group``, ``mean``, ``std_err``, ``lower``, ``upper``, ``n`` and ``reason``
        (why there is no mean: the group was not followed to the horizon).
    days : int
        The horizon.
    """

    table: pd.DataFrame
    days: int
    confidence: float


def fit_kaplan_meier(
    duration: ArrayLike,
    event: ArrayLike,
    *,
    group: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    confidence: float = 0.95,
) -> KaplanMeier:
    r"""Estimate survival by the product limit, for one or many groups at once.

    .. math:: \hat S(t) = \prod_{s \le t} \left(1 - \frac{d_s}{n_s}\right)

    with :math:`d_s` events on day s among :math:`n_s` at risk [1]_. The interval is on the
    log-log scale with Greenwood's error, or, where `cluster` is given, with the squared
    influence summed by cluster [2]_ and Student's quantile.

    Parameters
    ----------
    duration : array of int
        Whole days from the origin to the event or to the end of watching.
    event : array of bool
        True when the event happened, False when the row is censored.
    group : array, optional
        One curve is estimated for each value.
    weight : array, optional
        How many alike rows each stands for: grouped counts give the same curve as rows.
    entry : array of int, optional
        Delayed entry: the row is watched on (entry, duration]; 0 is from the origin.
    cluster : array, optional
        Unit whose rows are not independent, such as the customer.
    confidence : float, default=0.95

    Returns
    -------
    KaplanMeier

    Raises
    ------
    ValueError
        If there are no rows, durations are no whole days, or a row leaves before it enters.

    References
    ----------
    .. [1] Kaplan, E. L. and Meier, P. (1958). "Nonparametric estimation from incomplete
       observations." JASA 53(282), 457-481.
    .. [2] Williams, R. L. (1995). "Product-limit survival functions with correlated survival
       times." Lifetime Data Analysis 1, 171-186.

    Examples
    --------
    Three invoices paid after 20, 30 and 70 days, two open at 40 and 10:

    >>> curve = fit_kaplan_meier([20, 30, 70, 40, 10], [True, True, True, False, False])
    >>> curve.survival_at([0, 20, 60]).round(2)
    array([1.  , 0.75, 0.5 ])
    >>> curve.quantile(0.5)["day"].item()
    30.0
    """
    rows = read_rows(
        duration, flags(event), group=group, weight=weight, entry=entry, cluster=cluster
    )
    sets = count_risk_sets(rows)
    sizes = None
    if cluster is None:
        std_err = sets.survival * np.sqrt(sets.greenwood)
        critical = critical_value(confidence)
    else:
        b = sets.greenwood
        at_exit, at_entry = b.ravel()[rows.slot], entry_values(b, rows)
        departed = np.where(rows.cause > 0, sets.jump.ravel()[rows.slot], 0.0)
        ones = np.ones(rows.day.size)
        steps = cluster_steps(rows)
        sizes = steps.sizes
        variance = steps.variance(
            [at_exit - departed, -ones], [-at_entry, ones], [np.ones_like(b), b]
        )
        std_err = sets.survival * spread_of_clusters(variance, sizes.n[:, None])
        critical = critical_value(confidence, sizes.effective)[:, None]
    lower, upper = loglog_band(sets.survival, std_err, critical)
    keep, at = steps_kept(sets)
    table = pd.DataFrame(
        {
            "group": np.array(rows.groups, dtype=object)[at[0]],
            "day": at[1],
            "survival": sets.survival[keep],
            "lower": lower[keep],
            "upper": upper[keep],
            "std_err": std_err[keep],
            "at_risk": sets.at_risk[keep],
            "n_events": sets.left[keep],
            "n_censored": sets.censored[keep],
        }
    )
    return KaplanMeier(table, group_table(rows, sets, sizes), confidence)


def fit_restricted_mean(
    duration: ArrayLike,
    event: ArrayLike,
    *,
    days: int,
    group: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    confidence: float = 0.95,
) -> RestrictedMean:
    r"""Estimate the mean time to the event up to `days`, the area under the survival curve.

    .. math:: RMST(\tau) = \int_0^\tau \hat S(t)\,dt

    The error is Greenwood's for an area, or the squared influence summed by cluster.
    Parameters are those of `fit_kaplan_meier`.

    Examples
    --------
    >>> fit_restricted_mean([20, 30, 70, 40, 10], [1, 1, 1, 0, 0], days=60).table["mean"].item()
    42.5
    """
    rows = read_rows(
        duration, flags(event), group=group, weight=weight, entry=entry, cluster=cluster
    )
    sets = count_risk_sets(rows)
    n_groups, n_days = sets.survival.shape
    # Survival is a step function: the area to day tau is the sum over days 0 .. tau - 1.
    inside = np.broadcast_to(np.arange(n_days) < days, (n_groups, n_days)).astype(float)
    mean = (sets.survival * inside).sum(axis=-1)
    last = n_days - 1 - np.argmax((sets.at_risk > 0)[:, ::-1], axis=-1)
    ended = sets.survival[np.arange(n_groups), last] <= ROUNDING
    sizes = None if cluster is None else cluster_sizes(rows)
    if sizes is None:
        # Area to the right of each day: the step on a day begins with its events.
        area_after = backwards(sets.survival * inside)
        std_err = np.sqrt((area_after**2 * sets.hazard * sets.jump).sum(-1))
        critical = critical_value(confidence)
    else:
        per_row = row_influence(rows, sets.influence(inside, np.zeros_like(inside), 0))
        sums = sum_by_cluster(rows, per_row)
        std_err = spread_of_clusters((sums**2).sum(-1), sizes.n)
        critical = critical_value(confidence, sizes.effective)
    known = ended | (last >= days)
    table = group_table(rows, sets, sizes)[["group", "n"]].assign(
        mean=np.where(known, mean, np.nan),
        std_err=np.where(known, std_err, np.nan),
        lower=np.where(known, mean - critical * std_err, np.nan),
        upper=np.where(known, mean + critical * std_err, np.nan),
        reason=[
            None
            if ok
            else f"Followed for {day} days only, so a mean up to {days} days is not known. "
            "Choose a shorter horizon."
            for ok, day in zip(known, last, strict=True)
        ],
    )
    return RestrictedMean(table, days, confidence)


def flags(event: ArrayLike) -> np.ndarray:
    """Events as 0 and 1."""
    values = np.asarray(event)
    if values.dtype == bool:
        return values
    if pd.isna(values).any():
        raise ValueError(
            f"`event` is missing in {int(pd.isna(values).sum())} rows; whether they ended is not "
            "known. Fill it, or leave those rows out."
        )
    return values.astype(bool)


def steps_kept(sets: RiskSets) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Days worth a row in a table: the first, and those on which somebody enters or leaves."""
    keep = (sets.left + sets.censored) > 0
    keep[:, 0] = True
    if sets.entered is not None:
        keep |= sets.entered > 0
    return keep, np.nonzero(keep)


def group_table(rows: Rows, sets: RiskSets, sizes: ClusterSizes | None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": np.array(rows.groups, dtype=object),
            "n": (sets.left + sets.censored).sum(axis=-1),
            "n_events": sets.left.sum(axis=-1),
            "n_clusters": np.nan if sizes is None else sizes.n,
            "n_effective": np.nan if sizes is None else sizes.effective,
            "largest": np.nan if sizes is None else sizes.largest,
        }
    )


def value_at(table: pd.DataFrame, column: str, day: ArrayLike, group: Any) -> np.ndarray:
    part = table[table["group"] == group]
    if part.empty:
        raise ValueError(
            f"There is no curve for '{group}'. The groups are: "
            f"{', '.join(map(str, table['group'].unique()))}."
        )
    step = np.searchsorted(part["day"].to_numpy(), np.asarray(day), side="right") - 1
    return np.where(step < 0, np.nan, part[column].to_numpy()[step])


def first_crossing(
    table: pd.DataFrame, groups: pd.Series, column: str, level: float, *, falling: bool
) -> pd.DataFrame:
    """First day on which the curve, and each edge of its band, has reached `level`."""
    # The edge that moves first in the direction of travel gives the earlier day.
    edges = {"day": column, "lower": "lower" if falling else "upper"}
    edges["upper"] = "upper" if falling else "lower"
    found = {"group": groups.to_numpy()}
    for name, edge in edges.items():
        reached = table[edge] <= level + ROUNDING if falling else table[edge] >= level - ROUNDING
        first = table[reached].groupby("group", sort=False)["day"].first()
        found[name] = groups.map(first).astype(float).fillna(np.inf).to_numpy()
    return pd.DataFrame(found)

"""Causes that compete: the share that has left by each one, by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from models.clusters import (
    ClusterSteps,
    cluster_steps,
    critical_value,
    entry_values,
    loglog_band,
    spread_of_clusters,
)
from models.refusal import Refusal
from models.risk_sets import ALL, RiskSets, Rows, count_risk_sets, read_rows
from models.survival import first_crossing, group_table, steps_kept, value_at

__all__ = ["CumulativeIncidence", "fit_cumulative_incidence"]


@dataclass(frozen=True, eq=False)
class CumulativeIncidence:
    """Share that has left by each cause, by day; with survival the parts sum to one.

    Attributes
    ----------
    table : DataFrame
        Columns ``group``, ``cause``, ``day``, ``incidence``, ``lower``, ``upper``,
        ``std_err``, ``at_risk`` and ``n_events`` (by this cause on this day).
    groups : DataFrame
        One row a group, as in `models.survival.KaplanMeier`.
    risk_sets : RiskSets
        The counts by group and day, to build on.
    rows : Rows
        The rows as codes, needed for errors of what is built on the curves.
    """

    table: pd.DataFrame
    groups: pd.DataFrame
    confidence: float
    risk_sets: RiskSets
    rows: Rows

    def incidence_at(self, day: ArrayLike, cause: Any, group: Any = ALL) -> np.ndarray:
        """Return the share that left by `cause` up to the end of `day`."""
        return value_at(self.table[self.table["cause"] == cause], "incidence", day, group)

    def quantile(self, cause: Any, share: float = 0.5) -> pd.DataFrame:
        """Return the first day by which `share` of all have left by `cause`, with interval."""
        part = self.table[self.table["cause"] == cause]
        return first_crossing(part, self.groups["group"], "incidence", share, falling=False)


def fit_cumulative_incidence(
    duration: ArrayLike,
    cause: ArrayLike,
    *,
    causes: Sequence[Any] | None = None,
    group: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    confidence: float = 0.95,
) -> CumulativeIncidence:
    r"""Estimate the share that has left by each cause, where leaving by one ends the others.

    .. math:: \hat F_k(t) = \sum_{s \le t} \hat S(s-)\, d_{ks} / n_s

    (Aalen-Johansen [1]_). One minus a Kaplan-Meier curve per cause would treat those who
    left otherwise as still to come, and overstate every cause. The error is by the
    delta method: each row's influence through the hazards, squared and summed, by
    cluster where `cluster` is given.

    Parameters
    ----------
    duration : array of int
        Whole days from the origin.
    cause : array
        What ended it; missing (None, NaN) when still going on.
    causes : sequence, optional
        The causes in the order wanted; by default those seen, sorted.
    group, weight, entry, cluster, confidence
        As in `fit_kaplan_meier`.

    Returns
    -------
    CumulativeIncidence

    References
    ----------
    .. [1] Aalen, O. O. and Johansen, S. (1978). "An empirical transition matrix for
       non-homogeneous Markov chains." Scand. J. Statist. 5, 141-150.

    Examples
    --------
    >>> fit = fit_cumulative_incidence([20, 30, 70, 40], ["paid", "void", "paid", None])
    >>> fit.incidence_at([20, 70], "paid"), float(fit.incidence_at(70, "void"))
    (array([0.25, 0.75]), 0.25)
    """
    codes, causes = cause_codes(cause, causes)
    rows = read_rows(
        duration, codes, group=group, weight=weight, entry=entry, cluster=cluster, causes=causes
    )
    sets = count_risk_sets(rows)
    # Alike rows on their own need no sorting into clusters: they are counted.
    steps = None if cluster is None and entry is None else cluster_steps(rows)
    sizes = None if cluster is None else steps.sizes
    critical = critical_value(confidence, None if cluster is None else sizes.effective[:, None])
    tables = []
    keep, at = steps_kept(sets)
    for index, name in enumerate(causes):
        if steps is None:
            variance = independent_variance(sets, index)
        else:
            variance = incidence_variance(rows, sets, steps, index)
        if cluster is None:
            std_err = np.sqrt(variance)
        else:
            std_err = spread_of_clusters(variance, sizes.n[:, None])
        lower, upper = loglog_band(sets.incidence[:, index], std_err, critical)
        tables.append(
            pd.DataFrame(
                {
                    "group": np.array(rows.groups, dtype=object)[at[0]],
                    "cause": name,
                    "day": at[1],
                    "incidence": sets.incidence[:, index][keep],
                    "lower": lower[keep],
                    "upper": upper[keep],
                    "std_err": std_err[keep],
                    "at_risk": sets.at_risk[keep],
                    "n_events": sets.by_cause[:, index][keep],
                }
            )
        )
    groups = group_table(rows, sets, sizes)
    return CumulativeIncidence(pd.concat(tables, ignore_index=True), groups, confidence, sets, rows)


def incidence_variance(rows: Rows, sets: RiskSets, steps: ClusterSteps, index: int) -> np.ndarray:
    """Sum of squared influence on one cause's incidence, by group and day.

    A row that left on day d moves F(t) by K1 + F(t) K2, with K1 and K2 known on d; one still
    at risk by E(t), the same for all; so three running sums a cluster are enough.
    """
    incidence = sets.incidence[:, index]
    drift, b, c_and_d = sets.incidence_terms(index)
    slot, this = rows.slot, rows.cause == index + 1
    jump = np.where(rows.cause > 0, sets.jump.ravel()[slot], 0.0)
    own = np.where(this, sets.gain.ravel()[slot], 0.0)
    ones = np.ones(rows.day.size)
    left = [
        jump * incidence.ravel()[slot] - c_and_d.ravel()[slot] + own,
        b.ravel()[slot] - jump,
        -ones,
    ]
    entered = [entry_values(c_and_d, rows), -entry_values(b, rows), ones]
    return steps.variance(left, entered, [np.ones_like(b), incidence, drift])


def independent_variance(sets: RiskSets, index: int) -> np.ndarray:
    """Return the same sum when every row stands alone: rows alike are counted, not listed."""
    incidence = sets.incidence[:, index]
    drift, b, c_and_d = sets.incidence_terms(index)
    total = sets.at_risk[:, :1]
    gone = np.cumsum(sets.left + sets.censored, axis=-1)
    variance = (total - gone) * drift**2
    this = sets.by_cause[:, index]
    for count, jump, own in (
        (sets.censored, 0.0, 0.0),
        (sets.left - this, sets.jump, 0.0),
        (this, sets.jump, sets.gain),
    ):
        k1, k2 = jump * incidence - c_and_d + own, b - jump
        variance = variance + (
            np.cumsum(count * k1**2, -1)
            + 2 * incidence * np.cumsum(count * k1 * k2, -1)
            + incidence**2 * np.cumsum(count * k2**2, -1)
        )
    return np.maximum(variance, 0.0)


def cause_codes(cause: ArrayLike, causes: Sequence[Any] | None) -> tuple[np.ndarray, tuple]:
    """Code causes 1.. in order, 0 where the row is censored."""
    labels = pd.Series(cause)
    if causes is None:
        causes = sorted(labels.dropna().unique())
    codes = pd.Categorical(labels, categories=list(causes)).codes.astype(np.int64)
    if unknown := sorted(set(labels[(codes < 0) & labels.notna().to_numpy()].astype(str))):
        raise ValueError(
            f"The causes {unknown} are none of {list(causes)}, so those rows would count as "
            "still going on. Name them in `causes`, or set them to missing."
        )
    if not len(causes):
        raise Refusal(
            f"None of the {len(labels)} rows has ended, so no share by cause can be estimated. "
            "Load a longer period."
        )
    return codes + 1, tuple(causes)

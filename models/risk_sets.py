"""Risk sets on whole days: who is watched, who leaves and why, counted once for every curve."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from models.refusal import Refusal

__all__ = ["ALL", "RiskSets", "Rows", "count_risk_sets", "label_codes", "read_rows"]

# Days and groups index one dense array. A duration of centuries is a misread date, and
# would ask for gigabytes.
LONGEST_DAY = 200_000

# Whole numbers below this are used as codes as they stand.
MOST_LABELS = 1_000

ALL = "all"


@dataclass(frozen=True, eq=False)
class Rows:
    """Checked rows: what each one did, as codes.

    Attributes
    ----------
    day : ndarray of int
        Day on which the row left.
    cause : ndarray of int
        0 censored, k for ``causes[k - 1]``.
    group : ndarray of int
        Index into `groups`.
    weight : ndarray or None
        How many alike rows this one stands for; None is one each.
    entry : ndarray or None
        Day after which the row is watched, 0 from the origin itself.
    cluster : ndarray or None
        Code of the unit (a customer) whose rows are not independent of each other.
    """

    day: np.ndarray
    cause: np.ndarray
    group: np.ndarray
    weight: np.ndarray | None
    entry: np.ndarray | None
    cluster: np.ndarray | None
    groups: tuple[Any, ...]
    causes: tuple[Any, ...]
    n_days: int

    @property
    def slot(self) -> np.ndarray:
        return self.group * self.n_days + self.day


@dataclass(frozen=True, eq=False)
class RiskSets:
    """Counts by group and day, and the sums every curve and its error is made of.

    Arrays are (group, day), or (group, cause, day).

    Attributes
    ----------
    at_risk, left, censored : ndarray
        Watched just before the end of the day, left by any cause, left unobserved.
    by_cause : ndarray
        Left by each cause.
    survival, survival_before : ndarray
        Product-limit estimate at, and just before, each day.
    incidence : ndarray
        Aalen-Johansen estimate of each cause.
    """

    at_risk: np.ndarray
    left: np.ndarray
    censored: np.ndarray
    by_cause: np.ndarray
    entered: np.ndarray | None
    survival: np.ndarray
    survival_before: np.ndarray
    incidence: np.ndarray

    @property
    def jump(self) -> np.ndarray:
        """1 / (at risk - left): what one more departure takes off the logarithm of survival."""
        stay = self.at_risk - self.left
        # Where nobody stays survival is 0 from there on, and what multiplies this is 0 too.
        return np.divide(1.0, stay, out=np.zeros_like(self.survival), where=stay > 0)

    @property
    def hazard(self) -> np.ndarray:
        return np.divide(
            self.left, self.at_risk, out=np.zeros_like(self.survival), where=self.at_risk > 0
        )

    @property
    def greenwood(self) -> np.ndarray:
        """Greenwood's sum: the variance of the logarithm of survival."""
        return np.cumsum(self.hazard * self.jump, axis=-1)

    def influence(self, on_survival: ArrayLike, on_incidence: ArrayLike, cause: int) -> np.ndarray:
        r"""Influence of one row on a linear functional of the curves.

        The functional is :math:`\sum_t u_t S(t) + \sum_t v_t F(t)`. A row leaving on
        day :math:`d` moves survival by :math:`S(t)[B(t \wedge d) - a_d 1(d \le t)]`,
        :math:`B = \sum hazard \cdot jump`, and incidence by the chain rule; the sums over
        :math:`t` are cumulative, so the whole table costs one pass over the days.

        Parameters
        ----------
        on_survival, on_incidence : array of shape (n_groups, n_days)
            The weights :math:`u` and :math:`v`.
        cause : int
            Which incidence, 0-based.

        Returns
        -------
        ndarray of shape (n_groups, n_days, 3)
            For a row that leaves on that day: censored, by another cause, by this cause.
        """
        u = np.asarray(on_survival, dtype=float) * self.survival
        v = np.asarray(on_incidence, dtype=float)
        incidence = self.incidence[:, cause]
        drift, b, c_and_d = self.incidence_terms(cause)
        until = np.cumsum(u * b + v * drift, -1)
        u_from, v_from, vf_from = (backwards(x) for x in (u, v, v * incidence))
        u_after, v_after, vf_after = u_from - u, v_from - v, vf_from - v * incidence
        censored = until + b * (u_after + vf_after) - c_and_d * v_after
        other = censored - self.jump * (u_from + vf_from - incidence * v_from)
        return np.stack([censored, other, other + self.gain * v_from], axis=-1)

    def incidence_terms(self, cause: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Influence on incidence of a row still at risk, and the two sums it is made of."""
        incidence = self.incidence[:, cause]
        rate = self.hazard * self.jump
        b = np.cumsum(rate, -1)
        steps = np.diff(incidence, axis=-1, prepend=0.0)
        c_and_d = np.cumsum(rate * incidence + steps * self._per_head(), -1)
        return incidence * b - c_and_d, b, c_and_d

    @property
    def gain(self) -> np.ndarray:
        """What one departure adds to its own cause's incidence."""
        return self.survival_before * self._per_head()

    def _per_head(self) -> np.ndarray:
        return np.divide(
            1.0, self.at_risk, out=np.zeros_like(self.survival), where=self.at_risk > 0
        )


def read_rows(
    duration: ArrayLike,
    cause: ArrayLike,
    *,
    group: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    causes: Sequence[Any] = (True,),
) -> Rows:
    """Check the rows and turn labels into codes; `cause` is coded 0 censored, 1.. by cause."""
    day, last_day = whole_days(duration, "duration")
    if day.size == 0:
        raise Refusal(
            "There are no rows, so no curve can be estimated. Load a longer period, or widen the "
            "filters."
        )
    for name, column in (("event", cause), ("group", group), ("weight", weight),
                         ("entry", entry), ("cluster", cluster)):  # fmt: skip
        if column is not None and len(column) != day.size:
            raise ValueError(
                f"`{name}` has {len(column)} values for {day.size} durations, so rows cannot be "
                "told apart. Pass columns of one frame."
            )
    group_codes, groups = label_codes(group, "group", day.size)
    entries = None
    if entry is not None:
        entries, _ = whole_days(entry, "entry")
        if bad := int(((entries >= day) & (entries > 0)).sum()):
            raise Refusal(
                f"{bad} rows leave on or before the day they enter, so they were never watched. "
                "Leave them out, or check `entry`."
            )
    return Rows(
        day,
        np.asarray(cause),
        group_codes,
        None if weight is None else positive(weight),
        entries,
        None if cluster is None else label_codes(cluster, "cluster", day.size)[0],
        groups,
        tuple(causes),
        last_day + 1,
    )


def count_risk_sets(rows: Rows) -> RiskSets:
    """Count who is at risk and who leaves, by group and day, in one pass over the rows."""
    n_groups, n_days, n_ends = len(rows.groups), rows.n_days, len(rows.causes) + 1
    exits = count_exits(rows, n_groups * n_days * n_ends)
    exits = exits.reshape(n_groups, n_days, n_ends)
    by_cause = np.ascontiguousarray(exits[:, :, 1:].transpose(0, 2, 1))
    left, everyone = by_cause.sum(axis=1), exits.sum(axis=2)
    entered = None
    if rows.entry is None:
        at_risk = backwards(everyone)
    else:
        # Watched on (entry, duration]; entry 0 is watched from the origin, day 0 included.
        first = rows.group * n_days + np.where(rows.entry > 0, rows.entry + 1, 0)
        entered = np.bincount(first, rows.weight, minlength=n_groups * n_days)
        entered = entered.reshape(n_groups, n_days)
        at_risk = np.cumsum(entered, -1) - (np.cumsum(everyone, -1) - everyone)
    with np.errstate(invalid="ignore", divide="ignore"):
        stay = np.where(at_risk > 0, (at_risk - left) / at_risk, 1.0)
        shares = np.where(at_risk > 0, 1.0 / at_risk, 0.0)
    survival = np.cumprod(stay, axis=-1)
    before = np.concatenate([np.ones((n_groups, 1)), survival[:, :-1]], axis=1)
    incidence = np.cumsum(by_cause * (before * shares)[:, None, :], axis=-1)
    return RiskSets(at_risk, left, exits[:, :, 0], by_cause, entered, survival, before, incidence)


def count_exits(rows: Rows, n_cells: int) -> np.ndarray:
    """Count rows by (group, day, end), all in one key."""
    # Blocks keep the keys in the processor's cache, which halves the time at a million rows.
    block = max(32_768, 4 * n_cells)
    counts = np.zeros(n_cells)
    keys = np.empty(min(block, rows.day.size), dtype=np.int64)
    for start in range(0, rows.day.size, block):
        part = slice(start, start + block)
        key = keys[: rows.day[part].size]
        np.multiply(rows.group[part], rows.n_days, out=key)
        key += rows.day[part]
        key *= len(rows.causes) + 1
        key += rows.cause[part]
        weight = None if rows.weight is None else rows.weight[part]
        counts += np.bincount(key, weight, minlength=n_cells)
    return counts


def backwards(values: np.ndarray) -> np.ndarray:
    """Sum from each day to the last."""
    return np.cumsum(values[..., ::-1], axis=-1)[..., ::-1]


def whole_days(values: ArrayLike, name: str) -> tuple[np.ndarray, int]:
    """Check days, and return them with the last of them."""
    days = np.asarray(values)
    if not np.issubdtype(days.dtype, np.integer):
        if not np.issubdtype(days.dtype, np.floating):
            days = pd.to_numeric(pd.Series(days)).to_numpy(dtype=float, na_value=np.nan)
        if not np.isfinite(days).all() or (days != np.floor(days)).any():
            raise Refusal(
                f"`{name}` has values that are missing or no whole days, so they cannot be "
                "counted by day. Round them, or leave those rows out."
            )
    days = days.astype(np.int64, copy=False)
    # Read without a sign a negative number is huge: one pass finds both ends.
    last = int(days.view(np.uint64).max()) if days.size else 0
    if last > LONGEST_DAY:
        raise Refusal(
            f"`{name}` runs from {days.min()} to {days.max()} days, which no invoice or contract "
            f"does (0 to {LONGEST_DAY} are accepted). Check the dates it was computed from."
        )
    return days, last


def positive(weight: ArrayLike) -> np.ndarray:
    values = np.asarray(weight, dtype=float)
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise ValueError(
            "Some weights are missing or not above zero, so rows cannot be counted. Leave those "
            "rows out."
        )
    return values


def label_codes(labels: ArrayLike | None, name: str, n: int) -> tuple[np.ndarray, tuple]:
    """Return codes and the sorted labels; small whole numbers are their own codes."""
    if labels is None:
        return np.zeros(n, dtype=np.int64), (ALL,)
    if isinstance(labels, pd.Series):
        labels = labels.array
    if isinstance(labels, pd.Categorical):
        codes, names = labels.codes.astype(np.int64), tuple(labels.categories)
        if codes.size and len(names) < MOST_LABELS and codes.min() >= 0:
            codes, present = small_codes(codes, len(names))
            names = tuple(names[i] for i in present)
    else:
        values = np.asarray(labels)
        if np.issubdtype(values.dtype, np.integer) and values.size:
            values = values.astype(np.int64, copy=False)
            # One pass, as in `whole_days`.
            highest = int(values.view(np.uint64).max())
            if highest < MOST_LABELS:
                return small_codes(values, highest + 1)
        codes, names = pd.factorize(values, sort=True)
        names = tuple(names.tolist())
    if codes.size and codes.min() < 0:
        raise ValueError(
            f"`{name}` is missing in {int((codes < 0).sum())} rows, so they belong nowhere. Fill "
            "it, or leave those rows out."
        )
    return codes, names


def small_codes(values: np.ndarray, n_labels: int) -> tuple[np.ndarray, tuple]:
    """Codes of labels 0, 1, ...: themselves, unless some are absent."""
    # The first rows mostly show every label, and then the others need not be read.
    present = np.bincount(values[:10_000], minlength=n_labels) > 0
    if not present.all():
        present = np.bincount(values, minlength=n_labels) > 0
    if present.all():
        return values, tuple(range(n_labels))
    return (np.cumsum(present) - 1)[values], tuple(np.flatnonzero(present).tolist())

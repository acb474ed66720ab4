"""What a ratio's change is made of: groups that did better or worse, and groups that grew."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, norm

from models.cluster_sizes import sizes_of, too_few
from models.estimates import estimate
from models.segments import FEWEST

__all__ = ["OTHERS", "Decomposition", "decompose"]

#: What groups too small to be shown are put together as.
OTHERS = "all others"
#: More groups than these are no explanation.
MOST_GROUPS = 10
FALSE_DISCOVERIES = 0.05
SUMS = ("numerator_before", "denominator_before", "numerator_after", "denominator_after")


@dataclass(frozen=True, eq=False)
class Decomposition:
    """The parts of one change; they add up to it.

    Attributes
    ----------
    table : DataFrame
        One row a group, the largest part first: ``group``, ``n`` (customers), ``rate_before``,
        ``rate_after``, ``weight_before``, ``weight_after``, ``rate`` (part of the group's own
        change), ``mix`` (part of its weight's change), ``total``, ``low``, ``high`` (interval of
        the total; missing where few customers hold most of the group or of all), ``p_value``,
        ``q_value`` and ``apart`` (the total is beyond noise).
    before, after : float
        The ratio of all.
    confidence : float
    """

    table: pd.DataFrame
    before: float
    after: float
    confidence: float

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def rate(self) -> float:
        """What all groups together changed by themselves."""
        return float(self.table["rate"].sum())

    @property
    def mix(self) -> float:
        """What came from groups weighing more or less."""
        return float(self.table["mix"].sum())


def decompose(
    rows: pd.DataFrame, *, fewest: int = FEWEST, confidence: float = 0.95
) -> Decomposition:
    r"""Split the change of a ratio of sums into what each group adds to it.

    With the weight :math:`w` of a group in the denominator and its own ratio :math:`r`, and
    :math:`\bar R` the mean of the whole before and after,

    .. math:: rate_g = (r_g' - r_g)\,\frac{w_g + w_g'}{2}, \qquad
              mix_g = (w_g' - w_g)\left(\frac{r_g + r_g'}{2} - \bar R\right)

    which add up to the change without a rest. A group that is only there before or after has no
    change of its own: all of its part is mix. Intervals treat customers as drawn at random, the
    same ones before and after.

    Parameters
    ----------
    rows : DataFrame
        One row a customer: ``group`` and the columns ``numerator_`` and ``denominator_`` with
        ``before`` and ``after``.
    fewest : int, default=30
        Groups of fewer customers are put together.

    Raises
    ------
    ValueError
        If a denominator adds up to nothing.

    Examples
    --------
    A grows from half of the sales to three quarters, and nothing else changes. Its ratio, 0.4, is
    0.2 above that of B, so the whole goes up by a quarter of 0.2:

    >>> rows = pd.DataFrame(
    ...     {
    ...         "group": ["A", "B"],
    ...         "numerator_before": [20.0, 10.0],
    ...         "denominator_before": [50.0, 50.0],
    ...         "numerator_after": [30.0, 5.0],
    ...         "denominator_after": [75.0, 25.0],
    ...     }
    ... )
    >>> found = decompose(rows, fewest=1)
    >>> round(found.change, 3), round(found.mix, 3), round(found.rate, 3)
    (0.05, 0.05, 0.0)
    """
    sums = rows[list(SUMS)].to_numpy(dtype=float)
    n0, d0, n1, d1 = sums.sum(axis=0)
    if not (d0 > 0 and d1 > 0):
        raise ValueError(
            "There is nothing to divide by before or after, so the change has no parts. Ask only "
            "for the parts of a change between two ratios that are there."
        )
    group = shown_groups(rows["group"].astype(str), (sums[:, [1, 3]] != 0).any(axis=1), fewest)
    names, code = np.unique(group.to_numpy(dtype=str), return_inverse=True)
    inside = np.eye(len(names))[code]
    by_group = inside.T @ sums
    weight0, weight1 = by_group[:, 1] / d0, by_group[:, 3] / d1
    with np.errstate(divide="ignore", invalid="ignore"):
        rate0, rate1 = by_group[:, 0] / by_group[:, 1], by_group[:, 2] / by_group[:, 3]
    # Credits may outweigh what a group was billed: then it weighs less than nothing, and counts.
    there0, there1 = by_group[:, 1] != 0, by_group[:, 3] != 0
    # Who is there once only is taken to be alike then, which makes all of it mix.
    own0 = np.select([there0, there1], [rate0, rate1], 0.0)
    own1 = np.select([there1, there0], [rate1, rate0], 0.0)
    # A group may add to the sum above and nothing to the one below: it weighs nothing, and counts.
    unweighed = np.where(there1, 0.0, by_group[:, 2] / d1) - np.where(
        there0, 0.0, by_group[:, 0] / d0
    )
    middle = (n0 / d0 + n1 / d1) / 2
    rate = (own1 - own0) * (weight0 + weight1) / 2 + unweighed
    mix = (weight1 - weight0) * ((own0 + own1) / 2 - middle)
    influence = influence_of(sums, inside, by_group)
    found = [
        estimate(total, column, None, confidence)
        for total, column in zip(rate + mix, influence.T, strict=True)
    ]
    uneven = held_by_few(sums, inside)
    spread, low, high = (
        np.where(uneven, np.nan, [getattr(one, name) for one in found])
        for name in ("std_err", "lower", "upper")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * norm.sf(np.abs(rate + mix) / spread)
    q = np.full(len(p), np.nan)
    if (known := np.isfinite(p)).any():
        q[known] = false_discovery_control(p[known])
    table = pd.DataFrame(
        {
            "group": names,
            "n": inside[(sums[:, [1, 3]] != 0).any(axis=1)].sum(axis=0).astype(int),
            "rate_before": np.where(by_group[:, 1] > 0, rate0, np.nan),
            "rate_after": np.where(by_group[:, 3] > 0, rate1, np.nan),
            "weight_before": weight0, "weight_after": weight1,
            "rate": rate, "mix": mix, "total": rate + mix,
            "low": low, "high": high,
            "p_value": p, "q_value": q, "apart": q <= FALSE_DISCOVERIES,
        }
    )  # fmt: skip
    largest_first = table["total"].abs().sort_values(ascending=False, kind="stable").index
    table = table.loc[largest_first].reset_index(drop=True)
    return Decomposition(table, float(n0 / d0), float(n1 / d1), confidence)


def shown_groups(group: pd.Series, counts: np.ndarray, fewest: int) -> pd.Series:
    """Groups with those too small, or too many, put together; what is left over is not small."""
    sizes = group[counts].value_counts()
    kept = sizes[sizes >= fewest].head(MOST_GROUPS)
    rest = sizes.sum() - kept.sum()
    # Too few others would be told by taking the shown ones from the whole.
    while 0 < rest < fewest and len(kept):
        rest += kept.iloc[-1]
        kept = kept.iloc[:-1]
    return group.where(group.isin(kept.index), OTHERS)


def held_by_few(sums: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Groups of which too few customers hold most, or all where they hold most of everything.

    A ratio of one large customer is that customer's own, and does not say how it varies.
    """
    few = np.zeros(inside.shape[1], dtype=bool)
    for column in (1, 3):
        weight = np.abs(sums[:, column])
        if too_few(float(sizes_of(weight).effective)):
            return np.ones_like(few)
        of_group = sizes_of((inside * weight[:, None]).T)
        few |= (of_group.n > 0) & [too_few(float(n)) for n in of_group.effective]
    return few


def influence_of(sums: np.ndarray, inside: np.ndarray, by_group: np.ndarray) -> np.ndarray:
    """How far each customer moves each group's total: shape (customers, groups).

    The total of a group is n1/D1 - n0/D0 - (d1/D1 - d0/D0) R, whose differential this is.
    """
    n0, d0, n1, d1 = sums.T
    whole = sums.sum(axis=0)
    ratio0, ratio1 = whole[0] / whole[1], whole[2] / whole[3]

    def moved(own: np.ndarray, of_group: np.ndarray, by: np.ndarray, all_of_it: float):
        return (inside * own[:, None] - np.outer(by, of_group / all_of_it)) / all_of_it

    share1 = moved(d1, by_group[:, 3], d1, whole[3])
    share0 = moved(d0, by_group[:, 1], d0, whole[1])
    part1 = moved(n1, by_group[:, 2], d1, whole[3])
    part0 = moved(n0, by_group[:, 0], d0, whole[1])
    middle = ((n1 - ratio1 * d1) / whole[3] + (n0 - ratio0 * d0) / whole[1]) / 2
    shift = by_group[:, 3] / whole[3] - by_group[:, 1] / whole[1]
    return part1 - part0 - (share1 - share0) * (ratio0 + ratio1) / 2 - np.outer(middle, shift)

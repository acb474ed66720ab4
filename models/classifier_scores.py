"""How good predicted chances are: order (AUC, average precision), calibration, and lift."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from models.estimates import Estimate, estimate

__all__ = ["Lift", "area_under_curve", "calibration_error", "lift_at", "reliability"]

#: Groups of equal size that predicted chances are compared with what happened in.
GROUPS = 10
#: Draws of customers behind the interval of the calibration error.
DRAWS = 200


@dataclass(frozen=True)
class Lift:
    """What the likeliest so many of all turn out to be.

    Attributes
    ----------
    hit, lower, upper : float
        Share of those picked for which it happened, and its interval.
    lift : float
        `hit` over the share among all.
    found : float
        Of all for which it happened, the share that is among those picked.
    """

    n_picked: int
    hit: float
    lower: float
    upper: float
    lift: float
    found: float


def area_under_curve(
    chance: ArrayLike, happened: ArrayLike, cluster: ArrayLike, confidence: float = 0.95
) -> Estimate:
    """Chance that of two rows, one for which it happened and one not, the first ranks higher.

    The interval is from each row's share of the comparisons it wins [1]_, summed by cluster.

    Parameters
    ----------
    chance : array of float
    happened : array of bool
    cluster : array of int
        Codes of the customers, whose rows are not independent.
    confidence : float, default=0.95

    References
    ----------
    .. [1] DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837-845.

    Examples
    --------
    Of the four pairs of a row that was late and one that was not, three are in order:

    >>> area_under_curve([0.9, 0.2, 0.3, 0.1], [True, True, False, False], [0, 1, 2, 3]).value
    0.75
    """
    chance, happened = np.asarray(chance, dtype=float), np.asarray(happened, dtype=bool)
    n_yes = int(happened.sum())
    n_no = happened.size - n_yes
    # Comparisons won by a row are its rank among all less its rank among its own kind.
    ranks, wins = rankdata(chance), np.empty(chance.size)
    wins[happened] = ranks[happened] - rankdata(chance[happened])
    wins[~happened] = n_yes - (ranks[~happened] - rankdata(chance[~happened]))
    share = wins / np.where(happened, n_no, n_yes)
    area = float(share[happened].mean())
    influence = (share - area) / np.where(happened, n_yes, n_no)
    return estimate(area, influence, np.asarray(cluster), confidence, share=True)


def reliability(
    chance: ArrayLike,
    happened: ArrayLike,
    cluster: ArrayLike,
    *,
    groups: int = GROUPS,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """What happened in groups of rows of about equal chance.

    Returns
    -------
    DataFrame
        One row a group, the least likely first: ``n``, ``predicted`` (mean chance), ``observed``
        (share), ``lower`` and ``upper`` (by cluster, missing where too few carry it).

    Examples
    --------
    >>> table = reliability([0.1, 0.1, 0.8, 0.8], [0, 0, 1, 0], [0, 1, 2, 3], groups=2)
    >>> table[["predicted", "observed"]].to_numpy().round(2).tolist()
    [[0.1, 0.0], [0.8, 0.5]]
    """
    chance, happened = np.asarray(chance, dtype=float), np.asarray(happened, dtype=float)
    cluster, group = np.asarray(cluster), equal_groups(chance, groups)
    rows = []
    for code in range(group.max() + 1):
        here = group == code
        share = happened[here].mean()
        units = pd.factorize(cluster[here])[0]
        found = estimate(
            share, (happened[here] - share) / here.sum(), units, confidence, share=True
        )
        rows.append((int(here.sum()), chance[here].mean(), share, found.lower, found.upper))
    return pd.DataFrame(rows, columns=["n", "predicted", "observed", "lower", "upper"])


def calibration_error(
    chance: ArrayLike,
    happened: ArrayLike,
    cluster: ArrayLike,
    *,
    groups: int = GROUPS,
    confidence: float = 0.95,
    draws: int = DRAWS,
    random_state: int = 0,
) -> Estimate:
    """Expected calibration error: how far chances are from what happens, on average.

    The mean over groups of equal size of the distance between mean chance and share. Drawing
    customers anew adds distance by chance, so the interval turns the draws around the error
    (basic bootstrap) instead of taking them as they are.

    Examples
    --------
    >>> found = calibration_error([0.2, 0.2, 0.6, 0.6], [0, 0, 1, 1], [0, 1, 2, 3], groups=2)
    >>> round(found.value, 2)
    0.3
    """
    chance, happened = np.asarray(chance, dtype=float), np.asarray(happened, dtype=float)
    group = equal_groups(chance, groups)
    units = pd.factorize(np.asarray(cluster))[0]
    n_units, n_groups = units.max() + 1, group.max() + 1
    key, cells = units * n_groups + group, n_units * n_groups
    off = np.bincount(key, chance - happened, minlength=cells).reshape(n_units, n_groups)
    n = happened.size
    value = float(np.abs(off.sum(axis=0)).sum() / n)
    rng = np.random.default_rng(random_state)
    size = np.bincount(units, minlength=n_units)
    weights = rng.multinomial(n_units, np.full(n_units, 1 / n_units), size=draws)
    drawn = np.abs(weights @ off).sum(axis=1) / (weights @ size)
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    low, high = max(2 * value - high, 0.0), max(high, 2 * value - low)
    return Estimate(value, float(drawn.std(ddof=1)), float(low), float(high))


def lift_at(
    chance: ArrayLike,
    happened: ArrayLike,
    cluster: ArrayLike,
    share: float,
    *,
    confidence: float = 0.95,
) -> Lift:
    """What the likeliest `share` of the rows turned out to be.

    Examples
    --------
    >>> lift = lift_at([0.9, 0.7, 0.2, 0.1], [1, 0, 1, 0], [0, 1, 2, 3], 0.25)
    >>> lift.hit, lift.lift, lift.found
    (1.0, 2.0, 0.5)
    """
    chance, happened = np.asarray(chance, dtype=float), np.asarray(happened, dtype=float)
    n = int(np.clip(round(share * chance.size), 1, chance.size))
    picked = np.argsort(-chance, kind="stable")[:n]
    hit = float(happened[picked].mean())
    units = pd.factorize(np.asarray(cluster)[picked])[0]
    found = estimate(hit, (happened[picked] - hit) / n, units, confidence, share=True)
    base, late = float(happened.mean()), float(happened.sum())
    return Lift(n, hit, found.lower, found.upper, hit / base, hit * n / late)


def equal_groups(chance: np.ndarray, groups: int) -> np.ndarray:
    """Group of each row by its rank; rows of one chance are never put apart."""
    groups = max(1, min(groups, chance.size))
    place = (rankdata(chance, method="min") - 1) * groups // chance.size
    return np.unique(place, return_inverse=True)[1]

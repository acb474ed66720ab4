"""Who lies apart from the rest: rates of units of every size against control limits."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import nbinom, norm, poisson

from models.refusal import Refusal
from models.segments import FEWEST

__all__ = ["Funnel", "fit_funnel"]

#: Two-sided levels of the inner and the outer limits.
INNER, OUTER = 0.95, 0.998
#: Share of the most extreme units at each end that do not speak for the spread of all.
WINSORIZED = 0.1
#: Sizes at which the limits are drawn.
STEPS = 60


@dataclass(frozen=True, eq=False)
class Funnel:
    """Rates by unit, with the limits that chance alone rarely leaves.

    Attributes
    ----------
    table : DataFrame
        One row a unit, highest rate first: ``unit``, ``n``, ``n_events``, ``rate``,
        ``low``, ``high`` (inner limits), ``lowest``, ``highest`` (outer limits) and ``verdict``
        (above, below, within: of the outer limits).
    limits : DataFrame
        The limits by ``n``, to draw: ``low``, ``high``, ``lowest``, ``highest``.
    center : float
        Rate of all units together.
    spread : float
        Standard deviation of the units' own rates beyond chance, relative to `center`; 0 where
        they differ by no more than chance.
    design : float
        By how much the events of one customer come together: 1 where they come singly.
    left_out : int
        Units too small to be compared.
    """

    table: pd.DataFrame
    limits: pd.DataFrame
    center: float
    spread: float
    design: float
    left_out: int

    @property
    def by_chance(self) -> float:
        """Return how many units would lie beyond the outer limits though none is apart."""
        return (1 - OUTER) * len(self.table)


def fit_funnel(
    unit: ArrayLike,
    n: ArrayLike,
    n_events: ArrayLike,
    *,
    design: float | None = None,
    fewest: int = FEWEST,
) -> Funnel:
    r"""Compare the rates of units of different size.

    Limits are quantiles of the number of events a unit of its size would have at the rate of
    all. Where units are many and each goes its own way, such as customers, its variance is
    :math:`\mu + \tau^2\mu^2` (Poisson with rates that vary), with :math:`\tau^2` from the
    winsorised z-scores [1]_; where units are few and their events come together by customer,
    it is :math:`\phi\mu` with the `design` effect given. The first would call nothing of a
    handful of units unusual, the second everything of thousands.

    Parameters
    ----------
    unit, n, n_events : array
        Name, exposure and events of each unit.
    design : float, optional
        Design effect; None estimates how far the units themselves spread.
    fewest : int, default=30
        Exposure below which a unit is left out.

    Raises
    ------
    Refusal
        If fewer than 3 units are large enough, or nothing happened.

    References
    ----------
    .. [1] D. J. Spiegelhalter (2005). "Funnel plots for comparing institutional performance."
       Statistics in Medicine 24, 1185-1202.

    Examples
    --------
    >>> units = fit_funnel(["a", "b", "c"], [1000, 1000, 1000], [20, 22, 60], design=1.0)
    >>> units.table[["unit", "verdict"]].values.tolist()
    [['c', 'above'], ['b', 'within'], ['a', 'within']]
    """
    n, events = np.asarray(n, dtype=float), np.asarray(n_events, dtype=float)
    large = n >= fewest
    if large.sum() < 3 or not events[large].sum():
        raise Refusal(
            f"Only {int(large.sum())} of {len(n)} have at least {fewest} invoices and something "
            "to compare, so none can be told apart from the rest. Choose a coarser split."
        )
    names = np.asarray(unit, dtype=object)[large]
    n, events = n[large], events[large]
    center = events.sum() / n.sum()
    spread = own_spread(n, events, center) if design is None else 0.0
    phi = max(design or 1.0, 1.0)
    table = pd.DataFrame({"unit": names, "n": n.astype(int), "n_events": events.astype(int)})
    table["rate"] = events / n
    table = table.assign(**limits_at(n, center, spread, phi))
    above, below = table["rate"] > table["highest"], table["rate"] < table["lowest"]
    table["verdict"] = np.select([above, below], ["above", "below"], "within")
    table = table.sort_values(["rate", "unit"], ascending=[False, True], ignore_index=True)
    sizes = np.unique(np.round(np.geomspace(n.min(), n.max(), STEPS)))
    limits = pd.DataFrame({"n": sizes, **limits_at(sizes, center, spread, phi)})
    return Funnel(table, limits, float(center), spread, phi, int((~large).sum()))


def own_spread(n: np.ndarray, events: np.ndarray, center: float) -> float:
    """How far units spread beyond chance, relative to the rate of all (DerSimonian and Laird)."""
    expected = n * center
    z = (events - expected) / np.sqrt(expected)
    z = np.clip(z, *np.quantile(z, [WINSORIZED, 1 - WINSORIZED]))
    # Clipping takes spread from chance alone too: a normal keeps this much of its variance.
    phi = np.mean(z**2) / kept_by_clipping(WINSORIZED)
    # The mean of phi over units of mean mu is 1 + tau^2 mu.
    return float(np.sqrt(max(phi - 1, 0.0) / expected.mean()))


def kept_by_clipping(tail: float) -> float:
    """Variance of a standard normal whose tails are moved to their quantiles."""
    edge = norm.ppf(1 - tail)
    return float(1 - 2 * tail - 2 * edge * norm.pdf(edge) + 2 * tail * edge**2)


def limits_at(n: np.ndarray, center: float, spread: float, phi: float) -> dict[str, np.ndarray]:
    """Inner and outer limits of the rate of units of size `n`."""
    expected = n * center
    extra = expected * spread**2 + phi - 1  # variance over mean, less 1
    ends = {}
    for names, level in ((("low", "high"), INNER), (("lowest", "highest"), OUTER)):
        for name, tail in zip(names, ((1 - level) / 2, (1 + level) / 2), strict=True):
            if extra.max() <= 0:
                events = poisson.ppf(tail, expected)
            else:
                events = nbinom.ppf(tail, expected / extra, 1 / (1 + extra))
            ends[name] = events / n
    return ends

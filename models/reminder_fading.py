"""How the hold of what is known of an invoice fades, because the patient ones are left over."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from models.cox import fit_cox
from models.refusal import Refusal
from models.reminder_intervals import TRANSIT_DAYS, Exposure

__all__ = ["Fading", "cut_by_fading", "fit_fading"]

#: Stretches after the first days of reminding, with as many payments in each.
BANDS = 5
#: Less of an effect than this is never taken to be left. What is measured on a hold that others
#: than patience weaken, too, would else blow effects up.
LEAST = 0.5
#: Standard errors of the hold at first below which nothing can be said of its fading.
SURE = 4.0
#: What a curve that falls must take off the squared misses of a level one, to be no chance.
SURE_OF_LOSS = 9.0
#: Days in which an effect goes about two thirds of the way to what lasts of it: the stretches
#: tell how far it falls, and hardly how fast.
PACE = 3.0
FIRST_LOT = 20_260


@dataclass(frozen=True, eq=False)
class Fading:
    """What is left of an effect on the hazard, by days since its reminder was sent.

    Attributes
    ----------
    edges : tuple of int
        Days since the reminder was sent at which a stretch begins.
    left : tuple of float
        Part left in each stretch of the effect that there is on the day of the reminder.
    error : float
        Relative standard error of what is left, which all parts share.
    """

    edges: tuple[int, ...]
    left: tuple[float, ...]
    error: float

    @property
    def fades(self) -> bool:
        return min(self.left) < 1


def fit_fading(exposure: Exposure, drivers: Sequence[str], *, strata: Sequence[str] = ()) -> Fading:
    r"""Measure on what is known of the customer how an effect fades among those still unpaid.

    Who is quick for reasons on no record pays first, so that among the unpaid a cause of paying
    sooner is ever more often beside patience, and its hazard ratio falls though it has not changed
    [1]_. That is so of every cause alike: what the drivers' index loses in the days since reminding
    starts, a reminder loses in as many days since it was sent. The index is learnt on one half of
    the customers and followed on the other, since it would else have its best days where it was
    learnt. What it has left falls towards a part that lasts,
    :math:`\ell(e) = c + (1 - c)\,e^{-e/3}`, a curve that is surer than each stretch.

    Parameters
    ----------
    exposure : Exposure
        All overdue invoices, reminded or not.
    drivers : sequence of str
        Columns, known on the due date.
    strata : sequence of str
        Columns within whose values invoices are compared, as the effects are.

    References
    ----------
    .. [1] O. O. Aalen, R. J. Cook, K. Roysland (2015). Does Cox analysis of a randomized survival
       study yield a causal treatment effect? Lifetime Data Analysis 21, 579-593.
    """
    first_day = exposure.first_day
    rows = exposure.rows.assign(
        start=exposure.rows["start"] - first_day,
        stop=exposure.rows["stop"] - first_day,
        reminded=(exposure.rows["n_sent"] > 0).astype(float),
    )
    days = rows["stop"].to_numpy()
    later = days[rows["paid"].to_numpy(dtype=bool) & (days > TRANSIT_DAYS)]
    none = Fading((0,), (1.0,), 0.0)
    if not drivers or later.size < 200:
        return none
    shares = np.linspace(0, 1, BANDS + 1)[1:-1]
    edges = np.unique([0, TRANSIT_DAYS, *np.quantile(later, shares).round().astype(int)])
    codes, names = pd.factorize(rows["customer_id"])
    half = np.random.default_rng(FIRST_LOT).permutation(len(names))[codes] % 2
    index = np.empty(len(rows))
    try:
        for side in (0, 1):
            index[half != side] = learnt(rows[half == side], drivers, strata, rows[half != side])
        found = [slope(rows.assign(index=index), strata, low, high)
                 for low, high in pairwise([*edges, int(days.max()) + 1])]  # fmt: skip
    except Refusal:
        return none
    (first, error), *others = found
    if first < SURE * error or not others:
        return none
    fallen = curve([*edges, int(days.max()) + 1], later, np.array(found))
    if fallen is None:
        return none
    left, uncertain = fallen
    return Fading(
        tuple(int(edge) for edge in edges), tuple(float(part) for part in left), uncertain
    )


def curve(
    edges: Sequence[int], days: np.ndarray, found: np.ndarray
) -> tuple[np.ndarray, float] | None:
    """What is left in each stretch of the hold on the first day, and its error; None if all is.

    `found` has the hold of each stretch and its standard error, `days` those of payments.
    """
    value, error = found.T
    weight = error**-2
    level = np.average(value, weights=weight)
    fallen = np.array([np.exp(-(np.arange(low, high) + 0.5) / PACE).mean()
                       for low, high in pairwise(edges)])  # fmt: skip
    shape = np.column_stack([np.ones_like(value), fallen])
    inverse = np.linalg.pinv((shape.T * weight) @ shape)
    lasting, lost = inverse @ (shape.T @ (value * weight))
    saved = weight @ ((value - level) ** 2 - (value - shape @ [lasting, lost]) ** 2)
    # What may be chance is not corrected for.
    if lost <= 0 or saved < SURE_OF_LOSS:
        return None
    at_first = lasting + lost
    lasts = np.clip(lasting / at_first, LEAST, 1.0)
    # Of the mean over payments: a part of a sum, with an error in both of its terms.
    mean = np.average(fallen, weights=np.histogram(days, edges)[0])
    slopes = np.array([lost, -lasting]) * (1 - mean) / at_first**2
    uncertain = np.sqrt(slopes @ inverse @ slopes) / (lasts + (1 - lasts) * mean)
    return lasts + (1 - lasts) * fallen, float(uncertain)


def learnt(
    rows: pd.DataFrame, drivers: Sequence[str], strata: Sequence[str], onto: pd.DataFrame
) -> np.ndarray:
    """Index of the drivers from the first days of reminding."""
    usable = [name for name in drivers if rows[name].nunique() > 1]
    weights = within(rows, usable, strata, 0, 2 * TRANSIT_DAYS)["coefficient"]
    return onto[usable].astype(float).to_numpy() @ weights[usable].to_numpy()


def slope(rows: pd.DataFrame, strata: Sequence[str], low: int, high: int) -> tuple[float, float]:
    row = within(rows, ["index"], strata, low, high).loc["index"]
    return float(row["coefficient"]), float(row["robust_std_err"])


def within(
    rows: pd.DataFrame, covariates: list[str], strata: Sequence[str], low: int, high: int
) -> pd.DataFrame:
    """Cox's regression between so many days after reminding starts, beside the reminders sent."""
    inside = rows[(rows["stop"] > low) & (rows["start"] < high)]
    stop = np.minimum(inside["stop"], high)
    inside = inside.assign(
        start=np.maximum(inside["start"], low), stop=stop,
        paid=inside["paid"] & (inside["stop"] <= high),
    )  # fmt: skip
    # The slow are reminded first, and hurried: that is no fading.
    beside = ["reminded"] if inside["reminded"].nunique() > 1 else []
    fit = fit_cox(inside, covariates=[*covariates, *beside], start="start", stop="stop",
                  event="paid", strata=list(strata) or None, cluster="customer_id")  # fmt: skip
    return fit.table.set_index("covariate")


def cut_by_fading(rows: pd.DataFrame, columns: list[str], fading: Fading) -> pd.DataFrame:
    """Stretches cut where an effect fades, with `columns` at what is left of it.

    Parameters
    ----------
    rows : DataFrame
        `Exposure.rows`, with ``counts_from`` (days past due from which the first counts).
    """
    if not fading.fades:
        return rows
    before = rows[rows["n_sent"] == 0]
    after = rows[rows["n_sent"] > 0]
    sent = after["counts_from"] - TRANSIT_DAYS
    pieces = [before.astype(dict.fromkeys(columns, float))]
    for low, high, left in zip(fading.edges, [*fading.edges[1:], np.inf], fading.left, strict=True):
        start = np.maximum(after["start"], sent + low)
        stop = np.minimum(after["stop"], sent + high)
        piece = after.assign(start=start, stop=stop, paid=after["paid"] & (stop == after["stop"]))
        piece = piece[start < stop]
        pieces.append(piece.assign(**{name: left * piece[name] for name in columns}))
    cut = pd.concat(pieces, ignore_index=True)
    return cut.astype({"start": np.int64, "stop": np.int64})

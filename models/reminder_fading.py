"""How the hold of what is known of an invoice fades, because the patient ones are left over."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from models.cox import fit_cox
from models.refusal import Refusal
from models.reminder_intervals import TRANSIT_DAYS

__all__ = ["Fading", "cut_by_fading", "fit_fading"]

#: Stretches after a first reminder has begun to count, with as many payments in each.
BANDS = 5
#: Less of a hold than this is not divided by: it would blow chance up.
LEAST = 0.2
#: Standard errors of the hold at first below which nothing can be said of its fading.
SURE = 4.0
#: Standard errors that the hold must have lost somewhere.
SURE_OF_LOSS = 3.0
FIRST_LOT = 20_260


@dataclass(frozen=True, eq=False)
class Fading:
    """What is left of an effect on the hazard, by days since the first reminder was sent.

    Attributes
    ----------
    edges : tuple of int
        Days since the reminder was sent at which a stretch begins.
    left : tuple of float
        Part of the effect left in each stretch, 1 in the first days.
    error : float
        Relative standard error of the hold at first, which all parts share.
    """

    edges: tuple[int, ...]
    left: tuple[float, ...]
    error: float

    @property
    def fades(self) -> bool:
        return min(self.left) < 1


def fit_fading(
    overdue: pd.DataFrame, drivers: Sequence[str], *, strata: Sequence[str] = ()
) -> Fading:
    r"""Measure on what is known of the customer how an effect fades among those still unpaid.

    Who is quick for reasons on no record pays first, so that among the unpaid a cause of paying
    sooner is ever more often beside patience, and its hazard ratio falls though it has not changed
    [1]_. That is so of every cause alike, at the same pace: what the drivers' index has lost since
    the day of the reminder, the channel has lost as well. The index is learnt on one half of the
    customers and followed on the other, since it would else have its best days where it was learnt.

    Parameters
    ----------
    overdue : DataFrame
        From `warehouse.reminders.overdue_invoices`.
    drivers : sequence of str
        Columns, known on the due date.
    strata : sequence of str
        Columns within whose values invoices are compared, as the effects are.

    References
    ----------
    .. [1] O. O. Aalen, R. J. Cook, K. Roysland (2015). Does Cox analysis of a randomized survival
       study yield a causal treatment effect? Lifetime Data Analysis 21, 579-593.
    """
    rows = overdue[overdue["day_1"] < overdue["stop"]]
    days = (rows["stop"] - rows["day_1"]).to_numpy()
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
    lost = [(first - value) / np.hypot(error, spread) for value, spread in others]
    # What may be chance is not corrected for.
    if first < SURE * error or max(lost, default=0.0) < SURE_OF_LOSS:
        return none
    left = [1.0, *(float(np.clip(value / first, LEAST, 1.0)) for value, _ in others)]
    return Fading(tuple(int(edge) for edge in edges), tuple(left), error / first)


def learnt(
    rows: pd.DataFrame, drivers: Sequence[str], strata: Sequence[str], onto: pd.DataFrame
) -> np.ndarray:
    """Index of the drivers from the first days after a reminder."""
    usable = [name for name in drivers if rows[name].nunique() > 1]
    fit = fit_cox(between(rows, 0, 2 * TRANSIT_DAYS), covariates=usable, start="start",
                  stop="stop", event="paid", strata=list(strata) or None)  # fmt: skip
    weights = fit.table.set_index("covariate")["coefficient"]
    return onto[usable].astype(float).to_numpy() @ weights[usable].to_numpy()


def slope(rows: pd.DataFrame, strata: Sequence[str], low: int, high: int) -> tuple[float, float]:
    fit = fit_cox(between(rows, low, high), covariates=["index"], start="start", stop="stop",
                  event="paid", strata=list(strata) or None, cluster="customer_id")  # fmt: skip
    row = fit.table.iloc[0]
    return float(row["coefficient"]), float(row["robust_std_err"])


def between(rows: pd.DataFrame, low: int, high: int) -> pd.DataFrame:
    """Reminded invoices between so many days after the reminder, in days past due."""
    since = rows["stop"] - rows["day_1"]
    inside = rows[since > low]
    stop = np.minimum(inside["stop"], inside["day_1"] + high)
    return inside.assign(
        start=inside["day_1"] + low, stop=stop, paid=inside["paid"] & (inside["stop"] <= stop)
    )


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

"""Whether a score leads or follows: the months before an answer against the months after it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from models.linkage_rows import HORIZON, sums_between
from models.linkage_slopes import fit_mean_slopes

__all__ = ["SIDE_DAYS", "Timing", "fit_timing"]

#: Days looked at on each side of an answer.
SIDE_DAYS = 91
FEWEST_ANSWERS = 100


@dataclass(frozen=True)
class Timing:
    """How well a score explains days to pay before it was given, and after.

    Attributes
    ----------
    before, after : float
        Days for one point of the score, of invoices issued in the three months before and after.
    difference, std_err : float
        After less before, and how far that may be off.
    p_value : float
        Chance of the months before being explained better by so much, if they are not.
    n : int
        Answers with invoices on both sides.
    """

    before: float
    after: float
    difference: float
    std_err: float
    p_value: float
    n: int


def fit_timing(days: pd.DataFrame, invoices: pd.DataFrame, as_of: pd.Timestamp) -> Timing | None:
    r"""Test that a score says no more of the months before it than of those after.

    Satisfaction lasts, so a score that moves payment later is tied to payment earlier too, by
    as much: that a future score goes with the past proves nothing by itself. Where the score
    only follows trouble with payment, the past is explained *better*. For each answer the mean
    days to pay of invoices issued after it less that of those before is regressed on the score;
    the test is one-sided, robust by customer. None where too few answers have both sides.

    Parameters
    ----------
    days : DataFrame
        From `models.linkage_rows.answer_days`.
    invoices : DataFrame
        From `warehouse.linkage.linked_invoices`.
    as_of : Timestamp
    """
    # Those watched for the whole horizon alone, on both sides.
    rows = invoices[invoices["age"] >= HORIZON].assign(one=1.0)
    side = pd.Timedelta(days=SIDE_DAYS)
    inside = days["answered_on"] + side + pd.Timedelta(days=HORIZON) <= as_of
    days = days[inside].reset_index(drop=True)
    on, who = days["answered_on"], days["customer_id"]
    wanted = {"day": "issued_on", "values": ["days", "one"]}
    earlier = sums_between(rows, who, on - side, on, **wanted)
    later = sums_between(rows, who, on, on + side, **wanted)
    both = (earlier[:, 1] > 0) & (later[:, 1] > 0)
    x = days.loc[both, ["last_score"]].to_numpy(dtype=float)
    if both.sum() < FEWEST_ANSWERS or np.ptp(x) == 0:
        return None
    customer = pd.factorize(who[both])[0]
    nothing = np.empty((len(x), 0))
    means = [part[both, 0] / part[both, 1] for part in (earlier, later)]
    before, after = (float(fit_mean_slopes(x, nothing, y, customer).value[0]) for y in means)
    found = fit_mean_slopes(x, nothing, means[1] - means[0], customer)
    difference, std_err = float(found.value[0]), float(found.std_err[0])
    weaker = -np.sign(before + after) * difference / std_err
    return Timing(before, after, difference, std_err, float(norm.sf(weaker)), int(both.sum()))

"""The passage of customers through the months ahead: who is there, and what that is worth."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.outlook import Outlook
from models.value_terms import Terms

__all__ = ["AT_A_TIME", "Walk", "factors", "walk"]

MONTHS = 12
#: Hazards are lowered by this part to see what staying longer is worth.
SMALL_PART = 0.05
#: Customers taken through the months together: so many that what is kept of them, a number each
#: of a few kinds, stays in the processor's cache.
AT_A_TIME = 16_384


@dataclass(frozen=True, eq=False)
class Walk:
    """What one passage through the months adds up to."""

    factor: np.ndarray
    at_start: float
    at_end: float
    stay: np.ndarray
    months: pd.DataFrame
    causes: pd.DataFrame
    point_of_retention: float


@dataclass(frozen=True, eq=False)
class Sums:
    """What is summed over customers, by month's end, the first being today.

    Attributes
    ----------
    paid, longer : ndarray of shape (horizon + 1,)
        Payments of those who are there; and of those who would be if a part fewer left.
    staying : ndarray of shape (horizon + 1,)
    more : ndarray of shape (1,)
        How many would be there after a year, or at the horizon, if a part fewer left.
    lost : ndarray of shape (n_causes,)
        Value lost to each cause, where there are several.
    """

    paid: np.ndarray
    longer: np.ndarray
    staying: np.ndarray
    more: np.ndarray
    lost: np.ndarray


def walk(outlook: Outlook, payment: np.ndarray, terms: Terms) -> Walk:
    """Pass through the months once, with as many customers at a time as fit into the cache."""
    weights, at_start, at_end = terms.weights(), terms.weights(0.0), terms.weights(1.0)
    # Of the month in which a customer leaves half is lost, of later ones all.
    ahead = np.cumsum(weights[::-1])[::-1] - weights / 2
    n, horizon = len(payment), terms.horizon
    factor, stay = np.empty(n), np.empty(n)
    sums = Sums(*(np.zeros(k) for k in (*[horizon + 1] * 3, 1, len(outlook.causes))))
    room = np.empty((4, min(AT_A_TIME, n)))
    for part in parts_of(n):
        pass_through(
            outlook.part(part), payment[part], weights, ahead, sums,
            (factor[part], stay[part], *room[:, : part.stop - part.start]),
        )  # fmt: skip
    ends, lost = sums.paid, sums.lost
    if len(lost) == 1:
        # All who are not there any more left for it.
        lost = np.array([ahead @ (ends[:-1] - ends[1:])])
    payments = (ends[:-1] + ends[1:]) / 2
    months = pd.DataFrame({"month": np.arange(1, horizon + 1), "staying": sums.staying[1:] / n})
    months["payments"] = payments * terms.grown()
    months["value"] = payments * weights
    gained = of_ends(weights) @ (sums.longer - ends)
    stayed = float(sums.more.item() - sums.staying[min(MONTHS, horizon)]) / n
    causes = pd.DataFrame({"cause": list(outlook.causes), "lost": lost})
    point = 0.01 * float(gained) / stayed if stayed > 0 else np.nan
    start, end = float(np.dot(ends[:-1], at_start)), float(np.dot(ends[1:], at_end))
    return Walk(factor, start, end, stay, months, causes, point)


def pass_through(
    outlook: Outlook,
    payment: np.ndarray,
    weights: np.ndarray,
    ahead: np.ndarray,
    sums: Sums,
    room: tuple[np.ndarray, ...],
) -> None:
    """Take some customers through the months: fills the first two of `room`, and adds to `sums`.

    `room` is the value of one unit of payment a month, the months stayed, and four to work in.
    """
    factor, stay, there, slower, work, paying = room
    by_end, horizon = of_ends(weights), len(weights)
    factor.fill(by_end[0])
    stay.fill(0.5)
    there.fill(1.0)
    slower.fill(1.0)
    total = payment.sum()
    for of_all, first in ((sums.paid, total), (sums.longer, total), (sums.staying, len(there))):
        of_all[0] += first
    for month, chance in enumerate(outlook.hazards(horizon), start=1):
        leaving = total_of(chance)
        if len(sums.lost) > 1:
            np.multiply(payment, there, out=paying)
            sums.lost[:] += ahead[month - 1] * (paying @ chance)
        np.multiply(leaving, SMALL_PART - 1, out=work)
        work += 1.0
        slower *= work
        np.subtract(1.0, leaving, out=work)
        there *= work
        sums.paid[month] += there @ payment
        sums.longer[month] += slower @ payment
        sums.staying[month] += there.sum()
        factor += np.multiply(there, by_end[month], out=work)
        stay += there
        if month == min(MONTHS, horizon):
            sums.more[0] += slower.sum()
    # Of the last month both ends count half, as of every other.
    stay -= there / 2


def factors(outlook: Outlook, terms: Terms) -> np.ndarray:
    """Value of one unit of payment a month from each customer."""
    n = len(outlook.customer_id)
    by_end = of_ends(terms.weights())
    factor = np.full(n, by_end[0])
    for part in parts_of(n):
        there, work = np.ones((2, part.stop - part.start))
        for month, leaving in enumerate(outlook.part(part).leaving(terms.horizon), start=1):
            there *= np.subtract(1.0, leaving, out=work)
            factor[part] += np.multiply(there, by_end[month], out=work)
    return factor


def of_ends(weights: np.ndarray) -> np.ndarray:
    """What being there at each month's end counts, where in a month the mean of both ends does.

    >>> of_ends(np.array([1.0, 2.0])).tolist()
    [0.5, 1.5, 1.0]
    """
    return (np.append(weights, 0.0) + np.append(0.0, weights)) / 2


def parts_of(n: int) -> Iterator[slice]:
    return (slice(begins, min(begins + AT_A_TIME, n)) for begins in range(0, n, AT_A_TIME))


def total_of(chance: np.ndarray) -> np.ndarray:
    """Chance of leaving for any cause; where there is one, without adding."""
    return chance[:, 0] if chance.shape[1] == 1 else chance.sum(axis=1)

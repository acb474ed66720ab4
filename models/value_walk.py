"""The passage of customers through the months ahead: who is there, and what that is worth."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.outlook import Outlook
from models.value_terms import Terms

__all__ = ["AT_A_TIME", "Walk", "factors", "walk"]

MONTHS = 12
#: Customers taken through the months together: few enough that their chances of all months stay
#: in the processor's cache.
AT_A_TIME = 1_024


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
    """What is summed over customers, by the months ahead.

    Attributes
    ----------
    paid, staying : ndarray of shape (horizon,)
        Payments of those who are there at a month's end, and how many they are.
    gained : ndarray of shape (horizon,)
        What all hazards lowered by a small part add to `paid`, for each such part.
    more : ndarray of shape (1,)
        The same for those who are there after a year, or at the horizon.
    lost : ndarray of shape (n_causes,)
        Value lost to each cause, where there are several.
    """

    paid: np.ndarray
    staying: np.ndarray
    gained: np.ndarray
    more: np.ndarray
    lost: np.ndarray


def walk(outlook: Outlook, payment: np.ndarray, terms: Terms) -> Walk:
    """Pass through the months once, with as many customers at a time as fit into the cache."""
    weights, at_start, at_end = terms.weights(), terms.weights(0.0), terms.weights(1.0)
    # Of the month in which a customer leaves half is lost, of later ones all.
    ahead = np.cumsum(weights[::-1])[::-1] - weights / 2
    n, horizon = len(payment), terms.horizon
    factor, stay = np.empty(n), np.empty(n)
    sums = Sums(*(np.zeros(k) for k in (*[horizon] * 3, 1, len(outlook.causes))))
    # Of the last month both ends count half, as of every other.
    count = np.column_stack([of_ends(weights)[1:], np.append(np.ones(horizon - 1), 0.5)])
    # A payment and a person of each customer, for products of matrices.
    each = np.stack([payment, np.ones(n)])
    for part in parts_of(n):
        added = pass_through(outlook.part(part), each[:, part], count, ahead, sums)
        factor[part], stay[part] = added.T
    factor += of_ends(weights)[0]
    stay += 0.5
    ends, lost = np.append(payment.sum(), sums.paid), sums.lost
    if len(lost) == 1:
        # All who are not there any more left for it.
        lost = np.array([ahead @ (ends[:-1] - ends[1:])])
    payments = (ends[:-1] + ends[1:]) / 2
    months = pd.DataFrame({"month": np.arange(1, horizon + 1), "staying": sums.staying / n})
    months["payments"] = payments * terms.grown()
    months["value"] = payments * weights
    causes = pd.DataFrame({"cause": list(outlook.causes), "lost": lost})
    gained, stayed = float(of_ends(weights)[1:] @ sums.gained), sums.more.item() / n
    point = 0.01 * gained / stayed if stayed > 0 else np.nan
    start, end = float(np.dot(ends[:-1], at_start)), float(np.dot(ends[1:], at_end))
    return Walk(factor, start, end, stay, months, causes, point)


def pass_through(
    outlook: Outlook, each: np.ndarray, count: np.ndarray, ahead: np.ndarray, sums: Sums
) -> np.ndarray:
    """Take some customers through the months, and add to `sums`.

    Returns what being there at the ends of months adds up to for each, counted by the columns of
    `count`.
    """
    horizon, payment = len(count), each[0]
    log_there = outlook.log_survival(horizon)
    there = np.exp(log_there)
    paid, staying = each @ there
    sums.paid[:] += paid
    sums.staying[:] += staying
    if len(sums.lost) > 1:
        paying = payment
        for month, chance in enumerate(outlook.hazards(horizon)):
            sums.lost[:] += ahead[month] * (paying @ chance)
            paying = payment * there[:, month]
    # The derivative of there to the power of 1 - part.
    log_there *= there
    sums.gained[:] -= payment @ log_there
    sums.more[0] -= log_there[:, min(MONTHS, horizon) - 1].sum()
    return there @ count


def factors(outlook: Outlook, terms: Terms) -> np.ndarray:
    """Value of one unit of payment a month from each customer."""
    n = len(outlook.customer_id)
    by_end, factor = of_ends(terms.weights()), np.empty(n)
    for part in parts_of(n):
        there = outlook.part(part).log_survival(terms.horizon)
        factor[part] = np.exp(there, out=there) @ by_end[1:]
    return by_end[0] + factor


def of_ends(weights: np.ndarray) -> np.ndarray:
    """What being there at each month's end counts, where in a month the mean of both ends does.

    >>> of_ends(np.array([1.0, 2.0])).tolist()
    [0.5, 1.5, 1.0]
    """
    return (np.append(weights, 0.0) + np.append(0.0, weights)) / 2


def parts_of(n: int) -> Iterator[slice]:
    return (slice(begins, min(begins + AT_A_TIME, n)) for begins in range(0, n, AT_A_TIME))

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
#: Customers taken through the months together: so many that two arrays of (month, customer)
#: stay in the processor's cache.
AT_A_TIME = 8_192


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


def walk(outlook: Outlook, payment: np.ndarray, terms: Terms) -> Walk:
    """Pass through the months once, with as many customers at a time as fit into the cache."""
    weights, at_start, at_end = terms.weights(), terms.weights(0.0), terms.weights(1.0)
    # Of the month in which a customer leaves half is lost, of later ones all.
    ahead = np.cumsum(weights[::-1])[::-1] - weights / 2
    n, horizon = len(payment), terms.horizon
    halves = np.stack([of_ends(weights), of_ends(np.ones(horizon))])
    factor, stay = np.empty(n), np.empty(n)
    lost = np.zeros(len(outlook.causes))
    # By month's end, the first being today: what is paid, and by how many, also if fewer left.
    sums, longer = np.zeros((horizon + 1, 2)), np.zeros((horizon + 1, 2))
    for part, there, slower, gone in passages(outlook, terms.horizon, payment):
        each = np.column_stack([payment[part], np.ones(part.stop - part.start)])
        factor[part], stay[part] = halves @ there
        sums += there @ each
        longer += slower @ each
        lost += ahead @ gone
    ends, staying = sums.T
    if len(lost) == 1:
        # All who are not there any more left for it.
        lost = np.array([ahead @ (ends[:-1] - ends[1:])])
    payments = (ends[:-1] + ends[1:]) / 2
    months = pd.DataFrame({"month": np.arange(1, horizon + 1), "staying": staying[1:] / n})
    months["payments"] = payments * terms.grown()
    months["value"] = payments * weights
    gained, more = halves[0] @ (longer - sums)[:, 0], (longer - sums)[:, 1]
    stayed = float(more[min(MONTHS, horizon)]) / n
    causes = pd.DataFrame({"cause": list(outlook.causes), "lost": lost})
    point = 0.01 * float(gained) / stayed if stayed > 0 else np.nan
    start, end = float(np.dot(ends[:-1], at_start)), float(np.dot(ends[1:], at_end))
    return Walk(factor, start, end, stay, months, causes, point)


def factors(outlook: Outlook, terms: Terms) -> np.ndarray:
    """Value of one unit of payment a month from each customer."""
    n = len(outlook.customer_id)
    halves, factor = of_ends(terms.weights()), np.empty(n)
    there = np.ones((terms.horizon + 1, min(AT_A_TIME, n)))
    for part in parts_of(n):
        mine = there[:, : part.stop - part.start]
        for month, leaving in enumerate(outlook.part(part).leaving(terms.horizon)):
            np.subtract(1.0, leaving, out=mine[month + 1])
            mine[month + 1] *= mine[month]
        factor[part] = halves @ mine
    return factor


def of_ends(weights: np.ndarray) -> np.ndarray:
    """What being there at each month's end counts, where in a month the mean of both ends does.

    >>> of_ends(np.array([1.0, 2.0])).tolist()
    [0.5, 1.5, 1.0]
    """
    return (np.append(weights, 0.0) + np.append(0.0, weights)) / 2


def passages(
    outlook: Outlook, horizon: int, payment: np.ndarray
) -> Iterator[tuple[slice, np.ndarray, np.ndarray, np.ndarray]]:
    """Yield for some customers at a time where they stand, and what becomes of them.

    The chance of being there at each month's end, also if a part fewer left, both (month,
    customer), and the payments lost in each month for each cause, where there are several. The
    arrays are used again.
    """
    there, slower = (np.ones((horizon + 1, min(AT_A_TIME, len(payment)))) for _ in range(2))
    lost = np.zeros((horizon, len(outlook.causes)))
    for part in parts_of(len(payment)):
        mine, late = (rows[:, : part.stop - part.start] for rows in (there, slower))
        for month, chance in enumerate(outlook.part(part).hazards(horizon)):
            leaving = total_of(chance)
            if len(outlook.causes) > 1:
                np.matmul(payment[part] * mine[month], chance, out=lost[month])
            np.subtract(1.0, leaving, out=mine[month + 1])
            mine[month + 1] *= mine[month]
            np.multiply(leaving, SMALL_PART - 1, out=late[month + 1])
            late[month + 1] += 1.0
            late[month + 1] *= late[month]
        yield part, mine, late, lost


def parts_of(n: int) -> Iterator[slice]:
    return (slice(begins, min(begins + AT_A_TIME, n)) for begins in range(0, n, AT_A_TIME))


def total_of(chance: np.ndarray) -> np.ndarray:
    """Chance of leaving for any cause; where there is one, without adding."""
    return chance[:, 0] if chance.shape[1] == 1 else chance.sum(axis=1)

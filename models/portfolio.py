"""Which initiatives to do under a budget, where some overlap, exclude or need each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from models.initiatives import BUCKETS, Initiative
from models.refusal import Refusal
from models.roi import Plan

__all__ = ["Choice", "choose", "groups_that_overlap", "shapley"]

#: Initiatives that overlap, of which every set is run: of more there are too many sets.
MOST_TOGETHER = 15
#: Sets run at a time, so that memory stays bounded.
AT_A_TIME = 4_096


@dataclass(frozen=True, eq=False)
class Choice:
    """The best set of initiatives within a budget, in the expected case.

    Attributes
    ----------
    chosen : tuple of str
    npv, cost : float
        Of the set, run together, and what its start costs.
    naive : float
        What the set would be worth if the initiatives' own values could be added up.
    shares : DataFrame
        One row a chosen initiative: ``name``, ``title``, ``alone`` (its own value) and ``share``
        (Shapley's part of the joint value: they add up to it).
    """

    chosen: tuple[str, ...]
    npv: float
    cost: float
    naive: float
    shares: pd.DataFrame


def choose(plan: Plan, budget: float) -> Choice:
    """Find the set of initiatives worth most whose starts cost no more than `budget`.

    Initiatives that reach the same customers or the same costs overlap: of each group of those
    every set is run together, and the integer programme picks one set of each group. So the
    value of what is chosen is that of the joint run and of nothing else.

    Raises
    ------
    Refusal
        If more than 15 initiatives overlap.
    """
    groups = groups_that_overlap(plan)
    blocks = [sets_of(group) for group in groups]
    columns = np.vstack([whole(sets, group, len(plan.initiatives))
                         for sets, group in zip(blocks, groups, strict=True)])  # fmt: skip
    values = np.concatenate(
        [plan.values_of(part) for part in np.array_split(columns, -(-len(columns) // AT_A_TIME))]
    )
    block = np.repeat(np.arange(len(groups)), [len(sets) for sets in blocks])
    picked = picked_sets(plan.initiatives, columns, values, block, budget)
    done = columns[picked].any(axis=0)
    chosen = np.flatnonzero(done).tolist()
    alone, share = np.zeros(len(done)), np.zeros(len(done))
    # What does not overlap adds up, so that the sets run for the choice hold all there is to say.
    for group, known in zip(groups, np.split(values, np.flatnonzero(np.diff(block)) + 1),
                            strict=True):  # fmt: skip
        mine = [place for place, k in enumerate(group) if done[k]]
        bits = 2 ** np.array(mine, dtype=int)
        members = [group[place] for place in mine]
        alone[members] = known[bits]
        share[members] = parts_of(known[sets_of(mine) @ bits], len(mine))
    shares = pd.DataFrame(
        {
            "name": [plan.initiatives[k].name for k in chosen],
            "title": [plan.initiatives[k].title for k in chosen],
            "alone": alone[chosen],
            "share": share[chosen],
        }
    )
    cost = sum(plan.initiatives[k].cost.mean for k in chosen)
    names = tuple(plan.initiatives[k].name for k in chosen)
    return Choice(names, float(values[picked].sum()), float(cost), float(alone.sum()), shares)


def groups_that_overlap(plan: Plan) -> list[list[int]]:
    """Initiatives that reach some of the same money, by place; others add up as they are."""
    n = len(plan.initiatives)
    reach = [ways_of(one) for one in plan.initiatives]
    both = plan.treated.astype(float).T @ plan.treated.astype(float) > 0
    group = list(range(n))
    for a, b in combinations(range(n), 2):
        if both[a, b] and reach[a] & reach[b]:
            old, new = group[b], group[a]
            group = [new if g == old else g for g in group]
    return [[k for k in range(n) if group[k] == g] for g in dict.fromkeys(group)]


def ways_of(one: Initiative) -> set[str]:
    """Which money an initiative reaches; satisfaction reaches retention and days to pay."""
    drivers = {moved.driver for moved in one.moves}
    ways = drivers & set(BUCKETS)
    if drivers & {"satisfaction", "churn"}:
        ways |= {"retention"}
    if drivers & {"satisfaction", "days_to_pay"}:
        ways |= {"days_to_pay"}
    return ways


def sets_of(group: Sequence[int]) -> np.ndarray:
    """Every set of a group, the empty one first, (set, place)."""
    if len(group) > MOST_TOGETHER:
        raise Refusal(
            f"{len(group)} initiatives reach the same money, and the best set of more than "
            f"{MOST_TOGETHER} cannot be searched for. Leave some out."
        )
    return (np.arange(2 ** len(group))[:, None] >> np.arange(len(group)) & 1).astype(bool)


def whole(sets: np.ndarray, group: Sequence[int], n: int) -> np.ndarray:
    columns = np.zeros((len(sets), n), dtype=bool)
    columns[:, group] = sets
    return columns


def picked_sets(
    initiatives: Sequence[Initiative],
    columns: np.ndarray,
    values: np.ndarray,
    block: np.ndarray,
    budget: float,
) -> np.ndarray:
    """One set of each block by mixed-integer programming: the places of those picked."""
    cost = columns @ np.array([one.cost.mean for one in initiatives])
    place = {one.name: k for k, one in enumerate(initiatives)}
    n_blocks = int(block.max()) + 1
    one_each = csr_array((np.ones(len(block)), (block, np.arange(len(block)))))
    rows = [one_each, csr_array(cost[None])]
    low, high = [1.0] * n_blocks + [0.0], [1.0] * n_blocks + [budget]
    for k, one in enumerate(initiatives):
        for other in one.excludes:
            if other in place:
                both = columns[:, k].astype(float) + columns[:, place[other]]
                rows.append(csr_array(both[None]))
                low.append(0.0)
                high.append(1.0)
        for other in one.needs:
            # What is needed and not on offer cannot be done, and so neither can this.
            has = columns[:, place[other]].astype(float) if other in place else 0.0
            rows.append(csr_array((columns[:, k].astype(float) - has)[None]))
            low.append(-1.0)
            high.append(0.0)
    found = milp(
        -values, integrality=np.ones(len(values)), bounds=Bounds(0, 1),
        constraints=LinearConstraint(vstack(rows), low, high),
    )  # fmt: skip
    return np.flatnonzero(found.x > 0.5)


def shapley(plan: Plan, chosen: Sequence[int]) -> np.ndarray:
    """Part of the joint value of `chosen` that is due to each, by its mean over all orders.

    The parts add up to the joint value, and initiatives that do the same get the same.
    """
    if not len(chosen):
        return np.zeros(0)
    sets = sets_of(list(chosen))
    values = plan.values_of(whole(sets, list(chosen), len(plan.initiatives)))
    return parts_of(values, len(chosen))


def parts_of(values: np.ndarray, n: int) -> np.ndarray:
    """Shapley's parts of `n`, from the value of each of their sets in the order of `sets_of`."""
    sets = sets_of(range(n))
    size = sets.sum(axis=1)
    parts = np.zeros(n)
    for k in range(n):
        without = ~sets[:, k]
        weight = 1.0 / (n * np.array([comb(n - 1, s) for s in size[without]], dtype=float))
        added = values[np.flatnonzero(without) + 2**k] - values[without]
        parts[k] = weight @ added
    return parts

"""Cash flows of initiatives done together, for many draws of what is not known at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from models.initiatives import BUCKETS, Initiative, Link, Uncertain
from models.poor_experience import TICKET_BUCKETS
from models.roi_base import Cell, Cells

__all__ = ["PARTS_OF_FLOWS", "Flows", "cash_flows", "expected_inputs", "input_names",
           "inputs_at"]  # fmt: skip

MONTHS = 12
#: What a cash flow is made of, in words.
PARTS_OF_FLOWS = {
    "cost": "Cost at the start",
    "run_cost": "Cost of running it",
    "retained": "Margin of customers kept",
    "saved": "Work and credits saved",
    "released": "Cash set free, once",
}
#: Draws of a cell that are worked out at a time.
DRAWS_AT_A_TIME = 256
#: Buckets that are staff time; only what is cashable of it is money.
STAFF_TIME = (*TICKET_BUCKETS, "reminders")


@dataclass(frozen=True, eq=False)
class Flows:
    """Cash flows of months 0 to the horizon.

    Attributes
    ----------
    net : ndarray of shape (n_draws, horizon + 1)
    parts : mapping of str to ndarray of shape (horizon + 1,)
        Mean over draws of each of `PARTS_OF_FLOWS`, after tax.
    """

    net: np.ndarray
    parts: Mapping[str, np.ndarray]


def input_names(initiatives: Sequence[Initiative], link: Link, payment_error: float) -> list[str]:
    """What is not known of a plan: only what can vary is named."""
    names = []
    for one in initiatives:
        for name, value in ((f"cost:{one.name}", one.cost), (f"run:{one.name}", one.run_cost)):
            if value.high > value.low:
                names.append(name)
        names += [f"effect:{one.name}:{m.driver}" for m in one.moves if m.size.high > m.size.low]
    drivers = {m.driver for one in initiatives for m in one.moves}
    if "satisfaction" in drivers and link.log_hazard_error > 0:
        names.append("link:churn")
    if "satisfaction" in drivers and link.days_error > 0:
        names.append("link:days")
    if drivers & {"satisfaction", "churn"} and payment_error > 0:
        names.append("margin")
    return names


def inputs_at(
    initiatives: Sequence[Initiative],
    link: Link,
    payment_error: float,
    z: Mapping[str, np.ndarray],
    n: int,
) -> dict[str, np.ndarray]:
    """The value of every input at its standard normal value; one without is at its median."""
    still = np.zeros(n)
    values = {}
    for one in initiatives:
        values[f"cost:{one.name}"] = one.cost.at(z.get(f"cost:{one.name}", still))
        values[f"run:{one.name}"] = one.run_cost.at(z.get(f"run:{one.name}", still))
        for moved in one.moves:
            name = f"effect:{one.name}:{moved.driver}"
            value = moved.size.at(z.get(name, still))
            # The tails of what may be end where they would mean less than nothing, or all twice.
            if moved.driver in BUCKETS:
                value = np.clip(value, 0.0, 1.0)
            elif moved.driver == "churn":
                value = np.maximum(value, -0.99)
            values[name] = value
    values["link:churn"] = link.log_hazard + link.log_hazard_error * z.get("link:churn", still)
    values["link:days"] = link.days + link.days_error * z.get("link:days", still)
    values["margin"] = 1.0 + payment_error * z.get("margin", still)
    return values


def expected_inputs(
    initiatives: Sequence[Initiative], link: Link, n: int = 1
) -> dict[str, np.ndarray]:
    """Every input at its mean: the expected case."""

    def mean(value: Uncertain) -> np.ndarray:
        return np.full(n, value.mean)

    values = {}
    for one in initiatives:
        values[f"cost:{one.name}"] = mean(one.cost)
        values[f"run:{one.name}"] = mean(one.run_cost)
        for moved in one.moves:
            values[f"effect:{one.name}:{moved.driver}"] = mean(moved.size)
    values["link:churn"] = np.full(n, link.log_hazard)
    values["link:days"] = np.full(n, link.days)
    values["margin"] = np.ones(n)
    return values


def cash_flows(
    cells: Cells,
    initiatives: Sequence[Initiative],
    values: Mapping[str, np.ndarray],
    *,
    horizon: int,
    days_late: float,
    done: np.ndarray | None = None,
    tax_rate: float = 0.0,
) -> Flows:
    """What the company gains by all initiatives together, month by month.

    They are run together, not added up: chances of leaving multiply, a share of tickets avoided
    is of those that the others leave, and no more days of payment are gained than customers
    are late. Work saved is that of customers who would be there anyway, so that whoever is kept
    by it is not counted again. Days of payment set cash free once, and tie it up again as the
    effect wears off and customers leave, who would have owed nothing then anyway; that it need no
    more be financed is how that cash pays, and is not added.

    Parameters
    ----------
    cells : Cells
        From `models.roi_base.cells_of`, with a column of ``treated`` for each initiative.
    initiatives : sequence of Initiative
    values : mapping of str to ndarray of shape (n_draws,)
        From `inputs_at`.
    horizon : int
    days_late : float
    done : ndarray of bool, shape (n_draws, n_initiatives), optional
        Which initiatives are done in each draw; all of them without.
    tax_rate : float, default=0
        Of gains and costs; cash set free is no gain and is not taxed.
    """
    n = len(values["margin"])
    shapes = np.stack([one.shape(horizon) for one in initiatives])
    on = np.ones((n, len(initiatives))) if done is None else np.asarray(done, dtype=float)
    after_tax = 1.0 - tax_rate
    spent, running = spending(initiatives, values, on, horizon)
    kept = retained(cells, initiatives, values, on, shapes) * after_tax
    saved = savings(cells, initiatives, values, on, shapes) * after_tax
    level = released(cells, initiatives, values, on, shapes, days_late)
    free = np.diff(level, axis=1, prepend=0.0)
    net = -(spent + running) * after_tax
    net[:, 1:] += kept + saved + free
    start = np.zeros(1)
    parts = {
        "cost": -spent.mean(axis=0) * after_tax,
        "run_cost": -running.mean(axis=0) * after_tax,
        "retained": np.concatenate([start, kept.mean(axis=0)]),
        "saved": np.concatenate([start, saved.mean(axis=0)]),
        "released": np.concatenate([start, free.mean(axis=0)]),
    }
    return Flows(net, parts)


def spending(
    initiatives: Sequence[Initiative],
    values: Mapping[str, np.ndarray],
    on: np.ndarray,
    horizon: int,
) -> tuple[np.ndarray, np.ndarray]:
    """What they cost at their start, and what running them costs from the month after."""
    spent, running = np.zeros((len(on), horizon + 1)), np.zeros((len(on), horizon + 1))
    for k, one in enumerate(initiatives):
        if one.starts_in <= horizon:
            spent[:, one.starts_in] += on[:, k] * values[f"cost:{one.name}"]
            running[:, one.starts_in + 1 :] += (on[:, k] * values[f"run:{one.name}"])[:, None]
    return spent, running


def retained(
    cells: Cells,
    initiatives: Sequence[Initiative],
    values: Mapping[str, np.ndarray],
    on: np.ndarray,
    shapes: np.ndarray,
) -> np.ndarray:
    """Margin of each month of customers who would have left, (draw, month)."""
    effects = {}
    for k, one in enumerate(initiatives):
        effect = np.zeros(len(on))
        for moved in one.moves:
            size = values.get(f"effect:{one.name}:{moved.driver}")
            if moved.driver == "satisfaction":
                effect = effect + values["link:churn"] * size
            elif moved.driver == "churn":
                effect = effect + np.log1p(size)
        if effect.any():
            effects[k] = on[:, k] * effect
    n, horizon = len(on), shapes.shape[1]
    # One column for today, when nobody has left yet.
    kept = np.zeros((n, horizon + 1))
    # Cells of one way follow each other, and share what leaving is multiplied by.
    for way, group in groupby(cells.cells, key=lambda cell: tuple(cell.treated)):
        mine = [k for k in effects if way[k]]
        if not mine:
            continue
        alike = list(group)
        ratio = np.stack([effects[k] for k in mine], axis=1) @ shapes[mine]
        np.exp(ratio, out=ratio)
        add_payments(kept[:, 1:], ratio, alike)
        kept[:, 1:] -= sum(cell.paying * np.exp(-np.cumsum(cell.hazard)) for cell in alike)
    # Who is kept pays in a month as the mean of those kept at both of its ends.
    gained = kept[:, 1:] + kept[:, :-1]
    gained *= 0.5 * values["margin"][:, None]
    return gained


def add_payments(to: np.ndarray, ratio: np.ndarray, cells: Sequence[Cell]) -> None:
    """Add what customers of cells pay who are still there, (draw, month), in some draws at a time.

    What has been left by each month is a product with a triangle: with few enough draws to stay
    near the processor it takes two thirds of the time of sums along all of them.
    """
    months = np.triu(np.ones((ratio.shape[1], ratio.shape[1])))
    triangles = [-cell.hazard[:, None] * months for cell in cells]
    for first in range(0, len(ratio), DRAWS_AT_A_TIME):
        part = slice(first, first + DRAWS_AT_A_TIME)
        there = np.empty_like(ratio[part])
        for cell, triangle in zip(cells, triangles, strict=True):
            np.matmul(ratio[part], triangle, out=there)
            np.exp(there, out=there)
            there *= cell.paying
            to[part] += there


def savings(
    cells: Cells,
    initiatives: Sequence[Initiative],
    values: Mapping[str, np.ndarray],
    on: np.ndarray,
    shapes: np.ndarray,
) -> np.ndarray:
    """Work and credits not spent in each month, (draw, month)."""
    saved = np.zeros((len(on), shapes.shape[1]))
    for bucket, groups in cells.costs.items():
        movers = [k for k, one in enumerate(initiatives) if bucket in {m.driver for m in one.moves}]
        for mine, monthly in gathered(groups, movers):
            left, part = np.ones_like(saved), np.empty_like(saved)
            for k in mine:
                one = initiatives[k]
                size = on[:, k] * values[f"effect:{one.name}:{bucket}"]
                size = size * (one.cashable if bucket in STAFF_TIME else 1.0)
                np.outer(size, shapes[k], out=part)
                np.subtract(1.0, part, out=part)
                left *= part
            np.subtract(1.0, left, out=left)
            left *= monthly
            saved += left
    return saved


def released(
    cells: Cells,
    initiatives: Sequence[Initiative],
    values: Mapping[str, np.ndarray],
    on: np.ndarray,
    shapes: np.ndarray,
    days_late: float,
) -> np.ndarray:
    """Cash that is free at each month's end because customers pay sooner, (draw, month)."""
    level = np.zeros((len(on), shapes.shape[1]))
    days = {}
    for k, one in enumerate(initiatives):
        sooner = np.zeros(len(on))
        for moved in one.moves:
            size = values.get(f"effect:{one.name}:{moved.driver}")
            if moved.driver == "days_to_pay":
                sooner = sooner + size
            elif moved.driver == "satisfaction":
                sooner = sooner - values["link:days"] * size
        if sooner.any():
            days[k] = on[:, k] * sooner
    for mine, sales in gathered(cells.sales, days):
        sooner = np.stack([days[k] for k in mine], axis=1) @ shapes[mine]
        np.minimum(sooner, max(days_late, 0.0), out=sooner)
        sooner *= sales
        level += sooner
    return level


def gathered(
    groups: Sequence[tuple[np.ndarray, np.ndarray]], movers: Iterable[int]
) -> list[tuple[list[int], np.ndarray]]:
    """Groups of customers by which of `movers` treat them, added up; those of none left out.

    >>> groups = [(np.array([1, 0]), np.array([5.0])), (np.array([1, 1]), np.array([2.0]))]
    >>> gathered(groups, [0])
    [([0], array([7.]))]
    """
    found: dict[tuple[int, ...], np.ndarray] = {}
    for treated, amounts in groups:
        mine = tuple(k for k in movers if treated[k])
        if mine:
            found[mine] = found[mine] + amounts if mine in found else amounts
    return [(list(mine), amounts) for mine, amounts in found.items()]

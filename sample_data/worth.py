"""What each customer brings and costs in an ordinary month, without the luck of its own months."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import gamma

from sample_data.billing import (
    SPIKE,
    SPIKE_SHARE,
    USAGE_SHAPE,
    cost_share,
    metered_cents,
    usual_usage,
)
from sample_data.effects import EFFECTS
from sample_data.orders import SHARE
from sample_data.rating import BILLING_MODELS
from sample_data.world import GOODS_PRICES, World

__all__ = ["COSTS", "WINDOW_MONTHS", "monthly_worth"]

#: An ordinary month is the average of the last so many.
WINDOW_MONTHS = 12
#: Components that are taken off revenue.
COSTS = (
    "given_back", "cost_of_goods", "written_off", "support_cost", "reminder_cost", "service_cost",
)  # fmt: skip
#: Points at which the noise of a month's use is averaged.
NOISE = gamma.ppf((np.arange(8) + 0.5) / 8, USAGE_SHAPE) / USAGE_SHAPE


class Months(NamedTuple):
    """Customers and months of their last year, one entry for each pair."""

    who: np.ndarray
    month: np.ndarray


def monthly_worth(world: World, names: np.ndarray, flows: pd.DataFrame) -> pd.DataFrame:
    """Expected flows of a month in the last year of each customer, in EUR.

    How a component differs between customers comes from the simulation's own parameters
    and latent states (what use would cost on average, how many would call in that mood);
    how large it is in all comes from the books of the last twelve months. So a customer's
    value holds none of its own luck, and the customers together have what was really booked.

    Parameters
    ----------
    world : World
        A finished simulation.
    names : ndarray of str
        Customer ids in its order.
    flows : DataFrame
        `sample_data.flows.booked_flows` of its books.

    Returns
    -------
    DataFrame
        A row for each of `names`: ``customer_id``, ``revenue`` (invoiced, nothing cancelled), the
        `COSTS` and ``contribution`` (what is left). Customers who left have those of their
        last year.
    """
    at = last_year(world)
    n, counted = len(names), np.bincount(at.who, minlength=len(names))
    recent = at.month >= world.months - WINDOW_MONTHS
    booked = flows[flows["month"] >= world.months - WINDOW_MONTHS].groupby("part")["amount"].sum()
    table = pd.DataFrame({"customer_id": names, "revenue": 0.0} | dict.fromkeys(COSTS, 0.0))
    for part, (component, shape) in shapes(world, at, flows).items():
        in_all = shape[recent].sum()
        level = booked.get(part, 0.0) / in_all if in_all > 0 else 0.0
        table[component] += level * np.bincount(at.who, shape, minlength=n) / counted
    table["contribution"] = table["revenue"] - table[list(COSTS)].sum(axis=1)
    return table


def last_year(world: World) -> Months:
    """The last twelve months of each customer up to the close, without that of joining."""
    month = np.arange(world.months)[None, :]
    end = np.minimum(world.left_month, world.months - 1)[:, None]
    begin = np.maximum(world.population.acquired_month[:, None] + 1, end - WINDOW_MONTHS + 1)
    return Months(*np.nonzero((month <= end) & (month >= np.minimum(begin, end))))


def shapes(world: World, at: Months, flows: pd.DataFrame) -> dict[str, tuple[str, np.ndarray]]:
    """Part of a component to the component and how the part differs between customer-months."""
    people, off = world.population, world.off
    who, mood = at.who, world.satisfaction.level[at]
    net, gross = contract_worth(world, at)
    goods = people.orders_per_month * people.units_per_order * (1 - people.discount)
    goods = goods[who] * float(SHARE @ GOODS_PRICES)
    jobs = np.exp(0.25 * people.size)[who]
    disputed = EFFECTS.dispute_intercept + 1.0 * people.reasons[who, 3]
    if "satisfaction_on_payment" not in off:
        disputed = disputed + EFFECTS.dispute_of_satisfaction * mood
    calls = np.exp(EFFECTS.ticket_intercept + EFFECTS.ticket_of_satisfaction * mood)
    calls = calls * people.tickets_relative[who] * np.where(people.reasons[who, 3], 2.5, 1.0)
    of_persona = {
        part: per_revenue(world, flows, part)[people.persona[who]]
        for part in ("written_off", "reminder_cost")
    }
    return {
        "contract": ("revenue", net),
        "goods": ("revenue", goods),
        "project": ("revenue", jobs),
        "given_back": ("given_back", expit(disputed) * (net + goods)),
        "contract_cost": ("cost_of_goods", gross * cost_share(people)[who]),
        "goods_cost": ("cost_of_goods", goods),
        "written_off": ("written_off", of_persona["written_off"] * (net + goods)),
        "support_cost": ("support_cost", calls),
        "reminder_cost": ("reminder_cost", of_persona["reminder_cost"] * (net + goods)),
        "visit_cost": ("service_cost", people.visited[who] * world.window.visits[at.month]),
        "project_cost": ("service_cost", jobs),
    }


def contract_worth(world: World, at: Months) -> tuple[np.ndarray, np.ndarray]:
    """Expected contract revenue of each month, net and before rebate, in EUR at list rates."""
    people, contracts = world.population, world.contracts
    usual = np.column_stack(
        [
            usual_usage(people, contracts, world.calendar, month, world.off)
            for month in range(world.months)
        ]
    )[at]
    fee = contracts.fee[at]
    charged = np.zeros(len(usual))
    for level, weight in ((1.0, 1 - SPIKE_SHARE), (SPIKE, SPIKE_SHARE)):
        for noise in NOISE:
            quantity = np.round(usual * noise * level).astype(np.int64)
            cents = metered_cents(contracts, at.who, at.month, quantity, fee)
            charged += weight / len(NOISE) * cents
    minimum = contracts.model[at.who] == BILLING_MODELS.index("minimum_fee")
    gross = charged + np.where(minimum, 0, fee)
    net = gross * (1 - contracts.points[at.who] / 10_000) + contracts.handling[at.who]
    rate = 100 * contracts.list_rate[at.who]
    return net / rate, gross / rate


def per_revenue(world: World, flows: pd.DataFrame, part: str) -> np.ndarray:
    """Share of a part in all revenue of each persona, over the whole books."""
    persona = world.population.persona[flows["customer"]]
    amount = flows["amount"].to_numpy()
    n = len(EFFECTS.persona_weights)
    total = np.bincount(persona, amount * flows["part"].isin(["contract", "goods"]), minlength=n)
    return np.bincount(persona, amount * (flows["part"] == part), minlength=n) / np.maximum(
        total, 1.0
    )

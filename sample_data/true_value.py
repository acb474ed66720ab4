"""What each customer is truly worth: what lies ahead of it times what it brings in a month."""

from collections.abc import Mapping
from dataclasses import fields
from typing import NamedTuple

import numpy as np
import pandas as pd

from sample_data.churn import CAUSES
from sample_data.effects import EFFECTS
from sample_data.flows import booked_flows
from sample_data.futures import Ahead, Recent, as_if_new, look_ahead
from sample_data.world import STAYS, World
from sample_data.worth import WINDOW_MONTHS, monthly_worth

__all__ = ["DISCOUNT_RATE", "Worth", "expected_months", "true_worth", "waiting_cost"]

#: Yearly, as the workspace has it where nobody says otherwise.
DISCOUNT_RATE = 0.10


class Worth(NamedTuple):
    """`outlook` of the customers at the close, `value` of all there ever were, and what is `ahead`.

    `ahead` has the customers of `outlook`, at the places `active` of the world.
    """

    outlook: pd.DataFrame
    value: pd.DataFrame
    ahead: Ahead
    active: np.ndarray


def true_worth(world: World, names: np.ndarray, tables: Mapping[str, pd.DataFrame]) -> Worth:
    """Look ahead of every customer, from the close and from the day it was won.

    Parameters
    ----------
    world : World
        A finished simulation.
    names : ndarray of str
        Customer ids in its order.
    tables : mapping of str to DataFrame
        Its books.

    Returns
    -------
    Worth
        `outlook` has a row for each customer at the close: ``customer_id``, ``survival_12m``,
        ``survival_24m``, ``survival_36m``, ``cif_<cause>_12m`` and so on (chance of having left
        for the cause by then), ``expected_months`` (in the next 36, discounted) and
        ``residual_36m``: expected months × expected contribution of a month.

        `value` has a row for each customer: the expected flows of a month
        (`sample_data.worth.monthly_worth`), ``acquired_for`` (acquisition and onboarding),
        ``months_36m`` (expected months in the first 36 after it was won, discounted, were it won
        again), ``value_36m`` (contribution of those months less ``acquired_for``) and
        ``loses``: whether that is below zero. All in EUR.

    Notes
    -----
    A month's contribution is held at what it was on average in the customer's last twelve
    months: growth of use, later prices and moods change when it leaves, not what it brings.
    Months are counted as they pass, half a month in the month of leaving, and discounted
    from the middle of each month at ten percent a year.
    """
    flows = booked_flows(world, names, tables)
    value = monthly_worth(world, names, flows)
    recent = recent_months(world)
    active = np.flatnonzero(world.left_month == STAYS)
    ahead = from_close(world, recent, active)
    outlook = pd.DataFrame({"customer_id": names[active]})
    for month in (12, 24, 36):
        outlook[f"survival_{month}m"] = ahead.survival[:, month]
        for place, cause in enumerate(CAUSES):
            outlook[f"cif_{cause}_{month}m"] = ahead.incidence[:, place, month]
    outlook["expected_months"] = expected_months(ahead.survival)
    contribution = value["contribution"].to_numpy()
    outlook["residual_36m"] = outlook["expected_months"] * contribution[active]
    people = world.population
    value["acquired_for"] = people.acquisition_cost + people.onboarding_cost
    value["months_36m"] = expected_months(when_won(world, recent).survival)
    value["value_36m"] = value["months_36m"] * contribution - value["acquired_for"]
    value["loses"] = value["value_36m"] < 0
    return Worth(outlook, value, ahead, active)


def expected_months(survival: np.ndarray, yearly: float = DISCOUNT_RATE) -> np.ndarray:
    """Discounted months expected, from survival at the end of month 0, 1 and so on.

    Examples
    --------
    >>> expected_months(np.array([[1.0, 0.5, 0.5]]), yearly=0.0).tolist()
    [1.25]
    """
    months = (survival[:, :-1] + survival[:, 1:]) / 2
    middle = np.arange(months.shape[1]) + 0.5
    return months @ (1 + yearly) ** (-middle / 12)


def waiting_cost(
    invoices: pd.DataFrame, true_days: pd.DataFrame, rates: pd.DataFrame, as_of: pd.Timestamp
) -> pd.Series:
    """What it costs to wait for the money of a customer's month, in EUR, by customer.

    Parameters
    ----------
    invoices : DataFrame
        The books' invoices; those of a second account count for the customer.
    true_days : DataFrame
        ``invoice_id`` and ``days_to_pay``, known beyond the close. What is never paid is a loss
        and no delay.
    rates : DataFrame
        ``currency``, ``month`` and ``to_reporting``.
    as_of : Timestamp

    Examples
    --------
    1,200 a month, paid after 36.5 days, at ten percent a year: 12 a month, with a day missing.

    >>> day = pd.Timestamp("2026-09-30")
    >>> twelve = pd.date_range("2025-10-01", periods=12, freq="MS")
    >>> invoices = pd.DataFrame({"invoice_id": range(12), "customer_id": "C-1",
    ...                          "issued_on": twelve, "amount": 1200.0, "currency": "EUR"})
    >>> days = pd.DataFrame({"invoice_id": range(12), "days_to_pay": 36.5})
    >>> rates = pd.DataFrame({"currency": ["EUR"], "month": [day], "to_reporting": [1.0]})
    >>> waiting_cost(invoices, days, rates, day).round(2).to_dict()
    {'C-1': 12.04}
    """  # fmt: skip
    recent = invoices[invoices["issued_on"] > as_of - pd.DateOffset(months=WINDOW_MONTHS)]
    recent = recent.merge(true_days, on="invoice_id")
    recent = recent[np.isfinite(recent["days_to_pay"])]
    closing = rates.sort_values("month").groupby("currency")["to_reporting"].last()
    years = recent["days_to_pay"] / 365
    cost = recent["amount"] * recent["currency"].map(closing) * years * DISCOUNT_RATE
    customer = recent["customer_id"].str.removesuffix("D").rename("customer_id")
    first = recent["issued_on"].groupby(customer).min()
    months = ((as_of - first).dt.days / 30.4375).clip(1.0, WINDOW_MONTHS)
    return cost.groupby(customer).sum() / months


def recent_months(world: World) -> Recent:
    """The last year of each customer, and how often its price rises."""
    people, end = world.population, world.months
    month = np.arange(end)[None, :]
    there = (month > people.acquired_month[:, None]) & (month <= world.left_month[:, None])
    last = slice(end - WINDOW_MONTHS, end)
    shocks = np.where(there, world.satisfaction.shocks[:, :end], np.nan)[:, last]
    surprises = np.where(there, world.surprises, np.nan)[:, last]
    settled = there & (month > people.acquired_month[:, None] + 12)
    chance = (world.contracts.rise[settled] > 0).mean() if settled.any() else 0.0
    return Recent(shocks, surprises, people.persona, np.full(len(people), chance))


def from_close(world: World, recent: Recent, who: np.ndarray) -> Ahead:
    """What lies ahead of the customers `who` on the day the books were closed."""
    end = world.months
    return look_ahead(
        world.streams, world.population.take(who), taken(recent, who), end,
        deviation=world.satisfaction.deviation[who], liquidity=world.liquidity[who],
        surprise=world.shock[who], rises=world.contracts.rise[who, end - 5 : end],
        first_shock=world.satisfaction.shocks[who, end], off=world.off,
    )  # fmt: skip


def when_won(world: World, recent: Recent) -> Ahead:
    """What would lie ahead of every customer were it won again at the close."""
    n = len(world.population)
    start = world.streams("won again").standard_normal((2, world.population.slots))
    start = start[:, world.population.slot]
    return look_ahead(
        world.streams, as_if_new(world.population, world.months), recent, world.months,
        deviation=EFFECTS.satisfaction_spread * start[0], liquidity=start[1],
        surprise=np.zeros(n), rises=np.zeros((n, 5)), first_shock=np.zeros(n), off=world.off,
    )  # fmt: skip


def taken(recent: Recent, who: np.ndarray) -> Recent:
    return Recent(**{f.name: getattr(recent, f.name)[who] for f in fields(recent)})

"""Scenarios of prices of a view: those kept by name, and what customers would do about them."""

from collections.abc import Sequence

import pandas as pd

import analyses.churn
import analyses.price_reaction
import analyses.pricing
from analyses.scope import Scope
from models.backbill import Backbill
from models.churn_outlook import ChurnOutlook
from models.personas import Personas
from models.price_reaction import PriceReaction
from models.price_scenarios import (
    MOST_SCENARIOS,
    PriceScenarios,
    compare_scenarios,
    read_scenario,
    scenario_record,
)
from models.pricing import MONTHS, PriceOutcome, PriceScenario, reprice
from models.refusal import Refusal
from models.simulated_reaction import SimulatedReaction
from warehouse.settings import Settings
from warehouse.workspace import Tables

__all__ = ["keep", "kept", "reacted", "remove", "run"]

PLACE = "scenario:pricing:"


def keep(settings: Settings, scenario: PriceScenario) -> None:
    """Keep a scenario under its name; one of the same name is replaced."""
    settings.put(PLACE + scenario.name, scenario_record(scenario))


def remove(settings: Settings, name: str) -> None:
    """Forget a scenario that was kept."""
    settings.remove(PLACE + name)


def kept(settings: Settings) -> tuple[dict[str, PriceScenario], dict[str, str]]:
    """Scenarios that somebody kept, by name; and of those that cannot be read, the reason."""
    found, unread = {}, {}
    for key, record in settings.items(PLACE).items():
        name = key.removeprefix(PLACE)
        try:
            found[name] = read_scenario(record)
        except ValueError as error:
            unread[name] = str(error)
    return found, unread


def reacted(
    outcome: PriceOutcome,
    reaction: PriceReaction,
    outlook: ChurnOutlook,
    customers: pd.DataFrame,
) -> tuple[SimulatedReaction, pd.DataFrame]:
    """What customers do about the bills of a scenario, with what each pays a month today.

    `outlook` is what `analyses.churn.outlook` gives and `customers` what
    `analyses.price_reaction.customers_now` does.
    """
    months = min(MONTHS, outlook.last_month)
    priced = outcome.customers.set_index("customer_id").reindex(customers["customer_id"])
    today = customers.set_index("customer_id")["monthly_value"]
    # Whoever has no tariff in the books keeps its bill.
    monthly = (priced["old"] / MONTHS).fillna(today).to_numpy()
    found = reaction.simulate(
        priced["ratio"].fillna(1.0).to_numpy(),
        analyses.price_reaction.base_hazards(outlook, months),
        monthly_bill=monthly,
        metered=customers["metered"],
        monthly_cost=(priced["cost"] / MONTHS).fillna(0.0).to_numpy(),
        begins=outcome.scenario.begins,
        months=months,
    )
    return found, customers.assign(monthly_value=monthly)


def run(
    tables: Tables,
    scope: Scope,
    scenarios: Sequence[PriceScenario],
    *,
    billed: Backbill | None = None,
    personas: Personas | None = None,
    reaction: PriceReaction | None = None,
) -> PriceScenarios:
    """Scenarios side by side, with the reaction where there is one; six at most.

    `billed` is what `analyses.pricing.backbill` gives, where it is at hand, and `personas` those
    that a scenario may be for.

    Raises
    ------
    Refusal
        If no scenario is for any contract with a tariff.
    """
    base = analyses.pricing.base_by_persona(tables, scope, billed=billed, personas=personas)
    outcomes, why = [], "No scenario was kept, so there is none to put beside another."
    for scenario in scenarios[:MOST_SCENARIOS]:
        try:
            outcomes.append(reprice(base, scenario))
        except Refusal as refusal:
            why = str(refusal)
    if not outcomes:
        raise Refusal(why)
    if reaction is None:
        return compare_scenarios(outcomes)
    outlook = analyses.churn.outlook(tables, scope)
    customers = analyses.price_reaction.customers_now(tables, scope, outlook=outlook)
    followed = [reacted(outcome, reaction, outlook, customers)[0] for outcome in outcomes]
    return compare_scenarios(outcomes, followed)

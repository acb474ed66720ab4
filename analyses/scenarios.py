"""Scenarios of a workspace: kept under a name, and valued on the company of a view."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

import analyses.roi
from analyses.roi import Company
from analyses.scope import Scope
from models.portfolio import Choice
from models.roi import Roi
from models.scenarios import Scenario, scenario_from_yaml, scenario_to_yaml
from warehouse.settings import Settings
from warehouse.workspace import Tables

__all__ = ["Valued", "beats", "comparison", "forget", "keep", "kept", "value"]

#: Where a workspace keeps them, each under a key of its own.
PLACE = "scenario:initiatives:"


@dataclass(frozen=True, eq=False)
class Valued:
    """A scenario's best choice under its budget, and what that is worth."""

    scenario: Scenario
    choice: Choice
    roi: Roi


def keep(settings: Settings, scenario: Scenario) -> None:
    """Keep a scenario; one of that name that is kept already is not written over.

    Raises
    ------
    ValueError
        If there is one.
    """
    if not settings.put_new(PLACE + scenario.name, scenario_to_yaml(scenario)):
        raise ValueError(
            f"A scenario called {scenario.name} is kept already. Choose another name, or remove "
            "that one first."
        )


def kept(settings: Settings) -> dict[str, str]:
    """Scenarios that are kept, by name, as `models.scenarios.scenario_to_yaml` writes them."""
    return {key.removeprefix(PLACE): text for key, text in settings.items(PLACE).items()}


def forget(settings: Settings, name: str) -> None:
    """Remove a scenario."""
    settings.remove(PLACE + name)


def value(tables: Tables, scope: Scope, *, found: Company, scenario: str) -> Valued:
    """What a scenario, written as YAML, is worth on the company of the view.

    Raises
    ------
    Refusal
        As `analyses.roi.plan`, or if nothing in it is worth doing.
    """
    read = scenario_from_yaml(scenario)
    choice, roi = analyses.roi.best(
        found, read.initiatives, scope.as_of, budget=read.budget, horizon=read.months,
        tax_rate=read.tax_rate, correlation=read.correlation,
    )  # fmt: skip
    return Valued(read, choice, roi)


def comparison(valued: Sequence[Valued]) -> pd.DataFrame:
    """One row a scenario, the one worth most first."""
    rows = [
        {
            "scenario": one.scenario.name, "months": one.roi.plan.horizon,
            "cost": one.choice.cost, "mean": one.roi.mean, "p10": one.roi.p10, "p50": one.roi.p50,
            "p90": one.roi.p90, "chance_of_loss": one.roi.chance_of_loss,
            "payback_months": one.roi.discounted_payback_months,
            "done": ", ".join(plan.title for plan in one.roi.plan.initiatives),
        }
        for one in valued
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    return table.sort_values(["mean", "scenario"], ascending=[False, True], ignore_index=True)


def beats(one: Valued, other: Valued) -> float:
    """Share of the draws, of the same luck for both, in which one is worth more than the other."""
    return float(np.mean(one.roi.npv > other.roi.npv))

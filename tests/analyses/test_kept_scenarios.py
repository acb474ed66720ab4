"""Scenarios of initiatives and of prices in one workspace: each kind by itself."""

import pytest

import analyses.price_scenarios
import analyses.scenarios
from models.pricing import PriceScenario
from models.roi_templates import TEMPLATES
from models.scenarios import Scenario, scenario_from_yaml
from warehouse.settings import Settings


@pytest.fixture
def settings():
    return Settings(":memory:")


@pytest.fixture
def plan():
    return Scenario("Plan", TEMPLATES[:2])


def test_scenarios_of_prices_are_none_of_initiatives(settings, plan):
    analyses.scenarios.keep(settings, plan)
    analyses.price_scenarios.keep(settings, PriceScenario("Five percent", use_change=0.05))
    [(name, text)] = analyses.scenarios.kept(settings).items()
    assert (name, scenario_from_yaml(text).name) == ("Plan", "Plan")
    prices, unread = analyses.price_scenarios.kept(settings)
    assert list(prices) == ["Five percent"]
    assert unread == {}


def test_a_scenario_of_initiatives_is_not_written_over(settings, plan):
    analyses.scenarios.keep(settings, plan)
    kept = analyses.scenarios.kept(settings)
    with pytest.raises(ValueError, match="is kept already"):
        analyses.scenarios.keep(settings, plan)
    assert analyses.scenarios.kept(settings) == kept

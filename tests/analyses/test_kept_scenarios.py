"""Scenarios of initiatives and of prices in one workspace: each kind by itself."""

import datetime as dt
from types import SimpleNamespace

import pytest

import analyses.price_scenarios
import analyses.pricing
import analyses.scenarios
from analyses.scope import Scope
from models.pricing import PriceScenario, reprice
from models.roi_templates import TEMPLATES
from models.scenarios import Scenario, scenario_from_yaml
from reports.build import kept_scenarios
from sample_data import generate
from tests.warehouse.frame_tables import FrameTables
from warehouse.settings import Settings

SCOPE = Scope(dt.date(2026, 3, 31))
FIVE = PriceScenario("Five percent", use_change=0.05)


@pytest.fixture
def settings():
    return Settings(":memory:")


@pytest.fixture
def plan():
    return Scenario("Plan", TEMPLATES[:2])


def test_scenarios_of_prices_are_none_of_initiatives(settings, plan):
    analyses.scenarios.keep(settings, plan)
    analyses.price_scenarios.keep(settings, FIVE)
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


@pytest.fixture(scope="module")
def tables():
    return FrameTables(generate(seed=5, n_customers=100, months=24).tables)


@pytest.fixture(scope="module")
def billed(tables):
    return analyses.pricing.backbill(tables, SCOPE)


def told(settings, tables, billed):
    """What a review of these tables tells of prices."""
    review = SimpleNamespace(scope=SCOPE, pricing=billed, price_reaction=None, personas=None)
    return kept_scenarios(SimpleNamespace(settings=settings), tables, review)


def test_a_review_tells_the_tariffs_that_are_kept_and_no_initiatives(
    settings, plan, tables, billed
):
    assert told(settings, tables, billed) is None
    analyses.scenarios.keep(settings, plan)
    assert told(settings, tables, billed) is None
    # One for customers by what is not known of these is left out, and stops nothing.
    lost = PriceScenario("Big ones", use_change=0.1, who={"persona": ("Big",)})
    for scenario in (lost, FIVE):
        analyses.price_scenarios.keep(settings, scenario)
    found = told(settings, tables, billed)
    assert found.table["scenario"].tolist() == ["Five percent"]
    alone = reprice(analyses.pricing.base(tables, SCOPE, billed=billed), FIVE)
    assert found.table["change"].tolist() == [alone.total("change")["value"]]
    assert alone.total("change")["value"] > 0
    analyses.price_scenarios.remove(settings, "Five percent")
    assert told(settings, tables, billed) is None
    assert told(settings, tables, None) is None

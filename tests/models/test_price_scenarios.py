"""Scenarios side by side: each row is its own outcome, and what is kept comes back the same."""

from decimal import Decimal

import numpy as np
import pytest

from models.charge import Charge
from models.price_scenarios import compare_scenarios, read_scenario, scenario_record
from models.pricing import PriceScenario, reprice
from models.rating import Tariff
from models.simulated_reaction import Effects, simulate_reaction
from tests.models.test_pricing import BANDED, base

OURS = base([50, 1000])


def reacted(outcome, theta=0.0):
    """A tenth more makes leaving exp(theta) times as likely."""
    ratio = outcome.customers["ratio"].to_numpy()
    value = {("leave_price", "bill", way): theta for way in ("up", "surprise", "further")}
    effects = Effects(value, {}, -1.0, 1.0, 0.5)
    return simulate_reaction(effects, ratio, np.full((2, 2), 0.01), monthly_bill=100.0, draws=2)


def test_each_row_says_what_its_own_outcome_does():
    # Banded (see test_pricing): 432 more for one, 3,888 less for the other. All up by a fifth
    # of (54 and 909 a month less own fees) is 20 % for both.
    outcomes = [reprice(OURS, PriceScenario("banded", tariff=BANDED)),
                reprice(OURS, PriceScenario("fifth", fee_change=0.2, use_change=0.2))]  # fmt: skip
    found = compare_scenarios(outcomes)
    table = found.table.set_index("scenario")
    assert table["change"].to_dict() == pytest.approx({"banded": -3456.0, "fifth": 0.2 * 12 * 963})
    assert table.loc["banded", ["pay_more", "pay_less", "over_25_percent"]].tolist() == [1, 1, 1]
    assert table.loc["fifth", ["pay_more", "pay_less", "over_25_percent"]].tolist() == [2, 0, 0]
    assert table.loc["fifth", "median_change"] == pytest.approx(0.2)
    # Without a reaction nothing is said of one.
    assert table["revenue"].isna().all()
    assert found.months is None
    assert found.n == 2


def test_with_the_reaction_each_has_its_own():
    outcome = reprice(OURS, PriceScenario("up", use_change=0.2))
    calm, angry = reacted(outcome), reacted(outcome, theta=1.0)
    found = compare_scenarios([outcome, outcome], [calm, angry])
    assert found.months == 12
    assert found.table["lost"].tolist() == [calm.of("customers_lost")["reaction"],
                                            angry.of("customers_lost")["reaction"]]  # fmt: skip
    assert found.table["lost"][1] > found.table["lost"][0] == 0
    assert found.table["revenue"][1] < found.table["revenue"][0]
    with pytest.raises(ValueError, match="2 scenarios and 1 reactions"):
        compare_scenarios([outcome, outcome], [calm])


def test_what_is_kept_comes_back_the_same():
    own = Tariff("Own", "EUR", (Charge("Use", "usage", unit_price=Decimal("0.05")),))
    for scenario in (
        PriceScenario("plain", fee_change=-0.1),
        PriceScenario("all", tariff=own, who={"persona": ("A", "B")}, starts_in=2, grandfathered=3,
                      cap=0.1, keep_discount=False, timing="in_advance"),
    ):  # fmt: skip
        assert read_scenario(scenario_record(scenario)) == scenario


def test_what_nobody_does_and_what_all_do_are_of_the_same_months():
    # A full year of it is in `change`; it begins after seven of the twelve months.
    outcome = reprice(OURS, PriceScenario("late", use_change=0.2, starts_in=3, grandfathered=4))
    ratio = outcome.customers["ratio"].to_numpy()
    effects = Effects({}, {}, -1.0, 1.0, 0.5)
    calm = simulate_reaction(
        effects, ratio, np.zeros((2, 2)), begins=outcome.scenario.begins,
        monthly_bill=outcome.customers["old"].to_numpy() / 12, draws=2,
    )  # fmt: skip
    found = compare_scenarios([outcome], [calm]).table.iloc[0]
    assert found["static"] == pytest.approx(found["change"] * 5 / 12)
    assert found["revenue"] == pytest.approx(found["static"])
    assert "in 3 months, old price kept 4 months" in found["what"]


@pytest.mark.parametrize("record", [
    {}, [], {"name": "x", "color": "red"}, {"name": "x", "who": 3}, {"name": "x", "cap": -1},
    {"name": "x", "cap": "much"}, {"name": "x", "tariff": "name: x"},
])  # fmt: skip
def test_what_is_no_scenario_is_said_to_be_none(record):
    with pytest.raises(ValueError, match="cannot be tried|Correct them|has no list of charges"):
        read_scenario(record)

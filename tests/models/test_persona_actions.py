"""A year of a losing persona under each action, worked by hand where the ranges are points."""

import numpy as np
import pandas as pd
import pytest

from models.persona_actions import Assumptions, simulate_actions
from models.refusal import Refusal

#: Every range a point: what follows can be worked by hand.
CERTAIN = Assumptions(
    price_rise=(0.1, 0.1), elasticity=(0.0, 0.0), leave_on_price=(0.2, 0.2),
    leave_on_terms=(0.0, 0.0), leave_on_charges=(0.0, 0.0), days_sooner=(36.5, 36.5),
    financing_rate=(0.1, 0.1), charged=(0.5, 0.5), avoidable=(0.75, 0.75),
)  # fmt: skip


def members(n=20, contribution=-200.0):
    return pd.DataFrame(
        {
            "active": True,
            "months_year": 12.0,
            "revenue_year": 1_000.0,
            "cost_of_goods_year": 900.0,
            "service_cost_year": 200.0,
            "support_cost_year": 80.0,
            "reminder_cost_year": 20.0,
            "contribution_year": contribution,
        },
        index=range(n),
    )


def test_each_action_is_worked_by_hand():
    found = simulate_actions(members(), "Bad", assumptions=CERTAIN, draws=50)
    value = found.table.set_index("action")["value"]
    # 20 customers lose 200 each.
    assert value["leave_as_is"] == pytest.approx(-4_000)
    # 100 more each is -100; a fifth leaves, and a quarter of the 300 of serving them stays.
    assert value["reprice"] == pytest.approx(20 * (-100 * 0.8 - 75 * 0.2))
    # A tenth of a year sooner on 1,000 at 10 %: 10 each.
    assert value["change_terms"] == pytest.approx(20 * -190)
    # Half of service and support: 140 each.
    assert value["change_billing_model"] == pytest.approx(20 * -60)
    assert value["stop_serving"] == pytest.approx(20 * -75)


def test_years_seen_in_part_are_brought_to_a_year():
    half = members().assign(
        months_year=6.0, contribution_year=-100.0, revenue_year=500.0, cost_of_goods_year=450.0
    )
    found = simulate_actions(half, "Bad", assumptions=CERTAIN, draws=50)
    assert found.table["value"].iloc[0] == pytest.approx(-4_000)


def test_no_sign_is_promised():
    """Where losses are small, stopping may save nothing, and the interval says so."""
    rows = members(contribution=-80.0)
    table = simulate_actions(rows, "Bad").table.set_index("action")
    assert table.loc["stop_serving", "change_low"] < 0 < table.loc["stop_serving", "change_high"]
    assert 0 < table.loc["stop_serving", "better"] < 1
    assert np.isnan(table.loc["leave_as_is", "better"])


def test_few_customers_are_decided_one_by_one():
    with pytest.raises(Refusal, match="one by one"):
        simulate_actions(members(9), "Bad")


def test_range_is_written_with_its_lower_end_first():
    with pytest.raises(ValueError, match="price_rise runs from"):
        Assumptions(price_rise=(0.2, 0.1))

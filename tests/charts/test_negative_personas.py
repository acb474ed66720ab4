"""Charts of negative personas draw the result as it stands."""

import datetime as dt

import pandas as pd
import pytest

from charts.negative_personas import action_dots, reason_bars, value_dots
from models.negative_personas import NegativePersonas
from models.negative_reasons import REASONS
from models.persona_actions import simulate_actions
from tests.models.test_persona_actions import members


@pytest.fixture
def negative():
    table = pd.DataFrame(
        {"persona": ["Good", "Bad"], "n": [90, 40], "value": [50.0, -20.0], "chance": [0.1, 0.95],
         "negative": [False, True]}
    )  # fmt: skip
    for end, by in (("low", -1.0), ("high", 1.0)):
        table[f"value_{end}"], table[f"chance_{end}"] = table["value"] + by, table["chance"]
    customers = pd.DataFrame({"customer_id": ["A"], "negative_persona": True, "value": -20.0})
    customers = customers.assign(**dict.fromkeys(REASONS, "")).assign(unhappy="NPS 1.0")
    return NegativePersonas(table, customers, 36, 130, 0, 0.95, dt.date(2026, 9, 30))


def drawn(chart):
    return pd.DataFrame(next(iter(chart.to_dict()["datasets"].values())))


def test_negative_persona_is_told_apart_and_each_has_its_interval(negative):
    rows = drawn(value_dots(negative, currency="EUR"))
    assert rows["kind"].tolist() == ["other", "negative"]
    assert rows[["value_low", "value_high"]].to_numpy().tolist() == [[49.0, 51.0], [-21.0, -19.0]]


def test_each_reason_has_a_bar_even_where_nobody_has_it(negative):
    assert drawn(reason_bars(negative))["n"].tolist() == [1, 0, 0, 0]


def test_each_action_is_drawn_in_its_order():
    actions = simulate_actions(members(), "Bad", draws=50)
    rows = drawn(action_dots(actions, currency="EUR"))
    assert rows["action"].tolist() == actions.table["action"].tolist()

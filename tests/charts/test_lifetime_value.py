"""Charts of lifetime value: each draws what the result holds."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from charts.lifetime_value import cause_bars, concentration_curve, flow_bars, group_dots
from models.customer_flows import FLOWS, customer_flows
from models.lifetime_value import fit_lifetime_value
from models.outlook import ConstantOutlook

ROWS = pd.DataFrame(
    {
        "customer_id": ["A", "B", "C"],
        "contribution": [400.0, 150.0, -60.0],
        "std_err": [20.0, 10.0, 5.0],
        "revenue": [900.0, 400.0, 300.0],
        "days_to_pay": [40.0, 30.0, 90.0],
        "bad_debt": [9.0, 4.0, 3.0],
    }
)
OUTLOOK = ConstantOutlook(
    ROWS["customer_id"].to_numpy(), ("price", "service"), np.full((3, 2), 0.01)
)


@pytest.fixture(scope="module")
def value():
    return fit_lifetime_value(ROWS, OUTLOOK, as_of=dt.date(2025, 6, 30), discount_rate=0.1,
                              financing_rate=0.1, churn_rate=0.02, n_draws=5)  # fmt: skip


def rows_of(chart):
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows]


def test_concentration_draws_the_best_first(value, draws):
    chart = concentration_curve(value)
    assert "Share of customers" in draws(chart)
    best = [row for row in rows_of(chart) if row["customers"] == pytest.approx(1 / 3)]
    assert best[0]["value"] > 0.7


@pytest.mark.parametrize("per_customer", [True, False])
def test_groups_have_their_value_and_the_baseline(value, draws, per_customer):
    groups = value.by(["East", "East", "West"])
    chart = group_dots(groups, currency="EUR", per_customer=per_customer)
    assert "East" in draws(chart)
    east = next(row for row in rows_of(chart) if row["group"] == "East")
    simple = value.customers["cltv_baseline"][:2].sum()
    assert east["simple"] == pytest.approx(simple / (2 if per_customer else 1))


def test_causes_show_what_they_take(value, draws):
    chart = cause_bars(value, currency="EUR")
    assert "Service" in draws(chart)
    assert sum(row["share"] for row in rows_of(chart)) == pytest.approx(
        1 - value.portfolio / value.certain
    )


def test_months_of_one_customer_add_up_to_its_value(value, draws):
    flows = customer_flows(value, OUTLOOK, ROWS, "A")
    chart = flow_bars(flows, currency="EUR")
    assert "Waiting for the money" in draws(chart)
    bars = [row["amount"] for row in rows_of(chart) if "term" in row]
    assert len(bars) == len(FLOWS) * 36
    assert sum(bars) == pytest.approx(value.customers["cltv"][0])

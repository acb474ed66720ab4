"""Unit economics worked by hand, and the laws they keep."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.expected_stay import ExpectedStay, fit_expected_stay
from models.refusal import Refusal
from models.segment_shrinkage import shrink_segments
from models.unit_economics import (
    COSTS,
    ESTIMATES,
    RATE,
    RATES,
    derived,
    fit_unit_economics,
    payback_months,
)

AS_OF = dt.date(2026, 9, 30)


def customers(n=400, *, seed=0, left_share=0.3):
    rng = np.random.default_rng(seed)
    tenure = rng.uniform(2, 40, n)
    rows = pd.DataFrame(
        {
            "customer_id": [f"C{i}" for i in range(n)],
            "persona": np.where(np.arange(n) % 8 == 0, "Costly", "Good"),
            "industry": np.where(np.arange(n) % 3 == 0, "Retail", "Energy"),
            "acquisition_cost": rng.gamma(4, 250, n),
            "onboarding_cost": 200.0,
            "months": np.minimum(tenure, 12.0),
            "tenure_months": tenure,
            "watched_months": tenure,
            "active": rng.random(n) >= left_share,
        }
    )
    rows["revenue"] = rows["months"] * rng.gamma(4, 25, n)
    for name in COSTS:
        rows[name] = 0.02 * rows["revenue"]
    rows["cost_of_goods"] = rows["revenue"] * np.where(rows["persona"] == "Costly", 1.1, 0.5)
    return rows.assign(contribution=rows["revenue"] - rows[list(COSTS)].sum(axis=1))


def fitted(rows, **options):
    return fit_unit_economics(rows, AS_OF, discount_rate=0.1, **options)


def worked(stay, *, cac, onboarding, margin, relative=1.0, horizon=36, discount=0.0):
    """The estimates that follow from rates, by name."""
    rate = np.full(len(RATES), 0.0)
    rate[0], rate[1] = cac, onboarding
    rate[RATE["contribution"]], rate[RATE["relative"]] = margin, relative
    return dict(zip(ESTIMATES, derived(rate, stay, horizon, discount), strict=True))


def leaving(monthly, months=60):
    """Everybody leaves at the same chance a month."""
    hazard = -np.log1p(-monthly) * np.arange(months + 1)
    return ExpectedStay(hazard, np.zeros(0), np.zeros(0))


def test_lifetime_value_is_that_of_the_published_example():
    # 100 a month, 97 of 100 stay each month, 10 % a year: 1,988.23 within 36 months.
    monthly = (1 + 0.10) ** (1 / 12) - 1
    found = worked(leaving(0.03), cac=500.0, onboarding=0.0, margin=100.0, discount=monthly)
    assert found["ltv"] == pytest.approx(1_988.23, abs=0.005)
    assert found["ltv_to_cac"] == pytest.approx(1_988.23 / 500, abs=1e-4)


def test_onboarding_is_taken_off_the_value_and_has_to_be_repaid():
    found = worked(leaving(0.0), cac=300.0, onboarding=150.0, margin=100.0, horizon=10)
    # Nobody leaves: ten payments less 150; 450 are repaid with the fifth payment.
    assert found["ltv"] == pytest.approx(850.0)
    assert found["payback_months"] == 5


def test_payback_counts_those_who_leave_and_may_be_never():
    # Half leave every month: 100, 50, 25 … add up to no more than 200.
    half = leaving(0.5)
    assert worked(half, cac=175.0, onboarding=0.0, margin=100.0)["payback_months"] == 3
    assert worked(half, cac=201.0, onboarding=0.0, margin=100.0)["payback_months"] == np.inf
    assert worked(half, cac=1.0, onboarding=0.0, margin=-5.0)["payback_months"] == np.inf


def test_simple_payback_divides_by_the_margin():
    # Read from left to right, 1200 / 200 * 0.5 would be 3 months.
    assert payback_months(1_200.0, 200.0, 0.5) == 12.0
    assert payback_months(1_200.0, 200.0, 0.25) > payback_months(1_200.0, 200.0, 0.5)


def test_customers_without_a_recorded_cost_are_not_won_for_nothing():
    rows = customers()
    known = rows["acquisition_cost"].mean()
    rows = pd.concat([rows, rows.assign(acquisition_cost=np.nan)], ignore_index=True)
    found = fitted(rows)
    assert found.everyone["cac"] == pytest.approx(known)
    assert found.n_without_cost == 400


def test_no_recorded_cost_refuses_the_ratio_and_keeps_the_rest():
    found = fitted(customers().assign(acquisition_cost=np.nan))
    by_id = {figure.id: figure for figure in found.figures()}
    assert by_id["unit_economics.cac"].value is None
    assert "acquisition_cost" in by_id["unit_economics.ltv_to_cac"].reason
    assert found.everyone["contribution"] > 0


def test_waterfall_adds_up_to_the_contribution_of_each_cell():
    rows = customers()
    found = fitted(rows, by=["persona"])
    for cell, parts in found.waterfall.groupby("cell"):
        mine = rows if cell == "everyone" else rows[rows["persona"] == cell]
        amount = parts.set_index("part")["amount"]
        assert amount.drop("contribution").sum() == pytest.approx(amount["contribution"])
        assert amount["contribution"] == pytest.approx(
            mine["contribution"].sum() / mine["months"].sum()
        )
        # Each bar begins where the one before it ended.
        assert parts["low"].iloc[1] == pytest.approx(parts["high"].iloc[2])


def test_cells_add_up_to_everyone():
    found = fitted(customers(), by=["persona", "industry"])
    assert found.table["n"].iloc[1:].sum() == found.everyone["n"] == 400
    assert found.table["cell"].iloc[1:].is_unique


def test_persona_that_costs_more_than_it_brings_never_pays_back():
    found = fitted(customers(1_600), by=["persona"]).table.set_index("cell")
    costly = found.loc["Costly"]
    assert costly["ltv_to_cac_high"] < 0
    assert np.isinf(costly["payback_months"])
    assert found.loc["Good", "ltv_to_cac_low"] > 0


def test_small_cell_is_suppressed_and_a_middling_one_drawn_to_everyone():
    rows = customers(1_000)
    rows["persona"] = np.select([np.arange(1_000) < 20, np.arange(1_000) < 100], ["S", "M"], "L")
    found = fitted(rows, by=["persona"]).table.set_index("cell")
    assert np.isnan(found.loc["S", "contribution"])
    assert "fewer than 30" in found.loc["S", "reason"]
    assert found.loc["M", "own_share"] < 1 == found.loc["L", "own_share"]


def test_customer_without_a_value_is_in_everyone_and_in_no_cell():
    rows = customers()
    rows.loc[:99, "persona"] = None
    found = fitted(rows, by=["persona"])
    assert found.everyone["n"] == 400
    assert found.table["n"].iloc[1:].sum() == 300


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (customers(20), "Only 20 customers"),
        (customers().assign(cost_of_goods=0.0), "taken for margin"),
        (customers().assign(active=True), "how long customers stay"),
    ],
)
def test_rows_that_cannot_carry_it_are_refused(rows, says):
    with pytest.raises(Refusal, match=says):
        fitted(rows)


def test_interval_holds_the_true_mean_as_often_as_it_says():
    true = 4 * 25 * (1 - 0.5 * 7 / 8 - 1.1 / 8 - 0.02 * 5)
    inside = [
        row["contribution_low"] <= true <= row["contribution_high"]
        for row in (fitted(customers(seed=seed), draws=100).everyone for seed in range(40))
    ]
    # 95 in 100; fewer than 33 of 40 would happen once in a thousand times.
    assert sum(inside) >= 33


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_leavings_expected_of_everyone_are_those_that_happened(seed):
    """A relative hazard of one is everyone's: the hazards by month account for each leaving."""
    rng = np.random.default_rng(seed)
    entry = rng.uniform(0, 10, 80) * (rng.random(80) < 0.4)
    tenure = entry + rng.exponential(12, 80) + 0.01
    left = rng.random(80) < 0.6
    stay = fit_expected_stay(entry, tenure, left)
    assert stay.expected.sum() == pytest.approx(left.sum())
    assert (np.diff(stay.cumulative) >= 0).all()


def test_customers_older_than_the_books_do_not_look_loyal():
    rng = np.random.default_rng(1)
    tenure = rng.exponential(20, 20_000)
    began = rng.uniform(0, 60, 20_000)
    # Only those still there when the books begin are in them.
    there = tenure > began
    stay = fit_expected_stay(began[there], tenure[there], np.ones(there.sum()))
    assert float(stay.staying(12)) == pytest.approx(np.exp(-12 / 20), abs=0.03)


def test_shrinking_keeps_large_cells_and_true_differences():
    rng = np.random.default_rng(0)
    true = np.array([10.0, 0.0, 20.0, 5.0])
    value = true[:, None]
    drawn = value + rng.normal(0, 0.1, (400, 4))[:, :, None]
    found = shrink_segments(value, drawn, np.array([900, 60, 60, 780]), below=200)
    # Differences of ten beside errors of a tenth are real: hardly anything is drawn in.
    assert found.value.ravel() == pytest.approx(true, abs=0.02)
    assert found.own_share[3] == 1.0


def test_new_customers_are_not_told_of_by_old_ones():
    # All were acquired two years before the books begin: a value over no month was told.
    tenure = np.linspace(24.5, 60, 200)
    with pytest.raises(Refusal, match="watched in their first month"):
        fit_expected_stay(np.full(200, 24.0), tenure, np.arange(200) % 4 == 0)

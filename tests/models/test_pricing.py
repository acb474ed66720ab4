"""Another tariff on everybody's own usage: the difference of two complete prices."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.charge import Charge, Tier
from models.complete_prices import complete_prices
from models.price_schedules import price_schedules
from models.pricing import PriceScenario, fit_price_base, reprice
from models.rating import Conventions, Tariff, rate_invoice
from models.refusal import Refusal
from tests.models.tariffs import tariffs

AS_OF = dt.date(2025, 6, 30)
FEE = Charge("Fee", "fixed", amount=Decimal(10))
OWN = Tariff("Own", "EUR", (FEE, Charge("Use", "usage", unit_price=Decimal(1))), Decimal(10))
BANDS = (Tier(Decimal(100), unit_price=Decimal(2)), Tier(unit_price=Decimal("0.5")))
BANDED = Tariff("Banded", "EUR", (Charge("Use", "tiered", tiers=BANDS),))


def base(quantities, tariffs=(OWN,), timing="in_arrears", rate=1.0):
    """One contract a customer, the same units in each of twelve months."""
    names = [f"K{i}" for i in range(len(quantities))]
    contracts = pd.DataFrame(
        {
            "contract_id": names,
            "customer_id": names,
            "name": names,
            "currency": "EUR",
            "place": np.arange(len(names)) % len(tariffs),
            "timing": timing,
            "industry": ["Retail" if i % 2 else "Energy" for i in range(len(names))],
            "billing_model": "usage",
        }
    )
    rows = pd.DataFrame(
        [
            {
                "contract_id": name, "customer_id": name, "month": month, "share": 1.0,
                "quantity": float(units), "cost": 1.0, "rate": rate, "timing": timing,
            }
            for name, units in zip(names, quantities, strict=True)
            for month in range(12)
        ]
    )  # fmt: skip
    return fit_price_base(rows, contracts, list(tariffs), AS_OF)


def test_winners_and_losers_are_the_difference_of_two_complete_prices():
    # 50 units: today (10 + 50) less 10 % is 54, banded 100 less the own 10 % is 90: 12 x 36 more.
    # 1,000 units: today 909, banded (200 + 450) less 10 % is 585: 12 x 324 less.
    outcome = reprice(base([50, 1000]), PriceScenario("banded", tariff=BANDED))
    assert outcome.customers["customer_id"].tolist() == ["K0", "K1"]
    assert outcome.customers["change"].tolist() == [432.0, -3888.0]
    assert (outcome.n_up, outcome.n_down) == (1, 1)
    assert outcome.total("change")["value"] == -3456.0
    # Cost stays as it is: 12 a customer.
    assert outcome.total("margin")["value"] == 12 * (90 + 585) - 24
    # Two customers are too few to be drawn again.
    assert np.isnan(outcome.total("change")["low"])


def test_own_discounts_go_where_they_are_not_kept():
    scenario = PriceScenario("banded", tariff=BANDED, keep_discount=False)
    assert reprice(base([50]), scenario).customers["new"].tolist() == [1200.0]


def test_a_cap_holds_for_every_invoice_and_no_bill_rises_by_more():
    outcome = reprice(base([50, 1000]), PriceScenario("c", tariff=BANDED, cap=0.25))
    assert outcome.customers["new"].tolist() == [12 * 67.50, 12 * 585.0]


def test_only_those_chosen_are_touched():
    outcome = reprice(
        base([50, 50]), PriceScenario("c", tariff=BANDED, who={"industry": ("Retail",)})
    )
    touched = outcome.customers.set_index("customer_id")
    assert touched["affected"].to_dict() == {"K0": False, "K1": True}
    assert touched.loc["K0", "change"] == 0
    with pytest.raises(Refusal, match="No contract with a tariff is chosen"):
        reprice(base([50]), PriceScenario("c", tariff=BANDED, who={"industry": ("Mining",)}))


def test_a_fee_of_every_invoice_is_no_tariff_to_be_replaced():
    with pytest.raises(Refusal, match="No contract"):
        reprice(base([0], timing="every_invoice"), PriceScenario("c", tariff=BANDED))


@settings(max_examples=12)
@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=6), st.sampled_from([OWN, BANDED]))
def test_the_tariff_of_today_changes_nothing(quantities, tariff):
    ours = base(quantities, (tariff,))
    for scenario in (
        PriceScenario("same"),
        PriceScenario("itself", tariff=tariff),
        PriceScenario("capped", cap=0.0),
    ):
        assert reprice(ours, scenario).customers["change"].tolist() == [0.0] * len(quantities)


@settings(max_examples=40)
@given(tariffs(), st.integers(0, 30_000), st.integers(1, 1000).map(lambda n: n / 1000))
def test_arrays_and_the_invoice_shown_come_to_the_same_with_discount_minimum_and_rounding(
    tariff, units, share
):
    rows = pd.DataFrame({"quantity": [float(units)], "share": [share]})
    [total] = complete_prices(rows, [tariff], np.array([0]))
    shown = rate_invoice(
        replace(tariff, tax_percent=Decimal(0)),
        {"use": Decimal(units)},
        share=Decimal(str(share)),
    )
    assert total == pytest.approx(float(shown.total), abs=1e-6)


def test_half_cents_go_to_the_even_cent_where_the_tariff_says_so():
    # 5 % of 2.50 is 12.5 cents off: 13 by half up, 12 to the even one. Up to the minimum of
    # 4.005 are missing 163.5 cents after 13 off, 162.5 after 12: 164 up, and 162 to the even.
    bills = {("half_up", None): 2.37, ("half_even", None): 2.38,
             ("half_up", "4.005"): 4.01, ("half_even", "4.005"): 4.0}  # fmt: skip
    for (rounding, least), bill in bills.items():
        tariff = Tariff(
            "T", "EUR", (Charge("Fee", "fixed", amount=Decimal("2.50")),), Decimal(5),
            minimum=None if least is None else Decimal(least),
            conventions=Conventions(rounding=rounding),
        )  # fmt: skip
        rows = pd.DataFrame({"quantity": [0.0], "share": [1.0]})
        assert complete_prices(rows, [tariff], np.array([0])).tolist() == [bill]
        assert float(rate_invoice(tariff, {}).total) == bill


@settings(max_examples=12)
@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=6), st.floats(0.0, 0.5))
def test_dearer_use_makes_no_bill_smaller_and_customers_add_up(quantities, rise):
    outcome = reprice(base(quantities, (OWN, BANDED)), PriceScenario("up", use_change=rise))
    assert (outcome.customers["change"] >= 0).all()
    difference = (outcome.rows["new"] - outcome.rows["old"]).sum()
    assert outcome.total("change")["value"] == pytest.approx(difference, abs=1e-6)


def test_the_interval_is_of_customers_drawn_again():
    rng = np.random.default_rng(3)
    outcome = reprice(base(rng.integers(1, 500, 60)), PriceScenario("up", use_change=0.1))
    change = outcome.total("change")
    spread = outcome.customers["change"].std() * np.sqrt(60)
    assert change["low"] < change["value"] < change["high"]
    # About four standard errors of a sum wide.
    assert (change["high"] - change["low"]) / spread == pytest.approx(3.92, rel=0.15)


def test_earned_billed_and_paid_are_three_schedules():
    # 100 units at .1 more, less 10 %: 9 a month, billed a month later; half is paid in the month
    # of issue and .4 in the next, a tenth never.
    outcome = reprice(base([100]), PriceScenario("up", use_change=0.1))
    schedules = price_schedules(outcome, [0.5, 0.4])
    wide = schedules.table.pivot(index="month", columns="flow", values="difference")
    assert wide["revenue"].tolist() == pytest.approx([9.0] * 12)
    assert wide["billing"].tolist() == pytest.approx([0.0] + [9.0] * 11)
    assert wide["cash"].tolist() == pytest.approx([0.0, 4.5] + [8.1] * 10)
    assert schedules.working_capital == pytest.approx(99 - 85.5)


def test_fees_billed_in_advance_come_a_month_earlier_and_use_does_not():
    # A fee of 10 and 100 units at 1, less 10 %: 9 and 90. The first fee is billed at once, so
    # twelve fees and eleven times use instead of eleven of both: 9 more, paid half at once.
    early = reprice(base([100]), PriceScenario("early", timing="in_advance"))
    assert early.total("change")["value"] == 0.0
    schedules = price_schedules(early, [0.5, 0.5])
    wide = schedules.table.pivot(index="month", columns="flow", values="difference")
    assert wide["revenue"].tolist() == pytest.approx([0.0] * 12)
    assert wide["billing"].tolist() == pytest.approx([9.0] + [0.0] * 11)
    assert wide["cash"].tolist() == pytest.approx([4.5, 4.5] + [0.0] * 10)
    # And back again: what is billed in advance today is billed a month later.
    late = reprice(base([100], timing="in_advance"), PriceScenario("late", timing="in_arrears"))
    assert price_schedules(late, [1.0]).total("billing") == pytest.approx(-9.0)


def test_old_prices_that_are_kept_and_a_later_start_put_it_off():
    outcome = reprice(
        base([100]), PriceScenario("up", use_change=0.1, starts_in=2, grandfathered=3)
    )
    schedules = price_schedules(outcome, [1.0])
    revenue = schedules.table[schedules.table["flow"] == "revenue"]["difference"]
    assert revenue.tolist() == pytest.approx([0.0] * 5 + [9.0] * 7)
    # A full year at the new price stays what it is.
    assert outcome.total("change")["value"] == pytest.approx(108.0)


def test_shares_paid_of_more_than_all_are_refused():
    with pytest.raises(ValueError, match="more would be paid than was billed"):
        price_schedules(reprice(base([1]), PriceScenario("x")), [0.9, 0.2])


@pytest.mark.parametrize("wrong", [{"use_change": -1.5}, {"cap": -0.1}, {"starts_in": -1},
                                   {"timing": "at_dawn"}])  # fmt: skip
def test_a_scenario_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="The scenario 'x'"):
        PriceScenario("x", **wrong)


def test_contracts_without_a_tariff_are_left_out_and_counted():
    contracts = base([1]).contracts.assign(place=-1)
    with pytest.raises(Refusal, match="None of the 1 contracts has both a tariff"):
        fit_price_base(base([1]).rows.drop(columns="old"), contracts, [OWN], AS_OF)

"""Asks: each is what its result says, the most money first, and refused results ask for nothing."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.asks import BILL_WITHIN, Found, asks
from models.working_capital import WorkingCapital, fit_billing_delays
from tests.models.test_working_capital import deliveries

AS_OF = dt.date(2025, 6, 30)


def of(**results):
    return asks(SimpleNamespace(**{**dict.fromkeys(Found.__annotations__), **results}))


def test_sooner_billing_moves_days_sales_outstanding_by_the_cash_it_sets_free():
    capital = WorkingCapital(1_000.0, 50.0, 42.5, 0.08, 900, AS_OF)
    delays = fit_billing_delays(deliveries(np.random.default_rng(1), follows=1.0), AS_OF)
    [ask] = of(working_capital=capital, billing_delays=delays)
    cash, low, high = delays.released(BILL_WITHIN)
    assert (ask.value, ask.low, ask.high) == pytest.approx((cash, low, high))
    # A day of sales is 1,000, so each 1,000 set free is a day less.
    assert ask.change == pytest.approx(-cash / 1_000)
    assert (ask.basis, ask.confidence) == ("measured", delays.confidence)


def test_initiatives_have_the_interval_of_their_figure():
    plan = SimpleNamespace(initiatives=[SimpleNamespace(title="Simpler refunds")], horizon=36)
    [ask] = of(roi=SimpleNamespace(mean=10.0, p10=-2.0, p90=20.0, plan=plan))
    assert (ask.value, ask.low, ask.high, ask.months) == (10.0, -2.0, 20.0, 36)
    assert ask.about == ("Simpler refunds",)


def test_what_is_worth_nothing_is_not_asked_for():
    plan = SimpleNamespace(initiatives=[], horizon=36)
    assert of(roi=SimpleNamespace(mean=-1.0, p10=-2.0, p90=0.0, plan=plan)) == ()


def test_cause_that_costs_most_is_asked_for_only_where_it_is_ours():
    causes = pd.DataFrame(
        {
            "cause": ["not_explained", "noted: cash", "slow_answer", "late_delivery"],
            "amount": [900.0, 700.0, 80.0, 300.0],
            "whose": ["not explained", "theirs", "ours", "ours"],
            "low": np.nan,
            "high": np.nan,
        }
    )
    [ask] = of(poor_experience=SimpleNamespace(causes=causes))
    assert (ask.about, ask.value, ask.change) == (("Late delivery",), 300.0, -300.0)
    assert of(poor_experience=SimpleNamespace(causes=causes[causes["whose"] != "ours"])) == ()


def test_estimated_cost_has_its_interval_and_counts_as_what_it_is_at_least():
    causes = pd.DataFrame(
        {
            "cause": ["bill_shock", "late_delivery", "slow_answer"],
            "amount": [900.0, 500.0, 300.0],
            "whose": "ours",
            "low": [-400.0, 350.0, np.nan],
            "high": [2_200.0, 650.0, np.nan],
        }
    )
    ledger = SimpleNamespace(causes=causes, confidence=0.95)
    [ask] = of(poor_experience=ledger)
    assert ask.about == ("Late delivery",)
    assert (ask.value, ask.low, ask.high, ask.basis) == (500.0, 350.0, 650.0, "estimated")


def test_first_contacts_are_as_many_as_a_day_has_room_for():
    reached = pd.DataFrame({"contacts": range(1, 31), "within_reach": np.arange(1.0, 31.0)})
    [ask] = of(watchlist=SimpleNamespace(reached=lambda: reached))
    assert (ask.value, ask.about, ask.basis) == (20.0, ("20",), "assumed")
    [few] = of(watchlist=SimpleNamespace(reached=lambda: reached.head(3)))
    assert (few.value, few.about) == (3.0, ("3",))


def test_most_money_comes_first():
    causes = pd.DataFrame({"cause": ["billing", "price"], "lost": [500.0, 9_000.0]})
    value = SimpleNamespace(causes=causes, terms=SimpleNamespace(horizon=24))
    reached = pd.DataFrame({"contacts": [1], "within_reach": [600.0]})
    watchlist = SimpleNamespace(reached=lambda: reached)
    found = of(lifetime_value=value, watchlist=watchlist)
    assert [(ask.kind, ask.value) for ask in found] == [
        ("contact_first", 600.0), ("keep_from_billing", 500.0),
    ]  # fmt: skip
    assert found[1].months == 24

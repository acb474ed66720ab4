"""Lifetime value: worked by hand, and the laws that any value obeys."""

import datetime as dt
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.customer_flows import FLOWS, customer_flows
from models.lifetime_value import fit_lifetime_value
from models.outlook import ConstantOutlook
from models.refusal import Refusal
from models.value_terms import (
    Terms,
    customer_lifetime_value,
    monthly_rate,
    retention_elasticity,
)

AS_OF = dt.date(2025, 6, 30)
RATES = {"discount_rate": 0.10, "financing_rate": 0.10, "churn_rate": 0.03, "n_draws": 0}

margins = st.floats(-1_000, 5_000)
chances = st.floats(0, 0.2)
law = settings(max_examples=25)


class Drawn(ConstantOutlook):
    """Chances that are known to a tenth only, up and down for everyone alike."""

    def drawn(self, rng):
        off = float(np.clip(1 + 0.1 * rng.standard_normal(), 0.5, 1.5))
        return Drawn(self.customer_id, self.causes, self.monthly * off, self.last_month)


def customers(contribution, *, std_err=0.0, revenue=None, days_to_pay=0.0):
    contribution = np.atleast_1d(np.asarray(contribution, float))
    return pd.DataFrame(
        {
            "customer_id": [f"C-{i}" for i in range(len(contribution))],
            "contribution": contribution,
            "std_err": std_err,
            "revenue": contribution if revenue is None else revenue,
            "days_to_pay": days_to_pay,
            "bad_debt": 0.0,
        }
    )


def outlook(monthly, causes=("price", "service"), kind=ConstantOutlook):
    monthly = np.atleast_2d(np.asarray(monthly, float))
    return kind(np.array([f"C-{i}" for i in range(len(monthly))]), causes[: monthly.shape[1]],
                monthly)  # fmt: skip


def value_of(rows, ahead, **options):
    return fit_lifetime_value(rows, ahead, as_of=AS_OF, **(RATES | options))


def test_value_by_hand():
    # Two months at 21 % a year, half leave in each: 100·0.75/1.21^(1/24) + 100·0.375/1.21^(3/24).
    value = value_of(customers(100), outlook([[0.3, 0.2]]), horizon=2, discount_rate=0.21)
    assert value.portfolio == pytest.approx(75 / 1.21 ** (1 / 24) + 37.5 / 1.21 ** (3 / 24))
    # Paid on first days: 100 today and 50 in a month. On last days: 50 and 25.
    assert value.with_first_payment == pytest.approx(100 + 50 / 1.21 ** (1 / 12))
    by_hand = 50 / 1.21 ** (1 / 12) + 25 / 1.21 ** (2 / 12)
    assert value.without_first_payment == pytest.approx(by_hand)
    assert value.certain == pytest.approx(100 / 1.21 ** (1 / 24) + 100 / 1.21 ** (3 / 24))
    assert value.customers["months"].item() == pytest.approx(1.125)
    # The baseline takes 3 % to leave and does not discount: 100·(1 + 0.97).
    assert value.baseline == pytest.approx(197)


def test_fixtures_of_the_handbook_to_the_cent():
    # 100 a month, 97 % stay, 10 % a year.
    assert round(customer_lifetime_value(100, 0.97, 0.10), 2) == 2654.37
    assert round(customer_lifetime_value(100, 0.97, 0.10, first_payment=False), 2) == 2554.37
    assert round(customer_lifetime_value(100, 0.97, 0.10, horizon=36), 2) == 1988.23
    assert round(monthly_rate(0.10), 7) == 0.0079741
    value = value_of(customers(100), outlook([[0.02, 0.01]]))
    assert round(value.with_first_payment, 2) == 1988.23
    rarely = ConstantOutlook(np.array(["C-0"]), ("price",), np.array([[0.03]]), 120)
    long = value_of(customers(100), rarely, horizon=120)
    assert long.without_first_payment == pytest.approx(
        customer_lifetime_value(100, 0.97, 0.10, horizon=120, first_payment=False)
    )


def test_elasticity_of_retention_depends_on_retention():
    assert round(retention_elasticity(0.9, 0.12), 2) == 5.09
    assert round(retention_elasticity(0.8, 0.12), 2) == 3.50
    # The derivative of m·r/(1 + i - r), by differences.
    value, step = (lambda r: r / (1.12 - r)), 1e-6
    slope = (value(0.9 + step) - value(0.9 - step)) / (2 * step) * 0.9 / value(0.9)
    assert retention_elasticity(0.9, 0.12) == pytest.approx(slope)


def test_waiting_for_the_money_costs_its_financing():
    # 73 days of a revenue of 1,000 at 10 % a year: 20 a month.
    waits = value_of(customers(300, revenue=1_000, days_to_pay=73.0), outlook([[0.0, 0.0]]))
    assert waits.customers["payment"].item() == pytest.approx(280)
    unknown = value_of(customers(300, revenue=1_000, days_to_pay=np.nan), outlook([[0.0, 0.0]]))
    assert unknown.customers["payment"].item() == pytest.approx(300)


@law
@given(margin=margins, leaves=chances, low=st.floats(0, 0.5), more=st.floats(0.01, 0.5))
def test_value_falls_in_size_as_the_discount_rises(margin, leaves, low, more):
    ahead = outlook([[leaves]])
    here, there = (
        abs(value_of(customers(margin), ahead, discount_rate=d, financing_rate=0.0).portfolio)
        for d in (low, low + more)
    )
    assert there <= here


@law
@given(margin=margins, leaves=st.lists(chances, min_size=3, max_size=3))
def test_value_and_what_each_cause_takes_add_up_to_that_of_certain_payments(margin, leaves):
    ahead = outlook([leaves], causes=("price", "billing", "service"))
    value = value_of(customers(margin), ahead)
    assert value.portfolio + value.causes["lost"].sum() == pytest.approx(value.certain, abs=1e-6)
    assert value.months["value"].sum() == pytest.approx(value.portfolio, abs=1e-6)
    assert value.customers["cltv"].sum() == pytest.approx(value.portfolio, abs=1e-6)


@law
@given(margin=margins, horizon=st.integers(1, 60))
def test_who_never_leaves_is_an_annuity(margin, horizon):
    value = value_of(customers(margin), outlook([[0.0]]), horizon=horizon)
    i = monthly_rate(0.10)
    due = margin * (1 - (1 + i) ** -horizon) / i
    assert value.without_first_payment == pytest.approx(due, abs=1e-6)
    assert value.portfolio == pytest.approx(due * (1 + i) ** 0.5, abs=1e-6)
    assert value.with_first_payment == pytest.approx(due * (1 + i), abs=1e-6)


@law
@given(leaves=chances)
def test_who_costs_more_than_it_brings_has_a_value_below_zero(leaves):
    value = value_of(customers([-50, 80]), outlook([[leaves], [leaves]]))
    assert value.customers["cltv"][0] < 0 < value.customers["cltv"][1]
    shorter = value_of(customers([-50, 80]), outlook([[leaves + 0.1], [leaves + 0.1]]))
    # Leaving earlier, it costs less.
    assert shorter.customers["cltv"][0] > value.customers["cltv"][0]


@law
@given(st.lists(margins, min_size=2, max_size=6), st.sampled_from([0.0, 0.03]))
def test_groups_add_up_to_the_portfolio(contributions, growth):
    n = len(contributions)
    value = value_of(customers(contributions), outlook([[0.02]] * n), growth=growth)
    table = value.by(["a" if i % 2 else "b" for i in range(n)])
    assert table["value"].sum() == pytest.approx(value.portfolio, abs=1e-6)
    assert table["n"].sum() == n


def test_one_customer_opens_into_months_and_terms():
    rows = customers([300, 500], revenue=[1_000, 900], days_to_pay=[40, 10], std_err=20.0)
    rows["bad_debt"] = [15.0, 0.0]
    ahead = outlook([[0.02, 0.01], [0.01, 0.0]])
    value = value_of(rows, ahead, growth=0.05)
    flows = customer_flows(value, ahead, rows, "C-0")
    assert flows["value"].sum() == pytest.approx(value.customers["cltv"][0])
    first = flows.iloc[0]
    grown = 1.05 ** (1 / 24)
    assert first["revenue"] == pytest.approx(1_000 * grown)
    assert first["bad_debt"] == pytest.approx(-15 * grown)
    assert first["financing"] == pytest.approx(-1_000 * 40 / 365 * 0.1 * grown)
    assert first[list(FLOWS)].sum() == pytest.approx(value.customers["payment"][0] * grown)
    with pytest.raises(ValueError, match="C-9 is not valued on this view"):
        customer_flows(value, ahead, rows, "C-9")


def test_point_of_retention_is_what_a_hundredth_more_is_worth():
    ahead = outlook([[0.03]] * 3)
    value = value_of(customers([100, 200, 300]), ahead)
    # One in a hundred more through a year: 1 - h' with (1 - h')^12 = 0.97^12 + 0.01.
    stays = (0.97**12 + 0.01) ** (1 / 12)
    better = value_of(customers([100, 200, 300]), outlook([[1 - stays]] * 3))
    gained = better.portfolio - value.portfolio
    assert value.point_of_retention == pytest.approx(gained, rel=0.02)


def test_interval_holds_the_value_as_often_as_it_says():
    # 40 customers; margins known to 30, chances to a tenth: does the interval hold the truth?
    rng = np.random.default_rng(1)
    truth_m, held, held_one, worlds = rng.uniform(50, 400, 40), 0, 0, 60
    for world in range(worlds):
        rows = customers(truth_m + 30 * rng.standard_normal(40), std_err=30.0)
        off = float(np.clip(1 + 0.1 * rng.standard_normal(), 0.5, 1.5))
        short = {"financing_rate": 0.0, "horizon": 6}
        drawn = outlook([[0.03 * off]] * 40, kind=Drawn)
        found = value_of(rows, drawn, random_state=world, **short | {"n_draws": 40})
        truth = value_of(customers(truth_m), outlook([[0.03]] * 40), **short)
        held += found.low <= truth.portfolio <= found.high
        held_one += (
            found.customers["cltv_low"][0]
            <= truth.customers["cltv"][0]
            <= found.customers["cltv_high"][0]
        )
    # Below this in one of a thousand runs of 60 worlds at .95.
    assert held / worlds >= 0.85
    assert held_one / worlds >= 0.85


def test_draws_and_chances_agree_with_the_interval():
    rows = customers([20, 200], std_err=[40.0, 5.0])
    value = value_of(rows, outlook([[0.03]] * 2, kind=Drawn), n_draws=400)
    draws = np.array(list(value.draws(np.random.default_rng(0))))
    assert draws.std(axis=0) == pytest.approx(value.customers["std_err"].to_numpy(), rel=0.15)
    assert value.chance_below(0.0) == pytest.approx((draws < 0).mean(axis=0), abs=0.05)
    sure = value_of(customers([-20, 200]), outlook([[0.03]] * 2), n_draws=2)
    assert sure.chance_below(0.0).tolist() == [1.0, 0.0]


def test_without_draws_there_is_a_value_and_no_interval():
    value = value_of(customers(100), outlook([[0.03]]), n_draws=0)
    assert value.customers["cltv_low"].isna().all()
    portfolio = value.figures()[0]
    assert portfolio.value == pytest.approx(value.portfolio)
    assert (portfolio.low, portfolio.high, portfolio.confidence) == (None, None, None)


def test_share_beyond_the_books_is_said():
    ahead = outlook([[0.0]])
    value = value_of(customers(100), ahead, horizon=4, discount_rate=0.0, followed_months=3.0)
    assert value.share_beyond == pytest.approx(0.25)
    assert value_of(customers(100), ahead, followed_months=60.0).share_beyond == 0


def test_concentration_ends_at_the_whole():
    value = value_of(customers([500, 300, 100, -100]), outlook([[0.02]] * 4))
    curve = value.concentration()
    # 5/8, 8/8, 9/8 and 8/8 of the value lie with a quarter, half, three quarters and all.
    assert curve["value"].tolist() == pytest.approx([0, 5 / 8, 1, 9 / 8, 1])
    assert curve["customers"].tolist() == [0, 0.25, 0.5, 0.75, 1]


def test_order_of_the_margins_changes_nothing():
    ahead = outlook([[0.02], [0.05], [0.01]])
    rows = customers([100, 200, 300])
    here, there = value_of(rows, ahead), value_of(rows.iloc[::-1], ahead)
    pd.testing.assert_frame_equal(here.customers, there.customers)


def test_walk_never_holds_customers_times_months():
    n, months = 150_000, 60
    rows, ahead = customers(np.full(n, 100.0)), outlook([[0.02]] * n)
    tracemalloc.start()
    value = value_of(rows, ahead, horizon=months, n_draws=3)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Never customers × months: half of that holds all columns, draws and what is passing.
    assert most < n * months * 8 / 2
    assert value.factor_draws.nbytes == 3 * n * 4


def test_customer_without_margins_is_the_callers_mistake():
    with pytest.raises(ValueError, match="1 customers have chances of leaving but no margins"):
        value_of(customers([100]), outlook([[0.02], [0.02]]))
    with pytest.raises(ValueError, match="no column revenue"):
        value_of(customers([100]).drop(columns="revenue"), outlook([[0.02]]))


def test_nobody_and_unknown_margins_are_refused():
    nobody = ConstantOutlook(np.array([]), ("price",), np.empty((0, 1)))
    with pytest.raises(Refusal, match="nothing to value"):
        value_of(customers([100]), nobody)
    with pytest.raises(Refusal, match="margin of 1 customers is not known"):
        value_of(customers([np.nan]), outlook([[0.02]]))
    with pytest.raises(Refusal, match="longer than the 60 months"):
        value_of(customers([100]), outlook([[0.02]]), horizon=61)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"horizon": 0}, "horizon of 0 months"),
        ({"discount_rate": 10.0}, "discount rate is 10 a year"),
        ({"financing_rate": -0.1}, "financing rate is -0.1"),
        ({"growth": 12.0}, "grow by 12"),
    ],
)
def test_impossible_terms_are_named(wrong, says):
    with pytest.raises(ValueError, match=says):
        Terms(**({"horizon": 36, "discount_rate": 0.1, "financing_rate": 0.1} | wrong))


def test_impossible_churn_rate_is_named():
    with pytest.raises(ValueError, match="churn rate of 1.2 is no share"):
        value_of(customers([100]), outlook([[0.02]]), churn_rate=1.2)
    with pytest.raises(ValueError, match="never leaves is worth an endless sum"):
        customer_lifetime_value(100, 1.0, 0.0)
    assert customer_lifetime_value(100, 1.0, 0.0, horizon=3) == 300


def test_customers_are_valued_alike_whoever_is_taken_through_the_months_with_them(monkeypatch):
    rng, n = np.random.default_rng(5), 23
    outlook = ConstantOutlook(
        np.arange(n), ("price", "service"), rng.uniform(0, 0.1, (n, 2)), last_month=24
    )
    rows = pd.DataFrame({"customer_id": np.arange(n), "contribution": rng.normal(100, 60, n),
                         "std_err": 5.0, "revenue": 150.0, "days_to_pay": 30.0})  # fmt: skip
    options = {"as_of": dt.date(2025, 6, 30), "horizon": 24, "discount_rate": 0.1,
               "financing_rate": 0.08, "churn_rate": 0.03}  # fmt: skip
    whole = fit_lifetime_value(rows, outlook, **options)
    monkeypatch.setattr("models.value_walk.AT_A_TIME", 7)
    parts = fit_lifetime_value(rows, outlook, **options)
    # By the definition: what a month brings, times the mean of being there at its two ends.
    gone = outlook.monthly.sum(axis=1)[:, None]
    there = (1 - gone) ** np.arange(25)
    by_hand = whole.customers["payment"] * (
        (there[:, :-1] + there[:, 1:]) / 2 @ whole.terms.weights()
    )
    for found in (whole, parts):
        np.testing.assert_allclose(found.customers["cltv"], by_hand, rtol=1e-12)
        lost = found.causes["lost"].sum()
        assert found.certain - lost == pytest.approx(found.portfolio, rel=1e-12)
    for name in ("months", "causes"):
        one, other = (getattr(found, name).select_dtypes("number") for found in (whole, parts))
        np.testing.assert_allclose(one, other, rtol=1e-12)
    assert parts.point_of_retention == pytest.approx(whole.point_of_retention, rel=1e-9)

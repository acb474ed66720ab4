"""The reaction to a bill: found where it is, assumed and said so where it is not, then played."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.price_reaction import OUTCOMES, RANGES, Assumption, fit_price_reaction
from models.price_reaction_rows import reaction_rows
from models.refusal import Refusal
from models.simulated_reaction import Effects, simulate_reaction

AS_OF = dt.date(2025, 12, 31)
MONTHS = pd.date_range("2024-01-01", periods=24, freq="MS")
NONE = Effects({}, {}, -0.5, 0.5, 0.4)


def company(n=120, *, seed=0):
    """Bills that vary by a fifth, now and then one half above; paid after 30 days, and later."""
    rng = np.random.default_rng(seed)
    factor = np.exp(0.05 * rng.standard_normal((n, 24)))
    spike = rng.random((n, 24)) < 0.08
    level = rng.lognormal(5, 1, n)[:, None]
    who = np.repeat([f"C{i:03d}" for i in range(n)], 24)
    issued = np.tile(MONTHS + pd.Timedelta(days=2), n)
    late = (12 * spike + rng.integers(0, 5, (n, 24))).ravel()
    bills = pd.DataFrame(
        {
            "invoice_id": [f"I{i}" for i in range(24 * n)], "customer_id": who,
            "contract_id": who, "currency": "EUR",
            "issued_on": issued, "due_on": issued + pd.Timedelta(days=30),
            "amount": (level * factor * np.where(spike, 1.5, 1.0)).ravel(),
            "paid_on": issued + pd.to_timedelta(30 + late, unit="D"),
        }
    )  # fmt: skip
    asked = pd.DataFrame(
        {
            "customer_id": who,
            "begins": np.tile(MONTHS, n),
            "asked": (spike.ravel() + rng.poisson(0.3, 24 * n)).astype(float),
        }
    )
    return bills, asked[asked["asked"] > 0]


@pytest.fixture(scope="module")
def fitted():
    bills, asked = company()
    why = {"score": "There are no surveys."}
    return fit_price_reaction(bills, AS_OF, asked=asked, missing=why)


def test_triggers_of_one_customer_by_hand():
    months = MONTHS[:9]
    bills = pd.DataFrame(
        {
            "customer_id": "A", "currency": "EUR", "issued_on": months,
            "amount": [100, 100, 100, 100, 100, 110, 160, 80, 100.0],
        }
    )  # fmt: skip
    steps = pd.DataFrame(
        {"customer_id": ["A"], "begins": [months[6]], "announced_on": [months[5]],
         "price_ratio": [1.05]}
    )  # fmt: skip
    rows = reaction_rows(bills, steps, dt.date(2024, 9, 30))
    columns = {name: grid[0].round(9).tolist() for name, grid in rows.columns.items()}
    assert rows.known[0].tolist() == [False] * 4 + [True] * 5
    assert columns["bill_up"] == [0, 0, 0, 0, 0, 1, 0, 0, 0]
    # The only surprise is the mean one, and no further than it.
    assert columns["bill_surprise"] == [0, 0, 0, 0, 0, 0, 6, 0, 0]
    assert not any(columns["bill_further"])
    assert columns["bill_down"] == [0, 0, 0, 0, 0, 0, 0, -2, 0]
    assert columns["change_up"] == [0, 0, 0, 0, 0, 0, 0.5, 0.5, 0.5]
    assert columns["before"] == [0.5] * 5 + [0] * 4
    assert rows.goes_on[0].tolist() == [True] * 8 + [False]
    ahead = rows.before(pd.Series(["A", "A", "B"]), pd.Series([months[7], months[6], months[7]]))
    # Known at the start of August: the bill of July, and the price of July and of August.
    assert ahead["bill_surprise"].tolist() == pytest.approx([6.0, 0.0, 0.0])
    assert ahead["change_up"].tolist() == pytest.approx([0.5, 0.5, 0.0])


def test_a_bill_in_another_currency_is_no_surprise():
    bills = pd.DataFrame({"customer_id": "A", "currency": "EUR", "issued_on": MONTHS[:8],
                          "amount": 100.0})  # fmt: skip
    bills.loc[6, ["currency", "amount"]] = ["JPY", 16_000.0]
    rows = reaction_rows(bills, None, dt.date(2024, 8, 31))
    assert not any(grid.any() for grid in rows.columns.values())
    # There was no bill in the currency it expects.
    assert rows.known[0].tolist() == [False] * 4 + [True, True, False, True]


def test_effects_that_are_there_are_found_and_others_are_not(fitted):
    enquiries = fitted.of("enquiries", "bill", "surprise")
    # One ticket for each surprise, of about half above: five tenths.
    assert enquiries["low"] <= 1 / (fitted.typical * 10) <= enquiries["high"]
    assert enquiries["verdict"] == "more"
    days = fitted.of("days", "bill", "surprise")
    assert days["low"] <= 12 / (fitted.typical * 10) <= days["high"]
    for outcome in ("enquiries", "days"):
        assert fitted.of(outcome, "bill", "up")["verdict"] == "no effect found"


def test_what_cannot_be_estimated_is_assumed_to_be_nothing_either_way(fitted):
    score = fitted.of("score", "bill", "up")
    assert (score["source"], score["reason"]) == ("assumed", "There are no surveys.")
    assert (score["effect"], score["low"], score["high"]) == (0, -RANGES["score"], RANGES["score"])
    change = fitted.of("enquiries", "change", "up")
    assert change["source"] == "assumed"
    assert "0 customers had a higher price" in change["reason"]
    assert np.isnan(change["seen_high"])
    assert set(fitted.estimates["outcome"]) == set(OUTCOMES)
    # Bills were higher and lower, but no price ever was.
    assert (fitted.seen("up"), fitted.seen("down")) == (0.0, 0.0)
    assert all(figure.value is None and figure.reason for figure in fitted.figures())


def test_bill_paid_after_the_day_and_one_too_young_change_nothing():
    bills, asked = company()
    day = dt.date(2025, 6, 30)
    known = bills[bills["issued_on"] <= pd.Timestamp(day)]
    later = known.assign(paid_on=known["paid_on"].where(known["paid_on"] <= pd.Timestamp(day)))
    asked = asked[asked["begins"] <= pd.Timestamp(day)]
    one, other = (fit_price_reaction(rows, day, asked=asked).estimates for rows in (known, later))
    pd.testing.assert_frame_equal(one, other)


def test_few_bills_are_refused():
    bills, _ = company(n=10)
    with pytest.raises(Refusal, match="10 customers have four bills"):
        fit_price_reaction(bills, AS_OF)


def test_assumption_is_taken_and_says_so(fitted):
    said = fitted.assuming([Assumption("score", "bill", "up", -0.1, -0.2, 0.0)])
    row = said.of("score", "bill", "up")
    assert (row["effect"], row["source"], row["verdict"]) == (-0.1, "assumed", "assumed")
    assert row["std_err"] == pytest.approx(0.1 / 1.959964, rel=1e-5)
    assert fitted.of("score", "bill", "up")["effect"] == 0.0
    with pytest.raises(ValueError, match="is not between"):
        Assumption("score", "bill", "up", 1.0, -0.2, 0.0)
    with pytest.raises(ValueError, match="There is no effect of use bill up"):
        fitted.assuming([Assumption("use", "bill", "up", 0.0, 0.0, 0.0)])


def test_leaving_and_revenue_by_hand():
    effects = Effects(
        {("leave_price", "bill", "up"): 0.2, ("leave_price", "change", "up"): 0.1,
         ("use", "change", "up"): -0.05},
        {}, -0.5, 0.5, 0.4,
    )  # fmt: skip
    hazard = np.array([[0.02, 0.01]])
    found = simulate_reaction(
        effects, np.array([1.1]), hazard, monthly_bill=100.0, metered=0.5, monthly_cost=40.0,
        months=8, draws=4,
    )  # fmt: skip
    # A tenth above: surprise 1, 1, 1, 1/2, then none; the price is new for six months.
    exponent = np.array([0.3, 0.3, 0.3, 0.2, 0.1, 0.1, 0.0, 0.0])
    rate = -np.log(0.98) * np.exp(exponent) - np.log(0.99)
    there = np.exp(-np.concatenate([[0], rate.cumsum()[:-1]]))
    base = -np.log(0.98) - np.log(0.99)
    before = np.exp(-base * np.arange(8))
    used = np.exp(-0.05)
    revenue = 110 * (1 + 0.5 * (used - 1)) * there.sum() - 100 * before.sum()
    assert found.of("revenue")["reaction"] == pytest.approx(revenue)
    assert found.of("revenue")["static"] == pytest.approx(10 * before.sum())
    costs = 40 * (used * there.sum() - before.sum())
    assert found.of("margin")["reaction"] == pytest.approx(revenue - costs)
    lost = np.exp(-8 * base) - np.exp(-rate.sum())
    assert found.of("customers_lost")["reaction"] == pytest.approx(lost)
    assert found.base_lost == pytest.approx(1 - np.exp(-8 * base))


def test_a_price_that_comes_later_moves_hazards_use_and_bills_from_then_on():
    effects = Effects(
        {("leave_price", "bill", "up"): 0.2, ("leave_price", "change", "up"): 0.1,
         ("use", "change", "up"): -0.05, ("enquiries", "bill", "up"): 0.02,
         ("days", "bill", "up"): 1.0},
        {}, -0.5, 0.5, 0.4,
    )  # fmt: skip
    # One customer meets it in the third month, one never within the eight.
    found = simulate_reaction(
        effects, np.array([1.1, 1.1]), np.array([[0.02, 0.01]] * 2), monthly_bill=100.0,
        metered=0.5, monthly_cost=40.0, begins=[2, 8], months=8, draws=2,
    )  # fmt: skip
    exponent = np.array([0.0, 0.0, 0.3, 0.3, 0.3, 0.2, 0.1, 0.1])
    rate = -np.log(0.98) * np.exp(exponent) - np.log(0.99)
    there = np.exp(-np.concatenate([[0], rate.cumsum()[:-1]]))
    base = -np.log(0.98) - np.log(0.99)
    before = np.exp(-base * np.arange(8))
    used = np.exp(-0.05)
    bill = np.where(np.arange(8) < 2, 100.0, 110 * (1 + 0.5 * (used - 1)))
    cost = np.where(np.arange(8) < 2, 40.0, 40 * used)
    revenue = bill @ there - 100 * before.sum()
    assert found.customers["revenue"].tolist() == pytest.approx([revenue, 0.0])
    assert found.of("margin")["reaction"] == pytest.approx(
        revenue - (cost @ there - 40 * before.sum())
    )
    assert found.customers["static"].tolist() == pytest.approx([10 * before[2:].sum(), 0.0])
    lost = np.exp(-8 * base) - np.exp(-rate.sum())
    assert found.customers["left"].tolist() == pytest.approx([lost, 0.0], abs=1e-15)
    # A surprise of 1, 1, 1 and a half; who is not reached neither asks nor pays later.
    assert found.customers["enquiries"].tolist() == pytest.approx([0.07, 0.0])
    assert found.customers["days"].tolist() == pytest.approx([1.0, 0.0])
    assert found.of("days")["reaction"] == pytest.approx(110 / 210)
    assert found.customers["outside"].tolist() == [False, False]


def test_surprise_enquiries_and_days_by_hand():
    effects = Effects(
        {("enquiries", "bill", "surprise"): 0.1, ("enquiries", "bill", "further"): 0.01,
         ("enquiries", "bill", "up"): 0.02, ("days", "bill", "down"): -0.5},
        {}, -0.5, 0.5, 0.4,
    )  # fmt: skip
    found = simulate_reaction(
        effects, np.array([1.4, 0.8]), np.zeros((2, 2)), monthly_bill=100.0, draws=2
    )
    # Three months 0.4 above, a step of 4 tenths and none further; then 0.2, no surprise.
    assert found.customers["enquiries"].tolist() == pytest.approx([3 * 0.4 + 2 * 0.02, 0.0])
    assert found.customers["days"].tolist() == pytest.approx([0.0, -1.0])
    # A bill of 80 paid a day sooner, weighted by the new bills.
    assert found.of("days")["reaction"] == pytest.approx(-80 / 220)
    assert found.of("working_capital")["reaction"] == pytest.approx(-80 * 12 / 365)


ratios = st.lists(st.floats(0.4, 2.0), min_size=1, max_size=6).map(np.array)
FULL = Effects(
    {(o, t, d): 0.05 for o in OUTCOMES for t in ("bill", "change") for d in ("up", "down")},
    {(o, t, d): 0.03 for o in OUTCOMES for t in ("bill", "change") for d in ("up", "down")},
    -0.3, 0.3, 0.4,
)  # fmt: skip


def played(effects, ratio, **options):
    hazard = np.full((len(ratio), 2), 0.01)
    return simulate_reaction(effects, ratio, hazard, monthly_bill=100.0, draws=40, **options)


@given(ratios)
@settings(max_examples=8)
def test_bills_that_stay_change_nothing_whatever_the_effects(ratio):
    found = played(FULL, np.ones_like(ratio))
    assert (found.totals.drop(columns="figure") == 0).all().all()
    assert found.warning is None


@given(ratios)
@settings(max_examples=8)
def test_customers_add_up_to_the_total_and_parts_to_the_whole(ratio):
    found = played(FULL, ratio)
    for figure, column in (("revenue", "revenue"), ("customers_lost", "left"),
                           ("enquiries", "enquiries")):  # fmt: skip
        whole = found.of(figure)["reaction"]
        assert found.customers[column].sum() == pytest.approx(whole, abs=1e-7)
        parts = sum(played(FULL, ratio[k : k + 1]).of(figure)["reaction"]
                    for k in range(len(ratio)))  # fmt: skip
        assert parts == pytest.approx(whole, abs=1e-7)


@given(ratios, st.integers(0, 14))
@settings(max_examples=8)
def test_a_later_price_is_that_of_today_until_then_and_nothing_once_it_is_too_late(ratio, begins):
    late = played(FULL, ratio, begins=begins)
    if begins >= 12:
        assert (late.totals.drop(columns="figure") == 0).all().all()
        return
    # The same change counted from its first month, but for who has left until then.
    sooner = played(FULL, ratio, months=12 - begins)
    stayed = np.exp(2 * np.log1p(-0.01) * begins)
    for name in ("revenue", "margin", "customers_lost"):
        moved = stayed * sooner.of(name)
        assert late.of(name)[1:].to_numpy(float) == pytest.approx(moved[1:].to_numpy(float))


@given(ratios)
@settings(max_examples=8)
def test_without_effects_the_reaction_is_the_static_result(ratio):
    found = played(NONE, ratio)
    revenue = found.of("revenue")
    assert revenue["reaction"] == pytest.approx(revenue["static"])
    assert revenue["low"] == pytest.approx(revenue["high"])


def test_the_same_draws_serve_two_changes_and_another_seed_has_others():
    up, more = (played(FULL, np.full(5, ratio)) for ratio in (1.10, 1.11))
    assert (more.drawn["customers_lost"] > up.drawn["customers_lost"]).all()
    other = played(FULL, np.full(5, 1.1), seed=1)
    assert not np.allclose(other.drawn["revenue"], up.drawn["revenue"])
    np.testing.assert_array_equal(played(FULL, np.full(5, 1.1)).drawn["revenue"],
                                  up.drawn["revenue"])  # fmt: skip


def test_bills_that_come_to_nothing_are_a_change_like_any_other():
    found = played(FULL, np.array([0.0, 1.0]))
    assert found.customers["static"].tolist()[1] == 0
    assert found.of("revenue")["static"] == pytest.approx(found.customers["static"][0])
    assert np.isfinite(found.totals.drop(columns="figure").to_numpy()).all()


def test_bills_beyond_the_range_seen_are_warned_of():
    found = played(FULL, np.array([1.2, 1.3, 1.31, 0.6]))
    assert found.customers["outside"].tolist() == [False, False, True, True]
    assert found.outside == 0.5
    assert "2 of 4 customers" in found.warning
    assert "-30 % to +30 %" in found.warning


@pytest.mark.parametrize(
    ("ratio", "hazard", "said"),
    [([-0.1], [[0.1, 0.1]], "below 0"), ([1.0], [[0.1]], "shape"),
     ([1.0], [[1.0, 0.1]], "no chance")],
)  # fmt: skip
def test_what_cannot_be_simulated_is_said(ratio, hazard, said):
    with pytest.raises(ValueError, match=said):
        simulate_reaction(NONE, np.array(ratio), np.array(hazard))


def test_curve_has_the_effect_in_the_first_month(fitted):
    said = fitted.assuming([Assumption("leave_price", "bill", "up", 0.1, 0.1, 0.1),
                            Assumption("leave_price", "change", "up", 0.2, 0.2, 0.2)])  # fmt: skip
    row = said.curve("leave_price", [0.1]).iloc[0]
    assert row["effect"] == pytest.approx(np.exp(0.3))
    assert row["assumed"]
    estimated = fitted.curve("enquiries", [-0.05, 0.05])
    assert estimated["assumed"].all()  # The price, which never changed.
    assert fitted.curve("use", [0.0])["effect"].tolist() == [0.0]

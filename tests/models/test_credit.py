"""Credit: worked by hand, laws, and forecasts of a month whose chances are known."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from models.credit import STAGES, fit_credit
from models.credit_conflicts import find_conflicts
from models.credit_forecast import simulate_credit
from models.open_invoices import fit_payment_curves
from models.refusal import Refusal

AS_OF = dt.date(2025, 6, 30)


def customers(**columns):
    """Three customers: a is the parent of b, c stands alone and has no limit."""
    frame = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c"],
            "name": ["A", "B", "C"],
            "parent_id": [None, "a", None],
            "active": True,
            "payment_terms_days": 30,
            "credit_limit": [100.0, 50.0, np.nan],
            "not_due": [60.0, 40.0, 10.0],
            "overdue": [20.0, 30.0, 0.0],
            "unapplied": [5.0, 0.0, 0.0],
        }
    )
    return frame.assign(**columns)


def orders(*rows):
    return pd.DataFrame(
        [
            {"order_id": f"o{i}", "customer_id": who, "stage": stage, "amount": amount,
             "ordered_on": pd.Timestamp(2025, 6, 1) + pd.Timedelta(days=i)}
            for i, (who, stage, amount) in enumerate(rows)
        ]
    )  # fmt: skip


def test_exposure_headroom_and_blocked_orders_by_hand():
    rows = orders(
        ("a", "not billed", 10.0), ("a", "ordered", 10.0), ("a", "ordered", 8.0),
        ("a", "ordered", 5.0), ("b", "ordered", 1.0), ("c", "ordered", 900.0),
    )  # fmt: skip
    credit = fit_credit(customers(), rows, AS_OF)
    table = credit.customers.set_index("customer_id")
    # a: 60 + 20 + 10 not billed + 23 ordered - 5 unapplied = 108 against 100.
    assert table.loc["a", "exposure"] == 108
    assert table.loc["a", "headroom"] == -8
    # Without its orders a has 100 - 85 = 15 left: 10 fits, 8 does not, 5 fits again.
    # b is over its limit before; c has none, so nothing holds its order back.
    assert list(credit.blocked["order_id"]) == ["o2", "o4"]
    assert credit.blocked_value == 9
    assert np.isnan(table.loc["c", "headroom"])
    assert table.loc["c", "status"] == "no limit"


def test_group_is_counted_once_and_its_headroom_holds_for_its_members():
    credit = fit_credit(customers(credit_limit=[100.0, 90.0, 20.0]), None, AS_OF)
    table = credit.customers.set_index("customer_id")
    group = credit.groups.iloc[0]
    # a stands at 75 and b at 70: 145 of 190 together.
    assert (group["head_id"], group["n_members"]) == ("a", 2)
    assert group["exposure"] == 145
    assert group["headroom"] == 45
    # b alone has 20 left and its group 45: the lower holds.
    assert table.loc["b", "can_sell"] == 20
    own = fit_credit(customers(credit_limit=[60.0, 90.0, 20.0]), None, AS_OF).customers
    # a is over by 15 and b has 20: together 5 are left.
    assert own.set_index("customer_id").loc["b", "can_sell"] == 5
    assert own.set_index("customer_id").loc["a", "can_sell"] == 0
    assert credit.figures()[0].value is None  # without orders nothing can be said to be blocked


def test_parents_in_a_ring_are_one_group():
    credit = fit_credit(customers(parent_id=["b", "a", "c"]), None, AS_OF)
    assert list(credit.customers["head_id"]) == ["a", "a", "c"]


def test_stages_less_unapplied_cash_add_up_to_the_exposure():
    rng = np.random.default_rng(1)
    n = 200
    ids = [f"c{i}" for i in range(n)]
    frame = pd.DataFrame(
        {
            "customer_id": ids, "name": ids, "active": True, "payment_terms_days": 30,
            "parent_id": [rng.choice([None, *ids[:i]]) if i else None for i in range(n)],
            "credit_limit": rng.choice([np.nan, 50.0, 500.0], n),
            **{name: rng.gamma(1, 50, n) for name in ("not_due", "overdue", "unapplied")},
        }
    )  # fmt: skip
    rows = orders(*((rng.choice(ids), rng.choice(["ordered", "not billed"]), a)
                    for a in rng.gamma(1, 30, 300)))  # fmt: skip
    credit = fit_credit(frame, rows, AS_OF)
    assert credit.stages["amount"].sum() - credit.unapplied == pytest.approx(credit.exposure)
    assert list(credit.stages["stage"]) == list(STAGES)
    members = credit.customers.groupby("head_id").size()
    assert credit.groups["n_members"].sum() + (members == 1).sum() == n
    # Nothing blocked would have fitted, and nobody within the limit has anything blocked.
    blocked = credit.customers[credit.customers["blocked"] > 0]
    assert (blocked["headroom"] < 0).all()
    assert (credit.customers["blocked"] <= credit.customers["ordered"] + 1e-9).all()


def test_no_limits_are_refused():
    with pytest.raises(Refusal, match="None of 3 customers has a credit limit"):
        fit_credit(customers(credit_limit=np.nan), None, AS_OF)


@pytest.fixture(scope="module")
def curves():
    """Half of all invoices are paid on day 10, the other half on day 50."""
    issued = pd.Timestamp(2025, 1, 1)
    n = 400
    days = np.where(np.arange(n) % 2 == 0, 10, 50)
    counted = pd.DataFrame(
        {
            "customer_id": np.arange(n), "terms": 30, "duration": days, "outcome": "paid",
            "late": days > 30, "n": 1, "issued_on": issued,
        }
    )  # fmt: skip
    return fit_payment_curves(counted, AS_OF)


def test_forecast_by_hand(curves):
    position = customers().assign(exposure=[80.0, 70.0, 10.0]).iloc[:2]
    # a has one invoice of 80, 20 days old: it is of the half paid on day 50, so in 30 days it is.
    # b has one of 70, 5 days old: it is paid within 30 days, or not, with even chances.
    owed = pd.DataFrame(
        {
            "customer_id": ["a", "b"], "open_amount": [80.0, 70.0],
            "issued_on": [pd.Timestamp(AS_OF) - pd.Timedelta(days=d) for d in (20, 5)],
        }
    )  # fmt: skip
    owed["due_on"] = owed["issued_on"] + pd.Timedelta(days=30)
    # Each is billed 40 a month; of that half is paid by day 10, before the mean age of 15 days.
    months = pd.DataFrame(
        [{"customer_id": c, "months_ago": m, "billed": 40.0} for c in "ab" for m in range(12)]
    )
    found = simulate_credit(
        position, owed, months, curves, AS_OF, rng=np.random.default_rng(1), draws=2000
    )
    table = found.customers.set_index("customer_id")
    assert table.loc["a", "cash_in"] == pytest.approx(80)
    assert table.loc["a", "expected"] == pytest.approx(80 - 80 + 40 / 2)
    assert table.loc["a", "p_breach"] == 0
    assert table.loc["b", "expected"] == pytest.approx(70 / 2 + 40 / 2, abs=3)
    # b is at 90 of 50 if nothing comes, and at 20 if all does: even chances.
    assert table.loc["b", "p_breach"] == pytest.approx(0.5, abs=0.05)
    assert found.n_expected == pytest.approx(0.5, abs=0.05)


def test_forecast_of_many_is_as_wide_as_chance(curves):
    """The interval holds the share that it says, over books drawn from the same chances."""
    rng = np.random.default_rng(2)
    n = 300
    ids = [f"c{i}" for i in range(n)]
    position = pd.DataFrame(
        {"customer_id": ids, "name": ids, "active": True, "payment_terms_days": 30,
         "credit_limit": 50.0, "exposure": 70.0}
    )  # fmt: skip
    issued = pd.Timestamp(AS_OF) - pd.Timedelta(days=5)
    owed = pd.DataFrame({"customer_id": ids, "open_amount": 70.0, "issued_on": issued})
    owed["due_on"] = owed["issued_on"] + pd.Timedelta(days=30)
    months = pd.DataFrame([{"customer_id": c, "months_ago": 3, "billed": 0.0} for c in ids])
    found = simulate_credit(position, owed, months, curves, AS_OF, rng=rng, draws=1000)
    came = rng.binomial(n, 0.5, 1000)
    held = ((found.n_low <= came) & (came <= found.n_high)).mean()
    assert held == pytest.approx(0.8, abs=0.06)


def test_conflicts_are_good_unhappy_and_over_the_limit():
    position = customers(
        customer_id=["a", "b", "c"], credit_limit=[50.0, 50.0, 500.0], parent_id=None
    )
    credit = fit_credit(position, None, AS_OF)
    moods = pd.DataFrame(
        {"customer_id": ["a", "b", "c"], "low_score": [True, True, False],
         "open_dispute": [False, True, True]}
    )  # fmt: skip
    worth = pd.DataFrame({"customer_id": ["a", "b", "c"], "contribution": [900.0, 10.0, 100.0]})
    found = find_conflicts(credit, moods, worth)
    # b earns less than half of the customers, c is within its limit.
    assert list(found.table["customer_id"]) == ["a"]
    assert found.table.iloc[0]["next_step"].startswith("Call about what is overdue")
    assert (found.n_good, found.n_unhappy, found.n_held_back) == (1, 3, 2)

"""Parts of a change are of the change that the scoreboard shows, whatever result it is of."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.change_parts import SPLITTABLE, parts_of_change
from models.collection_metrics import cash_flow_velocity
from models.retention import fit_retention
from models.scoreboard import change_of_retention
from models.scores import fit_scores

AS_OF = dt.date(2025, 6, 30)
N = 80
WHO = [f"C{k:03d}" for k in range(N)]
GROUPS = pd.Series(["A", "B"] * (N // 2), index=WHO)


def test_what_can_be_split_is_a_sum_over_customers():
    assert "scores.nps" in SPLITTABLE
    assert "receivables.growth" not in SPLITTABLE


def balances(seed):
    rng = np.random.default_rng(seed)
    opened = rng.gamma(4, 25, N)
    owed = {"customer_id": WHO, "open_amount": opened, "overdue_amount": opened * rng.random(N)}
    return pd.DataFrame(owed)


def test_parts_of_what_is_overdue_add_up_to_its_change_and_nothing_is_a_matter_of_weight():
    now, before = balances(1), balances(2).iloc[5:]
    parts = parts_of_change("receivables.overdue_amount", GROUPS, AS_OF, owed=(now, before))
    moved = now["overdue_amount"].sum() - before["overdue_amount"].sum()
    assert parts.change == pytest.approx(moved)
    assert parts.rate == pytest.approx(moved)
    by_hand = now.set_index("customer_id")["overdue_amount"].groupby(GROUPS).sum()
    by_hand -= before.set_index("customer_id")["overdue_amount"].groupby(GROUPS).sum()
    found = parts.table.set_index("group")["total"]
    assert found[["A", "B"]].tolist() == pytest.approx(by_hand[["A", "B"]].tolist())


def test_parts_of_days_of_sales_are_of_the_simple_method():
    now, before = balances(1), balances(2)
    sales = pd.DataFrame({"customer_id": WHO, "billed_before": 300.0, "billed_after": 200.0})
    overview = SimpleNamespace(customers=sales)
    parts = parts_of_change("receivables.dso", GROUPS, AS_OF, overview=overview,
                            owed=(now, before))  # fmt: skip
    # April to June has 91 days, January to March 90.
    after = now["open_amount"].sum() * 91 / (200 * N)
    assert parts.after == pytest.approx(after)
    assert parts.before == pytest.approx(before["open_amount"].sum() * 90 / (300 * N))
    assert parts.table["total"].sum() == pytest.approx(parts.change)


@pytest.mark.parametrize("name", ["nrr", "revenue_churn_12m", "revenue_churn_price_billing_12m"])
def test_parts_of_retention_add_up_to_its_change(name):
    rng = np.random.default_rng(1)

    def cohort(leaving):
        cause = np.where(rng.random(N) < leaving, "price", None)
        ends = np.where(cause == "price", 0.0, rng.gamma(9, 11, N))
        values = pd.DataFrame({"customer_id": WHO, "value_start": rng.gamma(9, 10, N),
                               "value_end": ends, "cause": cause})  # fmt: skip
        return fit_retention(values, AS_OF)

    cohorts = (cohort(0.2), cohort(0.1))
    parts = parts_of_change(f"churn.{name}", GROUPS, AS_OF, cohorts=cohorts)
    assert parts.change == pytest.approx(change_of_retention(*cohorts, name).value)
    assert parts.table["total"].sum() == pytest.approx(parts.change)


@pytest.mark.parametrize("measure", ["nps", "csat"])
def test_parts_of_a_score_add_up_to_the_last_change_of_its_course(measure):
    rng, top = np.random.default_rng(1), {"nps": 11, "csat": 6}[measure]
    days = pd.Timestamp(AS_OF) - pd.to_timedelta(rng.integers(0, 180, 4 * N), unit="D")
    answers = pd.DataFrame({"customer_id": WHO * 4, "answered_on": days, "measure": measure,
                            "score": rng.integers(1, top, 4 * N).astype(float)})  # fmt: skip
    customers = pd.DataFrame({"customer_id": WHO, "revenue": 1.0, "n_invoices": 3,
                              "employees": 5, "tenure_days": 900})  # fmt: skip
    scores = fit_scores(answers, customers, AS_OF, cuts=())
    parts = parts_of_change(f"scores.{measure}", GROUPS, AS_OF, answers=answers)
    assert parts.change == pytest.approx(scores.trend["change"].iloc[-1])
    assert parts.table["total"].sum() == pytest.approx(parts.change)


def test_without_what_it_is_made_of_a_change_has_no_parts():
    for id in SPLITTABLE:
        assert parts_of_change(id, GROUPS, AS_OF) is None


def turns(seed):
    rng = np.random.default_rng(seed)
    parts = ("cash received", "opening balance", "closing balance")
    return pd.DataFrame(
        {
            "customer_id": [who for who in WHO for _ in parts],
            "part": list(parts) * N,
            "contribution": rng.gamma(4, 25, 3 * N),
        }
    )


def test_parts_of_how_often_cash_turns_add_up_to_its_change():
    now, before = turns(1), turns(2)
    parts = parts_of_change("receivables.cash_flow_velocity", GROUPS, AS_OF, turned=(now, before))
    sums = [frame.groupby("part")["contribution"].sum() for frame in (before, now)]
    # January to March has 90 days, April to June 91.
    by_hand = [
        float(
            cash_flow_velocity(one["cash received"], one["opening balance"],
                               one["closing balance"], days)
        )
        for one, days in zip(sums, (90, 91), strict=True)
    ]  # fmt: skip
    assert [parts.before, parts.after] == pytest.approx(by_hand)
    assert parts.table["total"].sum() == pytest.approx(parts.change)


def test_cash_that_was_never_owed_at_the_ends_of_a_quarter_has_no_parts():
    cash = turns(1).query("part == 'cash received'")
    assert parts_of_change("receivables.cash_flow_velocity", GROUPS, AS_OF,
                           turned=(cash, cash)) is None  # fmt: skip

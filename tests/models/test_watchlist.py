"""The watchlist: the ranking worked by hand, and laws that hold for any of them."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.care import care_of
from models.estimates import Estimate
from models.watchlist import ASSUMED, HELD_OUT, MEASURED, Chances, rank_watchlist

AS_OF = dt.date(2025, 6, 30)
MEASURE = Estimate(0.3, 0.05, 0.2, 0.4)


def scored(**columns) -> pd.DataFrame:
    """Open invoices, by default overdue ones of 100 that are paid in time half of the time."""
    n = len(next(iter(columns.values())))
    filled = {
        "invoice_id": [f"I{k}" for k in range(n)],
        "customer_id": "A",
        "issued_on": pd.Timestamp("2025-05-01"),
        "due_on": pd.Timestamp("2025-05-31"),
        "days_past_due": 30,
        "open_amount": 100.0,
        "p_late": 1.0,
        "p_paid_60": 0.5,
        "expected_paid_on": pd.NaT,
        "expected_low": pd.NaT,
        "expected_high": pd.NaT,
        "reminder_arm": "usual",
    }
    return pd.DataFrame({**filled, **columns})


def causes(**by_invoice: str) -> pd.DataFrame:
    rows = pd.DataFrame({"invoice_id": list(by_invoice), "cause": list(by_invoice.values())})
    chances = {f"cause_{c}": (rows["cause"] == c) * 0.9 for c in
               ("dissatisfied", "cash", "process", "habit")}  # fmt: skip
    return rows.assign(evidence="Said so.", **chances)


CUSTOMERS = pd.DataFrame({"customer_id": ["A", "B"], "name": ["Alder", "Birch"],
                          "unhappy": [True, None]})  # fmt: skip


def rank(rows, why=None, *, sent=None, disputed=None, chances=None, measured=None):
    return rank_watchlist(
        rows, why, sent, disputed, CUSTOMERS, AS_OF, chances=chances or Chances(),
        measured=measured, measured_days=40,
    )  # fmt: skip


def test_ranking_is_open_amount_times_chance_unpaid_times_chance_to_change():
    rows = scored(
        open_amount=[1_000.0, 400.0, 2_000.0],
        p_paid_60=[0.5, 0.25, 0.9],
        customer_id=["A", "A", "B"],
    )
    found = rank(rows, causes(I0="cash", I1="process", I2="habit"))
    # 1,000 x .5 x .2 = 100;  400 x .75 x .6 = 180;  2,000 x .1 x .1 = 20.
    assert found.invoices["invoice_id"].tolist() == ["I1", "I0", "I2"]
    assert found.invoices["within_reach"].tolist() == pytest.approx([180.0, 100.0, 20.0])
    assert found.invoices["at_risk"].tolist() == pytest.approx([300.0, 500.0, 200.0])
    customers = found.customers.set_index("customer_id")
    assert customers.loc["A", "within_reach"] == pytest.approx(280.0)
    assert customers.loc["A", "cause"] == "cash"  # 500 at risk by cash, 300 by process
    assert customers["unhappy"].to_dict() == {"A": True, "B": False}
    # 280 of 300 with the first contact, all with the second.
    assert found.reached()["share"].tolist() == pytest.approx([280 / 300, 1.0])


def test_what_was_never_watched_for_so_long_is_at_risk_whole_and_not_at_all_at_the_low_end():
    found = rank(scored(p_paid_60=[np.nan, 0.5])).invoices.set_index("invoice_id")
    assert found["at_risk"].to_dict() == {"I0": 100.0, "I1": 50.0}
    assert found["at_risk_low"].to_dict() == {"I0": 0.0, "I1": 50.0}


@pytest.mark.parametrize(
    ("changed", "source"),
    [
        ({}, MEASURED),
        ({"days_past_due": [0]}, ASSUMED),
        ({"days_past_due": [40]}, MEASURED),
        ({"days_past_due": [41]}, ASSUMED),
    ],
)
def test_measured_effect_is_taken_only_for_what_it_was_measured_on(changed, source):
    rows = scored(**({"open_amount": [100.0]} | changed))
    row = rank(rows, causes(I0="habit"), measured=MEASURE).invoices.iloc[0]
    assert row["chance_from"] == source
    expected = 0.3 if source == MEASURED else Chances().habit
    assert row["within_reach"] == pytest.approx(50 * expected)
    # An interval stands where there is a measurement, and nowhere else.
    assert np.isnan(row["within_reach_low"]) == (source == ASSUMED)


@pytest.mark.parametrize("measured", [None, MEASURE])
def test_what_the_hold_out_keeps_from_reminders_is_within_nobodys_reach(measured):
    rows = scored(open_amount=[100.0, 100.0], reminder_arm="hold_out")
    found = rank(rows, causes(I0="habit", I1="process"), measured=measured)
    by_id = found.invoices.set_index("invoice_id")
    # An error of ours is mended all the same; that is no reminder.
    assert by_id["within_reach"].to_dict() == {"I0": 0.0, "I1": pytest.approx(30.0)}
    assert by_id["chance_from"].to_dict() == {"I0": HELD_OUT, "I1": ASSUMED}
    assert by_id["at_risk"].to_dict() == {"I0": 50.0, "I1": 50.0}


@pytest.mark.parametrize("reason", ["reminded", "disputed", "named"])
def test_reminded_disputed_and_otherwise_caused_invoices_keep_the_assumption(reason):
    sent = pd.DataFrame(
        {"invoice_id": ["I0"], "n_sent": [1], "last_sent_on": [pd.Timestamp(AS_OF)]}
    )
    found = rank(
        scored(open_amount=[100.0]),
        causes(I0="cash") if reason == "named" else None,
        sent=sent if reason == "reminded" else None,
        disputed=pd.Series(["I0"]) if reason == "disputed" else None,
        measured=MEASURE,
    )
    assert found.invoices["chance_from"].item() == ASSUMED


def test_measurement_without_an_interval_is_none():
    vague = Estimate(0.3, np.nan, np.nan, np.nan, "Too few customers.")
    assert rank(scored(open_amount=[1.0]), measured=vague).invoices["chance_from"].item() == ASSUMED


def test_chance_outside_a_share_is_refused():
    with pytest.raises(ValueError, match="which is no share"):
        Chances(cash=1.2)


@given(
    amounts=st.lists(st.floats(0.01, 1e6), min_size=1, max_size=12),
    paid=st.floats(0, 1),
    chance=st.floats(0, 1),
)
def test_money_within_reach_is_part_of_what_is_at_risk_and_that_of_what_is_open(
    amounts, paid, chance
):
    rows = scored(open_amount=amounts).assign(p_paid_60=paid)
    found = rank(rows, chances=Chances(unclear=chance)).invoices
    assert (found["within_reach"] <= found["at_risk"] + 1e-9).all()
    assert (found["at_risk"] <= found["open_amount"] + 1e-9).all()
    assert found["within_reach"].is_monotonic_decreasing


def test_nothing_open_is_an_empty_list():
    found = rank(scored(open_amount=[1.0]).iloc[:0])
    assert found.invoices.empty
    assert found.customers.empty
    assert found.reached().empty


def test_a_ticket_is_waited_for_two_weeks_before_its_customer_counts_as_unhappy():
    tickets = pd.DataFrame(
        {"customer_id": ["A", "B"], "opened_on": pd.to_datetime(["2025-06-16", "2025-06-15"])}
    )
    found = care_of(None, tickets, None, AS_OF).set_index("customer_id")
    assert found["unhappy"].to_dict() == {"A": False, "B": True}
    assert found.loc["B", "care"] == "A ticket is open, the oldest for 15 days."

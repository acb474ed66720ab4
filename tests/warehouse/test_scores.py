"""Answers and who could have given them, and invoices as outcomes: by hand, nothing from later."""

import datetime as dt

import pandas as pd
import pytest

from tests.warehouse.frame_tables import FrameTables
from warehouse.linkage import linked_invoices
from warehouse.scores import market_scores, survey_answers, surveyed_customers
from warehouse.settlements import settlements

AS_OF = dt.date(2025, 6, 30)


def days(*texts):
    return pd.to_datetime(list(texts))


FRAMES = {
    "customers": pd.DataFrame(
        {"customer_id": ["A", "B", "C"], "name": ["Alder", "Birch", "Cedar"], "currency": "EUR",
         "industry": ["Retail", "Trade", "Trade"], "employees": [20, 300, 5],
         "acquired_on": days("2024-06-30", "2023-01-01", "2023-01-01"), "payment_terms_days": 30}
    ),
    "invoices": pd.DataFrame(
        {
            "invoice_id": ["I1", "I2", "I3", "I4", "I5"], "customer_id": ["A", "A", "A", "B", "C"],
            "issued_on": days("2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01", "2023-05-01"),
            "due_on": days("2025-01-31", "2025-03-03", "2025-03-31", "2025-05-01", "2023-06-01"),
            "amount": [100.0, 50.0, 70.0, 200.0, 10.0], "currency": "EUR",
        }
    ),
    "payments": pd.DataFrame(
        {"payment_id": ["P1", "P4", "P5"], "invoice_id": ["I1", "I4", "I5"],
         "paid_on": days("2025-02-20", "2025-07-30", "2024-05-01"), "amount": [100.0, 200.0, 10.0]}
    ),
    "adjustments": pd.DataFrame(
        {"adjustment_id": ["J"], "invoice_id": ["I2"], "kind": ["credit_note"],
         "requested_on": days("2025-02-03"), "completed_on": days("2025-02-04"), "amount": [50.0]}
    ),
    "disputes": pd.DataFrame(
        {"dispute_id": ["D1", "D2"], "invoice_id": ["I3", "I4"],
         "opened_on": days("2025-04-10", "2025-07-10"), "kind": "dispute", "amount": 1.0,
         "reason": "price"}
    ),
    "surveys": pd.DataFrame(
        {"survey_id": ["S1", "S2"], "customer_id": ["A", "B"], "respondent": [None, "B/1"],
         "answered_on": days("2025-05-01", "2025-07-01"), "measure": "csat",
         "touchpoint": "support", "score": [4, 2]}
    ),
    "benchmarks": pd.DataFrame(
        {"month": days("2025-05-01", "2025-05-01", "2025-07-01", "2025-05-01"),
         "metric": ["nps", "nps", "nps", "dso"], "value": [30.0, 40.0, 90.0, 45.0],
         "source": ["one", "two", "one", "one"]}
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def tables():
    return FrameTables(FRAMES)


def test_answers_after_the_day_are_not_there(tables):
    answers = survey_answers(tables, AS_OF).to_pandas()
    assert answers["survey_id"].tolist() == ["S1"]
    assert answers.iloc[0][["respondent", "size", "score"]].tolist() == ["A", "10-49 people", 4.0]


def test_who_could_answer_was_invoiced_in_the_year_and_not_cancelled(tables):
    rows = surveyed_customers(tables, AS_OF).to_pandas().set_index("customer_id")
    # C's only invoice is of 2023; A's second one was cancelled by a credit note.
    assert rows["revenue"].to_dict() == {"A": 170.0, "B": 200.0}
    assert rows.loc["A", ["n_invoices", "tenure_days"]].tolist() == [2, 365]


def test_market_is_the_mean_over_sources_of_months_known(tables):
    rows = market_scores(tables, AS_OF).to_pandas()
    assert rows[["measure", "value"]].to_numpy().tolist() == [["nps", 35.0]]
    del (bare := FrameTables(FRAMES))["benchmarks"]
    assert market_scores(bare, AS_OF) is None


def test_invoice_counts_the_days_until_paid_and_at_most_the_horizon(tables):
    issued = settlements(tables).filter(settlements(tables).issued_on <= AS_OF)
    rows = linked_invoices(issued, tables, AS_OF, horizon=120).to_pandas().set_index("invoice_id")
    # I1 paid after 50 days; I3 open; I4 paid after the day, so not yet; I5 after a year.
    assert rows["days"].to_dict() == {"I1": 50.0, "I3": 120.0, "I4": 120.0, "I5": 120.0}
    assert rows["age"].to_dict() == {"I1": 180, "I3": 121, "I4": 90, "I5": 791}
    # I4's dispute is opened after the day.
    assert rows["disputed"].to_dict() == {"I1": 0.0, "I3": 1.0, "I4": 0.0, "I5": 0.0}

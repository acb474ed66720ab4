"""One row a customer: worked by hand, and with nothing in it that came after the day."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from sample_data import generate
from sample_data.book import closed_books
from tests.warehouse.frame_tables import FrameTables
from warehouse.customers import customer_features

AS_OF = dt.date(2025, 6, 30)


def days(*texts):
    return pd.to_datetime(list(texts))


@pytest.fixture
def frames():
    """Two customers: one with two invoices, a late and an early payment; one new."""
    return {
        "customers": pd.DataFrame(
            {
                "customer_id": ["A", "B", "Later"],
                "name": ["Alder Ltd", "Birch Ltd", "Cedar Ltd"],
                "industry": "Retail",
                "currency": ["EUR", "USD", "EUR"],
                "acquired_on": days("2024-06-30", "2025-06-01", "2025-07-01"),
                "acquisition_cost": [500.0, 100.0, 1.0],
                "payment_terms_days": 30,
                "churned_on": days("2025-03-31", "2025-08-01", None),
            }
        ),
        "invoices": pd.DataFrame(
            {
                "invoice_id": ["I1", "I2", "I3", "I4"],
                "customer_id": ["A", "A", "B", "A"],
                "issued_on": days("2024-07-01", "2025-01-01", "2025-06-10", "2025-07-02"),
                "due_on": days("2024-07-31", "2025-01-31", "2025-07-10", "2025-08-01"),
                "amount": [100.0, 300.0, 200.0, 9_999.0],
                "currency": ["EUR", "EUR", "USD", "EUR"],
            }
        ),
        "payments": pd.DataFrame(
            {
                "payment_id": ["P1", "P2", "P3"],
                "invoice_id": ["I1", "I2", "I3"],
                "paid_on": days("2024-08-10", "2025-01-21", "2025-07-05"),
                "amount": [100.0, 300.0, 200.0],
            }
        ),
        "invoice_lines": pd.DataFrame(
            {
                "invoice_id": ["I1", "I2", "I2", "I3"],
                "line_no": [1, 1, 2, 1],
                "quantity": 1.0,
                "amount": [100.0, 400.0, -100.0, 200.0],
                "cost": [40.0, 150.0, None, 50.0],
            }
        ),
        "tickets": pd.DataFrame(
            {
                "ticket_id": ["T1", "T2", "T3"],
                "customer_id": "A",
                "opened_on": days("2025-01-02", "2025-06-29", "2025-07-01"),
                "resolved_on": days("2025-01-04", "2025-07-03", "2025-07-02"),
                "topic": ["billing", "product", "billing"],
                "handling_minutes": [30.0, 99.0, 99.0],
                "cost": [20.0, 99.0, 99.0],
            }
        ),
        "surveys": pd.DataFrame(
            {
                "survey_id": ["S1", "S2", "S3"],
                "customer_id": "A",
                "answered_on": days("2025-01-05", "2025-02-05", "2025-07-05"),
                "measure": ["nps", "nps", "nps"],
                "touchpoint": "relationship",
                "score": [8.0, 4.0, 0.0],
            }
        ),
        "fx_rates": pd.DataFrame(
            {
                "currency": ["EUR", "USD"],
                "month": days("2024-01-01", "2024-01-01"),
                "to_reporting": [1.0, 0.9],
            }
        ),
    }


@pytest.fixture
def row(frames):
    rows = customer_features(FrameTables(frames), AS_OF).to_pandas()
    return rows.set_index("customer_id")


def test_customers_who_come_later_are_not_there(row):
    assert list(row.index) == ["A", "B"]


def test_revenue_margin_and_discount_are_worked_by_hand(row):
    a, b = row.loc["A"], row.loc["B"]
    # 100 + 300; I4 is issued later. The year before the day holds both.
    assert (a["n_invoices"], a["revenue"], a["revenue_12m"]) == (2, 400.0, 400.0)
    # (100 - 40) + (400 - 150) - 100, and 100 off of 500 listed.
    assert a["margin"] == pytest.approx(210.0)
    assert a["discount_share"] == pytest.approx(0.2)
    # 200 USD at 0.9; the margin likewise.
    assert b["revenue"] == pytest.approx(180.0)
    assert b["margin"] == pytest.approx(135.0)


def test_lateness_counts_what_was_settled_or_past_due(row):
    # I1 came 10 days late, I2 10 days early; B's invoice is open and not yet due.
    assert row.loc["A", "days_late"] == pytest.approx(0.0)
    assert row.loc["A", "late_share"] == pytest.approx(0.5)
    assert np.isnan(row.loc["B", "late_share"])


def test_tickets_cost_what_was_known_and_scores_are_those_answered(row):
    a = row.loc["A"]
    assert (a["n_tickets"], a["finance_tickets"]) == (2, 1)
    # The second was resolved after the day, so nobody knew what it took.
    assert (a["ticket_minutes"], a["ticket_cost"]) == (30.0, 20.0)
    assert (a["nps"], a["n_surveys"]) == (6.0, 2)


def test_who_left_is_not_active_and_stops_ageing(row):
    assert not row.loc["A", "active"]
    assert row.loc["A", "tenure_months"] == pytest.approx(274 / 30.4375)
    # The day on which B will leave lies ahead.
    assert row.loc["B", "active"]
    assert row.loc["B", "tenure_months"] == pytest.approx(29 / 30.4375)


def test_columns_of_tables_never_loaded_are_null_and_of_loaded_ones_zero(row):
    assert row["n_orders"].isna().all()
    assert row["usage_per_month"].isna().all()
    assert row.loc["B", "n_tickets"] == 0


def test_same_columns_whatever_was_loaded(frames, row):
    few = {name: frames[name] for name in ("customers", "invoices", "payments", "fx_rates")}
    rows = customer_features(FrameTables(few), AS_OF).to_pandas()
    assert set(rows.columns) == {"customer_id", *row.columns}


def as_known(tables, day):
    """The books as they stood on `day`; use is dated by its month."""
    usage = tables["usage"]
    usage = usage[usage["month"] <= pd.Timestamp(day)]
    return closed_books({**tables, "usage": usage}, pd.Timestamp(day))


def test_nothing_recorded_after_the_day_enters():
    tables = generate(seed=5, n_customers=60, months=18).tables
    day = dt.date(2026, 2, 14)
    now = customer_features(FrameTables(tables), day).to_pandas()
    then = customer_features(FrameTables(as_known(tables, day)), day).to_pandas()
    assert 20 < len(now) < len(tables["customers"])
    pd.testing.assert_frame_equal(now, then, check_exact=True)


def test_customer_without_an_invoice_is_kept():
    tables = generate(seed=5, n_customers=40, months=14).tables
    rows = customer_features(FrameTables(tables), dt.date(2026, 9, 30)).to_pandas()
    assert len(rows) == len(tables["customers"])
    assert rows["customer_id"].is_unique

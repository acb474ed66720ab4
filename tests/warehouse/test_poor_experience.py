"""Costs of poor experience row by row: once each, tied to their sources, blind to the future."""

import datetime as dt

import pandas as pd
import pytest

from sample_data import generate
from tests.warehouse.frame_tables import FrameTables
from tests.warehouse.test_customers import as_known
from warehouse.margins import customer_margins
from warehouse.poor_experience import cost_rows, mishaps, source_rows
from warehouse.recurring_value import months_before

AS_OF = dt.date(2025, 6, 30)
ENDS = [months_before(AS_OF, months) for months in range(12, -1, -1)]


def days(*texts):
    return pd.to_datetime(list(texts))


@pytest.fixture(scope="module")
def frames():
    """Part is credited twice over, Void is cancelled, Late waits, Lost is given up."""
    return {
        "customers": pd.DataFrame(
            {
                "customer_id": ["A"], "name": "Ltd", "currency": "EUR",
                "acquired_on": days("2023-01-01"), "payment_terms_days": 30,
            }
        ),
        "invoices": pd.DataFrame(
            {
                "invoice_id": ["Part", "Void", "Late", "Lost", "Open"],
                "customer_id": "A",
                "issued_on": days("2024-08-01", "2024-08-01", "2025-01-01", "2024-09-01",
                                  "2025-05-01"),
                "due_on": days("2024-08-31", "2024-08-31", "2025-01-31", "2024-10-01",
                               "2025-05-31"),
                "amount": [1000.0, 300.0, 730.0, 80.0, 365.0],
                "currency": "EUR",
            }
        ),
        "payments": pd.DataFrame(
            {
                "payment_id": ["P1", "P2"], "invoice_id": ["Part", "Late"],
                "paid_on": days("2024-08-20", "2025-03-12"), "amount": [900.0, 730.0],
            }
        ),
        "adjustments": pd.DataFrame(
            {
                # Of the credit of 150, 100 is still owed; the write-off of it finds nothing left.
                "adjustment_id": ["K1", "K2", "K3", "K4", "K5", "K6"],
                "invoice_id": ["Part", "Part", "Void", "Lost", "Part", "Late"],
                "kind": ["credit_note", "write_off", "credit_note", "write_off", "refund",
                         "refund"],
                "requested_on": days("2024-09-01", "2024-10-01", "2024-08-05", "2025-04-01",
                                     "2024-11-01", "2025-06-20"),
                "completed_on": days("2024-09-02", "2024-10-02", "2024-08-06", "2025-04-02",
                                     "2024-11-02", None),
                "amount": [150.0, 100.0, 300.0, 80.0, 40.0, 10.0],
            }
        ),
        "tickets": pd.DataFrame(
            {
                "ticket_id": ["T1", "T2", "T3", "T4"], "customer_id": "A",
                "opened_on": days("2025-02-01", "2025-02-02", "2025-02-03", "2025-06-29"),
                "resolved_on": days("2025-02-05", "2025-02-05", "2025-02-05", "2025-07-02"),
                "topic": ["billing", "product", "delivery", "billing"],
                "handling_minutes": [20.0, 40.0, 10.0, 60.0],
                "cost": [None, 12.34, None, None],
            }
        ),
        "reminders": pd.DataFrame(
            {
                "reminder_id": ["R1", "R2"], "invoice_id": ["Late", "Late"],
                "sent_on": days("2025-02-10", "2025-07-01"), "stage": [1, 2],
                "channel": "email", "tone": ["friendly", "firm"], "staff_minutes": [4.0, 4.0],
            }
        ),
        "disputes": pd.DataFrame(
            {
                "dispute_id": ["D1"], "invoice_id": ["Part"], "kind": "dispute",
                "opened_on": days("2024-08-25"), "amount": [150.0], "reason": ["price"],
            }
        ),
    }  # fmt: skip


@pytest.fixture(scope="module")
def rows(frames):
    found = cost_rows(FrameTables(frames), AS_OF, ENDS).to_pandas()
    return found.set_index("entry_id").sort_index()


def test_money_given_back_counts_as_far_as_it_was_owed_and_only_once(rows):
    given = rows[rows["source"] == "adjustments"]
    booked = given[given["left_out"].isna()]["amount"].to_dict()
    # 900 of 1,000 was paid: of the credit 100 is taken off, and the write-off finds nothing.
    assert booked == {"K1": 100.0, "K2": 0.0, "K4": 80.0, "K5": 40.0}
    left_out = given[given["left_out"].notna()]["amount"].to_dict()
    assert left_out == {"K1 (rest)": 50.0, "K2 (rest)": 100.0, "K3": 300.0}
    assert rows.loc["K3", "left_out"].startswith("of an invoice that was cancelled")


def test_work_counts_at_its_cost_or_its_minutes_from_the_day_it_is_known(rows):
    work = rows[rows["source"].isin(["tickets", "reminders"])]
    # 45 an hour: 20 minutes are 15.00, 10 are 7.50 and 4 are 3.00.
    assert work["amount"].to_dict() == {"T1": 15.0, "T2": 12.34, "T3": 7.5, "R1": 3.0}
    assert work["left_out"].notna().to_dict() == {"T1": False, "T2": True, "T3": False, "R1": False}


def test_late_cash_is_financed_from_its_due_date_month_by_month(rows):
    waiting = rows[rows["kind"] == "waiting"]["amount"].to_dict()
    # At 10 % a year 730 costs 0.20 a day: 28 days of February, then 12 of March. What is open
    # since May 31 costs 0.10 for each of 30 days. Lost and void cash never came: neither waits.
    # Lost is no more open: 80 were given up.
    assert waiting == {"Late 2025-02-28": 5.6, "Late 2025-03-31": 2.4, "Open 2025-06-30": 3.0}


def test_sources_are_accounted_for_to_the_cent(rows, frames):
    held = source_rows(FrameTables(frames), AS_OF, ENDS[0]).to_pandas()
    totals = held.groupby("kind")["amount"].sum().to_dict()
    assert totals == {"credit_note": 450.0, "write_off": 180.0, "refund": 40.0, "ticket": 34.84,
                      "reminder": 3.0}  # fmt: skip
    mine = rows[rows["kind"] != "waiting"].groupby("kind")["amount"].sum().round(2).to_dict()
    assert mine == totals


@pytest.fixture(scope="module")
def company():
    return generate(seed=5, n_customers=120, months=24).tables


def test_ledger_gives_back_what_margins_take_off(company):
    tables, day = FrameTables(company), dt.date(2026, 9, 30)
    ends = [months_before(day, months) for months in range(12, -1, -1)]
    rows = cost_rows(tables, day, ends).to_pandas()
    rows = rows[rows["left_out"].isna()]
    margins = customer_margins(tables, day, days=365, staff_cost_per_hour=45.0).to_pandas()
    given = rows[rows["kind"].isin(["refund", "credit_note"])]["amount"].sum()
    # Each row is rounded to the cent, in three currencies.
    assert given == pytest.approx(margins["credited"].sum(), abs=0.01 * len(rows))
    lost = rows[rows["kind"] == "write_off"]["amount"].sum()
    assert lost == pytest.approx(margins["written_off"].sum(), abs=0.01 * len(rows))
    assert given > lost > 0


def test_nothing_recorded_after_the_day_enters(company):
    day = dt.date(2026, 2, 14)
    ends = [months_before(day, months) for months in range(12, -1, -1)]
    order = ["entry_id", "amount"]
    now, then = (
        cost_rows(FrameTables(tables), day, ends).to_pandas().sort_values(order, ignore_index=True)
        for tables in (company, as_known(company, day))
    )
    assert len(now) > 500
    pd.testing.assert_frame_equal(now, then, check_exact=True)
    order = ["what", "customer_id", "happened_on"]
    now, then = (
        mishaps(FrameTables(tables), day, ends[0]).to_pandas().sort_values(order, ignore_index=True)
        for tables in (company, as_known(company, day))
    )
    assert set(now["what"]) >= {"late_delivery", "dispute: price", "reminder"}
    pd.testing.assert_frame_equal(now[order], then[order], check_exact=True)

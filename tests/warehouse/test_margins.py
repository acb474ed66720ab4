"""From revenue to contribution: worked by hand, adding up, and blind to what came after the day."""

import datetime as dt

import pandas as pd
import pytest

from sample_data import generate
from sample_data.book import closed_books
from tests.warehouse.frame_tables import FrameTables
from warehouse.margins import MARGIN_PARTS, customer_margins

AS_OF = dt.date(2025, 6, 30)


def days(*texts):
    return pd.to_datetime(list(texts))


@pytest.fixture(scope="module")
def frames():
    """A has one of everything, inside the window and outside; B pays in dollars; C is new."""
    return {
        "customers": pd.DataFrame(
            {
                "customer_id": ["A", "B", "C", "Later"],
                "name": "Ltd",
                "industry": "Retail",
                "currency": ["EUR", "USD", "EUR", "EUR"],
                "acquired_on": days("2023-01-01", "2023-01-01", "2025-06-21", "2025-07-01"),
                "payment_terms_days": 30,
                "churned_on": days(None, "2024-07-10", None, None),
            }
        ),
        "invoices": pd.DataFrame(
            {
                "invoice_id": ["Old", "Void", "Paid", "Open", "Project", "Lost", "Dollar"],
                "customer_id": ["A", "A", "A", "A", "A", "B", "B"],
                "issued_on": days("2024-06-30", "2024-08-01", "2025-01-01", "2025-06-10",
                                  "2025-03-31", "2024-05-01", "2024-07-05"),
                "due_on": days("2024-07-30", "2024-08-31", "2025-01-31", "2025-07-10",
                               "2025-04-30", "2024-06-01", "2024-08-04"),
                "amount": [1000.0, 777.0, 300.0, 100.0, 500.0, 80.0, 200.0],
                "currency": ["EUR", "EUR", "EUR", "EUR", "EUR", "USD", "USD"],
                "kind": ["fixed", "fixed", "fixed", "fixed", "project", None, None],
            }
        ),
        "payments": pd.DataFrame(
            {
                "payment_id": ["P1", "P2", "P3", "P4"],
                "invoice_id": ["Old", "Paid", "Project", "Dollar"],
                "paid_on": days("2024-07-30", "2025-01-21", "2025-04-10", "2024-07-25"),
                "amount": [1000.0, 270.0, 500.0, 200.0],
            }
        ),
        "adjustments": pd.DataFrame(
            {
                "adjustment_id": ["1", "2", "3", "4", "5"],
                "invoice_id": ["Void", "Paid", "Old", "Lost", "Paid"],
                "kind": ["credit_note", "credit_note", "refund", "write_off", "refund"],
                "requested_on": days("2024-08-02", "2025-01-10", "2024-08-01", "2025-02-01",
                                     "2025-06-01"),
                "completed_on": days("2024-08-02", "2025-01-12", "2024-08-20", "2025-02-01",
                                     "2025-07-02"),
                "amount": [777.0, 30.0, 25.0, 80.0, 50.0],
            }
        ),
        "invoice_lines": pd.DataFrame(
            {
                "invoice_id": ["Old", "Void", "Paid", "Paid", "Project", "Dollar"],
                "line_no": [1, 1, 1, 2, 1, 1],
                "quantity": 1.0,
                "amount": [1000.0, 777.0, 320.0, -20.0, 500.0, 200.0],
                "cost": [400.0, 300.0, 120.0, None, 310.0, 50.0],
            }
        ),
        "projects": pd.DataFrame(
            {
                "project_id": ["Done", "Runs", "Future"],
                "customer_id": "A",
                "kind": "service",
                "scope": "work",
                "started_on": days("2024-06-21", "2025-06-01", "2025-07-01"),
                "planned_end_on": days("2024-07-01", "2025-07-30", "2025-08-01"),
                "ended_on": days("2024-07-10", "2025-08-30", None),
                "quoted_hours": 10.0,
                "quoted_cost": [999.0, 600.0, 999.0],
                "actual_cost": [400.0, 9_999.0, None],
                "travel_cost": [50.0, 700.0, None],
                "on_site": True,
            }
        ),
        "expenses": pd.DataFrame(
            {
                "expense_id": ["E1", "E2", "E3"],
                "project_id": ["Done", "Runs", "Runs"],
                "submitted_on": days("2024-07-05", "2025-06-20", "2025-07-20"),
                "amount": [50.0, 40.0, 70.0],
            }
        ),
        "tickets": pd.DataFrame(
            {
                "ticket_id": ["T1", "T2", "T3"],
                "customer_id": ["A", "A", "A"],
                "opened_on": days("2024-06-29", "2025-01-02", "2025-06-29"),
                "resolved_on": days("2024-07-02", "2025-01-04", "2025-07-03"),
                "topic": "billing",
                "handling_minutes": [99.0, 30.0, 99.0],
                "cost": [20.0, None, 99.0],
            }
        ),
        "reminders": pd.DataFrame(
            {
                "reminder_id": ["R1", "R2", "R3"],
                "invoice_id": ["Old", "Paid", "Open"],
                "sent_on": days("2024-06-30", "2025-02-05", "2025-07-15"),
                "stage": 1,
                "channel": "email",
                "tone": "neutral",
                "staff_minutes": [60.0, 6.0, 60.0],
            }
        ),
        "fx_rates": pd.DataFrame(
            {
                "currency": ["EUR", "USD", "USD"],
                "month": days("2024-01-01", "2024-01-01", "2025-02-01"),
                "to_reporting": [1.0, 0.9, 0.5],
            }
        ),
    }  # fmt: skip


def margins(frames, as_of=AS_OF, **options):
    rows = customer_margins(FrameTables(frames), as_of, staff_cost_per_hour=60.0, **options)
    return rows.to_pandas().set_index("customer_id")


@pytest.fixture(scope="module")
def rows(frames):
    return margins(frames)


def test_flows_of_the_window_are_worked_by_hand(rows):
    a = rows.loc["A"]
    # The window runs from 1 July 2024: Old was issued the day before, Void was cancelled.
    assert a.revenue == 300 + 100 + 500
    # Credit note 30 on Paid and the refund of 25 on Old; the refund of July is yet to come.
    assert a.credited == 30 + 25
    # The line of the project invoice gives way to what the project cost.
    assert a.cost_of_goods == 120
    # Done took 20 days, 10 of them in the window: 200. Runs is quoted 600 over 60 days, 30 of them
    # by now: 300. The claim on Done is in its travel cost; one on Runs has been handed in.
    assert a.service_cost == 200 + 300 + 40
    # T1 has a cost, T2 30 minutes at 60 an hour, T3 is not resolved.
    assert a.support_cost == 20 + 30
    assert a.reminder_cost == 6
    assert a.written_off == 0
    assert a.contribution == 900 - 55 - 120 - 540 - 50 - 6


def test_days_to_pay_weighs_by_amount_and_lets_open_invoices_be_as_old_as_they_are(rows):
    # Paid took 20 days, Open is 20 days old, Project took 10.
    assert rows.loc["A", "days_to_pay"] == pytest.approx((300 * 20 + 100 * 20 + 500 * 10) / 900)


def test_each_flow_has_the_rate_of_its_month(rows):
    b = rows.loc["B"]
    # Dollar at .9 in July 2024; the debt of May is written off in February at .5.
    assert (b.revenue, b.cost_of_goods, b.written_off) == pytest.approx((180.0, 45.0, 40.0))
    assert b.contribution == pytest.approx(180 - 45 - 40)


def test_days_are_those_of_a_customer_on_the_books(frames, rows):
    # A the whole year; B left on the tenth day of the window; C came ten days before the end.
    assert rows["watched_days"].to_dict() == {"A": 365, "B": 10, "C": 10}
    # The books begin on 1 May 2024, 426 days before the end.
    assert margins(frames, days=1000).loc["A", "watched_days"] == 426


def test_customer_without_a_flow_has_none_and_one_who_comes_later_is_not_there(rows):
    assert "Later" not in rows.index
    assert rows.loc["C", ["revenue", *MARGIN_PARTS, "contribution"]].eq(0).all()
    assert pd.isna(rows.loc["C", "days_to_pay"])


def test_part_never_loaded_is_unknown_and_counts_as_nothing(frames):
    few = {name: frames[name] for name in ("customers", "invoices", "payments", "fx_rates")}
    a = margins(few).loc["A"]
    assert a[list(MARGIN_PARTS)].isna().all()
    # Without the credit note nobody knows that Void was cancelled.
    assert a.contribution == a.revenue == 900 + 777


def test_projects_never_loaded_leave_the_cost_on_the_invoice(frames):
    rest = {name: frame for name, frame in frames.items() if name not in ("projects", "expenses")}
    assert margins(rest).loc["A", "cost_of_goods"] == 120 + 310


def test_window_without_a_day_is_refused(frames):
    with pytest.raises(ValueError, match="0 days holds nothing"):
        margins(frames, days=0)


def test_nothing_recorded_after_the_day_enters():
    company = generate(seed=5, n_customers=40, months=14).tables
    day = dt.date(2026, 2, 14)
    now, then = margins(company, day), margins(closed_books(company, pd.Timestamp(day)), day)
    assert 10 < len(now) < len(company["customers"])
    assert (now[["revenue", *MARGIN_PARTS[:-1]]].sum() > 0).all()
    pd.testing.assert_frame_equal(now, then, check_exact=True)


def test_windows_side_by_side_add_up_to_the_long_one(frames, rows):
    """No flow is lost between two windows, and none is counted in both."""
    summed = ["watched_days", "support_cost", "reminder_cost"]
    # T2 is resolved on the last day of the first window.
    split = dt.date(2025, 1, 4)
    late = margins(frames, days=(AS_OF - split).days)[summed]
    early = margins(frames, split, days=365 - (AS_OF - split).days)[summed]
    both = late + early.reindex(late.index, fill_value=0.0)
    assert early.loc["A", "support_cost"] == 50
    assert both.to_dict() == rows[summed].to_dict()

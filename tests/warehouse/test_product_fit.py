"""Who began with what, worked by hand, and with nothing in it that came after the day."""

import datetime as dt

import pandas as pd
import pytest

from sample_data import generate
from tests.warehouse.frame_tables import FrameTables
from tests.warehouse.test_customers import as_known
from warehouse.product_fit import product_starts

AS_OF = dt.date(2025, 6, 30)


def days(*texts):
    return pd.to_datetime(list(texts))


@pytest.fixture
def frames():
    """Alder stays and earns; Birch leaves within the year; Cedar began too late to tell."""
    who = ["A", "B", "C"]
    return {
        "customers": pd.DataFrame(
            {
                "customer_id": who,
                "name": ["Alder", "Birch", "Cedar"],
                "industry": "Retail",
                "employees": [5, 300, None],
                "currency": "EUR",
                "acquired_on": days("2024-01-01", "2024-01-01", "2024-09-01"),
                "payment_terms_days": 30,
                "churned_on": days(None, "2024-10-01", None),
            }
        ),
        "products": pd.DataFrame(
            {"product_id": ["P", "Q"], "name": ["Plan", "Kit"], "family": ["service", "goods"]}
        ),
        "orders": pd.DataFrame(
            {
                "order_id": ["O1", "O2", "O3", "O4", "O5"],
                "customer_id": ["A", "A", "B", "C", "A"],
                "product_id": ["P", "P", "P", "P", "Q"],
                "quantity": 1.0,
                "unit_price": 1.0,
                # Before the books begin, on their first day, and after.
                "ordered_on": days("2024-02-01", "2024-03-01", "2024-02-01", "2024-09-01",
                                   "2023-12-01"),
            }
        ),
        "invoices": pd.DataFrame(
            {
                "invoice_id": ["I0", "I1", "I2", "I3"],
                "customer_id": ["A", "A", "A", "B"],
                "issued_on": days("2024-01-15", "2024-03-01", "2025-03-01", "2024-05-01"),
                "due_on": days("2024-02-15", "2024-04-01", "2025-04-01", "2024-06-01"),
                "amount": [50.0, 100.0, 900.0, 80.0],
                "currency": "EUR",
            }
        ),
        "payments": pd.DataFrame(
            {"payment_id": ["X"], "invoice_id": ["I1"], "paid_on": days("2024-03-20"),
             "amount": [100.0]}
        ),
        "invoice_lines": pd.DataFrame(
            {
                "invoice_id": ["I0", "I1", "I2", "I3"],
                "line_no": 1,
                "quantity": 1.0,
                "amount": [50.0, 100.0, 900.0, 80.0],
                "cost": [10.0, 60.0, 1.0, 90.0],
            }
        ),
        "tickets": pd.DataFrame(
            {
                "ticket_id": ["T1", "T2"],
                "customer_id": "A",
                "opened_on": days("2024-06-01", "2025-01-01"),
                "resolved_on": days("2024-06-02", "2025-08-01"),
                "topic": "billing",
                "handling_minutes": [20.0, 999.0],
                "cost": [None, 999.0],
            }
        ),
    }  # fmt: skip


def test_first_starts_are_followed_for_a_year(frames):
    tables = FrameTables(frames)
    tables.settings.set(staff_cost_per_hour=30.0)
    rows = product_starts(tables, AS_OF).to_pandas().set_index(["customer_id", "product"])
    # Cedar began less than a year ago, and Alder's kit is older than the books.
    assert list(rows.index) == [("A", "Plan"), ("B", "Plan")]
    alder, birch = rows.loc[("A", "Plan")], rows.loc[("B", "Plan")]
    # 100 - 60 within the year; I0 is earlier, I2 later. Twenty minutes at 30 an hour.
    assert (alder["margin"], alder["support_cost"], alder["contribution"]) == (40.0, 10.0, 30.0)
    assert (birch["margin"], birch["contribution"]) == (-10.0, -10.0)
    assert (bool(alder["stayed"]), bool(birch["stayed"])) == (True, False)
    assert (alder["size"], birch["size"], alder["country"]) == (
        "1-9 people", "250-999 people", "not stated"
    )  # fmt: skip


def test_nothing_recorded_after_the_day_enters():
    tables = generate(seed=5, n_customers=60, months=26).tables
    day = dt.date(2026, 2, 14)
    now = product_starts(FrameTables(tables), day).to_pandas()
    then = product_starts(FrameTables(as_known(tables, day)), day).to_pandas()
    assert len(now) > 20
    pd.testing.assert_frame_equal(now, then, check_exact=True)

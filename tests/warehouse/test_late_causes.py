"""What is known of why an invoice is late: worked by hand, and nothing from later."""

import datetime as dt

import pandas as pd
import pytest

from sample_data import generate
from tests.warehouse.frame_tables import FrameTables
from tests.warehouse.test_customers import as_known
from warehouse.late_causes import late_facts

AS_OF = dt.date(2025, 6, 30)


def days(*texts):
    return pd.to_datetime(list(texts))


@pytest.fixture(scope="module")
def frames():
    return {
        "customers": pd.DataFrame(
            {"customer_id": ["A"], "name": "x", "industry": "Retail", "currency": "EUR",
             "acquired_on": days("2024-01-01"), "payment_terms_days": 30}
        ),
        "invoices": pd.DataFrame(
            {
                "invoice_id": ["late", "owed", "soon", "punctual"],
                "customer_id": "A",
                "issued_on": days("2025-01-01", "2025-05-01", "2025-06-20", "2025-01-01"),
                "due_on": days("2025-01-31", "2025-05-31", "2025-07-20", "2025-01-31"),
                "amount": 100.0,
                "currency": "EUR",
                "late_reason": ["cash", "habit", None, None],
            }
        ),
        "payments": pd.DataFrame(
            {"payment_id": ["P1", "P2", "P3"], "invoice_id": ["late", "late", "punctual"],
             "paid_on": days("2025-02-05", "2025-02-20", "2025-01-30"),
             "amount": [40.0, 60.0, 100.0]}
        ),
        "disputes": pd.DataFrame(
            {"dispute_id": ["D1", "D2"], "invoice_id": "owed", "kind": "dispute",
             "opened_on": days("2025-05-10", "2025-05-20"),
             "resolved_on": days("2025-06-01", None),
             "amount": [25.0, 100.0], "reason": ["quality", "missing_po"],
             "outcome": ["partial", None]}
        ),
        "invoice_lines": pd.DataFrame(
            {"invoice_id": "owed", "line_no": [1, 2], "quantity": 1.0, "amount": [75.0, 25.0]}
        ),
    }  # fmt: skip


def test_late_and_open_invoices_have_what_was_known_of_them(frames):
    rows = late_facts(FrameTables(frames), AS_OF).to_pandas().set_index("invoice_id")
    assert sorted(rows.index) == ["late", "owed", "soon"]
    assert rows["days_late"].to_dict() == {"late": 20, "owed": 30, "soon": -20}
    assert rows["in_part"].to_dict() == {"late": 1, "owed": 0, "soon": 0}
    owed = rows.loc["owed"]
    assert (owed["dispute"], owed["dispute_reason"]) == ("theirs", "quality")
    # A quarter of it, which is exactly the second line, and we agreed in part.
    assert (owed["disputed_share"], owed["disputed_line"], owed["upheld"]) == (0.25, 2, 1)
    assert rows.loc["late", "noted"] == "cash"


def test_note_of_an_open_invoice_counts_once_nothing_later_is_known(frames):
    assert late_facts(FrameTables(frames), AS_OF).to_pandas()["noted"].notna().sum() == 2
    # Until then it may have been written down only later.
    early = late_facts(FrameTables(frames), dt.date(2025, 2, 10)).to_pandas()
    assert early["noted"].isna().all()


def test_nothing_recorded_after_the_day_enters():
    tables = generate(seed=5, n_customers=60, months=18).tables
    # Notes are not dated, so on a past day only those of settled invoices count.
    tables = tables | {"invoices": tables["invoices"].assign(late_reason=None)}
    day = dt.date(2026, 2, 14)
    now, then = (
        late_facts(FrameTables(books), day).to_pandas().sort_values("invoice_id")
        for books in (tables, as_known(tables, day))
    )
    assert len(now) > 100
    pd.testing.assert_frame_equal(
        now.reset_index(drop=True), then.reset_index(drop=True), check_exact=True
    )

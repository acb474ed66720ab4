"""What lifetime value reads: monthly value today, and invoices behind a margin, as of a day."""

import datetime as dt

import pytest

from warehouse.lifetime_value import invoices_of_margin, recurring_now

AS_OF = dt.date(2025, 6, 30)


@pytest.fixture(scope="module")
def tables(make_tables):
    return make_tables(
        customers=[{"customer_id": "C-1"}, {"customer_id": "C-2", "currency": "USD"}],
        contracts=[
            {"contract_id": "K-1", "monthly_value": 100.0},
            {"contract_id": "K-2", "monthly_value": 50.0, "ended_on": "2025-05-31"},
            {"contract_id": "K-3", "monthly_value": 70.0, "started_on": "2025-07-01"},
            {"contract_id": "K-4", "customer_id": "C-2", "monthly_value": 200.0},
        ],
        invoices=[
            {"invoice_id": "I-old", "issued_on": "2024-06-30", "amount": 11.0},
            {"invoice_id": "I-1", "issued_on": "2025-02-01", "amount": 300.0},
            {"invoice_id": "I-void", "issued_on": "2025-03-01", "amount": 40.0},
            {"invoice_id": "I-later", "issued_on": "2025-07-01", "amount": 500.0},
            {"invoice_id": "I-other", "customer_id": "C-2", "issued_on": "2025-03-01"},
        ],
        adjustments=[
            {"invoice_id": "I-void", "amount": 40.0, "requested_on": "2025-03-05",
             "completed_on": "2025-03-05"}
        ],
        fx_rates=[{"currency": "USD", "month": "2025-06-01", "to_reporting": 0.5}],
    )  # fmt: skip


def test_monthly_value_is_that_of_contracts_in_force_at_todays_rate(tables):
    found = recurring_now(tables, AS_OF).to_pandas()
    assert dict(zip(found["customer_id"], found["monthly"], strict=True)) == {
        "C-1": 100.0,
        "C-2": 100.0,
    }


def test_invoices_behind_a_margin_are_those_of_the_window(tables):
    found = invoices_of_margin(tables, AS_OF, "C-1").to_pandas()
    assert found["invoice_id"].tolist() == ["I-1"]
    assert found["revenue"].tolist() == [300.0]
    assert found["cost_of_goods"].isna().all()

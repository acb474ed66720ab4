"""Purchases without a contract, as of a day."""

import datetime as dt

from warehouse.repeat_purchases import purchase_histories

AS_OF = dt.date(2025, 6, 30)


def test_purchases_are_days_with_invoices_of_who_never_had_a_contract(make_tables):
    tables = make_tables(
        customers=[
            {"customer_id": "C-1"},
            {"customer_id": "Contract"},
            {"customer_id": "Left", "churned_on": "2025-03-01"},
            {"customer_id": "Once"},
        ],
        contracts=[{"customer_id": "Contract", "ended_on": "2024-06-30"}],
        invoices=[
            {"invoice_id": "I-1", "issued_on": "2025-01-01", "amount": 900.0},
            # Two invoices of a day are one purchase of 100; the cancelled one is none.
            {"invoice_id": "I-2", "issued_on": "2025-02-10", "amount": 60.0},
            {"invoice_id": "I-3", "issued_on": "2025-02-10", "amount": 40.0},
            {"invoice_id": "I-4", "issued_on": "2025-03-02", "amount": 300.0},
            {"invoice_id": "Void", "issued_on": "2025-05-01", "amount": 70.0},
            {"invoice_id": "Later", "issued_on": "2025-07-01"},
            *(
                {"invoice_id": name, "customer_id": name, "issued_on": "2025-06-20"}
                for name in ("Contract", "Left", "Once")
            ),
        ],
        adjustments=[
            {"invoice_id": "Void", "amount": 70.0, "requested_on": "2025-05-02",
             "completed_on": "2025-05-02"}
        ],
    )  # fmt: skip
    found = purchase_histories(tables, AS_OF).to_pandas().set_index("customer_id")
    assert list(found.index) == ["C-1", "Once"]
    assert found.loc["C-1"].to_dict() == {
        "repeats": 2.0,
        "last_repeat": 60.0,
        "observed": 180.0,
        "spend": 200.0,
    }
    assert found["repeats"]["Once"] == 0
    assert found["spend"].isna()["Once"]

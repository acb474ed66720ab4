"""What a contract cost on a day, and which contract is a customer's main one: no price to come."""

import datetime as dt

import ibis
import pandas as pd
import pytest

from tests.warehouse.frame_tables import FrameTables
from warehouse.contract_prices import with_price
from warehouse.customers import customer_features
from warehouse.segments import first_contracts

BEFORE, AFTER = dt.date(2025, 6, 30), dt.date(2025, 7, 31)


@pytest.fixture(scope="module")
def book():
    """Two contracts begun on one day; the smaller becomes the larger on 15 July 2025."""
    begun = pd.Timestamp("2025-01-01")
    return FrameTables(
        {
            "customers": pd.DataFrame(
                {"customer_id": ["A"], "name": ["Alder Ltd"], "currency": ["EUR"],
                 "acquired_on": [begun], "payment_terms_days": [30]}
            ),
            "invoices": pd.DataFrame(
                {"invoice_id": ["I1"], "customer_id": ["A"], "issued_on": [begun],
                 "due_on": [begun], "amount": [1.0], "currency": ["EUR"]}
            ),
            "payments": pd.DataFrame({"payment_id": []}),
            "contracts": pd.DataFrame(
                {"contract_id": ["K1", "K2"], "customer_id": "A", "product_id": ["P1", "P2"],
                 "started_on": begun, "billing_model": ["usage", "fixed"],
                 "billing_timing": "in_advance", "monthly_value": [300.0, 200.0]}
            ),
            "price_changes": pd.DataFrame(
                {"change_id": ["C1", "C2"], "contract_id": "K1",
                 "announced_on": pd.to_datetime(["2025-02-01", "2025-05-01"]),
                 "effective_on": pd.to_datetime(["2025-03-01", "2025-07-15"]),
                 "old_monthly_value": [100.0, 150.0], "new_monthly_value": [150.0, 300.0]}
            ),
        }
    )  # fmt: skip


def prices(book, day):
    rows = with_price(book["contracts"], book, day).to_pandas()
    assert "of_contract" not in rows
    assert len(rows) == 2
    return rows.set_index("contract_id")["price"].to_dict()


@pytest.mark.parametrize(
    ("day", "smaller"),
    [("2025-02-28", 100), ("2025-03-01", 150), ("2025-07-14", 150), ("2025-07-15", 300)],
)
def test_price_is_that_of_the_day(book, day, smaller):
    assert prices(book, ibis.date(day)) == {"K1": smaller, "K2": 200}
    assert prices(book, book["contracts"].started_on) == {"K1": 100, "K2": 200}


def test_latest_price_holds_where_no_change_was_loaded(book):
    alone = {name: rows for name, rows in book.items() if name != "price_changes"}
    rows = with_price(book["contracts"], alone, ibis.date("2025-02-28")).to_pandas()
    assert rows.set_index("contract_id")["price"].to_dict() == {"K1": 300, "K2": 200}


@pytest.mark.parametrize(("as_of", "main"), [(BEFORE, "fixed"), (AFTER, "usage")])
def test_main_contract_is_the_dearest_at_the_prices_of_the_day(book, as_of, main):
    row = customer_features(book, as_of).to_pandas().iloc[0]
    assert row["billing_model"] == main


@pytest.mark.parametrize("as_of", [BEFORE, AFTER])
def test_contract_a_customer_began_with_never_changes(book, as_of):
    # Of the two begun on one day, K2 was the dearer on that day, whatever they cost later.
    rows = first_contracts(book, as_of).to_pandas()
    assert rows["contract_id"].tolist() == ["K2"]
    assert set(rows.columns) == set(book["contracts"].columns)

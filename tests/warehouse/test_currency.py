import datetime as dt

import pytest

from warehouse.currency import closing_rates, monthly_rates
from warehouse.late_payments import invoice_outcomes, open_invoices
from warehouse.segments import segmented_invoices

AS_OF = dt.date(2025, 6, 30)


@pytest.fixture
def tables(make_tables):
    rates = [("2025-01-01", 0.90), ("2025-04-01", 0.80), ("2025-07-01", 0.50)]
    return make_tables(
        customers=[{"customer_id": "C-1"}, {"customer_id": "C-2", "currency": "USD"}],
        invoices=[
            {"invoice_id": "A", "issued_on": "2025-01-15", "due_on": "2025-02-15"},
            {
                "invoice_id": "B",
                "customer_id": "C-2",
                "currency": "USD",
                "issued_on": "2025-03-10",
                "due_on": "2025-04-10",
            },
        ],
        fx_rates=[{"currency": "USD", "month": m, "to_reporting": r} for m, r in rates],
    )


def test_month_without_a_rate_takes_the_last_one_before_it(tables):
    rates = monthly_rates(tables, AS_OF)
    usd = rates[rates["currency"] == "USD"].set_index("month")["to_reporting"]
    assert usd.loc["2025-03-01"] == 0.90
    assert usd.loc["2025-06-01"] == 0.80


def test_rate_published_after_as_of_is_not_read(tables):
    closing = closing_rates(tables, AS_OF).set_index("currency")["to_reporting"]
    assert closing.to_dict() == {"EUR": 1.0, "USD": 0.80}


def test_flows_take_the_rate_of_their_month_and_balances_that_of_as_of(tables):
    invoices = segmented_invoices(tables, AS_OF)
    billed = invoice_outcomes(invoices, tables, AS_OF).to_pandas().set_index("invoice_id")
    owed = open_invoices(invoices, tables, AS_OF).to_pandas().set_index("invoice_id")
    # 100 dollars billed in March at 0.90; still owed in June, when a dollar is worth 0.80.
    assert billed.loc["B", "amount"] == pytest.approx(90.0)
    assert owed.loc["B", "open_amount"] == pytest.approx(80.0)
    assert owed.loc["B", ["amount_original", "open_amount_original"]].tolist() == [100.0, 100.0]
    assert owed.loc["A", "open_amount"] == 100.0


def test_without_rates_the_reporting_currency_is_one(make_tables):
    tables = make_tables(invoices=[{}])
    assert closing_rates(tables, AS_OF).to_dict("records") == [
        {"currency": "EUR", "to_reporting": 1.0}
    ]

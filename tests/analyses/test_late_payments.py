import datetime as dt

import pandas as pd
import pytest

import analyses.late_payments
from analyses.scope import Scope
from tests.warehouse.frame_tables import FrameTables

AS_OF = dt.date(2025, 6, 30)


@pytest.fixture(scope="module")
def tables():
    """Ninety customers in two regions with three invoices each; ten have one not yet due."""
    ids = [f"C{n:02}" for n in range(90)]
    issued = [dt.date(2025, 1, 10), dt.date(2025, 2, 10), dt.date(2025, 3, 10)]
    invoices = pd.DataFrame(
        [
            (f"{who}-{n}", who, day, day + dt.timedelta(days=30), 100.0, "EUR")
            for who in ids[:80]
            for n, day in enumerate(issued)
        ]
        + [(f"{who}-0", who, AS_OF, dt.date(2025, 7, 30), 100.0, "EUR") for who in ids[80:]],
        columns=["invoice_id", "customer_id", "issued_on", "due_on", "amount", "currency"],
    )
    paid = invoices[invoices["due_on"] < AS_OF]
    return FrameTables(
        {
            "customers": pd.DataFrame(
                {
                    "customer_id": ids,
                    "name": ids,
                    "region": ["north" if n % 4 else "south" for n in range(90)],
                }
            ),
            "invoices": invoices,
            "payments": paid.assign(
                payment_id="P" + paid["invoice_id"],
                paid_on=[d + dt.timedelta(days=n % 9 - 4) for n, d in enumerate(paid["due_on"])],
            )[["payment_id", "invoice_id", "paid_on", "amount"]],
        }
    )


def results(tables, by):
    scope = Scope(AS_OF)
    return (
        analyses.late_payments.time_to_pay(tables, scope, by),
        analyses.late_payments.late_share(tables, scope, by),
    )


@pytest.mark.parametrize("by", [None, "region", "terms"])
def test_customers_counted_in_random_groups_are_reported_as_customers(tables, by, monkeypatch):
    curve, late = results(tables, by)
    monkeypatch.setattr(analyses.late_payments, "MANY_CUSTOMERS", 50)
    monkeypatch.setattr(analyses.late_payments, "CUSTOMER_GROUPS", 16)
    grouped_curve, grouped_late = results(tables, by)
    assert grouped_curve.n_customers == curve.n_customers == 90
    assert grouped_curve.groups["n_customers"].tolist() == curve.groups["n_customers"].tolist()
    # Ten customers have nothing paid or past due.
    assert late.table["n_customers"].iloc[0] == 80
    assert grouped_late.table["n_customers"].tolist() == late.table["n_customers"].tolist()
    if by == "region":
        assert grouped_curve.comparison.n_clusters == 16

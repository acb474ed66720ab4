"""Whoever the churn rule counts as lost is lost to every analysis."""

import datetime as dt

import pandas as pd
import pytest

import analyses.churn
import analyses.personas
import analyses.unit_economics
from analyses.scope import Scope
from tests.warehouse.frame_tables import FrameTables

AS_OF = dt.date(2025, 6, 30)


@pytest.fixture(scope="module")
def tables():
    """Two customers: Loyal is billed to the end, Quiet until 31 December 2024, 181 days before."""
    months = pd.date_range("2024-01-31", "2025-06-30", freq="ME")
    bills = pd.DataFrame(
        [(who, day.date()) for who in ("Loyal", "Quiet") for day in months],
        columns=["customer_id", "issued_on"],
    )
    late = pd.to_datetime(bills["issued_on"]) > pd.Timestamp("2024-12-31")
    bills = bills[~((bills["customer_id"] == "Quiet") & late)].reset_index(drop=True)
    bills = bills.assign(invoice_id=bills.index.map("I{}".format), due_on=bills["issued_on"],
                         amount=100.0, currency="EUR")  # fmt: skip
    customers = pd.DataFrame({"customer_id": ["Loyal", "Quiet"], "name": ["Loyal", "Quiet"]})
    customers = customers.assign(acquired_on=dt.date(2024, 1, 31), currency="EUR")
    return FrameTables(
        {"customers": customers, "invoices": bills, "payments": pd.DataFrame({"invoice_id": []})}
    )


@pytest.mark.parametrize(("rule", "gone"), [(200, False), (90, True)])
def test_rule_of_the_workspace_says_who_has_left(tables, rule, gone):
    tables.settings.set(churn_rule_days=rule)
    lives = analyses.churn.lives(tables, Scope(AS_OF)).set_index("customer_id")
    features = analyses.personas.features(tables, Scope(AS_OF)).set_index("customer_id")
    flows = analyses.unit_economics.flows(tables, Scope(AS_OF)).set_index("customer_id")
    assert lives.loc["Quiet", "by_rule"] == gone
    assert features.loc["Quiet", "active"] == (not gone)
    assert features.loc["Loyal", "active"]
    # Quiet until 31 December 2024; 90 days later is 31 March 2025, 91 days before the as-of date.
    assert flows.loc["Quiet", "watched_days"] == (365 - 91 if gone else 365)
    days = lives.loc["Quiet", "duration"]
    assert features.loc["Quiet", "tenure_months"] == pytest.approx(days / 30.4375)

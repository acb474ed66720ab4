"""The rows of a receipt lead to the figure: every term of its formula adds up from them."""

import datetime as dt

import pandas as pd
import pytest

import analyses.receivables
from analyses.scope import Scope
from tests.warehouse.frame_tables import FrameTables

AS_OF = dt.date(2025, 6, 30)


def day(text):
    return dt.date.fromisoformat(text)


@pytest.fixture(scope="module")
def tables():
    """Two years of invoices in two currencies, one of which changes its rate every month."""
    issued = pd.date_range("2023-07-03", "2025-06-25", freq="5D")
    invoices = pd.DataFrame(
        {
            "invoice_id": [f"I{n}" for n in range(len(issued))],
            "customer_id": "C1",
            "issued_on": issued.date,
            "due_on": (issued + pd.Timedelta(days=30)).date,
            "amount": [100.0 + 7 * (n % 13) for n in range(len(issued))],
            "currency": ["EUR", "USD"] * (len(issued) // 2) + ["EUR"] * (len(issued) % 2),
        }
    )
    paid = invoices.iloc[[n for n in range(len(issued)) if n % 9]].assign(
        payment_id=lambda frame: "P" + frame["invoice_id"],
        paid_on=lambda frame: [
            d + dt.timedelta(days=25 + n % 17) for n, d in enumerate(frame["issued_on"])
        ],
    )
    paid = paid[paid["paid_on"] <= AS_OF]
    # Some are paid in part.
    paid.loc[paid.index[::11], "amount"] /= 2
    months = pd.date_range("2023-07-01", "2025-06-01", freq="MS")
    return FrameTables(
        {
            "customers": pd.DataFrame(
                {"customer_id": ["C1"], "name": ["A"], "acquired_on": [day("2023-01-01")]}
            ),
            "invoices": invoices,
            "payments": paid[["payment_id", "invoice_id", "paid_on", "amount"]],
            "fx_rates": pd.DataFrame(
                {
                    "currency": "USD",
                    "month": months.date,
                    "to_reporting": [0.8 + 0.01 * n for n in range(len(months))],
                }
            ),
        }
    )


def parts_of(tables, figure):
    rows = analyses.receivables.receipt_rows(tables, Scope(AS_OF), f"receivables.{figure}")
    return rows.to_pandas().groupby("part")["contribution"].sum()


def test_growth_is_made_of_its_receipt(tables):
    found = analyses.receivables.run(tables, Scope(AS_OF))
    part = parts_of(tables, "growth")
    owed = part["open balance"] / part["open balance 12 months before"] - 1
    sold = part["sales of the period"] / part["sales of the same period 12 months before"] - 1
    assert owed - sold == pytest.approx(found.growth, rel=1e-9)


def test_collection_effectiveness_is_made_of_its_receipt(tables):
    found = analyses.receivables.run(tables, Scope(AS_OF))
    part = parts_of(tables, "cei")
    not_due = part["closing balance, not yet due"]
    could = part["opening balance"] + part["sales"] - not_due
    was = could - part["closing balance, past due"]
    assert 100 * was / could == pytest.approx(found.cei, rel=1e-9)


def test_velocity_is_made_of_its_receipt(tables):
    found = analyses.receivables.run(tables, Scope(AS_OF))
    part = parts_of(tables, "cash_flow_velocity")
    mean = (part["opening balance"] + part["closing balance"]) / 2
    # April, May and June have 91 days.
    assert part["cash received"] / mean * 365 / 91 == pytest.approx(
        found.cash_flow_velocity, rel=1e-9
    )


@pytest.mark.parametrize("figure", ["dso_simple", "dso_best_possible", "average_days_delinquent"])
def test_days_of_sales_are_made_of_their_receipt(tables, figure):
    found = analyses.receivables.run(tables, Scope(AS_OF))
    part = parts_of(tables, figure)
    assert part["open balance"] / part["sales"] * 91 == pytest.approx(
        getattr(found, figure), rel=1e-9
    )


def test_figure_of_another_analysis_has_no_rows_here(tables):
    with pytest.raises(ValueError, match="is not one of receivables"):
        parts_of(tables, "mood")

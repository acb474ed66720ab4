"""Workspaces small enough to write down, for what the sample company does not have."""

import pandas as pd
import pytest

import analyses.late_payments
import analyses.review
from analyses.scope import Scope
from reports.edition import Edition
from warehouse.load import load
from warehouse.workspace import Workspace

# What people and systems write into names. A terminal's bell and a NUL are no XML.
HOSTILE = (
    '=HYPERLINK("http://e.vil","x")',
    "<script>alert(1)</script>",
    "Very long name " * 700,
    "'; DROP TABLE invoices; --",
    "bell \x07 and turned \u202e name",
    "Ærøskøbing Süßwaren 日本 GmbH & Co. <KG>",
)


def write_company(folder, invoices, names):
    """CSV files in euros; an invoice is (customer, issued, due, amount, paid or None)."""
    ids = [f"C{n}" for n in range(len(names))]
    pd.DataFrame(
        {
            "customer_id": ids,
            "name": names,
            "industry": names,
            "currency": "EUR",
            "country": "DE",
            "acquired_on": "2023-01-01",
            "payment_terms_days": 30,
        }
    ).to_csv(folder / "customers.csv", index=False)
    table = pd.DataFrame(invoices, columns=["who", "issued_on", "due_on", "amount", "paid_on"])
    table["invoice_id"] = [f"I{n}" for n in range(len(table))]
    table.assign(customer_id=table["who"].map(dict(enumerate(ids))), currency="EUR").drop(
        columns=["who", "paid_on"]
    ).to_csv(folder / "invoices.csv", index=False)
    paid = table.dropna(subset="paid_on").assign(payment_id=lambda t: "P" + t["invoice_id"])
    paid[["payment_id", "invoice_id", "paid_on", "amount"]].to_csv(
        folder / "payments.csv", index=False
    )


@pytest.fixture(scope="session")
def workspace_of(tmp_path_factory):
    """Makes a workspace of invoices and names; see `write_company`."""

    def make(invoices, names=("Acme",)):
        folder = tmp_path_factory.mktemp("company")
        files = folder / "files"
        files.mkdir()
        write_company(files, invoices, names)
        workspace = Workspace.create(folder / "workspace")
        report = load([str(files)], workspace, currency="EUR")
        assert report.tables["invoices"].accepted == len(invoices), report.to_json()
        return workspace

    return make


@pytest.fixture(scope="session")
def reviewed():
    """Runs every analysis on a workspace: the review, its edition and the late share by segment."""

    def run(workspace, *by):
        snapshot = workspace.current()
        with snapshot.tables() as tables:
            scope = Scope(tables.newest_date)
            review = analyses.review.run(tables, scope)
            late_by = {name: analyses.late_payments.late_share(tables, scope, name) for name in by}
        return review, Edition("Acme", snapshot.id, scope.as_of, review.currency), late_by

    return run


@pytest.fixture(scope="session")
def long_history():
    """Invoices of many customers over two years: (customer, issued, due, amount, paid or None)."""

    def make(n_customers):
        invoices = []
        for n, issued in enumerate(pd.date_range("2024-01-05", "2025-12-20", freq="SMS")):
            for who in range(n_customers):
                issue = issued + pd.Timedelta(days=who)
                due = issue + pd.Timedelta(days=30)
                # Later customers pay later; of each something is past due, and the newest is open.
                paid = issue + pd.Timedelta(days=20 + 5 * who + n % 3)
                day = None if n == 40 or n >= 45 else f"{paid:%Y-%m-%d}"
                invoices.append((who, f"{issue:%Y-%m-%d}", f"{due:%Y-%m-%d}", 1_000 + who, day))
        return invoices

    return make


@pytest.fixture(scope="session")
def hostile_company(workspace_of, long_history, reviewed):
    """A company of six customers with hostile names: its workspace and its review, as `reviewed`.

    Every analysis that a ledger alone can carry has an answer.
    """
    workspace = workspace_of(long_history(len(HOSTILE)), HOSTILE)
    return workspace, *reviewed(workspace, "industry", "country", "terms")

"""Canonical tables made from a few rows, and a workspace that holds a small company."""

import shutil

import pandas as pd
import pytest

from tests.warehouse.company import write_company
from tests.warehouse.frame_tables import FrameTables
from warehouse.load import load
from warehouse.tables import TABLES
from warehouse.workspace import Workspace

# What a row holds where a test does not say.
FILLED = {
    "customers": {
        "name": "Firm",
        "industry": "Retail",
        "currency": "EUR",
        "acquired_on": "2024-01-01",
        "payment_terms_days": 30,
    },
    "invoices": {
        "customer_id": "C-1",
        "issued_on": "2025-01-01",
        "due_on": "2025-01-31",
        "amount": 100.0,
        "currency": "EUR",
    },
    "payments": {"amount": 100.0},
    "adjustments": {"kind": "credit_note", "requested_on": "2025-01-01", "amount": 100.0},
    "disputes": {"kind": "dispute", "amount": 10.0, "reason": "price"},
    "contracts": {
        "customer_id": "C-1",
        "billing_model": "fixed",
        "billing_timing": "in_advance",
        "product_id": "P",
        "started_on": "2024-01-01",
    },
    "fx_rates": {},
}


@pytest.fixture(scope="session")
def make_tables():
    """Build tables from ``invoices=[...]`` lists of dicts, with what is not said filled in."""

    def make(*, reporting_currency="EUR", **tables):
        tables = {"customers": [{"customer_id": "C-1"}], "payments": [], **tables}
        frames = {}
        for name, rows in tables.items():
            key = TABLES[name].primary_key[0]
            rows = [
                {key: f"{name}-{n:04d}", **FILLED.get(name, {}), **row}
                for n, row in enumerate(rows)
            ]
            frame = pd.DataFrame(rows, columns=list(TABLES[name].columns))
            for column, spec in TABLES[name].columns.items():
                if spec.dtype in ("date", "month"):
                    frame[column] = pd.to_datetime(frame[column]).dt.date
            frames[name] = frame
        return FrameTables(frames, reporting_currency)

    return make


@pytest.fixture
def workspace(tmp_path):
    """An empty workspace."""
    return Workspace.create(tmp_path / "workspace")


@pytest.fixture(scope="session")
def loaded_once(tmp_path_factory):
    """Folder of a workspace with the small company. Shared: copy it, do not load into it."""
    folder = tmp_path_factory.mktemp("company")
    workspace = Workspace.create(folder / "workspace")
    load(write_company(folder / "files"), workspace, who="Ada")
    return workspace.folder


@pytest.fixture
def loaded(loaded_once, tmp_path):
    """A workspace of the test's own in which Ada has loaded the small company."""
    return Workspace.open(shutil.copytree(loaded_once, tmp_path / "loaded"))

"""Preview: what is shown before an import is what the import does, and nothing counts before."""

import datetime as dt

import pytest

from warehouse.files import stage
from warehouse.load import load
from warehouse.preview import first_rows, guess_columns, preview, recipe_of, rehearse
from warehouse.workspace import Workspace

CUSTOMERS = """customer_id,name,industry,currency,acquired_on,payment_terms_days
C-1,Acme,Retail,EUR,2024-01-05,30
C-2,Beta,Retail,EUR,someday,30
"""
INVOICES = """invoice_id;customer_id;issued_on;due_on;amount;currency
I-1;C-1;05.01.2025;04.02.2025;1.234,50;EUR
I-2;C-1;31.01.2025;02.03.2025;-5,00;EUR
I-3;C-9;31.01.2025;02.03.2025;7,00;EUR
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "customers.csv").write_text(CUSTOMERS)
    (tmp_path / "invoices.csv").write_text(INVOICES)
    return tmp_path


@pytest.fixture
def workspace(files):
    made = Workspace.create(files / "workspace")
    load(files / "customers.csv", made)
    return made


def everything_in(folder):
    return {
        p.relative_to(folder): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != "import.lock"
    }


def test_first_rows_are_as_they_stand_in_the_file(files):
    [staged] = stage(files / "invoices.csv", files / "staged")
    rows = first_rows(staged, 2)
    assert rows["_row"].tolist() == [2, 3]
    assert rows["amount"].tolist() == ["1.234,50", "-5,00"]


def test_preview_reads_as_the_import_would(files):
    [staged] = stage(files / "invoices.csv", files / "staged")
    seen = preview(staged, None, files / "recipes")
    first = seen.after["invoices"].iloc[0]
    assert seen.recipe.name == "invoices"
    assert float(first["amount"]) == 1234.5
    assert first["issued_on"].date() == dt.date(2025, 1, 5)


def test_rehearsal_refuses_what_the_import_refuses(files, workspace):
    rehearsed = rehearse(files / "invoices.csv", workspace)
    reported = load(files / "invoices.csv", workspace)
    assert rehearsed.report.tables == reported.tables
    assert rehearsed.report.refused == 2
    kept = workspace.refused(reported.import_id)
    assert rehearsed.refused.drop(columns="source").equals(kept.drop(columns="source"))
    # I-3 is refused only because the workspace was asked: its customer was never loaded.
    assert "customer_id_known" in reported.tables["invoices"].refused_by_rule


def test_rehearsal_leaves_the_workspace_as_it_was(files, workspace):
    before = everything_in(workspace.folder)
    rehearse(files / "invoices.csv", workspace, mode="replace", currency="USD")
    rehearse(files / "customers.csv", workspace, mode="replace")
    assert everything_in(workspace.folder) == before


def test_rehearsal_needs_no_workspace(files):
    rehearsed = rehearse(files / "customers.csv", None)
    assert (rehearsed.report.accepted, rehearsed.report.refused) == (1, 1)


def test_answers_about_an_unknown_file_become_a_recipe(files):
    (files / "open items.csv").write_text(INVOICES.replace("invoice_id", "Rechnungsnr"))
    [staged] = stage(files / "open items.csv", files / "staged")
    recipe = recipe_of(guess_columns(staged), staged, "our_export")
    assert recipe.name == "our_export"
    assert recipe.tables["invoices"].columns["invoice_id"].column == "Rechnungsnr"

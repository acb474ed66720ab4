"""The data pages from app.py, each test with a workspace of its own."""

import json
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from tests.served import ROOT
from tests.shown import app_at
from warehouse.workspace import Workspace

# Semicolons, decimal commas, day first, a script in a name, a formula, a negative amount, an
# impossible day, a payment before its invoice, and a line of totals at the end.
MESSY = """Rechnungsnr;Kunde;Rechnungsdatum;Fällig am;Betrag;Bezahlt am;Währung
R-1;Müller GmbH;05.01.2025;04.02.2025;1.234,50;10.02.2025;EUR
R-2;<script>alert(1)</script>;06.01.2025;05.02.2025;99,90;;EUR
R-3;=HYPERLINK("http://x");31.01.2025;02.03.2025;-5,00;;EUR
R-4;Später KG;31.02.2025;02.03.2025;15,00;;EUR
R-5;Vorher KG;10.02.2025;12.03.2025;15,00;01.02.2025;EUR
Summe;;;;1.359,40;;
""".encode("cp1252")

CUSTOMERS = b"""customer_id,name,industry,currency,acquired_on,payment_terms_days
C-1,Acme Ltd,Retail,EUR,2024-01-05,30
C-2,ACME,Retail,EUR,2024-02-05,30
C-3,"=cmd|' /C calc'!A0",Retail,EUR,not a day,30
"""


@pytest.fixture
def workspace_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GOODWILL_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.chdir(ROOT)
    return tmp_path / "workspace"


def show(page: str) -> AppTest:
    return checked(app_at(page).run())


def checked(at: AppTest) -> AppTest:
    assert not at.exception
    return at


def press(at: AppTest, label: str) -> AppTest:
    return checked(next(b for b in at.button if b.label == label).click().run())


def said(at: AppTest) -> str:
    return "\n".join(element.value for element in [*at.markdown, *at.caption, *at.success])


@pytest.fixture(scope="module")
def page_and_workspace(tmp_path_factory):
    """The load page after customers.csv was loaded, and the workspace. Shared: read them."""
    folder = tmp_path_factory.mktemp("loaded") / "workspace"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOODWILL_WORKSPACE", str(folder))
        patch.chdir(ROOT)
        at = show("pages/data/load.py")
        checked(at.file_uploader[0].set_value(("customers.csv", CUSTOMERS, "text/csv")).run())
        assert "3 rows were read: **2** accepted, **1** refused" in said(at)
        assert not folder.exists(), "nothing may count before it is loaded"
        return press(at, "Load"), folder


@pytest.fixture
def loaded(page_and_workspace, workspace_folder):
    """The load page after the import; the test has a copy of the workspace for itself."""
    at, folder = page_and_workspace
    shutil.copytree(folder, workspace_folder)
    return at


def test_import_is_rehearsed_then_carried_out(loaded, workspace_folder):
    assert "3 rows were read: **2** accepted, **1** refused" in said(loaded)
    snapshot = Workspace.open(workspace_folder).current()
    assert snapshot.manifest.tables["customers"].rows == 2
    assert f"`{snapshot.id}`" in loaded.success[0].value


def test_uploader_is_empty_after_an_import_so_that_nothing_is_loaded_twice(loaded):
    assert not any(button.label == "Load" for button in loaded.button)


def test_quality_page_shows_the_refused_row_with_its_text_and_the_lookalikes(loaded):
    at = show("pages/data/quality.py")
    tables = [frame.value for frame in at.dataframe]
    refused = next(t for t in tables if "As it stood in the source" in t)
    assert refused["Line"].tolist() == [4]
    assert json.loads(refused["As it stood in the source"][0])["acquired_on"] == "not a day"
    alike = next(t for t in tables if "What is the same" in t)
    assert set(alike["Customer"]) == {"C-1", "C-2"}
    assert set(alike["Group"]) == {1}


def test_history_names_the_import_and_takes_it_back(loaded, workspace_folder):
    at = show("pages/data/history.py")
    table = at.dataframe[0].value
    assert table["Files"].tolist() == ["customers.csv"]
    assert table[["Rows in", "Accepted", "Refused"]].values.tolist() == [[3, 2, 1]]
    assert table["State"].tolist() == ["Current"]
    press(at, "Take it back")
    assert Workspace.open(workspace_folder).current() is None
    assert show("pages/data/history.py").dataframe[0].value["State"].tolist() == ["Taken back"]


def test_unknown_file_is_mapped_checked_saved_and_loaded(workspace_folder):
    at = show("pages/data/mapping.py")
    checked(at.file_uploader[0].set_value(("offene posten.csv", MESSY, "text/csv")).run())
    assert not at.error
    guesses = next(f.value for f in at.dataframe if "Becomes" in f.value)
    becomes = dict(zip(guesses["Column in the file"], guesses["Becomes"], strict=True))
    assert "invoices.invoice_id" in becomes["Rechnungsnr"]
    assert "invoices.due_on" in becomes["Fällig am"]
    assert "payments.paid_on" in becomes["Bezahlt am"]
    press(at, "Save and load")
    workspace = Workspace.open(workspace_folder)
    assert (workspace_folder / "recipes" / "offene_posten.yaml").exists()
    report = workspace.current().manifest.report["tables"]
    for table in report.values():
        assert table["rows_in"] == table["accepted"] + table["refused"]
    rules = report["invoices"]["refused_by_rule"]
    assert {"amount_positive", "issued_on_readable", "totals_row"} <= set(rules)
    assert report["payments"]["refused_by_rule"] == {"paid_on_or_after_issue": 1}
    # The next file of this kind needs no answers: the load page knows the recipe.
    later = show("pages/data/load.py")
    checked(later.file_uploader[0].set_value(("next month.csv", MESSY, "text/csv")).run())
    assert "recognised by its columns" in said(later)


def test_file_without_currencies_is_mapped_into_an_empty_workspace(workspace_folder):
    at = show("pages/data/mapping.py")
    rows = b"".join(
        line.rsplit(b";", 1)[0] + b"\n" for line in MESSY.splitlines() if not line.startswith(b"S")
    )
    checked(at.file_uploader[0].set_value(("posten.csv", rows, "text/csv")).run())
    assert any("currency" in warning.value for warning in at.warning)
    asked = next(box for box in at.text_input if box.label.startswith("Currency"))
    checked(asked.set_value("eur").run())
    press(at, "Save and load")
    assert Workspace.open(workspace_folder).current().manifest.reporting_currency == "EUR"


def test_name_that_is_a_script_is_shown_as_text(workspace_folder):
    at = show("pages/data/mapping.py")
    name = "<img src=x onerror=alert(1)>.csv"
    checked(at.file_uploader[0].set_value((name, MESSY, "text/csv")).run())
    for element in [*at.markdown, *at.caption, *at.warning, *at.error]:
        assert "<img" not in element.value.replace("\\<", "")
        assert not element.allow_html if hasattr(element, "allow_html") else True


def test_file_that_is_no_table_is_explained_not_raised(workspace_folder):
    at = show("pages/data/load.py")
    checked(at.file_uploader[0].set_value(("report.csv", b"%PDF-1.7 ...", "text/csv")).run())
    assert any("PDF" in warning.value for warning in at.warning)
    assert not workspace_folder.exists()


def test_upload_cannot_leave_its_folder(workspace_folder, tmp_path):
    at = show("pages/data/load.py")
    name = "../../../escaped/customers.csv"
    checked(at.file_uploader[0].set_value((name, CUSTOMERS, "text/csv")).run())
    assert not list(tmp_path.rglob("escaped"))
    assert "**customers\\.csv**" in said(at)


def test_settings_are_checked_and_kept(loaded, workspace_folder):
    at = show("pages/data/settings.py")
    field = {box.label: box for box in at.text_input}
    field["Company"].set_value("Nordwind *Handel*")
    field["Reporting currency"].set_value("E1")
    press(at, "Save")
    assert any("ISO 4217" in warning.value for warning in at.warning)
    field = {box.label: box for box in at.text_input}
    field["Reporting currency"].set_value("eur")
    press(at, "Save")
    settings = Workspace.open(workspace_folder).settings
    assert settings.reporting_currency == "EUR"
    assert settings.get("company") == "Nordwind *Handel*"
    assert not at.warning


def test_empty_workspace_invites_and_says_how(workspace_folder):
    at = show("pages/cash/cash_forecast.py")
    assert at.title[0].value == "Cash forecast"
    assert at.subheader[0].value == "Nothing has been loaded yet"
    assert at.code[0].value == "make sample"


def test_page_says_which_table_is_missing_when_only_some_are_loaded(loaded):
    at = show("pages/cash/receivables.py")
    assert at.subheader[0].value == "There is not enough to go by yet"
    assert "invoices" in at.warning[0].value
    assert "payments" in at.warning[0].value

"""Every page, run from app.py on the sample company as a visitor's browser would ask for it."""

from pathlib import Path

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from tests.conftest import made_once
from tests.served import PAGE_FILES, ROOT, registered_pages
from warehouse.load import load
from warehouse.workspace import Workspace

APP = str(ROOT / "app.py")


def start(page=None) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=120)
    return at.run() if page is None else at.switch_page(page).run()


def faults(at: AppTest) -> list[str]:
    """Exceptions, and what the frame prints in their place: it catches them all."""
    return [e.message for e in at.exception] + [e.value for e in at.error]


def test_there_are_pages():
    # The tests below are made from the folder: an empty one must not pass in silence.
    assert PAGE_FILES


def test_app_registers_exactly_the_files_in_pages(in_sample_workspace):
    assert sorted(registered_pages()) == list(PAGE_FILES)


def test_first_page_runs_without_a_fault(in_sample_workspace):
    assert faults(start()) == []


def test_a_fault_in_a_page_is_noticed_here(in_sample_workspace, monkeypatch):
    # The tests of this file ask `faults`, which must see through the frame's own catching.
    def break_down(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(streamlit, "title", break_down)
    assert faults(start()) != []


@pytest.mark.parametrize("page", PAGE_FILES)
def test_page_runs_without_a_fault_and_has_one_title(in_sample_workspace, page):
    at = start(page)
    assert faults(at) == []
    assert len(at.title) == 1


@pytest.fixture(scope="session")
def ledger_alone(sample_workspace, shared_folder) -> Path:
    """The sample company as a ledger's export has it: who, what for, and what was paid."""

    def load_ledger(folder: Path) -> Path:
        files = [
            str(path)
            for path in (sample_workspace.parent / "files").iterdir()
            if path.stem in {"customers", "invoices", "payments", "fx_rates"}
        ]
        workspace = Workspace.create(folder / "workspace")
        assert load(files, workspace).loaded
        return workspace.folder

    return made_once(shared_folder / "ledger", load_ledger)


@pytest.mark.parametrize("page", PAGE_FILES)
def test_page_of_a_ledger_alone_says_what_is_missing_and_faults_nowhere(
    ledger_alone, monkeypatch, page
):
    monkeypatch.setenv("GOODWILL_WORKSPACE", str(ledger_alone))
    monkeypatch.chdir(ROOT)
    assert faults(start(page)) == []


@pytest.mark.parametrize("page", PAGE_FILES)
def test_page_without_a_workspace_explains_itself(tmp_path, monkeypatch, page):
    monkeypatch.setenv("GOODWILL_WORKSPACE", str(tmp_path / "nothing here yet"))
    monkeypatch.chdir(ROOT)
    assert faults(start(page)) == []

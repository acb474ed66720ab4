import json

import pytest
from typer.testing import CliRunner

from tests.warehouse.company import INVOICES, write_company
from warehouse.__main__ import app
from warehouse.workspace import Workspace


@pytest.fixture
def run(tmp_path):
    def call(command, *arguments):
        return CliRunner().invoke(
            app, [command, *map(str, arguments), "--workspace", str(tmp_path / "workspace")]
        )

    return call


def test_load_says_what_it_did_and_ends_with_zero(run, tmp_path):
    done = run("load", write_company(tmp_path / "files"))
    assert done.exit_code == 0
    assert "Loaded as snapshot" in done.stdout
    assert [line.split() for line in done.stdout.splitlines()][2] == ["invoices", "3", "3", "0"]


def test_report_as_json_is_all_that_is_printed(run, tmp_path):
    done = run(
        "load", write_company(tmp_path / "files"), "--json", "--currency", "EUR", "--progress"
    )
    report = json.loads(done.stdout)
    assert report["loaded"] is True
    assert report["tables"]["payments"]["rows_in"] == 2
    assert "Reading invoices.csv" in done.stderr


def test_nothing_loaded_ends_with_two(run, tmp_path):
    (tmp_path / "notes.csv").write_text("day,rain\n1,2\n")
    done = run("load", tmp_path / "notes.csv", "--json")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["loaded"] is False


@pytest.mark.parametrize("option", [("--currency", "euros"), ("--as-of", "soon")])
def test_option_that_is_not_allowed_ends_with_two_and_says_why(run, tmp_path, option):
    done = run("load", write_company(tmp_path / "files"), *option)
    assert done.exit_code == 2
    assert option[1] in done.stderr
    assert "Traceback" not in done.output


def test_undo_status_and_refused_tell_the_story(run, tmp_path):
    run("load", write_company(tmp_path / "files"), "--who", "Ada")
    run("load", write_company(tmp_path / "more", invoices=INVOICES + "X,C-9,,,,\n"))
    refused = run("refused", "--out", tmp_path / "out")
    assert refused.stdout.split() == [str(tmp_path / "out" / "invoices.csv")]
    assert "Import" in run("undo").stdout
    status = run("status").stdout
    assert "reporting currency EUR" in status
    assert "Ada" in status
    assert "undone" in status
    assert len(json.loads(run("status", "--json").stdout)) == 2
    assert run("undo").exit_code == 0
    assert run("undo").exit_code == 2


def test_folder_that_is_no_workspace_ends_with_two(run, tmp_path):
    done = run("status")
    assert done.exit_code == 2
    assert "not a workspace" in done.stderr
    assert not (tmp_path / "workspace").exists()


def test_busy_workspace_ends_with_two_and_says_who(run, tmp_path):
    with Workspace.create(tmp_path / "workspace").locked("a load by Ada"):
        done = run("load", write_company(tmp_path / "files"))
    assert done.exit_code == 2
    assert "a load by Ada" in done.stderr


def test_company_can_be_named_when_it_is_loaded(run, tmp_path):
    run("load", write_company(tmp_path / "files"), "--company", "Harbour & Sons")
    assert Workspace.open(tmp_path / "workspace").company == "Harbour & Sons"

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from reports.__main__ import app
from tests.served import ROOT
from warehouse.workspace import Workspace

FILES = {"figures.json", "invoices.parquet", "customers.parquet", "quarterly_review.pptx"}


@pytest.fixture(scope="module")
def small(workspace_of, long_history):
    return workspace_of(long_history(4), ("A", "B", "C", "D"))


def run(*arguments):
    return CliRunner().invoke(app, ["build", *map(str, arguments)])


def test_build_writes_every_file_and_says_which(small, tmp_path):
    done = run("--workspace", small.folder, "--out", tmp_path / "out", "--json")
    assert done.exit_code == 0, done.output
    summary = json.loads(done.stdout)
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES == set(summary["files"])
    assert summary["snapshot"] == small.current().id


def test_earlier_as_of_date_gives_the_figures_of_that_day(small, tmp_path):
    done = run("-w", small.folder, "--out", tmp_path, "--as-of", "2025-06-30")
    assert done.exit_code == 0, done.output
    parts = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert parts["as_of"] == "2025-06-30"
    assert {figure["as_of"] for figure in parts["figures"]} == {"2025-06-30"}


@pytest.mark.parametrize(
    ("as_of", "says"),
    [("2020-01-01", "Nothing was billed up to 2020-01-01"), ("30.06.2025", "is not a date")],
)
def test_nothing_is_written_when_nothing_can_be_built(small, tmp_path, as_of, says):
    done = run("-w", small.folder, "--out", tmp_path / "out", "--as-of", as_of)
    assert done.exit_code == 2
    assert says in done.stderr
    assert not (tmp_path / "out").exists()


def test_empty_workspace_builds_nothing(tmp_path):
    Workspace.create(tmp_path / "empty")
    done = run("-w", tmp_path / "empty", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "holds no data yet" in done.stderr


def test_folder_that_is_no_workspace_ends_with_a_sentence_and_no_traceback(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "reports",
            "build",
            "--workspace",
            tmp_path,
            "--out",
            tmp_path / "o",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "is not a workspace" in done.stderr
    assert "Traceback" not in done.stderr


def test_building_again_replaces_the_files(small, tmp_path):
    run("-w", small.folder, "--out", tmp_path, "--as-of", "2025-06-30")
    first = (tmp_path / "figures.json").read_text(encoding="utf-8")
    run("-w", small.folder, "--out", tmp_path)
    assert (tmp_path / "figures.json").read_text(encoding="utf-8") != first
    assert {path.name for path in tmp_path.iterdir()} == FILES


@pytest.mark.parametrize("fault", [lambda: {}["amount"], lambda: int("twelve")])
def test_fault_of_the_program_is_one_sentence_and_not_taken_for_a_refusal(
    small, tmp_path, monkeypatch, fault
):
    monkeypatch.setattr("pandas.DataFrame.groupby", lambda *_, **__: fault())
    done = run("-w", small.folder, "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert "fault in the program" in done.stderr
    assert "Report this line: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()

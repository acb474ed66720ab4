import json
import subprocess
import sys

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from sample_data.__main__ import main
from tests.served import ROOT


def run(*arguments):
    """The command in this process: another would spend most of its time on importing."""
    app = typer.Typer()
    app.command()(main)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


SMALL = ("--customers", 40, "--months", 14, "--seed", 3)


def test_tables_and_truth_are_written(tmp_path):
    done = run(tmp_path / "books", *SMALL, "--off", "reminders", "--truth", tmp_path / "truth.json")
    assert done.exit_code == 0, done.output
    assert "Wrote 20 tables" in done.stdout
    invoices = pd.read_parquet(tmp_path / "books" / "invoices.parquet")
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert truth["n_invoices"] == len(invoices)
    assert truth["off"] == ["reminders"]
    # What was switched off left no rows, and no file.
    assert not (tmp_path / "books" / "reminders.parquet").exists()


def test_csv_holds_the_same_rows(tmp_path):
    run(tmp_path / "csv", *SMALL, "--format", "csv")
    run(tmp_path / "parquet", *SMALL)
    ids = pd.read_csv(tmp_path / "csv" / "invoices.csv")["invoice_id"]
    assert ids.tolist() == pd.read_parquet(tmp_path / "parquet" / "invoices.parquet")[
        "invoice_id"
    ].tolist()  # fmt: skip


def test_dirty_exports_come_with_an_account(tmp_path):
    done = run(tmp_path, *SMALL, "--dirty")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "what_is_wrong.json").is_file()
    assert (tmp_path / "xero").is_dir()


def test_scale_mode_writes_as_many_invoices_as_asked(tmp_path):
    done = run(tmp_path, "--scale", "--customers", 500, "--invoices", 4_000)
    assert done.exit_code == 0, done.output
    assert len(pd.read_parquet(tmp_path / "invoices.parquet")) == 4_000


@pytest.mark.parametrize(
    "arguments", [("--off", "weather"), ("--customers", 3), ("--scale", "--dirty")]
)
def test_what_cannot_be_is_said_in_words(arguments, tmp_path):
    done = run(tmp_path / "out", *arguments)
    assert done.exit_code == 2
    assert isinstance(done.exception, SystemExit)
    assert done.stderr.strip()
    assert not (tmp_path / "out").exists()


def test_a_terminal_sees_words_and_no_traceback(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sample_data", tmp_path / "out", "--off", "weather"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "weather is not a mechanism" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()

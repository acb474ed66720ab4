import json
import subprocess
import sys

import pandas as pd

from tests.served import ROOT


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "sample_data", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


SMALL = ("--customers", 40, "--months", 14, "--seed", 3)


def test_tables_and_truth_are_written(tmp_path):
    done = run(tmp_path / "books", *SMALL, "--off", "reminders", "--truth", tmp_path / "truth.json")
    assert done.returncode == 0, done.stderr
    assert "Wrote 19 tables" in done.stdout
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
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "what_is_wrong.json").is_file()
    assert (tmp_path / "xero").is_dir()


def test_scale_mode_writes_as_many_invoices_as_asked(tmp_path):
    done = run(tmp_path, "--scale", "--customers", 500, "--invoices", 4_000)
    assert done.returncode == 0, done.stderr
    assert len(pd.read_parquet(tmp_path / "invoices.parquet")) == 4_000


def test_what_cannot_be_is_said_in_words(tmp_path):
    for arguments in (("--off", "weather"), ("--customers", 3), ("--scale", "--dirty")):
        done = run(tmp_path / "out", *arguments)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert done.stderr.strip()
    assert not (tmp_path / "out").exists()

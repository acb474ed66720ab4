import os
import signal
import sqlite3
import sys
import time
import types

import pytest

from tests.warehouse.company import INVOICE_COLUMNS, server, write_company
from warehouse.load import load
from warehouse.settlements import settlements
from warehouse.snapshot import Manifest, MissingTable
from warehouse.workspace import Workspace, WorkspaceBusy, WorkspaceError


def amounts(workspace):
    with workspace.current().tables() as tables:
        return [float(amount) for amount in tables.invoices.order_by("invoice_id").amount.to_list()]


def later_invoices(tmp_path, n):
    text = INVOICE_COLUMNS + f"I-1,C-1,2024-01-01,2024-01-31,{n},EUR\n"
    return write_company(tmp_path / f"later-{n}", customers=None, payments=None, invoices=text)


def test_manifest_says_who_when_and_from_which_files(loaded):
    [manifest] = loaded.history()
    assert manifest.who == "Ada"
    assert manifest.parent is None
    assert {f["name"]: f["rows"] for f in manifest.files} == {
        "customers.csv": 2,
        "invoices.csv": 3,
        "payments.csv": 2,
    }
    assert all(len(f["sha256"]) == 64 and f["dialect"]["delimiter"] == "," for f in manifest.files)
    assert manifest.report["tables"]["invoices"]["accepted"] == 3


def test_manifest_reads_back_as_it_was_written(loaded):
    manifest = loaded.current().manifest
    assert Manifest.from_json(manifest.to_json()) == manifest


def test_unchanged_table_is_the_same_file_and_is_not_written_again(loaded, tmp_path):
    before = loaded.current()
    written = before.path("customers").stat().st_mtime_ns
    load(later_invoices(tmp_path, 7), loaded)
    load(write_company(tmp_path / "again", invoices=None), loaded)
    after = loaded.current()
    assert after.manifest.tables["customers"] == before.manifest.tables["customers"]
    assert after.manifest.tables["invoices"] != before.manifest.tables["invoices"]
    assert after.path("customers").stat().st_mtime_ns == written
    assert len(list((loaded.folder / "tables").glob("customers-*"))) == 1


def test_undo_goes_back_one_import_and_keeps_it_in_the_history(loaded, tmp_path):
    first = loaded.current().id
    second = load(later_invoices(tmp_path, 7), loaded).snapshot
    assert loaded.undo().id == second
    assert loaded.current().id == first
    assert amounts(loaded) == [100.0, 200.5, 50.25]
    assert [(m.id, m.undone) for m in loaded.history()] == [(second, True), (first, False)]
    third = load(later_invoices(tmp_path, 8), loaded).snapshot
    assert loaded.current().manifest.parent == first
    assert [m.undone for m in loaded.history()] == [False, True, False]
    assert loaded.history()[0].id == third


def test_undo_of_the_first_import_leaves_nothing_and_then_there_is_nothing_to_undo(loaded):
    loaded.undo()
    assert loaded.current() is None
    with pytest.raises(WorkspaceError, match="nothing to undo"):
        loaded.undo()


def test_second_import_at_the_same_time_is_turned_away_and_changes_nothing(loaded, tmp_path):
    with loaded.locked("a load by Ada"):
        with pytest.raises(WorkspaceBusy, match=r"a load by Ada.*process.*try again"):
            load(later_invoices(tmp_path, 7), loaded)
        with pytest.raises(WorkspaceBusy):
            loaded.undo()
    assert len(loaded.history()) == 1
    load(later_invoices(tmp_path, 7), loaded)
    assert len(loaded.history()) == 2


def test_snapshot_opened_before_an_import_does_not_change(loaded, tmp_path):
    with loaded.current().tables() as tables:
        load(later_invoices(tmp_path, 7), loaded)
        assert tables.invoices.amount.max().execute() == 200.5
        assert float(tables.invoices.amount.min().execute()) == 50.25


def test_missing_table_says_how_to_add_it(loaded):
    with loaded.current().tables() as tables:
        assert "tickets" not in tables
        with pytest.raises(MissingTable, match=r"tickets.*not been loaded.*tickets\.csv") as caught:
            tables.require("invoices", "tickets")
        assert "ticket_id, customer_id, opened_on, topic" in str(caught.value)
        with pytest.raises(MissingTable, match="tickets"):
            tables["tickets"]
        with pytest.raises(MissingTable, match="no table called invoicez"):
            tables["invoicez"]
        assert tables.get("tickets") is None
        assert tables.require("invoices") is tables


def test_engine_of_a_reader_fetches_no_extension_and_draws_no_bar(loaded):
    with loaded.current().tables() as tables:
        settings = dict(tables.con.raw_sql("SELECT name, value FROM duckdb_settings() ").fetchall())
        assert settings["enable_progress_bar"] == "false"
        assert settings["autoinstall_known_extensions"] == "false"
        assert settings["autoload_known_extensions"] == "false"
        assert settings["allow_community_extensions"] == "false"


@pytest.mark.verify
def test_snapshot_opens_within_fifty_milliseconds(loaded):
    def seconds():
        start = time.perf_counter()
        with loaded.current().tables() as tables:
            assert tables.invoices.columns
            return time.perf_counter() - start

    assert min(seconds() for _ in range(5)) < 0.05


def test_older_file_without_a_newer_column_reads_it_as_empty(loaded):
    manifest = loaded.current().manifest
    stored = manifest.tables["invoices"]
    older = Manifest.from_json(manifest.to_json().replace('"channel",', ""))
    assert "channel" not in older.tables["invoices"].columns
    assert stored.file == older.tables["invoices"].file
    snapshot = type(loaded.current())(older, loaded.folder)
    with snapshot.tables() as tables:
        assert tables.invoices.channel.notnull().sum().execute() == 0
        assert str(tables.invoices.channel.type()) == "string"


def test_derived_table_of_another_version_is_not_taken_for_ours(loaded, monkeypatch):
    with loaded.current().tables() as tables:
        assert tables.derived("settlements") is not None
        ours = settlements(tables).order_by("invoice_id").to_pandas()
    monkeypatch.setattr("warehouse.snapshot.DERIVED_VERSION", 0)
    with loaded.current().tables() as tables:
        assert tables.derived("settlements") is None
        assert settlements(tables).order_by("invoice_id").to_pandas().equals(ours)


def test_folder_that_is_no_workspace_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(WorkspaceError, match="was left alone"):
        Workspace.create(tmp_path)
    with pytest.raises(WorkspaceError, match="not a workspace"):
        Workspace.open(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_snapshot_id_cannot_name_a_file_elsewhere(loaded):
    with pytest.raises(WorkspaceError, match="no snapshot"):
        loaded.snapshot("../../etc/passwd")


@pytest.fixture
def plain_main(monkeypatch):
    """A new process runs the main module again; a page tested before may stand in its place."""
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))


def stop_at(step, folder, files, told):
    """Import, and at `step` say so and wait to be killed."""
    workspace = Workspace.open(folder)

    def wait():
        told.send(step)
        told.recv()

    if step == "before the pointer moves":
        workspace._point_at = lambda identifier: wait()
    if step == "before the manifest is written":
        import warehouse.workspace as module

        real = module._write_to_disk
        module._write_to_disk = lambda p, t: wait() if p.suffix == ".json" else real(p, t)
    load(files, workspace, progress=lambda share, doing: wait() if doing == step else None)


@pytest.mark.parametrize(
    "step",
    [
        "Checking customers.csv",
        "Merging payments",
        "Publishing",
        "before the manifest is written",
        "before the pointer moves",
    ],
)
@pytest.mark.usefixtures("plain_main")
def test_import_killed_at_any_step_leaves_the_snapshot_and_the_next_import_works(
    loaded, tmp_path, step
):
    before = loaded.current()
    texts = {"invoices": INVOICE_COLUMNS + "I-1,C-1,2024-01-01,2024-01-31,7,EUR\nI-9,C-9,,,,\n"}
    files = write_company(tmp_path / "killed", **texts)
    context = server()
    ours, theirs = context.Pipe()
    process = context.Process(target=stop_at, args=(step, loaded.folder, files, theirs))
    process.start()
    theirs.close()  # or a child that fails would leave us waiting for its word for ever
    assert ours.recv() == step
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert loaded.current().id == before.id
    assert amounts(loaded) == [100.0, 200.5, 50.25]

    report = load(files, loaded)
    assert report.loaded
    assert amounts(loaded) == [7.0, 200.5, 50.25]
    assert not (loaded.folder / "staging").exists()
    assert not list(loaded.folder.rglob("*.part"))
    kept = {
        stored.file
        for manifest in loaded.history()
        for stored in [*manifest.tables.values(), *manifest.derived.values()]
    }
    assert {p.name for p in (loaded.folder / "tables").iterdir()} == kept


def read_until_told(folder, told):
    """Read the current snapshot over and over; every one must hold one version throughout."""
    versions = []
    while not told.poll():
        with Workspace.open(folder).current().tables() as tables:
            names = set(tables.customers.name.to_list())
            found = {float(amount) for amount in tables.invoices.amount.to_list()}
            found |= {float(amount) for amount in tables.payments.amount.to_list()}
            rows = tables.invoices.count().execute()
        versions.append((sorted(names), sorted(found), int(rows)))
    told.send(versions)


@pytest.mark.usefixtures("plain_main")
def test_two_processes_read_one_version_while_a_third_imports(workspace, tmp_path):
    def company(version):
        numbers = range(200)
        head = "customer_id,name,industry,currency,acquired_on,payment_terms_days\n"
        return write_company(
            tmp_path / f"version-{version}",
            customers=head + f"C-1,version {version},retail,EUR,2020-01-01,30\n",
            invoices=INVOICE_COLUMNS
            + "".join(f"I-{n},C-1,2024-01-01,2024-01-31,{version},EUR\n" for n in numbers),
            payments="payment_id,invoice_id,paid_on,amount\n"
            + "".join(f"P-{n},I-{n},2024-02-01,{version}\n" for n in numbers),
        )

    load(company(1), workspace)
    context = server()
    readers = []
    for _ in range(2):
        ours, theirs = context.Pipe()
        process = context.Process(target=read_until_told, args=(workspace.folder, theirs))
        process.start()
        theirs.close()
        readers.append((process, ours))
    for version in range(2, 5):
        load(company(version), workspace)
    for process, pipe in readers:
        pipe.send("enough")
        versions = pipe.recv()
        process.join()
        assert process.exitcode == 0
        assert versions
        for names, found, rows in versions:
            assert rows == 200
            assert len(found) == 1
            assert names == [f"version {found[0]:.0f}"]


def test_settings_survive_in_a_file_that_others_can_read(workspace):
    workspace.settings.set(discount_rate=0.08, as_of="2024-03-31")
    workspace.settings.put("scenario:base", {"growth": 0.1})
    again = Workspace.open(workspace.folder).settings
    assert (again.discount_rate, str(again.as_of)) == (0.08, "2024-03-31")
    assert again.get("scenario:base") == {"growth": 0.1}
    assert again.keys("scenario:") == ["scenario:base"]
    again.set(as_of=None)
    assert again.as_of is None
    with sqlite3.connect(workspace.folder / "workspace.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (2,)
    connection.close()


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("reporting_currency", "euro", "ISO 4217"),
        ("as_of", "soon", "Write it like 2025-03-31"),
        ("discount_rate", 7, "between 0 and 1"),
        ("fiscal_year_first_month", 13, "between 1 and 12"),
        ("staff_cost_per_hour", "much", "not a number"),
        ("colour", "blue", "no setting called colour"),
    ],
)
def test_setting_that_is_not_allowed_changes_none(workspace, setting, value, says):
    with pytest.raises(ValueError, match=says):
        workspace.settings.set(churn_rule_days=90, **{setting: value})
    assert workspace.settings.churn_rule_days == 180

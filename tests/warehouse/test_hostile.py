"""Files and folders made to do harm: they are refused in words, and nothing else is touched."""

import json
import os
import shutil
import sqlite3
import tempfile
import time
import zipfile
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.databases import stage_database_file
from warehouse.files import stage
from warehouse.leftovers import sweep_leftovers
from warehouse.load import load
from warehouse.preview import guess_columns
from warehouse.recipe import parse_recipe, read_recipe
from warehouse.refused import write_to_mend
from warehouse.schema import SchemaError
from warehouse.sources import file_name
from warehouse.workspace import Workspace, WorkspaceError

CUSTOMERS = {
    "customer_id": ["C1"],
    "name": ["Acme"],
    "industry": ["retail"],
    "country": ["DE"],
    "currency": ["EUR"],
    "acquired_on": ["2024-01-01"],
    "payment_terms_days": ["30"],
}

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def written(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(CUSTOMERS), folder / "customers.parquet")
    return folder / "customers.parquet"


def names_in(workspace: Workspace) -> list[list[object]]:
    with workspace.current().tables() as tables:
        found = tables["customers"].select("name", "currency").to_pandas()
    return found.to_numpy().tolist()


def workbook(path: Path, *cells: str) -> Path:
    """The smallest workbook with text in these cells."""
    rows = "".join(
        f'<row><c r="{cell}" t="inlineStr"><is><t>{cell}</t></is></c></row>' for cell in cells
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>')
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
            '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
        )
    return path


def test_a_folder_named_like_a_column_changes_no_cell(tmp_path):
    source = written(tmp_path / "name=Mallory" / "currency=USD")
    workspace = Workspace.create(tmp_path / "currency=GBP" / "company")
    for _ in range(2):
        assert load(source, workspace).loaded
        assert names_in(workspace) == [["Acme", "EUR"]]


def test_an_import_removes_no_file_but_its_own(tmp_path):
    paper = tmp_path / "paper"
    for part in ("snapshots", "tables"):
        (paper / part).mkdir(parents=True)
    kept = [paper / "tables" / name for name in ("results.tex", "survey.parquet")]
    for path in kept:
        path.write_text("years of work")
    assert load(written(tmp_path / "in"), Workspace.create(paper)).loaded
    assert [path.read_text() for path in kept] == ["years of work"] * 2


def test_a_sheet_filled_to_its_far_corner_is_refused_before_it_is_read(tmp_path):
    path = workbook(tmp_path / "customers.xlsx", "A1", "XFD1048576")
    with pytest.raises(SchemaError, match="down to line 1,048,576 and out to column 16,384"):
        stage(path, tmp_path / "staged")


def test_a_workbook_that_is_smaller_than_it_unpacks_to_is_refused(tmp_path):
    path = workbook(tmp_path / "customers.xlsx", "A1", "A2")
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), b"\x07\0\0\0"))
    with pytest.raises(SchemaError, match="is damaged"):
        stage(path, tmp_path / "staged")


def test_json_nested_beyond_measure_is_one_bad_line(tmp_path):
    deep = "[" * 200_000 + "]" * 200_000
    path = tmp_path / "customers.jsonl"
    path.write_text(f'{{"name": "Acme"}}\n{{"name": {deep}}}\n')
    [staged] = stage(path, tmp_path / "staged")
    assert (staged.n_rows, staged.columns) == (2, ("name",))
    path = path.with_suffix(".json")
    path.write_text(f'[{{"name": {deep}}}]')
    with pytest.raises(SchemaError, match="not one"):
        stage(path, tmp_path / "staged")


@pytest.mark.parametrize(
    "said",
    ["[1]", "5", "no json", '{"recipe": 5}', '{"table": []}', '{"recipe": "../secret.yaml"}',
     '{"columns": 1}', "[" * 9_000],
)  # fmt: skip
def test_a_file_to_mend_chooses_no_file_to_read(tmp_path, said):
    (tmp_path / "secret.yaml").write_text("password: [hunter2")
    quoted = said.replace('"', '""')
    path = tmp_path / "customers.csv"
    path.write_text(
        f"{','.join(CUSTOMERS)},_row,_rules,_read_as\n"
        f'{",".join(text for [text] in CUSTOMERS.values())},2,r,"{quoted}"\n'
    )
    report = load(path, Workspace.create(tmp_path / "company"))
    assert (report.errors, report.accepted) == ([], 1)


def test_a_password_in_the_query_of_an_address_is_not_repeated(tmp_path):
    address = f"sqlite:///{tmp_path}/nothing.db?user=bob&password=hunter2"
    report = load(address, Workspace.create(tmp_path / "company"))
    assert report.errors
    assert "hunter2" not in report.to_json()


@pytest.mark.parametrize(
    "text", ["[" * 3_000 + "]" * 3_000, "{a: " * 3_000 + "}" * 3_000, "[" * 200_000]
)
def test_a_recipe_nested_beyond_measure_is_refused_in_words(text):
    # Before it is read: the time that takes goes with the square of how deep it is, 89 seconds for
    # a file that may be uploaded.
    began = time.process_time()
    with pytest.raises(SchemaError, match="nested too deeply"):
        parse_recipe(text)
    assert time.process_time() - began < 1


def test_a_recipe_in_another_encoding_is_refused_in_words(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes("name: fälle".encode("latin-1"))
    with pytest.raises(SchemaError, match=r"mine\.yaml is not text in UTF-8"):
        read_recipe(path)


@pytest.mark.parametrize("pattern", ["(" * 3_000 + ")" * 3_000, "a{99999999999}"])
def test_a_pattern_too_large_to_read_is_a_mistake_of_the_recipe(pattern):
    with pytest.raises(SchemaError, match="is not a pattern"):
        parse_recipe(
            "name: a\ntitle: t\ntables:\n  customers:\n    where: {name: {matches: '"
            f"{pattern}'}}}}\n    columns: {{customer_id: customer_id}}"
        )


# --- databases


def database(path: Path, *statements: str) -> Path:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return path


ENDLESS = (
    "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    "SELECT i FROM n"
)
SILENT = ENDLESS.replace("SELECT i FROM n", "SELECT i FROM n WHERE i < 0").replace("endless", "no")


def test_views_of_a_database_file_are_not_read(tmp_path):
    path = database(
        tmp_path / "ledger.db", "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)", ENDLESS
    )
    assert [staged.source for staged in stage(path, tmp_path / "staged")] == ["t"]
    assert [s.source for s in stage(f"sqlite:///{path}", tmp_path / "staged")] == ["t"]


@pytest.mark.parametrize(
    ("view", "says"), [("endless", "more text than its file"), ("no", "could not be read")]
)
def test_endless_view_that_is_asked_for_by_name_comes_to_an_end(tmp_path, monkeypatch, view, says):
    monkeypatch.setattr("warehouse.databases.MOST_TEXT", 100_000)
    monkeypatch.setattr("warehouse.databases.SECONDS_WITHOUT_A_ROW", 0.2)
    path = database(tmp_path / "ledger.db", ENDLESS, SILENT)
    with pytest.raises(SchemaError, match=says):
        stage(f"sqlite:///{path}#{view}", tmp_path / "staged")
    assert not list((tmp_path / "staged").glob("*.parquet"))


def test_database_file_with_cells_made_of_nothing_is_refused(tmp_path):
    path = database(
        tmp_path / "ledger.db",
        "CREATE TABLE t (a, b TEXT AS (hex(zeroblob(40000000))))",
        "INSERT INTO t VALUES (1)",
    )
    with pytest.raises(SchemaError, match="could not be read"):
        stage_database_file(path, tmp_path / "staged")


# --- paths


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Folder of a workspace with one customer, Acme. Copy it."""
    folder = tmp_path_factory.mktemp("acme")
    load(written(folder / "in"), Workspace.create(folder / "company"))
    return folder / "company"


@pytest.mark.parametrize("name", ["a?b", "a#b", "a[b]c", "a*b%41'\""])
def test_a_folder_named_like_a_pattern_is_that_folder_and_no_other(tmp_path, company, name):
    # What the names would match as patterns.
    for other in ("acb", "abc", "a", "axxb%41'\""):
        shutil.copytree(company, tmp_path / other / "company")
    source = written(tmp_path / name / "in")
    pq.write_table(pa.table(CUSTOMERS | {"name": ["Ours"]}), source)
    workspace = Workspace.create(tmp_path / name / "company")
    for _ in range(2):
        assert load(source, workspace).errors == []
        assert names_in(workspace) == [["Ours", "EUR"]]
    database(tmp_path / name / "x.db", "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)")
    assert len(stage(tmp_path / name / "x.db", tmp_path / "staged")) == 1


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        ("..", "upload"),
        ("", "upload"),
        ("a/../../b.csv", "b.csv"),
        ("C:\\x\\b.csv", "b.csv"),
        (".csv", "csv"),
        ("b\n.csv", "b.csv"),
        ("ä" * 300 + ".csv", "ä" * 98 + ".csv"),
        ("a." + "b" * 300, ("a." + "b" * 300)[:200]),
    ],
)
def test_name_of_an_upload_is_a_name_that_a_folder_can_hold(tmp_path, named, kept):
    assert file_name(named) == kept
    (tmp_path / kept).write_text("fits")
    assert [path.name for path in tmp_path.iterdir()] == [kept]


# --- Parquet


def parquet(path: Path, **columns: object) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def bad_text(path: Path) -> Path:
    offsets = pa.py_buffer((0).to_bytes(4, "little") + (2).to_bytes(4, "little"))
    cell = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(b"\xff\xfe")])
    return parquet(path, customer_id=cell)


def bad_page(path: Path) -> Path:
    raw = parquet(path, customer_id=[f"C{n}" * 3 for n in range(20_000)]).read_bytes()
    path.write_bytes(raw[:5_000] + b"\x55" * 3_000 + raw[8_000:])
    return path


def bad_footer(path: Path) -> Path:
    raw = parquet(path, customer_id=["C1"]).read_bytes()
    path.write_bytes(raw[:-100] + b"\xff" * 60 + raw[-40:])
    return path


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [(bad_text, "not valid UTF"), (bad_page, "cells that cannot be read"), (bad_footer, "cut off")],
)
def test_damaged_parquet_file_is_refused_and_the_others_are_loaded(tmp_path, spoilt, says):
    source = written(tmp_path / "in")
    spoilt(tmp_path / "in" / "products.parquet")
    report = load(source.parent, Workspace.create(tmp_path / "company"))
    assert report.loaded
    assert report.accepted == 1
    [error] = report.errors
    assert error.startswith("products.parquet")
    assert says in error
    assert str(tmp_path) not in error
    assert "disk" not in error


# --- text and workbooks


@pytest.mark.parametrize("suffix", [".jsonl", ".json"])
def test_half_a_character_in_json_is_replaced(tmp_path, suffix):
    path = tmp_path / f"customers{suffix}"
    line = '{"name": "A\\ud800B", "k\\udc00": "\\ud83d\\ude00", "of": ["\\ud800"]}'
    path.write_text(f"[{line}, 5]" if suffix == ".json" else f'{line}\n["\\ud800"]\n')
    [staged] = stage(path, tmp_path / "staged")
    assert staged.columns == ("name", "k\ufffd", "of")
    cells = pq.read_table(staged.path).to_pylist()[0]
    assert [cells[name] for name in staged.columns] == ["A\ufffdB", "\U0001f600", '["\ufffd"]']


def ods(path: Path, rows: str) -> Path:
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content{names}><office:body><office:spreadsheet><table:table "
            f'table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
    return path


def ods_row(text: str, columns: int = 1, rows: int = 1) -> str:
    cell = f"<text:p>{text}</text:p>" if text else ""
    kind = ' office:value-type="string"' if text else ""
    return (
        f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell{kind} '
        f'table:number-columns-repeated="{columns}">{cell}</table:table-cell></table:table-row>'
    )


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (ods_row("a", columns=2_000_000_000), "out to column 2,000,000,000"),
        (ods_row("a", columns=1_000, rows=40_000), "down to line 40,000"),
        (ods_row("a", columns=16_384) * 2_000, "out to column 16,384"),
        (ods_row("a") + ods_row("", rows=2_000_000_000) + ods_row("b", 20), "down to line 2,000"),
    ],
)
def test_opendocument_cells_that_stand_for_millions_are_refused(tmp_path, rows, says):
    with pytest.raises(SchemaError, match=says):
        stage(ods(tmp_path / "book.ods", rows), tmp_path / "staged")


def test_opendocument_sheet_formatted_to_its_end_is_read(tmp_path):
    rows = ods_row("name") + ods_row("Acme") + ods_row("", 16_384, 1_048_574)
    [staged] = stage(ods(tmp_path / "book.ods", rows), tmp_path / "staged")
    assert (staged.columns, staged.n_rows) == (("name",), 1)


def test_workbook_that_unpacks_to_more_than_it_says_is_refused(tmp_path):
    path = workbook(tmp_path / "customers.xlsx", "A1", "A2")
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
        cut = archive.read(part)[:100]
    raw = path.read_bytes()
    # The size and the checksum of the first hundred bytes, as if there were no more.
    for true, said in ((part.file_size, 100), (part.CRC, zlib.crc32(cut))):
        raw = raw.replace(true.to_bytes(4, "little"), said.to_bytes(4, "little"))
    path.write_bytes(raw)
    with pytest.raises(SchemaError, match="is damaged"):
        stage(path, tmp_path / "staged")


def test_thousands_of_columns_are_refused_at_once(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text(",".join(f"c{n}" for n in range(5_000)) + "\n" + "1," * 4_999 + "1\n")
    with pytest.raises(SchemaError, match="There are 5,000 columns"):
        stage(path, tmp_path / "staged")


def test_columns_of_a_wide_survey_are_guessed(tmp_path):
    # All at once they took a gigabyte, and the engine gave up.
    path = tmp_path / "survey.csv"
    path.write_text(",".join(f"q{n}" for n in range(300)) + "\n" + "1," * 299 + "1\n")
    [staged] = stage(path, tmp_path / "staged")
    assert len(guess_columns(staged)) == 300


# --- workspaces that were tampered with


@pytest.fixture
def tampered(tmp_path, company):
    """A loaded workspace, and a way to change the parts of its manifest."""
    workspace = Workspace(shutil.copytree(company, tmp_path / "company"))
    [path] = (workspace.folder / "snapshots").glob("*.json")

    def change(edit):
        parts = json.loads(path.read_text())
        edit(parts)
        path.write_text(json.dumps(parts))
        return workspace

    return change


def test_manifest_cannot_name_a_file_outside_its_workspace(tampered, tmp_path):
    def elsewhere(parts):
        parts["tables"]["customers"]["file"] = "../../secret.parquet"

    (tmp_path / "secret.parquet").write_text("not yours")
    folder = tampered(elsewhere).folder
    assert Workspace.open(folder).current().path("customers") == folder / "tables/secret.parquet"


@pytest.mark.parametrize("file", ["", "..", "a/.."])
def test_manifest_that_names_no_file_is_refused_in_words(tampered, file):
    def nothing(parts):
        parts["tables"]["customers"]["file"] = file

    with pytest.raises(ValueError, match="its manifest is damaged"):
        tampered(nothing).current()


def test_manifest_that_is_its_own_parent_ends_the_history(tampered):
    workspace = tampered(lambda parts: parts.update(parent=parts["id"]))
    assert [manifest.undone for manifest in workspace.history()] == [False]


def test_manifest_whose_parent_is_gone_begins_the_history(tampered):
    assert len(tampered(lambda parts: parts.update(parent="gone")).history()) == 1


def test_manifest_of_an_older_version_without_derived_tables_is_read(tampered):
    assert tampered(lambda parts: parts.pop("derived")).current().manifest.derived == {}


@pytest.mark.parametrize(
    ("part", "value"), [("tables", None), ("tables", ["x"]), ("id", "x"), ("newest_date", "x")]
)
def test_damaged_manifest_is_said_to_be_damaged(tampered, part, value):
    workspace = tampered(lambda parts: parts.update({part: value}))
    with pytest.raises(WorkspaceError, match="manifest"):
        workspace.history()


def test_refused_rows_of_a_snapshot_elsewhere_are_not_given(tampered):
    workspace = tampered(lambda parts: None)
    (workspace.folder / "x.parquet").write_bytes(b"PAR1")
    with pytest.raises(ValueError, match="no snapshot"):
        workspace.refused_file("../x")


def test_rows_to_mend_are_not_written_over_the_originals(tmp_path):
    originals = tmp_path / "books"
    originals.mkdir()
    text = f"{','.join(CUSTOMERS)}\nC1,,retail,DE,EUR,2024-01-01,30\n"
    (originals / "customers.csv").write_text(text)
    workspace = Workspace.create(tmp_path / "company")
    load(originals, workspace)
    with pytest.raises(ValueError, match=r"already holds customers\.csv"):
        write_to_mend(workspace.refused_file(), originals)
    assert (originals / "customers.csv").read_text() == text
    [mend] = write_to_mend(workspace.refused_file(), tmp_path / "mend")
    assert mend.name == "customers.csv"


def test_rows_to_mend_of_a_file_with_the_longest_name_are_written(tmp_path):
    long = tmp_path / ("ä" * 125 + ".csv")
    long.write_text(f"{','.join(CUSTOMERS)}\nC1,,retail,DE,EUR,2024-01-01,30\n")
    workspace = Workspace.create(tmp_path / "company")
    load(long, workspace)
    [path] = write_to_mend(workspace.refused_file(), tmp_path / "mend")
    assert path.is_file()


def test_what_killed_processes_left_is_removed_after_two_days(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, new, theirs = "goodwill-intake-old", "goodwill-intake-new", "goodwill-notes"
    spilled = "goodwill-" + "0f" * 16
    for name in (old, new, theirs, spilled):
        (tmp_path / name / "upload").mkdir(parents=True)
        (tmp_path / name / "upload" / "invoices.csv").write_text("rows of somebody's books")
    (tmp_path / "goodwill-intake-link").symlink_to(tmp_path / theirs)
    long_ago = time.time() - 3 * 24 * 3600
    for name in (old, theirs, spilled):
        for path in [*(tmp_path / name).rglob("*"), tmp_path / name]:
            os.utime(path, (long_ago, long_ago))
    assert {path.name for path in sweep_leftovers()} == {old, spilled}
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {new, theirs, "goodwill-intake-link"}

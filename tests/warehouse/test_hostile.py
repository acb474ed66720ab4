"""Files and folders made to do harm: they are refused in words, and nothing else is touched."""

import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.files import stage
from warehouse.load import load
from warehouse.recipe import parse_recipe
from warehouse.schema import SchemaError
from warehouse.workspace import Workspace

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


@pytest.mark.parametrize("text", ["[" * 3_000 + "]" * 3_000, "{a: " * 3_000 + "}" * 3_000])
def test_a_recipe_nested_beyond_measure_is_refused_in_words(text):
    with pytest.raises(SchemaError, match="nested too deeply"):
        parse_recipe(text)


@pytest.mark.parametrize("pattern", ["(" * 3_000 + ")" * 3_000, "a{99999999999}"])
def test_a_pattern_too_large_to_read_is_a_mistake_of_the_recipe(pattern):
    with pytest.raises(SchemaError, match="is not a pattern"):
        parse_recipe(
            "name: a\ntitle: t\ntables:\n  customers:\n    where: {name: {matches: '"
            f"{pattern}'}}}}\n    columns: {{customer_id: customer_id}}"
        )

import csv
import datetime as dt
import io
import zipfile

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse import delimited, delimited_blocks, workbooks
from warehouse.files import stage
from warehouse.schema import SchemaError
from warehouse.staging import WHITESPACE

HEADER = "invoice_id;customer;amount\n"
XLSX = "ledger.xlsx"


@pytest.fixture(scope="module")
def engine():
    return ibis.duckdb.connect()


@pytest.fixture
def put(tmp_path):
    """Stage a file of these contents; one result is expected."""

    def put(contents, name="ledger.csv", **overrides):
        path = tmp_path / name
        path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
        [staged] = stage(path, tmp_path / "staged", overrides=overrides)
        return staged

    return put


@pytest.fixture
def rows_of(engine):
    def rows_of(staged):
        return staged.read(engine).order_by("_row").to_pyarrow().to_pylist()

    return rows_of


def cells(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


# Encoding


@pytest.mark.parametrize(
    ("encoding", "text", "found"),
    [
        ("utf-8", "Müller", "utf-8"),
        ("utf-8-sig", "Müller", "utf-8-sig"),
        ("cp1252", "Müller & Söhne – Straße", "cp1252"),
        ("cp1252", "Ñandú S.A. España", "cp1252"),
        ("cp1250", "Przedsiębiorstwo Łódź", "cp1250"),
        ("cp1251", "Общество с ограниченной", "cp1251"),
        ("utf-16", "Müller", "utf-16"),
    ],
)
def test_encoding_is_found_and_names_are_whole(put, rows_of, encoding, text, found):
    staged = put(f"{HEADER}1;{text};5\n".encode(encoding))
    assert staged.dialect.encoding == found
    assert staged.columns == ("invoice_id", "customer", "amount")
    assert rows_of(staged)[0]["customer"] == text


def test_accent_in_the_last_of_many_lines_decides_the_encoding(put, rows_of):
    lines = "".join(f"{i};plain;5\n" for i in range(400_000))
    staged = put((HEADER + lines).encode() + "x;Müller;5\n".encode("cp1252"))
    assert staged.dialect.encoding == "cp1252"
    assert rows_of(staged)[-1]["customer"] == "Müller"


def test_one_broken_byte_does_not_garble_the_other_lines(put, rows_of):
    good = "".join(f"{i};Müller;5\n" for i in range(50))
    staged = put((HEADER + good).encode() + b"x;M\xfcller;5\n")
    assert rows_of(staged)[0]["customer"] == "Müller"
    assert rows_of(staged)[-1]["customer"] == "M�ller"
    assert any("not valid UTF-8" in note for note in staged.notes)


def test_zero_bytes_are_left_out_and_counted(put, rows_of):
    staged = put("a,b\n1\0,2\n")
    assert cells(rows_of(staged), "a", "b") == [("1", "2")]
    assert any(note.startswith("1 zero bytes") for note in staged.notes)


# Delimiter, quoting, header


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(put, delimiter):
    lines = [["id", "name", "amount"], ["1", "A", "5"], ["2", "B", "6"]]
    staged = put("\n".join(delimiter.join(line) for line in lines))
    assert staged.dialect.delimiter == delimiter
    assert staged.n_rows == 2


def test_decimal_comma_in_every_row_is_not_taken_for_the_delimiter(put):
    staged = put("number;amount\n1;2,50\n2;3,75\n3;4,00\n")
    assert staged.columns == ("number", "amount")


def test_quoted_delimiters_quotes_and_line_breaks_stay_in_their_cell(put, rows_of):
    staged = put('id,name\n1,"a, ""b""\nc"\n2,d\n')
    assert cells(rows_of(staged), "_row", "name") == [(2, 'a, "b"\nc'), (4, "d")]


def test_titles_above_the_header_are_kept(put, rows_of):
    staged = put(
        'A/R Aging Detail\nHarbour & Finch Ltd\n"As of June 30, 2025"\n\n'
        'Num,Customer,Date,Amount\n1001,Brightwater,06/13/2025,"1,200.00"\n'
    )
    assert staged.titles == ("A/R Aging Detail", "Harbour & Finch Ltd", "As of June 30, 2025")
    assert staged.dialect.header_row == 5
    assert cells(rows_of(staged), "_row", "Amount") == [(6, "1,200.00")]


def test_headings_are_made_unique_whatever_their_case(put):
    staged = put("Amount,amount,,_row\n1,2,3,4\n")
    assert staged.columns == ("Amount", "amount (2)", "column 3", "_row (2)")
    assert len(staged.notes) == 2


def test_short_and_long_rows_are_kept_with_their_problem(put, rows_of):
    rows = rows_of(put("a,b,c\n1,2\n1,2,3,4,\n1,2,3,,\n1,2,3\n"))
    assert [row["_problem"] for row in rows] == [
        "has 2 cells where the header has 3",
        "has 5 cells where the header has 3",
        None,
        None,
    ]
    assert rows[1]["_surplus"] == '["4", ""]'


def test_quote_left_open_costs_its_own_line_only(put, rows_of):
    staged = put('id,name,amount\n1,a,3\n2,"Smith,4\n3,b,5\n4,c,6\n5,"Jones,7\n6,d,8\n')
    rows = rows_of(staged)
    assert cells(rows, "id", "_row") == [(str(i), i + 1) for i in range(1, 7)]
    assert [row["id"] for row in rows if row["_problem"]] == ["2", "5"]
    assert rows[1]["name"] == '"Smith'


def test_quote_left_open_to_the_end_of_a_long_file_loses_no_row(put):
    lines = "".join(f"{i},x,1\n" for i in range(2_000))
    assert put(f'id,name,amount\n0,"open,1\n{lines}').n_rows == 2_001


def test_quoted_address_of_several_lines_is_one_record(put, rows_of):
    staged = put('id,address,amount\n1,"12 High St\nRidgeway\nKent",5\n2,"a",6\n')
    assert staged.n_rows == 2
    assert rows_of(staged)[0]["address"] == "12 High St\nRidgeway\nKent"


def test_cell_of_a_million_characters_is_kept(put, rows_of):
    name = "x" * 1_000_000
    assert rows_of(put(f'id,name\n1,"{name}"\n'))[0]["name"] == name


def test_what_is_stated_goes_before_what_is_found(put, rows_of):
    staged = put(
        "x\na;b\n1;2\n3;4\n", delimiter="semicolon", header_row=0, date_order="mdy", decimal=","
    )
    assert (staged.dialect.date_order, staged.dialect.decimal) == ("mdy", ",")
    assert cells(rows_of(staged), "_row", "column 1") == [(1, "x"), (2, "a"), (3, "1"), (4, "3")]


@pytest.mark.parametrize(
    "overrides", [{"colour": "red"}, {"decimal": "x"}, {"date_order": "day first"}]
)
def test_statement_about_a_file_that_makes_no_sense_is_refused(put, overrides):
    with pytest.raises(ValueError, match="stated|cannot be"):
        put("a,b\n1,2\n", **overrides)


@pytest.mark.parametrize(
    ("contents", "name", "says"),
    [
        (b"", "x.csv", "is empty"),
        (b"\n\n  \n", "x.csv", "nothing on line"),
        (b"<!DOCTYPE html><html>", "x.xls", "is a web page"),
        (b"\xef\xbb\xbf<table><tr>", "x.xls", "is a web page"),
        (b"%PDF-1.7", "x.csv", "is a PDF"),
        (b"\x1f\x8b\x08", "x.csv", "compressed"),
        (b"PAR1 and then nothing", "x.parquet", "may be cut off"),
        (b"PK\x03\x04 no archive", "x.xlsx", "is a zip archive"),
    ],
)
def test_file_that_is_no_table_says_what_it_is(put, contents, name, says):
    with pytest.raises(SchemaError, match=says):
        put(contents, name)


def test_header_without_rows_is_a_table_without_rows(put):
    staged = put("a,b\n")
    assert staged.n_rows == 0
    assert any("no row" in note for note in staged.notes)


CELL = st.text(st.sampled_from('ab1 ,;"\n\r\té€'), max_size=6)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=12),
    block=st.sampled_from([8, 64, 1 << 20]),
)
def test_no_record_is_lost_and_no_cell_is_changed_but_for_outer_blanks(put, rows_of, rows, block):
    """Law: what the csv module reads comes back cell for cell, in order, trimmed."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_MINIMAL).writerows([["id", "name", "note"], *rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited_blocks, "BLOCK", block)
        patch.setattr(delimited, "BATCH_ROWS", 5)
        staged = put(text.getvalue(), delimiter=",", header_row=1, quote='"')
    found = [tuple(row[name] for name in ("id", "name", "note")) for row in rows_of(staged)]
    records = list(csv.reader(io.StringIO(text.getvalue(), newline="")))[1:]
    expected = [tuple(cell.strip(WHITESPACE) for cell in record) for record in records]
    assert found == expected
    assert staged.n_rows == len(expected)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=st.lists(st.text(st.sampled_from('ab1,"'), min_size=1, max_size=12), max_size=12))
def test_every_line_of_a_broken_file_is_somewhere(put, rows_of, lines):
    """Law: letters and digits of the file are all in its cells, whatever the quotes do."""
    staged = put("\n".join(["id,name,note", *lines]), delimiter=",", header_row=1, quote='"')
    held = "".join(
        (row[name] or "") for row in rows_of(staged) for name in ("id", "name", "note", "_surplus")
    )
    for letter in "ab1":
        assert held.count(letter) == "".join(lines).count(letter)


def test_fast_and_careful_reading_give_the_same_rows(put, rows_of, monkeypatch):
    text = HEADER + "".join(f"{i};name {i};{i},50\n" for i in range(1_000))
    fast = rows_of(put(text))
    monkeypatch.setattr(delimited, "write_plain_blocks", lambda *args: (0, args[3]))
    assert rows_of(put(text)) == fast


def test_progress_ends_at_one(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(HEADER + '1;"a";2\n' * 10)
    seen = []
    stage(path, tmp_path / "staged", progress=seen.append)
    assert seen[-1] == pytest.approx(1)
    assert seen == sorted(seen)


# Other kinds of file


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / XLSX
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("Receivables")
        sheet.write(0, 0, "Aged receivables")
        sheet.write_row(2, 0, ["Number", "Date", "Amount", "Rate", "Paid"])
        sheet.write_row(3, 0, [1001, "", 55.370000000000005, 0.1 + 0.2, True])
        sheet.write_datetime(3, 1, dt.datetime(2026, 3, 31), day)
        sheet.write_row(5, 0, ["00123", "", 1e-7])
        book.add_worksheet("Empty")
        book.add_worksheet("Other").write_column(0, 0, ["Code", "A"])
    return path


def test_workbook_gives_each_sheet_that_has_rows(workbook, tmp_path, rows_of):
    first, second = stage(workbook, tmp_path / "staged")
    assert (first.dialect.sheet, first.dialect.header_row) == ("Receivables", 3)
    assert first.titles == ("Aged receivables",)
    [row, later] = rows_of(first)
    assert cells([row], "_row", "Number", "Date", "Amount", "Rate", "Paid") == [
        (4, "1001", "2026-03-31", "55.37", "0.3", "true")
    ]
    assert (later["_row"], later["Number"], later["Amount"]) == (6, "00123", "0.0000001")
    assert second.columns == ("Code",)


def test_one_sheet_of_a_workbook_can_be_named(workbook, tmp_path):
    [staged] = stage(workbook, tmp_path / "staged", overrides={"sheet": "Other"})
    assert staged.n_rows == 1
    with pytest.raises(SchemaError, match="Receivables, Empty, Other"):
        stage(workbook, tmp_path / "staged", overrides={"sheet": "Nope"})


def test_workbook_that_unpacks_to_too_much_is_not_opened(workbook, tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_UNPACKED_BYTES", 1_000)
    with pytest.raises(SchemaError, match="unpacks to"):
        stage(workbook, tmp_path / "staged")


def test_zip_archive_is_not_taken_for_a_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("a.csv", "a,b\n1,2\n")
    with pytest.raises(SchemaError, match="zip archive"):
        stage(tmp_path / "a.xlsx", tmp_path / "staged")


def test_parquet_stays_where_it_is_with_its_types(tmp_path, engine, rows_of):
    path = tmp_path / "odd [name].parquet"
    pq.write_table(pa.table({"id": [7, 8], "_row": ["a", "b"], "amount": [1.5, None]}), path)
    [staged] = stage(path, tmp_path / "staged")
    assert staged.path == path.resolve()
    assert staged.read(engine).schema()["id"].is_integer()
    assert cells(rows_of(staged), "_row", "id", "_row (2)", "_problem") == [
        (1, 7, "a", None),
        (2, 8, "b", None),
    ]


def test_json_lines_keep_digits_and_nested_values(put, rows_of):
    staged = put('{"a":1.10,"b":{"x":0.5}}\nnot json\n{"c":true,"a":null}\n', "a.jsonl")
    assert staged.columns == ("a", "b", "c")
    rows = rows_of(staged)
    assert cells(rows, "_row", "a", "b", "c") == [
        (1, "1.10", '{"x": 0.5}', None),
        (2, None, None, None),
        (3, None, None, "true"),
    ]
    assert "not a JSON object" in rows[1]["_problem"]


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "ledger.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(sa.text("create table invoices (id integer, name text, amount real)"))
        connection.execute(sa.text("insert into invoices values (1, '007', 5.5), (2, null, 6)"))
        connection.execute(sa.text("create table empty (id integer)"))
    engine.dispose()
    return path


def test_database_gives_each_table_that_has_rows(database, tmp_path, rows_of):
    [staged] = stage(f"sqlite:///{database}", tmp_path / "staged")
    assert staged.source == "invoices"
    assert cells(rows_of(staged), "_row", "id", "name", "amount") == [
        (1, "1", "007", "5.5"),
        (2, "2", None, "6"),
    ]
    [same] = stage(database, tmp_path / "staged")
    assert same.n_rows == 2


def test_table_of_a_database_that_is_not_there_is_named(database, tmp_path):
    with pytest.raises(SchemaError, match=r"no table 'bills'.*empty, invoices"):
        stage(f"sqlite:///{database}#bills", tmp_path / "staged")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader:s3cret@localhost:1/ledger",
        "nosuchthing://reader:s3cret@localhost/ledger",
        "sqlite:////nowhere/s3cret/ledger.db",
        "://s3cret",
    ],
)
def test_password_of_a_database_is_never_shown(url, tmp_path):
    with pytest.raises(SchemaError) as caught:
        stage(url, tmp_path / "staged")
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__

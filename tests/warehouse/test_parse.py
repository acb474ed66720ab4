import datetime as dt
from decimal import Decimal

import ibis
import pandas as pd
import pytest
from babel.numbers import format_decimal
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from warehouse.parse import cell_text, find_conventions, read_cell, respelled
from warehouse.schema import Column, SchemaError
from warehouse.staging import Dialect

SEMICOLON = Dialect("csv", delimiter=";")
COMMA = Dialect("csv", delimiter=",")


@pytest.fixture(scope="module")
def engine():
    return ibis.duckdb.connect()


def sheet(engine, **columns):
    """A staged file of these columns of text."""
    n = len(next(iter(columns.values())))
    frame = pd.DataFrame({"_row": range(n), **columns}, dtype=object)
    schema = {"_row": "int64", **dict.fromkeys(columns, "string")}
    rows = ibis.memtable(frame, schema=schema)
    rows = rows.mutate(**{name: cell_text(rows[name]) for name in columns})
    return engine.create_table("sheet", rows, overwrite=True)


def read(engine, dtype, values, dialect=COMMA, stated=None, allowed=(), target="x", **others):
    """What `values` are read as, and the notes on how."""
    rows = sheet(engine, c=values, **others)
    dates = dict.fromkeys(("c", *others), stated) if dtype in ("date", "month") else {}
    numbers = {} if dates or dtype in ("text", "bool") else dict.fromkeys(("c", *others), stated)
    found = find_conventions(rows, dates, numbers, dialect)
    column = Column(dtype, False, allowed)
    table = rows.select("_row", value=read_cell(rows["c"], "c", column, target, found))
    return table.order_by("_row").to_pyarrow()["value"].to_pylist(), found.notes


# Dates


@pytest.mark.parametrize(
    "written",
    [
        "2024-03-05",
        "2024/3/5",
        "2024.03.05",
        "20240305",
        "2024-03-05 23:59:59",
        "2024-03-05T23:30:00-05:00",
        "2024-03-05 09:50:26 +0200",
        "2024-03-05T00:00:00.123Z",
        "5-Mar-2024",
        "05 Mar 24",
        "5. März 2024",
        "5 mars 2024",
        "05-mar-2024",
        "5 marzo 2024",
        "March 5, 2024",
        "Mar 5 2024",
        " 2024-03-05\t",
    ],
)
def test_date_says_the_same_day_however_it_is_written(engine, written):
    assert read(engine, "date", [written, None])[0] == [dt.date(2024, 3, 5), None]


@pytest.mark.parametrize(
    "written",
    ["2024-02-30", "2024-13-01", "31/02/2024", "13/13/2024", "soon", "n/a", "-", "2024-03-05x"],
)
def test_what_is_no_date_is_null_and_leaves_the_others_alone(engine, written):
    values, _notes = read(engine, "date", ["31/01/2024", written])
    assert values == [dt.date(2024, 1, 31), None]


@pytest.mark.parametrize(
    ("telling", "read_as"),
    [("31/12/2024", dt.date(2024, 2, 1)), ("12/31/2024", dt.date(2024, 1, 2))],
)
def test_one_telling_day_decides_the_order_of_the_column(engine, telling, read_as):
    values, notes = read(engine, "date", ["01/02/2024", telling])
    assert values[0] == read_as
    assert notes[0].startswith("c read as ")


def test_column_without_a_telling_day_borrows_the_order_of_another(engine):
    values, notes = read(engine, "date", ["01/02/2024"], due=["28/02/2024"])
    assert values == [dt.date(2024, 2, 1)]
    assert "like the other dates of the file" in notes[0]


def test_dates_that_nothing_can_tell_are_asked_for(engine):
    with pytest.raises(SchemaError, match=r"for example 0\d/0\d/2024.*--date-order dmy"):
        read(engine, "date", ["01/02/2024", "03/04/2024"])


def test_same_day_and_month_leave_nothing_to_ask(engine):
    assert read(engine, "date", ["05/05/2024"])[0] == [dt.date(2024, 5, 5)]


def test_stated_order_is_kept_and_refuses_what_contradicts_it(engine):
    dialect = Dialect("csv", date_order="mdy")
    values, _notes = read(engine, "date", ["01/02/2024", "31/12/2024"], dialect)
    assert values == [dt.date(2024, 1, 2), None]


def test_column_that_mixes_both_orders_is_refused_as_a_whole(engine):
    with pytest.raises(SchemaError, match="mixes two orders: 3 .* 3 only"):
        read(engine, "date", ["31/12/2024", "12/31/2024", "01/02/2024"] * 3)


def test_one_slip_in_a_column_costs_its_own_row(engine):
    values, notes = read(engine, "date", ["31/12/2024"] * 4 + ["12/31/2024"])
    assert values == [dt.date(2024, 12, 31)] * 4 + [None]
    assert "1 value cannot be read in that order" in notes[0]


def test_two_digit_years_are_of_this_century_up_to_68(engine):
    values, _notes = read(engine, "date", ["31/12/24", "31/12/99", "31/12/68"])
    assert [day.year for day in values] == [2024, 1999, 2068]


def test_seconds_since_1970_are_dates(engine):
    values, notes = read(engine, "date", ["1700000000", "999999999"])
    assert values == [dt.date(2023, 11, 14), dt.date(2001, 9, 9)]
    assert notes == ("c read as unix seconds.",)


def test_day_numbers_of_a_spreadsheet_are_read_when_told_only(engine):
    assert (
        read(engine, "date", ["45000", "45000.5"], stated="excel_serial")[0]
        == [dt.date(2023, 3, 15)] * 2
    )
    values, notes = read(engine, "date", ["45000", "45001"])
    assert values == [None, None]
    assert "excel_serial" in notes[0]


DATE_PATTERNS = {"dmy": ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%y"), "mdy": ("%m/%d/%Y", "%m-%d-%y")}


@settings(max_examples=15, deadline=None)
@given(
    days=st.lists(st.dates(dt.date(1970, 1, 1), dt.date(2068, 12, 31)), min_size=1, max_size=8),
    order=st.sampled_from(["dmy", "mdy"]),
    data=st.data(),
)
def test_dates_come_back_or_are_asked_for(engine, days, order, data):
    """Law: a column written in one order is read back whole, or its order is asked for."""
    pattern = data.draw(st.sampled_from(DATE_PATTERNS[order]))
    written = [day.strftime(pattern) for day in days]
    try:
        values, _notes = read(engine, "date", written)
    except SchemaError:
        assert all(day.day <= 12 for day in days)
        return
    if order == "mdy" and all(day.day <= 12 for day in days):
        assert all(day.day == day.month for day in days)
    assert values == days


# Numbers


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1,234.56", "1234.56"),
        ("(1,000.00)", "-1000"),
        ("12.50-", "-12.5"),
        ("$12.50", "12.5"),
        ("-$3.10", "-3.1"),
        ("USD 5.00", "5"),
        ("5.00 USD", "5"),
        ("1'234.50", "1234.5"),
        ("1\u00a0234.50", "1234.5"),
        ("12,34,567.00", "1234567"),
        ("1e3", "1000"),
        (".5", "0.5"),
        ("−7.25", "-7.25"),
    ],
)
def test_amount_with_a_decimal_point_is_read(engine, written, value):
    assert read(engine, "money", [written, "0.25"])[0][0] == Decimal(value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1.234,56", "1234.56"),
        ("(1.000,00)", "-1000"),
        ("12,50-", "-12.5"),
        ("5,00 €", "5"),
        ("1 234,5", "1234.5"),
        ("1\u202f234,5", "1234.5"),
        ("1.234.567", "1234567"),
    ],
)
def test_amount_with_a_decimal_comma_is_read(engine, written, value):
    values, notes = read(engine, "money", [written, "0,25"], SEMICOLON)
    assert values[0] == Decimal(value)
    assert notes == ("c read with decimal comma.",)


@pytest.mark.parametrize(
    "written", ["x", "n/a", "1.2.3", "5 5", "12%", "1,23", "--5", "inf", "0x10"]
)
def test_what_is_no_amount_is_null(engine, written):
    assert read(engine, "money", [written, "0.25", "7.50", "8.25"])[0][0] is None


def test_twelve_thousand_is_not_taken_for_twelve(engine):
    with pytest.raises(SchemaError, match=r"12\.345 .*--decimal"):
        read(engine, "money", ["12.345", "1.000"], SEMICOLON)


def test_other_amounts_of_the_file_settle_twelve_thousand(engine):
    values, notes = read(engine, "money", ["12.345"], SEMICOLON, other=["1,50"])
    assert values == [Decimal("12345")]
    assert "like the other numbers" in notes[0]


def test_file_cut_by_commas_is_read_with_a_decimal_point_and_says_so(engine):
    values, notes = read(engine, "money", ["12.345", "1,234"], COMMA)
    assert values == [Decimal("12.345"), Decimal("1234")]
    assert "not written for a decimal comma" in notes[0]


def test_stated_decimal_mark_is_kept(engine):
    dialect = Dialect("csv", delimiter=";", decimal=",")
    assert read(engine, "money", ["12.345"], dialect)[0] == [Decimal("12345")]


def test_whole_number_column_takes_no_fraction(engine):
    values, _notes = read(engine, "int", ["3", "3.0", "3.5", "1,000", "12345678901234567"])
    assert values == [3, 3, None, 1000, 12345678901234567]


def test_number_without_an_end_is_no_number(engine):
    assert read(engine, "number", ["5.5", "inf", "nan", "1e400"])[0] == [5.5, None, None, None]


LOCALES = ("en_US", "de_DE", "fr_FR", "es_ES", "de_CH", "en_IN", "sv_SE", "pt_BR", "it_IT", "nl_NL")


@settings(max_examples=20, deadline=None)
@given(
    cents=st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=6),
    locale=st.sampled_from(LOCALES),
    places=st.sampled_from([0, 2, 3]),
    brackets=st.booleans(),
)
def test_amounts_come_back_or_are_asked_for(engine, cents, locale, places, brackets):
    """Law: a column of any locale is read back to the cent, or its decimal mark is asked for."""
    amounts = [Decimal(n).scaleb(-places) for n in cents]
    pattern = f"#,##0.{'0' * places}".rstrip(".")
    if locale == "en_IN":
        pattern = pattern.replace("#,##0", "#,##,##0")
    if brackets:
        pattern = f"{pattern};({pattern})"
    written = [format_decimal(amount, pattern, locale=locale) for amount in amounts]
    try:
        values, _notes = read(engine, "money", written, SEMICOLON)
    except SchemaError:
        assert not any(places == 2 for _ in amounts)
        return
    assert values == amounts


@settings(max_examples=12, deadline=None)
@given(amounts=st.lists(st.decimals(-(10**9), 10**9, places=4), min_size=1, max_size=6))
def test_plain_amounts_are_read_as_they_stand(engine, amounts):
    """Law: what our own files hold needs no guess."""
    assume(any(amount % 1 for amount in amounts))
    values, notes = read(engine, "money", [f"{amount:f}" for amount in amounts])
    assert values == amounts
    assert notes == ()


# Text, words and what counts as empty


def test_number_of_an_invoice_stays_text(engine):
    assert read(engine, "text", ["00123", "1.0", " 7 "])[0] == ["00123", "1.0", "7"]


def test_empty_is_what_programs_write_for_nothing_and_nothing_else(engine):
    values, _notes = read(
        engine, "text", ["", "  ", "NULL", "nan", "None", "\\N", "n/a", "-", "Null"]
    )
    assert values == [None] * 6 + ["n/a", "-", "Null"]


def test_formula_and_script_are_text(engine):
    nasty = ["=1+1", "<script>alert(1)</script>", "@SUM(A1)", "x" * 20_000]
    assert read(engine, "text", nasty)[0] == nasty


def test_allowed_value_is_known_however_it_is_spelt(engine):
    allowed = ("e_invoice", "paper")
    values, _notes = read(
        engine, "text", ["E-Invoice", " paper ", "e invoice", "Fax"], allowed=allowed
    )
    assert values == ["e_invoice", "paper", "e_invoice", "Fax"]
    rows = sheet(engine, c=["E-Invoice", "paper", "Fax"])
    assert rows.aggregate(n=respelled(rows["c"], allowed)).to_pyarrow()["n"][0].as_py() == 1


def test_codes_are_put_in_capitals(engine):
    assert read(engine, "text", ["usd", "Eur"], target="currency")[0] == ["USD", "EUR"]


def test_words_for_yes_and_no_are_read(engine):
    values, _notes = read(engine, "bool", ["Yes", "0", "oui", "nein", "maybe", None])
    assert values == [True, False, True, False, None, None]


def test_typed_column_is_taken_as_it_is(engine):
    rows = ibis.memtable(
        {
            "_row": [1, 2],
            "id": [13085.0, None],
            "amount": [55.370000000000005, float("nan")],
            "at": [dt.datetime(2024, 1, 2, 3), None],
        }
    )
    found = find_conventions(rows, {"at": None}, {"amount": None}, Dialect("parquet"))
    table = rows.select(
        "_row",
        id=read_cell(rows["id"], "id", Column("text", True), "id", found),
        amount=read_cell(rows["amount"], "amount", Column("money", True), "amount", found),
        at=read_cell(rows["at"], "at", Column("date", True), "at", found),
    )
    first, second = engine.to_pyarrow(table.order_by("_row")).to_pylist()
    assert first == {
        "_row": 1,
        "id": "13085",
        "amount": Decimal("55.37"),
        "at": dt.date(2024, 1, 2),
    }
    assert second == {"_row": 2, "id": None, "amount": None, "at": None}

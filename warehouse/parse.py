"""Text to the canonical types. A cell that cannot be read is null; its text is kept beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir

from warehouse.parse_dates import DATE_FORMATS, DateFormat, find_date_formats, read_date
from warehouse.parse_numbers import NumberFormat, find_number_formats, read_number
from warehouse.schema import IBIS_TYPES, Column
from warehouse.staging import WHITESPACE, Dialect

__all__ = [
    "DATE_FORMATS",
    "NUMBER_TYPES",
    "Conventions",
    "as_text",
    "cell_text",
    "edged",
    "find_conventions",
    "read_cell",
    "read_text",
    "respelled",
    "without_empty",
]

#: What programs write for "nothing" when they mean an empty cell. "n/a" and "-" are not
#: among them: in a column of dates they are refused, so that somebody looks.
EMPTY = ("", "NULL", "null", "NaN", "nan", "None", "\\N")
NUMBER_TYPES = ("money", "number", "int")
TRUE = ("true", "t", "yes", "y", "1", "ja", "j", "oui", "o", "sí", "si", "s")
FALSE = ("false", "f", "no", "n", "0", "nein", "non")
# Codes are written in capitals; `usd` and `USD` are the same currency.
CODES = ("country", "currency")


@ibis.udf.scalar.builtin(name="trim")
def _trim(text: str, characters: str) -> str:
    """The engine's own trim, which takes the characters to strip."""


@dataclass(frozen=True)
class Conventions:
    """How the dates and numbers of one file are written, column by column."""

    dates: Mapping[str, DateFormat] = field(default_factory=dict)
    numbers: Mapping[str, NumberFormat] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        found = [*self.dates.items(), *self.numbers.items()]
        return tuple(f"{name} {how.note}." for name, how in found if how.note)

    def stated(self) -> dict[str, str]:
        """What was found, in the words in which a person or a recipe would state it."""
        orders = {
            name: "ymd" if how.plain else how.unit or how.order or ""
            for name, how in self.dates.items()
        }
        marks = {name: how.decimal for name, how in self.numbers.items()}
        return {name: word for name, word in (orders | marks).items() if word}


def cell_text(cell: ir.Value) -> ir.StringValue:
    """The text of a cell without surrounding blanks, null where the cell is empty."""
    dtype = cell.type()
    if dtype.is_floating():
        # 13085.0 is how a column of whole numbers looks once one of them was missing.
        whole = (cell == cell.floor()) & (cell.abs() < 1e15)
        text = ibis.ifelse(whole, cell.try_cast("int64").cast("string"), cell.cast("string"))
        return ibis.ifelse(cell.isnan(), ibis.null("string"), text)
    if dtype.is_timestamp():
        return cell.cast("timestamp").cast("string").re_replace(" 00:00:00$", "")
    if not dtype.is_string():
        return cell.cast("string")
    return without_empty(_trim(cell, WHITESPACE))


def without_empty(text: ir.StringValue) -> ir.StringValue:
    """A trimmed text, null where it is what programs write for nothing."""
    return ibis.ifelse(text.isin(EMPTY), ibis.null("string"), text)


def edged(rows: ir.Table, names: Sequence[str]) -> set[str]:
    """Those of the columns `names` in which some text begins or ends with a blank.

    Trimming a column is slower in the engine than looking whether it is needed once.
    """
    blank = "[\\s\\x{A0}\\x{2007}\\x{202F}\\x{FEFF}\\x{200B}]"
    found = {f"c{i}": rows[n].re_search(f"^{blank}|{blank}$").any() for i, n in enumerate(names)}
    [row] = rows.aggregate(**found).to_pyarrow().to_pylist()
    return {name for i, name in enumerate(names) if row[f"c{i}"]}


def as_text(cell: ir.Value) -> ir.StringValue:
    """The text of a cell that `cell_text` has been over, or of a typed one."""
    return cell if cell.type().is_string() else cell_text(cell)


def find_conventions(
    rows: ir.Table,
    dates: Mapping[str, str | None],
    numbers: Mapping[str, str | None],
    dialect: Dialect,
) -> Conventions:
    """Find how the columns of `rows` write their dates and numbers.

    Parameters
    ----------
    rows
        The rows of a staged file, text columns trimmed by `cell_text`.
    dates, numbers
        Columns to be read as dates and as numbers, with what a recipe states about each:
        one of `DATE_FORMATS`, a decimal mark, or None. What `dialect` states goes first.
    dialect
        How the file was read, with what the person stated.
    """
    date_texts = {name: as_text(rows[name]) for name in dates if not _is_date(rows[name])}
    number_texts = {n: as_text(rows[n]) for n in numbers if rows[n].type().is_string()}
    orders = {
        name: stated if stated in DATE_FORMATS[3:] else dialect.date_order or stated
        for name, stated in dates.items()
    }
    marks = {name: dialect.decimal or stated for name, stated in numbers.items()}
    return Conventions(
        find_date_formats(rows, date_texts, orders),
        find_number_formats(rows, number_texts, marks, dialect),
    )


def read_cell(
    cell: ir.Value, name: str, column: Column, target: str, conventions: Conventions
) -> ir.Value:
    """The value of `cell` as `column` wants it, null where it cannot be read.

    `name` is the heading in the file, `target` the canonical column; a text has been
    trimmed by `cell_text`.
    """
    kind = column.dtype
    if kind == "text":
        return read_text(as_text(cell), column.allowed, target)
    if kind in ("date", "month"):
        if _is_date(cell):
            return cell.cast("date")
        return read_date(as_text(cell), conventions.dates.get(name, DateFormat(plain=True)))
    if kind == "bool":
        return cell if cell.type().is_boolean() else _read_bool(as_text(cell))
    if not cell.type().is_string():
        return _read_typed_number(cell, column.ibis_type)
    how = conventions.numbers.get(name, NumberFormat(plain=True))
    return read_number(as_text(cell), how, column.ibis_type)


def read_text(text: ir.StringValue, allowed: tuple[str, ...], target: str) -> ir.StringValue:
    """`text` with codes in capitals and allowed values in their canonical spelling."""
    if target in CODES:
        return text.upper()
    if not allowed:
        return text
    # A value that is not allowed is left as written, so that its row is refused with it.
    plain = _canonical(text)
    other = ibis.ifelse(plain.isin(allowed), plain, text)
    return ibis.ifelse(text.isin(allowed), text, other)


def respelled(text: ir.StringValue, allowed: tuple[str, ...]) -> ir.IntegerScalar:
    """How many values are allowed ones that the file spells otherwise."""
    return text.count(where=~text.isin(allowed) & _canonical(text).isin(allowed))


def _canonical(text: ir.StringValue) -> ir.StringValue:
    return text.lower().re_replace(r"[\s\-]+", "_")


def _is_date(cell: ir.Value) -> bool:
    return cell.type().is_date() or cell.type().is_timestamp()


def _read_bool(text: ir.StringValue) -> ir.BooleanValue:
    word = text.lower()
    no_word = ibis.null("boolean")
    return ibis.cases((word.isin(TRUE), True), (word.isin(FALSE), False), else_=no_word)


def _read_typed_number(cell: ir.Value, dtype: str) -> ir.NumericValue:
    if cell.type().is_boolean() or not cell.type().is_numeric():
        return as_text(cell).try_cast(dtype)
    if cell.type().is_floating():
        cell = ibis.ifelse(cell.isnan() | cell.isinf(), ibis.null("float64"), cell)
    if dtype == IBIS_TYPES["int"]:
        return ibis.ifelse(cell == cell.floor(), cell, ibis.null()).try_cast(dtype)
    return cell.try_cast(dtype)

"""Cells of a recipe to expressions: a value of the canonical type, and the text it came from."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir

from warehouse.parse import Conventions, as_text, read_cell, read_text
from warehouse.recipe_language import PLACE, Cell, Conditions
from warehouse.schema import Column

__all__ = [
    "MONEY",
    "NUMBER",
    "TEXT",
    "Piece",
    "Sheet",
    "combined",
    "kinds",
    "leaves",
    "nothing",
    "row_piece",
]

MONEY, NUMBER, INT = Column("money", False), Column("number", False), Column("int", False)
DATE, TEXT = Column("date", False), Column("text", False)
# ISO 4217: currencies whose amounts have no, or three, decimals in payment systems' interfaces.
NO_DECIMALS = ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND")
NO_DECIMALS += ("VUV", "XAF", "XOF", "XPF")
THREE_DECIMALS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")


@dataclass(frozen=True)
class Piece:
    """A value and the text it was read from; text is null where the cell was blank."""

    value: ir.Value
    text: ir.StringValue

    @property
    def unreadable(self) -> ir.BooleanValue:
        return self.value.isnull() & self.text.notnull()


def kinds(cell: Cell, column: Column) -> Sequence[Column]:
    """What each operand of `cell` has to be read as."""
    n = len(cell.operands)
    if cell.operator in ("plus", "minus", "multiply", "divide", "absolute", "negate"):
        return [MONEY if column.dtype == "money" else NUMBER] * n
    if cell.operator == "days_between":
        return [DATE, DATE]
    if cell.operator == "add_days":
        return [DATE, INT]
    if cell.operator == "minor_units":
        return [MONEY, TEXT]
    return [column] * n


def leaves(cell: Cell, column: Column) -> Iterator[tuple[str, Column, str | None]]:
    """Columns that `cell` reads, what as, and what it states about how they are written."""
    if cell.column is not None:
        # A map compares words, so its column is never read as a date or a number.
        yield cell.column, TEXT if cell.map else column, cell.parse
    for part, kind in zip(cell.operands, kinds(cell, column), strict=True):
        yield from leaves(part, kind)


@dataclass(frozen=True)
class Sheet:
    """What a cell of a recipe is read from: one file's rows, and what is known about them."""

    rows: ir.Table
    find: Callable[[str], tuple[str, ir.Value] | None]
    holds: Callable[[Conditions], ir.BooleanValue]
    conventions: Conventions
    options: Mapping[str, str]


def row_piece(cell: Cell, column: Column, target: str, sheet: Sheet) -> Piece:
    """`cell` for each row of the file, as `column` reads it."""
    piece = _row_piece(cell, column, target, sheet)
    if cell.where is None:
        return piece
    holds = sheet.holds(cell.where)
    return Piece(
        ibis.ifelse(holds, piece.value, ibis.null()), ibis.ifelse(holds, piece.text, ibis.null())
    )


def _row_piece(cell: Cell, column: Column, target: str, sheet: Sheet) -> Piece:
    if cell.operands:
        operands = zip(cell.operands, kinds(cell, column), strict=True)
        parts = [row_piece(part, kind, target, sheet) for part, kind in operands]
        return combined(cell, parts, column)
    if cell.column is not None:
        found = sheet.find(cell.column)
        if found is None:
            return _mapped(cell, nothing(column), column)
        name, value = found
        if cell.map is not None:
            return _mapped(cell, Piece(ibis.null(column.ibis_type), as_text(value)), column)
        return Piece(read_cell(value, name, column, target, sheet.conventions), as_text(value))
    if cell.template is not None:
        return _templated(cell, column, target, sheet)
    if cell.number_within is not None:
        return _numbered(cell, column, sheet)
    written = cell.constant if cell.option is None else sheet.options.get(cell.option)
    text = ibis.null("string") if written is None else ibis.literal(written)
    return _mapped(cell, as_piece(text, column, target), column)


def nothing(column: Column) -> Piece:
    """An empty cell."""
    return Piece(ibis.null(column.ibis_type), ibis.null("string"))


def as_piece(text: ir.StringValue, column: Column, target: str = "") -> Piece:
    """A text that stands for itself, as `column` reads it."""
    if column.dtype == "text":
        return Piece(read_text(text, column.allowed, target), text)
    return Piece(text.try_cast(column.ibis_type), text)


def _mapped(cell: Cell, piece: Piece, column: Column) -> Piece:
    """`piece` with the recipe's own words for the file's; the text stays that of the file."""
    if cell.map is None:
        return piece
    word = piece.text.lower()
    branches = [(word == key.lower(), value) for key, value in cell.map.items() if key]
    other = piece.text if cell.otherwise is None else ibis.literal(cell.otherwise)
    known = ibis.cases(*branches, else_=other) if branches else other
    blank = cell.map.get("")
    empty = ibis.null("string") if blank is None else ibis.literal(blank)
    text = ibis.ifelse(piece.text.isnull(), empty, known)
    shown = piece.text if blank is None else piece.text.fill_null(blank)
    # A word mapped to nothing is an empty cell, not an empty text.
    dropped = [key.lower() for key, value in cell.map.items() if not value and key]
    if dropped:
        shown = ibis.ifelse(word.isin(dropped), ibis.null("string"), shown)
    return Piece(as_piece(text.nullif(""), column).value, shown)


def _templated(cell: Cell, column: Column, target: str, sheet: Sheet) -> Piece:
    parts, end = [], 0
    for place in PLACE.finditer(cell.template):
        parts.append(ibis.literal(cell.template[end : place.start()]))
        found = sheet.find(place.group(1))
        parts.append(ibis.null("string") if found is None else as_text(found[1]))
        end = place.end()
    parts.append(ibis.literal(cell.template[end:]))
    return as_piece(reduce(lambda a, b: a + b, parts), column, target)


def _numbered(cell: Cell, column: Column, sheet: Sheet) -> Piece:
    """1, 2, 3 ... for the rows that agree in the named columns, in the order of the file."""
    keys = [as_text(found[1]) for name in cell.number_within if (found := sheet.find(name))]
    window = ibis.window(group_by=keys, order_by=sheet.rows["_row"])
    number = ibis.row_number().over(window) + 1
    return Piece(number.cast(column.ibis_type), number.cast("string"))


def combined(cell: Cell, pieces: Sequence[Piece], column: Column) -> Piece:
    """`cell` worked out from the pieces of its operands."""
    if cell.first_of is not None:
        branches = [(piece.text.notnull(), piece) for piece in pieces]
        return Piece(
            ibis.cases(*((b, p.value) for b, p in branches), else_=ibis.null(column.ibis_type)),
            ibis.coalesce(*(piece.text for piece in pieces)),
        )
    value = _worked_out(cell.operator, pieces).try_cast(column.ibis_type)
    # What cannot be read is shown as it stands in the file, else the result itself.
    wrong = [ibis.ifelse(p.unreadable, p.text, ibis.null("string")) for p in pieces]
    return Piece(value, ibis.coalesce(*wrong, value.cast("string")))


def _worked_out(operator: str, pieces: Sequence[Piece]) -> ir.Value:
    values = [piece.value for piece in pieces]
    if operator in ("plus", "minus"):
        # An empty cell counts as nothing, as in a spreadsheet, unless all are empty.
        filled = [ibis.ifelse(p.text.isnull(), 0, p.value).cast(p.value.type()) for p in pieces]
        total = reduce((lambda a, b: a + b) if operator == "plus" else (lambda a, b: a - b), filled)
        return ibis.ifelse(ibis.coalesce(*(p.text for p in pieces)).isnull(), ibis.null(), total)
    if operator == "multiply":
        return values[0] * values[1]
    if operator == "divide":
        return values[0] / values[1].nullif(0)
    if operator == "absolute":
        return values[0].abs()
    if operator == "negate":
        return -values[0]
    if operator == "days_between":
        return values[1].delta(values[0], unit="day")
    if operator == "add_days":
        # The engine makes a timestamp of the sum; Ibis takes it for a date and would not cast.
        return (values[0] + values[1].as_interval("D")).cast("timestamp").cast("date")
    currency = values[1].upper()
    per_unit = ibis.cases(
        (currency.isin(NO_DECIMALS), 1), (currency.isin(THREE_DECIMALS), 1000), else_=100
    )
    return ibis.ifelse(currency.isnull(), ibis.null(), values[0] / per_unit)

"""Dates as people write them: the order is found from a whole column, never from one cell."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import ibis
import ibis.expr.types as ir

from warehouse.schema import SchemaError
from warehouse.wording import counted

__all__ = ["DATE_FORMATS", "DateFormat", "find_date_formats", "read_date"]

#: What a recipe may state about a column of dates.
DATE_FORMATS = ("dmy", "mdy", "ymd", "unix_seconds", "unix_milliseconds", "excel_serial")

TIME = (
    r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
    r"\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?$"
)
# No ledger reaches back before 1900; a year like 24 comes of reading two digits as four.
YEAR = r"(19\d{2}|[2-9]\d{3})"
NUMERIC = r"^(\d{1,2})[/.\-](\d{1,2})[/.\-]"
# Shape of a written date, and its parts in the order year-month-day; `months` are words.
SHAPES: Mapping[str, tuple[str, str]] = {
    "iso": ("^" + YEAR + r"[\-/.](\d{1,2})[\-/.](\d{1,2})" + TIME, r"\1-\2-\3"),
    "compact": ("^" + YEAR + r"(\d{2})(\d{2})$", r"\1-\2-\3"),
    "dmy": (NUMERIC + YEAR + TIME, r"\3-\2-\1"),
    "mdy": (NUMERIC + YEAR + TIME, r"\3-\1-\2"),
    "dmy_short": (NUMERIC + r"(\d{2})" + TIME, r"\3-\2-\1"),
    "mdy_short": (NUMERIC + r"(\d{2})" + TIME, r"\3-\1-\2"),
    "ymd_short": (r"^(\d{2})[/.\-](\d{1,2})[/.\-](\d{1,2})" + TIME, r"\1-\2-\3"),
    "day_month_word": (r"^(\d{1,2})[ .\-/]*(\pL{3,10})\.?[ .\-/,]*" + YEAR + TIME, r"\3-\2-\1"),
    "day_month_word_short": (r"^(\d{1,2})[ .\-/]*(\pL{3,10})\.?[ .\-/,]*(\d{2})$", r"\3-\2-\1"),
    "month_word_day": (r"^(\pL{3,10})\.? (\d{1,2}),? " + YEAR + TIME, r"\3-\1-\2"),
}
# Two digits of a year as POSIX reads them: 69 to 99 are 19xx.
FIRST_YEAR_OF_1900S = 69
EARLIEST = dt.date(1900, 1, 1)
FIRST_EXCEL_DAY = "1899-12-30"

# English, German, French and Spanish, in full or shortened.
MONTHS = (
    "jan january januar jänner janv janvier ene enero",
    "feb february februar févr fév fevr février feb febrero",
    "mar march mär mrz märz mars marzo",
    "apr april avr avril abr abril",
    "may mai mayo",
    "jun june juni juin junio",
    "jul july juli juil juillet julio",
    "aug august août aout ago agosto",
    "sep sept september septembre septiembre",
    "oct october okt oktober octobre octubre",
    "nov november novembre noviembre",
    "dec december dez dezember déc décembre dic diciembre",
)
# One text to look a word up in: the number of a month is where its stretch of it begins. As a
# CASE with a branch for each word the engine took minutes to plan.
MONTH_STRETCH = 64
MONTH_WORDS = "".join(f" {words} ".ljust(MONTH_STRETCH) for words in MONTHS)


@dataclass(frozen=True)
class DateFormat:
    """How the dates of one column are written: plain ISO, or the shapes that occur in it."""

    plain: bool = False
    order: str | None = None
    shapes: tuple[str, ...] = ()
    unit: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class _Evidence:
    """Counts of values that only one order can read, over one column."""

    name: str
    counts: Mapping[str, int] = field(default_factory=dict)
    example: str = ""

    def __getitem__(self, key: str) -> int:
        return int(self.counts.get(key) or 0)

    def order(self) -> str | None:
        """The order this column's own values show, None when they do not say."""
        return _majority(self["only_dmy"], self["only_mdy"])


def find_date_formats(
    rows: ir.Table, texts: Mapping[str, ir.StringValue], stated: Mapping[str, str | None]
) -> dict[str, DateFormat]:
    """How each column of `texts` writes its dates, all its values considered.

    A column in which no day is above 12 borrows the order from the other columns.

    Raises
    ------
    SchemaError
        If nothing says whether the day or the month comes first, or a column mixes both.
    """
    if not texts:
        return {}
    plain = _plain_columns(rows, texts)
    formats = {name: DateFormat(plain=True) for name in plain if not stated.get(name)}
    evidence = {name: _look(rows, name, texts[name]) for name in texts if name not in formats}
    pooled = _majority(
        sum(found["only_dmy"] for found in evidence.values()),
        sum(found["only_mdy"] for found in evidence.values()),
    )
    for name, found in evidence.items():
        formats[name] = _decide(found, stated.get(name), pooled)
    return formats


def read_date(text: ir.StringValue, how: DateFormat) -> ir.DateValue:
    """`text` as a date, null where it is not one in the format of its column.

    A time and its offset are left off: the date is the calendar day as written.
    """
    if how.plain:
        return text.try_cast("date")
    if how.unit:
        return _from_number(text, how.unit)
    cases = [(text.re_search(SHAPES[shape][0]), _as_iso(text, shape)) for shape in how.shapes]
    if not cases:
        return ibis.null("date")
    return ibis.cases(*cases, else_=ibis.null("string")).try_cast("date")


def _as_iso(text: ir.StringValue, shape: str) -> ir.StringValue:
    pattern, parts = SHAPES[shape]
    iso = text.re_replace(pattern, parts)
    if shape.endswith("_short"):
        short = iso.substr(0, 2)
        century = ibis.ifelse(
            short.try_cast("int64") >= FIRST_YEAR_OF_1900S, ibis.literal("19"), ibis.literal("20")
        )
        iso = century + iso
    if "word" in shape:
        word = text.re_extract(pattern, 1 if shape == "month_word_day" else 2)
        position = ibis.literal(MONTH_WORDS).find(ibis.literal(" ") + word.lower() + " ")
        # A word that is no month is found nowhere (-1), which makes month 0: no date.
        number = (position + MONTH_STRETCH) // MONTH_STRETCH
        iso = iso.re_replace(r"\pL+", "MM").replace("MM", number.cast("string"))
    return iso


def _from_number(text: ir.StringValue, unit: str) -> ir.DateValue:
    number = text.try_cast("float64")
    days = {
        "unix_seconds": number / 86_400,
        "unix_milliseconds": number / 86_400_000,
        "excel_serial": number,
    }[unit]
    start = FIRST_EXCEL_DAY if unit == "excel_serial" else "1970-01-01"
    # 2,958,465 is 31 December 9999 in Excel; beyond it the engine would overflow.
    whole = ibis.ifelse(days.between(0, 2_958_465), days.floor(), ibis.null("float64"))
    day = ibis.literal(start).cast("date") + whole.cast("int64").as_interval("D")
    # The engine makes a timestamp of the sum; Ibis takes it for a date and would not cast.
    return day.cast("timestamp").cast("date")


def _plain_columns(rows: ir.Table, texts: Mapping[str, ir.StringValue]) -> list[str]:
    """Columns whose every value is a plain ISO date, found in one pass."""
    counts = {}
    for i, text in enumerate(texts.values()):
        date = ibis.ifelse(text.like("____-__-__"), text, ibis.null("string")).try_cast("date")
        counts[f"n{i}"] = text.count()
        counts[f"plain{i}"] = text.count(where=date >= EARLIEST)
    [found] = rows.aggregate(**counts).to_pyarrow().to_pylist()
    return [name for i, name in enumerate(texts) if found[f"n{i}"] == found[f"plain{i}"]]


def _look(rows: ir.Table, name: str, text: ir.StringValue) -> _Evidence:
    """Count the shapes in a column, over its distinct values: dates repeat a great deal."""
    distinct = rows.select(text=text).group_by("text").aggregate(n=lambda t: t.count())
    value = distinct.text
    first = value.re_extract(NUMERIC, 1).try_cast("int64")
    second = value.re_extract(NUMERIC, 2).try_cast("int64")
    numeric = value.re_search(SHAPES["dmy"][0]) | value.re_search(SHAPES["dmy_short"][0])
    open_question = numeric & (first <= 12) & (second <= 12) & (first != second)
    wanted = {
        "only_dmy": numeric & (first > 12) & (second <= 12),
        "only_mdy": numeric & (second > 12) & (first <= 12),
        "either": open_question,
        "dotted": open_question & value.contains("."),
        "any": value.notnull(),
        "unix_seconds": value.re_search(r"^1?\d{9}$"),
        "unix_milliseconds": value.re_search(r"^1?\d{12}$"),
        "excel_serial": value.re_search(r"^[1-6]\d{4}(?:\.\d+)?$"),
        **{shape: value.re_search(pattern) for shape, (pattern, _parts) in SHAPES.items()},
    }
    counts = {key: distinct.n.sum(where=holds) for key, holds in wanted.items()}
    found = distinct.aggregate(**counts, example=value.max(where=open_question))
    [row] = found.to_pyarrow().to_pylist()
    return _Evidence(name, row, row.pop("example") or "")


def _majority(n_dmy: int, n_mdy: int) -> str | None:
    """The order nearly all telling values have; a slip of the pen does not outvote a column."""
    order, n, against = ("dmy", n_dmy, n_mdy) if n_dmy >= n_mdy else ("mdy", n_mdy, n_dmy)
    # One value in a hundred at most may contradict: such rows are refused, and rows of the
    # other order whose day is below 13 would be read wrongly without a trace.
    if n and (not against or (n >= 3 * against and against <= max(1, n // 100))):
        return order
    return None


def _decide(found: _Evidence, stated: str | None, pooled: str | None) -> DateFormat:
    """The format of one column from what is stated, its own values and the other columns."""
    if stated in DATE_FORMATS[3:]:
        return DateFormat(unit=stated, note=f"read as {stated.replace('_', ' ')}")
    for unit in ("unix_seconds", "unix_milliseconds"):
        if found["any"] and found[unit] == found["any"] and not stated:
            return DateFormat(unit=unit, note=f"read as {unit.replace('_', ' ')}")
    if found["any"] and found["excel_serial"] == found["any"]:
        return DateFormat(note="holds day numbers of a spreadsheet; state parse: excel_serial")
    order, why = stated, ", as stated" if stated else ""
    if not order and (found["only_dmy"] or found["only_mdy"]):
        order = found.order() or pooled
        if not order:
            raise _mixed(found)
    if not order and found["either"]:
        order, why = pooled, ", like the other dates of the file"
        # Dots between day, month and year are written only where the day comes first.
        if not order and found["dotted"] == found["either"]:
            order, why = "dmy", ", the order written with dots"
        if not order:
            raise _ambiguous(found)
    return _format(found, order or "dmy", why)


def _format(found: _Evidence, order: str, why: str) -> DateFormat:
    """The shapes that occur, in the order of reading, with a note on what was chosen."""
    shapes = [shape for shape in ("iso", "compact") if found[shape]]
    if order == "ymd":
        shapes += [shape for shape in ("ymd_short",) if found[shape]]
    else:
        shapes += [shape for shape in (order, f"{order}_short") if found[shape]]
    shapes += [shape for shape in SHAPES if "word" in shape and found[shape]]
    how = DateFormat(order=order, shapes=tuple(shapes))
    if not found["dmy"] and not found["dmy_short"]:
        return how
    words = {"dmy": "day/month/year", "mdy": "month/day/year", "ymd": "year/month/day"}
    contrary = found["only_mdy"] if order == "dmy" else found["only_dmy"]
    note = f"read as {words[order]}{why}"
    if contrary and order != "ymd":
        note += f"; {counted(contrary, 'value')} cannot be read in that order"
    return replace(how, note=note)


def _ambiguous(found: _Evidence) -> SchemaError:
    return SchemaError(
        f"Nothing in {found.name} or the other dates of the file says whether the day or the "
        f"month comes first (for example {found.example}). Guessing could turn every date. "
        "State the date order: --date-order dmy (day first) or --date-order mdy (month first)."
    )


def _mixed(found: _Evidence) -> SchemaError:
    return SchemaError(
        f"{found.name} mixes two orders: {found['only_dmy']} dates can only be day/month/year and "
        f"{found['only_mdy']} only month/day/year; {found['either']} more could be either. "
        "Export it in one order, or state --date-order dmy or mdy: dates that cannot be read in "
        "that order are then refused, row by row."
    )

"""Numbers as people write them: which mark is the decimal one is found from a whole column."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from warehouse.schema import SchemaError
from warehouse.staging import Dialect
from warehouse.wording import counted

__all__ = ["NumberFormat", "find_number_formats", "read_number"]

PLAIN = r"^[+\-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+\-]?\d+)?$"
# Blanks of every width and apostrophes part thousands in France and Switzerland.
GAP = r" '’\x{A0}\x{202F}\x{2009}"
CURRENCY = r"(?:[A-Z]{0,3}[$€£¥₹₽₩₺]|[A-Z]{3}|kr\.?|zł|Kč|Fr\.?)"
MINUS = r"\-−–"
BEFORE = rf"^[(]?(?:[+{MINUS}]?{CURRENCY}?[{GAP}]*|{CURRENCY}[{GAP}]*[+{MINUS}])"
AFTER = rf"[{GAP}]*{CURRENCY}?[{MINUS}]?[)]?$"
CORE = {
    ".": rf"((?:\d+|[1-9]\d{{0,2}}(?:[,{GAP}]\d{{2,3}})*[,{GAP}]\d{{3}})(?:\.\d*)?|\.\d+)",
    ",": rf"((?:\d+|[1-9]\d{{0,2}}(?:[.{GAP}]\d{{3}})+)(?:,\d*)?|,\d+)",
}
NEGATIVE = rf"^[(]|[{MINUS}]"
WORDS = {".": "point", ",": "comma"}


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of one column are written: plain ones the engine reads, or a decimal mark."""

    plain: bool = False
    decimal: str = "."
    note: str | None = None


def find_number_formats(
    rows: ir.Table,
    texts: Mapping[str, ir.StringValue],
    stated: Mapping[str, str | None],
    dialect: Dialect,
) -> dict[str, NumberFormat]:
    """How each column of `texts` writes its numbers, all its values considered.

    Raises
    ------
    SchemaError
        If nothing in the file says whether 12.345 is twelve or twelve thousand.
    """
    if not texts:
        return {}
    plain = _plain_columns(rows, texts)
    formats = {name: NumberFormat(plain=True) for name in plain if stated.get(name) in (None, ".")}
    evidence = {name: _look(rows, texts[name]) for name in texts if name not in formats}
    pooled = {mark: sum(found[mark] for found in evidence.values()) for mark in WORDS}
    # A plain column with a decimal point is evidence as good as any.
    pooled["."] += sum(plain.get(name, 0) for name in formats)
    for name, found in evidence.items():
        formats[name] = _decide(name, found, stated.get(name), pooled, dialect)
    return formats


def read_number(text: ir.StringValue, how: NumberFormat, dtype: str) -> ir.NumericValue:
    """`text` as a number of the engine's type `dtype`, null where it is not one."""
    if not how.plain:
        whole = text.re_search(BEFORE + CORE[how.decimal] + AFTER)
        digits = text.re_replace(rf"[^0-9{how.decimal}]", "")
        sign = ibis.ifelse(text.re_search(NEGATIVE), ibis.literal("-"), ibis.literal(""))
        written = sign + digits.replace(how.decimal, ".")
        text = ibis.cases(
            (text.re_search(PLAIN) if how.decimal == "." else ibis.literal(False), text),
            (whole, written),
            else_=ibis.null("string"),
        )
    if dtype == "int64":
        exact = text.try_cast("decimal(38, 6)")
        return ibis.ifelse(exact == exact.floor(), exact, ibis.null()).try_cast("int64")
    number = text.try_cast(dtype)
    # 1e400 is a number on paper, and endless in the engine.
    return ibis.ifelse(number.isinf(), ibis.null(), number) if dtype == "float64" else number


def _plain_columns(rows: ir.Table, texts: Mapping[str, ir.StringValue]) -> dict[str, int]:
    """Columns that the engine reads as they stand, with how many decimal points they show.

    A column whose every point has three digits behind it is left out: 12.345 may be
    twelve thousand.
    """
    counts = {}
    for i, text in enumerate(texts.values()):
        pointed = text.contains(".")
        counts[f"n{i}"] = text.count()
        counts[f"plain{i}"] = text.count(where=text.re_search(PLAIN))
        counts[f"pointed{i}"] = text.count(where=pointed)
        counts[f"sure{i}"] = text.count(where=pointed & ~text.re_search(r"\.\d{3}$"))
    [found] = rows.aggregate(**counts).to_pyarrow().to_pylist()
    return {
        name: found[f"sure{i}"]
        for i, name in enumerate(texts)
        if found[f"n{i}"] == found[f"plain{i}"] and (found[f"sure{i}"] or not found[f"pointed{i}"])
    }


def _look(rows: ir.Table, text: ir.StringValue) -> dict[str, int | str]:
    """How many values can be read with one decimal mark only, and with either."""
    reads = {mark: text.re_search(BEFORE + core + AFTER) for mark, core in CORE.items()}
    marked = text.contains(".") | text.contains(",")
    either = reads["."] & reads[","] & marked
    [found] = (
        rows.aggregate(
            point=text.count(where=reads["."] & ~reads[","]),
            comma=text.count(where=reads[","] & ~reads["."]),
            either=text.count(where=either),
            commas=text.count(where=either & text.contains(",")),
            example=text.max(where=either),
        )
        .to_pyarrow()
        .to_pylist()
    )
    return {
        ".": found["point"],
        ",": found["comma"],
        "either": found["either"],
        "commas": found["commas"],
        "example": found["example"] or "",
    }


def _majority(counts: Mapping[str, int | str]) -> str | None:
    mark, other = (".", ",") if counts["."] >= counts[","] else (",", ".")
    n, against = counts[mark], counts[other]
    return mark if n and (not against or against <= max(1, n // 100) < n) else None


def _decide(
    name: str,
    found: Mapping[str, int | str],
    stated: str | None,
    pooled: Mapping[str, int],
    dialect: Dialect,
) -> NumberFormat:
    """The decimal mark of one column from what is stated, its own values and the others."""
    mark, why = stated, ", as stated" if stated else ""
    if not mark and (found["."] or found[","]):
        mark = _majority(found) or _majority(pooled)
        if not mark and found["either"]:
            raise _unclear(name, found, "writes some numbers with a decimal comma, others a point")
    if not mark and found["either"]:
        mark, why = _majority(pooled), ", like the other numbers of the file"
        if not mark:
            mark, why = _by_delimiter(found, dialect)
        if not mark:
            raise _unclear(name, found, "does not say which mark is the decimal one")
    mark = mark or "."
    contrary = found["," if mark == "." else "."]
    note = f"read with decimal {WORDS[mark]}{why}" if mark == "," or found["either"] else None
    if contrary:
        written = f"{counted(contrary, 'value')} written the other way"
        note = f"read with decimal {WORDS[mark]}; {written}"
    return NumberFormat(decimal=mark, note=note)


def _by_delimiter(found: Mapping[str, int | str], dialect: Dialect) -> tuple[str | None, str]:
    """What the file's own make says about 12.345 or 1,234.

    Where a comma decides decimals it cannot part cells as well, so such files use another
    delimiter; numbers in workbooks, JSON and databases were written out here, with a point.
    """
    if dialect.kind == "csv" and dialect.delimiter != ",":
        return None, ""
    return ".", f" (such as {found['example']}): the file is not written for a decimal comma"


def _unclear(name: str, found: Mapping[str, int | str], what: str) -> SchemaError:
    return SchemaError(
        f"{name} {what}: {found['either']} values such as {found['example']} could be a thousand "
        "times larger or smaller. State the decimal mark: --decimal , or --decimal ."
    )

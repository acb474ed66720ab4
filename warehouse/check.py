"""Which rows keep a table's contract: every rule a row can break, and why in plain words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from warehouse.schema import Column, Rule, Schema
from warehouse.tables import TABLES

__all__ = [
    "APART_BITS",
    "CURRENCY_HAS_RATE",
    "RATED",
    "brought_columns",
    "explain",
    "judge",
    "money_columns",
    "reads",
    "rule_names",
    "shown",
    "unique_rule",
]

CELL_COUNT, TOTALS_ROW, CURRENCY_HAS_RATE = "cell_count", "totals_row", "currency_has_rate"

#: Rules about the row as a whole; a row that breaks one is not asked about the others.
APART = (CELL_COUNT, TOTALS_ROW)
APART_BITS = 3

#: Tables whose amounts are in a currency that the reporting currency must be reachable from,
#: with the date whose month decides which rate is meant (none: any month will do).
RATED: Mapping[str, str | None] = {"customers": None, "invoices": "issued_on"}

KINDS = {
    "int": "a whole number",
    "number": "a number",
    "money": "an amount",
    "date": "a date",
    "month": "a month",
    "bool": "yes or no",
}

# Before 1900 and after 2199 a date is a slip of the pen (0202, 20255), and pandas
# cannot hold dates beyond 2262.
FIRST_YEAR, LAST_YEAR = 1900, 2199

# A key that reads like the label of a sum, in the languages of the exports met so far.
TOTAL_WORDS = (
    r"(?i)^\W*(grand[ _-]?totals?|sub[ _-]?totals?|totals?|sums?|summen?|gesamt(summe|betrag)?"
    r"|endsumme|zwischensumme|totale|total general|total général|totaal|somme)\W*$"
)

# Five digits after the last mark cannot be a group of thousands, whichever of point
# and comma is the decimal mark.
FINER = r"[.,]\d{4}\d*[1-9]\d*\D*$"

TEXT_SHOWN = 60  # characters of a cell quoted in a reason


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong with a row seen on its own."""

    rule: str
    broken: ir.BooleanValue
    why: ir.StringValue


def rule_names(schema: Schema) -> tuple[str, ...]:
    """Every rule a row of this table can break; the position is the rule's bit in ``_broken``."""
    names = [*APART]
    for name, column in schema.columns.items():
        names += [f"{name}_present"] if column.required else []
        names += [f"{name}_readable"] if column.dtype != "text" else []
        names += [f"{name}_plausible"] if column.dtype in ("date", "month") else []
        names += [f"{name}_allowed"] if column.allowed else []
    names += [rule.name for rule in schema.rules]
    names += [unique_rule(schema)]
    names += [key.rule for key in schema.foreign_keys]
    names += [CURRENCY_HAS_RATE] if schema.name in RATED else []
    if len(names) > 62:
        raise ValueError(f"{schema.name} has {len(names)} rules; 62 fit into one number.")
    return tuple(names)


def unique_rule(schema: Schema) -> str:
    return f"{'_'.join(schema.primary_key)}_unique"


def judge(mapped: ir.Table, schema: Schema) -> ir.Table:
    """Add to each mapped row which rules it breaks on its own.

    Parameters
    ----------
    mapped : table
        Per canonical column ``c`` the typed value ``c`` and the text it was read
        from, ``c__text`` (null where the cell was empty); ``_row``, ``_rows`` and
        ``_problem``.
    schema : Schema

    Returns
    -------
    table
        The same with ``_broken`` (one bit per rule of `rule_names`) and ``_finer`` (one bit
        per money column whose value has more decimals than are kept).
    """
    checks = _own_checks(mapped, schema)
    bit = _bits(schema)
    whole = [(check.broken, bit[check.rule]) for check in checks if check.rule in APART]
    single = [(check.broken, bit[check.rule]) for check in checks if check.rule not in APART]
    finer = [
        (mapped[f"{name}__text"].re_search(FINER), 1 << place)
        for place, name in enumerate(money_columns(schema))
    ]
    return mapped.mutate(
        # A row whose cells are shifted, or that is no record at all, breaks further rules
        # only as a consequence: naming those would send the reader after the wrong cell.
        _broken=ibis.cases(*whole, else_=_sum(single)).cast("int64"),
        _finer=_sum(finer).cast("int64"),
    )


def explain(judged: ir.Table, schema: Schema) -> ir.Table:
    """What is kept of judged rows, with the reason in words of those that break a rule.

    Returns
    -------
    table
        The typed columns, ``_row``, ``_rows`` (null unless the row was made of several),
        ``_broken``, ``_finer`` and ``_why`` (null for a row that breaks no rule).
    """
    bit = _bits(schema)
    nothing = ibis.null("string")
    parts = [
        ibis.ifelse((judged["_broken"] & bit[check.rule]) != 0, check.why, nothing)
        for check in _own_checks(judged, schema)
    ]
    why = ibis.literal("; ").join(parts)
    several = ibis.ifelse(judged["_rows"].length() > 1, judged["_rows"], ibis.null("array<int64>"))
    return judged.select(
        *schema.columns,
        "_row",
        "_broken",
        "_finer",
        _rows=several,
        _why=ibis.ifelse(judged["_broken"] != 0, why, nothing),
    )


def money_columns(schema: Schema) -> list[str]:
    return [name for name, column in schema.columns.items() if column.dtype == "money"]


def _bits(schema: Schema) -> dict[str, int]:
    return {name: 1 << place for place, name in enumerate(rule_names(schema))}


def _own_checks(mapped: ir.Table, schema: Schema) -> list[Check]:
    checks = [
        Check(
            CELL_COUNT,
            mapped["_problem"].notnull(),
            ibis.literal("it ") + mapped["_problem"],
        ),
        Check(
            TOTALS_ROW,
            _looks_like_total(mapped, schema),
            ibis.literal("it is a line of totals, not ") + schema.grain,
        ),
    ]
    for name, column in schema.columns.items():
        checks += _column_checks(mapped[name], mapped[f"{name}__text"], name, column)
    for rule in schema.rules:
        if not brought_columns(rule, schema):
            checks.append(
                Check(
                    rule.name,
                    ~rule.holds.resolve(mapped).fill_null(True),
                    ibis.literal(rule.says),
                )
            )
    return checks


def _column_checks(
    value: ir.Value, text: ir.StringValue, name: str, column: Column
) -> Iterable[Check]:
    quoted = ibis.literal(f"its {name} “") + shown(text) + "”"
    if column.required:
        yield Check(f"{name}_present", text.isnull(), ibis.literal(f"its {name} is empty"))
    if column.dtype != "text":
        unread = text.notnull() & value.isnull()
        if column.dtype == "number":
            unread |= (value.isnan() | value.isinf()).fill_null(False)
        yield Check(
            f"{name}_readable",
            unread,
            quoted + f" cannot be read as {KINDS[column.dtype]}",
        )
    if column.dtype in ("date", "month"):
        yield Check(
            f"{name}_plausible",
            ~value.year().between(FIRST_YEAR, LAST_YEAR).fill_null(True),
            quoted + f" is not between the years {FIRST_YEAR} and {LAST_YEAR}",
        )
    if column.allowed:
        yield Check(
            f"{name}_allowed",
            ~value.isin(column.allowed).fill_null(True),
            quoted + f" is not one of {', '.join(column.allowed)}",
        )


def _looks_like_total(mapped: ir.Table, schema: Schema) -> ir.BooleanValue:
    """A label of a sum, or nothing but numbers, where a record's key should be."""
    texts = {name: mapped[f"{name}__text"] for name in schema.required_columns}
    keys = [texts[name] for name in schema.primary_key]
    said = [text for name, text in texts.items() if name not in schema.primary_key]
    labels = [
        mapped[f"{name}__text"].notnull()
        for name, column in schema.columns.items()
        if column.dtype in ("text", "date", "month", "bool") and name not in schema.primary_key
    ]
    numbers = [
        mapped[f"{name}__text"].notnull()
        for name, column in schema.columns.items()
        if column.dtype in ("money", "number", "int")
    ]
    never = ibis.literal(False)
    lacking = ibis.or_(never, *(text.isnull() for text in said))
    words = [text for name, text in texts.items() if schema.columns[name].dtype == "text"]
    label = ibis.or_(never, *(word.re_search(TOTAL_WORDS) for word in words)).fill_null(False)
    # Asked in this order because almost every row is let go by the first, cheap questions.
    return ibis.cases(
        (
            lacking & keys[0].notnull(),
            keys[0].re_search(TOTAL_WORDS),
        ),
        (
            ibis.and_(*(key.isnull() for key in keys)),
            # The label stands in the first column of the file, which may be the customer's.
            ibis.or_(never, *numbers) & (~ibis.or_(never, *labels) | (lacking & label)),
        ),
        else_=False,
    )


def reads(rule: Rule, schema: Schema) -> frozenset[str]:
    """Columns a rule reads, those brought from another table included."""
    types = {name: column.ibis_type for name, column in schema.columns.items()}
    for key in schema.foreign_keys:
        source = TABLES[key.table].columns
        types |= {new: source[old].ibis_type for new, old in key.brings.items()}
    condition = rule.holds.resolve(ibis.table(types, name=schema.name))
    return frozenset(node.name for node in condition.op().find(ops.Field))


def brought_columns(rule: Rule, schema: Schema) -> frozenset[str]:
    """Columns a rule reads from another table."""
    return reads(rule, schema) - set(schema.columns)


def shown(text: ir.StringValue) -> ir.StringValue:
    return ibis.ifelse(text.length() > TEXT_SHOWN, text.left(TEXT_SHOWN) + "…", text)


def _sum(bits: Iterable[tuple[ir.BooleanValue, int]]) -> ir.IntegerValue:
    total = ibis.literal(0, "int64")
    for holds, bit in bits:
        total = total + ibis.ifelse(holds, ibis.literal(bit, "int64"), ibis.literal(0, "int64"))
    return total

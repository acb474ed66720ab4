"""Rules about keys: repeats within a table, and references from one table to another."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.check import (
    APART_BITS,
    CURRENCY_HAS_RATE,
    RATED,
    brought_columns,
    reads,
    shown,
)
from warehouse.schema import Schema
from warehouse.tables import TABLES

__all__ = ["broken_references", "repeats", "shared_numbers"]


def shared_numbers(rows: ir.Table, schema: Schema) -> ir.Table:
    """Numbers that stand for more than one row's key; equal keys have equal numbers.

    Grouping by a number fits in memory where ten million text keys would not. The
    few rows that merely share a number part in `repeats`, which compares the keys.
    """
    number = _keyed(rows, schema).select(_number=_key_number(rows, schema))
    return number.group_by("_number").having(number.count() > 1).agg().select("_number")


def repeats(rows: ir.Table, shared: ir.Table, schema: Schema) -> ir.Table:
    """Rows that share their key with another: ``_id``, ``_why``.

    Of exact repeats the first row is kept and is not listed. Where rows with one
    key differ all are listed: which of them is right is not for the import to say.

    Parameters
    ----------
    rows : table
        The typed columns, ``_id``, ``_broken``, ``_why``, ``_row`` and ``_source`` (a name).
    shared : table
        What `shared_numbers` found.
    schema : Schema
    """
    key = list(schema.primary_key)
    label = "_".join(key)
    keyed = _keyed(rows, schema)
    candidates = keyed.mutate(_number=_key_number(rows, schema)).semi_join(shared, "_number")
    content = candidates.mutate(_content=_content(candidates, schema))
    window = ibis.window(group_by=key)
    first = ibis.window(group_by=key, order_by=["_source", "_row", "_id"])
    seen = content.mutate(
        _n=content.count().over(window),
        _place=ibis.row_number().over(first),
        _alike=(content["_content"].min().over(window) == content["_content"].max().over(window)),
        _first_row=content["_row"].first().over(first),
        _first_source=content["_source"].first().over(first),
    )
    repeated = seen.filter((_._n > 1) & (~_._alike | (_._place > 0)))
    cells = ibis.literal(", ").join([shown(repeated[name].cast("string")) for name in key])
    return repeated.select(
        "_id",
        _why=ibis.ifelse(
            repeated["_alike"],
            ibis.literal("it repeats row ")
            + repeated["_first_row"].cast("string")
            + " of "
            + repeated["_first_source"]
            + " exactly",
            ibis.literal("")
            + repeated["_n"].cast("string")
            + f" rows have the {label} “"
            + cells
            + "” and say different things, so none of them is taken",
        ),
    )


def broken_references(
    rows: ir.Table,
    schema: Schema,
    parents: Mapping[str, ir.Table],
    *,
    first_rates: ir.Table | None,
    reporting_currency: str | None,
) -> list[tuple[str, ir.Table]]:
    """Rows that break a rule involving another table: per rule, ``_id`` and ``_why``.

    Parameters
    ----------
    rows : table
        The typed columns and ``_id``.
    schema : Schema
    parents : mapping of table name to table
        Each table that is loaded, as it will be after this import.
    first_rates : table or None
        ``currency`` and ``first_month`` with a rate; None when no rates are loaded.
    reporting_currency : str or None
        Currency that needs no rate.
    """
    found = []
    for key in schema.foreign_keys:
        parent = parents.get(key.table)
        [target] = TABLES[key.table].primary_key
        pointing = rows.filter(rows[key.column].notnull()).select("_id", key.column)
        orphans = (
            pointing
            if parent is None
            else pointing.anti_join(parent.select(target), pointing[key.column] == parent[target])
        )
        why = ibis.literal(f"its {key.column} “") + shown(orphans[key.column])
        why += f"” is not among the {key.table}"
        found.append((key.rule, orphans.select("_id", _why=why)))
        if parent is None:
            continue
        brought = parent.select(
            _target=parent[target], **{new: parent[old] for new, old in key.brings.items()}
        )
        for rule in schema.rules:
            if not brought_columns(rule, schema) & set(key.brings):
                continue
            needed = reads(rule, schema) & set(schema.columns)
            own = rows.select("_id", **{c: rows[c] for c in sorted(needed | {key.column})})
            joined = own.join(brought, own[key.column] == brought["_target"])
            bad = joined.filter(~rule.holds.resolve(joined).fill_null(True))
            found.append((rule.name, bad.select("_id", _why=ibis.literal(rule.says))))
    if schema.name in RATED and reporting_currency is not None:
        found.append(
            (CURRENCY_HAS_RATE, _without_rate(rows, schema, first_rates, reporting_currency))
        )
    return found


def _without_rate(
    rows: ir.Table, schema: Schema, first_rates: ir.Table | None, reporting_currency: str
) -> ir.Table:
    foreign = rows.filter(rows["currency"] != reporting_currency)
    day = RATED[schema.name]
    when = ibis.literal("")
    if day is not None:
        when = (ibis.literal(" at or before ") + foreign[day].strftime("%Y-%m")).fill_null("")
    why = ibis.literal("there is no exchange rate for ") + foreign["currency"] + when
    why += f" in fx_rates, and the reporting currency is {reporting_currency}"
    dated = {} if day is None else {"_day": foreign[day]}
    foreign = foreign.select("_id", "currency", _why=why, **dated)
    if first_rates is None:
        return foreign.select("_id", "_why")
    rated = foreign.left_join(first_rates, "currency")
    known = rated["first_month"].notnull()
    if day is not None:
        # An issue date that cannot be read is refused for that; its month is unknown here.
        known &= (rated["first_month"] <= rated["_day"]).fill_null(True)
    return rated.filter(~known).select("_id", "_why")


def _keyed(rows: ir.Table, schema: Schema) -> ir.Table:
    return rows.filter(
        (rows["_broken"] & APART_BITS) == 0,
        *(rows[name].notnull() for name in schema.primary_key),
    )


def _key_number(rows: ir.Table, schema: Schema) -> ir.IntegerValue:
    parts = [rows[name].cast("string") for name in schema.primary_key]
    return (parts[0] if len(parts) == 1 else ibis.literal("|").join(parts)).hash()


@ibis.udf.scalar.builtin(name="md5")
def _md5(text: str) -> str: ...


def _content(table: ir.Table, schema: Schema) -> ir.StringValue:
    """What a row says, as one short text: equal if and only if all its values are."""
    cells = [table[name].cast("string") for name in schema.columns] + [table["_why"]]
    # A null is written as no text can be: with its length, which texts carry and it lacks.
    parts = [
        ibis.ifelse(cell.isnull(), "-", cell.length().cast("string") + ":" + cell) for cell in cells
    ]
    return _md5(ibis.literal("|").join(parts))

"""The questions an import asks of every table, as SQL that is written once and kept.

Writing an expression as SQL takes longer than the engine needs to answer it for a few
thousand rows, and the question is the same for each file of a table: only the rows differ.
The SQL reads them under the names that `warehouse.merge` gives them.
"""

from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import ParamSpec, TypeVar

import ibis
import ibis.expr.types as ir

from warehouse.check import APART_BITS, explain, judge
from warehouse.kept import kept
from warehouse.keys import broken_references, repeats, shared_numbers
from warehouse.lookalikes import lookalikes
from warehouse.relations import typed_columns
from warehouse.tables import TABLES

Asked = ParamSpec("Asked")
Sql = TypeVar("Sql", str, tuple[tuple[str, str], ...])

__all__ = [
    "broken_sql",
    "explained_sql",
    "judged_sql",
    "kept_columns",
    "lookalikes_sql",
    "repeats_sql",
    "shared_sql",
]

#: What rows that came in have beside their own columns.
OF_ROWS = {
    "_id": "int64", "_source": "int32", "_row": "int64", "_broken": "int64", "_finer": "int64",
    "_rows": "array<int64>", "_why": "string",
}  # fmt: skip


def written_once(write: Callable[Asked, Sql]) -> Callable[Asked, Sql]:
    """Keep what `write` writes: for this process, and for the next import of another one."""

    @cache
    @wraps(write)
    def sql(*asked: Asked.args) -> Sql:
        # A set has no order, and what is known by one would be known differently each time.
        key = tuple(tuple(sorted(a)) if isinstance(a, frozenset) else a for a in asked)
        return kept((f"{write.__module__}.{write.__qualname__}", *key), lambda: write(*asked))

    return sql


def kept_columns(name: str) -> dict[str, str]:
    """Columns and types of the rows of table `name` that were loaded earlier."""
    return {**typed_columns(TABLES[name]), "_id": "int64"}


@written_once
def judged_sql(name: str) -> str:
    """`judge` on the rows of the view ``mapped``, which a recipe made for table `name`."""
    return _sql(judge(ibis.table(_mapped_columns(name), name="mapped"), TABLES[name]))


@written_once
def explained_sql(name: str) -> str:
    """`explain` on the rows of the view ``judged``, as `judged_sql` gives them."""
    columns = {**_mapped_columns(name), "_broken": "int64", "_finer": "int64"}
    return _sql(explain(ibis.table(columns, name="judged"), TABLES[name]))


@written_once
def shared_sql(name: str) -> str:
    """`shared_numbers` of the rows that came in for table `name`."""
    return _sql(shared_numbers(_rows(name), TABLES[name]))


@written_once
def repeats_sql(name: str) -> str:
    """`repeats` among the rows that came in for table `name`, by the numbers in ``shared``."""
    shared = ibis.table({"_number": "uint64"}, name="shared")
    sources = ibis.table({"_source": "int32", "name": "string"}, name="sources")
    rows = _rows(name).join(sources.rename(_source_name="name"), "_source").drop("_source")
    return _sql(repeats(rows.rename(_source="_source_name"), shared, TABLES[name]))


@written_once
def broken_sql(
    name: str, of: str, parents: frozenset[str], has_rates: bool, reporting_currency: str | None
) -> tuple[tuple[str, str], ...]:
    """`broken_references`, rule by rule, of the rows ``<of>_<name>`` (of: rows or kept)."""
    rows = _rows(name)
    if of == "kept":
        rows = ibis.table(kept_columns(name), name=f"kept_{name}")
    else:
        rows = rows.filter((rows["_broken"] & APART_BITS) == 0)
    first_rates = None
    if has_rates:
        rates = _next("fx_rates")
        first_rates = rates.group_by("currency").agg(first_month=rates["month"].min())
    found = broken_references(
        rows,
        TABLES[name],
        {parent: _next(parent) for parent in sorted(parents)},
        first_rates=first_rates,
        reporting_currency=reporting_currency,
    )
    return tuple((rule, _sql(broken)) for rule, broken in found)


@written_once
def lookalikes_sql() -> str:
    """`lookalikes` among the customers as they will be."""
    return _sql(lookalikes(_next("customers")))


def _next(name: str) -> ir.Table:
    return ibis.table(kept_columns(name), name=f"next_{name}")


def _rows(name: str) -> ir.Table:
    return ibis.table({**OF_ROWS, **typed_columns(TABLES[name])}, name=f"rows_{name}")


def _mapped_columns(name: str) -> Mapping[str, str]:
    columns = typed_columns(TABLES[name])
    texts = {f"{column}__text": "string" for column in columns}
    return {**columns, **texts, "_row": "int64", "_rows": "array<int64>", "_problem": "string"}


def _sql(rows: ir.Table) -> str:
    return str(ibis.to_sql(rows, dialect="duckdb", pretty=False))

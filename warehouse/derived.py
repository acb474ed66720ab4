"""What follows from the tables alone and is costly to work out: done once for each import."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from warehouse.quoting import literal
from warehouse.relations import typed_columns
from warehouse.settlements import part_credits, settlements
from warehouse.snapshot import (
    DERIVED_FROM,
    Snapshot,
    StoredTable,
    derived_version,
    sha256_of,
    stored_rows,
)
from warehouse.tables import TABLES

__all__ = ["write_derived"]

#: In the order they build on each other.
DERIVED = {"part_credits": part_credits, "settlements": settlements}


class NextTables(Mapping[str, ir.Table]):
    """The tables of an import under way by the names the engine has for them."""

    def __init__(self, names: frozenset[str], derived: Mapping[str, ir.Table]) -> None:
        self.names, self.done = names, derived

    def __getitem__(self, name: str) -> ir.Table:
        return ibis.table(typed_columns(TABLES[name]), name=f"next_{name}")

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def derived(self, name: str) -> ir.Table | None:
        return self.done.get(name)


@cache
def derived_sql(names: frozenset[str]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Each derived table as SQL, and its columns, when the tables `names` are there.

    The SQL reads ``next_<table>``, and those derived before it under their own names. It
    is the same for every import, and takes longer to write than the engine needs for it.
    """
    earlier: dict[str, ir.Table] = {}
    found = {}
    for name, derive in DERIVED.items():
        rows = derive(NextTables(names, earlier))
        found[name] = (str(ibis.to_sql(rows, dialect="duckdb", pretty=False)), tuple(rows.columns))
        earlier[name] = ibis.table(rows.schema(), name=name)
    return found


def write_derived(
    con: BaseBackend,
    stored: Mapping[str, StoredTable],
    folder: Path,
    current: Snapshot | None,
) -> dict[str, StoredTable]:
    """Write the derived tables of an import into `folder`, unless `current` has the same.

    They are named after the files they are made from, because the engine writes
    their rows in no particular order.
    """
    if not {"invoices", "payments"} <= set(stored):
        return {}
    version = derived_version(stored)
    before = current.manifest.derived if current else {}
    if all(name in before and version in before[name].file for name in DERIVED):
        return {name: before[name] for name in DERIVED}
    found = {}
    for name, (sql, columns) in derived_sql(frozenset(stored).intersection(DERIVED_FROM)).items():
        path = folder / f"{name}.parquet"
        con.raw_sql(f"COPY ({sql}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)")
        con.raw_sql(f"CREATE VIEW {name} AS SELECT * FROM {stored_rows(path)}")
        found[name] = StoredTable(
            file=f"{name}-{version}.parquet",
            sha256=sha256_of(path),
            rows=con.raw_sql(f"SELECT count(*) FROM {name}").fetchone()[0],
            columns=columns,
        )
    return found

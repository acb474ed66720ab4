"""What follows from the tables alone and is costly to work out: done once for each import."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import ibis.expr.types as ir
from ibis.backends import BaseBackend

from warehouse.quoting import exactly, literal
from warehouse.settlements import part_credits, settlements
from warehouse.snapshot import Snapshot, StoredTable, derived_version, sha256_of

__all__ = ["write_derived"]

#: In the order they build on each other.
DERIVED = {"part_credits": part_credits, "settlements": settlements}


class NextTables(Mapping[str, ir.Table]):
    """The tables of an import under way, and what was derived from them so far."""

    def __init__(self, con: BaseBackend, names: Mapping[str, StoredTable]) -> None:
        self.con, self.names = con, names
        self.done: dict[str, ir.Table] = {}

    def __getitem__(self, name: str) -> ir.Table:
        return self.con.table(f"next_{name}").drop("_id")

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def derived(self, name: str) -> ir.Table | None:
        return self.done.get(name)


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
    tables = NextTables(con, stored)
    found = {}
    for name, derive in DERIVED.items():
        path = folder / f"{name}.parquet"
        rows = derive(tables)
        con.raw_sql(
            f"COPY ({con.compile(rows)}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        )
        tables.done[name] = con.read_parquet(exactly(path), hive_partitioning=False)
        found[name] = StoredTable(
            file=f"{name}-{version}.parquet",
            sha256=sha256_of(path),
            rows=int(tables.done[name].count().to_pandas()),
            columns=tuple(rows.columns),
        )
    return found

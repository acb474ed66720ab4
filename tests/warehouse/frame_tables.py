"""Canonical tables held in memory: for tests that need rows but no workspace around them."""

import uuid
from functools import cache

import ibis

from warehouse.derived import derived_sql
from warehouse.quoting import identifier
from warehouse.relations import relation, typed_columns
from warehouse.settings import Settings
from warehouse.snapshot import DERIVED_FROM, SQL_TYPES, MissingTable
from warehouse.tables import TABLES


@cache
def engine():
    """One engine for all: starting one takes longer than most of what is asked of it."""
    return ibis.duckdb.connect()


def typed(name, frame):
    """The rows of `frame` in the engine, with the types of the contract."""
    columns = TABLES[name].columns
    frame = frame.reindex(columns=list(columns))
    frame = frame.astype(object).where(frame.notna(), None)
    plain = {
        c: "float64" if column.dtype == "money" else column.ibis_type
        for c, column in columns.items()
    }
    given = ibis.memtable(frame, schema=plain).op()
    con, stored = engine(), f"{name}_{uuid.uuid4().hex}"
    typed = ", ".join(
        f"CAST({identifier(c)} AS {SQL_TYPES[column.dtype]}) AS {identifier(c)}"
        for c, column in columns.items()
    )
    con.con.register("given", given.data.to_pyarrow(given.schema))
    con.raw_sql(f"CREATE TABLE {stored} AS SELECT {typed} FROM given")
    con.con.unregister("given")
    return relation(con, stored, typed_columns(TABLES[name]))


def derived_of(tables):
    """What an import derives from `tables`."""
    con, found = engine(), {}
    names = frozenset(tables).intersection(DERIVED_FROM)
    for name in names:
        con.raw_sql(f"CREATE OR REPLACE VIEW next_{name} AS FROM {tables[name].get_name()}")
    for name, (sql, _) in derived_sql(names).items():
        stored = f"{name}_{uuid.uuid4().hex}"
        con.raw_sql(f"CREATE TABLE {stored} AS {sql}")
        con.raw_sql(f"CREATE OR REPLACE VIEW {name} AS FROM {stored}")
        found[name] = con.table(stored)
    return found


class FrameTables(dict):
    """Looks like `warehouse.workspace.Tables`; holds tables typed by the contract."""

    def __init__(self, frames, reporting_currency="EUR"):
        super().__init__({name: typed(name, frame) for name, frame in frames.items()})
        self.reporting_currency = reporting_currency
        self.settings = Settings(":memory:")
        self.answers = {}
        self._derived = None

    def derived(self, name):
        """As after an import: worked out once, where it would be part of every question else."""
        if not {"invoices", "payments"} <= set(self):
            return None
        if self._derived is None:
            self._derived = derived_of(self)
        return self._derived[name]

    def require(self, *names):
        if missing := [name for name in names if name not in self]:
            raise MissingTable(f"{missing} not given")
        return self

"""Canonical tables held in memory: for tests that need rows but no workspace around them."""

import uuid
from functools import cache

import ibis

from warehouse.quoting import identifier
from warehouse.relations import relation, typed_columns
from warehouse.settings import Settings
from warehouse.snapshot import SQL_TYPES
from warehouse.tables import TABLES


@cache
def engine():
    """One engine for all: starting one takes longer than most of what is asked of it."""
    return ibis.duckdb.connect()


class FrameTables(dict):
    """Looks like `warehouse.workspace.Tables`; holds tables typed by the contract."""

    def __init__(self, frames, reporting_currency="EUR"):
        super().__init__({name: self._typed(name, frame) for name, frame in frames.items()})
        self.reporting_currency = reporting_currency
        self.settings = Settings(":memory:")

    @staticmethod
    def _typed(name, frame):
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

    def derived(self, name):
        return None

    def require(self, *names):
        assert all(name in self for name in names)
        return self

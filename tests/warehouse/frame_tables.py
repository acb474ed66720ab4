"""Canonical tables held in memory: for tests that need rows but no workspace around them."""

import ibis

from warehouse.settings import Settings
from warehouse.tables import TABLES


class FrameTables(dict):
    """Looks like `warehouse.workspace.Tables`; holds memtables typed by the contract."""

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
        return ibis.memtable(frame, schema=plain).cast(
            {c: column.ibis_type for c, column in columns.items()}
        )

    def derived(self, name):
        return None

    def require(self, *names):
        assert all(name in self for name in names)
        return self

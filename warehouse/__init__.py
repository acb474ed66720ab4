"""The data layer: files in, checked snapshots and lazy tables out.

``from warehouse.load import load`` imports files into a `Workspace`; its current
`Snapshot` opens as `Tables`. Alone in the house it knows DuckDB, and with `analyses` Ibis.
"""

from warehouse.schema import SchemaError
from warehouse.tables import TABLES
from warehouse.workspace import MissingTable, Snapshot, Tables, Workspace, WorkspaceError

__all__ = [
    "TABLES",
    "MissingTable",
    "SchemaError",
    "Snapshot",
    "Tables",
    "Workspace",
    "WorkspaceError",
]

"""Spark as the engine of the expressions, for books that DuckDB on one machine is too small for."""

import logging
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import ibis
import ibis.expr.types as ir

from warehouse.tables import TABLES

__all__ = ["SparkEngine"]

#: A session that other software set up keeps its own; these are for one that we begin. Dates
#: and timestamps are read as they are written, in whatever time zone the machine is.
SESSION: Mapping[str, str] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


class StoredColumns(Protocol):
    """What is asked of a `warehouse.snapshot.StoredTable`."""

    columns: Sequence[str]


class SparkEngine:
    """The Spark session of this process; where none has begun, a local one.

    A session is shared by all readers of the process, which Spark allows; each reader has
    views of its own in it and removes them when it is closed.
    """

    def __init__(self) -> None:
        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise ValueError(
                "GOODWILL_ENGINE asks for Spark, but PySpark is not installed, so nothing can be "
                "read. Install requirements-spark.txt, or unset GOODWILL_ENGINE to use DuckDB."
            ) from error
        session = SparkSession.getActiveSession()
        if session is None:
            builder = SparkSession.builder.appName("goodwill")
            for name, value in SESSION.items():
                builder = builder.config(name, value)
            # Its driver talks to itself: no other machine has to find it.
            local = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
            for name, value in local.items():
                builder = builder.config(name, value)
            session = builder.getOrCreate()
            session.sparkContext.setLogLevel("ERROR")
        logging.getLogger("py4j").setLevel(logging.WARNING)
        self.con = ibis.pyspark.connect(session)
        self.views: list[str] = []

    def open(self, name: str, path: Path, stored: StoredColumns) -> ir.Table:
        """The rows of a canonical table; a column that its file lacks is empty."""
        rows = self.open_derived(name, path)
        return rows.select(
            **{
                column: rows[column] if column in stored.columns else ibis.null(spec.ibis_type)
                for column, spec in TABLES[name].columns.items()
            }
        )

    def open_derived(self, name: str, path: Path) -> ir.Table:
        """The rows of a derived table, with the columns of its file."""
        view = f"{name}_{uuid.uuid4().hex}"
        # What has a meaning in a pattern is set apart: Spark takes every path for one.
        plain = "".join(f"\\{letter}" if letter in "*?[]{}\\" else letter for letter in str(path))
        table = self.con.read_parquet(plain, table_name=view)
        self.views.append(view)
        return table

    def close(self) -> None:
        for view in self.views:
            self.con.drop_view(view, force=True)
        self.views.clear()

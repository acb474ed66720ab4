"""Tables and views of the engine whose columns are known already, so that it need not be asked."""

from collections.abc import Mapping

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from warehouse.quoting import identifier
from warehouse.schema import Schema

__all__ = ["create_table", "create_view", "relation", "typed_columns"]


def relation(con: BaseBackend, name: str, columns: Mapping[str, object]) -> ir.Table:
    """The table or view `name` of the engine, without asking it what the columns are.

    ``con.table`` asks, and reads each type from text: for a table of forty columns that
    takes longer than the query that follows it.

    Examples
    --------
    >>> con = ibis.duckdb.connect()
    >>> _ = con.raw_sql("CREATE TABLE few AS SELECT 1 AS n UNION ALL SELECT 2")
    >>> int(relation(con, "few", {"n": "int32"}).n.sum().execute())
    3
    """
    schema = ibis.schema(dict(columns))
    table = ops.DatabaseTable(name, schema=schema, source=con, namespace=ops.Namespace())
    return table.to_expr()


def create_view(con: BaseBackend, name: str, rows: ir.Table) -> ir.Table:
    """`rows` as the view `name`."""
    con.raw_sql(f"CREATE VIEW {identifier(name)} AS {con.compile(rows)}")
    return relation(con, name, rows.schema())


def create_table(con: BaseBackend, name: str, rows: ir.Table) -> ir.Table:
    """`rows` as the table `name`."""
    con.raw_sql(f"CREATE TABLE {identifier(name)} AS {con.compile(rows)}")
    return relation(con, name, rows.schema())


def typed_columns(schema: Schema) -> dict[str, str]:
    """The columns of a canonical table and their types."""
    return {name: column.ibis_type for name, column in schema.columns.items()}

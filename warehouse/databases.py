"""Tables of a database, named by a SQLAlchemy URL, to staged rows of text."""

import datetime as dt
import decimal
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import sqlalchemy as sa

from warehouse.schema import SchemaError
from warehouse.staging import Dialect, Staged, StagingWriter, overridden, unique_names

__all__ = ["is_database_url", "stage_database"]

CHUNK_ROWS = 50_000


def is_database_url(source: str) -> bool:
    """Whether `source` is a URL such as ``sqlite:///ledger.db#invoices``.

    Examples
    --------
    >>> is_database_url("postgresql+psycopg://reader@host/ledger"), is_database_url("ledger.csv")
    (True, False)
    """
    return "://" in source


def stage_database(
    source: str,
    folder: Path,
    overrides: Mapping[str, object] | None = None,
    progress: Callable[[float], None] | None = None,
) -> list[Staged]:
    """Stage the table after ``#`` in `source`, or every table that holds rows.

    What is said about the source, in its name, notes and errors, never holds the URL: it
    may carry a password.
    """
    url, _, table = source.partition("#")
    engine = _engine(url)
    # `from None` everywhere: a driver's own message may repeat how it was asked to connect.
    try:
        with engine.connect() as connection:
            names = _tables(connection, table)
            staged = []
            for position, name in enumerate(names):
                if result := _stage_table(connection, name, folder, overrides, bool(table)):
                    staged.append(result)
                if progress:
                    progress((position + 1) / len(names))
    except sa.exc.SQLAlchemyError as error:
        raise SchemaError(
            f"The database could not be read ({type(error).__name__}). Check that it can be "
            "reached from here and that the account may read the tables."
        ) from None
    finally:
        engine.dispose()
    if not staged:
        raise SchemaError("The database has no table with rows in it.")
    return staged


def _engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "sqlite":
            _require_file(parsed.database)
        return sa.create_engine(parsed)
    except sa.exc.ArgumentError:
        raise SchemaError(
            "The address of the database cannot be understood. It looks like "
            "dialect://user:password@host/database, for example sqlite:///ledger.db."
        ) from None
    except ImportError as error:
        raise SchemaError(
            f"Reading this kind of database needs the package {error.name}, which is not "
            "installed. Install it, or export the table as CSV or Parquet."
        ) from None


def _require_file(database: str | None) -> None:
    # SQLite makes an empty database where there is none, which would read as "no tables".
    if not database or not Path(database).is_file():
        name = Path(database).name if database else "given in the address"
        raise SchemaError(f"There is no database file {name}. Check the name and the folder.")


def _tables(connection: sa.Connection, table: str) -> list[str]:
    inspector = sa.inspect(connection)
    names = [*inspector.get_table_names(), *inspector.get_view_names()]
    if not table:
        return names
    if table not in names:
        raise SchemaError(
            f"The database has no table {table!r}. Its tables are {', '.join(names) or 'none'}."
        )
    return [table]


def _stage_table(
    connection: sa.Connection,
    name: str,
    folder: Path,
    overrides: Mapping[str, object] | None,
    even_if_empty: bool,
) -> Staged | None:
    table = sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)
    columns, notes = unique_names([column.name for column in table.columns])
    rows = connection.execution_options(stream_results=True, yield_per=CHUNK_ROWS).execute(
        sa.select(table)
    )
    with StagingWriter(folder, columns) as writer:
        for chunk in rows.partitions(CHUNK_ROWS):
            texts = [[_text(value) for value in row] for row in chunk]
            first = writer.n_rows + 1
            writer.write_rows(texts, range(first, first + len(texts)))
    if not writer.n_rows and not even_if_empty:
        writer.path.unlink()
        return None
    with writer.path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    dialect = overridden(Dialect("sql"), overrides)
    return Staged(name, sha256, dialect, writer.path, columns, writer.n_rows, notes=tuple(notes))


def _text(value: object) -> str | None:
    """A database value as text that reads back as the same value."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    if isinstance(value, bytes):
        return value.hex()
    return str(value)

"""Tables of a database, named by a SQLAlchemy URL, to staged rows of text."""

import datetime as dt
import decimal
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from warehouse.schema import SchemaError
from warehouse.snapshot import sha256_of
from warehouse.staging import Dialect, Staged, StagingWriter, overridden, unique_names

__all__ = ["is_database_url", "stage_database", "stage_database_file"]

CHUNK_ROWS = 50_000

# A database file may come from anywhere, and a few hundred bytes of it can define endless rows
# or gigabytes of text. Real tables hold about as much text as their file has bytes.
MOST_BYTES_OF_A_CELL = 10_000_000
MOST_TEXT, MOST_TEXT_PER_BYTE = 1 << 30, 20
ROWS_OF_A_FILE_AT_ONCE = 20
WRITTEN_FROM = 50_000_000
SECONDS_WITHOUT_A_ROW = 60.0
STEPS_BETWEEN_LOOKS = 1_000_000


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
    return _stage(_engine(url), table, folder, overrides, progress)


def stage_database_file(
    path: Path,
    folder: Path,
    overrides: Mapping[str, object] | None = None,
    progress: Callable[[float], None] | None = None,
) -> list[Staged]:
    """Stage every table of the SQLite file `path` that holds rows; its views are not read."""
    # Not as text: a `?` or `#` in the path would end it.
    url = sa.URL.create("sqlite", database=str(path.resolve()))
    return _stage(sa.create_engine(url), "", folder, overrides, progress)


def _stage(
    engine: sa.Engine,
    table: str,
    folder: Path,
    overrides: Mapping[str, object] | None,
    progress: Callable[[float], None] | None,
) -> list[Staged]:
    # `from None` everywhere: a driver's own message may repeat how it was asked to connect.
    try:
        with engine.connect() as connection:
            bounds = _Bounds(connection) if engine.name == "sqlite" else None
            names = _tables(connection, table)
            staged = []
            for position, name in enumerate(names):
                if result := _stage_table(connection, name, folder, overrides, bool(table), bounds):
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
    names = inspector.get_table_names()
    views = inspector.get_view_names()
    if not table:
        return names if connection.engine.name == "sqlite" else [*names, *views]
    names += views
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
    bounds: "_Bounds | None",
) -> Staged | None:
    table = sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)
    columns, notes = unique_names([column.name for column in table.columns])
    at_once = ROWS_OF_A_FILE_AT_ONCE if bounds else CHUNK_ROWS
    rows = connection.execution_options(stream_results=True, yield_per=at_once).execute(
        sa.select(table)
    )
    chunks = ([[_text(value) for value in row] for row in chunk] for chunk in rows.partitions())
    with StagingWriter(folder, columns) as writer:
        for texts in bounds.within(name, chunks) if bounds else chunks:
            first = writer.n_rows + 1
            writer.write_rows(texts, range(first, first + len(texts)))
    if not writer.n_rows and not even_if_empty:
        writer.path.unlink()
        return None
    return Staged(
        name,
        sha256_of(writer.path),
        overridden(Dialect("sql"), overrides),
        writer.path,
        columns,
        writer.n_rows,
        notes=tuple(notes),
    )


class _Bounds:
    """What reading one SQLite file may take: time for a row, text of a cell, text in all."""

    def __init__(self, connection: sa.Connection) -> None:
        driver = connection.connection.driver_connection
        file = Path(connection.engine.url.database)
        self.text_left = MOST_TEXT + MOST_TEXT_PER_BYTE * file.stat().st_size
        self.since = time.monotonic()
        driver.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES_OF_A_CELL)
        driver.set_progress_handler(self._took_too_long, STEPS_BETWEEN_LOOKS)
        connection.exec_driver_sql("PRAGMA trusted_schema = OFF")

    def within(
        self, name: str, chunks: Iterator[Sequence[Sequence[str | None]]]
    ) -> Iterator[list[Sequence[str | None]]]:
        """Give `chunks` in pieces of a size to write, until there is more than there may be."""
        rows, text = [], 0
        self.since = time.monotonic()
        for chunk in chunks:
            self.since = time.monotonic()
            rows += chunk
            text += sum(len(cell) for row in chunk for cell in row if cell)
            if text > self.text_left:
                raise SchemaError(
                    f"The table {name} of the database holds far more text than its file has "
                    "bytes, so it was not read. Export the table as CSV."
                )
            if len(rows) >= CHUNK_ROWS or text > WRITTEN_FROM:
                yield rows
                self.text_left -= text
                rows, text = [], 0
        self.text_left -= text
        if rows:
            yield rows

    def _took_too_long(self) -> bool:
        return time.monotonic() - self.since > SECONDS_WITHOUT_A_ROW


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

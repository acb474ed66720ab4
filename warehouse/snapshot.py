"""A snapshot: whole tables as they stood after one import, and how to read them."""

import datetime as dt
import hashlib
import json
import os
import tempfile
import uuid
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from warehouse.compiler import quick
from warehouse.quoting import exactly, identifier, literal
from warehouse.relations import relation, typed_columns
from warehouse.settings import Settings
from warehouse.spark import SparkEngine
from warehouse.tables import ESSENTIAL, TABLES
from warehouse.wording import listed

# Writing long expressions as SQL takes longer than answering them for a few thousand customers,
# and most of that is spent on merging steps of a query that the engine merges itself.
ibis.options.sql.fuse_selects = False

__all__ = [
    "COLUMNS_NEEDED",
    "DERIVED_FROM",
    "READER_SETTINGS",
    "SETTINGS_FILE",
    "Manifest",
    "MissingTable",
    "Snapshot",
    "StoredTable",
    "Tables",
    "columns_of",
    "derived_version",
    "sha256_of",
    "stored_rows",
]

#: Raised when the canonical tables change in a way that old snapshots cannot be read as new ones.
SCHEMA_VERSION = 1

#: Raised when the same tables would give other derived rows, so that old files are not taken
#: for new.
DERIVED_VERSION = 3
SETTINGS_FILE = "workspace.sqlite"
DERIVED_FROM = ("invoices", "payments", "adjustments")

SQL_TYPES: Mapping[str, str] = {
    "text": "VARCHAR",
    "int": "BIGINT",
    "number": "DOUBLE",
    "money": "DECIMAL(18, 4)",
    "date": "DATE",
    "month": "DATE",
    "bool": "BOOLEAN",
}

# Each reader has an engine of its own. Two gigabytes is enough for aggregates over
# ten million rows and leaves room for several visitors on one machine; what does not
# fit spills to disk.
READER_SETTINGS: Mapping[str, object] = {
    "memory_limit": "2GB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}


#: What in a `MissingTable` follows is for who makes the file, and no part of the answer.
COLUMNS_NEEDED = " Columns: "


class MissingTable(ValueError):
    """An analysis needs a table that was never loaded."""


@dataclass(frozen=True)
class StoredTable:
    """One table's file: named after its content, so that the same rows are stored once."""

    file: str
    sha256: str
    rows: int
    columns: tuple[str, ...]
    newest_date: dt.date | None = None

    def __post_init__(self) -> None:
        # A manifest may come from anywhere: what it names lies beside it and nowhere else.
        if Path(self.file).name in ("", ".."):
            raise ValueError(f"{self.file!r} is not the name of a file.")
        object.__setattr__(self, "file", Path(self.file).name)


def sha256_of(path: Path) -> str:
    """The hash of a file's content, as `StoredTable` and the history hold it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def derived_version(stored: Mapping[str, StoredTable]) -> str:
    """What is in the name of a file derived from these tables by this version of Goodwill."""
    sources = [f"{name} {stored[name].sha256}" for name in DERIVED_FROM if name in stored]
    text = "\n".join([f"version {DERIVED_VERSION}", *sources])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Manifest:
    """What one import did: who, when, which files, which rows, and the tables that resulted.

    An import that loaded nothing has a manifest too (``loaded`` is false, no
    tables), because the rows it refused are kept.
    """

    id: str
    parent: str | None
    created_at: str
    who: str
    mode: str
    loaded: bool
    reporting_currency: str | None
    newest_date: dt.date | None
    tables: Mapping[str, StoredTable]
    derived: Mapping[str, StoredTable] = field(default_factory=dict)
    report: Mapping[str, object] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION
    undone: bool = field(default=False, compare=False)

    @property
    def files(self) -> list[Mapping[str, object]]:
        """The source files of this import: name, sha256, rows, dialect, recipe."""
        return list(self.report.get("files", []))

    def to_json(self) -> str:
        parts = asdict(self)
        del parts["undone"]  # known from the pointer, not from the file
        return json.dumps(parts, default=str, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        parts = json.loads(text)
        parts["newest_date"] = _date(parts["newest_date"])
        for group in ("tables", "derived"):
            parts[group] = {
                name: StoredTable(
                    **stored
                    | {
                        "newest_date": _date(stored["newest_date"]),
                        "columns": tuple(stored["columns"]),
                    }
                )
                for name, stored in parts.get(group, {}).items()
            }
        return cls(**parts)


@dataclass(frozen=True)
class Snapshot:
    """The tables as one import left them. Never changes, so its `id` is the version of the data."""

    manifest: Manifest
    folder: Path

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def content(self) -> str:
        """The version of the rows: that of another snapshot too where its tables are the same."""
        tables = sorted((name, stored.sha256) for name, stored in self.manifest.tables.items())
        return hashlib.sha256(json.dumps(tables).encode()).hexdigest()

    def path(self, name: str) -> Path:
        """The Parquet file that holds table `name`, canonical or derived."""
        stored = self.manifest.tables.get(name) or self.manifest.derived[name]
        return self.folder / "tables" / stored.file

    def tables(self) -> "Tables":
        """Open the tables in a new in-memory engine.

        Never share the result between threads: one connection used by several
        sessions at once gives wrong answers silently.
        """
        return Tables(self)


class DuckDBEngine:
    """An in-memory DuckDB of one reader."""

    def __init__(self) -> None:
        # Two engines that spill into one folder would overwrite each other's files;
        # the engine makes the folder when it first spills and removes it when closed.
        spill = Path(tempfile.gettempdir()) / f"goodwill-{uuid.uuid4().hex}"
        self.con: BaseBackend = quick(
            ibis.duckdb.connect(**READER_SETTINGS, temp_directory=str(spill))
        )
        # A query of more than two seconds would draw a bar on stdout, into whatever is there.
        self.con.raw_sql("SET enable_progress_bar = false")

    def open(self, name: str, path: Path, stored: StoredTable) -> ir.Table:
        """The rows of a canonical table; a column that its file lacks is empty."""
        self.con.raw_sql(
            f"CREATE VIEW {identifier(name)} AS SELECT {columns_of(name, stored)} "
            f"FROM {stored_rows(path)}"
        )
        return relation(self.con, name, typed_columns(TABLES[name]))

    def open_derived(self, name: str, path: Path) -> ir.Table:
        """The rows of a derived table, with the columns of its file."""
        return self.con.read_parquet(exactly(path), table_name=name, hive_partitioning=False)

    def close(self) -> None:
        self.con.disconnect()


def engine() -> DuckDBEngine | SparkEngine:
    """The engine that ``GOODWILL_ENGINE`` names; DuckDB where nothing does.

    Raises
    ------
    ValueError
        If there is no such engine, or it is not installed.
    """
    name = os.environ.get("GOODWILL_ENGINE", "").strip().lower() or "duckdb"
    if name not in ENGINES:
        raise ValueError(
            f"GOODWILL_ENGINE is {name!r}, which is no engine, so nothing can be read. "
            f"Set it to {' or '.join(ENGINES)}, or unset it."
        )
    return ENGINES[name]()


ENGINES = {"duckdb": DuckDBEngine, "spark": SparkEngine}


class Tables(Mapping[str, ir.Table]):
    """The canonical tables of one snapshot, by name: ``tables.invoices`` or ``tables["invoices"]``.

    Attributes
    ----------
    con : ibis backend
        The engine of these tables; DuckDB's is theirs alone.
    reporting_currency : str or None
        Currency that `fx_rates` converts to.
    newest_date : date or None
        Newest day on which anything in the data happened; the default as-of date.
    settings : Settings
        What the company decided, as it is now: it belongs to no snapshot.
    answers : dict
        What `warehouse.once.once` keeps.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._engine = engine()
        self.con: BaseBackend = self._engine.con
        self.reporting_currency = snapshot.manifest.reporting_currency
        self.newest_date = snapshot.manifest.newest_date
        self.settings = Settings(snapshot.folder / SETTINGS_FILE)
        self.answers: dict[Hashable, Any] = {}
        self._opened: dict[str, ir.Table] = {}

    def __getitem__(self, name: str) -> ir.Table:
        if name not in self:
            raise MissingTable(self._what_is_missing([name]))
        if name not in self._opened:
            stored = self.snapshot.manifest.tables[name]
            self._opened[name] = self._engine.open(name, self.snapshot.path(name), stored)
        return self._opened[name]

    def derived(self, name: str) -> ir.Table | None:
        """What the import worked out from the tables beforehand; None if it did not.

        Nor what another version of Goodwill worked out: its rows would be other ones.
        """
        manifest = self.snapshot.manifest
        if name not in manifest.derived:
            return None
        if derived_version(manifest.tables) not in manifest.derived[name].file:
            return None
        if name not in self._opened:
            self._opened[name] = self._engine.open_derived(name, self.snapshot.path(name))
        return self._opened[name]

    def __getattr__(self, name: str) -> ir.Table:
        if name in TABLES:
            return self[name]
        raise AttributeError(f"{name!r} is neither a table nor an attribute of Tables")

    def __contains__(self, name: object) -> bool:
        return name in self.snapshot.manifest.tables

    def __iter__(self) -> Iterator[str]:
        return iter(self.snapshot.manifest.tables)

    def __len__(self) -> int:
        return len(self.snapshot.manifest.tables)

    def get(self, name: str, default: ir.Table | None = None) -> ir.Table | None:
        # The mixin's would wait for a KeyError.
        return self[name] if name in self else default  # noqa: SIM401

    def require(self, *names: str) -> "Tables":
        """Return these tables, or say in plain words which of `names` is missing.

        Raises
        ------
        MissingTable
            If any of them was never loaded; the message says how to add it.
        """
        missing = [name for name in names if name not in self]
        if missing:
            raise MissingTable(self._what_is_missing(missing))
        return self

    def close(self) -> None:
        self._engine.close()

    def __enter__(self) -> "Tables":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _what_is_missing(self, names: list[str]) -> str:
        if unknown := [name for name in names if name not in TABLES]:
            return (
                f"There is no table called {listed(unknown)}. "
                f"The tables are: {', '.join(TABLES)}. Check the spelling."
            )
        many = len(names) > 1
        needs = "; ".join(
            f"{name} ({TABLES[name].grain}) needs {', '.join(TABLES[name].required_columns)}"
            for name in names
        )
        essential = " Nothing can be analysed without it." if set(names) & set(ESSENTIAL) else ""
        return (
            f"The {'tables' if many else 'table'} {listed(names)} "
            f"{'have' if many else 'has'} not been loaded, so this cannot be answered.{essential} "
            f"Load {listed([name + '.csv' for name in names])}, or an export with a recipe "
            f"that fills {'them' if many else 'it'}, on the data page.{COLUMNS_NEEDED}{needs}."
        )


def columns_of(name: str, stored: StoredTable) -> str:
    """The columns of canonical table `name` in SQL, empty where an older file lacks one."""
    has = set(stored.columns)
    return ", ".join(
        identifier(column)
        if column in has
        else f"NULL::{SQL_TYPES[spec.dtype]} AS {identifier(column)}"
        for column, spec in TABLES[name].columns.items()
    )


def stored_rows(path: Path, options: str = "") -> str:
    """The rows of a Parquet file in SQL, and no columns from the names of its folders."""
    return f"read_parquet({literal(exactly(path))}, hive_partitioning = false{options})"


def _date(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)

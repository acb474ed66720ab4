"""What a staged file is: every cell as text in one Parquet file, and how it was read."""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from ibis.backends import BaseBackend

from warehouse.quoting import exactly, identifier, literal
from warehouse.relations import relation
from warehouse.schema import SchemaError
from warehouse.wording import counted

__all__ = [
    "BATCH_ROWS",
    "RESERVED",
    "WHITESPACE",
    "Dialect",
    "Staged",
    "StagingWriter",
    "overridden",
    "unique_names",
]

Kind = Literal["csv", "excel", "parquet", "jsonl", "sql"]

#: What is left off around a cell: blanks and line ends, those of spreadsheets and web pages too.
WHITESPACE = " \t\r\n\v\f\u00a0\u2007\u202f\ufeff\u200b"
#: Columns that staging adds beside those of the file.
RESERVED = ("_row", "_problem", "_surplus")
OF_STAGED = {"_row": "int64", "_problem": "string", "_surplus": "string"}

DELIMITER_WORDS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}
# Each column costs time in every step, and no export of ledgers or surveys has as many.
MOST_COLUMNS = 1_000
# Parquet row groups of this many rows suit DuckDB's parallel scan and keep memory flat.
BATCH_ROWS = 100_000


@dataclass(frozen=True)
class Dialect:
    """How a file was read. Everything is detected, and everything can be overridden.

    `header_row` is the line the header stands on, from 1; 0 says that there is none.
    `quote` is empty for a file read without quoting. `decimal` and `date_order` are
    empty unless somebody stated them: they are then found column by column.
    """

    kind: Kind
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    decimal: Literal[".", ","] | None = None
    date_order: Literal["dmy", "mdy", "ymd"] | None = None


@dataclass(frozen=True)
class Staged:
    """One file, sheet or table as rows of text (a Parquet file keeps its types)."""

    source: str
    sha256: str
    dialect: Dialect
    path: Path
    columns: tuple[str, ...]
    n_rows: int
    titles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def read(self, con: BaseBackend) -> ir.Table:
        """Rows of the file as an expression on `con`.

        Beside the columns of the file there are ``_row`` (the line in the source, or the
        number of the row, from 1), ``_problem`` (what is wrong with the row's cells, or
        null) and ``_surplus`` (cells beyond the header, as JSON, or null).
        """
        # Left to itself the engine takes a folder called `currency=USD` for the column currency.
        path = exactly(self.path)
        if self.dialect.kind != "parquet":
            name = self.path.stem
            con.raw_sql(
                f"CREATE VIEW IF NOT EXISTS {identifier(name)} AS SELECT * FROM "
                f"read_parquet({literal(path)}, hive_partitioning = false)"
            )
            return relation(con, name, dict.fromkeys(self.columns, "string") | OF_STAGED)
        if any(name.casefold() == "file_row_number" for name in self.columns):
            rows = con.read_parquet(path, hive_partitioning=False)
            number = ibis.row_number() + 1
        else:
            rows = con.read_parquet(
                exactly(self.path), file_row_number=True, hive_partitioning=False
            )
            number = rows["file_row_number"] + 1
        # By position: here a column may be called otherwise than in the file.
        return rows.select(
            *(rows[at].name(name) for name, at in zip(self.columns, rows.columns, strict=False)),
            number.cast("int64").name("_row"),
            ibis.null("string").name("_problem"),
            ibis.null("string").name("_surplus"),
        )


def overridden(dialect: Dialect, overrides: Mapping[str, object] | None) -> Dialect:
    """`dialect` with what the person stated put over what was detected.

    Raises
    ------
    ValueError
        If an override is not one of the dialect's fields, or its value is not allowed.

    Examples
    --------
    >>> overridden(Dialect("csv", delimiter=","), {"delimiter": "semicolon"}).delimiter
    ';'
    """
    stated = {name: value for name, value in (overrides or {}).items() if value is not None}
    known = [field.name for field in fields(Dialect)]
    if unknown := sorted(set(stated) - set(known)):
        raise ValueError(
            f"{', '.join(unknown)} is not something that can be stated about a file. "
            f"What can: {', '.join(known)}."
        )
    if "delimiter" in stated:
        stated["delimiter"] = DELIMITER_WORDS.get(str(stated["delimiter"]), stated["delimiter"])
    if str(stated.get("quote", "")).lower() == "none":
        stated["quote"] = ""
    for name, allowed in (("decimal", (".", ",")), ("date_order", ("dmy", "mdy", "ymd"))):
        if name in stated and stated[name] not in allowed:
            raise ValueError(
                f"{name} cannot be {stated[name]!r}. It is one of {', '.join(allowed)}."
            )
    if "header_row" in stated:
        stated["header_row"] = int(str(stated["header_row"]))
    return replace(dialect, **stated)


def unique_names(header: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Names for the columns of `header`, unique whatever the case, and notes on changes.

    Raises
    ------
    SchemaError
        If there are more columns than any table has.

    Examples
    --------
    >>> unique_names(["Num", "", "num"])[0]
    ('Num', 'column 2', 'num (2)')
    """
    if len(header) > MOST_COLUMNS:
        raise SchemaError(
            f"There are {len(header):,} columns, and a table may have {MOST_COLUMNS:,} here. Check "
            "the delimiter, or export only the columns that are wanted."
        )
    # Engines compare names without regard to case, so `num` would clash with `Num`.
    taken = {name.casefold() for name in RESERVED}
    names, empty, repeated = [], [], []
    for position, cell in enumerate(header, start=1):
        first = " ".join(str(cell).split())
        name = first or f"column {position}"
        copy = 1
        while name.casefold() in taken:
            copy += 1
            name = f"{first or f'column {position}'} ({copy})"
        if not first:
            empty.append(name)
        elif copy > 1:
            repeated.append(name)
        taken.add(name.casefold())
        names.append(name)
    notes = []
    if empty:
        notes.append(
            f"{counted(len(empty), 'column')} without a heading, called {', '.join(empty)}."
        )
    if repeated:
        notes.append(f"A heading occurs more than once; its repeats are {', '.join(repeated)}.")
    return tuple(names), notes


class StagingWriter:
    """Writes rows of text to a Parquet file, batch by batch, in constant memory.

    Blanks around a cell are left off; nothing else is changed.
    """

    def __init__(self, folder: Path, columns: Sequence[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"staged-{uuid.uuid4().hex}.parquet"
        self.columns = tuple(columns)
        self.n_rows = 0
        self.n_problems = 0
        self._schema = pa.schema(
            [(name, pa.string()) for name in self.columns]
            + [("_row", pa.int64()), ("_problem", pa.string()), ("_surplus", pa.string())]
        )
        self._file = pq.ParquetWriter(self.path, self._schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        if error is not None:
            self.path.unlink(missing_ok=True)

    def write_rows(
        self,
        rows: Sequence[Sequence[str | None]],
        numbers: Iterable[int],
        problems: Mapping[int, str] | None = None,
    ) -> None:
        """Write `rows`; a row that is too short or too long is kept, with its problem.

        `problems` maps a position in `rows` to what is wrong with it.
        """
        problems = dict(problems or {})
        width = len(self.columns)
        surplus: dict[int, str] = {}
        if set(map(len, rows)) - {width}:
            rows = [self._fitted(i, row, problems, surplus) for i, row in enumerate(rows)]
        columns = [pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)]
        self.write_columns(columns, numbers, problems, surplus)

    def write_columns(
        self,
        columns: Sequence[pa.Array],
        numbers: Iterable[int],
        problems: Mapping[int, str] | None = None,
        surplus: Mapping[int, str] | None = None,
    ) -> None:
        """Write one batch given as columns of text."""
        n = len(columns[0]) if columns else 0
        if not n:
            return
        self.n_problems += len(problems or {})
        # Here a cell costs a thirtieth of what trimming it in the engine costs, at each use.
        columns = [pc.utf8_trim(column, WHITESPACE) for column in columns]
        table = pa.Table.from_arrays(
            [*columns, pa.array(numbers, pa.int64()), _sparse(problems, n), _sparse(surplus, n)],
            schema=self._schema,
        )
        self._file.write_table(table)
        self.n_rows += n

    def _fitted(
        self,
        position: int,
        row: Sequence[str | None],
        problems: dict[int, str],
        surplus: dict[int, str],
    ) -> Sequence[str | None]:
        width = len(self.columns)
        if len(row) == width:
            return row
        beyond = list(row[width:])
        if len(row) < width or any((cell or "").strip() for cell in beyond):
            found = f"has {len(row)} cells where the header has {width}"
            earlier = problems.get(position)
            problems[position] = f"{earlier}, and {found}" if earlier else found
        # Empty cells after the last column say nothing: a trailing delimiter is no problem.
        if any((cell or "").strip() for cell in beyond):
            surplus[position] = json.dumps(beyond, ensure_ascii=False)
        return [*row[:width], *[None] * (width - len(row))]


def _sparse(texts: Mapping[int, str] | None, n: int) -> pa.Array:
    if not texts:
        return pa.nulls(n, pa.string())
    return pa.array([texts.get(i) for i in range(n)], pa.string())

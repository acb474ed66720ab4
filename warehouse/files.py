"""Any file to rows of text: what it is, how it is written, and where its table begins."""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.databases import is_database_url, stage_database, stage_database_file
from warehouse.delimited import sniff, write_delimited
from warehouse.encodings import scan
from warehouse.json_lines import write_json_lines
from warehouse.schema import SchemaError
from warehouse.snapshot import READER_SETTINGS, sha256_of, stored_rows
from warehouse.staging import Dialect, Staged, overridden, unique_names
from warehouse.wording import counted
from warehouse.workbooks import stage_workbook

__all__ = ["Dialect", "Staged", "stage"]

Progress = Callable[[float], None]

JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")

# Files that are often saved under a name ending in .csv or .xls, by their first bytes.
NOT_A_TABLE = (
    (b"%PDF", "a PDF", "Export the report as CSV or Excel instead"),
    (b"\x1f\x8b", "compressed (gzip)", "Decompress it first"),
    (b"BZh", "compressed (bzip2)", "Decompress it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Take the file out of the archive first"),
    (b"Rar!", "a RAR archive", "Take the file out of the archive first"),
    (b"\x28\xb5\x2f\xfd", "compressed (zstd)", "Decompress it first"),
    (b"\x89PNG", "a picture", "Export the table as CSV or Excel instead"),
    (b"\xff\xd8\xff", "a picture", "Export the table as CSV or Excel instead"),
    (b"{\\rtf", "a rich text document", "Export the table as CSV or Excel instead"),
)
WEB_PAGE_STARTS = (b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")


def stage(
    source: str | Path,
    folder: Path,
    *,
    overrides: Mapping[str, object] | None = None,
    progress: Progress | None = None,
) -> list[Staged]:
    r"""Read `source` into Parquet files of text in `folder`.

    Parameters
    ----------
    source
        A CSV, Excel, Parquet or JSON lines file, or a SQLAlchemy URL, which may end in
        ``#table``.
    folder
        Where the staged Parquet may be written. A Parquet source stays where it is.
    overrides
        Fields of `Dialect` that the person states; the others are detected.
    progress
        Called with the share of the source that has been read, 0 to 1.

    Returns
    -------
    list of Staged
        One, or one for each sheet of a workbook or table of a database that holds rows.

    Raises
    ------
    SchemaError
        If the source is empty, has no heading, or is no table at all.
    ValueError
        If an override is unknown.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "invoices.csv").write_text("Num;Amount\n1;10,50\n2;20,00\n")
    >>> [staged] = stage(folder / "invoices.csv", folder / "staged")
    >>> staged.columns, staged.n_rows, staged.dialect.delimiter
    (('Num', 'Amount'), 2, ';')
    """
    if isinstance(source, str) and is_database_url(source):
        return stage_database(source, folder, overrides, progress)
    path = Path(source)
    kind = _kind(path)
    if kind == "sql":
        return stage_database_file(path, folder, overrides, progress)
    stated = overridden(Dialect(kind), overrides)
    if stated.kind == "excel":
        return stage_workbook(path, stated, folder, sha256_of(path))
    if stated.kind == "parquet":
        return [_stage_parquet(path, stated)]
    return [_stage_text(path, stated, folder, progress)]


def _kind(path: Path) -> str:
    """What the bytes of `path` say it is, whatever it is called."""
    if not path.is_file():
        raise SchemaError(f"There is no file {path.name}. Check the name and the folder.")
    with path.open("rb") as file:
        start = file.read(4096)
    if not start:
        raise SchemaError(f"{path.name} is empty (0 bytes). Export it again.")
    for magic, what, remedy in NOT_A_TABLE:
        if start.startswith(magic):
            raise SchemaError(f"{path.name} is {what}, so it holds no rows to read. {remedy}.")
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(WEB_PAGE_STARTS):
        raise SchemaError(
            f"{path.name} is a web page, though its name says otherwise. Many systems export a "
            "page as .xls: open it in a spreadsheet and save it as CSV or .xlsx."
        )
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"SQLite format 3\x00"):
        return "sql"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return "excel"
    if start.startswith(b"PK"):
        _require_workbook(path)
        return "excel"
    if text.startswith((b"{", b"[{")) and path.suffix.lower() in JSON_SUFFIXES:
        return "jsonl"
    return "csv"


def _require_workbook(path: Path) -> None:
    """Refuse a zip archive that is no spreadsheet; nothing is decompressed."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        names = set()
    if "[Content_Types].xml" not in names and "mimetype" not in names:
        raise SchemaError(
            f"{path.name} is a zip archive, so it holds no rows to read. Take the files out of "
            "the archive first."
        )


def _stage_text(path: Path, stated: Dialect, folder: Path, progress: Progress | None) -> Staged:
    scanned = scan(path)
    if stated.kind == "jsonl":
        dialect = stated
        writer, titles, notes = write_json_lines(path, folder, progress)
    else:
        dialect = sniff(path, scanned, stated)
        writer, titles, notes = write_delimited(path, scanned, dialect, folder, progress)
    notes = [*scanned.notes, *notes]
    if not writer.n_rows:
        notes.append("There is a heading but no row below it.")
    if writer.n_problems:
        notes.append(f"{counted(writer.n_problems, 'row')} without one cell for each column.")
    return Staged(
        path.name,
        scanned.sha256,
        dialect,
        writer.path,
        writer.columns,
        writer.n_rows,
        titles,
        tuple(notes),
    )


def _stage_parquet(path: Path, stated: Dialect) -> Staged:
    try:
        with pq.ParquetFile(path) as file:
            names, n_rows = file.schema_arrow.names, file.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError):
        raise SchemaError(
            f"{path.name} begins like a Parquet file but cannot be read as one; it may be cut "
            "off. Export it again."
        ) from None
    columns, notes = unique_names(names)
    _require_readable_cells(path)
    return Staged(
        path.name, sha256_of(path), stated, path.resolve(), columns, n_rows, notes=tuple(notes)
    )


def _require_readable_cells(path: Path) -> None:
    """Read every cell once: found later, one bad page would end the import of all files."""
    with duckdb.connect(config=dict(READER_SETTINGS)) as con:
        con.execute("SET enable_progress_bar = false")
        try:
            con.execute(f"SELECT bit_xor(hash(COLUMNS(*))) FROM {stored_rows(path)}").fetchall()
        except duckdb.Error as error:
            what = str(error).splitlines()[0].replace(str(path), path.name)
            raise SchemaError(
                f"{path.name} is a Parquet file with cells that cannot be read ({what}) It may be "
                "damaged, or hold text that is not UTF-8. Export it again."
            ) from None

"""Excel and OpenDocument workbooks to staged rows, one result for each sheet with rows."""

import copy
import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.parsers import expat

import python_calamine

from warehouse.headers import find_header, titles_of
from warehouse.schema import SchemaError
from warehouse.staging import BATCH_ROWS, Dialect, Staged, StagingWriter, unique_names

__all__ = ["stage_workbook"]

# A workbook is a zip archive and is read into memory whole. A full sheet of 1,048,576 rows and
# 20 columns unpacks to about this much; a small file that unpacks to more is no honest export.
MOST_UNPACKED_BYTES = 1 << 30
MOST_BYTES_OF_AN_OLD_WORKBOOK = 200 << 20
# The reader keeps room for every cell between the first and the last, filled or not.
MOST_CELLS = 25_000_000
CELL = re.compile(rb"""\sr\s*=\s*["']([A-Z]{0,3})(\d{1,7})["']""", re.IGNORECASE)
PIECE = 4 << 20
SAMPLE_ROWS = 500


def stage_workbook(path: Path, stated: Dialect, folder: Path, sha256: str) -> list[Staged]:
    """Stage the sheets of `path` that hold a table, or the one that `stated` names."""
    _require_modest_size(path)
    _require_modest_sheets(path)
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
    except python_calamine.PasswordError:
        raise SchemaError(
            f"{path.name} is protected by a password. Save it without one and load it again."
        ) from None
    except (python_calamine.CalamineError, OSError) as error:
        raise SchemaError(
            f"{path.name} cannot be opened as a workbook ({type(error).__name__}). Open it in a "
            "spreadsheet and save it again, as .xlsx or CSV."
        ) from None
    with workbook:
        staged = [
            result
            for name in _sheets(path, workbook, stated)
            if (result := _stage_sheet(path, workbook, name, stated, folder, sha256))
        ]
    if not staged:
        raise SchemaError(f"{path.name} has no sheet with a heading and rows. Export it again.")
    return staged


def _require_modest_size(path: Path) -> None:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            unpacked, limit = sum(i.file_size for i in archive.infolist()), MOST_UNPACKED_BYTES
    else:
        unpacked, limit = path.stat().st_size, MOST_BYTES_OF_AN_OLD_WORKBOOK
    if unpacked > limit:
        raise SchemaError(
            f"{path.name} unpacks to {unpacked / 1e6:,.0f} MB, more than the {limit / 1e6:,.0f} MB "
            "a workbook may have here. Save the sheet as CSV, which has no such limit."
        )


def _require_modest_sheets(path: Path) -> None:
    """Refuse a sheet that is filled so far out that its cells would not fit into memory."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for part in archive.infolist():
                _require_modest_sheet(path, archive, part)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, NotImplementedError, RuntimeError):
        raise SchemaError(
            f"{path.name} is damaged: a part of it is not what it says it is. Open it in a "
            "spreadsheet and save it again, as .xlsx or CSV."
        ) from None


def _require_modest_sheet(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    columns, rows, rest, unpacked = {b""}, 0, b"", 0
    open_document = _OpenDocument() if part.filename == "content.xml" else None
    # Left to itself `zipfile` stops where a part says it ends; the reader of workbooks goes on.
    beyond = copy.copy(part)
    beyond.file_size += 1
    with archive.open(beyond) as file:
        while piece := file.read(PIECE):
            unpacked += len(piece)
            if open_document:
                open_document.read(piece)
                _require_modest_repeats(path, open_document)
                continue
            found = CELL.findall(rest + piece)
            columns.update({column for column, _row in found})
            rows = max(rows, max((int(row) for _column, row in found), default=0))
            rest = piece[-40:]
    if unpacked != part.file_size:
        raise zipfile.BadZipFile
    if rows * max(map(_number_of, columns)) > MOST_CELLS:
        raise SchemaError(
            f"{path.name} has a sheet that is filled down to line {rows:,} and out to column "
            f"{max(map(_number_of, columns)):,}. Delete what stands far from the table, or save "
            "the sheet as CSV."
        )


class _OpenDocument:
    """Counts the cells of OpenDocument sheets, where one cell or row may stand for millions."""

    def __init__(self) -> None:
        self.rows = self.columns = 0  # down to the last filled row, out to the last filled column
        self._all_rows = self._repeats = self._at = self._filled = 0
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        self.read = parser.Parse

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind in ("table-cell", "covered-table-cell"):
            self._at += int(attributes.get("table:number-columns-repeated", 1))
            if "office:value-type" in attributes:
                self._filled = self._at
        elif kind == "p":
            self._filled = self._at
        elif kind == "table-row":
            self._repeats = int(attributes.get("table:number-rows-repeated", 1))
            self._at = self._filled = 0
        elif kind == "table":
            self._all_rows = 0

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == "table-row":
            self._all_rows += self._repeats
            if self._filled:
                self.rows = max(self.rows, self._all_rows)
                self.columns = max(self.columns, self._filled)


def _require_modest_repeats(path: Path, counted: _OpenDocument) -> None:
    if counted.rows * counted.columns > MOST_CELLS:
        raise SchemaError(
            f"{path.name} has a sheet that is filled down to line {counted.rows:,} and out to "
            f"column {counted.columns:,}. Delete what stands far from the table, or save the "
            "sheet as CSV."
        )


def _number_of(column: bytes) -> int:
    """Which column `A`, `Z` or `AA` is, from 1."""
    number = 0
    for letter in column.upper():
        number = 26 * number + letter - 64
    return number


def _sheets(path: Path, workbook: python_calamine.CalamineWorkbook, stated: Dialect) -> list[str]:
    if stated.sheet is not None:
        if stated.sheet not in workbook.sheet_names:
            raise SchemaError(
                f"{path.name} has no sheet {stated.sheet!r}. "
                f"Its sheets are {', '.join(workbook.sheet_names)}."
            )
        return [stated.sheet]
    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]


def _stage_sheet(
    path: Path,
    workbook: python_calamine.CalamineWorkbook,
    name: str,
    stated: Dialect,
    folder: Path,
    sha256: str,
) -> Staged | None:
    """The rows of one sheet, or None when it has none."""
    sheet = workbook.get_sheet_by_name(name)
    if sheet.start is None:
        return None
    above = sheet.start[0]
    rows = sheet.to_python(skip_empty_area=True)
    sample = [_texts(row) for row in rows[:SAMPLE_ROWS]]
    if stated.header_row is None:
        position, sure = find_header(sample)
    else:
        position, sure = stated.header_row - above - 1, True
    if not 0 <= position < len(rows):
        raise SchemaError(
            f"Sheet {name} of {path.name} has nothing on line {stated.header_row}. It is filled "
            f"from line {above + 1} to {above + len(rows)}."
        )
    columns, notes = unique_names(_texts(rows[position]))
    if not sure:
        notes.append(f"Line {above + position + 1} of the sheet does not look like headings.")
    with StagingWriter(folder, columns) as writer:
        for start in range(position + 1, len(rows), BATCH_ROWS):
            part = [_texts(row) for row in rows[start : start + BATCH_ROWS]]
            kept = [i for i, row in enumerate(part) if any(row)]
            numbers = [above + start + i + 1 for i in kept]
            if kept:
                writer.write_rows([part[i] for i in kept], numbers)
    if not writer.n_rows:
        writer.path.unlink()
        return None
    return Staged(
        source=path.name,
        sha256=sha256,
        dialect=replace(stated, sheet=name, header_row=above + position + 1),
        path=writer.path,
        columns=columns,
        n_rows=writer.n_rows,
        titles=titles_of(sample[:position]),
        notes=tuple(notes),
    )


def _texts(row: Sequence[object]) -> list[str]:
    return [_text(cell) for cell in row]


def _text(cell: object) -> str:
    """A cell as a person would type it: ISO dates, numbers without the noise of floats."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return _plain(cell)
    if isinstance(cell, dt.datetime):
        at_midnight = cell.time() == dt.time()
        return cell.date().isoformat() if at_midnight else cell.isoformat(" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, dt.timedelta):
        return _plain(cell / dt.timedelta(days=1))
    return "" if cell is None else str(cell)


def _plain(number: float) -> str:
    """Excel computes to 15 digits; a 17th shows only how a computer stores the number."""
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    text = f"{number:.15g}"
    return f"{float(text):.12f}".rstrip("0").rstrip(".") if "e-" in text else text

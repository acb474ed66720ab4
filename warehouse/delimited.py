"""Delimited text to staged rows: delimiter, quoting and header are found, every row is kept."""

import csv
import gc
import io
import itertools
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from warehouse.delimited_blocks import write_plain_blocks
from warehouse.encodings import Scan
from warehouse.headers import find_header, looks_like_data, titles_of, usual_width
from warehouse.schema import SchemaError
from warehouse.staging import BATCH_ROWS, Dialect, StagingWriter, unique_names

__all__ = ["sniff", "write_delimited"]

Progress = Callable[[float], None]

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_CHARACTERS = 1_000_000
SAMPLE_LINES = 500
# A record of more lines than this is a quote that was never closed, not a long cell.
LINE_END = re.compile(r"\r\n|\r|\n")
MOST_LINES_IN_A_RECORD = 500
MOST_CHARACTERS_IN_A_CELL = 16 << 20
UNCLOSED = "opens a quotation mark that is not closed, so this line was read without quoting"


def sniff(path: Path, scanned: Scan, stated: Dialect) -> Dialect:
    """The dialect of `path`: what `stated` leaves open is found in its first lines."""
    encoding = stated.encoding or scanned.encoding
    try:
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            lines = file.read(SAMPLE_CHARACTERS).splitlines(keepends=True)[:SAMPLE_LINES]
    except LookupError:
        raise SchemaError(
            f"{path.name} cannot be read as {encoding!r}, which is not an encoding known here. "
            "Common ones are utf-8, cp1252 and utf-16."
        ) from None
    quote = stated.quote if stated.quote is not None else _sniff_quote(lines)
    delimiter = stated.delimiter or _sniff_delimiter(lines, quote)
    dialect = replace(stated, encoding=encoding, delimiter=delimiter, quote=quote)
    if stated.header_row is not None:
        return dialect
    starts, records = _records_with_lines(lines, dialect)
    if not records:
        return replace(dialect, header_row=1)
    position, _sure = find_header(records)
    return replace(dialect, header_row=starts[position])


def write_delimited(
    path: Path,
    scanned: Scan,
    dialect: Dialect,
    folder: Path,
    progress: Progress | None = None,
) -> tuple[StagingWriter, tuple[str, ...], list[str]]:
    """Stage every record of `path`; the writer, the titles and notes come back.

    Raises
    ------
    SchemaError
        If there is no header, so that nothing says what the columns are.
    """
    titles, columns, notes, above = _heading(path, scanned, dialect)
    _raise_cell_limit()
    with StagingWriter(folder, columns) as writer, _without_gc():
        begin = write_plain_blocks(path, dialect, writer, above, progress)
        swallowed = not _write_records(path, scanned, dialect, writer, begin, progress)
    if swallowed:
        writer.path.unlink()
        with StagingWriter(folder, columns) as writer, _without_gc():
            _write_carefully(path, scanned, dialect, writer, above)
        notes.append(
            "A quotation mark is opened and not closed on some lines. Those lines were read "
            "without quoting and are refused; the lines after them were read as usual."
        )
    if scanned.n_nul:
        notes.append(f"{scanned.n_nul} zero bytes, which no text holds, were left out.")
    return writer, titles, notes


def _format(dialect: Dialect) -> dict[str, object]:
    """What `csv.reader` is told about `dialect`."""
    if not dialect.quote:
        return {"delimiter": dialect.delimiter, "quoting": csv.QUOTE_NONE}
    return {"delimiter": dialect.delimiter, "quotechar": dialect.quote}


def _raise_cell_limit() -> None:
    # The csv module refuses cells beyond 131,072 characters, which a pasted e-mail can reach.
    csv.field_size_limit(MOST_CHARACTERS_IN_A_CELL)


@contextmanager
def _without_gc() -> Iterator[None]:
    """Millions of short-lived lists make the collector search in vain: half of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _sniff_quote(lines: Sequence[str]) -> str:
    """An apostrophe where it wraps cells and the usual mark does not occur, else that mark."""
    text = "".join(lines)
    wrapped = sum(text.count(f"'{delimiter}'") for delimiter in DELIMITERS)
    return "'" if '"' not in text and wrapped > len(lines) else '"'


def _sniff_delimiter(lines: Sequence[str], quote: str) -> str:
    """The delimiter that cuts most lines into the same number of cells."""

    def merit(delimiter: str) -> tuple[float, int]:
        dialect = Dialect("csv", delimiter=delimiter, quote=quote)
        records = _records_with_lines(lines, dialect)[1]
        width, share = usual_width(records)
        if width < 2:
            return 0.0, 0
        # A decimal comma cuts every row in two, but not the header above them.
        position, sure = find_header(records)
        return share - 0.5 * (not sure or len(records[position]) < 2), width

    return max(DELIMITERS, key=merit)


def _records_with_lines(
    lines: Sequence[str], dialect: Dialect
) -> tuple[list[int], list[list[str]]]:
    """Records of a sample that are not empty, and the line each begins on."""
    starts, records, before = [], [], 0
    reader = csv.reader(lines, **_format(dialect))
    while True:
        try:
            record = next(reader)
        except StopIteration:
            break
        except csv.Error:
            # A quote swallowed the rest of the sample; what was read before it will do.
            break
        if record:
            starts.append(before + 1)
            records.append(record)
        before = reader.line_num
    return starts, records


def _heading(
    path: Path, scanned: Scan, dialect: Dialect
) -> tuple[tuple[str, ...], tuple[str, ...], list[str], int]:
    """Titles, column names, notes, and how many lines they take."""
    with _text(path, scanned, dialect) as file:
        above = list(itertools.islice(file, max(dialect.header_row - 1, 0)))
        reader = csv.reader(file, **_format(dialect))
        header = next(reader, [])
        taken = len(above) + reader.line_num
    if not any(cell.strip() for cell in header):
        raise SchemaError(
            f"{path.name} has nothing on line {dialect.header_row or 1}, where its headings were "
            "expected. Export it again, or state the line the headings stand on (header_row)."
        )
    titles = titles_of(_records_with_lines(above, dialect)[1])
    if dialect.header_row == 0:
        return (), tuple(f"column {i + 1}" for i in range(len(header))), [], 0
    columns, notes = unique_names(header)
    if sum(map(looks_like_data, header)) > 0.5 * len(header):
        notes.append(
            f"Line {dialect.header_row} was taken for the headings but looks like a row of data. "
            "If the file has no headings, state header_row 0."
        )
    return titles, columns, notes, taken


def _text(path: Path, scanned: Scan, dialect: Dialect) -> IO[str]:
    errors = scanned.errors if dialect.encoding == scanned.encoding else "replace"
    return path.open(encoding=dialect.encoding, errors=errors, newline="")


def _write_records(
    path: Path,
    scanned: Scan,
    dialect: Dialect,
    writer: StagingWriter,
    begin: tuple[int, int],
    progress: Progress | None,
) -> bool:
    """Stage the records from byte and line `begin` on; false if a quote swallowed some."""
    offset, line = begin
    size = max(path.stat().st_size, 1)
    with path.open("rb") as raw:
        raw.seek(offset)
        text = io.TextIOWrapper(raw, dialect.encoding, scanned.errors, newline="")
        lines = _without_nul(text, scanned)
        if not offset:
            for _ in itertools.islice(lines, line):
                pass
        reader = csv.reader(lines, **_format(dialect))
        while True:
            before = line + reader.line_num
            try:
                rows = list(itertools.islice(reader, BATCH_ROWS))
            except csv.Error:
                return False
            if not rows:
                return True
            starts = _starting_lines(rows, before, line + reader.line_num)
            if _swallows(rows, starts, line + reader.line_num, dialect, len(writer.columns)):
                return False
            _write_batch(rows, starts, {}, writer)
            if progress:
                progress(min(raw.tell() / size, 1.0))


def _without_nul(lines: IO[str], scanned: Scan) -> Iterator[str]:
    if not scanned.n_nul:
        return iter(lines)
    return (line.replace("\0", "") for line in lines)


def _starting_lines(rows: Sequence[Sequence[str]], before: int, after: int) -> Sequence[int]:
    """The line each record begins on, when they fill the lines `before` + 1 to `after`."""
    if after - before == len(rows):
        return range(before + 1, after + 1)
    taken = (1 + sum(len(LINE_END.findall(cell)) for cell in row) for row in rows)
    return list(itertools.accumulate(itertools.chain([before + 1], taken)))[:-1]


def _swallows(
    rows: Sequence[Sequence[str]],
    starts: Sequence[int],
    after: int,
    dialect: Dialect,
    width: int,
) -> bool:
    """Whether a cell of several lines holds a line that would make a whole record."""
    if after - starts[0] + 1 == len(rows):
        return False
    ends = itertools.chain(starts[1:], [after + 1])
    for row, start, end in zip(rows, starts, ends, strict=True):
        if end - start > MOST_LINES_IN_A_RECORD:
            return True
        if end - start > 1 and width > 1:
            inner = [part for cell in row for part in LINE_END.split(cell)[1:]]
            if any(part.count(dialect.delimiter) >= width - 1 for part in inner):
                return True
    return False


def _write_batch(
    rows: Sequence[Sequence[str]],
    starts: Sequence[int],
    problems: dict[int, str],
    writer: StagingWriter,
) -> None:
    """Write `rows`, leaving out empty lines, which are no records."""
    if not all(rows):
        kept = [i for i, row in enumerate(rows) if row]
        problems = {at: problems[i] for at, i in enumerate(kept) if i in problems}
        rows, starts = [rows[i] for i in kept], [starts[i] for i in kept]
    writer.write_rows(rows, starts, problems)


def _write_carefully(
    path: Path, scanned: Scan, dialect: Dialect, writer: StagingWriter, above: int
) -> None:
    """Stage record by record, so that a quote left open costs its own line and no other."""
    rows: list[list[str]] = []
    starts: list[int] = []
    problems: dict[int, str] = {}
    with _text(path, scanned, dialect) as file:
        lines = itertools.islice(_without_nul(file, scanned), above, None)
        for row, start, problem in _careful_records(lines, dialect, len(writer.columns)):
            if problem:
                problems[len(rows)] = problem
            rows.append(row)
            starts.append(above + start)
            if len(rows) == BATCH_ROWS:
                _write_batch(rows, starts, problems, writer)
                rows, starts, problems = [], [], {}
        if rows:
            _write_batch(rows, starts, problems, writer)


def _careful_records(
    lines: Iterator[str], dialect: Dialect, width: int
) -> Iterator[tuple[list[str], int, str | None]]:
    """Records with the line each begins on, from 1, and what is wrong with it."""
    waiting: deque[str] = deque()
    used: list[str] = []

    def feed() -> Iterator[str]:
        while waiting or (line := next(lines, None)) is not None:
            line = waiting.popleft() if waiting else line
            used.append(line)
            if len(used) > MOST_LINES_IN_A_RECORD:
                raise csv.Error
            yield line

    start, reader = 1, csv.reader(feed(), **_format(dialect))
    while True:
        used.clear()
        try:
            row, whole = next(reader), True
        except StopIteration:
            return
        except csv.Error:
            row, whole = [], False
        if not whole or (len(used) > 1 and not _is_one_record(row, used, dialect, width)):
            unquoted = replace(dialect, quote="")
            row = next(csv.reader(used[:1], **_format(unquoted)), [])
            waiting.extendleft(reversed(used[1:]))
            reader = csv.reader(feed(), **_format(dialect))
            yield row, start, UNCLOSED
            start += 1
        else:
            yield row, start, None
            start += len(used)


def _is_one_record(row: Sequence[str], used: Sequence[str], dialect: Dialect, width: int) -> bool:
    """Whether several lines are one record by the letter of the format."""
    try:
        list(csv.reader(used, strict=True, **_format(dialect)))
    except csv.Error:
        return False
    return len(row) == width

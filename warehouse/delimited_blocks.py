"""The fast lane for delimited text: blocks in which every line is one full record."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from warehouse.staging import BATCH_ROWS, Dialect, StagingWriter

__all__ = ["write_plain_blocks"]

BLOCK = 8 << 20


def write_plain_blocks(
    path: Path,
    dialect: Dialect,
    writer: StagingWriter,
    above: int,
    progress: Callable[[float], None] | None = None,
) -> tuple[int, int]:
    """Stage the leading blocks of `path` below the `above` lines of its heading.

    Without a quotation mark a line is a record, and Arrow cuts it three times as fast as the
    csv module. The first block with anything unusual ends this: the byte and the line
    reached come back, and the csv module goes on from there. Both give the same rows.
    """
    if dialect.encoding not in ("utf-8", "utf-8-sig"):
        return 0, above
    size = max(path.stat().st_size, 1)
    with path.open("rb") as file:
        heading = b"".join(file.readline() for _ in range(above))
        # Lines that end in a carriage return alone are counted differently in bytes.
        if heading.count(b"\r") != heading.count(b"\r\n"):
            return 0, above
        offset, line = len(heading), above
        while block := file.read(BLOCK):
            block += file.readline()
            columns = _columns(block, dialect, writer.columns)
            if columns is None:
                break
            for start in range(0, len(columns[0]), BATCH_ROWS):
                part = [column.slice(start, BATCH_ROWS) for column in columns]
                writer.write_columns(part, range(line + 1, line + 1 + len(part[0])))
                line += len(part[0])
            offset += len(block)
            if progress:
                progress(offset / size)
    return offset, line


def _columns(block: bytes, dialect: Dialect, names: Sequence[str]) -> list[pa.ChunkedArray] | None:
    """Columns of `block`, or None when it is not one full record per line."""
    quote = (dialect.quote or "").encode()
    if (quote and quote in block) or b"\0" in block:
        return None
    n_lines = block.count(b"\n") + (not block.endswith(b"\n"))
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(block),
            read_options=pa_csv.ReadOptions(
                column_names=list(names), block_size=len(block) + 1, use_threads=False
            ),
            parse_options=pa_csv.ParseOptions(delimiter=dialect.delimiter, quote_char=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    # Fewer rows than lines: an empty line; more: a lone carriage return ended some.
    return table.columns if table.num_rows == n_lines else None

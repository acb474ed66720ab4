"""JSON lines to staged rows: one object a line, nested values kept as JSON text."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from warehouse.schema import SchemaError
from warehouse.staging import BATCH_ROWS, StagingWriter, unique_names

__all__ = ["write_json_lines"]

# A file that is one JSON array has to be read whole.
MOST_BYTES_OF_AN_ARRAY = 200 << 20


def write_json_lines(
    path: Path, folder: Path, progress: Callable[[float], None] | None = None
) -> tuple[StagingWriter, tuple[str, ...], list[str]]:
    """Stage the objects of `path`; every key that occurs anywhere is a column."""
    keys: dict[str, None] = {}
    for _line, record, _text in _records(path):
        if record is not None:
            keys.update(dict.fromkeys(record))
    if not keys:
        raise SchemaError(
            f"{path.name} has no line that is a JSON object. Export it as JSON lines "
            "(one object a line) or as CSV."
        )
    columns, notes = unique_names([_whole(key) for key in keys])
    with StagingWriter(folder, columns) as writer:
        rows, numbers, problems = [], [], {}
        for line, record, text in _records(path):
            if record is None:
                problems[len(rows)] = f"is not a JSON object: {_whole(text[:200])}"
            rows.append([_cell(record or {}, key, text) for key in keys])
            numbers.append(line)
            if len(rows) == BATCH_ROWS:
                writer.write_rows(rows, numbers, problems)
                rows, numbers, problems = [], [], {}
        if rows:
            writer.write_rows(rows, numbers, problems)
    if progress:
        progress(1.0)
    return writer, (), notes


def _records(path: Path) -> Iterator[tuple[int, dict[str, object] | None, str]]:
    """Line number, object (None where the line is not one) and text of each line."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        if file.read(1) == "[":
            yield from _array(path)
            return
        file.seek(0)
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield number, _object(line), line


def _array(path: Path) -> Iterator[tuple[int, dict[str, object] | None, str]]:
    if path.stat().st_size > MOST_BYTES_OF_AN_ARRAY:
        raise SchemaError(
            f"{path.name} is one JSON array of {path.stat().st_size / 1e6:,.0f} MB, which has to "
            "be read whole. Export it as JSON lines (one object a line)."
        )
    try:
        items = json.loads(path.read_text(encoding="utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        raise SchemaError(
            f"{path.name} begins like a JSON array but is not one; it may be cut off. "
            "Export it again."
        ) from None
    for number, item in enumerate(items, start=1):
        text = json.dumps(item, ensure_ascii=False)
        yield number, _object(text), text


def _object(line: str) -> dict[str, object] | None:
    # Numbers keep the digits they were written with: 0.10 stays 0.10.
    try:
        record = json.loads(line, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):  # nested beyond what can be read
        return None
    return record if isinstance(record, dict) else None


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) < 4_000 else digits


def _cell(record: dict[str, object], key: str, line: str) -> str | None:
    value = record.get(key)
    if value is None:
        return None
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    # Inside a nested value, numbers must not have become quoted text.
    return _whole(json.dumps(json.loads(line, parse_int=_number)[key], ensure_ascii=False))


def _whole(text: str) -> str:
    """`text` with the replacement character for half a character, which no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text

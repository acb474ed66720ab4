"""Text files as programs write them: title rows, a delimiter, an encoding, lines left blank."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

__all__ = ["as_rows", "dated", "grouped_number", "write_delimited"]


def write_delimited(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
    above: Iterable[Sequence[str]] = (),
    blank_after: Iterable[int] = (),
) -> int:
    """Write a file with `above` before its header; return how many rows stand below it.

    Parameters
    ----------
    path : Path
    header : sequence of str
    rows : iterable of sequences
        Cells, None for an empty one. A row without any cell is a blank line and not counted.
    delimiter, encoding : str
    above : iterable of sequences
        Title rows, as cells.
    blank_after : iterable of int
        Positions of rows after which a line is left blank.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    gaps, n_rows = set(blank_after), 0
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    for titles in above:
        writer.writerow(titles)
    writer.writerow(header)
    for place, row in enumerate(rows):
        writer.writerow(["" if cell is None else cell for cell in row])
        n_rows += len(row) > 0
        if place in gaps:
            writer.writerow([])
    path.write_bytes(text.getvalue().encode(encoding))
    return n_rows


def as_rows(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    """The rows of `frame`, null cells as None."""
    return list(frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None))


def dated(days: pd.Series, pattern: str) -> pd.Series:
    """Dates as text, null where there is none.

    Examples
    --------
    >>> dated(pd.Series(["2026-03-05", None]), "%d.%m.%Y").tolist()
    ['05.03.2026', None]
    """
    days = pd.to_datetime(days)
    return days.dt.strftime(pattern).astype(object).where(days.notna(), None)


def grouped_number(numbers: pd.Series, *, decimals: int = 2, comma: bool = False) -> pd.Series:
    """Numbers as text with thousands parted, null where there is none.

    Examples
    --------
    >>> grouped_number(pd.Series([1234.5, None]), comma=True).tolist()
    ['1.234,50', None]
    """
    swap = str.maketrans(".,", ",.") if comma else {}
    texts = [
        None if pd.isna(number) else f"{number:,.{decimals}f}".translate(swap) for number in numbers
    ]
    return pd.Series(texts, index=numbers.index, dtype=object)

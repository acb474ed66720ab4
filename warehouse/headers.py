"""Where the table begins in a sheet: report titles stand above the header, rows below it."""

import re
from collections import Counter
from collections.abc import Sequence

__all__ = ["find_header", "looks_like_data", "titles_of", "usual_width"]

# Reports put a company, a title and a date above the header, never a page of text.
HEADER_WITHIN = 40
NUMBER_OR_DATE = re.compile(
    r"^[\s(+\-]*(?:[A-Z]{3}\s?|[$€£¥]\s?)?\d[\d.,'’\s\xa0\u202f]*%?\)?-?\s*(?:[A-Z]{3}|[$€£¥])?$"
    r"|^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:[ T].*)?$"
)


def looks_like_data(cell: str) -> bool:
    """Whether `cell` is a number or a date, which no heading is.

    Examples
    --------
    >>> [looks_like_data(cell) for cell in ("1.234,50", "31/12/2024", "Due date")]
    [True, True, False]
    """
    return bool(NUMBER_OR_DATE.match(cell.strip()))


def usual_width(records: Sequence[Sequence[str]]) -> tuple[int, float]:
    """How many cells the records usually have, and what share of them has that many."""
    counts = Counter(len(record) for record in records if any(cell.strip() for cell in record))
    if not counts:
        return 0, 0.0
    width, n = max(counts.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    return width, n / counts.total()


def find_header(records: Sequence[Sequence[str]]) -> tuple[int, bool]:
    """Position of the header among `records`, and whether it looks like one.

    The header is the first record whose cells fill most of the usual width with words;
    a title fills one or two cells, and a row of data holds numbers and dates.

    Examples
    --------
    >>> find_header([["Aged receivables", "", ""], ["Num", "Date", "Amount"], ["1", "x", "2"]])
    (1, True)
    """
    width, _share = usual_width(records)
    first = next((i for i, record in enumerate(records) if any(map(str.strip, record))), 0)
    for i, record in enumerate(records[:HEADER_WITHIN]):
        cells = [cell.strip() for cell in record if cell.strip()]
        n_words = sum(not looks_like_data(cell) for cell in cells)
        filled = len(cells) >= max(0.6 * width, min(2, width), 1)
        if filled and n_words >= 0.8 * len(cells) and len(set(cells)) > 0.5 * len(cells):
            return i, True
    return first, False


def titles_of(records: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What is written above the header, one text per line."""
    lines = (" ".join(cell.strip() for cell in record if cell.strip()) for record in records)
    return tuple(line for line in lines if line)

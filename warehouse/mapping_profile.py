"""What the values of a column look like, from its first rows."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ibis.backends import BaseBackend

from warehouse.parse import cell_text
from warehouse.staging import Staged

__all__ = ["Profile", "profiles"]

# Enough to tell a date from a number; a guess need not read ten million rows.
COLUMNS_AT_ONCE = 50
ROWS_LOOKED_AT = 5_000
DATE = re.compile(
    r"^(?:(?:19|20)\d{2}[\-/.]\d{1,2}[\-/.]\d{1,2}|\d{1,2}[\-/.]\d{1,2}[\-/.](?:\d{4}|\d{2})|"
    r"\d{1,2}[ .\-/]*[^\W\d_]{3,10}\.?[ .\-/,]*\d{2,4}|[^\W\d_]{3,10}\.? \d{1,2},? \d{4})"
    r"(?:[ T].*)?$"
)
NUMBER = re.compile(
    r"^[(+\-]?\s*(?:[A-Z]{3}|[$€£¥])?\s*-?\d[\d.,'’ \u00a0\u202f]*%?\s*\)?-?(?:\s*[A-Z€$£]{1,3})?$"
)
WHOLE = re.compile(r"^[+\-]?\d+(?:\.0+)?$")


@dataclass(frozen=True)
class Profile:
    """A column in a few figures; shares are of the cells that hold something."""

    name: str
    n: int
    n_distinct: int
    dates: float
    numbers: float
    whole: float
    counts: Counter[str]

    @property
    def distinct(self) -> float:
        return self.n_distinct / self.n if self.n else 0.0

    def share_matching(self, pattern: str) -> float:
        """Share of the values that `pattern` describes from end to end."""
        fits = re.compile(pattern)
        return sum(n for text, n in self.counts.items() if fits.fullmatch(text)) / max(self.n, 1)

    def share_in(self, allowed: Sequence[str]) -> float:
        """Share of the values that are among `allowed`, however they are spelt."""
        plain = (re.sub(r"[\s\-]+", "_", text.lower()) for text in self.counts)
        numbers = zip(plain, self.counts.values(), strict=True)
        return sum(n for text, n in numbers if text in allowed) / max(self.n, 1)


def profiles(staged: Staged, con: BaseBackend) -> list[Profile]:
    """Profiles of the columns of `staged`, in the order of the file."""
    rows = staged.read(con).limit(ROWS_LOOKED_AT)
    found = []
    # The engine keeps room for every step of every column of a query: three hundred columns
    # at once take a gigabyte.
    for first in range(0, len(staged.columns), COLUMNS_AT_ONCE):
        names = staged.columns[first : first + COLUMNS_AT_ONCE]
        texts = rows.select(**{f"c{i}": cell_text(rows[name]) for i, name in enumerate(names)})
        table = texts.to_pyarrow()
        found += [
            _profile(name, [text for text in table[f"c{i}"].to_pylist() if text is not None])
            for i, name in enumerate(names)
        ]
    return found


def _profile(name: str, values: Sequence[str]) -> Profile:
    counts = Counter(values)
    n = max(len(values), 1)

    def share(pattern: re.Pattern[str]) -> float:
        return sum(times for text, times in counts.items() if pattern.match(text)) / n

    return Profile(
        name,
        len(values),
        len(counts),
        _share_of_dates(counts, n),
        share(NUMBER),
        share(WHOLE),
        counts,
    )


def _share_of_dates(counts: Counter[str], n: int) -> float:
    found = sum(times for text, times in counts.items() if DATE.match(text))
    if not found:
        found = sum(times for text, times in counts.items() if _is_compact(text))
    return found / n


def _is_compact(text: str) -> bool:
    """Whether eight digits are a day, such as 20241231."""
    if not re.fullmatch(r"(?:19|20)\d{6}", text):
        return False
    try:
        dt.datetime.strptime(text, "%Y%m%d")
    except ValueError:
        return False
    return True

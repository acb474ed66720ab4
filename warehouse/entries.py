"""What people write into a workspace: each word an entry of its own, with who and when.

An entry is never written again, so that two who write at one time lose nothing. Entries belong to
the workspace and to no import: the next one leaves them as they are.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

import pandas as pd

from warehouse.settings import Settings

__all__ = ["checked", "entries_so_far", "keep_entry", "storable"]

LONGEST_WHO = 60


def keep_entry(
    settings: Settings, place: str, *, who: str, at: dt.datetime | None = None, **fields: str
) -> str:
    """Keep an entry under keys that begin with `place`, and return what it is known by.

    Examples
    --------
    >>> settings = Settings(":memory:")
    >>> _ = keep_entry(settings, "said:", who="Ada", text="Looks right.")
    >>> entries_so_far(settings, "said:", ("text",))[["who", "text"]].to_dict("records")
    [{'who': 'Ada', 'text': 'Looks right.'}]
    """
    at = at or dt.datetime.now(dt.UTC)
    entry = {
        "at": at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "who": storable(" ".join(str(who).split()))[:LONGEST_WHO] or "unknown",
        **fields,
    }
    known_by = f"{entry['at']}:{uuid.uuid4().hex}"
    settings.put(f"{place}{known_by}", entry)
    return known_by


def entries_so_far(settings: Settings, place: str, columns: Sequence[str]) -> pd.DataFrame:
    """Every entry there is, oldest first; a column that an entry leaves out is missing.

    What is no entry is passed over: the file may have been written by hand.

    Returns
    -------
    DataFrame
        ``known_by``, ``at``, ``who`` and `columns`, all of them text.
    """
    wanted = ("at", "who", *columns)
    found = [
        {"known_by": key.removeprefix(place)} | {name: entry.get(name) for name in wanted}
        for key, entry in settings.items(place).items()
        if isinstance(entry, dict)
        and all(isinstance(entry.get(name, ""), str) for name in wanted)
        and entry.get("at")
    ]
    rows = pd.DataFrame(found, columns=["known_by", *wanted], dtype=object)
    return rows.sort_values("at", kind="stable", ignore_index=True)


def checked(name: str, text: str, longest: int) -> str:
    """Text as it is kept, if it is no longer than that.

    Raises
    ------
    ValueError
        If it is.
    """
    if len(text) > longest:
        raise ValueError(
            f"The {name} has {len(text):,} letters, so it was not kept. Write {longest:,} at most."
        )
    return storable(text)


def storable(text: str) -> str:
    r"""Text that any database keeps: no half of a letter, and no NUL, which ends it for some.

    >>> storable("a\x00b")
    'ab'
    """
    return text.encode("utf-8", "replace").decode().replace("\0", "")

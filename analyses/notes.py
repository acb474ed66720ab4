"""What people note on invoices and customers: status, promise, note and owner, with who and when.

Each change is an entry of its own that is never written again, so that two who write at one time
lose nothing; what holds is the newest word on each field. Entries belong to the workspace and to
no import: the next one leaves them as they are.
"""

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from warehouse.entries import checked, entries_so_far, keep_entry
from warehouse.settings import Settings

__all__ = ["FIELDS", "LONGEST", "STATUSES", "keep_note", "kept_notes", "notes_so_far"]

#: Where a workspace keeps them, each under a key of its own.
PLACE = "noted:"
ABOUT = ("invoice", "customer")
#: How far things are, in the words of the page.
STATUSES = ("open", "contacted", "promised", "disputed", "done")
#: What can be noted, and the longest text of each.
LONGEST: Mapping[str, int] = {"status": 20, "promised_on": 10, "note": 1_000, "owner": 60}
FIELDS = tuple(LONGEST)
COLUMNS = ("about", "id", *FIELDS)
LONGEST_ID = 200


def keep_note(
    settings: Settings,
    about: str,
    id: str,
    *,
    who: str,
    at: dt.datetime | None = None,
    **fields: object,
) -> None:
    """Keep what somebody noted; a field that is not given stays as it was.

    Parameters
    ----------
    settings : Settings
        Of the workspace.
    about : str
        invoice or customer.
    id : str
        Of the invoice or customer.
    who : str
    at : datetime, optional
        Now, if not given.
    **fields
        Of `FIELDS`: ``status`` (one of `STATUSES`), ``promised_on`` (a date), ``note`` and
        ``owner``; an empty one takes back what was noted.

    Raises
    ------
    ValueError
        If a field is too long or not allowed; nothing is kept then.

    Examples
    --------
    >>> settings = Settings(":memory:")
    >>> keep_note(settings, "invoice", "I-1", who="Ada", status="contacted", note="Called.")
    >>> keep_note(settings, "invoice", "I-1", who="Ben", note="Will pay on Friday.")
    >>> kept_notes(settings, "invoice")[["status", "note", "who"]].to_dict("index")
    {'I-1': {'status': 'contacted', 'note': 'Will pay on Friday.', 'who': 'Ben'}}
    """
    if about not in ABOUT or not fields or not set(fields) <= set(FIELDS):
        raise ValueError(
            f"{', '.join(fields) or 'Nothing'} of {about!r} cannot be noted. Note "
            f"{', '.join(FIELDS)} of {' or '.join(ABOUT)}."
        )
    noted = {name: read(name, value) for name, value in fields.items()}
    id = checked("id", str(id), LONGEST_ID)
    keep_entry(settings, PLACE, who=who, at=at, about=about, id=id, **noted)


def read(name: str, value: object) -> str:
    """A field as it is kept: text on lines of its own, a day as ISO writes it."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if name == "promised_on":
        try:
            return pd.Timestamp(value).date().isoformat()
        except ValueError as error:
            raise ValueError(
                f"The promised day {str(value)[:40]!r} is not a date, so it was not kept. Write "
                "it like 2025-03-31."
            ) from error
    text = checked(name, str(value).strip(), LONGEST[name])
    if name == "status" and text and text not in STATUSES:
        raise ValueError(
            f"There is no status {text!r}, so it was not kept. Choose one of {', '.join(STATUSES)}."
        )
    return text


def notes_so_far(settings: Settings) -> pd.DataFrame:
    """Every entry there is, oldest first; a field that an entry leaves as it was is missing.

    What is no entry is passed over: the file may have been written by hand.
    """
    rows = entries_so_far(settings, PLACE, COLUMNS)
    rows = rows[rows["about"].isin(ABOUT) & rows["id"].fillna("").ne("")]
    return rows.drop(columns="known_by").reset_index(drop=True)


def kept_notes(settings: Settings, about: str) -> pd.DataFrame:
    """What holds now of each invoice or customer that anything was noted of.

    Returns
    -------
    DataFrame
        By id: `FIELDS` (empty where nothing holds; ``promised_on`` is a date), and ``who`` and
        ``noted_at`` of the newest entry.
    """
    rows = notes_so_far(settings)
    rows = rows[rows["about"] == about]
    newest = rows.groupby("id")[[*FIELDS, "who", "at"]].last()
    newest = newest.rename(columns={"at": "noted_at"})
    for name in FIELDS:
        newest[name] = newest[name].fillna("")
    newest["promised_on"] = pd.to_datetime(newest["promised_on"], errors="coerce")
    newest["noted_at"] = pd.to_datetime(newest["noted_at"], errors="coerce", utc=True)
    return newest

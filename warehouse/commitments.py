"""Commitments as a workspace keeps them: records that are added, and taken back by another one."""

import datetime as dt
import uuid
from collections.abc import Mapping

from warehouse.settings import Settings

__all__ = ["keep_commitment", "kept_commitments", "withdraw_commitment"]

#: Where they are, each under a key of its own that is never written again.
PLACE, TAKEN_BACK = "committed:made:", "committed:withdrawn:"


def keep_commitment(settings: Settings, record: Mapping[str, object], *, who: str) -> str:
    """Add a record and return its id.

    Examples
    --------
    >>> settings = Settings(":memory:")
    >>> made = keep_commitment(settings, {"text": "Bill weekly"}, who="Ada")
    >>> [(record["id"] == made, record["text"]) for record in kept_commitments(settings)]
    [(True, 'Bill weekly')]
    >>> withdraw_commitment(settings, made, who="Ben")
    >>> kept_commitments(settings)
    []
    """
    id = uuid.uuid4().hex
    settings.put(f"{PLACE}{id}", {**record, "id": id, "who": who, "at": now()})
    return id


def withdraw_commitment(settings: Settings, id: str, *, who: str) -> None:
    """Take one back; that it was made, and who took it back, stays on record."""
    settings.put(f"{TAKEN_BACK}{id}", {"who": who, "at": now()})


def kept_commitments(settings: Settings) -> list[dict]:
    """Every record that was not taken back, the oldest first.

    What is no record is passed over: the file may have been written by hand.
    """
    gone = {key.removeprefix(TAKEN_BACK) for key in settings.keys(TAKEN_BACK)}
    records = [
        record
        for key, record in settings.items(PLACE).items()
        if isinstance(record, dict) and key.removeprefix(PLACE) not in gone
    ]
    return sorted(records, key=lambda record: str(record.get("at")))


def now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")

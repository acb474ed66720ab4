"""Commitments of a workspace: made in one review, and scored in those that follow."""

import datetime as dt
from collections.abc import Iterable

from models.commitments import Commitment, is_aimed_low
from models.figures import Figure
from warehouse.commitments import keep_commitment, kept_commitments
from warehouse.entries import checked, storable
from warehouse.settings import Settings

__all__ = ["LONGEST_OWNER", "LONGEST_TEXT", "commit", "commitments"]

LONGEST_TEXT, LONGEST_OWNER = 200, 60
#: Of whom a commitment is when nobody cut the review.
EVERYONE = "All customers"


def commit(
    settings: Settings,
    text: str,
    figure: Figure,
    target: float,
    by: dt.date,
    *,
    owner: str,
    who: str,
    currency: str,
    cut: str = EVERYONE,
) -> Commitment:
    """Keep a commitment on a figure of a review, made at its as-of date.

    Raises
    ------
    ValueError
        If a text is empty or too long, or the target or the day is none; nothing is kept then.

    Examples
    --------
    >>> settings = Settings(":memory:")
    >>> dso = Figure("receivables.dso", 54.2, None, None, 900, dt.date(2026, 9, 30))
    >>> made = commit(
    ...     settings,
    ...     "Bill every week",
    ...     dso,
    ...     50.0,
    ...     dt.date(2026, 12, 31),
    ...     owner="Ada",
    ...     who="Ben",
    ...     currency="EUR",
    ... )
    >>> [(one.text, one.at_most, one.target) for one in commitments(settings)]
    [('Bill every week', True, 50.0)]
    """
    record = {
        "text": written("commitment", text, LONGEST_TEXT),
        "figure_id": figure.id,
        "target": float(target),
        "at_most": is_aimed_low(figure.id, target, figure.value),
        "by": by,
        "owner": written("owner", owner, LONGEST_OWNER),
        "made_on": figure.as_of,
        "value": figure.value,
        "currency": currency,
        "cut": cut,
    }
    # Made before it is kept, so that what is kept can be read again.
    made = Commitment(id="", **record)
    days = {name: record[name].isoformat() for name in ("by", "made_on")}
    id = keep_commitment(settings, {**record, **days}, who=who)
    return Commitment(**{**vars(made), "id": id})


def commitments(settings: Settings) -> tuple[Commitment, ...]:
    """Those of the workspace that were not taken back, the oldest first."""
    return tuple(readable(kept_commitments(settings)))


def readable(records: Iterable[dict]) -> Iterable[Commitment]:
    """Records as commitments; what is none, written by hand or of a figure that is gone, is not."""
    names = Commitment.__dataclass_fields__
    for record in records:
        try:
            days = {name: dt.date.fromisoformat(record[name]) for name in ("by", "made_on")}
            known = {name: record[name] for name in names if name in record}
            yield Commitment(**{**known, **days})
        except (KeyError, TypeError, ValueError):
            continue


def written(what: str, text: str, longest: int) -> str:
    """Text in one line, as it is kept; none is no commitment."""
    said = checked(what, " ".join(storable(str(text)).split()), longest)
    if not said:
        raise ValueError(f"The {what} is empty, so nothing was kept. Write it in a few words.")
    return said

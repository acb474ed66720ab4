"""Commitments of a workspace: made in one review, and scored in those that follow."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from models.commitments import Commitment, is_aimed_low
from models.figures import Figure
from warehouse.entries import checked, entries_so_far, keep_entry, storable
from warehouse.settings import Settings

__all__ = ["LONGEST_OWNER", "LONGEST_TEXT", "commit", "commitments", "withdraw"]

PLACE = "committed:"
LONGEST_TEXT, LONGEST_OWNER = 200, 60
#: Kept as text, like all that people write; `AT_MOST` and `AT_LEAST` say which end a target is.
COLUMNS = ("text", "figure_id", "target", "end", "by", "owner", "made_on", "value", "currency",
           "cut", "withdraws")  # fmt: skip
AT_MOST, AT_LEAST = "at most", "at least"
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
    # Made before it is kept, so that what is kept can be read again.
    made = Commitment(
        id="",
        text=written("commitment", text, LONGEST_TEXT),
        figure_id=figure.id,
        target=float(target),
        at_most=is_aimed_low(figure.id, target, figure.value),
        by=by,
        owner=written("owner", owner, LONGEST_OWNER),
        made_on=figure.as_of,
        value=figure.value,
        currency=currency,
        cut=cut,
    )
    id = keep_entry(
        settings, PLACE, who=who, text=made.text, figure_id=made.figure_id,
        target=repr(made.target), end=AT_MOST if made.at_most else AT_LEAST,
        by=by.isoformat(), owner=made.owner, made_on=made.made_on.isoformat(),
        value="" if made.value is None else repr(float(made.value)), currency=currency, cut=cut,
    )  # fmt: skip
    return replace(made, id=id)


def withdraw(settings: Settings, id: str, *, who: str) -> None:
    """Take a commitment back; that it was made, and who took it back, stays on record."""
    keep_entry(settings, PLACE, who=who, withdraws=id)


def commitments(settings: Settings) -> tuple[Commitment, ...]:
    """Those of the workspace that were not taken back, the oldest first."""
    rows = entries_so_far(settings, PLACE, COLUMNS)
    rows = rows[~rows["known_by"].isin(rows["withdraws"].dropna())]
    return tuple(readable(rows[rows["withdraws"].isna()].to_dict("records")))


def readable(entries: Iterable[dict]) -> Iterable[Commitment]:
    """Entries as commitments; what is none, written by hand or of a figure that is gone, is not."""
    for entry in entries:
        try:
            yield Commitment(
                id=entry["known_by"],
                target=float(entry["target"]),
                at_most={AT_MOST: True, AT_LEAST: False}[entry["end"]],
                value=float(entry["value"]) if entry["value"] else None,
                **{name: entry[name] for name in ("text", "figure_id", "owner", "currency", "cut")},
                **{name: dt.date.fromisoformat(entry[name]) for name in ("by", "made_on")},
            )
        except (KeyError, TypeError, ValueError):
            continue


def written(what: str, text: str, longest: int) -> str:
    """Text in one line, as it is kept; none is no commitment."""
    said = checked(what, " ".join(storable(str(text)).split()), longest)
    if not said:
        raise ValueError(f"The {what} is empty, so nothing was kept. Write it in a few words.")
    return said

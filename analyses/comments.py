"""Comments on figures and charts, or on one point of them: by whom, when, as of which day."""

import datetime as dt
from collections.abc import Iterable

import pandas as pd

from models.figures import DEFINITIONS
from warehouse.entries import checked, entries_so_far, keep_entry, storable
from warehouse.settings import Settings

__all__ = ["LONGEST", "keep_chart_comment", "keep_comment", "kept_comments", "remove_comment",
           "restore_comment"]  # fmt: skip

PLACE = "commented:"
LONGEST, LONGEST_NAME = 1_000, 300
COLUMNS = ("about", "chart", "spot", "text", "as_of", "point", "removes", "restores")


def keep_comment(
    settings: Settings,
    figure_id: str,
    text: str,
    *,
    who: str,
    as_of: dt.date,
    point: dt.date | None = None,
    at: dt.datetime | None = None,
) -> str:
    """Keep a comment, and return what it is known by.

    Parameters
    ----------
    settings : Settings
        Of the workspace.
    figure_id : str
    text : str
        As it was typed: whoever prints it makes it safe for where it is printed.
    who : str
    as_of : date
        Day of the view in which it was written.
    point : date, optional
        The point of the figure's course that it is about; the whole, if not given.
    at : datetime, optional
        Now, if not given.

    Raises
    ------
    ValueError
        If there is no such figure, or the text is empty or too long; nothing is kept then.

    Examples
    --------
    >>> settings, day = Settings(":memory:"), dt.date(2025, 6, 30)
    >>> known_by = keep_comment(
    ...     settings, "receivables.dso", "Strike at the bank.", who="Ada", as_of=day
    ... )
    >>> kept_comments(settings)["text"].tolist()
    ['Strike at the bank.']
    >>> remove_comment(settings, known_by, who="Ben")
    >>> len(kept_comments(settings))
    0
    """
    if figure_id not in DEFINITIONS:
        raise ValueError(
            f"There is no figure '{figure_id[:60]}', so the comment was not kept. Choose one of "
            "the glossary."
        )
    said = written(text)
    days = {"as_of": as_of.isoformat()} | ({"point": point.isoformat()} if point else {})
    return keep_entry(settings, PLACE, who=who, at=at, about=figure_id, text=said, **days)


def keep_chart_comment(
    settings: Settings,
    chart: str,
    text: str,
    *,
    who: str,
    as_of: dt.date,
    spot: str = "",
    at: dt.datetime | None = None,
) -> str:
    """Keep a comment on a chart, and return what it is known by.

    Parameters
    ----------
    settings : Settings
        Of the workspace.
    chart : str
        Its name: the page it is on, and what it draws.
    text, who, as_of, at
        As for `keep_comment`.
    spot : str, optional
        The point of the chart that it is about; the whole, if not given.

    Raises
    ------
    ValueError
        If the text is empty or too long; nothing is kept then.

    Examples
    --------
    >>> settings, day = Settings(":memory:"), dt.date(2025, 6, 30)
    >>> _ = keep_chart_comment(
    ...     settings, "Disputes: disputed share", "New portal.", who="Ada", as_of=day, spot="Retail"
    ... )
    >>> kept_comments(settings)[["chart", "spot", "text"]].to_dict("records")
    [{'chart': 'Disputes: disputed share', 'spot': 'Retail', 'text': 'New portal.'}]
    """
    said, day = written(text), as_of.isoformat()
    where = {"chart": storable(chart)[:LONGEST_NAME], "spot": storable(spot)[:LONGEST_NAME]}
    return keep_entry(settings, PLACE, who=who, at=at, text=said, as_of=day, **where)


def written(text: str) -> str:
    """Text as it is kept; none is no comment."""
    said = checked("comment", text.strip(), LONGEST)
    if not said:
        raise ValueError("The comment is empty, so nothing was kept. Write what is to be known.")
    return said


def remove_comment(
    settings: Settings, known_by: str, *, who: str, at: dt.datetime | None = None
) -> None:
    """Take a comment back; it stays on file, and `restore_comment` brings it back."""
    keep_entry(settings, PLACE, who=who, at=at, removes=known_by)


def restore_comment(
    settings: Settings, known_by: str, *, who: str, at: dt.datetime | None = None
) -> None:
    """Undo `remove_comment`."""
    keep_entry(settings, PLACE, who=who, at=at, restores=known_by)


def kept_comments(
    settings: Settings, figure_ids: Iterable[str] | None = None, *, removed: bool = False
) -> pd.DataFrame:
    """The comments there are, newest first.

    Parameters
    ----------
    settings : Settings
    figure_ids : iterable of str, optional
        Only on these figures; without it on all of them, and on charts.
    removed : bool, default=False
        Those that were taken back, instead of those that hold.

    Returns
    -------
    DataFrame
        ``known_by``, ``at``, ``who``, ``about`` (figure id) or ``chart`` (its name), ``text``,
        ``as_of``, and ``point`` of a figure's course or ``spot`` of a chart (missing and empty
        where it is about the whole).
    """
    rows = entries_so_far(settings, PLACE, COLUMNS)
    gone: set[str] = set()
    for removes, restores in zip(rows["removes"], rows["restores"], strict=True):
        gone |= {removes} if removes else set()
        gone -= {restores} if restores else set()
    known = set(DEFINITIONS) if figure_ids is None else set(figure_ids) & set(DEFINITIONS)
    of_chart = rows["about"].isna() & rows["chart"].fillna("").ne("") & (figure_ids is None)
    rows = rows[(rows["about"].isin(known) | of_chart) & rows["text"].fillna("").ne("")]
    rows = rows[rows["known_by"].isin(gone) == removed].drop(columns=["removes", "restores"])
    rows["at"] = pd.to_datetime(rows["at"], errors="coerce", utc=True)
    for day in ("as_of", "point"):
        rows[day] = pd.to_datetime(rows[day], errors="coerce")
    return rows.sort_values("at", ascending=False, kind="stable", ignore_index=True)

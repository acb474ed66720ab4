"""Targets of figures and who owns them, as people set them: with who and when."""

import datetime as dt
import math

import pandas as pd

from models.figures import DEFINITIONS
from warehouse.entries import checked, entries_so_far, keep_entry
from warehouse.settings import Settings

__all__ = ["LONGEST_OWNER", "keep_target", "kept_targets"]

PLACE = "targeted:"
LONGEST_OWNER = 60


def keep_target(
    settings: Settings,
    figure_id: str,
    *,
    who: str,
    at: dt.datetime | None = None,
    target: float | str | None = "",
    owner: str | None = None,
) -> None:
    """Set the target of a figure, or who owns it; what is not given stays as it was.

    Parameters
    ----------
    settings : Settings
        Of the workspace.
    figure_id : str
    who : str
    at : datetime, optional
        Now, if not given.
    target : float or None
        In the unit of the figure, shares 0 to 1; None takes it back.
    owner : str, optional
        An empty one takes it back.

    Raises
    ------
    ValueError
        If there is no such figure, the target is no number or the owner is too long; nothing is
        kept then.

    Examples
    --------
    >>> settings = Settings(":memory:")
    >>> keep_target(settings, "receivables.dso", who="Ada", target=45, owner="Treasury")
    >>> keep_target(settings, "receivables.dso", who="Ben", target=40)
    >>> kept_targets(settings)[["target", "owner", "who"]].to_dict("index")
    {'receivables.dso': {'target': 40.0, 'owner': 'Treasury', 'who': 'Ben'}}
    """
    if figure_id not in DEFINITIONS:
        raise ValueError(
            f"There is no figure '{figure_id[:60]}', so it was given no target. Choose one of the "
            "glossary."
        )
    fields = {}
    if target is None:
        fields["target"] = ""
    elif target != "":
        try:
            number = float(target)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise ValueError(
                f"The target {str(target)[:40]!r} is not a number, so it was not kept. Write one."
            )
        fields["target"] = repr(number)
    if owner is not None:
        fields["owner"] = checked("owner", " ".join(str(owner).split()), LONGEST_OWNER)
    if fields:
        keep_entry(settings, PLACE, who=who, at=at, figure_id=figure_id, **fields)


def kept_targets(settings: Settings) -> pd.DataFrame:
    """What holds now of each figure that anything was set for.

    Returns
    -------
    DataFrame
        By figure id: ``target`` (missing where there is none), ``owner`` (empty where nobody),
        and ``who`` and ``kept_at`` of the newest word.
    """
    rows = entries_so_far(settings, PLACE, ("figure_id", "target", "owner"))
    rows = rows[rows["figure_id"].isin(list(DEFINITIONS))]
    newest = rows.groupby("figure_id")[["target", "owner", "who", "at"]].last()
    newest["target"] = pd.to_numeric(newest["target"], errors="coerce").astype(float)
    newest["owner"] = newest["owner"].fillna("")
    newest["kept_at"] = pd.to_datetime(newest.pop("at"), errors="coerce", utc=True)
    return newest

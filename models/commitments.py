"""Commitments of a review: what was promised of a figure, and what it says when it is due."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from models.figures import DEFINITIONS, Figure

__all__ = [
    "CANNOT_TELL",
    "MET",
    "MISSED",
    "TOO_EARLY",
    "Commitment",
    "Scored",
    "Verdict",
    "carried_over",
    "is_aimed_low",
    "made_on",
    "score",
]

Verdict = Literal["met", "missed", "too early", "cannot tell"]
MET, MISSED, TOO_EARLY, CANNOT_TELL = "met", "missed", "too early", "cannot tell"

#: Days after its day for which a commitment is still looked back at.
LOOKED_BACK_AT = 366


@dataclass(frozen=True)
class Commitment:
    """A promise about one figure.

    Attributes
    ----------
    id : str
    text : str
        What will be done.
    figure_id : str
        The figure that is to tell.
    target : float
        In the figure's unit; a share is 0 to 1.
    at_most : bool
        Whether the figure is to be at most the target; else at least.
    by : date
        When it is to be so.
    owner : str
    made_on : date
        As-of date of the review it was made in.
    value : float or None
        The figure on that date.
    currency, cut : str
        Of that review: in another currency, or of other customers, it is another figure.

    Raises
    ------
    ValueError
        If there is no such figure, the target is no number, or the day is not after `made_on`.

    Examples
    --------
    >>> import datetime as dt
    >>> day = dt.date(2026, 9, 30)
    >>> Commitment("1", "Bill weekly", "receivables.dso", 50.0, True, day, "Ada", day, 54.2, "EUR")
    Traceback (most recent call last):
    ...
    ValueError: 2026-09-30 is not after the as-of date 2026-09-30, so there is no time to do \
anything. Choose a later day.
    """

    id: str
    text: str
    figure_id: str
    target: float
    at_most: bool
    by: dt.date
    owner: str
    made_on: dt.date
    value: float | None
    currency: str
    cut: str = "All customers"

    def __post_init__(self):
        if self.figure_id not in DEFINITIONS:
            raise ValueError(
                f"There is no figure '{self.figure_id}', so nothing could score the commitment. "
                "Choose one of the figures of the review."
            )
        if not isfinite(self.target):
            raise ValueError("The target is no number, so nothing can be held to it. Write one.")
        if self.by <= self.made_on:
            raise ValueError(
                f"{self.by} is not after the as-of date {self.made_on}, so there is no time to do "
                "anything. Choose a later day."
            )


@dataclass(frozen=True, eq=False)
class Scored:
    """A commitment and what its figure says of it; `figure` may be refused, or None."""

    commitment: Commitment
    figure: Figure | None
    verdict: Verdict
    reason: str


def is_aimed_low(figure_id: str, target: float, value: float | None) -> bool:
    """Whether a target is an upper end: as the figure is defined, else by where it stands now.

    Examples
    --------
    >>> is_aimed_low("receivables.dso", 50.0, 54.2), is_aimed_low("churn.nrr", 0.9, 0.85)
    (True, False)
    """
    lower_is_better = DEFINITIONS[figure_id].lower_is_better
    return value is not None and target < value if lower_is_better is None else lower_is_better


def score(commitment: Commitment, figure: Figure | None, *, currency: str, cut: str) -> Scored:
    """What `figure` says of a commitment at its own as-of date.

    Where the figure has an interval all of it has to be on one side of the target: what lies
    within noise of it can neither be called met nor missed.

    Parameters
    ----------
    commitment : Commitment
    figure : Figure or None
        None where the review has none of the kind.
    currency, cut : str
        Of the review that scores.

    Examples
    --------
    >>> import datetime as dt
    >>> made, by = dt.date(2026, 6, 30), dt.date(2026, 9, 30)
    >>> promised = Commitment(
    ...     "1", "Bill weekly", "late_payments.late_share", 0.5, True, by, "Ada", made, 0.6, "EUR"
    ... )
    >>> found = Figure("late_payments.late_share", 0.48, 0.44, 0.52, 900, by)
    >>> score(promised, found, currency="EUR", cut="All customers").verdict
    'cannot tell'
    """

    def said(verdict: Verdict, reason: str) -> Scored:
        return Scored(commitment, figure, verdict, reason)

    if cut != commitment.cut:
        return said(CANNOT_TELL, f"It was made of {commitment.cut}, and this is {cut}.")
    if DEFINITIONS[commitment.figure_id].unit == "money" and currency != commitment.currency:
        return said(CANNOT_TELL, f"It was made in {commitment.currency}, and this is {currency}.")
    if figure is None or figure.value is None:
        why = "The review has no such figure." if figure is None else figure.reason
        return said(CANNOT_TELL, str(why))
    if figure.as_of < commitment.by:
        return said(TOO_EARLY, f"There is time until {commitment.by}.")
    known = figure.low is not None and figure.high is not None
    low, high = (figure.low, figure.high) if known else (figure.value, figure.value)
    target = commitment.target
    # At most the target, or the mirror of it.
    best, worst = (low - target, high - target) if commitment.at_most else (
        target - high, target - low)  # fmt: skip
    if worst <= 0:
        return said(MET, "All of its interval is." if known else "")
    if best > 0:
        return said(MISSED, "None of its interval is." if known else "")
    return said(CANNOT_TELL, "The target is within noise: it lies in the interval.")


def made_on(commitments: Iterable[Commitment], as_of: dt.date) -> tuple[Commitment, ...]:
    """Those made in the review of `as_of`, the first due first."""
    return ordered(one for one in commitments if one.made_on == as_of)


def carried_over(
    commitments: Iterable[Commitment],
    figures: Mapping[str, Figure],
    as_of: dt.date,
    *,
    currency: str,
    cut: str = "All customers",
) -> tuple[Scored, ...]:
    """Those made before `as_of` with their score, the first due first.

    What was due more than a year ago is left out. `figures` are those of the review, by id.
    """
    before = (
        one
        for one in commitments
        if one.made_on < as_of <= one.by + dt.timedelta(days=LOOKED_BACK_AT)
    )
    return tuple(
        score(one, figures.get(one.figure_id), currency=currency, cut=cut)
        for one in ordered(before)
    )


def ordered(commitments: Iterable[Commitment]) -> tuple[Commitment, ...]:
    return tuple(sorted(commitments, key=lambda one: (one.by, one.made_on, one.id)))

"""Claims of initiatives beside what came of them, in words and drawn."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from charts.interval_dots import interval_dots
from charts.theme import INK, MUTED, name_axis
from models.claims import SCORED, Score
from models.initiatives import Uncertain

__all__ = ["came_beside_claimed", "came_words", "expected_words"]

#: Outcomes that are shares.
SHARES = ("billing_tickets", "churn")


def expected_words(outcome: str, size: Uncertain) -> str:
    """A size with its range and what it is of.

    >>> expected_words("churn", Uncertain(0.0, 0.1, 0.2))
    '10 % (0 % to 20 %) of the leaving avoided'
    """
    low, likely, high = (number(outcome, end) for end in (size.low, size.likely, size.high))
    return f"{likely} ({low} to {high}) {SCORED[outcome]}"


def came_words(score: Score | str) -> str:
    """What came of a claim, and what could have been seen where that is not told.

    >>> came_words("Too early")
    'Not known'
    """
    if isinstance(score, str):
        return "Not known"
    outcome = score.claim.outcome
    value, low, high, least = (
        number(outcome, v) for v in (score.value, score.low, score.high, score.smallest)
    )
    said = f"{value} ({low} to {high})"
    return f"{said}; from {least} on it would be seen" if score.verdict == "cannot tell" else said


def number(outcome: str, value: float) -> str:
    # Nothing is written as minus nothing.
    if outcome in SHARES:
        return f"{round(100 * value)} %"
    return f"{round(value, 2) + 0.0:.2f}"


def came_beside_claimed(scores: Sequence[Score]) -> alt.LayerChart:
    """What came of each claim in parts of its likely value, over the range that was claimed."""
    rows = pd.DataFrame(
        [
            {
                "line": f"{score.claim.title}|{score.verdict}",
                "claimed_low": score.claim.expected.low / score.claim.expected.likely,
                "claimed_high": score.claim.expected.high / score.claim.expected.likely,
                "low": score.low / score.claim.expected.likely,
                "high": score.high / score.claim.expected.likely,
                "came": score.value / score.claim.expected.likely,
                "claimed_words": expected_words(score.claim.outcome, score.claim.expected),
                "came_words": came_words(score),
            }
            for score in scores
            # Of nothing claimed there are no parts.
            if score.claim.expected.likely > 0
        ]
    )
    lines = rows["line"].tolist()
    base = alt.Chart(rows).encode(
        alt.Y("line:N", title=None, sort=lines, axis=name_axis(lines)),
        tooltip=[
            alt.Tooltip("claimed_words:N", title="Claimed"),
            alt.Tooltip("came_words:N", title="Came"),
        ],
    )
    # Beyond these ends an interval is wide, and how wide no matter; the table has its numbers.
    ends = alt.Scale(domain=[-2, 3], clamp=True)
    x = {"title": "Of what was claimed likely", "axis": alt.Axis(format="%"), "scale": ends}
    claimed = base.mark_bar(height=18, color=MUTED, opacity=0.35).encode(
        alt.X("claimed_low:Q", **x), alt.X2("claimed_high:Q")
    )
    came = interval_dots(base.encode(color=alt.value(INK)), "came", "low", "high", even=0.0, **x)
    return alt.layer(claimed, came).properties(height=46 * len(rows) + 70)

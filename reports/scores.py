"""Slide of scores: what customers say, with how far it may be off, and what has moved."""

from functools import partial

from charts.scores import said
from charts.wording import count, count_of, share
from models.score_scales import SCALES
from models.scores import WEIGHTINGS, Scores
from reports.edition import Results
from reports.native_charts import Interval, add_bars
from reports.slides import (
    Column,
    Draft,
    Finding,
    add_caption,
    add_table,
    interval,
    side_by_side,
)
from reports.template import ACCENT, QUIET, Box

__all__ = ["add_scores", "scores_finding"]

FIGURES = ("scores.nps", "scores.csat", "scores.ces")
MOST_PERIODS = 8


def add_scores(draft: Draft, results: Results) -> None:
    """The course of the score most customers answer, and every score by its weighting."""
    otherwise = "What customers say is not known yet"
    scores = draft.held(results, "scores", otherwise, *FIGURES)
    if scores is None:
        return
    measure = most_answered(scores)
    finding = scores_finding(scores)
    slide = draft.add(finding, *FIGURES)
    left, right = side_by_side(6.4)
    level = share(scores.confidence, 0)
    caption = f"{SCALES[measure].label} of each three months with {level} interval; grey: noise"
    add_caption(slide, Box(left.left, left.top, left.width, 0.3), caption)
    trend = scores.trend[scores.trend["measure"] == measure].tail(MOST_PERIODS)
    add_bars(
        slide,
        Box(left.left, left.top + 0.3, left.width, left.height - 0.3),
        [f"{ends:%b %Y}" for ends in trend["ends"]],
        trend["value"],
        name=SCALES[measure].label,
        says=f"Bars: {SCALES[measure].label} of each three months. {finding.title}",
        number_format="0 %" if measure == "csat" else "0.0",
        colors=[ACCENT if moved else QUIET for moved in trend["moved"]],
        interval=Interval(trend["low"], trend["high"]),
    )
    columns = (
        Column("Score", 0.9, bold=True, size=11),
        Column("Weighted", 2.2, size=11),
        Column("Value", 0.8, right=True, bold=True, size=11),
        Column(f"{level} interval", 1.3, right=True, size=11),
        Column("n", 0.7, right=True, size=11),
    )
    rows = [
        (
            SCALES[row.measure].label,
            WEIGHTINGS[row.weighting],
            said(row.measure, row.value),
            interval(row.low, row.high, partial(said, row.measure)),
            count(row.n),
        )
        for row in scores.table.itertuples()
    ]
    says = "Every score, each answer, each customer or each unit of revenue alike"
    add_table(slide, right, columns, rows, says=says, row_height=0.4)


def most_answered(scores: Scores) -> str:
    plain = scores.table[scores.table["weighting"] == "answers"]
    return str(plain.loc[plain["n"].idxmax(), "measure"])


def scores_finding(scores: Scores) -> Finding:
    """The scores in one line, and whether anything has moved beyond noise."""
    plain = scores.table[scores.table["weighting"] == "answers"]
    values = ", ".join(
        f"{SCALES[row.measure].label} {said(row.measure, row.value)}" for row in plain.itertuples()
    )
    moved = int(scores.trend["moved"].sum())
    tested = int(scores.trend["p_value"].notna().sum())
    movement = "nothing has moved beyond noise" if not moved else (
        f"{moved} of {count_of(tested, 'change')} beyond noise")  # fmt: skip
    first = next(iter(scores.response.values()))
    return Finding(
        f"{values}: {movement}",
        f"Answers of the last twelve months; of customers invoiced in them "
        f"{share(first.rate, 0)} answered {SCALES[next(iter(scores.response))].label}. Whom a "
        "survey was sent to is not on record.",
    )

"""Scores in words: what they are, who answers, what has moved and what is noise."""

import pandas as pd
import streamlit as st

from charts.scores import said
from models.score_scales import SCALES
from models.scores import PERIOD_MONTHS, WEIGHTINGS, Scores
from ui.download import offer_csv
from ui.tables import height_of, to_the_right
from ui.text import count, count_of, date, escape, label_of, listed, share

__all__ = [
    "course_sentence",
    "group_sentence",
    "response_sentence",
    "scale_sentence",
    "show_groups",
    "show_weightings",
]


def scale_sentence(measure: str) -> str:
    """What was asked, on which scale, and which end is good."""
    scale = SCALES[measure]
    return f"{scale.label}: {scale.asks}. The figure is the {scale.headline}."


def apart(measure: str, gap: float) -> str:
    """A difference between two scores as it is written."""
    return f"{100 * gap:.0f} points" if measure == "csat" else said(measure, gap)


def course_sentence(scores: Scores, measure: str) -> str:
    """Whether anything has moved beyond noise, and how the market stands."""
    rows = scores.trend[scores.trend["measure"] == measure]
    if len(rows) < 2:
        return "There are too few answers to tell one three months from another."
    moved, last = rows[rows["moved"]], rows.iloc[-1]
    tested = int(rows["p_value"].notna().sum())
    label = SCALES[measure].label
    if moved.empty:
        text = (
            f"**Nothing has moved beyond noise**: none of {count_of(tested, 'change')} of {label} "
            f"from one {PERIOD_MONTHS} months to the next."
        )
    else:
        changes = [
            f"{'up' if row.change > 0 else 'down'} by {apart(measure, abs(row.change))} "
            f"in the three months to {date(row.ends)}"
            for row in moved.itertuples()
        ]
        times = "once" if len(moved) == 1 else count_of(len(moved), "time")
        text = (
            f"**{label} moved beyond noise {times}** in {count_of(tested, 'change')}: "
            f"{listed(changes)}."
        )
    if pd.notna(last["market"]):
        side = "within" if last["low"] <= last["market"] <= last["high"] else "outside"
        text += (
            f" In the last {PERIOD_MONTHS} months alone it is {said(measure, last['value'])}, and "
            f"the market at {said(measure, last['market'])} {side} the interval of that."
        )
    return text


def response_sentence(scores: Scores, measure: str) -> str:
    """Who answered, and what that may hide."""
    response = scores.response[measure]
    text = (
        f"Of {count_of(response.n_customers, 'customer')} invoiced in the last year "
        f"**{share(response.rate, 0)}** answered at least once ({share(response.low, 0)} to "
        f"{share(response.high, 0)}); whom a survey was sent to is in no table."
    )
    if pd.notna(response.weighted):
        moves = "moves" if response.moves else "does not move"
        text += (
            f" Weighting customers by how rarely their like answer **{moves}** the score beyond "
            f"noise: {said(measure, response.plain)} becomes {said(measure, response.weighted)}."
        )
    gap = {"nps": 20.0, "csat": 0.1, "ces": 0.5}[measure]
    ends = [said(measure, response.if_silent(side * gap)) for side in (-1, 1)]
    text += (
        f" Were the silent {apart(measure, gap)} less or more content than those who answer, the "
        f"score of everybody would be {ends[0]} or {ends[1]}."
    )
    return text


def group_sentence(scores: Scores, measure: str, cut: str, words: str) -> str:
    """Which groups are apart from all others beyond noise."""
    rows = scores.cuts[(scores.cuts["measure"] == measure) & (scores.cuts["cut"] == cut)]
    others = rows[rows["verdict"].isin(["higher", "lower"])].sort_values("value", ascending=False)
    tested = int(scores.cuts["p_value"].notna().sum())
    if others.empty:
        return f"By {words} nobody stands apart beyond noise ({count(tested)} groups compared)."
    named = [
        f"**{escape(label_of(row.group))}** {said(measure, row.value)} "
        f"({said(measure, row.low)} to {said(measure, row.high)}, {row.verdict})"
        for row in others.itertuples()
    ]
    return f"Apart from all others by {words}: {listed(named)}. {count(tested)} groups compared."


def show_weightings(scores: Scores, measure: str) -> None:
    """The score, each answer, each customer or each unit of revenue alike."""
    rows = scores.table[scores.table["measure"] == measure]
    level = share(scores.confidence, 0)
    shown = pd.DataFrame(
        {
            "Weighted": rows["weighting"].map(WEIGHTINGS),
            "Score": [said(measure, value) for value in rows["value"]],
            f"{level} interval": [
                f"{said(measure, row.low)} to {said(measure, row.high)}"
                for row in rows.itertuples()
            ],
            "Mean answer": [f"{mean:.2f}" for mean in rows["mean"]],
            "Answers": rows["n"],
            "Customers": rows["n_customers"],
        }
    )
    numbers = to_the_right(("Score", f"{level} interval", "Mean answer"))
    st.dataframe(shown, hide_index=True, height="content", column_config=numbers)
    offer_csv("Download the scores", scores.table, "scores.csv", key="scores")


def show_groups(scores: Scores, measure: str, cut: str) -> None:
    """The groups of a cut, small ones with their size alone."""
    rows = scores.cuts[(scores.cuts["measure"] == measure) & (scores.cuts["cut"] == cut)]
    rows = rows.sort_values(["value", "group"], ascending=[False, True])
    shown = pd.DataFrame(
        {
            "Group": rows["group"].map(label_of),
            "Score": [said(measure, value) for value in rows["value"]],
            "Low": [said(measure, value) for value in rows["low"]],
            "High": [said(measure, value) for value in rows["high"]],
            "Answers": rows["n"],
            "Customers": rows["n_customers"],
            "Against all others": rows["verdict"],
        }
    )
    numbers = to_the_right(("Score", "Low", "High"))
    st.dataframe(shown, hide_index=True, height=height_of(shown), column_config=numbers)
    st.caption(
        "Groups of fewer than 30 customers are not shown. Higher or lower is said where at most "
        "one in twenty such statements is chance, over all groups of all scores."
    )
    offer_csv("Download all groups", scores.cuts, "score_groups.csv", key="score_groups")

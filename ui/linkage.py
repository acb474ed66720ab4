"""The link in words: what one point of a score is worth, or that the data cannot tell."""

import numpy as np
import pandas as pd
import streamlit as st

from charts.linkage import named_effects
from models.linkage import FOLLOWS, Effect, Linkage
from models.linkage_effects import ALL
from models.refusal import Refusal
from models.score_scales import SCALES
from ui.download import offer_csv
from ui.tables import height_of
from ui.text import count_of, days, label_of, share

__all__ = ["OUTCOME_WORDS", "answer_sentence", "effect_sentence", "show_effects",
           "timing_sentence", "touchpoints_told"]  # fmt: skip

#: The outcomes, as the page offers them.
OUTCOME_WORDS = {"churn": "Leaving", "days_to_pay": "Days to pay", "disputes": "Disputes",
                 "spend": "Spend"}  # fmt: skip


def touchpoints_told(linkage: Linkage, measure: str) -> dict[str, str]:
    """Where a score is asked for, of which an effect is known; everywhere first."""
    own = linkage.table[linkage.table["measure"] == measure]
    places = [place for place in own["touchpoint"].unique() if place != ALL]
    return {ALL: "Everywhere"} | {place: label_of(place) for place in sorted(places)}


def answer_sentence(linkage: Linkage, measure: str, touchpoint: str = ALL) -> str:
    """What one point goes with, over all outcomes, in the language of finance."""
    said, untold = [], []
    for outcome in OUTCOME_WORDS:
        try:
            effect = linkage.effect(measure, outcome, touchpoint=touchpoint)
        except Refusal:
            continue
        (said if effect.found else untold).append(effect_words(effect))
    label = SCALES[measure].label
    if touchpoint != ALL:
        label += f" at {label_of(touchpoint).lower()}"
    if not said and not untold:
        return f"What **{label}** goes with cannot be told from these data."
    level = share(linkage.confidence, 0)
    text = ""
    if said:
        text = f"**One {label} point more goes with {'; '.join(said)}** ({level} intervals)."
    if untold:
        text += f" The data cannot tell: {'; '.join(untold)}."
    return text.strip()


def effect_words(effect: Effect) -> str:
    """One effect in words; of one that is not told, the smallest that would have been."""
    value, low, high = effect.value, effect.lower, effect.upper
    if effect.verdict == FOLLOWS:
        return f"{OUTCOME_WORDS[effect.outcome].lower()} (the score follows it)"
    if not effect.found:
        return f"{OUTCOME_WORDS[effect.outcome].lower()} ({smallest_words(effect)})"
    if effect.outcome == "churn":
        ends = sorted(1 - np.exp(end) for end in (low, high))
        word = "lower" if value < 0 else "higher"
        return (
            f"a {share(abs(1 - np.exp(value)), 0)} {word} chance of leaving in a month "
            f"({share(ends[0], 0)} to {share(ends[1], 0)})"
        )
    sides = sorted(abs(end) for end in (low, high))
    if outcome_is_days(effect):
        word = "sooner" if value < 0 else "later"
        return f"payment {days(abs(value), 1)} {word} ({sides[0]:.1f} to {days(sides[1], 1)})"
    word = "fewer" if value < 0 else "more"
    if effect.outcome == "disputes":
        return (
            f"{1000 * abs(value):.0f} {word} disputes in 1,000 invoices "
            f"({1000 * sides[0]:.0f} to {1000 * sides[1]:.0f})"
        )
    return (
        f"{share(abs(value))} {'less' if value < 0 else 'more'} of a year's billing in the year "
        f"after ({share(sides[0])} to {share(sides[1])})"
    )


def outcome_is_days(effect: Effect) -> bool:
    return effect.outcome == "days_to_pay"


def smallest_words(effect: Effect) -> str:
    """The smallest effect that four tests in five would have found."""
    size = effect.smallest
    if effect.outcome == "churn":
        return f"the smallest it would show is {share(1 - np.exp(-size), 0)} of the chance"
    if outcome_is_days(effect):
        return f"the smallest it would show is {days(size, 1)}"
    if effect.outcome == "disputes":
        return f"the smallest it would show is {1000 * size:.0f} in 1,000 invoices"
    return f"the smallest it would show is {share(size)}"


def effect_sentence(linkage: Linkage, outcome: str) -> str:
    """Of which scores an effect on one outcome is found."""
    rows = linkage.table
    rows = rows[
        (rows["outcome"] == outcome) & (rows["touchpoint"] == "all") & (rows["cause"] == "all")
        & (rows["route"] == "adjusted")
    ]  # fmt: skip
    found = [SCALES[m].label for m in rows.loc[rows["verdict"] == "found", "measure"]]
    word = OUTCOME_WORDS[outcome].lower()
    if not found:
        return f"No score is found to go with {word} once all else known is held equal."
    return (
        f"**{', '.join(found)}** {'goes' if len(found) == 1 else 'go'} with {word}, all else known "
        "being equal. An effect that is not adjusted also holds who is satisfied; one of a "
        "customer against itself leaves out all that lasts."
    )


def timing_sentence(linkage: Linkage, measure: str) -> str:
    """Whether the score leads or follows payment."""
    timing = linkage.timing.get(measure)
    if timing is None:
        return "Too few answers have invoices before and after them to tell which comes first."
    follows = timing.p_value < 0.05
    said = (
        f"One point goes with {timing.before:+z.1f} days to pay in the three months before the "
        f"answer and {timing.after:+z.1f} in the three after ({count_of(timing.n, 'answer')}; "
        f"p = {timing.p_value:.2f})."
    )
    if follows:
        return f"**The score follows payment**: it explains the past better. {said}"
    return (
        f"Nothing says that the score only follows payment. {said} Satisfaction lasts, so it goes "
        "with both sides; were it only a consequence of trouble with payment, it would go with the "
        "months before more than with those after."
    )


def show_effects(linkage: Linkage, outcome: str) -> None:
    """All effects on one outcome, as told by each route."""
    rows = named_effects(linkage.table[linkage.table["outcome"] == outcome])
    shown = pd.DataFrame(
        {
            "Score": rows["name"],
            "Effect": rows["value"],
            "Low": rows["lower"],
            "High": rows["upper"],
            "Customers": rows["n_customers"],
            "Rows": rows["n"],
            "Verdict": rows["verdict"],
        }
    )
    number = st.column_config.NumberColumn
    st.dataframe(
        shown,
        hide_index=True,
        height=height_of(shown),
        column_config={
            **{name: number(format="%.3f") for name in ("Effect", "Low", "High")},
            **{name: number(format="%,d") for name in ("Customers", "Rows")},
        },
    )
    level = share(linkage.confidence, 0)
    st.caption(
        "Of one point of the score as it was reported. Found: at most one in twenty such "
        f"statements is chance. Leaving: times the chance in a month. {level} intervals."
    )
    offer_csv("Download all effects", linkage.table, "linkage.csv", key="linkage")

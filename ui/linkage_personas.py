"""The link persona by persona in words: one sentence for one of them, and all side by side."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from charts.linkage import persona_forest
from models.linkage_personas import PersonaLinks
from models.refusal import Refusal
from models.score_scales import SCALES
from ui import url_state
from ui.chart import told
from ui.download import offer_csv
from ui.linkage import OUTCOME_WORDS
from ui.tables import height_of
from ui.text import days, escape, listed, money, share, undollared

__all__ = ["apart_sentence", "persona_sentence", "show_personas"]

#: Below this chance personas are said to differ.
DIFFER_P = 0.05


def show_personas(
    links: PersonaLinks, outcome: str, margins: Mapping[str, float], currency: str
) -> None:
    """What a point goes with for one persona, and for all of them on the outcome chosen."""
    named = list(dict.fromkeys(links.table["persona"]))
    persona = url_state.choose("Persona", "persona", named, kind=st.selectbox, width=300)
    st.markdown(undollared(persona_sentence(links, persona, margins.get(persona), currency)))
    rows = links.table[links.table["outcome"] == outcome]
    if not rows["value"].notna().any():
        st.info(escape(links.reasons.get(outcome, "No persona has enough answers."), longest=300))
        return
    told(apart_sentence(links, outcome), persona_forest(links, outcome))
    show_table(rows, outcome)
    offer_csv("Download all personas", links.table, "linkage_personas.csv", key="link_personas")


def persona_sentence(links: PersonaLinks, persona: str, margin: float | None, currency: str) -> str:
    """What one point goes with for one persona, in the language of finance.

    `margin` is what its average account brings in a year.
    """
    label, name = SCALES[links.measure].label, escape(persona)
    found, untold, missing = [], [], []
    for outcome, word in OUTCOME_WORDS.items():
        try:
            row = links.of(outcome, persona)
        except Refusal:
            missing.append(word.lower())
            continue
        apart = row["lower"] > 0 or row["upper"] < 0
        (found if apart else untold).append(words_of(row, outcome, margin, currency))
    text = f"For **{name}** "
    if found:
        level = share(links.confidence, 0)
        text += f"one {label} point more goes with **{listed(found)}** ({level} intervals)."
    else:
        text += f"these data cannot tell what one {label} point more goes with."
    if untold:
        text += f" Not told from nothing: {listed(untold)}."
    if missing:
        text += f" Too few answers for {listed(missing)}."
    return text


def words_of(row: pd.Series, outcome: str, margin: float | None, currency: str) -> str:
    """One effect with its interval."""
    ends = (row["value"], row["lower"], row["upper"])
    if outcome == "churn":
        value, low, high = (float(np.exp(end)) for end in ends)
        return f"{value:.2f} times the chance of leaving in a month ({low:.2f} to {high:.2f})"
    value, low, high = (float(end) for end in ends)
    if outcome == "days_to_pay":
        if low <= 0 <= high:
            return f"{value:+z.1f} days to pay ({low:+z.1f} to {days(high, 1)})"
        word, ends = "sooner" if value < 0 else "later", sorted((abs(low), abs(high)))
        return f"payment {days(abs(value), 1)} {word} ({ends[0]:.1f} to {days(ends[1], 1)})"
    if outcome == "disputes":
        ends = f"{1000 * low:+z.0f} to {1000 * high:+z.0f}"
        return f"{1000 * value:+z.0f} disputes in 1,000 invoices ({ends})"
    if margin is None or margin <= 0:
        return f"{share(value)} of a year's billing ({share(low)} to {share(high)})"
    value, low, high = (money(margin * end, currency) for end in (value, low, high))
    return f"{value} of margin an account and year ({low} to {high})"


def apart_sentence(links: PersonaLinks, outcome: str) -> str:
    """Whether personas differ in what a point goes with."""
    p_value, word = links.apart[outcome], OUTCOME_WORDS[outcome].lower()
    if p_value < DIFFER_P:
        return (
            f"What a point goes with in {word} **differs between personas** (p = {p_value:.2f}); "
            "each is drawn to all others by as much as it is uncertain."
        )
    return (
        f"In {word} personas are **not seen to differ** (p = {p_value:.2f}): each is drawn to all "
        "others by as much as it is uncertain."
    )


def show_table(rows: pd.DataFrame, outcome: str) -> None:
    """Each persona's effect, drawn to all and on its own."""

    def as_shown(name: str) -> pd.Series:
        return np.exp(rows[name]) if outcome == "churn" else rows[name]

    shown = pd.DataFrame(
        {
            "Persona": rows["persona"],
            "Effect": as_shown("value"),
            "Low": as_shown("lower"),
            "High": as_shown("upper"),
            "On its own": as_shown("own"),
            "Customers": rows["n_customers"],
            "Not told because": rows["reason"].fillna(""),
        }
    )
    number = st.column_config.NumberColumn
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="",
        height=height_of(shown),
        column_config={
            **{name: number(format="%.3f") for name in ("Effect", "Low", "High", "On its own")},
            "Customers": number(format="%,d"),
        },
    )

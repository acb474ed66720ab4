"""Satisfaction and money: what one point of a score goes with, or that the data cannot tell."""

import streamlit as st

import analyses.churn
import analyses.linkage
from charts.linkage import adjustment_diagram, effect_forest
from models.score_scales import SCALES
from ui import url_state
from ui.chart import told
from ui.errors import explained
from ui.frame import require_view
from ui.linkage import (
    OUTCOME_WORDS,
    answer_sentence,
    effect_sentence,
    show_effects,
    timing_sentence,
)
from ui.receipt import figure_row, rows_behind
from ui.results import compute
from ui.text import undollared

st.title("Satisfaction and money")
st.markdown(
    "What one point of satisfaction goes with in leaving, payment, disputes and spend, all else "
    "known being equal; or that these data cannot tell."
)
view = require_view()
ours = analyses.linkage

with explained():
    learnt = {"learnt": compute(analyses.churn.months, view)}
    linkage = compute(ours.run, view, given=learnt)
    figure_row(view, linkage.figures(), rows_behind(ours.receipt_rows, view))
    scores = {name: scale.label for name, scale in SCALES.items() if name in linkage.spread}
    first = "csat" if "csat" in scores else next(iter(scores))
    measure = url_state.choose("Score", "score", scores, default=first)
    st.markdown(undollared(answer_sentence(linkage, measure)))

    st.subheader("Outcome by outcome")
    outcome = url_state.choose("Outcome", "outcome", OUTCOME_WORDS)
    rows = linkage.table
    whole = rows[rows["touchpoint"] == "all"]
    told(effect_sentence(linkage, outcome), effect_forest(whole, outcome))
    places = rows[(rows["touchpoint"] != "all") & (rows["outcome"] == outcome)]
    if len(places):
        told("The same score at each touchpoint that asks for it:", effect_forest(places, outcome))
    show_effects(linkage, outcome)

    st.subheader("What is held equal")
    st.markdown(
        "Fixed before anything is estimated: what was known by the month of the answer. What "
        "happens between answer and outcome may be how satisfaction works, and is left free."
    )
    st.graphviz_chart(adjustment_diagram(outcome, measure))

    st.subheader("Which comes first")
    st.markdown(timing_sentence(linkage, measure))

"""Satisfaction and money: what one point of a score goes with, or that the data cannot tell."""

import streamlit as st

import analyses.churn
import analyses.linkage
import analyses.reminders
import analyses.unit_economics
from charts.linkage import adjustment_diagram, effect_forest
from models.linkage_money import persona_margins, worth_of_point, yearly_margin
from models.refusal import Refusal
from models.score_scales import SCALES
from ui import url_state
from ui.chart import told
from ui.errors import explained, say
from ui.frame import require_view
from ui.linkage import (
    OUTCOME_WORDS,
    answer_sentence,
    effect_sentence,
    show_effects,
    timing_sentence,
    touchpoints_told,
)
from ui.linkage_checks import channel_sentence, show_checks, worth_sentence
from ui.linkage_personas import show_personas
from ui.personas import personas_or_why
from ui.receipt import figure_row, rows_behind
from ui.reminder_policies import aftermath_sentence
from ui.results import compute, computed_or_why
from ui.text import undollared

st.title("Satisfaction and money")
st.markdown(
    "What one point of satisfaction goes with in leaving, payment, disputes and spend, all else "
    "known being equal; or that these data cannot tell."
)
view = require_view()
ours = analyses.linkage

with explained(ends_page=True):
    learnt = {"learnt": compute(analyses.churn.months, view)}
    rows = {"rows": compute(ours.read, view, given=learnt)}
    linkage = compute(ours.run, view, given=rows)
    figure_row(view, linkage.figures(), rows_behind(ours.receipt_rows, view))
    scores = {name: scale.label for name, scale in SCALES.items() if name in linkage.spread}
    first = "csat" if "csat" in scores else next(iter(scores))
    measure = url_state.choose("Score", "score", scores, default=first)
    places = touchpoints_told(linkage, measure)
    place = url_state.choose("Asked at", "at", places, kind=st.selectbox, width=250)
    st.markdown(undollared(answer_sentence(linkage, measure, place)))
    try:
        margin = yearly_margin(compute(analyses.unit_economics.flows, view))
        worth = worth_of_point(linkage, measure, margin)
        st.markdown(undollared(worth_sentence(worth, measure, view.currency)))
    except Refusal as refusal:
        st.caption(str(refusal))

    st.subheader("Outcome by outcome")
    outcome = url_state.choose("Outcome", "outcome", OUTCOME_WORDS)
    effects = linkage.table
    whole = effects[effects["touchpoint"] == "all"]
    told(effect_sentence(linkage, outcome), effect_forest(whole, outcome))
    each = effects[(effects["touchpoint"] != "all") & (effects["outcome"] == outcome)]
    if len(each):
        told("The same score at each touchpoint that asks for it:", effect_forest(each, outcome))
    show_effects(linkage, outcome)

    st.subheader("What is held equal")
    st.markdown(
        "Fixed before anything is estimated: what was known by the month of the answer. What "
        "happens between answer and outcome may be how satisfaction works, and is left free."
    )
    st.graphviz_chart(adjustment_diagram(outcome, measure))

    st.subheader("Which comes first")
    st.markdown(timing_sentence(linkage, measure))

with explained():
    st.subheader("Persona by persona")
    _, personas, why = personas_or_why(view)
    if personas is None:
        st.info(say(why))
    else:
        given = {**rows, "personas": personas}
        links = compute(ours.of_personas, view, given=given, measure=measure)
        year = compute(analyses.unit_economics.flows, view)
        show_personas(links, outcome, persona_margins(year, personas.by_customer), view.currency)

with explained():
    st.subheader("How far it can be believed")
    show_checks(compute(ours.checks, view, given=rows, measure=measure), linkage)

with explained():
    st.subheader("The other way: what finance does to satisfaction")
    st.markdown(channel_sentence(compute(ours.channels, view, given=rows)))
    after = computed_or_why(analyses.reminders.aftermath, view, given=learnt)
    st.markdown(after if isinstance(after, str) else undollared(aftermath_sentence(after)))

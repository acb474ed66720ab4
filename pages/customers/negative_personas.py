"""Negative personas: who loses money, why, how to know them before, and what to do about them."""

import streamlit as st

import analyses.negative_personas
import analyses.personas
import analyses.unit_economics
from charts.negative_personas import action_dots, reason_bars, value_dots
from models.refusal import Refusal
from ui import url_state
from ui.chart import told
from ui.errors import end_page, explained
from ui.frame import require_view
from ui.negative_personas import (
    action_sentence,
    assumption_note,
    found_sentence,
    judged_note,
    reason_sentence,
    rule_sentences,
    show_avoid_list,
    show_targets,
)
from ui.personas import personas_of
from ui.receipt import figure_row, rows_behind
from ui.results import compute
from ui.text import escape

st.title("Negative personas")
st.markdown("Which kinds of customers lose money, why, how to know them, and what to do.")
view = require_view()
ours = analyses.negative_personas

with explained():
    features, personas = personas_of(view)
    year = compute(analyses.unit_economics.flows, view)
    rows = {"rows": compute(ours.records, view, given={"features": features, "year": year})}
    negative = compute(ours.run, view, given={**rows, "personas": personas})
    figure_row(
        view, negative.figures(), rows_behind(ours.receipt_rows, view, given={"negative": negative})
    )
    if personas.reason:
        st.info(escape(personas.reason, longest=400), icon=":material/group_off:")
        end_page()

    st.subheader("Whom to win")
    told(found_sentence(negative, view.currency), value_dots(negative, currency=view.currency))
    sheets = compute(analyses.personas.sheets, view,
                     given={"rows": features, "personas": personas})  # fmt: skip
    show_targets(ours.target_list(negative, sheets), view.currency)
    st.caption(judged_note(negative))
    if not negative.names:
        end_page()

    st.subheader("Why")
    told(reason_sentence(negative), reason_bars(negative))
    show_avoid_list(compute(ours.avoid_list, view, given={"negative": negative}))

    st.subheader("How to know them before")
    for line in rule_sentences(compute(ours.rule, view, given={**rows, "negative": negative}),
                               view.currency):  # fmt: skip
        st.markdown(line)

    st.subheader("What to do")
    persona = url_state.choose("Persona", "persona", list(negative.names), kind=st.selectbox)
    try:
        actions = compute(ours.actions, view, given={**rows, "negative": negative}, persona=persona)
    except Refusal as refusal:
        st.info(escape(refusal, longest=300), icon=":material/groups:")
        end_page()
    told(action_sentence(actions, view.currency), action_dots(actions, currency=view.currency))
    st.caption(assumption_note(actions.assumptions))

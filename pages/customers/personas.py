"""Personas: which kinds of customers there are, by how they behave."""

import streamlit as st

import analyses.personas
from charts.personas import behaviour_map, evidence_lines
from reports.edition import Edition
from reports.persona_sheet import persona_sheet_html
from ui import url_state
from ui.chart import told
from ui.errors import end_page, explained, say
from ui.frame import require_view
from ui.persona_names import name_form, recognised_sentence
from ui.persona_prospects import expectations_sentence, prospects_of, show_expectations
from ui.personas import (
    between_sentence,
    found_sentence,
    personas_of,
    price_sentence,
    show_sheet,
    show_sizes,
    stability_note,
    telling_sentence,
)
from ui.receipt import figure_row, rows_behind
from ui.results import compute
from ui.text import escape

LINES = {"scored": "The chance to leave", "value": "Lifetime value"}

st.title("Personas")
st.markdown("Which kinds of customers there are by how they behave, and what each is like.")
view = require_view()
ours = analyses.personas

with explained():
    rows, personas = personas_of(view)
    figure_row(
        view,
        personas.figures(),
        rows_behind(ours.receipt_rows, view, given={"rows": rows, "personas": personas}),
    )
    if personas.reason:
        st.info(escape(personas.reason, longest=400), icon=":material/group_off:")
        st.subheader("How many groups there are")
        told("One group describes the customers best.", evidence_lines(personas))
        end_page()

    st.subheader("What sets them apart")
    told(found_sentence(personas), behaviour_map(personas))
    show_sizes(personas)
    st.caption(stability_note(personas))
    st.markdown(between_sentence(personas))
    st.markdown(recognised_sentence(personas))
    name_form(view, personas)

    st.subheader("One persona")
    names = {name: name for name in personas.table["persona"]}
    persona = url_state.choose("Persona", "persona", names, kind=st.selectbox)
    sheets = compute(ours.sheets, view, given={"rows": rows, "personas": personas})
    ahead = prospects_of(view, personas)
    sheets = sheets.with_lines(ahead.lines)
    st.markdown(telling_sentence(sheets, persona))
    edition = Edition(
        view.company, view.snapshot.id, view.as_of, view.currency, cut=view.filters_in_words
    )
    st.download_button(
        "Download this sheet to print",
        data=lambda: persona_sheet_html(
            sheets, personas, persona, edition, expectations=ahead.expectations
        ),
        file_name="persona_sheet.html",
        mime="text/html",
        icon=":material/print:",
        on_click="ignore",
    )
    show_sheet(sheets, persona, view.currency)
    for what, why in ahead.reasons.items():
        if what in LINES:
            st.caption(f"{LINES[what]} is not in the sheet. {say(why)}")

    st.subheader("How they answer a price")
    if ahead.sensitivity is None:
        st.info(escape(ahead.reasons["sensitivity"], longest=400), icon=":material/block:")
    else:
        st.markdown(price_sentence(ahead.sensitivity, persona))

    st.subheader("What they write about")
    if ahead.expectations is None:
        st.info(escape(ahead.reasons["expectations"], longest=400), icon=":material/block:")
    else:
        st.markdown(expectations_sentence(ahead.expectations, persona))
        show_expectations(ahead.expectations, persona)

    st.subheader("How many groups there are")
    told(
        f"The information criterion is lowest at **{personas.evidence.by_bic}** groups, and the "
        f"gap statistic asks for more than one too.",
        evidence_lines(personas),
    )

"""Unit economics: what customers cost to win and serve, what they bring, and when they pay back."""

import streamlit as st

import analyses.personas
import analyses.unit_economics
from charts.unit_economics import named, ratio_dots, waterfall
from ui import url_state
from ui.chart import told
from ui.errors import explained, say
from ui.frame import require_view
from ui.personas import personas_or_why
from ui.receipt import figure_row, rows_behind
from ui.results import compute
from ui.unit_economics import (
    keeping_sentence,
    ratio_sentence,
    show_cell,
    show_table,
    treatment_note,
    waterfall_sentence,
)

st.title("Unit economics")
st.markdown("What a customer costs to win and to serve, what it brings, and when it has paid back.")
view = require_view()
ours = analyses.unit_economics

with explained():
    features, personas, why = personas_or_why(view)
    if why:
        st.caption(f"Not cut by persona: {say(why)}")
    given = {"features": features, "personas": personas, "year": compute(ours.flows, view)}
    rows = {"rows": compute(ours.economics, view, given=given)}
    cuts = {name: words for name, words in ours.CUTS.items() if name != "persona" or personas}
    by = url_state.choose_many(
        "Cut by, three at most", "by", list(cuts), format_func=cuts.get, at_most=3
    )
    economics = compute(ours.run, view, given=rows, by=tuple(by))
    figure_row(view, economics.figures(), rows_behind(ours.receipt_rows, view, given=rows))

    st.subheader("What comes back")
    told(ratio_sentence(economics, view.currency), ratio_dots(economics))
    show_table(economics, view.currency)
    st.caption(treatment_note(economics))

    st.subheader("From revenue to contribution")
    cells = {cell: named(cell) for cell in economics.waterfall["cell"].unique()}
    cell = url_state.choose("Customers", "cell", cells, kind=st.selectbox)
    told(
        waterfall_sentence(economics, cell, view.currency),
        waterfall(economics, cell, currency=view.currency),
    )
    show_cell(economics, cell, view.currency)

    st.subheader("Winning or keeping")
    st.markdown(keeping_sentence(economics, view.currency))

"""Price frontier: which price changes bring the most for the least revenue at risk."""

import streamlit as st

import analyses.pricing
from charts.price_frontier import frontier_points
from ui.chart import told
from ui.errors import explained
from ui.frame import require_view
from ui.price_frontier import (
    break_even_sentence,
    choose_change,
    choose_leaving,
    frontier_sentence,
    leaving_note,
    show_best,
)
from ui.results import compute
from ui.text import undollared

st.title("Price frontier")
st.markdown("Which price changes bring the most revenue for the least revenue at risk.")
view = require_view()
ours = analyses.pricing

with explained():
    billed = compute(ours.run, view)
    base = compute(ours.base, view, given={"billed": billed})
    chosen = choose_change()
    frontier = ours.frontier(base, choose_leaving(view, base))
    told(
        frontier_sentence(frontier, chosen, view.currency),
        frontier_points(frontier, chosen, view.currency),
    )
    st.markdown(leaving_note(frontier, chosen))
    st.caption("Everybody keeps its own tariff, with all fees and all prices of use multiplied.")
    st.subheader("What use must not do")
    st.markdown(undollared(break_even_sentence(frontier, base, chosen)))
    st.subheader("The frontier")
    show_best(frontier)

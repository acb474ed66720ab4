"""Price frontier: which price changes bring the most for the least revenue at risk."""

import streamlit as st

import analyses.churn
import analyses.pricing
from charts.price_frontier import frontier_points
from ui.chart import told
from ui.errors import explained
from ui.frame import require_view
from ui.price_frontier import (
    break_even_sentence,
    choose_change,
    choose_log_hazard,
    frontier_sentence,
    show_best,
)
from ui.results import compute
from ui.text import share, undollared

st.title("Price frontier")
st.markdown("Which price changes bring the most revenue for the least revenue at risk.")
view = require_view()
ours = analyses.pricing

with explained():
    billed = compute(ours.run, view)
    base = compute(ours.base, view, given={"billed": billed})
    retention = compute(analyses.churn.retention, view)
    chosen, log_hazard = choose_change(), choose_log_hazard()
    frontier = ours.frontier(base, retention, log_hazard=log_hazard)
    told(
        frontier_sentence(frontier, chosen, view.currency),
        frontier_points(frontier, chosen, view.currency),
    )
    st.caption(
        "Everybody keeps its own tariff, with all fees and all prices of use multiplied. Customers "
        f"who leave as prices are: {share(frontier.yearly_churn)} of revenue a year. Lower bills "
        "are taken to keep nobody."
    )
    st.subheader("What use must not do")
    st.markdown(undollared(break_even_sentence(frontier, base, chosen)))
    st.subheader("The frontier")
    show_best(frontier)

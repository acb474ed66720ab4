"""Cost of poor experience: every cost booked once, to a cause and a touchpoint."""

import streamlit as st

import analyses.churn
import analyses.poor_experience
import analyses.unit_economics
from charts.poor_experience import cost_bars, month_bars
from ui import url_state
from ui.chart import told
from ui.errors import explained
from ui.frame import require_view
from ui.poor_experience import (
    WAYS,
    figures_in_order,
    group_sentence,
    show_entries,
    show_groups,
    show_tie,
    tie_sentence,
    total_sentence,
    trend_sentence,
)
from ui.receipt import figure_row, rows_behind
from ui.results import compute
from ui.text import undollared

st.title("Cost of poor experience")
st.markdown("What poor experience cost in twelve months, each cost once, and what caused it.")
view = require_view()
ours = analyses.poor_experience

with explained():
    read = {}
    with explained():
        read["learnt"] = compute(analyses.churn.months, view)
        read["year"] = compute(analyses.unit_economics.flows, view)
    ledger = compute(ours.run, view, given=read)
    behind = rows_behind(ours.receipt_rows, view, given={"ledger": ledger})
    st.markdown(undollared(total_sentence(ledger, view.currency)))
    figure_row(view, figures_in_order(ledger), behind)

    st.subheader("Where it comes from")
    by = url_state.choose("Split by", "by", WAYS)
    told(group_sentence(ledger, by, view.currency), cost_bars(ledger, by, currency=view.currency))
    show_groups(ledger, by)
    show_entries(ledger, by)

    st.subheader("Month by month")
    told(trend_sentence(ledger, view.currency), month_bars(ledger))

    st.subheader("Tied to the books")
    st.markdown(undollared(tie_sentence(ledger, view.currency)))
    show_tie(ledger)

"""Why late: the cause of each late invoice, what speaks for it, and what to do about it."""

import streamlit as st

import analyses.late_causes
from analyses.scope import customer_names
from charts.late_causes import CAUSE_WORDS, cause_bars
from ui import url_state
from ui.chart import told
from ui.errors import explained
from ui.frame import require_view
from ui.late_causes import (
    learnt_sentence,
    mix_sentence,
    overdue_of,
    persistent_sentence,
    show_invoices,
    show_persistent,
)
from ui.receipt import figure_row, rows_behind
from ui.results import compute

st.title("Why late")
st.markdown("Why each invoice is late, what speaks for it, and what to do about it.")
view = require_view()
ours = analyses.late_causes

with explained():
    causes = compute(ours.run, view)
    figure_row(view, causes.figures(), rows_behind(ours.receipt_rows, view))
    st.caption(learnt_sentence(causes))

    st.subheader("The money behind each cause")
    mix = causes.mix("open_amount")
    told(mix_sentence(mix, view.currency), cause_bars(mix, view.currency))

    st.subheader("Invoices")
    words = {"all": "All causes", **CAUSE_WORDS}
    cause = url_state.choose("Cause", "cause", words)
    rows = overdue_of(causes)
    names = compute(customer_names, view)
    show_invoices(rows if cause == "all" else rows[rows["cause"] == cause], names, view)

    st.page_link(
        "pages/cash/watchlist.py",
        label="The watchlist ranks them by what contact may change",
        icon=":material/checklist:",
    )

    st.subheader("Late again and again")
    persistent = causes.persistent()
    st.markdown(persistent_sentence(persistent))
    show_persistent(persistent, names, view)

"""Receivables: what customers owe, how old it is, and how fast it turns into cash."""

import streamlit as st

import analyses.receivables
from charts.receivables import aging_bars, collection_trend, dso_trend, payment_pattern_lines
from ui import url_state
from ui.chart import told
from ui.errors import explained
from ui.frame import require_view
from ui.receipt import figure_row, rows_behind
from ui.receivables import (
    MEASURES,
    aging_sentence,
    choose_bounds,
    dso_sentence,
    flows_of,
    left_out,
    main_figures,
    measure_sentence,
    pattern_sentence,
    show_aging,
    show_customers,
    show_segments,
)
from ui.results import compute, rows_of
from ui.segments import choose_segment
from ui.text import undollared
from ui.working_capital import show_billing, show_working_capital

st.title("Receivables")
st.markdown("What customers owe, how old it is, and how many days of sales it stands for.")
view = require_view()
ours = analyses.receivables

with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
    aging_by = url_state.choose(
        "Age from", "aging_by", {"due": "Due date", "invoice": "Invoice date"}
    )
    bounds, complaint = choose_bounds()
if complaint:
    st.warning(complaint, icon=":material/info:")

with explained(ends_page=True):
    cells = {"cells": flows_of(view)}
    ledger = compute(ours.run, view, given=cells, aging_by=aging_by, buckets=bounds)
    main, others = main_figures(ledger)
    receipts = rows_behind(ours.receipt_rows, view)
    figure_row(view, main, receipts, trend=ledger.trend)
    figure_row(view, others, receipts, columns=5)

    st.subheader("How old it is")
    told(aging_sentence(ledger, view.currency), aging_bars(ledger, currency=view.currency))
    show_aging(ledger, view)

    st.subheader("Days sales outstanding")
    told(dso_sentence(ledger), dso_trend(ledger))

    st.subheader("Collection")
    measure = url_state.choose("Measure", "measure", MEASURES)
    told(
        measure_sentence(ledger, measure, view.currency),
        collection_trend(ledger, measure, currency=view.currency),
    )

with explained():
    st.subheader("What a day is worth")
    show_working_capital(view, ledger)

with explained():
    st.subheader("From delivery to invoice")
    show_billing(view)

with explained():
    st.subheader("Payment patterns")
    patterns = compute(ours.patterns, view, given=cells)
    told(pattern_sentence(patterns), payment_pattern_lines(patterns))

with explained():
    st.subheader("By segment")
    segment = choose_segment(view, "segment")
    apart = {"cells": flows_of(view, segment)}
    show_segments(compute(ours.by_segment, view, given=apart, by=segment), view)

with explained():
    st.subheader("Who owes most")
    show_customers(rows_of(ours.by_customer, view), view)
    st.caption(undollared(left_out(ledger, view.currency)))

"""Disputes: how often, by whom, about what, how long they take, and what goes before them."""

import streamlit as st

import analyses.disputes
from analyses.scope import customer_names
from charts.disputes import cause_dots, funnel_plot, rate_dots, reason_bars, resolution_curve
from ui import url_state
from ui.chart import told
from ui.disputes import (
    REASONS,
    cause_sentence,
    funnel_sentence,
    rate_sentence,
    reason_sentence,
    resolution_sentence,
    show_causes,
    show_funnel,
    show_rates,
    show_reasons,
)
from ui.errors import explained
from ui.frame import require_view
from ui.receipt import figure_row, rows_behind
from ui.refunds import show_refunds
from ui.results import compute
from warehouse.disputes import CIRCUMSTANCES

st.title("Disputes")
st.markdown("How often invoices are disputed, about what, how long it takes, and what precedes it.")
view = require_view()
ours = analyses.disputes

with explained(ends_page=True):
    read = {"read": compute(ours.rows, view)}
    disputes = compute(ours.run, view, given=read)
    figure_row(view, disputes.figures(), rows_behind(ours.receipt_rows, view))
    ways = {name: words for name, words in ours.WAYS.items() if name in set(disputes.table["by"])}

    st.subheader("How often, and where")
    by = url_state.choose("Compare by", "by", ways, kind=st.selectbox, width=250)
    told(rate_sentence(disputes, by), rate_dots(disputes, by))
    show_rates(disputes, by)

with explained():
    st.subheader("Who lies apart")
    units = {ours.CUSTOMER: "Customer", **ways}
    unit = url_state.choose("Units", "unit", units, kind=st.selectbox, width=250)
    spread = compute(ours.funnel, view, given=read, by=unit, design=disputes.design)
    names = compute(customer_names, view)
    told(funnel_sentence(spread, unit, names), funnel_plot(spread, names))
    show_funnel(spread, unit, names)

with explained():
    st.subheader("What they are about")
    weigh = {"share": "Number", "value_share": "Amount"}
    measure = url_state.choose("Weigh by", "weigh", weigh)
    told(reason_sentence(disputes, measure, view), reason_bars(disputes, measure, REASONS))
    show_reasons(disputes)

with explained():
    st.subheader("How long they take")
    if disputes.resolution is None:
        st.info(disputes.figures()[1].reason, icon=":material/info:")
    else:
        told(resolution_sentence(disputes), resolution_curve(disputes, REASONS))

with explained():
    st.subheader("What goes before them")
    causes = compute(ours.causes, view, given=read)
    told(cause_sentence(causes, CIRCUMSTANCES), cause_dots(causes, CIRCUMSTANCES))
    show_causes(causes, CIRCUMSTANCES)

with explained():
    st.subheader("What refunds and disputes take")
    show_refunds(view)

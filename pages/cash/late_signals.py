"""Late-payment signals: which invoices will be late, and how far that can be trusted."""

import streamlit as st

import analyses.late_payments
import analyses.late_signals
from analyses.scope import customer_names
from charts.late_signals import reliability_curve, signal_bars
from ui import url_state
from ui.chart import told
from ui.errors import explained
from ui.frame import require_view
from ui.late_signals import (
    calls_sentence,
    channel_sentence,
    moves_sentence,
    named_weights,
    order_sentence,
    show_likely_late,
    trust_sentence,
)
from ui.receipt import figure_row, rows_behind
from ui.results import compute
from ui.text import undollared

st.title("Late-payment signals")
st.markdown("Which invoices will be paid late, by what is known when they are issued.")
view = require_view()
ours = analyses.late_signals


@url_state.fragment
def call_list(signals, waiting, names):
    n = len(waiting)
    calls = url_state.slide("Calls the team can make", "calls", 1, min(n, 500), default=min(n, 50))
    st.markdown(undollared(calls_sentence(signals, calls, n)))
    show_likely_late(waiting, calls, names, view)


with explained():
    rows = {"rows": compute(ours.signals, view)}
    signals = compute(ours.run, view, given=rows)
    st.markdown(order_sentence(signals))
    figure_row(view, signals.figures(), rows_behind(ours.receipt_rows, view))

    st.subheader("Did the chances come true?")
    told(trust_sentence(signals), reliability_curve(signals))

    st.subheader("Whom to call before the due date")
    given = {"signals": rows["rows"], "learnt": signals}
    scored = compute(analyses.late_payments.scored_invoices, view, given=given)
    waiting = scored[(scored["due_on"].dt.date >= view.as_of) & scored["p_late"].notna()]
    if len(waiting) > 1:
        call_list(signals, waiting, compute(customer_names, view))
    else:
        st.markdown("No invoice is waiting for its due date, so there is nobody to call before it.")

    st.subheader("What moves the chance")
    weights = named_weights(signals)
    told(moves_sentence(weights), signal_bars(weights))

    st.subheader("Does the way it is sent matter?")
    effects = compute(ours.channel_effects, view, given=rows)
    for effect in effects:
        st.markdown(f"- {channel_sentence(effect)}")
    if not effects:
        st.markdown("No customer was sent invoices both ways, so the way cannot be judged.")

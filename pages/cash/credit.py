"""Credit: what stands against each limit, what can still be sold, and whom it holds back."""

import streamlit as st

import analyses.credit
import analyses.late_payments
from charts.credit import breach_dots, stage_bars
from ui import url_state
from ui.chart import told
from ui.credit import (
    STAGE_WORDS,
    blocked_sentence,
    choose_customer,
    conflict_sentence,
    forecast_sentence,
    look_back_sentence,
    sell_sentence,
    show_blocked,
    show_conflicts,
    show_customers,
    show_forecast,
    show_groups,
    stage_sentence,
)
from ui.credit_terms import show_terms
from ui.errors import explained
from ui.frame import require_view
from ui.receipt import figure_row, rows_behind
from ui.results import compute
from ui.text import undollared

st.title("Credit")
st.markdown("What stands against each credit limit, what can still be sold, and who is held back.")
view = require_view()
ours = analyses.credit

with explained(ends_page=True):
    credit = compute(ours.run, view)
    figure_row(view, credit.figures(), rows_behind(ours.receipt_rows, view))

    st.subheader("What can still be sold")
    customer = choose_customer(credit)
    st.markdown(undollared(sell_sentence(credit, customer, view)))
    show_customers(credit, view)

    st.subheader("From order to overdue")
    told(stage_sentence(credit, view), stage_bars(credit, STAGE_WORDS, currency=view.currency))
    st.caption(
        "What is used and not billed yet stands in no table with a price, so it is not in here."
    )

    st.subheader("Blocked orders")
    st.markdown(undollared(blocked_sentence(credit, view)))
    show_blocked(credit)
    given = {"credit": credit}

with explained():
    st.subheader("Who will pass the limit")
    ahead = {"30": "30 days", "60": "60 days", "90": "90 days"}
    days = int(url_state.choose("Ahead", "ahead", ahead))
    # Learnt from all customers, whatever the page is cut to: the same for every number of days.
    curves = {"curves": compute(analyses.late_payments.payment_curves, view.unfiltered)}
    coming = compute(ours.forecast, view, given=given | curves, days=days)
    told(forecast_sentence(coming, view), breach_dots(coming, currency=view.currency))
    st.markdown(look_back_sentence(*compute(ours.look_back, view, given=given, days=days)))
    show_forecast(coming)

with explained():
    st.subheader("Groups under one parent")
    show_groups(credit, view)

with explained():
    st.subheader("Good, unhappy and held back")
    found = compute(ours.conflicts, view, given=given)
    st.markdown(undollared(conflict_sentence(found, view)))
    show_conflicts(found, view)

with explained():
    st.subheader("Which terms leave most")
    show_terms(view)

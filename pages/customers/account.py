"""Account: one customer on one screen, with its side of it and the next best step."""

import streamlit as st

import analyses.account
from ui.account import (
    choose_account,
    read_account,
    show_documents,
    show_experience,
    show_header,
    show_money,
    show_notes,
    show_side,
    show_timeline,
)
from ui.account_scores import scores_of, show_next_step, show_risk, steps_of
from ui.errors import explained
from ui.frame import require_view
from warehouse.workspace import Workspace

st.title("Account")
st.markdown("One customer on one screen: its money, its history, its side, and what to do next.")
# An account is one customer's, whatever the pages are cut to.
view = require_view().unfiltered
ours = analyses.account
settings = Workspace.open(view.folder).settings
customer = choose_account(view)

# The places are drawn in this order and filled in another: what is read at once comes first.
with explained():
    account = read_account(ours.history, view, customer)
    show_header(account, settings)
    step, money_place = st.container(), st.container()
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("What it went through in 12 months")
        show_side(account)
    with right:
        st.subheader("Experience")
        care = read_account(ours.care, view, customer)
        show_experience(account, care)
    risk = st.container()
    st.subheader("Everything that happened")
    show_timeline(account)
    st.subheader("Documents of an invoice")
    show_documents(account)
    st.subheader("Notes")
    show_notes(account, settings)
    with money_place:
        money = read_account(ours.money, view, customer)
        show_money(money, view.currency)
    with step, explained():
        with st.spinner("Asking the models for the next best step"):
            scores = scores_of(view)
        with risk, explained():
            st.subheader("Risk")
            show_risk(customer, scores, view)
        steps = steps_of(customer, view, money, care, settings, scores)
        show_next_step(steps, view.currency)

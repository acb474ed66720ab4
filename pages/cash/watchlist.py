"""Watchlist: whom to contact first, why, and what came of it."""

import pandas as pd
import streamlit as st

import analyses.credit
from charts.watchlist import reach_curve
from ui import url_state
from ui.chart import told
from ui.errors import explained
from ui.frame import require_view
from ui.personas import personas_or_why
from ui.results import computed_or_why
from ui.signing import who_writes
from ui.text import undollared
from ui.watchlist import (
    FIRST,
    MONEY_FACTS,
    ask_chances,
    choose_rows,
    money_facts,
    promises_sentence,
    reach_sentence,
    risk_sentence,
    show_measured,
    watchlist_of,
)
from ui.watchlist_table import STATUS_WORDS, show_editor, with_notes
from warehouse.workspace import Workspace

st.title("Watchlist")
st.markdown("Whom to contact first, why, and what came of it.")
view = require_view()
settings = Workspace.open(view.folder).settings

with explained():
    chances = ask_chances()
    watchlist = watchlist_of(view, chances)
    st.markdown(undollared(risk_sentence(watchlist, view.currency)))
    show_measured(watchlist)
    reached = watchlist.reached()
    if len(reached) > 1:
        first = min(FIRST, len(reached))
        told(reach_sentence(reached, first, view.currency), reach_curve(reached, first))

    st.subheader("The list")
    words = {"invoice": "Invoices", "customer": "Customers"}
    about = url_state.choose("One row for each", "about", words)
    rows = watchlist.invoices if about == "invoice" else watchlist.customers
    rows = with_notes(rows, settings, about)
    _, personas, _ = personas_or_why(view)
    if personas is not None:
        rows = rows.join(personas.by_customer.rename("persona"), on="customer_id")
    if about == "customer":
        credit = computed_or_why(analyses.credit.run, view)
        limits = None if isinstance(credit, str) else credit.customers
        facts = money_facts(watchlist.customers, limits, view.currency)
        rows[MONEY_FACTS] = rows["customer_id"].map(facts)
    owners = sorted(set(rows["owner"]) - {""})
    rows = choose_rows(rows, owners, STATUS_WORDS, personas is not None)
    if late := promises_sentence(rows, pd.Timestamp(view.as_of), view.currency):
        st.markdown(late)
    show_editor(rows, about, who_writes(), settings, view)

"""Billing fit: how smoothly bills go by model and timing, and what suits each persona."""

import streamlit as st

import analyses.billing_fit
import analyses.price_reaction
import analyses.pricing
from charts.billing_fit import fit_dots
from models.billing_fit import MEASURES
from ui import url_state
from ui.billing_fit import fit_note, fit_sentence, show_persona_fit
from ui.chart import told
from ui.download import offer_csv
from ui.equal_value import show_equal_value
from ui.errors import explained, say
from ui.frame import require_view
from ui.personas import personas_or_why
from ui.receipt import figure_row, rows_behind
from ui.results import compute

st.title("Billing fit")
st.markdown("Which way and time of charging goes smoothly, and for whom.")
view = require_view()
ours = analyses.billing_fit

with explained():
    billed = {"billed": compute(analyses.price_reaction.bills, view)}
    _, personas, why = personas_or_why(view)
    fit = compute(ours.run, view, given={**billed, "personas": personas})
    figure_row(view, fit.figures(), rows_behind(ours.receipt_rows, view, given=billed), columns=2)
    known = {name: label for name, (label, _) in MEASURES.items() if len(fit.of(name))}
    measure = url_state.choose("Measure", "measure", known or {"smooth": "Went smoothly"},
                               kind=st.selectbox)  # fmt: skip
    told(fit_sentence(fit, measure), fit_dots(fit, measure))
    st.caption(fit_note(fit))
    offer_csv("Download all measures", fit.table, "billing_fit.csv", key="billing_fit")

    st.subheader("What suits each persona")
    if why:
        st.markdown(say(why))
    show_persona_fit(fit)

    st.subheader("At equal value to us")
    tariffs = compute(analyses.pricing.run, view)
    given = {"billed": tariffs, "personas": personas}
    given = {"base": compute(analyses.pricing.base_by_persona, view, given=given), "fit": fit}
    show_equal_value(compute(ours.equal_value, view, given=given), view.currency)

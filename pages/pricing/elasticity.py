"""Elasticity: how much less is used when it gets dearer."""

import streamlit as st

import analyses.elasticity
from charts.elasticity import elasticity_dots
from ui.chart import told
from ui.download import offer_csv
from ui.elasticity import design_note, elasticity_sentence, show_checks
from ui.errors import explained
from ui.frame import require_view
from ui.receipt import figure_row, rows_behind
from ui.results import compute
from ui.stated_prices import show_stated_prices

st.title("Elasticity")
st.markdown("How much less is used when it gets dearer, from prices that changed over time.")
view = require_view()
ours = analyses.elasticity

with explained():
    found = compute(ours.run, view)
    figure_row(view, found.figures(), rows_behind(ours.receipt_rows, view), columns=2)
    told(elasticity_sentence(found), elasticity_dots(found))
    st.markdown(design_note(found))
    offer_csv("Download the estimates", found.table, "elasticity.csv", key="elasticity")

    st.subheader("What speaks for and against it")
    show_checks(found)
    st.caption(
        "The first two should show nothing if prices were changed without regard to use; the third "
        "should seldom be reached by chance if there is an effect."
    )

st.subheader("What customers say they would pay")
with explained():
    show_stated_prices(view)

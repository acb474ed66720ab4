"""Churn: how long customers stay, why they leave, and who may be next."""

import streamlit as st

import analyses.churn
from charts.churn import (
    calibration_dots,
    incidence_areas,
    ratio_forest,
    retention_bridge,
    survival_curve,
)
from ui import url_state
from ui.chart import told
from ui.churn import (
    CUSTOMER_CUTS,
    calibration_sentence,
    cause_sentence,
    chance_note,
    choose_cause,
    left_out_notes,
    pace_sentence,
    ratio_sentence,
    retention_sentence,
    rule_note,
    show_at_risk,
    show_numbers_at_risk,
    stay_sentence,
)
from ui.errors import explained
from ui.frame import require_view
from ui.receipt import figure_row, rows_behind
from ui.results import compute

st.title("Churn")
st.markdown("How long customers stay, why they leave, what that costs, and who may be next.")
view = require_view()
ours = analyses.churn

with explained():
    retention = compute(ours.retention, view)
    figure_row(view, retention.figures(), rows_behind(ours.receipt_rows, view), columns=5)
    st.subheader("What is left of a year ago")
    told(retention_sentence(retention, view.currency), retention_bridge(retention))
    if retention.basis:
        st.caption(retention.basis)

with explained():
    st.subheader("How long customers stay")
    lives = {"rows": compute(ours.lives, view)}
    segment = url_state.choose("Compare by", "by", CUSTOMER_CUTS, kind=st.selectbox, width=250)
    split = {} if segment == "none" else {"by": segment}
    churn = compute(ours.run, view, given=lives, **split)
    told(stay_sentence(churn), survival_curve(churn))
    if split:
        st.markdown(pace_sentence(churn))
    show_numbers_at_risk(churn)

    st.subheader("Why they leave")
    whole = compute(ours.run, view, given=lives)
    told(cause_sentence(whole), incidence_areas(whole))
    st.caption(rule_note(whole))

with explained(ends_page=True):
    learnt = {"learnt": compute(ours.months, view)}

with explained():
    st.subheader("Who may leave next")
    ahead = {"ahead": compute(ours.outlook, view, given=learnt)}
    scored = compute(ours.scored_customers, view, given=ahead)
    show_at_risk(scored, compute(ours.values_today, view), view)

with explained():
    st.subheader("What goes with leaving")
    cause = choose_cause()
    ratios = compute(ours.ratios, view, given=learnt, cause=cause)
    told(ratio_sentence(ratios), ratio_forest(ratios))
    st.caption(chance_note(ratios))
    st.caption(compute(ours.proportionality, view, given=learnt, cause=cause).what_to_do())
    for note in left_out_notes(ratios):
        st.caption(note)

with explained():
    st.subheader("How good the risks are")
    validation = compute(ours.validation, view, given=learnt)
    told(calibration_sentence(validation), calibration_dots(validation))

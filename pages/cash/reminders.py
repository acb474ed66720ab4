"""Reminders: what they bring, which kind brings more, and what they cost in goodwill."""

import streamlit as st

import analyses.reminders
from charts.reminders import ratio_forest
from ui.chart import told
from ui.errors import explained
from ui.frame import require_view
from ui.receipt import figure_row, rows_behind
from ui.reminders import answer_sentence, ratio_note, ratio_sentence, show_ratio_table
from ui.results import compute
from ui.text import undollared

st.title("Reminders")
st.markdown("What reminders bring in, which kind brings more, and what they cost in goodwill.")
view = require_view()
ours = analyses.reminders

with explained():
    rows = {"rows": compute(ours.overdue, view)}
    reminders = compute(ours.run, view, given=rows)
    st.markdown(undollared(answer_sentence(reminders)))
    figure_row(view, reminders.headline(), rows_behind(ours.receipt_rows, view), columns=2)

    st.subheader("Which reminder brings more")
    told(ratio_sentence(reminders), ratio_forest(reminders))
    st.caption(ratio_note(reminders))
    show_ratio_table(reminders)

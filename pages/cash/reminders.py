"""Reminders: what they bring, which kind brings more, and what they cost in goodwill."""

import streamlit as st

import analyses.churn
import analyses.personas
import analyses.reminders
from charts.reminders import policy_frontier, ratio_forest
from models.refusal import Refusal
from ui.chart import told
from ui.errors import explained
from ui.frame import require_view
from ui.receipt import figure_row, rows_behind
from ui.reminder_policies import (
    aftermath_sentence,
    frontier_sentence,
    show_aftermath,
    show_frontier_table,
    try_a_policy,
)
from ui.reminders import (
    answer_sentence,
    group_sentence,
    groups_of,
    ratio_note,
    ratio_sentence,
    show_ratio_table,
)
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
    st.caption(group_sentence(reminders))

    st.subheader("Which reminder brings more")
    told(ratio_sentence(reminders), ratio_forest(reminders))
    st.caption(ratio_note(reminders))
    show_ratio_table(reminders)

    st.subheader("What it costs in goodwill")
    after = None
    try:
        learnt = {"learnt": compute(analyses.churn.months, view)}
        after = compute(ours.aftermath, view, given=learnt)
        st.markdown(undollared(aftermath_sentence(after)))
        show_aftermath(after)
    except Refusal as refusal:
        st.info(str(refusal))

    st.subheader("Cash against goodwill")
    fitted = {"reminders": reminders, "aftermath": after}
    tried = compute(ours.tried, view, given=fitted)
    told(frontier_sentence(tried), policy_frontier(tried))
    show_frontier_table(tried)

    st.subheader("Try a policy")
    first_day = reminders.exposure.first_day
    share_overdue = compute(ours.overdue_share, view, given=rows, first_day=first_day)
    try:
        personas = compute(analyses.personas.run, view)
    except Refusal:
        personas = None
    groups = groups_of(personas, ours.hard_pressed(rows["rows"]))
    try_a_policy(reminders, after, share_overdue, groups)

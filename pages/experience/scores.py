"""Scores: NPS, CSAT and CES with their noise, who answers, and what has really moved."""

import streamlit as st

import analyses.scores
from charts.scores import group_dots, score_course
from models.score_scales import SCALES
from ui import url_state
from ui.chart import told
from ui.errors import end_page, explained, say
from ui.frame import require_view
from ui.personas import personas_or_why
from ui.receipt import figure_row, rows_behind
from ui.results import compute
from ui.scores import (
    course_sentence,
    group_sentence,
    response_sentence,
    scale_sentence,
    show_groups,
    show_weightings,
)
from ui.text import undollared

st.title("Scores")
st.markdown(
    "What customers say, with how far it may be off: several answers of one customer are not "
    "several customers, and what moves within noise has not moved."
)
view = require_view()
ours = analyses.scores

with explained():
    rows = {"rows": compute(ours.read, view)}
    scores = compute(ours.run, view, given=rows)
    figure_row(view, scores.figures(), rows_behind(ours.receipt_rows, view), columns=3)
    known = {name: scale.label for name, scale in SCALES.items() if name in scores.response}
    measure = url_state.choose("Score", "score", known)
    st.caption(scale_sentence(measure))

    st.subheader("Over time")
    told(course_sentence(scores, measure), score_course(scores, measure))
    st.caption(
        "Three months each, up to the as-of date; bars are 95 % intervals. A change is coloured "
        "where at most one in twenty such statements is chance."
    )

    st.subheader("Who answers")
    st.markdown(undollared(response_sentence(scores, measure)))
    show_weightings(scores, measure)

    st.subheader("Group by group")
    cuts = {**ours.CUTS, "persona": "Persona"}
    cut = url_state.choose("Compare by", "by", cuts, kind=st.selectbox, width=250)
    by_cut = scores
    if cut == "persona":
        _, personas, why = personas_or_why(view)
        if personas is None:
            st.info(say(why))
            end_page()
        by_cut = compute(ours.of_personas, view, given={**rows, "personas": personas})
    told(group_sentence(by_cut, measure, cut, cuts[cut].lower()), group_dots(by_cut, measure, cut))
    show_groups(by_cut, measure, cut)

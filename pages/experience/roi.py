"""Return of initiatives: what to do under a budget, what it is worth, and what it hangs on."""

import streamlit as st

import analyses.churn
import analyses.lifetime_value
import analyses.linkage
import analyses.poor_experience
import analyses.roi
import analyses.unit_economics
from charts.roi import fan_spec, share_chart, swing_chart
from models.costs import refuse_without_costs
from models.roi import tornado, value_of_information
from models.scenarios import Scenario
from ui import url_state
from ui.chart import told_live
from ui.claims import register_claim, show_record
from ui.errors import explained
from ui.frame import View, require_view
from ui.personas import personas_or_why
from ui.receipt import figure_row, rows_behind
from ui.results import compute
from ui.roi import choose_initiatives, choose_terms, show_assumptions, show_flows, show_shares
from ui.roi_words import (
    choice_sentence,
    fan_sentence,
    information_sentence,
    overlap_sentence,
    swing_sentence,
    titles_of,
)
from ui.scenarios import choose_start, compare_scenarios, keep_scenario, kept_scenarios
from ui.text import undollared

st.title("Return on initiatives")
st.markdown("What better experience would bring: which initiatives to choose, and how sure it is.")
view = require_view()


@url_state.fragment
def build(view: View, found: analyses.roi.Company, start: Scenario | None) -> None:
    """Everything that a slider moves."""
    answer = st.container()
    offer = choose_initiatives(start.initiatives if start else analyses.roi.templates(found), start)
    terms = choose_terms(found, offer, start)
    with explained():
        choice, roi = analyses.roi.best(found, offer, view.as_of, **terms)
        answer.markdown(undollared(choice_sentence(choice, offer, view.currency)))
        behind = rows_behind(analyses.roi.receipt_rows, view, given={"found": roi}, **terms,
                             offer=repr(offer))  # fmt: skip
        figure_row(view, roi.figures(), behind, confidence=0.8)
        told_live(fan_sentence(roi, view.currency), fan_spec(), roi.fan, key="plan_fan",
                  name="What the plan gains in today's money, month by month")  # fmt: skip
        show_flows(roi)

        st.subheader("Who brings what")
        told_live(overlap_sentence(roi, view.currency), *share_chart(choice, view.currency),
                  key="plan_shares", name="What each initiative brings")  # fmt: skip
        st.caption("Bar: its part of the joint value (Shapley). Tick: what it would bring alone.")

        st.subheader("What it hangs on")
        swings = tornado(roi)
        told_live(swing_sentence(swings, roi, view.currency), *swing_chart(swings, titles_of(roi)),
                  key="plan_swings", name="What the value of the plan hangs on")  # fmt: skip
        st.markdown(undollared(information_sentence(value_of_information(roi), roi, view.currency)))
        show_shares(roi)
    st.subheader("What went in")
    show_assumptions(offer, found)
    keep_scenario(offer, terms)
    with explained():
        register_claim(view, found, offer)


with explained(ends_page=True):
    given = {"year": compute(analyses.unit_economics.flows, view)}
    refuse_without_costs(given["year"]["cost_of_goods"])
    learnt = {"learnt": compute(analyses.churn.months, view)}
    given["outlook"] = compute(analyses.churn.outlook, view, given=learnt)
    # The margins of the page of lifetime value, which are shrunk towards those of a persona.
    alike = {**given, "personas": personas_or_why(view)[1]}
    given["expected"] = compute(analyses.lifetime_value.margins, view, given=alike)
    given["linked"] = lambda: compute(analyses.linkage.run, view, given=learnt)
    read = {**learnt, "year": given["year"]}
    given["ledger"] = compute(analyses.poor_experience.run, view, given=read)
    found = compute(analyses.roi.company, view, given=given)
    kept = kept_scenarios()
    build(view, found, choose_start(kept))

st.subheader("Scenarios side by side")
with explained():
    compare_scenarios(view, found, kept)

st.subheader("Claims and what came of them")
with explained():
    show_record(view)

"""Tariff designer: what another tariff would bill each customer, and who wins and who loses."""

import streamlit as st

import analyses.pricing
import reports.pricing
from charts.pricing import bill_changes, price_curve, scenario_dots, schedule_lines
from models.price_curve import cliffs
from models.price_schedules import price_schedules
from models.pricing import PriceScenario
from reports.edition import Edition
from ui import url_state
from ui.chart import told
from ui.designer_reaction import asked_reaction, show_reaction
from ui.errors import explained
from ui.frame import require_view
from ui.personas import personas_or_why
from ui.price_scenarios import compare_kept, compared_sentence, repriced
from ui.pricing import (
    WAYS,
    answer_sentence,
    choose_scenario,
    choose_terms,
    choose_who,
    curve_sentence,
    curves_of,
    most_units,
    schedule_sentence,
    show_backbill,
    show_conventions,
    show_invoice,
    show_losers,
    show_totals,
)
from ui.receipt import figure_row, rows_behind
from ui.results import compute
from ui.tariff_editor import cliff_sentence, edit_tariff
from warehouse.workspace import Workspace

st.title("Tariff designer")
st.markdown("What another tariff would bill each customer for the same use, and who loses by it.")
view = require_view()
ours = analyses.pricing

with explained():
    billed = compute(ours.run, view)
    figure_row(view, billed.figures(), rows_behind(ours.receipt_rows, view))
    show_backbill(billed)
    _, personas, _ = personas_or_why(view)
    base = compute(ours.base_by_persona, view, given={"billed": billed, "personas": personas})

    st.subheader("Another tariff")
    way = url_state.choose("What to try", "way", WAYS)
    if way == "change":
        who = choose_who(base)
        scenario = choose_scenario("This scenario", who)
    else:
        start, origin, made = edit_tariff(base)
        who = choose_who(base, like=start)
        scenario = PriceScenario("This scenario", tariff=made, who=who, **choose_terms())
        for charge in (charge for charge in made.charges if charge.metered):
            top = most_units(base, start)
            told(
                curve_sentence(charge, top),
                price_curve(curves_of(charge, origin, made, top), made.currency),
            )
            if found := cliffs(charge, made.conventions):
                st.warning(cliff_sentence(found, made.currency), icon=":material/warning:")
        show_conventions(made)

    st.subheader("What it would do")
    outcome = repriced(view, base, scenario)
    told(answer_sentence(outcome, view.currency), bill_changes(outcome))
    show_totals(outcome, view.currency)
    schedules = price_schedules(outcome, compute(ours.paid_after, view))
    told(schedule_sentence(schedules, view.currency), schedule_lines(schedules, view.currency))

    st.subheader("With the reaction")
    reacting = asked_reaction(view)
    if reacting is not None:
        show_reaction(view, outcome, reacting)

    st.subheader("Who pays more")
    show_losers(outcome, view.currency)
    show_invoice(outcome)

    st.subheader("Scenarios side by side")
    settings = Workspace.open(view.folder).settings
    found = compare_kept(view, base, outcome, settings, reacting)
    told(compared_sentence(found, view.currency), scenario_dots(found.table, view.currency))
    edition = Edition(
        view.company, view.snapshot.id, view.as_of, view.currency, cut=view.filters_in_words
    )
    st.download_button(
        "Download a slide of them",
        lambda: reports.pricing.scenario_deck(found, billed, edition),
        "price_scenarios.pptx",
        icon=":material/co_present:",
        on_click="ignore",
    )

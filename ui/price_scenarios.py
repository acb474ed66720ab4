"""Scenarios of prices side by side: kept by name, compared, and taken away again."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

import analyses.price_scenarios
from models.price_scenarios import MOST_SCENARIOS, PriceScenarios, compare_scenarios
from models.pricing import PriceBase, PriceOutcome, PriceScenario, reprice
from models.refusal import Refusal
from ui import url_state
from ui.designer_reaction import Reacting
from ui.download import offer_csv
from ui.errors import say
from ui.frame import View
from ui.tables import WHOLE, height_of
from ui.text import count_of, escape, money
from warehouse.settings import Settings

__all__ = ["compare_kept", "compared_sentence", "repriced"]

HEADINGS = {
    "scenario": "Scenario",
    "change": "Revenue of a year, same use",
    "low": "95 % from",
    "high": "to",
    "static": "Revenue, nobody reacts",
    "revenue": "Revenue with reaction",
    "revenue_low": "Reaction from",
    "revenue_high": "Reaction to",
    "margin": "Margin of a year, same use",
    "margin_change": "Change of margin with reaction",
    "lost": "Customers lost",
    "enquiries": "Enquiries",
    "pay_more": "Pay more",
    "pay_less": "Pay less",
    "median_change": "Median change of a bill",
    "over_25_percent": "Up by more than 25 %",
    "what": "What it is",
}
MONEY = ("change", "low", "high", "static", "revenue", "revenue_low", "revenue_high", "margin",
         "margin_change")  # fmt: skip
LONGEST_NAME = 60


def repriced(view: View, base: PriceBase, scenario: PriceScenario) -> PriceOutcome:
    """The outcome of a scenario; those that stand beside a changing one are worked out once."""
    return outcome_of(view.key, repr(replace(scenario, name="")), scenario.name, base, scenario)


@st.cache_resource(max_entries=24, show_spinner=False)
def outcome_of(
    key: tuple, said: str, name: str, _base: PriceBase, _scenario: PriceScenario
) -> PriceOutcome:
    return reprice(_base, _scenario)


def compare_kept(
    view: View,
    base: PriceBase,
    outcome: PriceOutcome,
    settings: Settings,
    reacting: Reacting | None,
) -> PriceScenarios:
    """Keep the scenario on the page under a name, and show it beside those kept, six in all."""
    keep_form(settings, outcome.scenario)
    kept, unread = analyses.price_scenarios.kept(settings)
    for name, why in unread.items():
        st.caption(f"“{escape(name, longest=LONGEST_NAME)}”: {say(why)}")
    chosen = url_state.choose_many("Beside it", "beside", list(kept)) if kept else ()
    outcomes = [outcome]
    for name in chosen or list(kept):
        try:
            outcomes.append(repriced(view, base, kept[name]))
        except Refusal as refusal:
            st.caption(say(refusal))
    if len(outcomes) > MOST_SCENARIOS:
        st.caption(
            f"{count_of(len(outcomes), 'scenario')} are too many to look at: the first "
            f"{MOST_SCENARIOS} are shown. Choose which stand beside this one."
        )
    outcomes = outcomes[:MOST_SCENARIOS]
    reactions = None
    if reacting is not None:
        ours = analyses.price_scenarios
        reactions = [ours.reacted(each, *reacting)[0] for each in outcomes]
    found = compare_scenarios(outcomes, reactions)
    show_table(found.table, with_reaction=reacting is not None)
    st.caption(scope_note(found))
    if kept:
        remove_form(settings, list(kept))
    return found


def keep_form(settings: Settings, scenario: PriceScenario) -> None:
    with st.form("keep_scenario", border=False):
        typed = st.text_input("Name of this scenario", max_chars=LONGEST_NAME, width=300)
        pressed = st.form_submit_button("Keep it", icon=":material/bookmark_add:")
    if pressed and typed.strip():
        analyses.price_scenarios.keep(settings, replace(scenario, name=typed.strip()))
    elif pressed:
        st.caption("Give it a name, so that it can be found again. Nothing was kept.")


def remove_form(settings: Settings, names: Sequence[str]) -> None:
    def remove() -> None:
        if name := st.session_state["removed_scenario"]:
            analyses.price_scenarios.remove(settings, name)

    with st.expander("Remove a kept scenario", icon=":material/bookmark_remove:"):
        st.selectbox("Scenario", names, key="removed_scenario", index=None, width=300)
        st.button("Remove it", on_click=remove, key="remove_scenario")


def show_table(table: pd.DataFrame, *, with_reaction: bool) -> None:
    names = [name for name in HEADINGS if with_reaction or table[name].notna().any()]
    shown = table[names].copy()
    for name in {*MONEY, "lost", "enquiries"} & set(names):
        # Rounded here: what is just below nothing would be drawn as -0.
        shown[name] = shown[name].round() + 0.0
    shown = shown.rename(columns=HEADINGS)
    number = st.column_config.NumberColumn
    st.dataframe(
        shown,
        hide_index=True,
        height=height_of(shown),
        alt="Scenarios side by side",
        column_config={HEADINGS[name]: number(format=WHOLE) for name in MONEY if name in names}
        | {HEADINGS[name]: number(format="%+.0f") for name in ("lost", "enquiries")}
        | {HEADINGS["median_change"]: number(format="percent")},
    )
    offer_csv("Download the scenarios", table, "price_scenarios.csv", key="price_scenarios")


def scope_note(found: PriceScenarios) -> str:
    """Which months the columns are of."""
    said = "A year, same use: twelve months with the new prices in force from the first."
    if found.months:
        said += (
            f" Nobody reacts, and with reaction: the next {count_of(found.months, 'month')}, as "
            "today until the new prices reach a customer."
        )
    return said


def compared_sentence(found: PriceScenarios, currency: str) -> str:
    """Which scenario brings the most for the same use, and for how many bills."""
    best = found.table.loc[found.table["change"].idxmax()]
    if len(found.table) == 1:
        return "This scenario against the prices of today. Keep it to put others beside it."
    return (
        f"Of {count_of(len(found.table), 'scenario')}, **{escape(best['scenario'])}** brings the "
        f"most for the same use: {money(best['change'], currency)} a year."
    )

"""What customers would do about the bills of a scenario, beside what they would pay."""

import pandas as pd
import streamlit as st

import analyses.churn
import analyses.price_reaction
import analyses.price_scenarios
from models.churn_outlook import ChurnOutlook
from models.price_reaction import PriceReaction
from models.pricing import PriceOutcome
from models.simulated_reaction import SimulatedReaction
from ui import url_state
from ui.frame import View
from ui.price_reaction import reaction_of, show_totals
from ui.results import compute
from ui.text import count, count_of, money, signed, undollared

__all__ = ["Reacting", "asked_reaction", "read_reaction", "show_reaction"]

CHOICES = {"no": "Nobody reacts", "yes": "Customers react"}

#: The reaction, the outlook without it, and the customers it is of.
Reacting = tuple[PriceReaction, ChurnOutlook, pd.DataFrame]


def asked_reaction(view: View) -> Reacting | None:
    """What reactions are drawn from, where they are asked for."""
    if url_state.choose("What customers do", "reaction", CHOICES) == "no":
        st.caption(
            "Choose “Customers react” for leaving, use, enquiries and days to pay with it: "
            "estimated where the data carry it, otherwise assumed and said so on the page of "
            "price reactions. The first time takes a while."
        )
        return None
    return read_reaction(view)


def read_reaction(view: View) -> Reacting:
    """What reactions are drawn from; how far it has come is shown."""
    with st.status("Reading how customers answered bills and prices", expanded=True) as status:
        st.write("Bills, enquiries and answers, and what they went with")
        reaction, _ = reaction_of(view)
        st.write("Who would leave anyway")
        learnt = {"learnt": compute(analyses.churn.months, view)}
        ahead = compute(analyses.churn.outlook, view, given=learnt)
        given = {"outlook": ahead}
        customers = compute(analyses.price_reaction.customers_now, view, given=given)
        status.update(label="How customers answer is known", state="complete", expanded=False)
    return reaction, ahead, customers


def show_reaction(view: View, outcome: PriceOutcome, reacting: Reacting) -> SimulatedReaction:
    """The scenario with nobody reacting and with the reaction, side by side."""
    found, customers = analyses.price_scenarios.reacted(outcome, *reacting)
    st.markdown(undollared(reaction_sentence(found, view.currency, outcome.scenario.begins)))
    show_totals(found, customers, view.currency)
    return found


def reaction_sentence(found: SimulatedReaction, currency: str, begins: int = 0) -> str:
    """Revenue and margin without and with the reaction, and who leaves for it.

    `begins` is the month from now in which the new prices reach customers.
    """
    if begins >= found.months:
        return (
            f"The new prices reach customers in {count_of(begins, 'month')}, and what customers do "
            f"is known for {found.months} ahead: within them nothing changes."
        )
    revenue, margin, lost = (found.of(name) for name in ("revenue", "margin", "customers_lost"))
    within = [money(revenue[end], currency) for end in ("low", "high")]
    left = [money(margin[end], currency) for end in ("low", "high")]
    since = f" The new prices reach customers in {count_of(begins, 'month')}." if begins else ""
    return (
        f"Within {found.months} months, revenue changes by "
        f"**{money(revenue['static'], currency)}** if nobody reacts and by "
        f"**{money(revenue['reaction'], currency)}** ({within[0]} to {within[1]}) with the "
        f"reaction; margin by {money(margin['reaction'], currency)} ({left[0]} to {left[1]}). "
        f"{count(found.base_lost)} customers are expected to leave anyway; the scenario makes that "
        f"{signed(lost['reaction'])} ({signed(lost['low'])} to {signed(lost['high'])}).{since}"
    )

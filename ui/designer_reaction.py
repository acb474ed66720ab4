"""What customers would do about the bills of a scenario, beside what they would pay."""

import streamlit as st

import analyses.churn
import analyses.price_reaction
from models.pricing import MONTHS, PriceOutcome
from models.simulated_reaction import SimulatedReaction
from ui import url_state
from ui.frame import View
from ui.price_reaction import reaction_of, show_totals
from ui.results import compute
from ui.text import count, money, undollared

__all__ = ["show_reaction"]

CHOICES = {"no": "Nobody reacts", "yes": "Customers react"}


def show_reaction(view: View, outcome: PriceOutcome) -> None:
    """The scenario with nobody reacting and with the reaction, side by side, where it is asked."""
    if url_state.choose("What customers do", "reaction", CHOICES) == "no":
        st.caption(
            "Choose “Customers react” for leaving, use, enquiries and days to pay with it: "
            "estimated where the data carry it, otherwise assumed and said so on the page of "
            "price reactions. The first time takes a while."
        )
        return
    reaction, _ = reaction_of(view)
    learnt = {"learnt": compute(analyses.churn.months, view)}
    ahead = compute(analyses.churn.outlook, view, given=learnt)
    given = {"outlook": ahead}
    customers = compute(analyses.price_reaction.customers_now, view, given=given)
    months = min(MONTHS, ahead.last_month)
    priced = outcome.customers.set_index("customer_id").reindex(customers["customer_id"])
    # Whoever has no tariff in the books keeps its bill.
    ratio = priced["ratio"].fillna(1.0).to_numpy()
    monthly = (priced["old"] / MONTHS).fillna(customers.set_index("customer_id")["monthly_value"])
    found = reaction.simulate(
        ratio,
        analyses.price_reaction.base_hazards(ahead, months),
        monthly_bill=monthly.to_numpy(),
        metered=customers["metered"],
        monthly_cost=(priced["cost"] / MONTHS).fillna(0.0).to_numpy(),
        months=months,
    )
    st.markdown(undollared(reaction_sentence(found, view.currency)))
    at_full = customers.assign(monthly_value=monthly.to_numpy())
    show_totals(found, at_full, view.currency)


def reaction_sentence(found: SimulatedReaction, currency: str) -> str:
    """Revenue and margin without and with the reaction, and who leaves for it."""
    revenue, margin, lost = (found.of(name) for name in ("revenue", "margin", "customers_lost"))
    within = [money(revenue[end], currency) for end in ("low", "high")]
    left = [money(margin[end], currency) for end in ("low", "high")]
    return (
        f"Within {found.months} months, revenue changes by "
        f"**{money(revenue['static'], currency)}** if nobody reacts and by "
        f"**{money(revenue['reaction'], currency)}** ({within[0]} to {within[1]}) with the "
        f"reaction; margin by {money(margin['reaction'], currency)} ({left[0]} to {left[1]}). "
        f"{count(found.base_lost)} customers are expected to leave anyway; the scenario makes that "
        f"{lost['reaction']:+.0f} ({lost['low']:+.0f} to {lost['high']:+.0f})."
    )

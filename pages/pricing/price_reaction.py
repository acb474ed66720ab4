"""Price reaction: what customers do when a bill is not what they expect."""

import streamlit as st

import analyses.churn
import analyses.price_reaction
from charts.price_reaction import reaction_curve
from models.price_reaction import OUTCOMES
from ui import url_state
from ui.chart import told
from ui.errors import explained
from ui.frame import require_view
from ui.price_reaction import (
    FURTHEST,
    choose_assumptions,
    curve_sentence,
    estimates_note,
    reaction_of,
    show_estimates,
    show_totals,
    what_if_sentence,
)
from ui.receipt import figure_row, rows_behind
from ui.results import compute
from ui.text import signed, undollared

st.title("Price reaction")
st.markdown("What customers do when a bill is not what they expect, and what that is worth.")
view = require_view()
ours = analyses.price_reaction

with explained():
    reaction, read = reaction_of(view)
    given = {"read": read, "reaction": reaction}
    figure_row(
        view, reaction.figures(), rows_behind(ours.receipt_rows, view, given=given), columns=2
    )
    percent = url_state.slide(
        "Change of the bill in percent", "change", -FURTHEST, FURTHEST, default=10,
        help=f"Prices in this data changed by {signed(100 * reaction.seen('down'))} to "
        f"{signed(100 * reaction.seen('up'))} %.",
    )  # fmt: skip
    change = percent / 100
    with st.expander("Set what cannot be estimated", icon=":material/tune:"):
        said = choose_assumptions(reaction, change >= 0)
        if not said:
            st.markdown("Every effect of such a change is estimated from this data.")
    reaction = reaction.assuming(said)

    st.subheader("What a change of the bill does")
    outcome = url_state.choose(
        "Reaction", "outcome", {name: o.label for name, o in OUTCOMES.items()}, kind=st.selectbox
    )
    steps = [place / 100 for place in range(-FURTHEST, FURTHEST + 1)]
    told(curve_sentence(reaction, outcome, change), reaction_curve(reaction, outcome, steps))
    show_estimates(reaction)
    st.caption(estimates_note(reaction))

    st.subheader("If every bill changed like that")
    learnt = {"learnt": compute(analyses.churn.months, view)}
    ahead = compute(analyses.churn.outlook, view, given=learnt)
    customers = compute(ours.customers_now, view, given={"outlook": ahead})
    months = url_state.slide("Months", "months", 1, min(ahead.last_month, 24), default=12)
    found = reaction.simulate(
        [1 + change] * len(customers), ours.base_hazards(ahead, months),
        monthly_bill=customers["monthly_value"], metered=customers["metered"], months=months,
    )  # fmt: skip
    st.markdown(undollared(what_if_sentence(found, change, view.currency)))
    show_totals(found, customers, view.currency)
    st.caption(
        "The same change for all customers of the view. Nobody reacts: all stay and use as they "
        "would have. With the reaction: after half a year nothing that lasts was estimated, so "
        "leaving is as before; use stays changed. The intervals are of what is not known of the "
        "effects, not of the luck of single customers. Costs are not in it: the tariff designer "
        "has them."
    )

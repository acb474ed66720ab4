"""Lifetime value: what the customers of today are still to bring, and who of them."""

import streamlit as st

import analyses.churn
import analyses.lifetime_value
import analyses.repeat_purchases
from charts.lifetime_value import cause_bars, concentration_curve, flow_bars, group_dots
from ui import url_state
from ui.chart import told
from ui.errors import explained
from ui.frame import open_workspace, require_view
from ui.lifetime_value import (
    assumptions,
    causes_sentence,
    choose_group,
    choose_terms,
    concentration_sentence,
    flows_sentence,
    groups_sentence,
    margin_sentence,
    show_customers,
    show_flows,
    show_groups,
    show_invoices,
)
from ui.receipt import figure_row, rows_behind
from ui.repeat_purchases import repeat_sentence, show_repeat_customers
from ui.results import compute, rows_of
from ui.text import undollared

st.title("Lifetime value")
st.markdown(
    "What the customers of today are still to bring after all costs, who of them holds it, and "
    "what leaving takes from it."
)
view = require_view()
ours = analyses.lifetime_value

with explained():
    personas = compute(ours.personas_or_none, view)
    outlook = compute(analyses.churn.outlook, view)
    expected = compute(ours.margins, view, given={"outlook": outlook, "personas": personas})
    terms = choose_terms(outlook.last_month, open_workspace().settings.discount_rate)
    given = {"outlook": outlook, "expected": expected}
    value = compute(ours.run, view, given=given, **terms)
    given["value"] = value
    figure_row(view, value.figures(), rows_behind(ours.receipt_rows, view, **terms), columns=2)
    st.caption(assumptions(value, view.currency))

    st.subheader("Who holds it")
    told(concentration_sentence(value, view.currency), concentration_curve(value))
    by = choose_group(personas is not None)
    groups = compute(
        ours.groups, view, given={"value": value, "personas": personas}, by=by, **terms
    )
    per_customer = (
        url_state.choose("Value", "of", {"all": "Of all together", "one": "Of a customer"}) == "one"
    )
    dots = group_dots(groups, currency=view.currency, per_customer=per_customer)
    told(groups_sentence(groups, view.currency), dots)
    st.caption("Dot and line: value and its 95 % interval. Upright tick: the simple baseline.")
    show_groups(groups)

    st.subheader("What leaving takes")
    told(causes_sentence(value, view.currency), cause_bars(value, currency=view.currency))

    st.subheader("Customers by value")
    rows = compute(ours.receipt_rows, view, given={"value": value},
                   figure_id="lifetime_value.portfolio", **terms)  # fmt: skip
    show_customers(rows, view)

    st.subheader("One customer")
    customer = url_state.write_in("Customer number", "customer", max_chars=80, width=250,
                                  default=rows["customer_id"].iloc[0])  # fmt: skip
    flows = compute(ours.cash_flows, view, given=given, customer_id=customer, **terms)
    names = rows.set_index("customer_id")["name"]
    told(flows_sentence(flows, names[customer], view.currency),
         flow_bars(flows, currency=view.currency))  # fmt: skip
    st.caption("Bars: what a month brings and takes. Line: what is left of it.")
    st.markdown(undollared(margin_sentence(expected, customer, view.currency)))
    show_flows(flows, customer)
    st.markdown("**The invoices behind its margin**")
    show_invoices(
        rows_of(ours.invoices_behind, view, customer_id=customer), customer, view.currency
    )

with explained():
    st.subheader("Customers without a contract")
    repeat = compute(analyses.repeat_purchases.run, view)
    st.markdown(undollared(repeat_sentence(repeat, view.currency)))
    show_repeat_customers(repeat)

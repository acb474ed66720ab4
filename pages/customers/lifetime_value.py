"""Lifetime value: what the customers of today are still to bring, and who of them."""

import streamlit as st

import analyses.churn
import analyses.lifetime_value
import analyses.repeat_purchases
import analyses.unit_economics
from charts.lifetime_value import cause_bars, concentration_curve, flow_bars, group_dots
from ui import url_state
from ui.chart import told
from ui.errors import explained
from ui.frame import open_workspace, require_view
from ui.lifetime_value import (
    causes_sentence,
    choose_group,
    choose_terms,
    concentration_sentence,
    flows_sentence,
    groups_sentence,
    margin_sentence,
    show_assumptions,
    show_customers,
    show_flows,
    show_groups,
    show_invoices,
    value_sentence,
)
from ui.personas import personas_or_why
from ui.receipt import figure_row, rows_behind
from ui.repeat_purchases import repeat_sentence, show_repeat_customers
from ui.results import compute, rows_of
from ui.text import undollared

st.title("Lifetime value")
st.markdown("What today's customers are still to bring, who holds it, and what leaving takes.")
view = require_view()
ours = analyses.lifetime_value

with explained():
    _, personas, _ = personas_or_why(view)
    learnt = compute(analyses.churn.months, view)
    outlook = compute(analyses.churn.outlook, view, given={"learnt": learnt})
    year = {"year": compute(analyses.unit_economics.flows, view)}
    read = {"outlook": outlook, "personas": personas, **year}
    expected = compute(ours.margins, view, given=read)
    # The answer stands above the controls that it follows.
    answer = st.container()
    terms = choose_terms(outlook.last_month, open_workspace().settings.discount_rate)
    given = {"outlook": outlook, "expected": expected}
    lives = {"lives": compute(analyses.churn.lives, view)}
    value = compute(ours.run, view, given={**given, **lives}, **terms)
    given["value"] = value
    answer.markdown(undollared(value_sentence(value, view.currency)))
    behind = rows_behind(ours.receipt_rows, view, given={"value": value}, **terms)
    figure_row(view, value.figures(), behind, columns=2)
    show_assumptions(value, view.currency)

    st.subheader("Who holds it")
    told(concentration_sentence(value, view.currency), concentration_curve(value))
    by = choose_group(personas is not None)
    held = {"value": value, "personas": personas}
    groups = compute(ours.groups, view, given=held, by=by, **terms)
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
    invoices = rows_of(ours.invoices_behind, view, customer_id=customer)
    show_invoices(invoices, customer, view.currency)

with explained():
    st.subheader("Customers without a contract")
    year = {"year": compute(analyses.unit_economics.flows, view)}
    repeat = compute(analyses.repeat_purchases.run, view, given=year)
    st.markdown(undollared(repeat_sentence(repeat, view.currency)))
    show_repeat_customers(repeat)

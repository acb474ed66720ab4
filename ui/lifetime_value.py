"""Lifetime value in words and tables: how much, who holds it, what it rests on."""

import pandas as pd
import streamlit as st

from charts.churn import CAUSE_LABELS
from models.expected_margins import ExpectedMargins
from models.lifetime_value import LifetimeValue
from ui import url_state
from ui.download import offer_csv
from ui.frame import View
from ui.results import RowsOf
from ui.tables import AMOUNT, ROWS_SHOWN, WHOLE, columns_of, height_of, percents
from ui.text import count_of, escape, exact_money, label_of, money, share, undollared
from warehouse.segments import SEGMENTS

__all__ = [
    "causes_sentence",
    "choose_group",
    "choose_terms",
    "concentration_sentence",
    "flows_sentence",
    "groups_sentence",
    "margin_sentence",
    "show_assumptions",
    "show_customers",
    "show_flows",
    "show_groups",
    "show_invoices",
    "usual_terms",
    "value_sentence",
]

#: What customers can be cut by.
GROUPS = ("persona", "industry", "country", "region", "size", "terms", "billing_model")
LONGEST_HORIZON = 60


def choose_terms(longest: int, discount_rate: float) -> dict[str, float]:
    """Horizon, discount rate and growth, kept in the link; what is not moved is as in settings."""
    left, middle, right = st.columns(3)
    longest = max(min(longest, LONGEST_HORIZON), 1)
    with left:
        horizon = url_state.slide(
            "Months ahead", "horizon", 1, longest, default=min(36, longest),
            help="Nothing beyond them counts. As far as the data can speak of leaving.",
        )  # fmt: skip
    usual = round(100 * discount_rate)
    with middle:
        percent = url_state.slide(
            "Discount rate, % a year", "discount", 0, 30, default=usual,
            help="What money later is worth less, and what money tied up in invoices costs. The "
            "default is in the settings.",
        )  # fmt: skip
    with right:
        growth = url_state.slide(
            "Growth of margins, % a year", "growth", -10, 10, default=0,
            help="Of customers who stay. A choice: past growth is not carried on by itself.",
        )  # fmt: skip
    rate = discount_rate if percent == usual else percent / 100
    return {"horizon": horizon, "discount_rate": rate, "growth": growth / 100}


def usual_terms(longest: int, discount_rate: float) -> dict[str, float]:
    """What `choose_terms` gives while nothing is moved."""
    horizon = min(36, max(min(longest, LONGEST_HORIZON), 1))
    return {"horizon": horizon, "discount_rate": discount_rate, "growth": 0.0}


def show_assumptions(value: LifetimeValue, currency: str) -> None:
    """What the value assumes and how far it can be relied on."""
    terms = value.terms
    months = count_of(terms.horizon, "month")
    beyond = (
        f"{share(value.share_beyond)} of it lies further ahead than the books reach back."
        if value.share_beyond > 0
        else "None of it lies further ahead than the books reach back."
    )
    grows = f", growing {share(terms.growth)} a year" if terms.growth else ""
    first, last = (
        money(amount, currency)
        for amount in (value.with_first_payment, value.without_first_payment)
    )
    st.caption(
        undollared(
            f"{months} ahead, discounted at {share(terms.discount_rate)} a year. {beyond} The "
            f"simple baseline says {money(value.baseline, currency)}."
        )
    )
    lines = (
        f"Margins are as in the last year{grows}, less expected bad debt and "
        f"{share(terms.financing_rate)} a year for money tied up in invoices.",
        f"Months count as they pass; paid on their first day the value is {first}, on their last "
        f"{last}.",
        "The interval is that of the expected value: whether one customer leaves is chance on top "
        "of it.",
        "The simple baseline is last year's margin times the months a customer stays at the "
        "company's own churn rate, undiscounted.",
        "What winning a new customer is worth is another question: see LTV:CAC on the page Unit "
        "economics.",
    )
    with st.expander("What the value assumes"):
        st.markdown(undollared("\n".join(f"- {line}" for line in lines)))


def value_sentence(value: LifetimeValue, currency: str) -> str:
    """What all customers of today are still to bring, and one of them."""
    whole, mean = value.figures()
    ends = ""
    if whole.confidence:
        low, high = (money(end, currency) for end in (whole.low, whole.high))
        ends = f" ({low} to {high}, {share(whole.confidence, 0)} interval)"
    months = count_of(value.terms.horizon, "month")
    return (
        f"{count_of(whole.n, 'customer')} of today are still to bring "
        f"**{money(whole.value, currency)}**{ends} after all costs within {months}, or "
        f"**{money(mean.value, currency)}** each."
    )


def concentration_sentence(value: LifetimeValue, currency: str) -> str:
    """How much the best tenth hold, and how many cost more than they bring."""
    best = value.deciles().iloc[0]
    below = value.customers["cltv"] < 0
    said = f"The best tenth of customers hold **{share(best['share'], 0)}** of the value."
    if not below.any():
        return said + " Every customer is expected to bring more than it costs."
    lost = -float(value.customers.loc[below, "cltv"].sum())
    return (
        f"{said} {count_of(int(below.sum()), 'customer')} are expected to cost more than they "
        f"bring, **{money(lost, currency)}** in all."
    )


def choose_group(personas: bool) -> str:
    """Persona or a segment of customers."""
    names = [name for name in GROUPS if personas or name != "persona"]
    return url_state.choose(
        "Compare by", "by", {name: SEGMENTS.get(name, label_of(name)) for name in names},
        kind=st.selectbox, width=250,
    )  # fmt: skip


def groups_sentence(groups: pd.DataFrame, currency: str) -> str:
    """Which group holds most, and whose customers are worth most."""
    most, best = groups.iloc[0], groups.loc[groups["mean"].idxmax()]
    said = (
        f"**{escape(most['group'])}** hold most, {money(most['value'], currency)} with "
        f"{count_of(int(most['n']), 'customer')}"
    )
    of_one = f"{money(best['mean'], currency)} each"
    if best["group"] == most["group"]:
        return f"{said}, and a customer there is worth most too: {of_one}."
    return f"{said}; a customer is worth most among **{escape(best['group'])}**: {of_one}."


def show_groups(groups: pd.DataFrame) -> None:
    """Value of each group in numbers, with download."""
    columns = ["group", "n", "value", "low", "high", "mean", "mean_low", "mean_high", "baseline"]
    number = st.column_config.NumberColumn
    labels = {"value": "Value", "low": "From", "high": "To", "mean": "Of a customer",
              "baseline": "Simple baseline"}  # fmt: skip
    st.dataframe(
        groups[columns],
        hide_index=True,
        height=height_of(groups),
        column_order=["group", "value", "low", "high", "mean", "n", "baseline"],
        column_config={
            **columns_of(groups[columns]),
            **{name: number(label, format=WHOLE) for name, label in labels.items()},
            "n": number("Customers", format="%,d"),
        },
    )
    offer_csv("Download the groups", groups, "lifetime_value_groups.csv", key="groups")


def causes_sentence(value: LifetimeValue, currency: str) -> str:
    """What leaving costs, for which cause most, and what one more in a hundred is worth."""
    lost, point = float(value.causes["lost"].sum()), value.point_of_retention
    most = value.causes.loc[value.causes["lost"].idxmax()]
    cause = CAUSE_LABELS.get(most["cause"], escape(most["cause"]))
    return (
        f"If nobody left, the customers would bring {money(value.certain, currency)}; leaving "
        f"takes **{money(lost, currency)}**, the largest part for the cause “{cause.lower()}” "
        f"({money(most['lost'], currency)}). One customer more in a hundred who stays through a "
        f"year is worth **{money(point, currency)}** to this company "
        f"({share(point / value.portfolio)} of the value)."
    )


def show_customers(rows: pd.DataFrame, view: View) -> None:
    """Customers by value, best or worst first, with download of all of them."""
    first = url_state.choose("Order", "order", {"best": "Best first", "worst": "Worst first"})
    columns = ["customer_id", "name", "cltv", "cltv_low", "cltv_high", "cltv_baseline",
               "payment", "months"]  # fmt: skip
    table = rows.rename(columns={"contribution": "cltv"})[columns]
    if first == "worst":
        table = table.iloc[::-1]
    labels = {
        "cltv": "Lifetime value",
        "cltv_low": "From",
        "cltv_high": "To",
        "payment": "Margin of a month",
        "cltv_baseline": "Simple baseline",
    }
    number = st.column_config.NumberColumn
    st.dataframe(
        table.head(ROWS_SHOWN),
        hide_index=True,
        height=height_of(table),
        column_order=[
            "name",
            *list(labels)[:3],
            "customer_id",
            "payment",
            "months",
            "cltv_baseline",
        ],
        column_config={
            "name": st.column_config.TextColumn("Customer", width=210),
            "customer_id": "Number",
            "months": number("Months expected", format="%.1f"),
            **{name: number(label, format=WHOLE) for name, label in labels.items()},
        },
    )
    if len(table) > ROWS_SHOWN:
        st.caption(f"The first {ROWS_SHOWN} of {count_of(len(table), 'customer')}.")
    offer_csv(
        "Download all customers",
        table,
        f"lifetime_value-{view.as_of.isoformat()}.csv",
        key="customers",
        n=len(table),
    )


def margin_sentence(expected: ExpectedMargins, customer_id: str, currency: str) -> str:
    """What a month with one customer brings, from its own record and its peers'."""
    table = expected.table
    row = table[table["customer_id"] == customer_id].iloc[0]
    return (
        f"A month is expected to bring **{money(row['contribution'], currency)}** after costs and "
        f"bad debt (give or take {money(1.96 * row['std_err'], currency)}). Its own last year says "
        f"{money(row['trailing'], currency)}, customers like it {money(row['peers'], currency)}; "
        f"its own record counts for {share(row['own_share'], 0)}."
    )


def flows_sentence(flows: pd.DataFrame, name: str, currency: str) -> str:
    """What one customer is worth and how likely it is still there at the end."""
    last = flows.iloc[-1]
    return (
        f"**{escape(name)}** is worth **{money(flows['value'].sum(), currency)}**: what its "
        "months bring, each times the chance that it is still there and discounted. In month "
        f"{int(last['month'])} that chance is {share(last['staying'], 0)}."
    )


def show_flows(flows: pd.DataFrame, customer_id: str) -> None:
    """Every month with its terms; they multiply out and add up to the value."""
    shown = st.column_config.NumberColumn
    st.dataframe(
        percents(flows, "staying"),
        hide_index=True,
        height=height_of(flows),
        column_config={
            **columns_of(flows),
            "staying": shown("Still there", format="%.1f %%"),
            "discount": shown("Discount factor", format="%.4f"),
            "financing": shown("Waiting for the money", format=AMOUNT),
        },
    )
    offer_csv("Download the months", flows, f"cash_flows-{customer_id}.csv", key="flows")


def show_invoices(rows: RowsOf, customer_id: str, currency: str) -> None:
    """The invoices that the margin was measured on, and what they add up to."""
    total = rows.first[["revenue", "cost_of_goods"]].astype(float).sum()
    revenue, cost = (exact_money(total[name], currency) for name in total.index)
    said = (
        f"{count_of(rows.n, 'invoice')} of the last year, {revenue} with {cost} of cost in their "
        "lines."
    )
    if rows.n > len(rows.first):
        said = f"The first {len(rows.first)} of {count_of(rows.n, 'invoice')} of the last year."
    st.markdown(undollared(said))
    st.dataframe(
        rows.first,
        hide_index=True,
        placeholder="",
        height=height_of(rows.first),
        column_config=columns_of(rows.first),
    )
    offer_csv("Download the invoices", rows.fetch_all, f"invoices-{customer_id}.csv",
              key="invoices", n=rows.n)  # fmt: skip

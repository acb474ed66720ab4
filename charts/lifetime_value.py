"""Lifetime value: who holds it, of which kind they are, and how one customer's comes about."""

import altair as alt
import pandas as pd

from charts.churn import CAUSE_LABELS
from charts.theme import INK, LATE, MUTED, PALETTE, money_axis, name_axis, percent_axis, wrapped
from models.customer_flows import FLOWS
from models.lifetime_value import LifetimeValue

__all__ = ["MOST_GROUPS", "cause_bars", "concentration_curve", "flow_bars", "group_dots"]

#: More groups than this are a list, not a picture.
MOST_GROUPS = 15
#: What a month's value is made of, in words.
TERMS = {
    "revenue": "Revenue",
    "costs": "Costs",
    "bad_debt": "Bad debt",
    "financing": "Waiting for the money",
}


def concentration_curve(value: LifetimeValue) -> alt.LayerChart:
    """Share of the value that the best customers hold, and what it would be if all were alike."""
    curve = value.concentration()
    base = alt.Chart(curve).encode(
        alt.X("customers:Q", title="Share of customers, the best first", axis=percent_axis(),
              scale=alt.Scale(domain=[0, 1])),
        alt.Y("value:Q", title="Share of the value", axis=percent_axis()),
        tooltip=[
            alt.Tooltip("customers:Q", title="Customers", format=".0%"),
            alt.Tooltip("value:Q", title="Value", format=".1%"),
        ],
    )  # fmt: skip
    alike = pd.DataFrame({"customers": [0.0, 1.0], "value": [0.0, 1.0]})
    line = alt.Chart(alike).mark_line(color=MUTED, strokeDash=[4, 4], strokeWidth=1.5)
    return alt.layer(
        line.encode(x="customers:Q", y="value:Q"), base.mark_line(color=INK, strokeWidth=2.5)
    )


def group_dots(groups: pd.DataFrame, *, currency: str, per_customer: bool) -> alt.LayerChart:
    """Value of each group with its interval, and the simple baseline beside it."""
    value, low, high = (
        ("mean", "mean_low", "mean_high") if per_customer else ("value", "low", "high")
    )
    table = groups.head(MOST_GROUPS).sort_values(value, ascending=False)
    table = table.assign(simple=table["baseline"] / (table["n"] if per_customer else 1))
    title = f"Value {'of a customer ' if per_customer else ''}in {currency}"
    table = table.assign(label=[wrapped(str(name)) for name in table["group"]])
    order = list(table["label"])
    y = alt.Y("label:N", title=None, sort=order, axis=name_axis(order))
    base = alt.Chart(table).encode(
        y,
        tooltip=[
            alt.Tooltip("group:N", title="Group"),
            alt.Tooltip("n:Q", title="Customers", format=",.0f"),
            alt.Tooltip(f"{value}:Q", title="Value", format=",.0f"),
            alt.Tooltip(f"{low}:Q", title="Low", format=",.0f"),
            alt.Tooltip(f"{high}:Q", title="High", format=",.0f"),
            alt.Tooltip("simple:Q", title="Simple baseline", format=",.0f"),
        ],
    )
    x = alt.X(f"{value}:Q", title=title, axis=money_axis())
    rules = base.mark_rule(color=INK, strokeWidth=2.5).encode(
        alt.X(f"{low}:Q"), alt.X2(f"{high}:Q")
    )
    dots = base.mark_point(filled=True, size=90, opacity=1, color=INK).encode(x)
    simple = base.mark_tick(color=LATE, thickness=3, size=16).encode(alt.X("simple:Q"))
    return alt.layer(rules, simple, dots).properties(height=38 * len(table) + 60)


def cause_bars(value: LifetimeValue, *, currency: str) -> alt.Chart:
    """What each cause of leaving takes off the value."""
    table = value.causes.sort_values("lost", ascending=False)
    table = table.assign(share=table["lost"] / value.certain if value.certain else 0.0)
    table["label"] = [CAUSE_LABELS.get(cause, cause) for cause in table["cause"]]
    order = list(table["label"])
    return (
        alt.Chart(table)
        .mark_bar(color=LATE)
        .encode(
            alt.X("lost:Q", title=f"Value lost to it, {currency}", axis=money_axis()),
            alt.Y("label:N", title=None, sort=order, axis=name_axis(order)),
            tooltip=[
                alt.Tooltip("label:N", title="Cause"),
                alt.Tooltip("lost:Q", title=f"Lost, {currency}", format=",.0f"),
                alt.Tooltip("share:Q", title="Of what it would be if nobody left", format=".1%"),
            ],
        )
        .properties(height=30 * len(table) + 50)
    )


def flow_bars(flows: pd.DataFrame, *, currency: str) -> alt.LayerChart:
    """One customer, month by month: what flows in and out, discounted, and what is left."""
    worth = flows["staying"] * flows["discount"]
    today = flows[list(FLOWS)].mul(worth, axis=0).assign(month=flows["month"])
    long = today.melt("month", var_name="term", value_name="amount")
    long["term"] = long["term"].map(TERMS)
    every_half_year = "datum.value % 6 ? '' : datum.value"
    x = alt.X("month:O", title="Months ahead",
              axis=alt.Axis(labelAngle=0, labelExpr=every_half_year))  # fmt: skip
    bars = (
        alt.Chart(long)
        .mark_bar()
        .encode(
            x,
            alt.Y("amount:Q", title=f"Expected and discounted, {currency}", axis=money_axis()),
            alt.Color(
                "term:N",
                title=None,
                sort=list(TERMS.values()),
                scale=alt.Scale(domain=list(TERMS.values()), range=list(PALETTE[: len(TERMS)])),
                legend=alt.Legend(columns=2),
            ),
            tooltip=[
                alt.Tooltip("month:O", title="Month"),
                alt.Tooltip("term:N", title="Term"),
                alt.Tooltip("amount:Q", title=currency, format=",.2f"),
            ],
        )
    )
    left = alt.Chart(flows).mark_line(color=MUTED, point=True).encode(x, alt.Y("value:Q"))
    return alt.layer(bars, left)

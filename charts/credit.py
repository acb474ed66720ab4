"""Credit: exposure by stage, and expected exposure against the limit."""

import altair as alt

from charts.theme import INK, LATE, MUTED, money_axis, name_axis, severity
from charts.wording import money
from models.credit import Credit
from models.credit_forecast import CreditForecast

__all__ = ["MOST_CUSTOMERS", "breach_dots", "stage_bars"]

#: Customers that are drawn; the others are in the table.
MOST_CUSTOMERS = 12


def stage_bars(credit: Credit, words: dict[str, str], *, currency: str) -> alt.Chart:
    """Exposure by stage, from the order to the overdue invoice."""
    rows = credit.stages
    labels = [
        f"{words[stage]}  {money(amount, currency)}"
        for stage, amount in zip(rows["stage"], rows["amount"], strict=True)
    ]
    rows = rows.assign(label=labels, name=rows["stage"].map(words))
    return (
        alt.Chart(rows)
        .mark_bar(height=22)
        .encode(
            alt.Y("label:N", sort=labels, title=None, axis=name_axis(labels, at_most=230)),
            alt.X("amount:Q", title=f"Exposure, {currency}", axis=money_axis()),
            color=alt.Color(
                "label:N",
                sort=labels,
                scale=alt.Scale(domain=labels, range=severity(len(labels))),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("name:N", title="Stage"),
                alt.Tooltip("amount:Q", title=f"Amount, {currency}", format=",.2f"),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
                alt.Tooltip("n_customers:Q", title="Customers", format=","),
            ],
        )
        .properties(height=36 * len(labels) + 40)
    )


def breach_dots(forecast: CreditForecast, *, currency: str) -> alt.LayerChart:
    """Middle exposure of those within the limit today who may pass it, the limit beside it."""
    rows = forecast.customers
    rows = rows[rows["exposure"] <= rows["credit_limit"]].head(MOST_CUSTOMERS)
    labels = list(rows["name"])
    base = alt.Chart(rows).encode(
        alt.Y("name:N", sort=labels, title=None, axis=name_axis(labels)),
        tooltip=[
            alt.Tooltip("name:N", title="Customer"),
            alt.Tooltip("p_breach:Q", title="Chance to pass the limit", format=".0%"),
            alt.Tooltip("middle:Q", title="Middle exposure", format=",.0f"),
            alt.Tooltip("low:Q", title=f"{forecast.confidence:.0%} from", format=",.0f"),
            alt.Tooltip("high:Q", title="to", format=",.0f"),
            alt.Tooltip("credit_limit:Q", title="Limit", format=",.0f"),
            alt.Tooltip("exposure:Q", title="Today", format=",.0f"),
        ],
    )
    x = {"axis": money_axis()}
    interval = base.mark_rule(color=MUTED, strokeWidth=3, opacity=0.55).encode(
        alt.X("low:Q", title=f"Exposure in {forecast.days} days, {currency}", **x),
        alt.X2("high:Q"),
    )
    dot = base.mark_point(filled=True, size=90, color=LATE, opacity=1).encode(alt.X("middle:Q"))
    limit = base.mark_tick(color=INK, thickness=3, height=18).encode(alt.X("credit_limit:Q"))
    return alt.layer(interval, dot, limit).properties(height=32 * len(labels) + 40)

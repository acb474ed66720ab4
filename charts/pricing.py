"""Pricing: price curves of tariffs, changes of bills, and when money comes."""

from collections.abc import Sequence
from decimal import Decimal

import altair as alt
import pandas as pd

from charts.interval_dots import interval_dots
from charts.theme import INK, LATE, MUTED, money_axis, name_axis, percent_axis, series_color
from models.price_schedules import PriceSchedules
from models.pricing import PriceOutcome

__all__ = ["bill_changes", "price_curve", "scenario_dots", "schedule_lines"]

#: Changes beyond these are drawn at the edge.
WIDEST = 1.0
BINS = 40
FLOWS = ("revenue", "billing", "cash")


def price_curve(
    curves: dict[str, Sequence[tuple[Decimal, Decimal]]], currency: str
) -> alt.LayerChart:
    """What so many units cost in a month, one line a tariff."""
    rows = pd.DataFrame(
        [
            (name, float(units), float(price))
            for name, points in curves.items()
            for units, price in points
        ],
        columns=["tariff", "units", "price"],
    )
    lines = alt.Chart(rows).encode(
        alt.X("units:Q", title="Units in a month", axis=alt.Axis(format="~s", tickCount=6)),
        alt.Y("price:Q", title=f"Price ({currency})", axis=money_axis()),
        color=series_color("tariff", list(curves)),
        tooltip=[
            alt.Tooltip("tariff:N", title="Tariff"),
            alt.Tooltip("units:Q", title="Units", format=",.0f"),
            alt.Tooltip("price:Q", title=f"Price ({currency})", format=",.2f"),
        ],
    )
    return alt.layer(lines.mark_line(), lines.mark_point(opacity=0, size=60)).properties(height=280)


def bill_changes(outcome: PriceOutcome) -> alt.LayerChart:
    """How many customers pay how much more or less over twelve months."""
    rows = outcome.customers
    rows = rows[rows["affected"] & rows["ratio"].notna()]
    whole = rows["ratio"] - 1
    change = whole.clip(-WIDEST, WIDEST)
    beyond = int((whole > WIDEST).sum())
    title = "Change of the yearly bill"
    title += f" ({beyond:,} beyond +{WIDEST:.0%} drawn there)" if beyond else ""
    way = change.apply(lambda by: "more" if by > 0 else "less" if by < 0 else "the same")
    frame = pd.DataFrame({"change": change, "way": way})
    # Bins of changes that are all small would have the same name otherwise.
    form = "+.0%" if len(change) and change.max() - change.min() > 0.2 else "+.1%"
    bars = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            alt.X(
                "change:Q",
                bin=alt.Bin(maxbins=BINS),
                title=title,
                axis=percent_axis(form, labelOverlap="greedy", labelSeparation=8),
            ),
            alt.Y("count():Q", title="Customers"),
            color=alt.Color(
                "way:N",
                title="Pay",
                scale=alt.Scale(domain=["less", "the same", "more"], range=[INK, MUTED, LATE]),
            ),
            tooltip=[
                alt.Tooltip("change:Q", bin=alt.Bin(maxbins=BINS), title="Change", format=".0%"),
                alt.Tooltip("count():Q", title="Customers"),
            ],
        )
    )
    zero = alt.Chart(pd.DataFrame({"at": [0.0]})).mark_rule(color=MUTED).encode(alt.X("at:Q"))
    return alt.layer(bars, zero).properties(height=240)


def schedule_lines(schedules: PriceSchedules, currency: str) -> alt.LayerChart:
    """The difference a month of revenue, billing and cash."""
    lines = alt.Chart(schedules.table).encode(
        alt.X("month:O", title="Month from now", axis=alt.Axis(labelAngle=0)),
        alt.Y("difference:Q", title=f"Difference from today ({currency})", axis=money_axis()),
        color=series_color("flow", list(FLOWS)),
        tooltip=[
            alt.Tooltip("flow:N", title="Schedule"),
            alt.Tooltip("month:O", title="Month"),
            alt.Tooltip("difference:Q", title=f"Difference ({currency})", format=",.0f"),
        ],
    )
    return alt.layer(lines.mark_line(), lines.mark_point(filled=True, size=40)).properties(
        height=240
    )


def scenario_dots(table: pd.DataFrame, currency: str) -> alt.LayerChart:
    """Change of revenue of each scenario with its interval."""
    names = list(table["scenario"])
    base = alt.Chart(table).encode(
        alt.Y("scenario:N", sort=names, title=None, axis=name_axis(names)),
        color=alt.value(INK),
        tooltip=[
            alt.Tooltip("scenario:N", title="Scenario"),
            alt.Tooltip("change:Q", title=f"Change of revenue ({currency})", format=",.0f"),
            alt.Tooltip("low:Q", title="95 % from", format=",.0f"),
            alt.Tooltip("high:Q", title="to", format=",.0f"),
        ],
    )
    x = {"title": f"Change of yearly revenue ({currency})", "axis": money_axis()}
    dots = interval_dots(base, "change", "low", "high", even=0.0, **x)
    return dots.properties(height=60 * len(table) + 60)

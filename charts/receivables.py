"""Figures for receivables: how old they are, how fast they turn, how each month is collected."""

import altair as alt
import pandas as pd

from charts.theme import (
    INK,
    MUTED,
    PALETTE,
    height_with_legend,
    money_axis,
    month_end_axis,
    percent_axis,
    series_color,
    series_dash,
    severity,
)
from charts.wording import bucket_in_short, share
from models.payment_patterns import PaymentPatterns
from models.receivables import Receivables

__all__ = ["aging_bars", "collection_trend", "dso_trend", "payment_pattern_lines"]

DSO_LINES = {
    "dso": "Count-back",
    "dso_simple": "Simple",
    "dso_best_possible": "Best possible",
}

AVERAGE = "All months"

#: Below this share a month counts as collected, and later ages are not drawn; at least so many are.
COLLECTED, LEAST_AGES = 0.005, 6

TREND_TITLES = {
    "cei": "Collection index, 0 to 100",
    "average_days_delinquent": "Average days delinquent",
    "cash_flow_velocity": "Turns a year",
    "overdue_amount": "Overdue",
    "open_amount": "Open",
}


def aging_bars(receivables: Receivables, *, currency: str) -> alt.Chart:
    """Open amount by age, each bar with its share of the whole."""
    age = "past due" if receivables.aging_by == "due" else "old"
    table = receivables.aging.assign(
        share=receivables.aging["share"].fillna(0.0),
        label=[
            f"{bucket_in_short(bucket)}|{part_in_short(part)}"
            for bucket, part in zip(
                receivables.aging["bucket"], receivables.aging["share"].fillna(0.0), strict=True
            )
        ],
        band=[bucket_in_short(bucket) for bucket in receivables.aging["bucket"]],
    )
    order = list(table["label"])
    base = alt.Chart(table).encode(
        alt.X(
            "label:N",
            sort=order,
            title=f"Days {age}",
            # The share stands in the axis, whose colour follows the page's mode.
            axis=alt.Axis(labelAngle=0, labelExpr="split(datum.label, '|')"),
            scale=alt.Scale(paddingInner=0.35, paddingOuter=0.2),
        ),
        alt.Y(
            "amount:Q",
            title=f"Open amount, {currency}",
            axis=money_axis(),
        ),
        tooltip=[
            alt.Tooltip("band:N", title=f"Days {age}"),
            alt.Tooltip("amount:Q", title=f"Open, {currency}", format=",.2f"),
            alt.Tooltip("share:Q", title="Share", format=".1%"),
        ],
    )
    return base.mark_bar().encode(
        alt.Color(
            "label:N",
            sort=order,
            legend=None,
            scale=alt.Scale(domain=order, range=severity(len(order))),
        )
    )


def part_in_short(part: float) -> str:
    """A share without decimals, of which something small is not nothing."""
    return "<1 %" if 0 < part < 0.005 else share(part, 0)


def dso_trend(receivables: Receivables) -> alt.LayerChart:
    """Days sales outstanding at each month's end, by the three ways to count them."""
    long = receivables.trend.melt(
        "as_of", list(DSO_LINES), var_name="measure", value_name="days"
    ).dropna(subset="days")
    long["measure"] = long["measure"].map(DSO_LINES)
    return lines_with_reader(
        long,
        x=alt.X("as_of:T", title=None, axis=month_end_axis(long["as_of"])),
        y=alt.Y("days:Q", title="Days", scale=alt.Scale(zero=True, nice=True)),
        series="measure",
        order=list(DSO_LINES.values()),
        value_format=".1f",
    )


def collection_trend(receivables: Receivables, measure: str, *, currency: str) -> alt.LayerChart:
    """One measure at each month's end."""
    money = measure.endswith("amount")
    title = f"{TREND_TITLES[measure]}, {currency}" if money else TREND_TITLES[measure]
    axis = money_axis() if money else alt.Axis(tickCount=5, format=".0f")
    table = receivables.trend.dropna(subset=measure)
    base = alt.Chart(table).encode(
        alt.X("as_of:T", title=None, axis=month_end_axis(table["as_of"])),
        # An index near its upper end is read by its changes; an amount by its size.
        alt.Y(f"{measure}:Q", title=title, axis=axis, scale=alt.Scale(zero=measure != "cei")),
        tooltip=[
            alt.Tooltip("as_of:T", title="Month end", format="%-d %b %Y"),
            alt.Tooltip(f"{measure}:Q", title=title, format=",.2f" if money else ".1f"),
        ],
    )
    return base.mark_line(color=INK) + base.mark_point(color=INK, filled=True, size=30)


def payment_pattern_lines(patterns: PaymentPatterns) -> alt.LayerChart:
    """Share of each month's sales still uncollected, by months since the month of sale.

    Earlier months are thin and pale, the newest three strong, and the average over all of
    them dashed, so that a change of behaviour stands out from the fan.
    """
    still_open = patterns.average.loc[patterns.average["uncollected"] >= COLLECTED, "age"]
    last = max(LEAST_AGES, still_open.max() + 1 if len(still_open) else 0)
    table = patterns.table.dropna(subset="uncollected")
    table = table[table["age"] <= last]
    table = table.assign(label=table["cohort"].dt.strftime("%b %Y"))
    average = patterns.average[patterns.average["n_cohorts"] > 0].assign(label=AVERAGE)
    average = average[average["age"] <= last]
    newest = table.loc[table["age"] >= 1, "cohort"].drop_duplicates().nlargest(3).sort_values()
    order = [*newest.dt.strftime("%b %Y"), AVERAGE]
    encode = {
        "x": alt.X(
            "age:Q",
            title="Months since the month of sale",
            axis=alt.Axis(tickMinStep=1, format="d"),
        ),
        "y": alt.Y(
            "uncollected:Q",
            title="Share of the month's sales uncollected",
            axis=percent_axis(),
            scale=alt.Scale(domainMin=0, nice=True),
        ),
        "tooltip": [
            alt.Tooltip("label:N", title="Sold in"),
            alt.Tooltip("age:Q", title="Months since"),
            alt.Tooltip("uncollected:Q", title="Uncollected", format=".1%"),
        ],
    }
    told_apart = {
        "color": series_color("label", order, [*PALETTE[1 : len(order)], INK]),
        "strokeDash": series_dash("label", order),
    }
    earlier = (
        alt.Chart(table[~table["cohort"].isin(newest)])
        .mark_line(color=MUTED, opacity=0.3, strokeWidth=1.2)
        .encode(detail="label:N", **encode)
    )
    recent = (
        alt.Chart(table[table["cohort"].isin(newest)])
        .mark_line(point=alt.OverlayMarkDef(filled=True, size=36))
        .encode(**told_apart, **encode)
    )
    usual = alt.Chart(average).mark_line(strokeWidth=3).encode(**told_apart, **encode)
    return alt.layer(earlier, recent, usual).properties(height=height_with_legend(len(order)))


def lines_with_reader(
    table: pd.DataFrame,
    *,
    x: alt.X,
    y: alt.Y,
    series: str,
    order: list[str],
    value_format: str,
) -> alt.LayerChart:
    """Lines told apart by colour and dash; a rule under the pointer reads all of them."""
    name, field = y["shorthand"].split(":")[0], x["shorthand"].split(":")[0]
    base = alt.Chart(table).encode(x)
    lines = base.mark_line().encode(
        y, color=series_color(series, order), strokeDash=series_dash(series, order)
    )
    under = alt.selection_point(
        name="under", fields=[field], nearest=True, on="pointerover", empty=False
    )
    reader = (
        base.transform_pivot(series, value=name, groupby=[field])
        .mark_rule(color=MUTED)
        .encode(
            opacity=alt.condition(under, alt.value(0.6), alt.value(0)),
            tooltip=[
                alt.Tooltip(f"{field}:T", title="Month end", format="%-d %b %Y"),
                *(alt.Tooltip(f"{label}:Q", format=value_format) for label in order),
            ],
        )
        .add_params(under)
    )
    points = base.mark_point(filled=True, size=45).encode(
        y,
        color=series_color(series, order),
        opacity=alt.condition(under, alt.value(1), alt.value(0)),
    )
    return lines + points + reader

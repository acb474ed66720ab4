"""Figures for time to pay."""

import altair as alt
import pandas as pd

from charts.receivables import series_color, series_dash
from charts.theme import INK, LATE, MUTED
from models.late_payments import TimeToPay
from models.late_share import LateShare

__all__ = ["MOST_GROUPS", "late_share_dots", "paid_curve"]

#: More curves than this cannot be told apart.
MOST_GROUPS = 7

#: Pixels that names may take beside a chart, on a telephone too.
LABEL_WIDTH = 190

#: An age is drawn while this share of the invoices is still watched at it.
WATCHED = 0.01


def paid_curve(curve: TimeToPay, *, day: int | None = None) -> alt.LayerChart:
    """Share of invoices paid by age, with its interval, and the chosen day marked.

    Of many segments the largest are drawn, and of long ages those still watched.
    """
    shown = curve.groups[curve.groups["reason"].isna()]
    order = list(shown.nlargest(MOST_GROUPS, "n_invoices")["group"])
    table = curve.table[curve.table["group"].isin(order)]
    watched = table["at_risk"] >= WATCHED * table.groupby("group")["at_risk"].transform("max")
    last = int(max(table.loc[watched, "day"].max(), day or 0))
    table = table[table["day"] <= last]
    x = alt.X(
        "day:Q", title="Days since issue", scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(tickMinStep=1),
    )  # fmt: skip
    share = {"axis": alt.Axis(format=".0%"), "scale": alt.Scale(domain=[0, 1])}
    single = len(order) == 1
    base = alt.Chart(table).encode(x)
    color = alt.value(INK) if single else series_color("group", order)
    band = base.mark_area(interpolate="step-after", opacity=0.16).encode(
        alt.Y("lower:Q", title="Share of invoices paid", **share), alt.Y2("upper:Q"), color=color
    )
    line = base.mark_line(interpolate="step-after").encode(
        alt.Y("paid:Q", title="Share of invoices paid", **share),
        color=color,
        strokeDash=alt.value([1, 0]) if single else series_dash("group", order),
        tooltip=[
            *([] if single else [alt.Tooltip("group:N", title="Segment")]),
            alt.Tooltip("day:Q", title="Days since issue"),
            alt.Tooltip("paid:Q", title="Paid by then", format=".1%"),
            alt.Tooltip("lower:Q", title="95 % from", format=".1%"),
            alt.Tooltip("upper:Q", title="to", format=".1%"),
        ],
    )
    layers = band + line
    return layers if day is None else layers + day_rule(day)


def day_rule(day: int) -> alt.Chart:
    """A rule at the chosen day, which the sentence above the chart names."""
    at = alt.Chart(pd.DataFrame({"day": [day]})).encode(alt.X("day:Q"))
    return at.mark_rule(color=LATE, strokeDash=[4, 3], strokeWidth=1.5)


def label_axis(labels: list[str]) -> alt.Axis:
    """An axis of names with room for the longest, which a page that fits its width would cut."""
    longest = max((len(label) for label in labels), default=0)
    return alt.Axis(labelLimit=LABEL_WIDTH, minExtent=min(LABEL_WIDTH, 7 * longest))


def late_share_dots(result: LateShare) -> alt.LayerChart:
    """Late share of each segment with its interval, the largest first."""
    shares = result.table.iloc[1:].dropna(subset="late_share")
    shares = shares.sort_values("late_share", ascending=False)
    shares = shares.assign(
        label=[f"{n}  {x:.1%}" for n, x in zip(shares["group"], shares["late_share"], strict=True)]
    )
    order = list(shares["label"])
    base = alt.Chart(shares).encode(
        # The share stands in the axis, whose colour follows the page's mode.
        alt.Y("label:N", sort=order, title=None, axis=label_axis(order)),
        tooltip=[
            alt.Tooltip("group:N", title="Segment"),
            alt.Tooltip("late_share:Q", title="Late", format=".1%"),
            alt.Tooltip("lower:Q", title="95 % from", format=".1%"),
            alt.Tooltip("upper:Q", title="to", format=".1%"),
            alt.Tooltip("n:Q", title="Invoices", format=","),
        ],
    )
    x = {"axis": alt.Axis(format=".0%", grid=True), "scale": alt.Scale(domainMin=0)}
    interval = base.mark_rule(color=MUTED, strokeWidth=3, opacity=0.55).encode(
        alt.X("lower:Q", title="Share of invoices paid late or open past due", **x),
        alt.X2("upper:Q"),
    )
    dot = base.mark_point(filled=True, size=90, color=LATE, opacity=1).encode(alt.X("late_share:Q"))
    return (interval + dot).properties(height=40 * len(order) + 20)

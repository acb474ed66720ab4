"""Figures for time to pay."""

import altair as alt
import pandas as pd

from charts.theme import (
    INK,
    LATE,
    MUTED,
    height_with_legend,
    name_axis,
    percent_axis,
    series_color,
    series_dash,
)
from charts.wording import share as percent
from models.late_payments import TimeToPay
from models.late_share import LateShare

__all__ = ["MOST_GROUPS", "last_day", "late_share_dots", "paid_curve", "paid_rows", "with_day"]

#: More curves than this cannot be told apart.
MOST_GROUPS = 7

#: An age is drawn while this share of the invoices is still watched at it.
WATCHED = 0.01

#: The axis reaches at least so far, that the usual terms are on it.
LEAST_DAYS = 90


def paid_curve(curve: TimeToPay, *, day: int | None = None) -> alt.LayerChart:
    """Share of invoices paid by age, with its interval, and the chosen day marked.

    Of many segments the largest are drawn, and of long ages those still watched. Everything
    is drawn from the one table of `paid_rows`, so that a moved day changes data alone.
    """
    rows = paid_rows(curve, day)
    order = list(dict.fromkeys(rows["group"]))
    single = len(order) == 1
    color = alt.value(INK) if single else series_color("group", order)
    share = {"axis": percent_axis(), "scale": alt.Scale(domain=[0, 1])}
    base = alt.Chart(rows).encode(
        alt.X(
            "day:Q",
            title="Days since issue",
            scale=alt.Scale(domain=[0, last_day(curve)], nice=False),
            axis=alt.Axis(tickMinStep=1),
        )
    )
    curves = base.transform_filter("!datum.chosen")
    band = curves.mark_area(interpolate="step-after", opacity=0.16 if single else 0.1).encode(
        alt.Y("lower:Q", title="Share of invoices paid", **share), alt.Y2("upper:Q"), color=color
    )
    line = curves.mark_line(interpolate="step-after").encode(
        alt.Y("paid:Q", title="Share of invoices paid", **share),
        color=color,
        strokeDash=alt.value([1, 0]) if single else series_dash("group", order),
        tooltip=[
            *([] if single else [alt.Tooltip("group:N", title="Segment")]),
            alt.Tooltip("day:Q", title="Days since issue"),
            alt.Tooltip("paid:Q", title="Paid by then", format=".1%"),
            alt.Tooltip("lower:Q", title=f"{percent(curve.confidence, 0)} from", format=".1%"),
            alt.Tooltip("upper:Q", title="to", format=".1%"),
        ],
    )
    rule = base.transform_filter("datum.chosen").mark_rule(
        color=LATE, strokeDash=[4, 3], strokeWidth=1.5
    )
    return alt.layer(band, line, rule).properties(height=height_with_legend(len(order)))


def paid_rows(curve: TimeToPay, day: int | None = None) -> pd.DataFrame:
    """The rows `paid_curve` draws; the chosen day is a row of its own, ``chosen``."""
    shown = curve.groups[curve.groups["reason"].isna()]
    order = list(shown.nlargest(MOST_GROUPS, "n_invoices")["group"])
    table = curve.table[curve.table["group"].isin(order) & (curve.table["day"] <= last_day(curve))]
    rank = {group: place for place, group in enumerate(order)}
    rows = table.sort_values("group", key=lambda groups: groups.map(rank), kind="stable")
    rows = rows[["group", "day", "paid", "lower", "upper"]].assign(chosen=False)
    return rows if day is None else with_day(rows, day)


def with_day(rows: pd.DataFrame, day: int) -> pd.DataFrame:
    """`rows` of `paid_rows` with another day chosen."""
    chosen = {"group": rows["group"].iloc[0], "day": day, "chosen": True}
    return pd.concat([rows[~rows["chosen"]], pd.DataFrame([chosen])], ignore_index=True)


def last_day(curve: TimeToPay) -> int:
    """The last age worth drawing: hardly an invoice is watched beyond it."""
    table = curve.table
    watched = table["at_risk"] >= WATCHED * table.groupby("group")["at_risk"].transform("max")
    return int(max(table.loc[watched, "day"].max(), LEAST_DAYS))


def late_share_dots(result: LateShare) -> alt.LayerChart:
    """Late share of each segment with its interval, the largest first."""
    shares = result.table.iloc[1:].dropna(subset="late_share")
    shares = shares.sort_values("late_share", ascending=False)
    shares = shares.assign(
        label=[
            f"{n}  {percent(x)}" for n, x in zip(shares["group"], shares["late_share"], strict=True)
        ]
    )
    order = list(shares["label"])
    base = alt.Chart(shares).encode(
        # The share stands in the axis, whose colour follows the page's mode.
        alt.Y("label:N", sort=order, title=None, axis=name_axis(order)),
        tooltip=[
            alt.Tooltip("group:N", title="Segment"),
            alt.Tooltip("late_share:Q", title="Late", format=".1%"),
            alt.Tooltip("lower:Q", title=f"{percent(result.confidence, 0)} from", format=".1%"),
            alt.Tooltip("upper:Q", title="to", format=".1%"),
            alt.Tooltip("n:Q", title="Invoices", format=","),
        ],
    )
    # A dot is read by its place, not by its length: the axis shows the range there is.
    x = {
        "axis": percent_axis(grid=True, tickCount=4),
        "scale": alt.Scale(zero=False, nice=True, padding=8),
    }
    interval = base.mark_rule(color=MUTED, strokeWidth=3, opacity=0.55).encode(
        alt.X("lower:Q", title="Share of invoices late", **x),
        alt.X2("upper:Q"),
    )
    dot = base.mark_point(filled=True, size=90, color=LATE, opacity=1).encode(alt.X("late_share:Q"))
    return (interval + dot).properties(height=40 * len(order) + 20)

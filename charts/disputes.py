"""Disputes: rates against chance, what they are about, how long they take, what goes before."""

import altair as alt
import pandas as pd

from charts.interval_dots import interval_dots
from charts.theme import INK, LATE, MUTED, name_axis, percent_axis, series_color, series_dash
from charts.wording import share as percent
from models.dispute_causes import DisputeCauses
from models.disputes import Disputes
from models.funnel import Funnel

__all__ = ["MOST_GROUPS", "cause_dots", "funnel_plot", "rate_dots", "reason_bars",
           "resolution_curve"]  # fmt: skip

#: More groups than this are read in the table.
MOST_GROUPS = 15
#: So many reasons, the largest, have a curve of their own.
MOST_CURVES = 4
#: A curve is drawn while this share of the disputes is still watched.
WATCHED = 0.01
#: Ratios that the axis of odds names.
RATIOS = [0.1, 0.25, 0.5, 0.7, 1, 1.4, 2, 4, 10]
CALLED = {"more often": LATE, "less often": INK, "no difference seen": MUTED}
APART = {"above": LATE, "within": MUTED, "below": INK}


def rate_dots(disputes: Disputes, by: str) -> alt.LayerChart:
    """Disputes per 1,000 invoices of each group with its interval, beside the rate of all."""
    rows = disputes.table[disputes.table["by"] == by].dropna(subset="rate")
    rows = rows.nlargest(MOST_GROUPS, "n").sort_values(["rate", "group"], ascending=[False, True])
    labels = [f"{g}  {r:,.0f}" for g, r in zip(rows["group"], rows["rate"], strict=True)]
    rows = rows.assign(label=labels, all=disputes.rate)
    base = alt.Chart(rows).encode(
        alt.Y("label:N", sort=labels, title=None, axis=name_axis(labels)),
        tooltip=[
            alt.Tooltip("group:N", title="Group"),
            alt.Tooltip("rate:Q", title="Per 1,000 invoices", format=",.1f"),
            alt.Tooltip("low:Q", title=f"{percent(disputes.confidence, 0)} from", format=",.1f"),
            alt.Tooltip("high:Q", title="to", format=",.1f"),
            alt.Tooltip("n:Q", title="Invoices", format=","),
        ],
    )
    x = {"axis": alt.Axis(grid=True, tickCount=4),
         "scale": alt.Scale(zero=False, nice=True, padding=8)}  # fmt: skip
    interval = base.mark_rule(color=MUTED, strokeWidth=3, opacity=0.55).encode(
        alt.X("low:Q", title="Disputes per 1,000 invoices", **x), alt.X2("high:Q")
    )
    dot = base.mark_point(filled=True, size=90, color=LATE, opacity=1).encode(alt.X("rate:Q"))
    whole = alt.Chart(rows.head(1)).mark_rule(color=INK, strokeDash=[4, 3])
    return alt.layer(whole.encode(alt.X("all:Q", **x)), interval, dot).properties(
        height=34 * len(labels) + 40
    )


def funnel_plot(funnel: Funnel, names: pd.Series) -> alt.LayerChart:
    """Rate of each unit by its size, with the limits that chance rarely leaves.

    `names` are what the units are called, by unit.
    """
    rows = funnel.table.assign(name=funnel.table["unit"].map(names).fillna(funnel.table["unit"]))
    rows = rows.assign(per=1000 * rows["rate"])
    edges = funnel.limits.assign(
        center=1000 * funnel.center,
        **{name: 1000 * funnel.limits[name] for name in ("low", "high", "lowest", "highest")},
    )
    lines = edges.melt("n", ["low", "high", "lowest", "highest"], "edge", "per")
    lines["limits"] = lines["edge"].map(
        {"low": "95 % limits", "high": "95 % limits"}
    ).fillna("99.8 % limits")  # fmt: skip
    x = alt.X("n:Q", title="Invoices", scale=alt.Scale(type="log", nice=False),
              axis=alt.Axis(tickCount=5, format="~s"))  # fmt: skip
    order = ["95 % limits", "99.8 % limits"]
    limits = (
        alt.Chart(lines)
        .mark_line(color=MUTED, strokeWidth=1.5, interpolate="step-after")
        .encode(
            x,
            alt.Y("per:Q", title="Disputes per 1,000 invoices"),
            detail="edge:N",
            strokeDash=alt.StrokeDash(
                "limits:N",
                sort=order,
                legend=alt.Legend(columns=1),
                scale=alt.Scale(domain=order, range=[[4, 3], [1, 0]]),
            ),
        )
    )
    center = alt.Chart(edges.head(1)).mark_rule(color=INK).encode(alt.Y("center:Q"))
    dots = (
        alt.Chart(rows)
        .mark_point(filled=True, opacity=0.65)
        .encode(
            x,
            alt.Y("per:Q"),
            color=alt.Color(
                "verdict:N",
                scale=alt.Scale(domain=list(APART), range=list(APART.values())),
                legend=alt.Legend(columns=1),
            ),
            size=alt.condition("datum.verdict == 'within'", alt.value(22), alt.value(90)),
            tooltip=[
                alt.Tooltip("name:N", title="Who"),
                alt.Tooltip("per:Q", title="Per 1,000 invoices", format=",.0f"),
                alt.Tooltip("n_events:Q", title="Disputes", format=","),
                alt.Tooltip("n:Q", title="Invoices", format=","),
                alt.Tooltip("verdict:N", title="Of the outer limits"),
            ],
        )
    )
    return alt.layer(limits, center, dots).properties(height=360)


def reason_bars(disputes: Disputes, measure: str, words: dict[str, str]) -> alt.LayerChart:
    """Share of each reason by number (`share`) or by value (`value_share`), largest first."""
    rows = disputes.reasons.dropna(subset=measure).sort_values(measure, ascending=False)
    rows = rows.assign(name=rows["reason"].map(words), together=rows[measure].cumsum())
    labels = [f"{n}  {percent(x, 0)}" for n, x in zip(rows["name"], rows[measure], strict=True)]
    low, high = ("share_low", "share_high") if measure == "share" else ("value_low", "value_high")
    rows = rows.assign(label=labels)
    title = "Share of disputes" if measure == "share" else "Share of the amount in dispute"
    base = alt.Chart(rows).encode(
        alt.Y("label:N", sort=labels, title=None, axis=name_axis(labels)),
        tooltip=[
            alt.Tooltip("name:N", title="Reason"),
            alt.Tooltip(f"{measure}:Q", title=title, format=".1%"),
            alt.Tooltip(f"{low}:Q", title=f"{percent(disputes.confidence, 0)} from", format=".1%"),
            alt.Tooltip(f"{high}:Q", title="to", format=".1%"),
            alt.Tooltip("together:Q", title="With those above", format=".0%"),
            alt.Tooltip("n:Q", title="Disputes", format=","),
        ],
    )
    bar = base.mark_bar(color=INK, height=18).encode(
        alt.X(f"{measure}:Q", title=title, axis=percent_axis(grid=True))
    )
    interval = base.mark_rule(color=LATE, strokeWidth=2.5).encode(
        alt.X(f"{low}:Q"), alt.X2(f"{high}:Q")
    )
    return alt.layer(bar, interval).properties(height=34 * len(labels) + 40)


def resolution_curve(disputes: Disputes, words: dict[str, str]) -> alt.LayerChart:
    """Share of disputes still unresolved by days since opening, for all and the main reasons."""
    curve = disputes.resolution
    known = [name for name in disputes.medians["reason"] if name in set(curve.table["group"])]
    largest = disputes.medians.iloc[1:].nlargest(MOST_CURVES, "n")["reason"]
    order = [name for name in known if name in {known[0], *largest}]
    table = curve.table[curve.table["group"].isin(order)]
    enough = table["at_risk"] >= WATCHED * table.groupby("group")["at_risk"].transform("max")
    said = {name: words.get(name, name) for name in order}
    rows = table[enough].assign(name=table["group"].map(said))
    series = list(said.values())
    base = alt.Chart(rows).encode(
        alt.X("day:Q", title="Days since it was opened", axis=alt.Axis(tickMinStep=1))
    )
    y = {"axis": percent_axis(), "scale": alt.Scale(domain=[0, 1])}
    first = base.transform_filter(alt.datum.name == series[0])
    band = first.mark_area(interpolate="step-after", opacity=0.16, color=INK).encode(
        alt.Y("lower:Q", title="Share still unresolved", **y), alt.Y2("upper:Q")
    )
    line = base.mark_line(interpolate="step-after").encode(
        alt.Y("survival:Q", title="Share still unresolved", **y),
        color=series_color("name", series),
        strokeDash=series_dash("name", series),
        tooltip=[
            alt.Tooltip("name:N", title="Reason"),
            alt.Tooltip("day:Q", title="Days since opening"),
            alt.Tooltip("survival:Q", title="Unresolved", format=".1%"),
            alt.Tooltip("lower:Q", title=f"{percent(disputes.confidence, 0)} from", format=".1%"),
            alt.Tooltip("upper:Q", title="to", format=".1%"),
        ],
    )
    return alt.layer(band, line).properties(height=340)


def cause_dots(causes: DisputeCauses, words: dict[str, str]) -> alt.LayerChart:
    """Odds ratio of each circumstance with its interval; at 1 it is no more frequent."""
    rows = causes.table.dropna(subset="odds_ratio")
    labels = [
        f"{words[name]}  {ratio:.2f}"
        for name, ratio in zip(rows["circumstance"], rows["odds_ratio"], strict=True)
    ]
    rows = rows.assign(label=labels, name=rows["circumstance"].map(words))
    ends = [0.9 * min(rows["low"].min(), 1), 1.1 * max(rows["high"].max(), 1)]
    x = {
        "title": "Odds ratio, disputed against alike undisputed invoices",
        "scale": alt.Scale(type="log", nice=False, domain=ends),
        "axis": alt.Axis(grid=True, values=RATIOS, format="~g"),
    }
    base = alt.Chart(rows).encode(
        alt.Y("label:N", sort=labels, title=None, axis=name_axis(labels, at_most=230)),
        color=alt.Color(
            "verdict:N",
            scale=alt.Scale(domain=list(CALLED), range=list(CALLED.values())),
            legend=alt.Legend(columns=1),
        ),
        tooltip=[
            alt.Tooltip("name:N", title="Before the invoice"),
            alt.Tooltip("odds_ratio:Q", title="Odds ratio", format=".2f"),
            alt.Tooltip("low:Q", title=f"{percent(causes.confidence, 0)} from", format=".2f"),
            alt.Tooltip("high:Q", title="to", format=".2f"),
            alt.Tooltip("share_disputed:Q", title="Of disputed", format=".1%"),
            alt.Tooltip("share_undisputed:Q", title="Of undisputed", format=".1%"),
        ],
    )
    dots = interval_dots(base, "odds_ratio", "low", "high", even=1.0, **x)
    return dots.properties(height=36 * len(labels) + 110)

"""Reminders: what each channel and tone does, and cash against goodwill of whole policies."""

import altair as alt
import numpy as np
import pandas as pd

from charts.interval_dots import interval_dots
from charts.theme import INK, LATE, MUTED, name_axis, percent_axis
from models.reminders import Reminders

__all__ = ["KINDS", "policy_frontier", "ratio_forest"]

COLORS = {"sooner": INK, "later": LATE, "no effect found": MUTED, "not known": MUTED}
#: Kinds of what is told apart, as an axis and a table say them.
KINDS = {"channel": "First reminder", "tone": "Tone", "stage": "Later reminder"}


def ratio_forest(reminders: Reminders) -> alt.LayerChart:
    """Hazard ratio of each channel, tone and later reminder on a logarithmic axis."""
    rows = reminders.table.assign(
        label=[
            f"{KINDS[kind]}: {name}"
            for kind, name in zip(reminders.table["kind"], reminders.table["name"], strict=True)
        ]
    )
    labels = rows["label"].tolist()
    said = [verdict for verdict in COLORS if (rows["verdict"] == verdict).any()]
    low = min(0.9, float(np.nanmin(rows["lower"].fillna(rows["hazard_ratio"]))))
    high = max(1.1, float(np.nanmax(rows["upper"].fillna(rows["hazard_ratio"]))))
    x = {
        "title": "Times the chance of being paid on a day",
        "scale": alt.Scale(type="log", domain=[low / 1.03, high * 1.03], nice=False),
        "axis": alt.Axis(grid=True, tickCount=5, format=".2f"),
    }
    base = alt.Chart(rows).encode(
        alt.Y("label:N", sort=labels, title=None, axis=name_axis(labels)),
        color=alt.Color(
            "verdict:N",
            title="Money comes",
            scale=alt.Scale(domain=said, range=[COLORS[verdict] for verdict in said]),
            legend=alt.Legend(columns=3),
        ),
        tooltip=[
            alt.Tooltip("label:N", title="Reminder"),
            alt.Tooltip("hazard_ratio:Q", title="Ratio", format=".2f"),
            alt.Tooltip("lower:Q", title="From", format=".2f"),
            alt.Tooltip("upper:Q", title="To", format=".2f"),
            alt.Tooltip("n:Q", title="Sent", format=","),
        ],
    )
    dots = interval_dots(base, "hazard_ratio", "lower", "upper", even=1.0, **x)
    return dots.properties(height=30 * len(labels) + 90)


def policy_frontier(tried: pd.DataFrame) -> alt.LayerChart:
    """Cash by day N against what it costs in survey score; what no policy beats is joined."""
    rows = tried.assign(
        kind=np.where(tried["efficient"], "No policy beats it", "Beaten by another")
    )
    kinds = ["No policy beats it", "Beaten by another"]
    base = alt.Chart(rows).encode(
        alt.X(
            "score:Q",
            title="Change of survey score for each overdue invoice",
            axis=alt.Axis(grid=True, tickCount=5, format=".2f"),
        ),
        alt.Y("paid:Q", title="Paid", axis=percent_axis(), scale=alt.Scale(zero=False)),
    )
    kind = {
        "scale": alt.Scale(domain=kinds, range=[INK, MUTED]),
        "legend": alt.Legend(columns=2),
        "title": None,
    }
    dots = base.mark_point(filled=True, size=70, opacity=0.9).encode(
        color=alt.Color("kind:N", **kind),
        shape=alt.Shape(
            "kind:N", scale=alt.Scale(domain=kinds, range=["circle", "diamond"]), title=None
        ),
        tooltip=[
            alt.Tooltip("policy:N", title="Policy"),
            alt.Tooltip("paid:Q", title="Paid", format=".1%"),
            alt.Tooltip("paid_low:Q", title="From", format=".1%"),
            alt.Tooltip("paid_high:Q", title="To", format=".1%"),
            alt.Tooltip("score:Q", title="Score", format="+.2f"),
            alt.Tooltip("sooner:Q", title="Days sooner", format=".1f"),
        ],
    )
    line = (
        base.transform_filter("datum.efficient")
        .mark_line(strokeWidth=2, opacity=0.6, color=INK)
        .encode(order="score:Q")
    )
    return alt.layer(line, dots).properties(height=320)

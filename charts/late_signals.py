"""Late-payment signals: whether chances came true, and what moves them."""

import altair as alt
import numpy as np
import pandas as pd

from charts.theme import INK, LATE, MUTED, name_axis, percent_axis
from charts.wording import share as percent
from models.late_signals import LateSignals

__all__ = ["MOST_SIGNALS", "reliability_curve", "signal_bars"]

MOST_SIGNALS = 12


def reliability_curve(signals: LateSignals) -> alt.LayerChart:
    """Share that was late in ten groups of invoices, against the chance they were given."""
    rows = signals.table
    lowest = float(np.floor(10 * rows[["predicted", "observed"]].min().min()) / 10)
    highest = float(np.ceil(10 * rows[["predicted", "observed"]].max().max()) / 10)
    scale = alt.Scale(domain=[lowest, highest])
    base = alt.Chart(rows).encode(
        alt.X("predicted:Q", title="Chance given at issue", axis=percent_axis(), scale=scale),
        tooltip=[
            alt.Tooltip("predicted:Q", title="Chance given", format=".1%"),
            alt.Tooltip("observed:Q", title="Were late", format=".1%"),
            alt.Tooltip("lower:Q", title=f"{percent(signals.confidence, 0)} from", format=".1%"),
            alt.Tooltip("upper:Q", title="to", format=".1%"),
            alt.Tooltip("n:Q", title="Invoices", format=","),
        ],
    )
    share = alt.Y("observed:Q", title="Share that was late", axis=percent_axis(), scale=scale)
    ends = pd.DataFrame({"x": [lowest, highest]})
    right = (
        alt.Chart(ends)
        .mark_line(color=MUTED, strokeDash=[4, 3])
        .encode(alt.X("x:Q", scale=scale), alt.Y("x:Q", scale=scale))
    )
    interval = base.mark_rule(color=INK, strokeWidth=3, opacity=0.45, clip=True).encode(
        alt.Y("lower:Q", scale=scale), alt.Y2("upper:Q")
    )
    line = base.mark_line(color=INK, strokeWidth=1.5).encode(share)
    dots = base.mark_point(filled=True, size=80, color=INK, opacity=1).encode(share)
    return alt.layer(right, interval, line, dots).properties(height=320)


def signal_bars(weights: pd.DataFrame) -> alt.Chart:
    """The signals that move the chance most.

    Parameters
    ----------
    weights : DataFrame
        ``name`` (in words) and ``weight``, the strongest first.
    """
    rows = weights.head(MOST_SIGNALS)
    rows = rows.assign(way=np.where(rows["weight"] > 0, "later", "more punctual"))
    order = list(rows["name"])
    return (
        alt.Chart(rows)
        .mark_bar(height={"band": 0.7})
        .encode(
            alt.Y("name:N", sort=order, title=None, axis=name_axis(order)),
            alt.X("weight:Q", title="Change of the log odds by one standard deviation"),
            alt.Color(
                "way:N",
                title="The more of it, the",
                scale=alt.Scale(domain=["later", "more punctual"], range=[LATE, INK]),
                legend=alt.Legend(columns=1),
            ),
            tooltip=[
                alt.Tooltip("name:N", title="Signal"),
                alt.Tooltip("weight:Q", title="Weight", format="+.2f"),
            ],
        )
        .properties(height=30 * len(order) + 90)
    )

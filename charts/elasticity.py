"""Elasticity: the estimates with their intervals, and the checks beside nothing."""

import altair as alt

from charts.interval_dots import interval_dots
from charts.theme import INK, MUTED, name_axis
from charts.wording import share as percent
from models.elasticity import Elasticity

__all__ = ["elasticity_dots"]

REPORTED, BESIDE = "Reported", "For comparison"


def elasticity_dots(found: Elasticity) -> alt.LayerChart:
    """Each way to estimate the elasticity, the reported one set apart."""
    rows = found.table.assign(
        kind=found.table["main"].map({True: REPORTED, False: BESIDE}),
        label=["Within " + words.replace(", ", ",|", 1) for words in found.table["within"]],
    )
    labels = rows.sort_values("main", ascending=False)["label"].tolist()
    base = alt.Chart(rows).encode(
        alt.Y("label:N", sort=labels, title=None, axis=name_axis(labels)),
        color=alt.Color("kind:N", legend=alt.Legend(columns=2), scale=alt.Scale(
            domain=[REPORTED, BESIDE], range=[INK, MUTED])),
        tooltip=[
            alt.Tooltip("within:N", title="Within"),
            alt.Tooltip("elasticity:Q", title="Elasticity", format=".2f"),
            alt.Tooltip("low:Q", title=f"{percent(found.confidence, 0)} from", format=".2f"),
            alt.Tooltip("high:Q", title="to", format=".2f"),
        ],
    )  # fmt: skip
    x = {"axis": alt.Axis(grid=True, tickCount=5), "title": "Percent of use for a percent of price"}
    dots = interval_dots(base, "elasticity", "low", "high", even=0.0, **x)
    return dots.properties(height=48 * len(labels) + 110)

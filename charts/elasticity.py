"""Elasticity: the estimates with their intervals, and the checks beside nothing."""

import altair as alt
import pandas as pd

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
    interval = base.mark_rule(strokeWidth=3, opacity=0.55).encode(
        alt.X("low:Q", **x), alt.X2("high:Q")
    )
    dot = base.mark_point(filled=True, size=90, opacity=1).encode(alt.X("elasticity:Q", **x))
    none = alt.Chart(pd.DataFrame({"none": [0.0]})).mark_rule(color=MUTED, strokeDash=[4, 3])
    return alt.layer(none.encode(alt.X("none:Q", **x)), interval, dot).properties(
        height=48 * len(labels) + 110
    )

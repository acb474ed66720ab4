"""The watchlist: how much the first contacts reach."""

import altair as alt
import pandas as pd

from charts.theme import INK, MUTED, percent_axis

__all__ = ["reach_curve"]


def reach_curve(reached: pd.DataFrame, first: int) -> alt.LayerChart:
    """Share of what is within reach by the number of customers contacted.

    Parameters
    ----------
    reached : DataFrame
        From `models.watchlist.Watchlist.reached`.
    first : int
        Contacts to mark.
    """
    base = alt.Chart(reached).encode(
        alt.X("contacts:Q", title="Customers contacted, in the order of the list"),
        tooltip=[
            alt.Tooltip("contacts:Q", title="Customers contacted", format=","),
            alt.Tooltip("share:Q", title="Of all within reach", format=".1%"),
            alt.Tooltip("within_reach:Q", title="Within reach", format=",.0f"),
        ],
    )
    share = alt.Y(
        "share:Q", title="Within reach", axis=percent_axis(), scale=alt.Scale(domain=[0, 1])
    )
    curve = base.mark_line(color=INK, strokeWidth=2.5, clip=True).encode(share)
    # The mark stands on the curve, so that both axes can be read from it.
    at = reached[reached["contacts"] == first]
    rule = alt.Chart(at).mark_rule(color=MUTED, strokeDash=[4, 3]).encode(alt.X("contacts:Q"))
    dot = alt.Chart(at).mark_point(filled=True, size=90, color=INK, opacity=1)
    return alt.layer(rule, curve, dot.encode(alt.X("contacts:Q"), share)).properties(height=220)

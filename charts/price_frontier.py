"""Price frontier: revenue of every price change against the customers it would cost."""

import altair as alt
import pandas as pd

from charts.theme import INK, LATE, MUTED, money_axis
from models.price_frontier import PriceFrontier

__all__ = ["frontier_points"]

#: As many of the others are drawn as the eye can tell apart.
MOST_OTHERS = 800


def frontier_points(
    frontier: PriceFrontier, chosen: tuple[float, float], currency: str
) -> alt.LayerChart:
    """All combinations, the frontier as a line, and the one chosen."""
    table = frontier.table
    best = table[table["best"]].sort_values("at_risk")
    others = table[~table["best"]]
    others = others.iloc[:: max(1, len(others) // MOST_OTHERS)]
    mine = table[(table["fee_change"] == chosen[0]) & (table["use_change"] == chosen[1])]
    return alt.layer(
        points(others, currency, MUTED, 20, 0.35),
        encoded(best, currency).mark_line(color=INK, interpolate="step-after"),
        points(best, currency, INK, 45, 1.0),
        points(mine, currency, LATE, 160, 1.0),
    ).properties(height=340)


def points(table: pd.DataFrame, currency: str, color: str, size: int, opacity: float) -> alt.Chart:
    return encoded(table, currency).mark_point(filled=True, color=color, size=size, opacity=opacity)


def encoded(table: pd.DataFrame, currency: str) -> alt.Chart:
    return alt.Chart(table).encode(
        alt.X(
            "at_risk:Q",
            title=f"Revenue a year expected to leave because of it ({currency})",
            axis=money_axis(),
        ),
        alt.Y("change:Q", title=f"Change of yearly revenue ({currency})", axis=money_axis()),
        tooltip=[
            alt.Tooltip("fee_change:Q", title="Fees", format="+.0%"),
            alt.Tooltip("use_change:Q", title="Prices of use", format="+.0%"),
            alt.Tooltip("change:Q", title=f"Revenue ({currency})", format=",.0f"),
            alt.Tooltip("at_risk:Q", title=f"At risk ({currency})", format=",.0f"),
            alt.Tooltip("shocked:Q", title="Bills up by more than a quarter", format=","),
        ],
    )

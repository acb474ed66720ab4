"""Stated prices: four curves over prices, and the range between their crossings."""

import altair as alt
import pandas as pd

from charts.theme import MUTED, money_axis, percent_axis, series_color
from models.stated_prices import StatedPrices

__all__ = ["NAMES", "stated_price_curves"]

#: The four answers in words.
NAMES = {"too_cheap": "Too cheap", "cheap": "Cheap", "expensive": "Expensive",
         "too_expensive": "Too expensive"}  # fmt: skip


def stated_price_curves(found: StatedPrices, currency: str) -> alt.LayerChart:
    """Who calls which price cheap or expensive; shaded is the range between the outer crossings."""
    rows = found.curves.rename(columns=NAMES).melt("price", var_name="answer", value_name="share")
    price = {"title": f"Price a month ({currency})", "axis": money_axis()}
    lines = (
        alt.Chart(rows)
        .mark_line()
        .encode(
            alt.X("price:Q", **price),
            alt.Y("share:Q", title="Share of respondents", axis=percent_axis()),
            color=series_color("answer", list(NAMES.values())),
            tooltip=[
                alt.Tooltip("answer:N", title="Answer"),
                alt.Tooltip("price:Q", title=f"Price ({currency})", format=",.2f"),
                alt.Tooltip("share:Q", title="Share", format=".0%"),
            ],
        )
    )
    ends = [found.point(name)["price"] for name in ("marginal_cheapness", "marginal_expensiveness")]
    between = pd.DataFrame({"from": [ends[0]], "to": [ends[1]]})
    band = alt.Chart(between).mark_rect(color=MUTED, opacity=0.15)
    band = band.encode(alt.X("from:Q", **price), alt.X2("to:Q"))
    return alt.layer(band, lines).properties(height=280)

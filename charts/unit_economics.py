"""Unit economics: from revenue to contribution, and what comes back for the cost of winning."""

import altair as alt
import pandas as pd

from charts.theme import INK, LATE, MUTED, money_axis, name_axis
from charts.wording import money
from models.unit_economics import EVERYONE, UnitEconomics

__all__ = ["MOST_CELLS", "named", "ratio_dots", "waterfall"]

#: More cells than this are in the table only.
MOST_CELLS = 20
LABEL_WIDTH = 240


def named(cell: str) -> str:
    """A cell as a chart or a table names it.

    >>> named("everyone"), named("Retail")
    ('Everyone', 'Retail')
    """
    return "Everyone" if cell == EVERYONE else cell


def waterfall(economics: UnitEconomics, cell: str, *, currency: str) -> alt.LayerChart:
    """Revenue of a customer and month, what is taken off it, and what is left."""
    rows = economics.waterfall[economics.waterfall["cell"] == cell]
    said = [money(amount, currency) for amount in rows["amount"]]
    rows = rows.assign(
        said=said,
        # The amount stands in the axis, whose colour follows the page's mode.
        line=[f"{label}|{words}" for label, words in zip(rows["label"], said, strict=True)],
        kind=rows["part"].where(rows["part"].isin(["revenue", "contribution"]), "cost"),
    )
    order = list(rows["line"])
    bars = alt.Chart(rows).mark_bar(height={"band": 0.7}).encode(
        alt.Y("line:N", title=None, sort=order, axis=name_axis(order)),
        alt.X("low:Q", title="A customer and month", axis=money_axis()),
        alt.X2("high:Q"),
        color=alt.Color(
            "kind:N",
            scale=alt.Scale(domain=["revenue", "cost", "contribution"], range=[MUTED, LATE, INK]),
            legend=None,
        ),
        tooltip=[
            alt.Tooltip("label:N", title="Part"),
            alt.Tooltip("said:N", title="A customer and month"),
        ],
    )  # fmt: skip
    return alt.layer(bars).properties(height=40 * len(order) + 60)


def ratio_dots(economics: UnitEconomics) -> alt.LayerChart:
    """Lifetime value for each unit of cost of winning, with its interval, by cell."""
    table = economics.table.dropna(subset="ltv_to_cac").head(MOST_CELLS + 1)
    label = [
        f"{named(cell)}  {ratio:,.1f}"
        for cell, ratio in zip(table["cell"], table["ltv_to_cac"], strict=True)
    ]
    table = pd.DataFrame(table).assign(label=label).sort_values("ltv_to_cac", ascending=False)
    order = list(table["label"])
    base = alt.Chart(table).encode(
        alt.Y("label:N", sort=order, title=None,
              axis=name_axis(order, at_most=LABEL_WIDTH)),
        tooltip=[
            alt.Tooltip("cell:N", title="Customers"),
            alt.Tooltip("ltv_to_cac:Q", title="LTV:CAC", format=",.1f"),
            alt.Tooltip("ltv_to_cac_low:Q", title="from", format=",.1f"),
            alt.Tooltip("ltv_to_cac_high:Q", title="to", format=",.1f"),
            alt.Tooltip("n:Q", title="Number of customers", format=","),
        ],
    )  # fmt: skip
    x = {"scale": alt.Scale(zero=True, nice=True), "axis": alt.Axis(grid=True, tickCount=5)}
    interval = base.mark_rule(color=MUTED, strokeWidth=3, opacity=0.55).encode(
        alt.X("ltv_to_cac_low:Q", title="Lifetime value / cost to win", **x),
        alt.X2("ltv_to_cac_high:Q"),
    )
    dot = base.mark_point(filled=True, size=90, color=INK, opacity=1).encode(
        alt.X("ltv_to_cac:Q", **x)
    )
    return alt.layer(interval, dot).properties(height=max(34 * len(order) + 40, 110))

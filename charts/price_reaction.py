"""Price reaction: what a change of the bill does, as far as it was seen, and beyond."""

import altair as alt
import pandas as pd

from charts.theme import INK, LATE, MUTED, percent_axis
from models.price_reaction import CAUSES, OUTCOMES, PriceReaction

__all__ = ["reaction_curve"]

#: What a part of the curve rests on: colour and dash.
GROUNDS = {
    "Estimated": (INK, [1, 0]),
    "Partly assumed": (LATE, [6, 3]),
    "Further than seen": (MUTED, [2, 2]),
}


def reaction_curve(reaction: PriceReaction, outcome: str, changes: list[float]) -> alt.LayerChart:
    """Effect of a lasting change of the bill in its first month, with its interval.

    Dashed where part of it is assumed, and dotted where no bill changed that far.
    """
    rows = reaction.curve(outcome, changes)
    estimated, assumed, beyond = GROUNDS
    rows["grounds"] = estimated
    rows.loc[rows["assumed"], "grounds"] = assumed
    rows.loc[rows["outside"], "grounds"] = beyond
    # A piece begins where the one before it ends, and the step of a surprise is no slope.
    piece = (rows["grounds"] != rows["grounds"].shift()).cumsum()
    last = rows[piece != piece.shift(-1)].iloc[:-1]
    links = last.assign(grounds=rows["grounds"].shift(-1)[last.index],
                        piece=piece.shift(-1)[last.index])  # fmt: skip
    rows = pd.concat([rows.assign(piece=piece), links]).sort_values(["piece", "change"])
    as_share = outcome == "use"
    title = "Hazard ratio" if outcome in CAUSES else OUTCOMES[outcome].unit.capitalize()
    title = "Change of use" if as_share else title
    y = alt.Y(
        "effect:Q",
        title=title,
        scale=alt.Scale(zero=False, nice=True),
        axis=percent_axis("+.0%") if as_share else alt.Axis(tickCount=5),
    )
    x = alt.X("change:Q", title="Bill against the expected one", axis=percent_axis("+.0%"))
    number = "+.1%" if as_share else ".2f"
    base = alt.Chart(rows).encode(
        x,
        detail="piece:N",
        tooltip=[
            alt.Tooltip("change:Q", title="Bill", format="+.0%"),
            alt.Tooltip("effect:Q", title=OUTCOMES[outcome].label, format=number),
            alt.Tooltip("low:Q", title="From", format=number),
            alt.Tooltip("high:Q", title="To", format=number),
            alt.Tooltip("grounds:N", title="Rests on"),
        ],
    )
    order = [name for name in GROUNDS if (rows["grounds"] == name).any()]
    # The bands are faint; what names them is not.
    legend = alt.Legend(columns=2, symbolOpacity=1)
    color = alt.Color("grounds:N", sort=order, legend=legend, scale=alt.Scale(
        domain=order, range=[GROUNDS[name][0] for name in order]))  # fmt: skip
    dash = alt.StrokeDash("grounds:N", sort=order, legend=legend, scale=alt.Scale(
        domain=order, range=[GROUNDS[name][1] for name in order]))  # fmt: skip
    band = base.mark_area(opacity=0.18).encode(
        alt.Y("low:Q", title=title), alt.Y2("high:Q"), color.copy()
    )
    line = base.mark_line().encode(y, color, dash)
    none = alt.Chart(pd.DataFrame({"none": [1.0 if outcome in CAUSES else 0.0]}))
    rule = none.mark_rule(color=MUTED, strokeDash=[4, 3]).encode(alt.Y("none:Q"))
    return alt.layer(rule, band, line)

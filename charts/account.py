"""The account: everything that happened, one row of the chart a kind."""

import altair as alt
import pandas as pd

from charts.theme import INK, MISSED, MUTED, name_axis

__all__ = ["timeline"]

#: How a thing went, in words, with its colour and sign: never told by colour alone.
MOODS = {
    "good": ("Went well", INK, "circle"),
    "plain": ("Happened", MUTED, "circle"),
    "bad": ("Went badly", MISSED, "triangle-up"),
}
ROW = 30


def timeline(touchpoints: pd.DataFrame, kinds: list[str], currency: str) -> alt.Chart:
    """Touchpoints by day; dragging moves along the years, the wheel comes nearer.

    Parameters
    ----------
    touchpoints : DataFrame
        From `models.touchpoints.touchpoints`.
    kinds : list of str
        Rows of the chart, from top to bottom.
    currency : str
        Of the amounts.
    """
    words = {mood: word for mood, (word, *_) in MOODS.items()}
    rows = touchpoints.assign(mood=touchpoints["mood"].map(words))
    names = list(words.values())
    colors = [color for _, color, _ in MOODS.values()]
    shapes = [shape for *_, shape in MOODS.values()]
    return (
        alt.Chart(rows)
        .mark_point(filled=True, size=55, opacity=0.75)
        .encode(
            # Room for the signs of the first and the newest day, which would be cut in half.
            alt.X("on:T", title=None, scale=alt.Scale(padding=8),
                  axis=alt.Axis(tickCount=6, labelOverlap="parity")),
            alt.Y("kind:N", title=None, axis=name_axis(kinds), scale=alt.Scale(domain=kinds)),
            alt.Color(
                "mood:N", sort=names, scale=alt.Scale(domain=names, range=colors),
                legend=alt.Legend(title=None),
            ),
            alt.Shape(
                "mood:N", sort=names, scale=alt.Scale(domain=names, range=shapes),
                legend=alt.Legend(title=None),
            ),
            tooltip=[
                alt.Tooltip("on:T", title="On", format="%Y-%m-%d"),
                alt.Tooltip("kind:N", title="Kind"),
                alt.Tooltip("what:N", title="What"),
                alt.Tooltip("reference:N", title="Reference"),
                alt.Tooltip("invoice_id:N", title="Invoice"),
                alt.Tooltip("amount:Q", title=f"Amount, {currency}", format=",.2f"),
            ],
        )
        .properties(height=ROW * len(kinds) + 60)
        .interactive(bind_y=False)
    )  # fmt: skip

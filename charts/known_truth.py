"""Estimates against the truth: each interval as a distance from what is true."""

import altair as alt
import pandas as pd

from charts.theme import INK, MISSED, MUTED, percent_axis

__all__ = ["distance_from_truth"]

#: What became of each estimate: colour and shape.
OUTCOMES = {
    "Interval holds the truth": (INK, "circle"),
    "Interval misses the truth": (MISSED, "triangle-up"),
    "Counted, no interval": (MUTED, "diamond"),
}


def distance_from_truth(compared: pd.DataFrame) -> alt.LayerChart:
    """One row a figure: estimate and interval in percent above or below the truth.

    Parameters
    ----------
    compared : DataFrame
        ``figure``, ``error``, ``low_error``, ``high_error`` (fractions of the truth) and
        ``holds`` (missing where there is no interval).
    """
    held, missed, counted = OUTCOMES
    outcome = compared["holds"].map({True: held, False: missed}).fillna(counted)
    table = compared[["figure", "error", "low_error", "high_error"]].assign(outcome=outcome)
    base = alt.Chart(table).encode(
        alt.Y(
            "figure:N",
            title=None,
            sort=list(table["figure"]),
            axis=alt.Axis(labelLimit=190, minExtent=165),
        ),
        tooltip=[
            alt.Tooltip("figure:N", title="Figure"),
            alt.Tooltip("error:Q", title="Estimate against truth", format="+.2%"),
            alt.Tooltip("low_error:Q", title="Low end", format="+.2%"),
            alt.Tooltip("high_error:Q", title="High end", format="+.2%"),
            alt.Tooltip("outcome:N", title="Outcome"),
        ],
    )
    percent = percent_axis("+.1%", tickCount=4)
    order = [outcome for outcome in OUTCOMES if outcome in set(table["outcome"])]
    colours, shapes = zip(*(OUTCOMES[outcome] for outcome in order), strict=True)
    colour = alt.Color(
        "outcome:N",
        scale=alt.Scale(domain=order, range=list(colours)),
        # Under each other: beside the names there is no room for two on a telephone.
        legend=alt.Legend(columns=1),
    )
    intervals = base.mark_rule(strokeWidth=2).encode(
        alt.X("low_error:Q", title="Distance from the truth", axis=percent),
        alt.X2("high_error:Q"),
        colour,
    )
    points = base.mark_point(filled=True, size=90, opacity=1).encode(
        alt.X("error:Q"),
        colour,
        alt.Shape(
            "outcome:N",
            scale=alt.Scale(domain=order, range=list(shapes)),
            legend=alt.Legend(columns=1),
        ),
    )
    truth = alt.Chart(pd.DataFrame({"truth": [0.0]})).mark_rule(
        color=MUTED, strokeDash=[4, 3]
    ).encode(alt.X("truth:Q"))  # fmt: skip
    return alt.layer(truth, intervals, points).properties(height=44 * len(table) + 110)

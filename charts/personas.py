"""Personas: what sets each apart, and how many there are."""

import altair as alt

from charts.theme import INK, LATE, MUTED, name_axis, wrapped
from models.personas import Personas

__all__ = ["behaviour_map", "evidence_lines"]

#: Distances beyond this many standard deviations have the strongest colour.
STRONGEST = 2.0


def behaviour_map(personas: Personas) -> alt.LayerChart:
    """One cell a persona and behaviour: above or below the average customer."""
    long = personas.distances.rename_axis(index="persona").reset_index()
    long = long.melt("persona", var_name="behaviour", value_name="distance")
    # Without the sign of a zero.
    long = long.assign(distance=long["distance"].round(1) + 0.0, name=long["persona"].map(wrapped))
    order = [wrapped(name) for name in personas.table["persona"]]
    base = alt.Chart(long).encode(
        alt.X("behaviour:N", title=None, sort=list(personas.behaviours),
              axis=alt.Axis(labelAngle=-35, labelLimit=150, labelOverlap=False)),
        alt.Y("name:N", title=None, sort=order, axis=name_axis(order)),
        tooltip=[
            alt.Tooltip("persona:N", title="Persona"),
            alt.Tooltip("behaviour:N", title="Behaviour"),
            alt.Tooltip("distance:Q", title="Standard deviations from average", format="+.1f"),
        ],
    )  # fmt: skip
    cells = base.mark_rect(cornerRadius=2).encode(
        alt.Color(
            "distance:Q",
            title="Standard deviations from average",
            scale=alt.Scale(
                domain=[-STRONGEST, 0, STRONGEST],
                range=[LATE, "#8A949A", INK],
                clamp=True,
                interpolate="rgb",
            ),
            legend=alt.Legend(format="+.0f", tickCount=5, titleLimit=300),
        ),
        opacity=alt.Opacity("strength:Q", legend=None, scale=alt.Scale(domain=[0, STRONGEST],
                                                                       range=[0.08, 1])),
    ).transform_calculate(strength="abs(datum.distance)")  # fmt: skip
    words = base.mark_text(fontSize=12).encode(alt.Text("distance:Q", format="+.1f"))
    return alt.layer(cells, words).properties(height=56 * len(order) + 110)


def evidence_lines(personas: Personas) -> alt.LayerChart:
    """The information criterion for each number of groups; the lowest is chosen."""
    table = personas.evidence.table.assign(chosen=lambda t: t["count"] == personas.evidence.count)
    base = alt.Chart(table).encode(
        alt.X("count:O", title="Number of groups", axis=alt.Axis(labelAngle=0)),
        alt.Y("bic:Q", title="Information criterion, lower is better", scale=alt.Scale(zero=False)),
        tooltip=[
            alt.Tooltip("count:O", title="Groups"),
            alt.Tooltip("bic:Q", title="BIC", format=",.0f"),
            alt.Tooltip("gap:Q", title="Gap", format=".3f"),
        ],
    )
    points = base.mark_point(filled=True, size=80, opacity=1).encode(
        color=alt.condition("datum.chosen", alt.value(LATE), alt.value(MUTED))
    )
    return alt.layer(base.mark_line(color=MUTED), points).properties(height=220)

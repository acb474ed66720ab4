"""Checks of the link: balance of the groups compared, and what each point counts for."""

import altair as alt

from charts.linkage import held_name
from charts.theme import INK, LATE, MUTED, name_axis
from models.doubly_robust import BALANCED, DoublyRobust
from models.linkage_checks import Shape
from models.score_scales import SCALES

__all__ = ["balance_dots", "shape_curve"]

#: More columns than this are read in the table.
MOST_COLUMNS = 16
SIDES = {"As they are": LATE, "Made alike": INK}


def balance_dots(contrast: DoublyRobust) -> alt.LayerChart:
    """How far content and discontent answers lie apart in what is held equal."""
    rows = contrast.balance.assign(size=contrast.balance["before"].abs())
    rows = rows.nlargest(MOST_COLUMNS, "size")
    rows["name"] = [held_name(column) for column in rows["column"]]
    labels = rows["name"].tolist()
    long = rows.melt(["name"], ["before", "after"], "side", "gap")
    long["side"] = long["side"].map({"before": "As they are", "after": "Made alike"})
    color = alt.Color(
        "side:N",
        title=None,
        scale=alt.Scale(domain=list(SIDES), range=list(SIDES.values())),
        legend=alt.Legend(columns=2),
    )
    x = {"title": "Difference in standard deviations", "axis": alt.Axis(grid=True, tickCount=5)}
    dots = (
        alt.Chart(long)
        .mark_point(filled=True, size=70, opacity=1)
        .encode(
            alt.X("gap:Q", **x),
            alt.Y("name:N", sort=labels, title=None, axis=name_axis(labels)),
            color=color,
            shape=alt.Shape(
                "side:N",
                scale=alt.Scale(domain=list(SIDES), range=["diamond", "circle"]),
                title=None,
            ),
            tooltip=[
                alt.Tooltip("name:N", title="Held equal"),
                alt.Tooltip("side:N", title="Groups"),
                alt.Tooltip("gap:Q", title="Difference", format=".2f"),
            ],
        )
    )
    ends = long.head(2).assign(bound=[-BALANCED, BALANCED])
    bounds = alt.Chart(ends).mark_rule(color=MUTED, strokeDash=[4, 3]).encode(alt.X("bound:Q", **x))
    return alt.layer(bounds, dots).properties(height=24 * len(labels) + 90)


def shape_curve(shape: Shape, measure: str) -> alt.LayerChart:
    """The chance of leaving at each score, against that at the usual one."""
    label = SCALES[measure].label
    rows = shape.curve
    base = alt.Chart(rows).encode(
        alt.X("score:Q", title=f"Last {label}",
              axis=alt.Axis(tickMinStep=1, format="d", grid=False),
              scale=alt.Scale(nice=False))
    )  # fmt: skip
    y = {
        "title": f"Times the chance of leaving at {shape.knot:g}",
        "scale": alt.Scale(type="log", nice=False),
        "axis": alt.Axis(grid=True, tickCount=5, format=".2f"),
    }
    band = base.mark_area(opacity=0.25, color=INK).encode(alt.Y("lower:Q", **y), alt.Y2("upper:Q"))
    line = base.mark_line(color=INK, point={"filled": True, "size": 60, "color": INK}).encode(
        alt.Y("hazard_ratio:Q", **y),
        tooltip=[
            alt.Tooltip("score:Q", title=label),
            alt.Tooltip("hazard_ratio:Q", title="Times the chance", format=".2f"),
            alt.Tooltip("lower:Q", title="From", format=".2f"),
            alt.Tooltip("upper:Q", title="To", format=".2f"),
        ],
    )
    return alt.layer(band, line).properties(height=260)

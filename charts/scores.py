"""Scores: their course with what is noise greyed, and groups with their intervals."""

import altair as alt
import pandas as pd

from charts.interval_dots import interval_dots
from charts.theme import INK, LATE, MUTED, month_end_axis, name_axis, percent_axis
from charts.wording import share
from models.score_scales import SCALES
from models.scores import Scores

__all__ = ["MOST_GROUPS", "group_dots", "said", "score_course"]

#: More groups than this are read in the table.
MOST_GROUPS = 14
VERDICTS = {"higher": INK, "lower": LATE, "no difference seen": MUTED}
MOVES = {"Moved beyond noise": INK, "Within noise": MUTED}


def said(measure: str, value: float) -> str:
    """A score as it is written.

    >>> said("nps", 29.96), said("csat", 0.4372), said("ces", 4.49)
    ('30', '44 %', '4.5')
    """
    if pd.isna(value):
        return "–"
    return {"nps": f"{value:.0f}", "csat": share(value, 0)}.get(measure, f"{value:.1f}")


def form_of(measure: str) -> str:
    return {"nps": ".0f", "csat": ".0%"}.get(measure, ".1f")


def axis_of(measure: str, **options: object) -> alt.Axis:
    if measure == "csat":
        return percent_axis(grid=True, **options)
    return alt.Axis(grid=True, tickCount=5, format=form_of(measure), **options)


def score_course(scores: Scores, measure: str) -> alt.LayerChart:
    """The score of each three months with its interval; changes that are noise are grey."""
    rows = scores.trend[scores.trend["measure"] == measure].copy()
    rows["kind"] = ["Moved beyond noise" if moved else "Within noise" for moved in rows["moved"]]
    x = alt.X("ends:T", title=None, axis=month_end_axis(rows["ends"]))
    y = {"axis": axis_of(measure), "scale": alt.Scale(zero=False, nice=True)}
    title = {"nps": "NPS", "csat": "Answers 4 and 5", "ces": "Mean, 1 to 7"}[measure]
    base = alt.Chart(rows).encode(x)
    line = base.mark_line(color=MUTED, strokeWidth=1.5, opacity=0.6).encode(
        alt.Y("value:Q", title=title, **y)
    )
    color = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=list(MOVES), range=list(MOVES.values())),
        legend=alt.Legend(columns=2),
    )
    interval = base.mark_rule(strokeWidth=3, opacity=0.45).encode(
        alt.Y("low:Q", title=title, **y), alt.Y2("high:Q"), color=color
    )
    dot = base.mark_point(filled=True, size=80, opacity=1).encode(
        alt.Y("value:Q", title=title, **y),
        color=color,
        tooltip=[
            alt.Tooltip("ends:T", title="Three months to"),
            alt.Tooltip("value:Q", title="Score", format=form_of(measure)),
            alt.Tooltip("low:Q", title="From", format=form_of(measure)),
            alt.Tooltip("high:Q", title="To", format=form_of(measure)),
            alt.Tooltip("n:Q", title="Answers", format=","),
            alt.Tooltip("n_customers:Q", title="Customers", format=","),
        ],
    )
    layers = [line, interval, dot]
    if rows["market"].notna().any():
        market = base.transform_filter("isValid(datum.market)")
        layers.append(
            market.mark_line(color=LATE, strokeDash=[5, 4], strokeWidth=2).encode(
                alt.Y("market:Q", title=title, **y)
            )
        )
        layers.append(
            alt.Chart(rows.dropna(subset="market").tail(1).assign(word="Market"))
            .mark_text(align="right", dy=-9, fontSize=12)
            .encode(x, alt.Y("market:Q", title=title, **y), text="word:N")
        )
    return alt.layer(*layers)


def group_dots(scores: Scores, measure: str, cut: str) -> alt.LayerChart:
    """The score of each group of a cut with its interval, beside that of all."""
    rows = scores.cuts
    rows = rows[(rows["measure"] == measure) & (rows["cut"] == cut) & rows["value"].notna()]
    rows = rows.nlargest(MOST_GROUPS, "n").sort_values(["value", "group"], ascending=[False, True])
    named = rows["group"].str[:1].str.upper() + rows["group"].str[1:]
    labels = [f"{g}  {said(measure, v)}" for g, v in zip(named, rows["value"], strict=True)]
    rows = rows.assign(label=labels)
    x = {
        "title": f"{SCALES[measure].label}: {SCALES[measure].headline}",
        "axis": axis_of(measure),
        "scale": alt.Scale(zero=False, nice=True, padding=8),
    }
    base = alt.Chart(rows).encode(
        alt.Y("label:N", sort=labels, title=None, axis=name_axis(labels)),
        color=alt.Color(
            "verdict:N",
            title="Against all others",
            scale=alt.Scale(domain=list(VERDICTS), range=list(VERDICTS.values())),
            legend=alt.Legend(columns=1),
        ),
        tooltip=[
            alt.Tooltip("group:N", title="Group"),
            alt.Tooltip("value:Q", title="Score", format=form_of(measure)),
            alt.Tooltip("low:Q", title="From", format=form_of(measure)),
            alt.Tooltip("high:Q", title="To", format=form_of(measure)),
            alt.Tooltip("n:Q", title="Answers", format=","),
            alt.Tooltip("n_customers:Q", title="Customers", format=","),
        ],
    )
    whole = float(scores.score(measure)["value"])
    dots = interval_dots(base, "value", "low", "high", even=whole, **x)
    return dots.properties(height=34 * len(labels) + 190)

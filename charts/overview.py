"""The overview drawn: small courses for the cards, one course in full, and parts of a change."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from charts.theme import (
    AFTER,
    INK,
    LATE,
    MUTED,
    money_axis,
    month_end_axis,
    name_axis,
    percent_axis,
)
from models.alignment import Alignment
from models.decomposition import Decomposition
from models.definition import Unit
from models.scoreboard import Reading

__all__ = ["course_chart", "pair_dots", "parts_bars", "small_course"]

#: Pixels of a course on a card.
WIDE, HIGH, EDGE = 240, 46, 5
KINDS = {"rate": "Changed by themselves", "mix": "Weigh more or less"}


def small_course(
    course: pd.DataFrame, events: Sequence[pd.Timestamp], target: float | None = None
) -> str:
    """A course as an SVG picture: a line, its last point, a dash for the target, ticks for events.

    A picture and not a chart: a dozen charts on the first page would each start an engine of their
    own, which takes longer than all else on it.
    """
    days = pd.to_datetime(course["ends"]).astype("datetime64[ns]").astype("int64").to_numpy()
    values = course["value"].to_numpy(dtype=float)
    shown = np.append(values, [] if target is None else [target])
    low, high = float(shown.min()), float(shown.max())
    x = scaled(days, days.min(), days.max(), EDGE, WIDE - EDGE)
    y = scaled(values, low, high, HIGH - 12, EDGE)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    parts = [
        f'<polyline points="{points}" fill="none" stroke="{INK}" stroke-width="2.2"/>',
        f'<circle cx="{x[-1]:.1f}" cy="{y[-1]:.1f}" r="3.4" fill="{INK}"/>',
    ]
    if target is not None:
        at = scaled(np.array([target]), low, high, HIGH - 12, EDGE)[0]
        dash = f'stroke="{MUTED}" stroke-width="1.4" stroke-dasharray="5 4"'
        parts.insert(
            0, f'<line x1="{EDGE}" x2="{WIDE - EDGE}" y1="{at:.1f}" y2="{at:.1f}" {dash}/>'
        )
    for event in sorted(set(pd.DatetimeIndex(events).as_unit("ns").asi8)):
        if days.min() <= event <= days.max():
            at = scaled(np.array([event]), days.min(), days.max(), EDGE, WIDE - EDGE)[0]
            parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{HIGH - 7}" y2="{HIGH}" '
                         f'stroke="{LATE}" stroke-width="2"/>')  # fmt: skip
    body = "".join(parts)
    # Wider than any card, which makes it as wide as there is room.
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{3 * WIDE}" '
        f'height="{3 * HIGH}">{body}</svg>'
    )


def scaled(values: np.ndarray, low: float, high: float, first: float, last: float) -> np.ndarray:
    """From between `low` and `high` to between `first` and `last`; the middle if they are one."""
    if high == low:
        return np.full(len(values), (first + last) / 2)
    return first + (values - low) / (high - low) * (last - first)


def axis_of(unit: Unit, **options: object) -> alt.Axis:
    if unit == "money":
        return money_axis()
    if unit == "share":
        return percent_axis(**options)
    return alt.Axis(tickCount=5, format=",.4~g", **options)


def form_of(unit: Unit) -> str:
    return {"money": ",.2f", "share": ".1%"}.get(unit, ",.1f")


def course_chart(
    reading: Reading, events: pd.DataFrame, comments: pd.DataFrame, market: pd.DataFrame
) -> alt.LayerChart:
    """One figure over time, with the market, its target, what happened, and what was said of it.

    Parameters
    ----------
    reading : Reading
        With a course.
    events : DataFrame
        ``happened_on``, ``kind`` and ``title``.
    comments : DataFrame
        From `analyses.comments.kept_comments`; those with a point stand on it.
    market : DataFrame
        ``month`` and ``value``.
    """
    unit, course = reading.figure.unit, reading.course.copy()
    course["ends"] = pd.to_datetime(course["ends"])
    first, last = course["ends"].min(), course["ends"].max()
    x = alt.X("ends:T", title=None, axis=month_end_axis(course["ends"]))
    y = {"axis": axis_of(unit, grid=True), "scale": alt.Scale(zero=False, nice=True)}
    base = alt.Chart(course).encode(x)
    tips = [alt.Tooltip("ends:T", title="Until", format="%-d %b %Y"),
            alt.Tooltip("value:Q", title="Value", format=form_of(unit))]  # fmt: skip
    layers: list[alt.Chart] = []
    if "low" in course and course["low"].notna().any():
        band = base.transform_filter("isValid(datum.low)").mark_area(color=INK, opacity=0.16)
        layers.append(band.encode(alt.Y("low:Q", title=None, **y), alt.Y2("high:Q")))
    line = base.mark_line(color=INK).encode(alt.Y("value:Q", title=None, **y))
    dots = base.mark_point(color=INK, filled=True, size=55, opacity=1)
    layers += [line, dots.encode(alt.Y("value:Q", title=None, **y), tooltip=tips)]
    if reading.target is not None:
        layers.append(level(reading.target, "Target", last, y))
    inside = market.assign(ends=pd.to_datetime(market["month"]) + pd.offsets.MonthEnd(0))
    inside = inside[(inside["ends"] >= first) & (inside["ends"] <= last)]
    if len(inside):
        told = alt.Chart(inside).mark_line(color=LATE, strokeDash=[5, 4], strokeWidth=2)
        layers.append(told.encode(x, alt.Y("value:Q", title=None, **y)))
        word = alt.Chart(inside.tail(1).assign(word="Market"))
        layers.append(word.mark_text(align="right", dy=-9, fontSize=12).encode(
            x, alt.Y("value:Q", title=None, **y), text="word:N"))  # fmt: skip
    layers += marks(events, comments, course)
    return alt.layer(*layers)


def level(value: float, word: str, at: pd.Timestamp, y: dict[str, object]) -> alt.LayerChart:
    """A dashed line at one value, named at its right end."""
    rows = alt.Chart(pd.DataFrame({"value": [value], "word": [word], "ends": [at]}))
    rule = rows.mark_rule(color=MUTED, strokeDash=[6, 4], strokeWidth=2)
    text = rows.mark_text(align="right", dy=-7, fontSize=12)
    where = alt.Y("value:Q", title=None, **y)
    return rule.encode(where) + text.encode(alt.X("ends:T"), where, text="word:N")


def marks(events: pd.DataFrame, comments: pd.DataFrame, course: pd.DataFrame) -> list[alt.Chart]:
    """Upright lines at events, and a sign on each point that somebody wrote about."""
    first, last = course["ends"].min(), course["ends"].max()
    rows = events.assign(ends=pd.to_datetime(events["happened_on"]))
    rows = rows[(rows["ends"] >= first) & (rows["ends"] <= last)]
    found = []
    if len(rows):
        tips = [
            alt.Tooltip("ends:T", title="Happened", format="%-d %b %Y"),
            alt.Tooltip("kind:N", title="Kind"),
            alt.Tooltip("title:N", title="What"),
        ]
        kept = rows[["ends", "kind", "title"]]
        rule = alt.Chart(kept).mark_rule(color=MUTED, opacity=0.55, strokeWidth=1.6)
        found.append(rule.encode(alt.X("ends:T"), tooltip=tips))
    said = comments.dropna(subset="point").assign(ends=lambda table: table["point"])
    said = said[["ends", "text", "who"]].merge(course[["ends", "value"]], on="ends")
    if len(said):
        sign = alt.Chart(said).mark_point(shape="diamond", color=AFTER, filled=True, size=190,
                                          opacity=0.9, yOffset=-14)  # fmt: skip
        tips = [alt.Tooltip("text:N", title="Comment"), alt.Tooltip("who:N", title="By")]
        found.append(sign.encode(alt.X("ends:T"), alt.Y("value:Q"), tooltip=tips))
    return found


def parts_bars(parts: Decomposition, unit: Unit, *, currency: str) -> alt.LayerChart:
    """What each group adds to a change: by itself, and by weighing more or less."""
    table = parts.table.sort_values("total", ascending=False, kind="stable")
    long = table.melt(["group", "n", "total"], ["rate", "mix"], "kind", "part")
    long["kind"] = long["kind"].map(KINDS)
    order = table["group"].tolist()
    scale = 100 if unit == "share" else 1
    title = {"share": "Percentage points", "money": currency, "days": "Days"}.get(unit, "Change")
    for frame in (long, table):
        for name in ("part", "total", "low", "high"):
            if name in frame:
                frame[name] = scale * frame[name]
    axis = money_axis() if unit == "money" else alt.Axis(tickCount=5, format=",.3~g")
    y = alt.Y("group:N", sort=order, title=None, axis=name_axis(order))
    form = ",.2f"
    bars = alt.Chart(long).mark_bar(height=13).encode(
        y,
        alt.X("part:Q", title=f"Adds to the change, {title}", axis=axis, stack="zero"),
        alt.Color("kind:N", title=None, legend=alt.Legend(columns=1),
                  scale=alt.Scale(domain=list(KINDS.values()), range=[INK, LATE])),
        tooltip=[alt.Tooltip("group:N", title="Group"), alt.Tooltip("kind:N", title="Part"),
                 alt.Tooltip("part:Q", title=title, format=form),
                 alt.Tooltip("n:Q", title="Customers", format=",")],
    )  # fmt: skip
    known = table.dropna(subset=["low", "high"])
    whole = alt.Chart(known).mark_rule(color=MUTED, strokeWidth=2).encode(
        y, alt.X("low:Q", title=f"Adds to the change, {title}"), alt.X2("high:Q")
    )  # fmt: skip
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(color=MUTED).encode(alt.X("zero:Q"))
    return (bars + whole + zero).properties(height=alt.Step(30))


def pair_dots(alignment: Alignment, names: dict[str, str], *, most: int = 12) -> alt.LayerChart:
    """Correlations of improvements with their intervals, the clearest pairs first."""
    rows = alignment.table.head(most).copy()
    rows["pair"] = [
        f"{names[first]}|{names[second]}"
        for first, second in zip(rows["first"], rows["second"], strict=True)
    ]
    order = rows["pair"].tolist()
    words = {"pull against each other": LATE, "go together": INK, "cannot tell": MUTED}
    color = alt.Color("verdict:N", title=None, legend=alt.Legend(columns=1),
                      scale=alt.Scale(domain=list(words), range=list(words.values())))  # fmt: skip
    base = alt.Chart(rows).encode(
        alt.Y("pair:N", sort=order, title=None, axis=name_axis(order)), color=color
    )
    scale = alt.Scale(domain=[-1, 1])
    title = "Correlation of monthly improvements"
    rule = base.mark_rule(strokeWidth=3, opacity=0.5).encode(
        alt.X("low:Q", title=title, scale=scale), alt.X2("high:Q")
    )
    dot = base.mark_point(filled=True, size=80, opacity=1).encode(
        alt.X("correlation:Q", title=title, scale=scale),
        tooltip=[alt.Tooltip("correlation:Q", title="Correlation", format="+.2f"),
                 alt.Tooltip("low:Q", title="From", format="+.2f"),
                 alt.Tooltip("high:Q", title="To", format="+.2f"),
                 alt.Tooltip("n:Q", title="Months"), alt.Tooltip("verdict:N", title="Verdict")],
    )  # fmt: skip
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(color=MUTED).encode(alt.X("zero:Q"))
    return (zero + rule + dot).properties(height=alt.Step(38))

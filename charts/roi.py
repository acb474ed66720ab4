"""Return of initiatives: the fan of what may come, what it hangs on, and who brings what."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from charts import spec_of
from charts.interval_dots import interval_dots
from charts.theme import INK, LATE, MUTED, money_axis, name_axis
from charts.wording import money
from models.initiatives import DRIVERS
from models.portfolio import Choice

__all__ = ["fan_chart", "fan_spec", "input_words", "scenario_dots", "share_chart", "swing_chart"]

#: More inputs than this are in the table only.
MOST_INPUTS = 10


def input_words(name: str, titles: dict[str, str]) -> str:
    """What an input is called.

    >>> input_words("effect:faq:billing_tickets", {"faq": "FAQ"})
    'FAQ: billing tickets avoided'
    >>> input_words("link:churn", {}), input_words("cost:faq", {"faq": "FAQ"})
    ('What the score does to leaving', 'FAQ: cost')
    """
    shared = {
        "link:churn": "What the score does to leaving",
        "link:days": "What the score does to days to pay",
        "margin": "Margin that leaves as it is",
        "everything": "Everything at once",
    }
    if name in shared:
        return shared[name]
    kind, initiative, *driver = name.split(":")
    what = {"cost": "cost", "run": "cost of running"}.get(kind)
    if what is None:
        what = DRIVERS[driver[0]].split(",")[0].lower()
    return f"{titles.get(initiative, initiative)}: {what}"


@cache
def fan_spec() -> dict[str, Any]:
    """`fan_chart` without its rows: made once, so that a slider sends the browser rows alone."""
    return spec_of(fan_chart(pd.DataFrame([{"month": 0, "p10": 0.0, "p50": 0.0, "p90": 0.0}])))


def fan_chart(rows: pd.DataFrame) -> alt.LayerChart:
    """Cumulative cash in today's money, month by month: the middle and four draws in five.

    `rows` are those of `Roi.fan`.
    """
    base = alt.Chart(rows).encode(alt.X("month:Q", title="Months from now",
        axis=alt.Axis(tickMinStep=1, tickCount=8), scale=alt.Scale(nice=False)))  # fmt: skip
    band = base.mark_area(opacity=0.25, color=INK).encode(
        alt.Y("p10:Q", title="Net, in today's money", axis=money_axis()),
        alt.Y2("p90:Q"),
        tooltip=tooltips(),
    )
    line = base.mark_line(color=INK, strokeWidth=2.5).encode(alt.Y("p50:Q"), tooltip=tooltips())
    zero = alt.Chart(rows).transform_filter("datum.month == 0")
    zero = zero.mark_rule(color=MUTED, strokeDash=[4, 3]).encode(y=alt.datum(0))
    return alt.layer(band, line, zero).properties(height=320)


def tooltips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("month:Q", title="Month"),
        alt.Tooltip("p10:Q", title="One in ten is below", format=",.0f"),
        alt.Tooltip("p50:Q", title="Half are below", format=",.0f"),
        alt.Tooltip("p90:Q", title="One in ten is above", format=",.0f"),
    ]


def swing_chart(table: pd.DataFrame, titles: dict[str, str]) -> tuple[dict[str, Any], pd.DataFrame]:
    """Value with one input at a time at its tenth and ninetieth percentile: spec and rows."""
    rows = table[table["swing"] > 0].head(MOST_INPUTS)
    lines = [input_words(name, titles).replace(": ", ":|", 1) for name in rows["input"]]
    rows = rows.assign(line=lines, start=rows["middle"])
    # Both ends lie on one side where an input moves the value one way and back.
    below = rows.assign(end=rows["low"], at="At its low")
    above = rows.assign(end=rows["high"], at="At its high")
    both = pd.concat([below, above], ignore_index=True)[["line", "start", "end", "at"]]
    return swing_bars(len(rows), longest_of(lines)), both


@cache
def swing_bars(n: int, longest: int) -> dict[str, Any]:
    """What is drawn of so many inputs with names so long, without them."""
    rows = pd.DataFrame([{"line": "", "start": 0.0, "end": 0.0, "at": ""}])
    bars = alt.Chart(rows).mark_bar(height={"band": 0.6}).encode(
        alt.Y("line:N", title=None, sort=None, axis=name_axis(["x" * longest])),
        alt.X("start:Q", title="Net present value", axis=money_axis(),
              scale=alt.Scale(zero=False)),
        alt.X2("end:Q"),
        color=alt.Color("at:N", title=None, scale=alt.Scale(
            domain=["At its low", "At its high"], range=[LATE, INK])),
        tooltip=[
            alt.Tooltip("line:N", title="Input"),
            alt.Tooltip("at:N", title="At"),
            alt.Tooltip("end:Q", title="Net present value", format=",.0f"),
        ],
    )  # fmt: skip
    return spec_of(alt.layer(bars).properties(height=38 * n + 90))


def share_chart(choice: Choice, currency: str) -> tuple[dict[str, Any], pd.DataFrame]:
    """What each initiative would bring alone, and its part of the whole: spec and rows."""
    rows = choice.shares.sort_values("share", ascending=False, ignore_index=True)
    lines = [
        f"{title}|{money(value, currency)}"
        for title, value in zip(rows["title"], rows["share"], strict=True)
    ]
    rows = rows.assign(line=lines)[["line", "title", "share", "alone"]]
    return share_bars(len(rows), longest_of(lines)), rows


@cache
def share_bars(n: int, longest: int) -> dict[str, Any]:
    """What is drawn of so many initiatives with names so long, without them."""
    rows = pd.DataFrame([{"line": "", "title": "", "share": 0.0, "alone": 0.0}])
    base = alt.Chart(rows).encode(
        alt.Y("line:N", title=None, sort=None, axis=name_axis(["x" * longest]))
    )
    bars = base.mark_bar(height={"band": 0.55}, color=INK).encode(
        alt.X("share:Q", title="Net present value", axis=money_axis()),
        tooltip=[
            alt.Tooltip("title:N", title="Initiative"),
            alt.Tooltip("share:Q", title="Its part of the whole", format=",.0f"),
            alt.Tooltip("alone:Q", title="By itself", format=",.0f"),
        ],
    )
    alone = base.mark_tick(color=LATE, thickness=3, size=26).encode(
        alt.X("alone:Q"),
        tooltip=[alt.Tooltip("alone:Q", title="By itself", format=",.0f")],
    )
    return spec_of(alt.layer(bars, alone).properties(height=46 * n + 70))


def longest_of(names: Sequence[str]) -> int:
    """Letters of the longest line of the names."""
    return max((len(line) for name in names for line in name.split("|")), default=0)


def scenario_dots(table: pd.DataFrame, *, currency: str) -> alt.LayerChart:
    """Value of saved scenarios: the middle and four draws in five of each."""
    lines = [
        f"{name}|{money(value, currency)}"
        for name, value in zip(table["scenario"], table["p50"], strict=True)
    ]
    rows = table.assign(line=lines)
    base = alt.Chart(rows).encode(
        alt.Y("line:N", title=None, sort=lines, axis=name_axis(lines)),
        color=alt.value(INK),
        tooltip=[
            alt.Tooltip("scenario:N", title="Scenario"),
            alt.Tooltip("p10:Q", title="One in ten is below", format=",.0f"),
            alt.Tooltip("p50:Q", title="Half are below", format=",.0f"),
            alt.Tooltip("p90:Q", title="One in ten is above", format=",.0f"),
        ],
    )
    x = {"title": "Net present value", "axis": money_axis()}
    dots = interval_dots(base, "p50", "p10", "p90", even=0.0, **x)
    return dots.properties(height=46 * len(rows) + 70)

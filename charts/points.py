"""What a chart is called, and the points it draws: what a comment on it can be about."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
from altair import TopLevelMixin as Chart

from charts.wording import date

__all__ = ["name_of_chart", "points_of_chart", "points_of_spec"]

#: More points than these are not chosen from by hand: the comment is about the whole.
MOST_POINTS = 400
CALLED = "Chart"
#: Marks that are no points of the data but say something about it.
BESIDE = ("rule", "text")
NAMED = ("nominal", "ordinal", "temporal")
#: Channels that tell points apart, those of place first.
PLACES, KINDS = ("x", "y"), ("column", "row", "facet", "color")


def name_of_chart(chart: Chart) -> str:
    """A chart by the titles of its axes, which stay the same whatever the data are.

    Read from the chart as it stands: it is asked for at every redraw.

    Examples
    --------
    >>> rows = pd.DataFrame({"days": [0, 30], "paid": [0.0, 0.6]})
    >>> name_of_chart(
    ...     alt.Chart(rows)
    ...     .mark_line()
    ...     .encode(alt.X("days", title="Days"), alt.Y("paid", title="Paid"))
    ... )
    'Paid by days'
    """
    found: dict[str, str] = {}
    for part in parts_of(chart):
        for name in ("y", "x"):
            channel = getattr(getattr(part, "encoding", None), name, alt.Undefined)
            title = alt.Undefined if channel is alt.Undefined else channel["title"]
            if isinstance(title, str) and title:
                found.setdefault(name, title)
    names = [found[name] for name in ("y", "x") if name in found]
    if len(names) == 2:
        first, second = names
        return f"{first} by {second[:1].lower()}{second[1:]}"
    return names[0] if names else CALLED


def parts_of(chart: Any) -> Iterator[Any]:
    """A chart and all that it is put together from."""
    yield chart
    for name in ("layer", "hconcat", "vconcat", "concat"):
        below = getattr(chart, name, alt.Undefined)
        if isinstance(below, list):
            for part in below:
                yield from parts_of(part)
    inner = getattr(chart, "spec", alt.Undefined)
    if isinstance(inner, Chart):
        yield from parts_of(inner)


def points_of_chart(chart: Chart) -> list[str]:
    """The points that a chart draws, in words; none where there are too many to choose from.

    Examples
    --------
    >>> rows = pd.DataFrame({"industry": ["Retail", "Health"], "share": [0.4, 0.2]})
    >>> points_of_chart(alt.Chart(rows).mark_bar().encode(x="share", y="industry"))
    ['Retail', 'Health']
    """
    spec = chart.to_dict()
    tables = spec.get("datasets", {})
    return listed_points(spec, tables, [])


def points_of_spec(spec: Mapping[str, Any], rows: pd.DataFrame) -> list[str]:
    """As `points_of_chart` for a chart whose table comes apart from it."""
    return listed_points(spec, {}, rows.to_dict("records"))


def listed_points(
    spec: Mapping[str, Any], tables: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> list[str]:
    found = dict.fromkeys(words for words in in_words(spec, tables, rows, {}) if words)
    return list(found) if len(found) <= MOST_POINTS else []


def in_words(
    spec: Mapping[str, Any],
    tables: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    encoding: Mapping[str, Any],
) -> Iterator[str]:
    """The points of a chart and of all below it, which draws what it hands down."""
    data = spec.get("data") or {}
    rows = tables.get(data.get("name"), data.get("values", rows))
    encoding = {**encoding, **spec.get("encoding", {})}
    below = [part for name in ("layer", "hconcat", "vconcat", "concat") for part in
             spec.get(name, ())]  # fmt: skip
    for part in (*below, *([spec["spec"]] if "spec" in spec else ())):
        yield from in_words(part, tables, rows, encoding)
    mark = spec.get("mark")
    if mark is None or (mark if isinstance(mark, str) else mark["type"]) in BESIDE:
        return
    fields = fields_of(encoding)
    for row in rows if isinstance(rows, list) else ():
        yield ", ".join(value_in_words(row.get(name), kind) for name, kind in fields.items())


def fields_of(encoding: Mapping[str, Any]) -> dict[str, str]:
    """Columns that tell the points of a chart apart, each with its type."""
    known = {
        name: channel
        for name in (*PLACES, *KINDS)
        if isinstance(channel := encoding.get(name), dict) and "field" in channel
    }
    named = {
        channel["field"]: channel["type"]
        for channel in known.values()
        if channel.get("type") in NAMED
    }
    if not any(known[name]["field"] in named for name in PLACES if name in known) and "x" in known:
        return {known["x"]["field"]: "quantitative"} | named
    return named


def value_in_words(value: Any, kind: str) -> str:
    if kind == "temporal" and value is not None:
        return date(pd.Timestamp(value))
    if isinstance(value, float):
        return f"{value:,.6g}"
    return "" if value is None else str(value)

"""The look every chart shares. Importing this module turns it on."""

from collections.abc import Iterable, Sequence

import altair as alt
import pandas as pd

__all__ = [
    "AFTER",
    "BACKGROUNDS",
    "HEIGHT",
    "INK",
    "LABELS",
    "LATE",
    "MISSED",
    "MUTED",
    "PALETTE",
    "SEVERITY",
    "TEXT",
    "dark_config",
    "height_with_legend",
    "money_axis",
    "month_end_axis",
    "name_axis",
    "outcome_legend",
    "percent_axis",
    "series_color",
    "series_dash",
    "severity",
    "wrapped",
]

#: Every mark colour is mid-toned: at least 3:1 against both backgrounds (WCAG 1.4.11), so
#: that one spec serves the light page, the dark page, the notebook and the slide. Which
#: series is which is never told by colour alone: lines carry a label and a dash of their own.
INK = "#1F7F86"
LATE = "#B9770E"
PALETTE = (INK, LATE, "#6460CC", "#B5446E", "#6F7F87", "#6E8B1F", "#3D78B8")
MUTED = "#6F7F87"
AFTER = "#6460CC"
MISSED = "#B8502E"

#: From not yet due to long overdue. The axis names the buckets; the colour repeats it.
SEVERITY = ("#1F7F86", "#7F8F3C", "#B9770E", "#B8502E", "#B0435A", "#95508A")

#: More names than this take two columns.
MOST_IN_A_ROW = 3

#: Pixels of a chart with its axes and a legend of one row, and of each further row.
HEIGHT, LEGEND_ROW = 300, 24

#: Pixels of half a line of a name beside a chart.
HALF_LINE = 7

#: Letters of a name beside a chart that stay in one line.
LONGEST_LINE = 20

#: An axis with more dates than this cannot name them all on a telephone.
MOST_DATES = 11

BACKGROUNDS = {"light": "#FCFBF8", "dark": "#11191D"}

#: Axis and legend text, which no one colour serves on both backgrounds (WCAG 1.4.3, 4.5:1).
LABELS = {"light": "#4B5860", "dark": "#C5CDD1"}

#: Words on a mark or above it.
TEXT = {"light": "#1B2A33", "dark": "#E9E6DF"}

DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 2], [10, 4], [1, 3])


@alt.theme.register("goodwill", enable=True)
def goodwill() -> alt.theme.ThemeConfig:
    """Sizes, grid and palette. Text and grid colours are left to the page, which knows its mode."""
    return {
        "height": HEIGHT,
        "config": {
            "font": "Source Sans, Source Sans 3, Helvetica, Arial, sans-serif",
            "view": {"stroke": None},
            "axis": {
                "labelFontSize": 12,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
                "titlePadding": 10,
                "labelPadding": 6,
                "domain": False,
                "ticks": False,
                "gridOpacity": 0.55,
            },
            # Titles end where the plot does: in the middle of a narrow plot beside long names they
            # would run off a telephone.
            "axisX": {"grid": False, "domain": True, "labelFlush": False, "titleAnchor": "end"},
            "axisY": {"titleAlign": "left", "titleAngle": 0, "titleAnchor": "end", "titleY": -14},
            "legend": {
                "orient": "top",
                # Clear of the title of the upright axis, which lies above the axis.
                "offset": 28,
                "title": None,
                "labelFontSize": 12,
                "symbolStrokeWidth": 2.5,
                "columnPadding": 18,
                "labelLimit": 220,
            },
            "title": {"anchor": "start", "fontSize": 15, "offset": 14},
            "line": {"strokeWidth": 2.5},
            "bar": {"cornerRadiusEnd": 2},
            "range": {"category": list(PALETTE)},
        },
    }


def dark_config() -> dict:
    """The colours a renderer without a page needs to draw on the dark background."""
    text = TEXT["dark"]
    grid = "#33424A"
    return {
        "background": BACKGROUNDS["dark"],
        "axis": {
            "labelColor": text,
            "titleColor": text,
            "gridColor": grid,
            "domainColor": grid,
            "tickColor": grid,
        },
        "legend": {"labelColor": text, "titleColor": text},
        "title": {"color": text, "subtitleColor": text},
        "text": {"color": text},
    }


def money_axis() -> alt.Axis:
    """An axis of money in short, as `charts.wording` writes it: 1.2K, 3.4M, 5bn.

    d3 writes k for a thousand, and G for a thousand millions, which no finance reader expects.
    """
    in_short = "replace(replace(format(datum.value, '~s'), 'G', 'bn'), 'k', 'K')"
    return alt.Axis(labelExpr=in_short, tickCount=5)


def name_axis(names: Sequence[str], *, at_most: int = 190, **axis: object) -> alt.Axis:
    """An axis of names with room for the longest, which a page that fits its width would cut.

    A ``|`` in a name starts its second line.
    """
    longest = max((len(line) for name in names for line in str(name).split("|")), default=0)
    room = min(at_most, 6 * longest + 8)
    # Vega sets the first line beside the mark, and the first name flush with the end of the axis:
    # raised by half a line for each further one, and not flush, every name is beside its mark.
    raised = [
        {"test": f"length(split(datum.value, '|')) == {lines}", "value": -HALF_LINE * (lines - 1)}
        for lines in (2, 3)
    ]
    return alt.Axis(labelLimit=at_most, minExtent=room, labelOverlap=False, labelFlush=False,
                    labelOffset={"condition": raised, "value": 0},
                    labelExpr="split(datum.label, '|')", **axis)  # fmt: skip


def wrapped(name: str) -> str:
    """A long name of two parts in two lines, as `name_axis` breaks them.

    >>> wrapped("High revenue, high acquisition cost"), wrapped("Retail, small")
    ('High revenue,|high acquisition cost', 'Retail, small')
    """
    return name.replace(", ", ",|", 1) if len(name) > LONGEST_LINE else name


def percent_axis(form: str = ".0%", **axis: object) -> alt.Axis:
    """An axis of shares in percent, with the space that `charts.wording` puts before the sign."""
    in_percent = f"replace(format(datum.value, '{form}'), '%', ' %')"
    return alt.Axis(labelExpr=in_percent, **{"tickCount": 5, **axis})


def month_end_axis(days: Iterable[object]) -> alt.Axis:
    """An axis of month ends that names the months of its points, the last one always.

    A tick of Vega's own stands on the first of a month, beside the end of the month before:
    the point of September would read October.
    """
    ends = pd.DatetimeIndex(sorted(set(pd.to_datetime(list(days)))))
    step = next((s for s in (1, 3, 6) if len(ends) <= s * MOST_DATES), 12)
    named = ends[::-1][::step][::-1]
    return alt.Axis(
        values=[alt.DateTime(year=day.year, month=day.month, date=day.day) for day in named],
        # Month over year: narrow enough to stand under every tick.
        labelExpr="[timeFormat(datum.value, '%b'), timeFormat(datum.value, '%Y')]",
        labelOverlap="parity",
        labelFlush=True,
    )


def outcome_legend() -> alt.Legend:
    """Two columns: three outcomes in one row would run off a telephone."""
    return alt.Legend(columns=2)


def height_with_legend(n: int) -> int:
    """Pixels of a chart whose legend names `n` series, so that the plot keeps its own."""
    rows = -(-n // 2) if n > MOST_IN_A_ROW else 1
    return HEIGHT + LEGEND_ROW * (rows - 1)


def series_color(field: str, order: list[str], colors: Sequence[str] = PALETTE) -> alt.Color:
    """One colour a series, in the order of the legend."""
    return alt.Color(
        f"{field}:N",
        sort=order,
        scale=alt.Scale(domain=order, range=list(colors[: len(order)])),
        legend=line_legend(order),
    )


def line_legend(order: list[str]) -> alt.Legend:
    """A legend that shows the dash, in two columns where one row would not fit a telephone."""
    columns = {"columns": 2} if len(order) > MOST_IN_A_ROW else {}
    return alt.Legend(
        symbolType="stroke", symbolSize=900, symbolStrokeWidth=2.5, symbolOpacity=1, **columns
    )


def series_dash(field: str, order: list[str]) -> alt.StrokeDash:
    """One dash a series, so that none is known by its colour alone."""
    return alt.StrokeDash(
        f"{field}:N",
        sort=order,
        scale=alt.Scale(domain=order, range=[list(dash) for dash in DASHES[: len(order)]]),
        legend=line_legend(order),
    )


def severity(n: int) -> list[str]:
    """`n` colours from not yet due to long overdue."""
    if n <= len(SEVERITY):
        return [*SEVERITY[: n - 1], SEVERITY[-1]] if n > 1 else [SEVERITY[0]]
    return [*SEVERITY, *([SEVERITY[-1]] * (n - len(SEVERITY)))]

"""PowerPoint's own charts: a click opens the numbers in Excel, and nothing in them is a picture."""

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from babel.numbers import get_currency_symbol
from pptx.chart.axis import ValueAxis
from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.chart.series import LineSeries, _BaseSeries
from pptx.chart.xlsx import CategoryWorkbookWriter, XyWorkbookWriter
from pptx.dml.color import RGBColor
from pptx.dml.fill import FillFormat
from pptx.dml.line import LineFormat
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_MARK,
)
from pptx.enum.chart import XL_TICK_LABEL_POSITION as LABELS
from pptx.enum.dml import MSO_LINE_DASH_STYLE, MSO_THEME_COLOR
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.slide import Slide
from pptx.util import Pt
from xlsxwriter import Workbook

from reports.plain_text import plain
from reports.template import INK_TEXT, QUIET_RGB, RULE, Box

__all__ = ["Interval", "Line", "add_bars", "add_curves", "add_dated_lines", "money_format",
           "money_label"]  # fmt: skip

Color = MSO_THEME_COLOR | RGBColor

LABEL_SIZE = Pt(11)
LONGEST_LABEL = 28

#: More labels than this are set smaller, so that each stays on its line.
MANY_LABELS = 9
#: Steps of an axis: more labels would run together.
MOST_TICKS = 7

# The workbook behind a chart dates from no day, so that the same figures are the same file.
WRITTEN_ON = dt.datetime(2000, 1, 1)


@dataclass(frozen=True)
class Interval:
    """Ends of the interval of each bar or point; where one is missing no interval is drawn."""

    low: Sequence[float]
    high: Sequence[float]


@dataclass(frozen=True)
class Line:
    """How a series of a line chart looks."""

    color: Color
    dash: MSO_LINE_DASH_STYLE | None = None
    width: float = 2.25
    marks_only: bool = False
    in_legend: bool = True


class PlainWorkbook:
    """Writes the workbook behind a chart with text as text.

    The library's own writer makes a live formula of a label that begins with "=".
    """

    @contextmanager
    def _open_worksheet(self, file):
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        workbook = Workbook(file, options)
        workbook.set_properties({"created": WRITTEN_ON})
        worksheet = workbook.add_worksheet()
        yield workbook, worksheet
        workbook.close()


class CategorySheet(PlainWorkbook, CategoryWorkbookWriter):
    """Labels and values, and to their right the lengths of the intervals."""

    def _populate_worksheet(self, workbook, worksheet):
        super()._populate_worksheet(workbook, worksheet)
        for column, (name, lengths) in self._chart_data.lengths.items():
            worksheet.write(0, column, name)
            worksheet.write_column(1, column, lengths)


class CategoryData(CategoryChartData):
    """Chart data that carries intervals and keeps text plain."""

    def __init__(self, number_format: str = "General"):
        super().__init__(number_format=number_format)
        self.lengths: dict[int, tuple[str, list[float]]] = {}

    def add_lengths(self, name: str, lengths: Sequence[float]) -> str:
        """Keep a column of the worksheet for `lengths`; returns its address."""
        column = 1 + len(self) + len(self.lengths)
        self.lengths[column] = (name, list(lengths))
        letter = CategoryWorkbookWriter._column_reference(column + 1)
        return f"Sheet1!${letter}$2:${letter}${len(lengths) + 1}"

    @property
    def _workbook_writer(self):
        return CategorySheet(self)


class XySheet(PlainWorkbook, XyWorkbookWriter):
    pass


class XyData(XyChartData):
    @property
    def _workbook_writer(self):
        return XySheet(self)


def symbol_of(currency: str) -> str:
    """The symbol of a currency as it stands in quotes in a format."""
    return get_currency_symbol(currency, locale="en").replace('"', "")


def money_format(currency: str, largest: float) -> str:
    """The Excel format of money on an axis, in thousands or millions when it is large.

    >>> money_format("EUR", 2_500_000)
    '"€"#,##0.0,,"M"'
    """
    symbol = symbol_of(currency)
    for size, ending in ((1e9, ',,,"bn"'), (1e6, ',,"M"'), (1e4, ',"K"')):
        if abs(largest) >= size:
            # One decimal where few units are shown: an axis of 0, 1, 1, 2 tells nothing.
            digits = "#,##0.0" if abs(largest) < 10 * size else "#,##0"
            return f'"{symbol}"{digits}{ending}'
    return f'"{symbol}"#,##0'


def money_label(currency: str, largest: float) -> str:
    """The Excel format of money beside a bar: each value in the unit that suits it.

    >>> money_label("EUR", 2_500_000)
    '[>=1000000]"€"#,##0.0,,"M";[>=10000]"€"#,##0,"K";"€"#,##0'
    """
    symbol = symbol_of(currency)
    if largest >= 1e9:
        return (f'[>=1000000000]"{symbol}"#,##0.0,,,"bn";[>=1000000]"{symbol}"#,##0.0,,"M";'
                f'"{symbol}"#,##0,"K"')  # fmt: skip
    return f'[>=1000000]"{symbol}"#,##0.0,,"M";[>=10000]"{symbol}"#,##0,"K";"{symbol}"#,##0'


def add_bars(
    slide: Slide,
    box: Box,
    labels: Sequence[object],
    values: Sequence[float],
    *,
    name: str,
    says: str,
    number_format: str,
    label_format: str | None = None,
    colors: Sequence[Color],
    interval: Interval | None = None,
    across: bool = False,
) -> Chart:
    """Columns, or bars `across` the slide, with a colour each and an interval where given.

    `says` is read out by a screen reader. `label_format` writes the value beside each bar in
    place of an axis, where no interval would cover it.
    """
    data = CategoryData(number_format)
    data.categories = [plain(label, longest=LONGEST_LABEL) for label in labels]
    data.add_series(name, known(values))
    bars = None if interval is None else lengths_of(data, values, interval)
    kind = XL_CHART_TYPE.BAR_CLUSTERED if across else XL_CHART_TYPE.COLUMN_CLUSTERED
    chart = place(slide, box, kind, data, says)
    chart.has_legend = False
    plot = chart.plots[0]
    # Few bars as wide as their share of the slide would look like walls.
    plot.gap_width = 60 if len(values) > 4 else 140 if len(values) > 2 else 400
    plot.vary_by_categories = False
    series = plot.series[0]
    fill(series.format.fill, colors[0])
    for point, color in enumerate(colors):
        if color != colors[0]:
            fill(series.points[point].format.fill, color)
    if label_format:
        plot.has_data_labels = True
        shown = plot.data_labels
        shown.number_format, shown.number_format_is_linked = label_format, False
        shown.position = XL_LABEL_POSITION.OUTSIDE_END
        shown.font.size, shown.font.bold = LABEL_SIZE, True
        shown.font.color.theme_color = INK_TEXT
    if bars:
        put_interval(series, bars)
    style_axes(chart, number_format)
    if len(values) > MANY_LABELS:
        chart.category_axis.tick_labels.font.size = Pt(9)
    if across:
        # The first row of the data is the first to be read: at the top.
        chart.category_axis.reverse_order = True
        chart.value_axis.tick_label_position = LABELS.HIGH
    if label_format:
        # Every value is written: an axis beside them says it again, and its labels run together.
        chart.value_axis.tick_label_position = LABELS.NONE
        chart.value_axis.has_major_gridlines = False
    begin_at_nothing(chart.value_axis, values if interval is None else [*values, *interval.low])
    if interval is not None:
        reach(chart.value_axis, interval, values)
    return chart


def add_dated_lines(
    slide: Slide,
    box: Box,
    dates: Sequence[dt.date],
    series: Mapping[str, tuple[Sequence[float], Line]],
    *,
    says: str,
    number_format: str,
    months_between_labels: int = 3,
    interval: Mapping[str, Interval] | None = None,
) -> Chart:
    """Lines over days, each by its name with its values and its look."""
    data = CategoryData(number_format)
    data.categories = list(dates)
    for name, (values, _) in series.items():
        data.add_series(name, known(values))
    bars = {
        name: lengths_of(data, series[name][0], ends) for name, ends in (interval or {}).items()
    }
    chart = place(slide, box, XL_CHART_TYPE.LINE, data, says)
    style_axes(chart, number_format)
    axis = chart.category_axis
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "mmm yyyy", False
    # After majorTimeUnit's place in the schema nothing else is set on this axis.
    for tag, value in (("c:majorUnit", months_between_labels), ("c:majorTimeUnit", "months")):
        set_child(axis._element, tag, str(value))
    lows = [ends.low for ends in (interval or {}).values()]
    begin_at_nothing(chart.value_axis, np.concatenate([*lows, *(v for v, _ in series.values())]))
    for name, ends in (interval or {}).items():
        reach(chart.value_axis, ends, series[name][0])
    for drawn, (_, look) in zip(chart.plots[0].series, series.values(), strict=True):
        style_line(drawn, look)
        if drawn.name in bars:
            put_interval(drawn, bars[drawn.name])
    legend(chart, [look for _, look in series.values()])
    return chart


def add_curves(
    slide: Slide,
    box: Box,
    series: Mapping[str, tuple[Sequence[float], Sequence[float], Line]],
    *,
    says: str,
    number_format: str,
    x_title: str,
    x_step: float,
    x_format: str = "0",
    lowest: float = 0.0,
    highest: float | None = None,
) -> Chart:
    """Curves over a number, each by its name with its x, its y and its look."""
    data = XyData(number_format=number_format)
    last = 0.0
    for name, (x, y, _) in series.items():
        drawn = data.add_series(name)
        for at, value in zip(x, y, strict=True):
            if not np.isnan(value):
                drawn.add_data_point(float(at), float(value))
                last = max(last, float(at))
    chart = place(slide, box, XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS, data, says)
    style_axes(chart, number_format)
    axis = chart.category_axis
    axis.has_major_gridlines = False
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = 0, last, x_step
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = x_format, False
    axis.has_title = True
    text = axis.axis_title.text_frame
    text.text = x_title
    text.paragraphs[0].font.size, text.paragraphs[0].font.bold = LABEL_SIZE, False
    text.paragraphs[0].font.color.rgb = QUIET_RGB
    chart.value_axis.minimum_scale = lowest
    if highest is not None:
        chart.value_axis.maximum_scale = highest
    for drawn, (_, _, look) in zip(chart.plots[0].series, series.values(), strict=True):
        style_line(drawn, look)
    legend(chart, [look for _, _, look in series.values()])
    return chart


def place(slide: Slide, box: Box, kind: XL_CHART_TYPE, data: CategoryData, says: str) -> Chart:
    frame = slide.shapes.add_chart(kind, *box.emu, data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", plain(says, longest=500))
    chart = frame.chart
    chart.has_title = False
    chart.font.size = LABEL_SIZE
    chart.font.color.rgb = QUIET_RGB
    return chart


def style_axes(chart: Chart, number_format: str) -> None:
    value, category = chart.value_axis, chart.category_axis
    value.format.line.fill.background()
    value.major_gridlines.format.line.color.rgb = RULE
    value.major_gridlines.format.line.width = Pt(0.75)
    value.tick_labels.number_format, value.tick_labels.number_format_is_linked = (
        number_format,
        False,
    )
    category.format.line.color.rgb = RULE
    category.has_major_gridlines = False
    for axis in (value, category):
        axis.major_tick_mark = axis.minor_tick_mark = XL_TICK_MARK.NONE
    category.tick_label_position = LABELS.LOW


def style_line(series: _BaseSeries, look: Line) -> None:
    series.smooth = False
    if look.marks_only:
        series.format.line.fill.background()
        series.marker.style, series.marker.size = XL_MARKER_STYLE.DIAMOND, 8
        fill(series.marker.format.fill, look.color)
        series.marker.format.line.fill.background()
        return
    paint(series.format.line, look.color)
    series.format.line.width = Pt(look.width)
    if look.dash is not None:
        series.format.line.dash_style = look.dash
    series.marker.style = XL_MARKER_STYLE.NONE


def legend(chart: Chart, looks: Sequence[Line]) -> None:
    shown = sum(look.in_legend for look in looks)
    chart.has_legend = shown > 1
    if not chart.has_legend:
        return
    chart.legend.position = XL_LEGEND_POSITION.TOP
    chart.legend.include_in_layout = False
    chart.legend.font.size = LABEL_SIZE
    for index, look in enumerate(looks):
        if not look.in_legend:
            entry = parse_xml(
                f'<c:legendEntry {nsdecls("c")}><c:idx val="{index}"/><c:delete val="1"/>'
                "</c:legendEntry>"
            )
            chart.legend._element.find(qn("c:legendPos")).addnext(entry)


def fill(filling: FillFormat, color: Color) -> None:
    filling.solid()
    set_color(filling.fore_color, color)


def paint(line: LineFormat, color: Color) -> None:
    line.fill.solid()
    set_color(line.fill.fore_color, color)


def set_color(target, color: Color) -> None:
    if isinstance(color, RGBColor):
        target.rgb = color
    else:
        target.theme_color = color


def known(values: Sequence[float]) -> list[float | None]:
    """Values as a workbook can hold them: a missing one is an empty cell."""
    return [None if np.isnan(value) else float(value) for value in values]


def lengths_of(
    data: CategoryData, values: Sequence[float], interval: Interval
) -> list[tuple[str, str, list[float]]]:
    """How far each interval reaches below and above its value: end, address and lengths."""
    value = np.asarray(values, dtype=float)
    below = np.nan_to_num(value - np.asarray(interval.low, dtype=float))
    above = np.nan_to_num(np.asarray(interval.high, dtype=float) - value)
    return [
        (end, data.add_lengths(name, lengths), list(lengths))
        for end, name, lengths in (
            ("plus", "up to the upper end", np.maximum(above, 0)),
            ("minus", "down to the lower end", np.maximum(below, 0)),
        )
    ]


def put_interval(series: _BaseSeries, bars: list[tuple[str, str, list[float]]]) -> None:
    """Error bars that refer to the chart's own workbook, so that they stay editable."""
    ends = "".join(
        f"<c:{end}><c:numRef><c:f>{address}</c:f><c:numCache><c:formatCode>General</c:formatCode>"
        f'<c:ptCount val="{len(lengths)}"/>'
        + "".join(
            f'<c:pt idx="{i}"><c:v>{x!r}</c:v></c:pt>' for i, x in enumerate(map(float, lengths))
        )
        + f"</c:numCache></c:numRef></c:{end}>"
        for end, address, lengths in bars
    )
    # Bars and columns have one direction only, and PowerPoint names it for lines alone.
    direction = '<c:errDir val="y"/>' if isinstance(series, LineSeries) else ""
    bars_xml = parse_xml(
        f'<c:errBars {nsdecls("c", "a")}>{direction}<c:errBarType val="both"/>'
        f'<c:errValType val="cust"/><c:noEndCap val="0"/>{ends}'
        '<c:spPr><a:ln w="15875"><a:solidFill><a:schemeClr val="tx1"/></a:solidFill></a:ln>'
        "</c:spPr>"
        "</c:errBars>"
    )
    series._element.find(qn("c:cat")).addprevious(bars_xml)


def begin_at_nothing(axis: ValueAxis, values: Sequence[float]) -> None:
    """Let the axis begin at zero, unless something lies below, which would be cut off there."""
    if not (np.asarray(values, dtype=float) < 0).any():
        axis.minimum_scale = 0


def reach(axis: ValueAxis, interval: Interval, values: Sequence[float]) -> None:
    """Make the axis long enough for the intervals, which the program drawing it does not count."""
    ends = np.concatenate([np.asarray(interval.high, dtype=float), np.asarray(values, dtype=float)])
    highest = float(np.nanmax(ends))
    if highest > 0:
        step = 10 ** np.floor(np.log10(highest))
        unit = step * next(
            one for one in (0.2, 0.25, 0.5, 1, 2) if highest <= one * step * MOST_TICKS
        )
        axis.major_unit = float(unit)
        axis.maximum_scale = float(unit * np.ceil(highest / unit))


def set_child(element, tag: str, value: str) -> None:
    for old in element.findall(qn(tag)):
        element.remove(old)
    child = parse_xml(f'<{tag} {nsdecls("c")} val="{value}"/>')
    element.append(child)

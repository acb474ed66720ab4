import datetime as dt
import io
import zipfile

import pytest
from lxml import etree
from pptx.oxml.ns import qn

from reports.native_charts import (
    Interval,
    Line,
    add_bars,
    add_curves,
    add_dated_lines,
    money_format,
)
from reports.template import ACCENT, CONTENT, FINDING, layout_named, new_deck


@pytest.fixture
def slide():
    deck = new_deck()
    return deck.slides.add_slide(layout_named(deck, FINDING))


def bars(slide, labels, values, **options):
    options = {"colors": [ACCENT] * len(labels), "number_format": "0", **options}
    return add_bars(slide, CONTENT, labels, values, name="Value", says="Bars", **options)


def workbook_part(chart, name):
    book = zipfile.ZipFile(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    return etree.fromstring(book.read(name)) if name in book.namelist() else None


def sheet(chart):
    """Cells of the workbook behind a chart by their address; text as text."""
    strings = workbook_part(chart, "xl/sharedStrings.xml")
    texts = [] if strings is None else ["".join(s.itertext()) for s in strings]
    found = {}
    for cell in workbook_part(chart, "xl/worksheets/sheet1.xml").iter("{*}c"):
        value = cell.find("{*}v")
        if value is not None:
            is_text = cell.get("t") == "s"
            found[cell.get("r")] = texts[int(value.text)] if is_text else float(value.text)
    return found


def column(cells, address):
    """Numbers of a range of one column, written like $C$2:$C$3."""
    first, last = (part.strip("$").split("$") for part in address.split(":"))
    return [cells.get(f"{first[0]}{row}") for row in range(int(first[1]), int(last[1]) + 1)]


@pytest.mark.parametrize(
    "label", ["=1+1", "{=1+1}", "+1", "@SUM(A1)", "http://e.vil", "-1", "=cmd|' /C calc'!A1"]
)
def test_label_is_text_in_the_workbook_behind_the_chart(slide, label):
    chart = bars(slide, [label, "other"], [1.0, 2.0])
    assert sheet(chart)["A2"] == label
    written = workbook_part(chart, "xl/worksheets/sheet1.xml")
    assert list(written.iter("{*}f", "{*}hyperlink")) == []


def test_chart_shows_the_values_it_was_given(slide):
    chart = bars(slide, ["a", "b"], [1.5, 2.5])
    assert list(chart.plots[0].categories) == ["a", "b"]
    assert list(chart.plots[0].series[0].values) == [1.5, 2.5]


def test_missing_value_is_an_empty_cell(slide):
    chart = bars(slide, ["a", "b"], [1.5, float("nan")])
    assert sheet(chart)["B2"] == 1.5
    assert "B3" not in sheet(chart)


def test_interval_reads_its_lengths_from_the_workbook(slide):
    chart = bars(slide, ["a", "b"], [10.0, 20.0], interval=Interval([8.0, 15.0], [13.0, 21.0]))
    error_bars = chart.plots[0].series[0]._element.find(qn("c:errBars"))
    cells = sheet(chart)
    for end, expected in (("plus", [3.0, 1.0]), ("minus", [2.0, 5.0])):
        part = error_bars.find(qn(f"c:{end}"))
        address = part.find(f"{qn('c:numRef')}/{qn('c:f')}").text.split("!")[1]
        assert column(cells, address) == expected
        drawn = [float(v.text) for v in part.iter(qn("c:v"))]
        assert drawn == expected


def test_axis_is_long_enough_for_the_interval(slide):
    chart = bars(slide, ["a", "b"], [10.0, 20.0], interval=Interval([8.0, 15.0], [13.0, 41.0]))
    assert chart.value_axis.maximum_scale >= 41.0


@pytest.mark.parametrize(("lowest", "begins"), [(1.0, 0.0), (0.0, 0.0), (-1.0, None)])
def test_axis_begins_at_nothing_unless_a_bar_lies_below(slide, lowest, begins):
    assert bars(slide, ["a", "b"], [2.0, lowest]).value_axis.minimum_scale == begins
    interval = Interval([1.0, lowest], [3.0, 3.0])
    with_interval = bars(slide, ["a", "b"], [2.0, 1.0], interval=interval)
    assert with_interval.value_axis.minimum_scale == begins


def test_value_without_interval_has_none(slide):
    nan = float("nan")
    chart = bars(slide, ["a", "b"], [10.0, 20.0], interval=Interval([8.0, nan], [13.0, nan]))
    plus = chart.plots[0].series[0]._element.find(f"{qn('c:errBars')}/{qn('c:plus')}")
    assert [float(v.text) for v in plus.iter(qn("c:v"))] == [3.0, 0.0]


def test_series_out_of_the_legend_is_drawn_all_the_same(slide):
    line = {"in_legend": False}
    chart = add_curves(
        slide,
        CONTENT,
        {
            "one": ([0, 1], [0.0, 0.5], Line(ACCENT)),
            "two": ([0, 1], [0.0, 0.4], Line(ACCENT)),
            "hidden": ([0, 1], [0.0, 0.6], Line(ACCENT, **line)),
        },
        says="Curves",
        number_format="0 %",
        x_title="Days",
        x_step=1,
    )
    deleted = chart.legend._element.findall(f"{qn('c:legendEntry')}/{qn('c:idx')}")
    assert [entry.get("val") for entry in deleted] == ["2"]
    assert len(list(chart.plots[0].series)) == 3


def test_lines_over_dates_are_placed_by_their_day(slide):
    days = [dt.date(2026, 7, 31), dt.date(2026, 8, 31), dt.date(2026, 9, 14)]
    chart = add_dated_lines(
        slide, CONTENT, days, {"DSO": ([1.0, 2.0, 3.0], Line(ACCENT))}, says="L", number_format="0"
    )
    assert chart._chartSpace.find(f".//{qn('c:dateAx')}") is not None
    assert sheet(chart)["A4"] == (days[-1] - dt.date(1899, 12, 30)).days


def test_chart_says_what_it_shows_to_who_cannot_see_it(slide):
    bars(slide, ["a"], [1.0])
    frame = next(shape for shape in slide.shapes if shape.has_chart)
    assert frame._element.nvGraphicFramePr.cNvPr.get("descr") == "Bars"


@pytest.mark.parametrize(
    ("currency", "largest", "expected"),
    [
        ("EUR", 900, '"€"#,##0'),
        ("USD", 45_000, '"$"#,##0.0,"K"'),
        ("USD", 450_000, '"$"#,##0,"K"'),
        ("GBP", 3_000_000_000, '"£"#,##0.0,,,"bn"'),
        ("XYZ", 5, '"XYZ"#,##0'),
    ],
)
def test_axis_writes_money_in_short(currency, largest, expected):
    assert money_format(currency, largest) == expected

"""What a chart is called, and its points in words, whatever it is put together from."""

import altair as alt
import pandas as pd

from charts.points import MOST_POINTS, name_of_chart, points_of_chart, points_of_spec

ROWS = pd.DataFrame(
    {
        "ends": pd.to_datetime(["2025-03-31", "2025-06-30"] * 2),
        "group": ["Retail", "Retail", "Health", "Health"],
        "value": [1.5, 2.0, 3.0, 1_234.5],
    }
)
BASE = alt.Chart(ROWS).encode(alt.X("ends:T", title=None), alt.Y("value:Q", title="Days"))


def test_layers_share_a_name_and_marks_beside_the_data_are_no_points():
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule().encode(alt.Y("zero:Q"))
    chart = alt.layer(zero, BASE.mark_line().encode(color="group:N"))
    assert name_of_chart(chart) == "Days"
    assert points_of_chart(chart) == [
        "31 Mar 2025, Retail", "30 Jun 2025, Retail", "31 Mar 2025, Health", "30 Jun 2025, Health",
    ]  # fmt: skip


def test_curves_over_numbers_are_pointed_at_by_the_number_below():
    chart = alt.Chart(ROWS).mark_line().encode(alt.X("value:Q", title="Days"), alt.Y("value:Q"))
    assert points_of_chart(chart) == ["1.5", "2", "3", "1,234.5"]
    spec = chart.to_dict()
    del spec["data"], spec["datasets"]
    assert points_of_spec(spec, ROWS) == points_of_chart(chart)


def test_charts_side_by_side_and_facets_are_gone_through():
    beside = alt.hconcat(BASE.mark_point(), BASE.mark_bar())
    assert points_of_chart(beside) == ["31 Mar 2025", "30 Jun 2025"]
    facets = alt.layer(BASE.mark_bar()).facet(row="group:N")
    assert name_of_chart(facets) == "Days"
    assert len(points_of_chart(facets)) == 2


def test_more_points_than_anybody_chooses_from_are_not_offered():
    rows = pd.DataFrame({"x": range(MOST_POINTS + 1), "y": 1})
    assert points_of_chart(alt.Chart(rows).mark_line().encode(x="x", y="y")) == []


def test_chart_without_titles_has_a_name_all_the_same():
    bare = BASE.mark_line().encode(alt.Y("value:Q", title=None))
    assert name_of_chart(bare) == "Chart"

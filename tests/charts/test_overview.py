"""The overview drawn and said: changes with their noise, parts, and a story from the figures."""

import datetime as dt
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from charts.overview import course_chart, pair_dots, parts_bars, small_course
from charts.overview_words import (
    beside_in_words,
    change_in_words,
    course_in_words,
    parts_in_words,
    story,
)
from models.alignment import fit_alignment
from models.decomposition import decompose
from models.figures import Figure
from models.scoreboard import Change, Reading, Scoreboard

AS_OF = dt.date(2025, 6, 30)
ENDS = pd.date_range("2023-09-30", AS_OF, freq="QE")
NAN = float("nan")


def course(**more):
    return pd.DataFrame({"ends": ENDS, "value": np.linspace(40, 46, len(ENDS)), **more})


def reading(id="receivables.dso", value=46.0, moved=True, change=2.0, **more):
    held = Change(change, 1.0, 3.0, 0.001, "the quarter before")
    figure = Figure(id, value, None, None, 10, AS_OF, None if value else "Load more.")
    return Reading(figure, course(), held, moved, **more)


EVENTS = pd.DataFrame(
    {"happened_on": pd.to_datetime(["2020-01-01", "2024-08-01"]), "kind": "policy",
     "title": ["Long ago", "<b>Portal</b>"]}
)  # fmt: skip


def test_small_course_marks_its_target_and_the_events_within_it():
    svg = ElementTree.fromstring(small_course(course(), list(EVENTS["happened_on"]), 42.0))
    name = "{http://www.w3.org/2000/svg}"
    # The target's dash and the one event that lies within the course.
    assert len(svg.findall(f"{name}line")) == 2
    assert len(svg.find(f"{name}polyline").get("points").split()) == len(ENDS)


def test_course_without_movement_is_a_line_in_the_middle():
    flat = course().assign(value=5.0)
    points = ElementTree.fromstring(small_course(flat, [])).find("{*}polyline").get("points")
    assert len({point.split(",")[1] for point in points.split()}) == 1


def test_full_course_shows_interval_market_target_events_and_comments(draws):
    shown = Reading(reading().figure, course(low=38.0, high=48.0), target=44.0)
    comments = pd.DataFrame({"point": [ENDS[3], pd.NaT], "text": ["=1+1", "x"], "who": "Ada"})
    market = pd.DataFrame({"month": pd.date_range("2024-01-01", periods=9, freq="MS"),
                           "value": 45.0})  # fmt: skip
    chart = course_chart(shown, EVENTS, comments, market)
    svg = draws(chart)
    assert "Market" in svg
    assert "Target" in svg
    held = [layer.data for layer in chart.layer if isinstance(layer.data, pd.DataFrame)]
    assert any("title" in data and data["title"].tolist() == ["<b>Portal</b>"] for data in held)
    assert any("text" in data and data["text"].tolist() == ["=1+1"] for data in held)


def test_course_without_anything_around_it_is_drawn(draws):
    nothing = pd.DataFrame(columns=["happened_on", "kind", "title", "point", "text", "who",
                                    "month", "value"])  # fmt: skip
    assert draws(course_chart(reading(), nothing, nothing, nothing))


def parts():
    rng = np.random.default_rng(1)
    rows = pd.DataFrame(rng.gamma(4, 5, (200, 4)), columns=["numerator_before",
        "denominator_before", "numerator_after", "denominator_after"])  # fmt: skip
    rows["group"] = np.where(np.arange(200) < 100, "A", "B")
    rows.loc[rows["group"] == "A", "numerator_after"] *= 3
    return decompose(rows)


def test_parts_are_drawn_and_said_with_those_beyond_noise(draws):
    found = parts()
    assert "Weigh more or less" in draws(parts_bars(found, "share", currency="EUR"))
    said = parts_in_words(found, "share", "EUR", "industry")
    assert said.startswith("By industry, A +")
    assert "are beyond noise" in said


def test_parts_of_a_sum_say_nothing_of_weights():
    rows = pd.DataFrame({"group": ["A", "B"] * 40, "numerator_before": 1.0, "numerator_after": 2.0,
                         "denominator_before": 1 / 80, "denominator_after": 1 / 80})  # fmt: skip
    said = parts_in_words(decompose(rows), "money", "EUR", "industry")
    assert "of +€80" in said
    assert "weigh" not in said


def test_pairs_are_drawn(draws):
    rng, n = np.random.default_rng(2), 40
    one = rng.normal(0, 1, n)
    months = pd.DataFrame({"ends": pd.date_range("2022-01-31", periods=n, freq="ME"), "a": one,
                           "b": -one + 0.1 * rng.normal(0, 1, n)})  # fmt: skip
    found = fit_alignment(months, {"a": 1, "b": 1})
    assert "pull against each other" in draws(pair_dots(found, {"a": "DSO", "b": "NPS"}))


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        (True, "beyond noise, for the worse"),
        (False, "may move so far by noise"),
        (None, "cannot be told"),
    ],
)
def test_change_says_how_far_and_whether_that_is_noise(moved, words):
    said = change_in_words(reading(moved=moved), "EUR")
    assert said.startswith("+2.0 days since the quarter before (+1.0 days to +3.0 days)")
    assert words in said


def test_target_market_and_owner_stand_beside_the_figure():
    said = beside_in_words(reading(target=40.0, market=44.0, owner="Ada"), "EUR")
    assert said == "Target 40.0 days: missed · Market 44.0 days · Owner Ada"
    assert beside_in_words(reading(), "EUR") == ""


def test_course_is_told_from_its_first_to_its_last_point():
    assert course_in_words(reading(), "EUR") == (
        "Days sales outstanding, from 40.0 days in Sep 2023 to 46.0 days in Jun 2025"
    )


def test_story_is_written_from_the_figures_and_names_what_is_refused():
    refused = reading("scores.nps", value=None)
    readings = {one.figure.id: one for one in (reading(), refused)}
    said = story(Scoreboard(readings, AS_OF), "EUR", "Most money lies in late invoices: **€5K**.")
    assert said == [
        "Days sales outstanding stand at **46.0 days** (+2.0 days, worse).",
        "NPS cannot be told yet.",
        "Most money lies in late invoices: **€5K**.",
    ]

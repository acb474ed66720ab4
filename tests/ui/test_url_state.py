"""URL state: a link shows the same view, and what it gets wrong is told and ignored."""

import pytest
from streamlit.testing.v1 import AppTest

from ui.url_state import arriving


def script():
    import datetime as dt

    import streamlit as st

    from ui import url_state
    from ui.errors import end_page

    with url_state.session():
        url_state.choose("Age by", "aging_by", {"due": "Due date", "invoice": "Invoice date"})
        url_state.choose_many(
            "Industry", "industry", ["Farming", "Mining", "Steel & Co"], at_most=2
        )
        url_state.slide("Day", "day", 0, 180, default=60)
        url_state.pick_date(
            "As of",
            "as_of",
            default=dt.date(2024, 6, 30),
            low=dt.date(2023, 1, 1),
            high=dt.date(2024, 6, 30),
        )
        if st.checkbox("Stop early"):
            end_page()
        url_state.slide("Below the stop", "below", 0, 9, default=3)


def run(**query) -> AppTest:
    at = AppTest.from_function(script, default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    return at.run()


def shown(at: AppTest) -> dict:
    assert not at.exception
    return {
        "aging_by": at.segmented_control[0].value,
        "industry": at.multiselect[0].value,
        "day": at.slider[0].value,
        "as_of": at.date_input[0].value.isoformat(),
    }


DEFAULTS = {"aging_by": "due", "industry": [], "day": 60, "as_of": "2024-06-30"}


def query(at: AppTest) -> dict:
    found = {name: at.query_params[name] for name in at.query_params}
    return {name: [v] if isinstance(v, str) else list(v) for name, v in found.items()}


def test_without_a_link_every_control_is_at_its_default():
    at = run()
    assert shown(at) == DEFAULTS
    assert query(at) == {"as_of": ["2024-06-30"]}


def test_link_sets_the_controls():
    at = run(aging_by="invoice", industry=["Mining", "Steel & Co"], day="30", as_of="2023-12-31")
    assert shown(at) == {
        "aging_by": "invoice",
        "industry": ["Mining", "Steel & Co"],
        "day": 30,
        "as_of": "2023-12-31",
    }
    assert not at.toast


def test_link_with_more_than_may_be_chosen_is_told_and_ignored():
    at = run(industry=["Farming", "Mining", "Steel & Co"])
    assert shown(at) == DEFAULTS
    assert "3 are chosen, and 2 are the most" in at.toast[0].value


def test_change_is_written_to_the_url_and_the_url_gives_the_same_view():
    at = run()
    at.slider[0].set_value(90)
    at.multiselect[0].set_value(["Farming", "Steel & Co"])
    at.segmented_control[0].set_value("invoice")
    at.run()
    link = query(at)
    assert link == {
        "aging_by": ["invoice"],
        "industry": ["Farming", "Steel & Co"],
        "day": ["90"],
        "as_of": ["2024-06-30"],
    }
    assert shown(run(**link)) == shown(at)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("aging_by", "<script>"),
        ("aging_by", ["due", "invoice"]),
        ("industry", ["Mining", "Astrology"]),
        ("day", "ninety"),
        ("day", "181"),
        ("as_of", "31.12.2023"),
        ("as_of", "2031-01-01"),
        ("colour", "red"),
    ],
)
def test_what_a_link_gets_wrong_is_ignored_and_told(name, value):
    at = run(**{name: value, "as_of": value if name == "as_of" else "2024-06-30"})
    assert shown(at) == DEFAULTS
    assert "ignored" in at.toast[0].value
    assert "<script" not in at.toast[0].value.replace("\\<", "")
    assert query(at) == {"as_of": ["2024-06-30"]}


def test_change_of_page_empties_the_url_and_keeps_the_view():
    at = run(day="30", industry="Mining")
    for name in list(at.query_params):
        del at.query_params[name]
    at.run()
    assert shown(at) == {**DEFAULTS, "day": 30, "industry": ["Mining"]}
    assert query(at)["day"] == ["30"]


def test_back_to_an_earlier_address_brings_the_earlier_view():
    at = run(day="30", industry="Mining", as_of="2023-12-31")
    del at.query_params["industry"]
    at.query_params["day"] = "90"
    at.run()
    assert shown(at) == {**DEFAULTS, "day": 90, "as_of": "2023-12-31"}


def test_page_that_ends_early_still_writes_its_address():
    at = run(day="30")
    at.checkbox[0].check()
    for name in list(at.query_params):
        del at.query_params[name]
    at.run()
    assert len(at.slider) == 1
    assert query(at) == {"day": ["30"], "as_of": ["2024-06-30"]}


def test_only_an_address_that_was_not_written_here_has_arrived():
    here = {"day": ("30",)}
    assert arriving({}, here) is None
    assert arriving(here, here) is None
    assert arriving({"day": ("31",)}, here) == {"day": ("31",)}
    assert arriving(here, None) == here


def script_with_a_fragment():
    from ui import url_state

    @url_state.fragment
    def part():
        url_state.slide("Day", "day", 0, 180, default=60)

    with url_state.session():
        part()
        url_state.slide("Other", "other", 0, 9, default=3)


def test_whole_run_writes_the_controls_of_a_fragment_too():
    at = AppTest.from_function(script_with_a_fragment, default_timeout=60)
    at.query_params["day"] = "30"
    at.query_params["other"] = "5"
    at.run()
    assert [slider.value for slider in at.slider] == [30, 5]
    assert query(at) == {"day": ["30"], "other": ["5"]}
    at.slider[0].set_value(45).run()
    assert query(at) == {"day": ["45"], "other": ["5"]}

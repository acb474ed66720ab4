"""The page of the review: a commitment is kept against the figure that is shown, or not at all."""

import datetime as dt

import pytest
from streamlit.testing.v1 import AppTest

from analyses.commitments import commitments
from tests.reports.conftest import HOSTILE
from warehouse.settings import Settings


def script(path, as_of):
    """What of the page takes and shows commitments, on figures that are given."""
    import datetime as dt
    from types import SimpleNamespace

    from models.figures import Figure
    from ui.quarterly_review import ask_commitment, show_committed
    from warehouse.settings import Settings

    day = dt.date.fromisoformat(as_of)
    figures = {
        "late_payments.late_share": Figure("late_payments.late_share", 0.6, 0.5, 0.7, 90, day),
        "receivables.dso": Figure("receivables.dso", None, None, None, 0, day, "Nothing sold."),
    }
    view = SimpleNamespace(currency="EUR", filters_in_words="All customers", as_of=day)
    show_committed(Settings(path), (), view, "Ben")
    ask_commitment(Settings(path), figures, view, "Ben", day + dt.timedelta(days=92))


@pytest.fixture
def page(tmp_path):
    path = str(tmp_path / "workspace.sqlite")
    at = AppTest.from_function(script, args=(path, "2026-09-30")).run()
    assert not at.exception
    return at, Settings(path)


def fill(at, text, target, owner="Ada"):
    at.text_input[0].input(text)
    at.text_input[1].input(owner)
    if target is not None:
        at.number_input[0].set_value(target)
    at.button[0].click().run()
    assert not at.exception


def test_share_is_written_in_percent_and_kept_as_a_share(page):
    at, settings = page
    # A figure without a value holds nobody to anything, so it is not offered.
    assert at.selectbox[0].options == ["Late share: now 60.0 %"]
    fill(at, "Bill every week", 50.0)
    [made] = commitments(settings)
    assert (made.target, made.at_most, made.value) == (0.5, True, 0.6)
    assert (made.by, made.owner) == (dt.date(2026, 12, 31), "Ada")
    said = " ".join(element.value for element in at.markdown)
    assert "Late share at most 50.0 % by 31 Dec 2026; now 60.0 %" in said.replace("\\", "")
    assert any("again" in element.value for element in at.info)


def test_one_that_is_taken_back_is_gone(page):
    at, settings = page
    fill(at, "Bill every week", 50.0)
    next(button for button in at.button if button.label == "Take back").click().run()
    assert not at.exception
    assert commitments(settings) == ()


@pytest.mark.parametrize(("text", "target", "says"), [("Bill", None, "empty"), ("", 5.0, "empty")])
def test_what_is_missing_is_said_and_nothing_is_kept(page, text, target, says):
    at, settings = page
    fill(at, text, target)
    assert says in at.warning[0].value
    assert commitments(settings) == ()


def test_hostile_text_is_shown_as_text(page):
    at, _ = page
    fill(at, HOSTILE[1], 50.0)
    shown = " ".join(element.value for element in at.markdown)
    assert "<script>" not in shown.replace("\\<", "")

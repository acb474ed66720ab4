"""Comments stay as they were written, can be taken back and brought back, and are bounded."""

import datetime as dt

import pytest

from analyses.comments import (
    LONGEST,
    keep_comment,
    kept_comments,
    remove_comment,
    restore_comment,
)
from warehouse.settings import Settings

DSO, DAY = "receivables.dso", dt.date(2025, 6, 30)
HOSTILE = '=HYPERLINK("http://e.vil","x") <script>alert(1)</script> **b** \x00 \ud800'


@pytest.fixture
def settings():
    return Settings(":memory:")


def test_newest_comment_comes_first_with_who_when_and_about_what(settings):
    early = dt.datetime(2025, 7, 1, tzinfo=dt.UTC)
    keep_comment(settings, DSO, "First", who="Ada", as_of=DAY, at=early)
    keep_comment(settings, DSO, "Second", who=" Ben  B. ", as_of=DAY, point=dt.date(2025, 3, 31),
                 at=early + dt.timedelta(hours=1))  # fmt: skip
    keep_comment(settings, "scores.nps", "Elsewhere", who="Ada", as_of=DAY, at=early)
    said = kept_comments(settings, [DSO])
    assert said["text"].tolist() == ["Second", "First"]
    assert said["who"].tolist() == ["Ben B.", "Ada"]
    assert said["point"].iloc[0].date() == dt.date(2025, 3, 31)
    assert said["point"].isna().tolist() == [False, True]
    assert len(kept_comments(settings)) == 3


def test_comment_is_taken_back_and_brought_back(settings):
    known_by = keep_comment(settings, DSO, "Wrong", who="Ada", as_of=DAY)
    keep_comment(settings, DSO, "Right", who="Ada", as_of=DAY)
    remove_comment(settings, known_by, who="Ben")
    assert kept_comments(settings)["text"].tolist() == ["Right"]
    assert kept_comments(settings, removed=True)["text"].tolist() == ["Wrong"]
    restore_comment(settings, known_by, who="Ben")
    assert sorted(kept_comments(settings)["text"]) == ["Right", "Wrong"]


def test_what_cannot_be_stored_is_left_out_and_the_rest_stays_as_typed(settings):
    keep_comment(settings, DSO, HOSTILE, who="Ada", as_of=DAY)
    text = kept_comments(settings)["text"].item()
    assert text.startswith('=HYPERLINK("http://e.vil","x") <script>alert(1)</script> **b**')
    assert "\x00" not in text


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (LONGEST + 1)])
def test_empty_or_too_long_comment_is_not_kept(settings, text):
    with pytest.raises(ValueError, match="kept"):
        keep_comment(settings, DSO, text, who="Ada", as_of=DAY)
    assert kept_comments(settings).empty


def test_comment_on_no_figure_is_not_kept(settings):
    with pytest.raises(ValueError, match="no figure"):
        keep_comment(settings, "no.such", "x", who="Ada", as_of=DAY)


def test_what_is_no_comment_is_passed_over(settings):
    settings.put("commented:x", "by hand")
    settings.put("commented:y", {"at": "2025-01-01", "who": "Ada", "about": DSO})
    settings.put("commented:z", {"at": "soon", "who": "Ada", "about": DSO, "text": "x"})
    said = kept_comments(settings)
    assert said["text"].tolist() == ["x"]
    assert said["at"].isna().all()

"""Commitments are kept with the workspace, come back as they were made, and are text."""

import datetime as dt

import pytest

from analyses.commitments import LONGEST_TEXT, PLACE, commit, commitments, withdraw
from models.figures import Figure
from tests.reports.conftest import HOSTILE
from warehouse.settings import Settings

DAY, BY = dt.date(2026, 9, 30), dt.date(2026, 12, 31)


def keep(settings, text="Bill weekly", target=50.0, by=BY, owner="Ada", **others):
    dso = Figure("receivables.dso", 54.2, None, None, 900, DAY)
    return commit(settings, text, dso, target, by, owner=owner, who="Ben", currency="EUR", **others)


def test_commitment_comes_back_as_it_was_made(tmp_path):
    path = tmp_path / "settings.sqlite"
    made = keep(Settings(path))
    assert commitments(Settings(path)) == (made,)
    assert (made.made_on, made.by, made.value, made.at_most) == (DAY, BY, 54.2, True)


def test_one_that_is_taken_back_is_gone_and_its_record_stays():
    settings = Settings(":memory:")
    made, other = keep(settings), keep(settings, "Call first")
    withdraw(settings, made.id, who="Ben")
    assert commitments(settings) == (other,)
    assert len(settings.items(PLACE)) == 3


def test_commitments_are_no_decision_so_nothing_is_computed_again_for_them():
    settings = Settings(":memory:")
    before = settings.version()
    keep(settings)
    assert settings.version() == before


@pytest.mark.parametrize("text", [HOSTILE[0], HOSTILE[1], HOSTILE[3], HOSTILE[5]])
def test_hostile_text_is_text(text):
    settings = Settings(":memory:")
    keep(settings, text, owner=text[:50])
    assert commitments(settings)[0].text == text


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"text": "  "}, "is empty"),
        ({"text": "x" * (LONGEST_TEXT + 1)}, "letters"),
        ({"owner": ""}, "owner is empty"),
        ({"by": DAY}, "is not after"),
        ({"target": float("inf")}, "is no number"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_is_kept(wrong, says):
    settings = Settings(":memory:")
    with pytest.raises(ValueError, match=says):
        keep(settings, **wrong)
    assert settings.items(PLACE) == {}


def test_what_is_no_commitment_in_the_file_is_passed_over():
    settings = Settings(":memory:")
    made = keep(settings)
    record = settings.items(PLACE).popitem()[1]
    for place, wrong in enumerate(
        [
            7,
            {},
            {**record, "by": "soon"},
            {**record, "figure_id": "gone.away"},
            {**record, "by": 3},
            {**record, "target": "much"},
            {**record, "end": ""},
        ]
    ):
        settings.put(f"{PLACE}{place}", wrong)
    assert commitments(settings) == (made,)

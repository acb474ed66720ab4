"""Targets people set: the newest word holds, older ones stay, and nonsense is not kept."""

import pytest

from analyses.targets import LONGEST_OWNER, keep_target, kept_targets
from warehouse.settings import Settings

DSO = "receivables.dso"


@pytest.fixture
def settings():
    return Settings(":memory:")


def test_target_and_owner_are_set_and_taken_back_apart(settings):
    keep_target(settings, DSO, who="Ada", target=45, owner="Treasury")
    keep_target(settings, DSO, who="Ben", target=None)
    row = kept_targets(settings).loc[DSO]
    assert row.isna()["target"]
    assert (row["owner"], row["who"]) == ("Treasury", "Ben")
    keep_target(settings, DSO, who="Ben", owner="")
    assert kept_targets(settings).loc[DSO, "owner"] == ""


@pytest.mark.parametrize("target", ["many", "nan", "inf", float("nan")])
def test_target_that_is_no_number_is_not_kept(settings, target):
    with pytest.raises(ValueError, match="is not a number"):
        keep_target(settings, DSO, who="Ada", target=target)
    assert kept_targets(settings).empty


def test_figure_that_does_not_exist_has_no_target(settings):
    with pytest.raises(ValueError, match="no figure"):
        keep_target(settings, "receivables.mood", who="Ada", target=1)


def test_owner_that_is_too_long_is_not_kept(settings):
    with pytest.raises(ValueError, match="61 letters"):
        keep_target(settings, DSO, who="Ada", owner="x" * (LONGEST_OWNER + 1))


def test_targets_are_no_decision_that_results_hang_on(settings):
    before = settings.version()
    keep_target(settings, DSO, who="Ada", target=45)
    assert settings.version() == before


def test_what_is_no_target_is_passed_over(settings):
    settings.put("targeted:x", ["not", "an", "entry"])
    settings.put("targeted:y", {"at": "2025-01-01", "who": "Ada", "figure_id": "no.such"})
    assert kept_targets(settings).empty

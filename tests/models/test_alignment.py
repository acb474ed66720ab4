"""Targets against each other: found where they are, and not where months only follow each other."""

import numpy as np
import pandas as pd
import pytest

from models.alignment import FEWEST_MONTHS, fit_alignment
from models.refusal import Refusal

ENDS = pd.date_range("2021-01-31", periods=48, freq="ME")


def months(**columns):
    return pd.DataFrame({"ends": ENDS[-len(next(iter(columns.values()))) :], **columns})


def steady(rng, n=48):
    return rng.normal(0, 1, n)


def test_pull_is_found_and_turned_so_that_up_is_better():
    rng = np.random.default_rng(2)
    one = steady(rng)
    # Lower is better of the second: where the first rises, the second gets worse.
    rows = months(first=one, second=one + 0.3 * steady(rng), other=steady(rng))
    found = fit_alignment(rows, {"first": 1, "second": -1, "other": 1})
    assert found.conflicts()[["first", "second"]].to_numpy().tolist() == [["first", "second"]]
    row = found.table.iloc[0]
    assert row["low"] < row["correlation"] < row["high"] < 0
    together = fit_alignment(rows, {"first": 1, "second": 1, "other": 1}).table.iloc[0]
    assert together["verdict"] == "go together"
    assert together["correlation"] == pytest.approx(-row["correlation"])


def test_figures_of_the_same_rows_are_not_compared():
    rng = np.random.default_rng(2)
    one = steady(rng)
    rows = months(first=one, second=-one, other=steady(rng))
    source = {"first": "invoices", "second": "invoices", "other": "orders"}
    found = fit_alignment(rows, dict.fromkeys(source, 1), same_source=source)
    assert len(found.table) == 2


def test_what_comes_with_the_calendar_is_no_pull():
    rng, season = np.random.default_rng(4), 5 * np.sin(np.arange(48) * 2 * np.pi / 12)
    rows = months(first=season + steady(rng), second=-season + steady(rng))
    assert fit_alignment(rows, {"first": 1, "second": 1}).conflicts().empty


def test_one_busy_month_a_year_is_no_pull_in_a_short_history():
    rng, n = np.random.default_rng(4), FEWEST_MONTHS + 4
    december = 30.0 * (ENDS[-n:].month == 12)
    rows = months(first=december + steady(rng, n), second=-december + steady(rng, n))
    assert fit_alignment(rows, {"first": 1, "second": 1}).conflicts().empty


def test_few_months_cannot_tell():
    rng, n = np.random.default_rng(2), FEWEST_MONTHS
    rows = months(first=steady(rng, n), second=steady(rng, n))
    with pytest.raises(Refusal, match="24 monthly changes"):
        fit_alignment(rows, {"first": 1, "second": 1})


def test_figure_that_never_changes_is_left_out_with_its_reason():
    rng = np.random.default_rng(2)
    rows = months(first=steady(rng), second=steady(rng), flat=np.ones(48))
    found = fit_alignment(rows, {"first": 1, "second": 1, "flat": 1})
    assert found.left_out == {"flat": "never changes"}


def test_false_alarms_are_rare_although_months_follow_on_each_other():
    rng, alarms, times = np.random.default_rng(6), 0, 80
    for _ in range(times):
        # Changes of what varies around a level take back the change before.
        rows = months(first=steady(rng), second=steady(rng))
        alarms += not (fit_alignment(rows, {"first": 1, "second": 1}).table["verdict"]
                       == "cannot tell").all()  # fmt: skip
    assert alarms / times < 0.11

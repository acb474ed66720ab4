"""Readings of the scoreboard: what is noise, what is reached, and where it cannot be told."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.figures import Figure
from models.retention import fit_retention
from models.scoreboard import (
    Change,
    build_scoreboard,
    change_of_history,
    change_of_retention,
    readings_of,
)

AS_OF = dt.date(2025, 6, 30)
NOTHING = pd.DataFrame(columns=["figure_id", "month", "value"])
NO_TARGETS = pd.DataFrame(columns=["target", "owner"])
NAN = float("nan")


def figure(id, value=40.0, low=None, high=None):
    return Figure(id, value, low, high, 10, AS_OF)


def board(figures, *, changes=None, market=NOTHING, targets=NO_TARGETS):
    named = {one.id: one for one in figures}
    return build_scoreboard(named, AS_OF, courses={}, changes=changes or {}, market=market,
                            targets=targets)  # fmt: skip


def target(value, id="receivables.dso", owner="Ada"):
    return pd.DataFrame({"target": [value], "owner": [owner]}, index=[id])


@pytest.mark.parametrize(
    ("one", "wanted", "reached"),
    [
        (figure("receivables.dso", 40.0), 45.0, True),
        (figure("receivables.dso", 40.0), 35.0, False),
        (figure("scores.nps", 30.0, 20.0, 40.0), 35.0, None),
        (figure("scores.nps", 30.0, 20.0, 40.0), 45.0, False),
        (figure("scores.nps", 30.0, 20.0, 40.0), 15.0, True),
        (figure("scores.nps", 30.0, 20.0, 40.0), None, None),
    ],
)
def test_target_is_reached_missed_or_within_the_interval(one, wanted, reached):
    targets = NO_TARGETS if wanted is None else target(wanted, one.id)
    reading = board([one], targets=targets).readings[one.id]
    assert reading.on_target is reached
    assert len(board([one], targets=targets).missed()) == (reached is False)


def test_changes_are_held_to_one_rate_of_false_alarms_together():
    ids = ["receivables.dso", "receivables.growth", "scores.nps", "scores.csat"]
    changes = {id: Change(1.0, NAN, NAN, p, "before") for id, p in
               zip(ids, [0.001, 0.03, 0.9, NAN], strict=True)}  # fmt: skip
    found = board([figure(id) for id in ids], changes=changes).readings
    # By itself 0.03 would pass; second of three asked it would have to be below 0.033: it is.
    assert [found[id].verdict for id in ids] == ["worse", "worse", "inside noise", "cannot tell"]
    changes["scores.csat"] = Change(1.0, NAN, NAN, 0.9, "before")
    # Second of four it would have to be below 0.025.
    again = board([figure(id) for id in ids], changes=changes).readings
    assert again["receivables.growth"].verdict == "inside noise"


def test_better_follows_the_direction_of_the_figure():
    down = {"receivables.dso": Change(-5.0, NAN, NAN, 1e-6, "before"),
            "scores.nps": Change(-5.0, NAN, NAN, 1e-6, "before")}  # fmt: skip
    found = board([figure("receivables.dso"), figure("scores.nps")], changes=down).readings
    assert (found["receivables.dso"].verdict, found["scores.nps"].verdict) == ("better", "worse")


def test_market_is_the_mean_of_the_last_three_months_and_of_nothing_older():
    months = pd.to_datetime(["2025-03-01", "2025-04-01", "2025-05-01", "2025-06-01"])
    market = pd.DataFrame({"figure_id": "receivables.dso", "month": months,
                           "value": [99.0, 40.0, 42.0, 44.0]})  # fmt: skip
    assert (
        board([figure("receivables.dso")], market=market).readings["receivables.dso"].market == 42
    )


def test_gap_is_no_change_since_the_quarter_before():
    assert change_of_history(pd.DataFrame({"value": [40.0, np.nan, 60.0]})) is None
    course = pd.DataFrame({"value": [40.0, 41.0, 60.0, np.nan]})
    assert change_of_history(course) is None
    ends = pd.date_range("2023-07-31", periods=24, freq="ME")
    table = pd.DataFrame({"as_of": ends, "overdue_amount": 1.0, "growth": 1.0,
                          "cash_flow_velocity": 1.0, "dso": np.arange(24.0)})  # fmt: skip
    table.loc[23, "dso"] = np.nan
    _, changes = readings_of(None, SimpleNamespace(table=table), None, (None, None))
    assert "receivables.dso" not in changes


def test_last_quarter_without_enough_answers_has_no_change():
    ends = pd.to_datetime(["2024-12-31", "2025-03-31", "2025-06-30"])
    trend = pd.DataFrame({"measure": "nps", "ends": ends, "value": [1.0, 5.0, 9.0],
                          "change": [NAN, 4.0, 4.0], "p_value": [NAN, 0.01, 0.01]})  # fmt: skip
    whole = SimpleNamespace(trend=trend, as_of=AS_OF)
    assert readings_of(None, None, whole, (None, None))[1]["scores.nps"].value == 4.0
    older = SimpleNamespace(trend=trend.iloc[:2], as_of=AS_OF)
    assert "scores.nps" not in readings_of(None, None, older, (None, None))[1]


def test_few_earlier_changes_do_not_say_what_is_usual():
    found = change_of_history(pd.DataFrame({"value": [40.0, 41.0, 39.0, 60.0]}))
    assert found.value == 21
    assert np.isnan(found.p_value)
    assert change_of_history(pd.DataFrame({"value": [40.0]})) is None


@given(st.floats(-50, 50), st.floats(0.1, 20))
def test_noise_of_the_past_knows_no_unit(shift, scale):
    course = pd.DataFrame({"value": [3.0, 5.0, 4.0, 6.0, 4.5, 5.5, 4.0, 9.0]})
    before = change_of_history(course)
    after = change_of_history(scale * course + shift)
    assert after.value == pytest.approx(scale * before.value)
    assert after.p_value == pytest.approx(before.p_value)


def test_false_alarms_of_the_past_are_as_many_as_they_say():
    rng = np.random.default_rng(3)
    courses = rng.normal(0, 1, (600, 9)).cumsum(axis=1)
    p = [change_of_history(pd.DataFrame({"value": course})).p_value for course in courses]
    assert 0.03 < np.mean(np.array(p) < 0.05) < 0.075


def cohort(ends, causes, start=100.0):
    values = pd.DataFrame({"customer_id": [f"C{k}" for k in range(len(ends))],
                           "value_start": start, "value_end": ends, "cause": causes})  # fmt: skip
    return fit_retention(values, AS_OF, fewest=3)


def test_change_of_retention_worked_by_hand():
    # Before: nobody leaves, one of forty falls to half. Now: four leave for the price.
    before = cohort([50.0] + [100.0] * 39, [None] * 40)
    now = cohort([0.0] * 4 + [100.0] * 36, ["price"] * 4 + [None] * 36)
    nrr = change_of_retention(now, before, "nrr")
    assert nrr.value == pytest.approx(0.9 - 0.9875)
    lost = change_of_retention(now, before, "revenue_churn_12m")
    assert lost.value == pytest.approx(0.1 - 0.0125)
    assert lost.low < lost.value < lost.high
    billed = change_of_retention(now, before, "revenue_churn_price_billing_12m")
    assert billed.value == pytest.approx(0.1)


def test_change_without_an_interval_of_both_cannot_be_told():
    # All forty stay as they are: how far that may be off is not seen.
    before = cohort([100.0] * 40, [None] * 40)
    now = cohort([0.0] * 4 + [100.0] * 36, ["price"] * 4 + [None] * 36)
    assert np.isnan(change_of_retention(now, before, "nrr").p_value)

"""Commitments: scored by the figure at its day, never before it, and never within noise."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.commitments import (
    CANNOT_TELL,
    MET,
    MISSED,
    TOO_EARLY,
    Commitment,
    carried_over,
    is_aimed_low,
    made_on,
    score,
)
from models.figures import Figure

MADE, DUE = dt.date(2026, 6, 30), dt.date(2026, 9, 30)
EVERYONE = "All customers"


def promise(target=0.5, *, at_most=True, figure_id="late_payments.late_share", by=DUE, made=MADE,
            **others):  # fmt: skip
    return Commitment("1", "Bill weekly", figure_id, target, at_most, by, "Ada", made, 0.6,
                      **{"currency": "EUR", **others})  # fmt: skip


def found(value, low=None, high=None, *, as_of=DUE, figure_id="late_payments.late_share",
          reason=None):  # fmt: skip
    return Figure(figure_id, value, low, high, 900, as_of, reason)


def verdict(promised, figure, currency="EUR", cut=EVERYONE):
    return score(promised, figure, currency=currency, cut=cut).verdict


@pytest.mark.parametrize(
    ("target", "at_most", "low", "high", "says"),
    [
        (0.50, True, 0.40, 0.49, MET),
        (0.50, True, 0.40, 0.51, CANNOT_TELL),
        (0.50, True, 0.51, 0.60, MISSED),
        (0.50, False, 0.51, 0.60, MET),
        (0.50, False, 0.40, 0.51, CANNOT_TELL),
        (0.50, False, 0.40, 0.49, MISSED),
    ],
)
def test_estimate_scores_only_where_its_whole_interval_is_on_one_side(
    target, at_most, low, high, says
):
    assert verdict(promise(target, at_most=at_most), found((low + high) / 2, low, high)) == says


@pytest.mark.parametrize(("value", "says"), [(0.49, MET), (0.5, MET), (0.51, MISSED)])
def test_counted_figure_has_no_noise(value, says):
    assert verdict(promise(0.5), found(value)) == says


def test_before_its_day_nothing_is_scored_and_on_it_everything():
    assert verdict(promise(by=DUE + dt.timedelta(days=1)), found(0.1)) == TOO_EARLY
    assert verdict(promise(by=DUE), found(0.1)) == MET


def test_refused_figure_cannot_tell_and_says_why():
    scored = score(promise(), found(None, reason="None was paid."), currency="EUR", cut=EVERYONE)
    assert (scored.verdict, scored.reason) == (CANNOT_TELL, "None was paid.")
    assert verdict(promise(), None) == CANNOT_TELL


def test_other_customers_and_other_money_are_another_figure():
    assert verdict(promise(), found(0.1), cut="Industry: Retail") == CANNOT_TELL
    owed = promise(100.0, figure_id="receivables.open_amount")
    figure = found(50.0, figure_id="receivables.open_amount")
    assert verdict(owed, figure) == MET
    assert verdict(owed, figure, currency="USD") == CANNOT_TELL
    # A share is the same in any currency.
    assert verdict(promise(), found(0.1), currency="USD") == MET


def test_review_tells_its_own_commitments_from_those_carried_over_and_none_of_the_future():
    earlier, now = promise(made=MADE), promise(made=DUE, by=DUE + dt.timedelta(days=90))
    figures = {"late_payments.late_share": found(0.1)}
    ours = [now, earlier]
    assert made_on(ours, DUE) == (now,)
    assert [one.commitment for one in carried_over(ours, figures, DUE, currency="EUR")] == [earlier]
    # As of the day before it was made, nobody can know of it.
    before = MADE - dt.timedelta(days=1)
    assert made_on(ours, before) == carried_over(ours, figures, before, currency="EUR") == ()
    long_after = DUE + dt.timedelta(days=367)
    assert earlier not in [
        one.commitment for one in carried_over(ours, figures, long_after, currency="EUR")
    ]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"figure_id": "mood.good"}, "no figure 'mood.good'"),
        ({"target": float("nan")}, "is no number"),
        ({"by": MADE}, "is not after"),
    ],
)
def test_commitment_that_nothing_could_score_is_not_made(wrong, says):
    with pytest.raises(ValueError, match=says):
        promise(**wrong)


def test_target_is_an_upper_end_where_lower_is_better_or_it_lies_below():
    assert is_aimed_low("receivables.dso", 60.0, 50.0)
    assert not is_aimed_low("churn.nrr", 0.5, 0.9)
    assert is_aimed_low("personas.count", 3, 5)
    assert not is_aimed_low("personas.count", 7, 5)


@given(
    value=st.floats(-100, 100), target=st.floats(-100, 100),
    below=st.floats(0, 10), above=st.floats(0, 10),
)  # fmt: skip
def test_the_mirror_of_a_figure_and_its_target_has_the_same_score(value, target, below, above):
    figure = found(value, value - below, value + above)
    mirror = found(-value, -value - above, -value + below)
    one = verdict(promise(target, at_most=True), figure)
    assert one == verdict(promise(-target, at_most=False), mirror)
    # What is met by all of the interval is met by the value.
    assert one != MET or value <= target
    assert one != MISSED or value > target

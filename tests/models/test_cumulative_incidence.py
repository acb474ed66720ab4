import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from lifelines import AalenJohansenFitter
from numpy.testing import assert_allclose

from models.cumulative_incidence import fit_cumulative_incidence
from models.survival import fit_kaplan_meier

CAUSES = ("paid", "void", "written_off")

rows = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from([None, *CAUSES]), st.integers(0, 1)),
    min_size=1,
    max_size=80,
)


def columns(drawn):
    duration, cause, group = zip(*drawn, strict=True)
    return np.array(duration), np.array(cause, dtype=object), np.array(group)


def by_definition(duration, cause, name, day):
    """A deliberately different way: walk through the days."""
    still, share = 1.0, 0.0
    for t in range(day + 1):
        at_risk = (duration >= t).sum()
        if at_risk == 0:
            break
        leaving = duration == t
        share += still * (leaving & (cause == name)).sum() / at_risk
        still *= 1 - (leaving & (cause != None)).sum() / at_risk  # noqa: E711
    return share


def test_incidence_worked_by_hand():
    # Day 20: one of four is paid, 1/4. Day 30: one of three is void, 3/4 * 1/3 = 1/4.
    # Day 40 is open. Day 70: the last is paid, 1/2.
    fit = fit_cumulative_incidence([20, 30, 70, 40], ["paid", "void", "paid", None])
    assert_allclose(fit.incidence_at([19, 20, 69, 70], "paid"), [0, 0.25, 0.25, 0.75])
    assert_allclose(fit.incidence_at([29, 30, 99], "void"), [0, 0.25, 0.25])


@settings(max_examples=50)
@given(rows)
def test_parts_and_survival_sum_to_one(drawn):
    duration, cause, group = columns(drawn)
    fit = fit_cumulative_incidence(duration, cause, causes=CAUSES, group=group)
    survival = fit_kaplan_meier(duration, pd.notna(cause), group=group).table
    gone = fit.table.groupby(["group", "day"])["incidence"].sum()
    assert_allclose(gone.to_numpy() + survival["survival"].to_numpy(), 1, atol=1e-12)


@settings(max_examples=50)
@given(rows, st.integers(0, 60))
def test_incidence_equals_its_definition(drawn, day):
    duration, cause, _ = columns(drawn)
    fit = fit_cumulative_incidence(duration, cause, causes=CAUSES)
    for name in CAUSES:
        assert float(fit.incidence_at(day, name)) == pytest.approx(
            by_definition(duration, cause, name, day), abs=1e-12
        )


def test_incidence_equals_lifelines():
    # Without ties, which lifelines would shake apart at random.
    rng = np.random.default_rng(3)
    duration = rng.permutation(np.arange(1, 301))
    code = rng.integers(0, 3, 300)
    theirs = AalenJohansenFitter(calculate_variance=False).fit(duration, code, event_of_interest=1)
    ours = fit_cumulative_incidence(duration, np.array([None, "paid", "void"], object)[code])
    table = theirs.cumulative_density_
    assert_allclose(
        ours.incidence_at(table.index.to_numpy(), "paid"), table.to_numpy()[:, 0], atol=1e-9
    )


def test_with_one_cause_the_incidence_is_one_minus_survival():
    rng = np.random.default_rng(4)
    duration, event = rng.integers(0, 50, 200), rng.random(200) < 0.6
    cause = np.where(event, "paid", None)
    for cluster in (None, rng.integers(0, 20, 200)):
        incidence = fit_cumulative_incidence(duration, cause, cluster=cluster).table
        survival = fit_kaplan_meier(duration, event, cluster=cluster).table
        assert_allclose(incidence["incidence"], 1 - survival["survival"], atol=1e-12)
        # Greenwood's error is the delta method's.
        assert_allclose(incidence["std_err"], survival["std_err"], atol=1e-9)


@pytest.mark.parametrize("delayed", [False, True])
def test_error_is_the_squared_effect_of_each_cluster(delayed):
    rng = np.random.default_rng(5)
    n = 200
    duration = rng.integers(1, 40, n)
    cause = rng.choice(np.array([None, "paid", "void"], object), n, p=[0.3, 0.5, 0.2])
    cluster = rng.integers(0, 15, n)
    entry = np.maximum(duration - rng.integers(1, 40, n), 0) if delayed else None
    found = fit_cumulative_incidence(duration, cause, entry=entry, cluster=cluster).table
    base = fit_cumulative_incidence(duration, cause, entry=entry).table["incidence"]
    total, nudge = 0.0, 1e-6
    for unit in range(15):
        weight = np.where(cluster == unit, 1 + nudge, 1.0)
        moved = fit_cumulative_incidence(duration, cause, entry=entry, weight=weight).table
        total = total + ((moved["incidence"] - base) / nudge) ** 2
    assert_allclose(found["std_err"], np.sqrt(total * 15 / 14), atol=1e-6)
    assert found["std_err"].max() > 0.02


def test_grouped_counts_give_curve_and_error_of_the_rows():
    rng = np.random.default_rng(8)
    frame = pd.DataFrame(
        {
            "duration": rng.integers(0, 20, 500),
            "cause": rng.choice(np.array([None, "paid", "void"], object), 500),
            "customer": rng.integers(0, 12, 500),
        }
    )
    counts = frame.value_counts(dropna=False).rename("n").reset_index()
    for cluster in (None, "customer"):
        of_rows, of_counts = (
            fit_cumulative_incidence(
                data["duration"],
                data["cause"],
                weight=data.get("n"),
                cluster=data[cluster] if cluster else None,
            ).table
            for data in (frame, counts)
        )
        pd.testing.assert_frame_equal(of_rows, of_counts, check_dtype=False, rtol=1e-9)


def test_one_minus_survival_per_cause_overstates():
    # Half are paid and half made void at random days: each ends at one half, but taking void as
    # "still to be paid" has everyone pay in the end.
    rng = np.random.default_rng(9)
    duration = rng.integers(1, 60, 2_000)
    cause = rng.choice(np.array(["paid", "void"], object), 2_000)
    right = float(fit_cumulative_incidence(duration, cause).incidence_at(60, "paid"))
    naive = 1 - float(fit_kaplan_meier(duration, cause == "paid").survival_at(60))
    assert right == pytest.approx(0.5, abs=0.03)
    assert naive > 0.9


def test_nothing_ended_is_refused():
    with pytest.raises(ValueError, match="None of the 2 rows has ended"):
        fit_cumulative_incidence([1, 2], [None, None])


def test_a_cause_nobody_named_is_refused():
    with pytest.raises(ValueError, match="causes \\['lost'\\] are none of"):
        fit_cumulative_incidence([1, 2], ["paid", "lost"], causes=["paid"])

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from lifelines import KaplanMeierFitter
from numpy.testing import assert_allclose

from models.survival import fit_kaplan_meier, fit_restricted_mean

# Five invoices: paid after 20, 30 and 70 days, open at 40 and 10.
DURATION = [20, 30, 70, 40, 10]
EVENT = [True, True, True, False, False]

rows = st.lists(
    st.tuples(st.integers(0, 60), st.booleans(), st.integers(0, 2)), min_size=1, max_size=80
)


def columns(drawn):
    duration, event, group = zip(*drawn, strict=True)
    return np.array(duration), np.array(event), np.array(group)


def by_lifelines(duration, event, entry=None):
    # Ours watches on (entry, duration], lifelines on [entry, duration]: half a day apart.
    late = None if entry is None else np.where(entry > 0, entry + 0.5, 0.0)
    fitter = KaplanMeierFitter().fit(duration, event, entry=late)
    days = np.unique(np.append(duration, 0))
    at = np.searchsorted(fitter.survival_function_.index, days, side="right") - 1
    return (
        days,
        fitter.survival_function_.to_numpy()[at, 0],
        fitter.confidence_interval_.to_numpy()[at],
    )


def test_survival_worked_by_hand():
    # At 20 four are open and one is paid: 3/4. At 30, three and one: 2/3 of that.
    # The open invoices of age 10 and 40 leave the risk set without a step.
    curve = fit_kaplan_meier(DURATION, EVENT)
    assert_allclose(
        curve.survival_at([0, 19, 20, 29, 30, 69, 70, 999]), [1, 1, 0.75, 0.75, 0.5, 0.5, 0, 0]
    )
    # Greenwood at 30: 0.5 * sqrt(1 / (4 * 3) + 1 / (3 * 2)) = 0.25.
    at_30 = curve.table[curve.table["day"] == 30].iloc[0]
    assert at_30["std_err"] == pytest.approx(0.25)
    assert (at_30["at_risk"], at_30["n_events"]) == (3, 1)


@settings(max_examples=40)
@given(rows)
def test_survival_equals_lifelines_in_every_group(drawn):
    duration, event, group = columns(drawn)
    curve = fit_kaplan_meier(duration, event, group=group)
    for name in np.unique(group):
        here = group == name
        days, survival, band = by_lifelines(duration[here], event[here])
        table = curve.table[curve.table["group"] == name]
        assert_allclose(table["day"], days)
        assert_allclose(table["survival"], survival, atol=1e-9)
        assert_allclose(table[["lower", "upper"]], band, atol=1e-9)


@settings(max_examples=40)
@given(rows, st.randoms(use_true_random=False))
def test_survival_with_delayed_entry_equals_lifelines(drawn, random):
    duration, event, _ = columns(drawn)
    duration = duration + 1
    entry = np.array([random.randrange(int(day)) for day in duration])
    # Where the risk set empties before everybody has entered lifelines gives 0/0.
    duration, event = np.append(duration, 70), np.append(event, False)
    entry = np.append(entry, 0)
    days, survival, _ = by_lifelines(duration, event, entry)
    curve = fit_kaplan_meier(duration, event, entry=entry)
    assert_allclose(curve.survival_at(days), survival, atol=1e-9)


@given(rows)
def test_grouped_counts_give_the_curve_of_the_rows(drawn):
    duration, event, group = columns(drawn)
    frame = pd.DataFrame({"duration": duration, "event": event, "group": group})
    counts = frame.groupby(["duration", "event", "group"]).size().rename("n").reset_index()
    of_rows = fit_kaplan_meier(duration, event, group=group).table
    of_counts = fit_kaplan_meier(
        counts["duration"], counts["event"], group=counts["group"], weight=counts["n"]
    ).table
    pd.testing.assert_frame_equal(of_rows, of_counts, check_dtype=False, rtol=1e-12)


@given(rows)
def test_survival_obeys_its_laws(drawn):
    duration, event, group = columns(drawn)
    table = fit_kaplan_meier(duration, event, group=group, cluster=np.arange(len(group))).table
    for _, curve in table.groupby("group"):
        # Everybody is there at first, unless somebody leaves on the very first day ...
        assert curve["day"].iloc[0] == 0
        # ... survival is a share and can only fall ...
        assert curve["survival"].between(0, 1).all()
        assert (np.diff(curve["survival"]) <= 1e-15).all()
        # ... its interval holds it ...
        assert (curve["lower"] <= curve["survival"] + 1e-12).all()
        assert (curve["survival"] <= curve["upper"] + 1e-12).all()
    # ... and every row ends once.
    assert (table["n_events"] + table["n_censored"]).sum() == len(group)


@given(rows)
def test_rows_that_are_their_own_cluster_have_greenwoods_error(drawn):
    # Without ties of dependence the squared influence sums to Greenwood exactly [R survfit];
    # the factor C / (C - 1) is the only difference.
    duration, event, _ = columns(drawn)
    n = len(duration)
    if n < 2:
        return
    plain = fit_kaplan_meier(duration, event).table["std_err"]
    robust = fit_kaplan_meier(duration, event, cluster=np.arange(n)).table["std_err"]
    assert_allclose(robust, plain * np.sqrt(n / (n - 1)), atol=1e-9)


@pytest.mark.parametrize("delayed", [False, True])
def test_clustered_error_is_the_squared_effect_of_each_cluster(delayed):
    # A second way to the same number: weigh each cluster up a little and see the curve move.
    rng = np.random.default_rng(5)
    n = 200
    duration, event = rng.integers(1, 40, n), rng.random(n) < 0.7
    cluster = rng.integers(0, 15, n)
    entry = np.maximum(duration - rng.integers(1, 40, n), 0) if delayed else None
    curve = fit_kaplan_meier(duration, event, entry=entry, cluster=cluster).table
    base = fit_kaplan_meier(duration, event, entry=entry).table["survival"]
    total, nudge = 0.0, 1e-6
    for unit in range(15):
        weight = np.where(cluster == unit, 1 + nudge, 1.0)
        moved = fit_kaplan_meier(duration, event, entry=entry, weight=weight).table["survival"]
        total = total + ((moved - base) / nudge) ** 2
    assert_allclose(curve["std_err"], np.sqrt(total * 15 / 14), atol=1e-6)
    assert curve["std_err"].max() > 0.02


def test_customers_with_many_alike_invoices_widen_the_interval():
    # Ten customers, each paying its hundred invoices on one day of its own.
    duration = np.repeat(np.arange(10, 110, 10), 100)
    event = np.ones(1000, dtype=bool)
    customer = np.repeat(np.arange(10), 100)
    plain = fit_kaplan_meier(duration, event).table
    robust = fit_kaplan_meier(duration, event, cluster=customer).table
    middle = plain["day"] == 50
    narrow, wide = (t[middle].iloc[0] for t in (plain, robust))
    assert wide["upper"] - wide["lower"] > 5 * (narrow["upper"] - narrow["lower"])


def test_one_cluster_has_an_interval_from_nothing_to_everything():
    curve = fit_kaplan_meier([1, 2, 3], [True, True, False], cluster=["a", "a", "a"]).table
    inside = curve["survival"].between(0, 1, inclusive="neither")
    assert (curve.loc[inside, "lower"] == 0).all()
    assert (curve.loc[inside, "upper"] == 1).all()


def test_median_is_infinite_while_half_are_not_seen_to_end():
    median = fit_kaplan_meier([5, 9, 9, 9], [True, False, False, False]).quantile(0.5)
    assert np.isinf(median["day"].item())
    assert np.isinf(median["upper"].item())


@pytest.mark.parametrize(("days", "mean"), [(20, 20.0), (30, 27.5), (60, 42.5), (70, 47.5)])
def test_restricted_mean_worked_by_hand(days, mean):
    # 20 days at 1, ten at 3/4, then 1/2 until 70.
    table = fit_restricted_mean(DURATION, EVENT, days=days).table
    assert table["mean"].item() == pytest.approx(mean)


@settings(max_examples=50)
@given(rows, st.integers(1, 50))
def test_restricted_mean_of_own_clusters_has_greenwoods_error(drawn, days):
    duration, event, _ = columns(drawn)
    n = len(duration)
    if n < 2:
        return
    plain = fit_restricted_mean(duration, event, days=days).table
    robust = fit_restricted_mean(duration, event, days=days, cluster=np.arange(n)).table
    assert_allclose(robust["std_err"], plain["std_err"] * np.sqrt(n / (n - 1)), atol=1e-9)


@pytest.mark.parametrize("delayed", [False, True])
def test_restricted_mean_error_is_the_squared_effect_of_each_cluster(delayed):
    rng = np.random.default_rng(6)
    n = 200
    duration, event = rng.integers(1, 40, n), rng.random(n) < 0.7
    duration[0], event[0] = 45, False
    cluster = rng.integers(0, 15, n)
    entry = np.maximum(duration - rng.integers(1, 40, n), 0) if delayed else None
    options = {"days": 30, "entry": entry}
    found = fit_restricted_mean(duration, event, cluster=cluster, **options).table
    base = fit_restricted_mean(duration, event, **options).table["mean"].item()
    total, nudge = 0.0, 1e-6
    for unit in range(15):
        weight = np.where(cluster == unit, 1 + nudge, 1.0)
        moved = fit_restricted_mean(duration, event, weight=weight, **options).table["mean"]
        total += ((moved.item() - base) / nudge) ** 2
    assert found["std_err"].item() == pytest.approx(np.sqrt(total * 15 / 14), rel=1e-5)


def test_restricted_mean_beyond_what_was_watched_is_refused():
    table = fit_restricted_mean([5, 9], [True, False], days=30).table
    assert np.isnan(table["mean"].item())
    assert "Followed for 9 days only" in table["reason"].item()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"duration": [], "event": []}, "There are no rows"),
        ({"duration": [1.5, 2], "event": [1, 1]}, "no whole days"),
        ({"duration": [-1, 2], "event": [1, 1]}, "runs from -1 to 2 days"),
        ({"duration": [1, 10**7], "event": [1, 1]}, "which no invoice or contract does"),
        ({"duration": [1, 2], "event": [1, None]}, "`event` is missing in 1 rows"),
        ({"group": ["a", None]}, "`group` is missing in 1 rows"),
        ({"entry": [5, 0]}, "1 rows leave on or before the day they enter"),
        ({"weight": [0, 1]}, "not above zero"),
        ({"weight": [1]}, "has 1 values for 2 durations"),
        ({"confidence": 95}, "A confidence of 95 gives no interval"),
    ],
)
def test_rows_that_make_no_sense_are_refused(change, says):
    with pytest.raises(ValueError, match=says):
        fit_kaplan_meier(**({"duration": [3, 4], "event": [True, False]} | change))


def test_unknown_group_is_named_with_those_there_are():
    curve = fit_kaplan_meier(DURATION, EVENT, group=list("aabbb"))
    with pytest.raises(ValueError, match=r"no curve for 'c'.*a, b"):
        curve.survival_at(10, "c")

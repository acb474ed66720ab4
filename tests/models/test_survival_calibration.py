"""Calibration, worked by hand and on worlds whose chances are known."""

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose
from scipy.special import expit, logit

from models.refusal import Refusal
from models.survival import fit_kaplan_meier
from models.survival_scores import a_calibration, calibration, d_calibration

seeds = st.integers(0, 10_000)


def world(seed, n=1_500, *, entry=False):
    """Months until customers leave, exponential, with each one's true rate."""
    rng = np.random.default_rng(seed)
    rate = np.exp(0.8 * rng.normal(size=n)) / 20
    exact = rng.exponential(1 / rate)
    first = rng.integers(0, 6, n) if entry else np.zeros(n, dtype=int)
    months, watched = np.ceil(exact).astype(int), first + rng.integers(1, 40, n)
    frame = pd.DataFrame(
        {"months": np.minimum(months, watched), "left": months <= watched, "rate": rate,
         "entry": first}
    )  # fmt: skip
    return frame[frame["months"] > frame["entry"]].reset_index(drop=True)


def true_risk(rows, horizon):
    return -np.expm1(-rows["rate"].to_numpy() * horizon)


# --- at a horizon ----------------------------------------------------


def test_groups_are_set_beside_kaplan_meier():
    rows = world(1)
    risk = true_risk(rows, 12)
    found = calibration(rows["months"], rows["left"], risk, 12, groups=5)
    group = np.searchsorted(np.quantile(risk, [0.2, 0.4, 0.6, 0.8]), risk)
    for g in range(5):
        part = rows[group == g]
        curve = fit_kaplan_meier(part["months"], part["left"])
        row = found.table.iloc[g]
        assert row["observed"] == pytest.approx(1 - curve.survival_at(12).item())
        assert row["predicted"] == pytest.approx(risk[group == g].mean())
        assert row["n"] == len(part)
    whole = fit_kaplan_meier(rows["months"], rows["left"])
    assert found.observed == pytest.approx(1 - whole.survival_at(12).item())


def test_true_chances_are_calibrated_and_extreme_ones_have_the_slope_that_mends_them():
    rows = world(2, 4_000)
    risk = true_risk(rows, 12)
    found = calibration(rows["months"], rows["left"], risk, 12)
    assert found.slope.lower < 1 < found.slope.upper
    assert found.intercept.lower < 0 < found.intercept.upper
    extreme = calibration(rows["months"], rows["left"], expit(2 * logit(risk)), 12)
    # The log odds are twice what they should be: half of them is right.
    assert extreme.slope.value == pytest.approx(found.slope.value / 2)
    low = calibration(rows["months"], rows["left"], expit(logit(risk) - 0.7), 12)
    assert low.intercept.value == pytest.approx(found.intercept.value + 0.7)
    assert low.slope.value == pytest.approx(found.slope.value)


def test_without_censoring_slope_and_error_are_those_of_a_logistic_regression():
    import statsmodels.api as sm

    rows = world(3, 800).assign(left=True)
    risk = true_risk(rows, 12)
    found = calibration(rows["months"], rows["left"], risk, 12)
    y = (rows["months"] <= 12).astype(float)
    fit = sm.GLM(y, sm.add_constant(logit(risk)), family=sm.families.Binomial()).fit(cov_type="HC0")
    assert found.slope.value == pytest.approx(fit.params.iloc[1])
    few = np.sqrt(len(rows) / (len(rows) - 1))
    assert found.slope.std_err == pytest.approx(fit.bse.iloc[1] * few, rel=1e-6)


def test_one_cause_is_set_beside_its_incidence_not_as_if_the_others_were_still_to_come():
    rng = np.random.default_rng(4)
    rows = world(4, 6_000)
    by_price = rng.random(len(rows)) < 0.4
    cause = np.where(rows["left"], np.where(by_price, "price", "service"), None)
    risk = 0.4 * true_risk(rows, 12)
    found = calibration(rows["months"], cause, risk, 12, cause="price")
    assert found.slope.lower < 1 < found.slope.upper
    assert found.intercept.lower < 0 < found.intercept.upper
    inside = found.table["lower"].le(found.table["predicted"]) & found.table["predicted"].le(
        found.table["upper"]
    )
    assert inside.sum() >= 8
    wrong = calibration(rows["months"], np.where(cause == "price", "price", None), risk, 12,
                        cause="price")  # fmt: skip
    assert wrong.observed > found.observed + 0.02


def test_rows_twice_have_the_error_of_rows_once_where_customers_are_told():
    rows = world(5, 600)
    twice = pd.concat([rows, rows])
    one = calibration(rows["months"], rows["left"], true_risk(rows, 12), 12, cluster=rows.index)
    two = calibration(twice["months"], twice["left"], true_risk(twice, 12), 12, cluster=twice.index)
    for name in ("slope", "intercept"):
        assert getattr(two, name).std_err == pytest.approx(getattr(one, name).std_err)
    assert two.n_clusters == len(rows)


@settings(max_examples=8)
@given(seeds, st.integers(2, 10))
def test_groups_hold_every_row_once_and_rise(seed, groups):
    rows = world(seed, 400)
    risk = true_risk(rows, 12).round(2)
    found = calibration(rows["months"], rows["left"], risk, 12, groups=groups).table
    assert found["n"].sum() == len(rows)
    assert len(found) <= groups
    assert found["predicted"].is_monotonic_increasing
    assert found["observed"].between(0, 1).all()


def test_too_little_is_refused():
    rows = world(6, 60)
    with pytest.raises(Refusal, match="outlast it; below 20"):
        calibration(rows["months"], rows["left"], true_risk(rows, 1), 1)
    rows = world(6)
    with pytest.raises(Refusal, match="same prediction"):
        calibration(rows["months"], rows["left"], np.full(len(rows), 0.3), 12)
    with pytest.raises(Refusal, match="Nobody was watched beyond"):
        calibration(rows["months"], rows["left"], true_risk(rows, 12), 60)
    with pytest.raises(Refusal, match="tell exactly who left"):
        calibration(rows["months"].clip(upper=30), rows["left"] | True, rows["months"] <= 12, 12)


# --- over the whole distribution ----------------------------------------------------


def test_censored_row_is_spread_over_what_it_may_come_to():
    # Level .25 lies in the bin .2 to .3: .05 of .25 in it, .1 of .25 in each of the two below.
    event = [False] * 100
    found = d_calibration(event, [0.25] * 100).table["observed"]
    assert_allclose(found, [40, 40, 20, 0, 0, 0, 0, 0, 0, 0], atol=1e-9)


def test_expected_events_are_the_hazard_while_watched():
    # From 1 down to .85: log(1 / .9) in the highest bin and log(.9 / .85) in the next.
    found = a_calibration([False] * 100, [0.85] * 100).table["expected"]
    assert_allclose(found[::-1][:3], 100 * np.log([1 / 0.9, 0.9 / 0.85, 1]), atol=1e-9)


@settings(max_examples=20)
@given(seeds)
def test_all_rows_are_in_some_bin_and_expected_events_are_the_cumulative_hazard(seed):
    rng = np.random.default_rng(seed)
    event, survival = rng.random(200) < 0.5, rng.random(200)
    assert d_calibration(event, survival).table["observed"].sum() == pytest.approx(200)
    found = a_calibration(event, survival).table
    assert found["expected"].sum() == pytest.approx(-np.log(survival).sum())
    assert found["observed"].sum() == event.sum()


def rejections(n_worlds, wrong=1.0):
    """Shares of worlds in which each test rejects at .05, where rates are `wrong` times right."""
    rejected = np.zeros(4)
    for seed in range(n_worlds):
        rows = world(seed, 500, entry=True)
        rng = np.random.default_rng(seed)
        rate = wrong * rows["rate"]
        at, before, entry = (
            np.exp(-rate * t) for t in (rows["months"], rows["months"] - 1, rows["entry"])
        )
        options = {"survival_before": before, "rng": rng}
        given_entry = {"survival_before": before / entry, "rng": rng}
        tests = [
            d_calibration(rows["left"], at / entry, **given_entry),
            a_calibration(rows["left"], at, survival_at_entry=entry, **options),
            d_calibration(rows["left"], at / entry, cluster=rows.index, **given_entry),
            a_calibration(rows["left"], at, survival_at_entry=entry, cluster=rows.index, **options),
        ]
        rejected += [test.p_value < 0.05 for test in tests]
    return rejected / n_worlds


def test_right_predictions_are_rarely_rejected_and_wrong_ones_mostly():
    # 0.1 % band of a binomial with 60 draws at .05 ends below 11.
    assert (rejections(60) <= 0.17).all()
    d, a, _, _ = rejections(15, wrong=1.3)
    assert a >= 0.8
    assert a >= d


@pytest.mark.verify
def test_right_predictions_are_rejected_in_one_world_of_twenty():
    d, a, d_clusters, a_clusters = rejections(1_000)
    assert d <= 0.074
    for share in (a, a_clusters, d_clusters):
        assert 0.029 <= share <= 0.08


def test_events_in_periods_need_a_random_point():
    with pytest.raises(ValueError, match="`rng` is not given"):
        d_calibration([True], [0.5], survival_before=[0.6])


def test_few_events_have_no_test_and_say_why():
    found = a_calibration([False] * 20, [0.99] * 20)
    assert np.isnan(found.p_value)
    assert "0.2 events are expected" in found.reason

"""Regression within units and periods: the same as with a column for each of them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.fixed_effects import fit_fixed_effects
from models.refusal import Refusal


def panel(seed, n_units=12, n_periods=9):
    """Units and periods with rows missing here and there."""
    rng = np.random.default_rng(seed)
    unit, period = np.divmod(np.arange(n_units * n_periods), n_periods)
    keep = rng.random(len(unit)) < 0.8
    unit = np.unique(unit[keep], return_inverse=True)[1]
    period = period[keep]
    x = pd.DataFrame(rng.standard_normal((len(unit), 2)), columns=["a", "b"])
    return rng, unit, period, x


@given(st.integers(0, 10_000), st.booleans())
def test_the_same_as_a_regression_with_a_column_for_every_unit_and_period(seed, trend):
    rng, unit, period, x = panel(seed)
    y = rng.standard_normal(len(unit))
    columns = [x.to_numpy(), np.eye(unit.max() + 1)[unit], np.eye(period.max() + 1)[period]]
    if trend:
        columns.append(np.eye(unit.max() + 1)[unit] * period[:, None])
    by_hand = np.linalg.lstsq(np.hstack(columns), y, rcond=None)[0][:2]
    fit = fit_fixed_effects(y, x, unit=unit, period=period, cluster=unit, trend=trend)
    assert fit.table["effect"].to_numpy() == pytest.approx(by_hand, abs=1e-7)


def test_what_is_always_so_of_a_unit_or_a_period_changes_nothing():
    rng, unit, period, x = panel(3)
    y = rng.standard_normal(len(unit))
    options = {"unit": unit, "period": period, "cluster": unit, "trend": True}
    moved = y + 100 * rng.standard_normal(unit.max() + 1)[unit] + 5.0 * period * unit
    moved += 50 * rng.standard_normal(period.max() + 1)[period]
    one, other = fit_fixed_effects(y, x, **options), fit_fixed_effects(moved, x, **options)
    numbers = ["effect", "low", "high"]
    np.testing.assert_allclose(one.table[numbers], other.table[numbers], atol=1e-8)


def test_interval_holds_the_truth_where_rows_of_a_unit_are_alike():
    held = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        unit, period = np.divmod(np.arange(40 * 6), 6)
        # Both wander within a unit, so that its rows are no independent news.
        walk = rng.standard_normal((2, 40, 6)).cumsum(axis=2).reshape(2, -1)
        fit = fit_fixed_effects(
            0.5 * walk[0] + walk[1], pd.DataFrame({"x": walk[0]}), unit=unit, period=period,
            cluster=unit,
        )  # fmt: skip
        row = fit.of("x")
        held += row["low"] <= 0.5 <= row["high"]
    # 114 of 120 on average; fewer than 104 come once in a few thousand times.
    assert held >= 104


def test_column_without_variation_of_its_own_is_left_out_and_none_left_is_refused():
    rng, unit, period, x = panel(4)
    x = x.assign(size=unit.astype(float), month=period.astype(float), twice=2 * x["a"])
    y = rng.standard_normal(len(unit))
    fit = fit_fixed_effects(y, x, unit=unit, period=period, cluster=unit)
    assert fit.table["term"].tolist() == ["a", "b"]
    with pytest.raises(Refusal, match="nobody to compare with"):
        fit_fixed_effects(y, x[["size", "month"]], unit=unit, period=period)


def test_rows_and_clusters_that_carry_a_column_are_counted():
    unit = np.repeat([0, 1, 2], 3)
    x = pd.DataFrame({"x": [0, 1, 0, 0, 2, 2, 0, 0, 0.0]})
    row = fit_fixed_effects(np.arange(9.0) ** 2, x, unit=unit, cluster=unit).of("x")
    assert (row["n_rows"], row["n_clusters"]) == (3, 2)
    assert np.isnan(row["low"])
    assert "3 clusters" in row["reason"]

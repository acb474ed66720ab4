import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from lifelines import NelsonAalenFitter
from numpy.testing import assert_allclose

from models.nelson_aalen import fit_nelson_aalen
from models.survival import fit_kaplan_meier

rows = st.lists(st.tuples(st.integers(1, 30), st.booleans(), st.integers(0, 6)), min_size=3,
                max_size=60)  # fmt: skip


def test_curve_worked_by_hand():
    # Day 2: 1 of 4. Day 3: 2 of 3. Day 5: 1 of 1.
    curve = fit_nelson_aalen([2, 3, 3, 5], [1, 1, 1, 1])
    assert_allclose(curve.cumulative_hazard_at([1, 2, 3, 5]), [0, 1 / 4, 11 / 12, 23 / 12])
    # 1/16, and 2/9 and 1 more.
    at = curve.table.set_index("day")["std_err"] ** 2
    assert_allclose(at.loc[[2, 3, 5]], [1 / 16, 1 / 16 + 2 / 9, 1 / 16 + 2 / 9 + 1])


@settings(max_examples=20)
@given(rows)
def test_curve_with_late_entry_is_that_of_lifelines(drawn):
    duration, event, entry = map(np.array, zip(*drawn, strict=True))
    duration = duration + entry
    curve = fit_nelson_aalen(duration, event, entry=entry)
    theirs = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(duration, event, entry=entry)
    days = np.arange(1, duration.max() + 1)
    assert_allclose(
        curve.cumulative_hazard_at(days),
        # Before anybody entered theirs is missing.
        theirs.cumulative_hazard_at_times(days).fillna(0.0),
        atol=1e-12,
    )


@settings(max_examples=20)
@given(rows)
def test_cumulative_hazard_never_falls_and_lies_below_that_of_the_product_limit(drawn):
    duration, event, _ = map(np.array, zip(*drawn, strict=True))
    table = fit_nelson_aalen(duration, event).table
    assert table["cumulative_hazard"].is_monotonic_increasing
    survival = fit_kaplan_meier(duration, event).table["survival"]
    assert (np.exp(-table["cumulative_hazard"]) >= survival - 1e-12).all()
    assert (table["lower"] <= table["cumulative_hazard"]).all()
    assert (table["cumulative_hazard"] <= table["upper"]).all()


def test_counts_give_the_curve_of_the_rows_they_stand_for():
    rng = np.random.default_rng(1)
    duration, event, times = rng.integers(1, 20, 40), rng.random(40) < 0.6, rng.integers(1, 5, 40)
    cells = fit_nelson_aalen(duration, event, weight=times).table
    whole = fit_nelson_aalen(duration.repeat(times), event.repeat(times)).table
    assert_allclose(cells.drop(columns="group"), whole.drop(columns="group"))


@pytest.mark.parametrize("late", [False, True])
def test_error_by_cluster_comes_from_the_weight_of_each_customer(late):
    rng = np.random.default_rng(2)
    entry = rng.integers(0, 5, 50) if late else None
    duration = rng.integers(1, 20, 50) + (entry if late else 0)
    event, customer = rng.random(50) < 0.6, rng.integers(0, 12, 50)
    day, step = 14, 1e-4

    def hazard(weight):
        curve = fit_nelson_aalen(duration, event, entry=entry, weight=weight)
        return curve.cumulative_hazard_at(day).item()

    moved = [
        (
            hazard(np.where(customer == c, 1 + step, 1.0))
            - hazard(np.where(customer == c, 1 - step, 1.0))
        )
        / (2 * step)
        for c in range(12)
    ]
    table = fit_nelson_aalen(duration, event, entry=entry, cluster=customer).table
    found = table.loc[table["day"] <= day, "std_err"].iloc[-1]
    assert found == pytest.approx(np.sqrt(np.square(moved).sum() * 12 / 11), rel=1e-6)

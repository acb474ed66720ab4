"""Leaving that goes with revenue beyond its prediction is found, and none where none is."""

import numpy as np
import pytest

from models.leaving_by_revenue import fit_leaving_by_revenue


def drawn(slope, level=0.0, n=1_500, months=12, seed=0, predicted=0.03):
    """Customer-months whose true hazard goes with log revenue by `slope` beyond the prediction."""
    rng = np.random.default_rng(seed)
    revenue = np.repeat(rng.lognormal(6, 1, n), months)
    chance = predicted * np.exp(np.repeat(rng.normal(0, 0.3, n), months))
    hazard = -np.log1p(-chance) * np.exp(level + slope * (np.log(revenue) - 6))
    left = rng.random(n * months) < -np.expm1(-hazard)
    return chance, left, revenue, np.repeat(np.arange(n), months)


@pytest.mark.parametrize("slope", [0.0, -0.2])
def test_true_ratio_lies_within_its_error_as_often_as_it_should(slope):
    # Of 60 with chance 0.95, fewer than 51 happen once in a thousand times.
    held = 0
    for seed in range(60):
        found = fit_leaving_by_revenue(*drawn(slope, level=0.1, n=500, seed=seed))
        held += abs(found.slope - slope) < 1.96 * np.sqrt(found.covariance[1, 1])
    assert held >= 51


def test_corrected_chances_add_up_to_those_who_left_whatever_they_pay():
    chance, left, revenue, customer = drawn(-0.3, level=0.2)
    found = fit_leaving_by_revenue(chance, left, revenue, customer)
    large = revenue > np.median(revenue)
    for who in (large, ~large):
        expected = -np.expm1(np.log1p(-chance) * found.ratio(revenue))[who].sum()
        assert expected == pytest.approx(left[who].sum(), rel=0.1)
        # It was by more than that off before, for those who pay most.
    assert chance[large].sum() > 1.05 * left[large].sum()


def test_few_leavers_or_customers_who_all_pay_alike_correct_nothing():
    chance, left, revenue, customer = drawn(0.0, n=100, months=6)
    assert left.sum() < 50
    assert fit_leaving_by_revenue(chance, left, revenue, customer) is None
    chance, left, revenue, customer = drawn(0.0)
    assert fit_leaving_by_revenue(chance, left, np.ones(len(left)), customer) is None


def test_drawn_ratios_spread_as_their_error_says():
    found = fit_leaving_by_revenue(*drawn(-0.2))
    rng = np.random.default_rng(1)
    slopes = np.array([found.drawn(rng).slope for _ in range(2_000)])
    assert slopes.std() == pytest.approx(np.sqrt(found.covariance[1, 1]), rel=0.1)

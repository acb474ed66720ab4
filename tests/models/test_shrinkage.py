"""Coefficients are pulled in by as much as their noise asks for, each kind by its own."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from models.shrinkage import WIDTHS, shrink


@pytest.fixture(scope="module")
def estimates():
    """Five effects of 1 and ten of 0, each estimated with an error of 0.2."""
    truth = np.r_[np.ones(5), np.zeros(10)]
    noise = np.random.default_rng(4).normal(0, 0.2, 15)
    return truth + noise, np.eye(15) * 0.04, np.arange(15) >= 5


def shrunk(estimates, *, apart):
    found, covariance, noisy = estimates
    everything = np.ones(15, dtype=bool)
    return shrink(found, covariance, np.ones(15), everything, noisy if apart else None)


def test_noise_of_one_kind_goes_and_effects_of_the_other_stay(estimates):
    together, apart = shrunk(estimates, apart=False), shrunk(estimates, apart=True)
    assert np.abs(apart.coefficient[5:]).sum() < 0.3 * np.abs(together.coefficient[5:]).sum()
    assert (apart.coefficient[:5] > together.coefficient[:5]).all()


def test_one_width_for_all_is_the_likeliest(estimates):
    found, covariance, _ = estimates
    likelihood = [
        multivariate_normal.logpdf(found, cov=covariance + width**2 * np.eye(15))
        for width in WIDTHS
    ]
    assert (shrunk(estimates, apart=False).width == WIDTHS[np.argmax(likelihood)]).all()

import pytest

from sample_data import generate


@pytest.fixture(scope="package")
def small_company():
    """Three hundred customers over three years: enough for every mechanism to leave a trace."""
    return generate(seed=7, n_customers=300, months=36)


@pytest.fixture(scope="package")
def company():
    """Large enough for a textbook estimator to find the truth."""
    return generate(seed=11, n_customers=2_000, months=60)

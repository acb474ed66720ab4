"""What a bill should have been, worked by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.bill_shock import bill_shocks, lasting_surprise, shock_of


def test_expected_is_the_median_of_the_last_six_bills_of_the_same_customer():
    bills = pd.DataFrame(
        {
            "customer_id": ["A"] * 8 + ["B"] * 5,
            "amount": [1000, 90, 110, 100, 120, 80, 95, 130.0, 10, 10, 10, 10, 12],
        }
    )
    found = bill_shocks(bills)
    # Three bills before are too few; of 1000, 90, 110, 100 the median is 105.
    assert found["expected"].isna().tolist() == [True] * 4 + [False] * 4 + [True] * 4 + [False]
    # The eighth: of 90, 110, 100, 120, 80, 95, the first has gone: 97.5.
    assert found["expected"].tolist()[4:8] == [105.0, 110.0, 105.0, 97.5]
    assert found["shock"].iloc[7] == pytest.approx(130 / 97.5 - 1)
    assert found["shock"].iloc[12] == pytest.approx(0.2)


def test_surprise_is_a_quarter_more_and_beyond_what_bills_do_anyway():
    steady, unsteady = [100, 102, 98, 100, 101, 99], [60, 140, 80, 120, 50, 150]
    # Of the unsteady ones the median is 100, the median distance 40: three times 59 is 178.
    bills = np.array([[*steady, 130], [*steady, 124], [*unsteady, 260], [*unsteady, 300.0]])
    _, _, surprise = shock_of(bills)
    assert surprise[:, 6].tolist() == [True, False, False, True]


def test_month_without_a_bill_is_no_bill_of_nothing():
    expected, shock, _ = shock_of(np.array([[100, np.nan, 100, 100, np.nan, 100, 200.0]]))
    assert expected[0, 6] == 100.0
    assert np.isnan(shock[0, 4])


@given(st.lists(st.floats(1, 1e6), min_size=7, max_size=7), st.floats(0.01, 100))
def test_shock_does_not_depend_on_the_currency(bills, rate):
    bills = np.array([bills]) * 100
    one, other = shock_of(bills)[1][0, 6], shock_of(bills * rate)[1][0, 6]
    assert one == pytest.approx(other, rel=1e-9)


def test_nothing_of_a_lasting_change_is_a_surprise_after_half_a_year():
    # After three new bills among six the median lies half way.
    assert lasting_surprise(8).tolist() == [1, 1, 1, 0.5, 0, 0, 0, 0]

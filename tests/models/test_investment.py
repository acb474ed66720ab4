"""Present values and rates of return: the handbook's numbers, and what must always hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.investment import internal_rates, modified_rate, net_present_value, payback

FLOWS = st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=12)


def test_present_value_does_not_discount_the_first_flow():
    assert net_present_value(0.281, [-100, 39, 59, 55, 20]) == pytest.approx(-0.0084786, abs=1e-7)
    # A spreadsheet's NPV of the same row is this over 1.08.
    assert net_present_value(0.08, [-40000, 5000, 8000, 12000, 30000]) == pytest.approx(3065.2227)


def test_rates_of_return_are_all_found():
    assert internal_rates([-100, 39, 59, 55, 20]) == pytest.approx([0.2809484])
    # 100 x (1.1 v - 1)(1 - 1.2 v): a second change of sign, a second rate.
    assert internal_rates([-100, 230, -132]) == pytest.approx([0.1, 0.2])
    assert internal_rates([-100, -5]) == ()


def test_payback_lies_within_a_period():
    flows = [-40000, 5000, 8000, 12000, 30000]
    # 15,000 of the fourth year's 30,000 are missing.
    assert payback(flows) == 3.5
    assert payback(flows, rate=0.08) == pytest.approx(3.861, abs=5e-4)
    assert payback([5, 1]) == 0.0
    # It had paid back after one period, and has again after three.
    assert payback([-10, 12, -5, 6]) == pytest.approx(2 + 3 / 6)


@given(FLOWS)
def test_value_is_nothing_at_every_rate_of_return(flows):
    for rate in internal_rates(flows):
        weights = (1 + rate) ** -np.arange(len(flows), dtype=float)
        assert abs(np.dot(flows, weights)) <= 1e-6 * (np.abs(flows) @ weights)


@given(FLOWS, st.floats(0.0, 0.5))
def test_modified_rate_is_above_the_discount_rate_where_the_value_is_above_nothing(flows, rate):
    modified = modified_rate(flows, financing=rate, reinvesting=rate)
    value = net_present_value(rate, flows)
    if modified is not None and abs(value) > 1e-6:
        assert (modified > rate) == (value > 0)


@given(FLOWS)
def test_what_never_pays_back_has_a_negative_sum(flows):
    months = payback(flows)
    assert (months is None) == (sum(np.float64(x) for x in flows) < 0)
    if months is not None:
        assert 0 <= months <= len(flows) - 1

"""The simplest outlook: the same chances in each month."""

import numpy as np
import pytest

from models.outlook import ConstantOutlook
from models.refusal import Refusal

WHO = np.array(["A", "B"])


def test_hazards_are_those_given_in_every_month():
    monthly = np.array([[0.01, 0.02], [0.03, 0.0]])
    outlook = ConstantOutlook(WHO, ("price", "service"), monthly)
    months = list(outlook.hazards(3))
    assert len(months) == 3
    assert all((month == monthly).all() for month in months)


def test_what_is_not_estimated_does_not_vary_when_drawn():
    outlook = ConstantOutlook(WHO, ("price",), np.array([[0.01], [0.02]]))
    assert outlook.drawn(np.random.default_rng(1)) is outlook


def test_who_leaves_for_sure_is_gone_and_the_others_fewer_by_the_month():
    outlook = ConstantOutlook(WHO, ("price",), np.array([[0.1], [1.0]]))
    there = np.exp(outlook.log_survival(2))
    np.testing.assert_allclose(there, [[0.9, 0.81], [0, 0]], atol=1e-15)


def test_months_beyond_the_data_are_refused():
    outlook = ConstantOutlook(WHO, ("price",), np.array([[0.01], [0.02]]), last_month=24)
    with pytest.raises(Refusal, match="24 months ahead"):
        outlook.hazards(25)
    with pytest.raises(Refusal, match="24 months ahead"):
        outlook.log_survival(25)


@pytest.mark.parametrize("monthly", [[[0.6, 0.5], [0, 0]], [[-0.1, 0], [0, 0]], [[np.nan, 0]] * 2])
def test_chances_that_leave_none_to_stay_are_refused(monthly):
    with pytest.raises(ValueError, match="no chance of staying"):
        ConstantOutlook(WHO, ("price", "service"), np.array(monthly))


def test_chances_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="shape"):
        ConstantOutlook(WHO, ("price",), np.zeros((3, 1)))

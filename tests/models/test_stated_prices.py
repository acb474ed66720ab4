"""Stated prices: curves and crossings by hand, and what holds of them whatever is said."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.refusal import Refusal
from models.stated_prices import POINTS, PRICES, fit_stated_prices

AS_OF = dt.date(2025, 12, 31)


def answers(prices, *, who=None):
    frame = pd.DataFrame(prices, columns=list(PRICES), dtype=float)
    n = range(len(frame))
    customer = [f"C{i}" for i in n] if who is None else who
    return frame.assign(
        survey_id=[f"S{i:04d}" for i in n], customer_id=customer,
        respondent=[f"R{i}" for i in n], answered_on=pd.Timestamp("2025-06-01"),
    )  # fmt: skip


#: Half say 10, 20, 30, 40 and half 20, 30, 40, 50.
HALVES = [(10, 20, 30, 40), (20, 30, 40, 50)] * 20


def test_curves_and_crossings_by_hand():
    found = fit_stated_prices(answers(HALVES), AS_OF)
    curves = found.curves.set_index("price")
    assert curves.index.tolist() == [0, 10, 20, 30, 40, 50]
    assert curves["too_cheap"].tolist() == [1, 1, 0.5, 0, 0, 0]
    assert curves["cheap"].tolist() == [1, 1, 1, 0.5, 0, 0]
    assert curves["expensive"].tolist() == [0, 0, 0, 0.5, 1, 1]
    assert curves["too_expensive"].tolist() == [0, 0, 0, 0, 0.5, 1]
    # Too cheap less expensive is .5 at 20 and -.5 at 30: 0 at 25. Too cheap is 0 at 30, where
    # too expensive still is: 30. Cheap and expensive are both half at 30. Cheap less too
    # expensive is .5 at 30 and -.5 at 40: 35.
    assert found.points.set_index("point")["price"].to_dict() == pytest.approx(
        {"marginal_cheapness": 25.0, "optimal": 30.0, "indifference": 30.0,
         "marginal_expensiveness": 35.0}
    )  # fmt: skip
    assert (found.n, found.n_customers, found.n_left_out) == (40, 40, 0)


def test_prices_out_of_order_are_left_out_and_the_newest_answer_counts():
    rows = answers([*HALVES, (50, 40, 30, 20), (1, 2, 3, 4)])
    # The last is an earlier answer of the first respondent.
    rows.loc[41, ["customer_id", "respondent", "answered_on"]] = [
        "C0", "R0", pd.Timestamp("2025-01-01")
    ]  # fmt: skip
    found = fit_stated_prices(rows, AS_OF)
    assert (found.n, found.n_left_out) == (40, 1)
    pd.testing.assert_frame_equal(found.curves, fit_stated_prices(answers(HALVES), AS_OF).curves)


def test_few_customers_are_refused_however_many_answer_for_them():
    with pytest.raises(Refusal, match="29 customers named four prices"):
        fit_stated_prices(answers(HALVES, who=[f"C{i % 29}" for i in range(40)]), AS_OF)


def test_intervals_are_wider_where_customers_answer_alike_within():
    rng = np.random.default_rng(2)
    prices = np.sort(rng.uniform(10, 100, (400, 4)), axis=1)
    apart = fit_stated_prices(answers(prices), AS_OF)
    # The same answers four times over are no more customers.
    four = answers(np.repeat(prices[:100], 4, axis=0), who=[f"C{i // 4}" for i in range(400)])
    width = [(f.points["high"] - f.points["low"]).mean() for f in (apart,
             fit_stated_prices(four, AS_OF))]  # fmt: skip
    assert 1.5 < width[1] / width[0] < 2.7


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.lists(st.integers(0, 100), min_size=4, max_size=4).map(sorted), min_size=30, max_size=60
    )
)
def test_curves_fall_or_rise_and_crossings_are_in_order_whatever_is_said(prices):
    found = fit_stated_prices(answers(prices), AS_OF)
    for name in PRICES[:2]:
        assert found.curves[name].is_monotonic_decreasing
    for name in PRICES[2:]:
        assert found.curves[name].is_monotonic_increasing
    at = found.points.set_index("point")["price"]
    # Fewer call a price too expensive than expensive, and too cheap than cheap.
    assert at["marginal_cheapness"] <= at["optimal"] <= at["marginal_expensiveness"]
    assert at["marginal_cheapness"] <= at["indifference"] <= at["marginal_expensiveness"]
    assert list(at.index) == list(POINTS)
    assert (found.points["low"] <= found.points["high"]).all()

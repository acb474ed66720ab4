import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose

from models.collection_metrics import (
    cash_flow_velocity,
    collection_effectiveness_index,
    days_delinquent,
    dso_best_possible,
    dso_count_back,
    dso_simple,
    expected_credit_loss,
    loss_rates,
)

# Nine 30-day months in which customers always pay after 15 days: only the season moves.
SALES = [400, 400, 400, 400, 600, 800, 600, 400, 200]
BALANCE = [200, 200, 200, 200, 300, 400, 300, 200, 100]

money = st.floats(0.01, 1e6)
months = st.lists(money, min_size=1, max_size=24)


@pytest.mark.parametrize(
    ("month", "simple", "count_back"), [(3, 15, 15), (6, 20, 15), (9, 7.5, 15)]
)
def test_season_moves_simple_dso_and_not_the_count_back(month, simple, count_back):
    quarter = sum(SALES[month - 3 : month])
    balance = BALANCE[month - 1]
    assert dso_simple(balance, quarter, 90) == pytest.approx(simple)
    latest_first = SALES[:month][::-1]
    assert dso_count_back(balance, latest_first, [30] * month) == pytest.approx(count_back)


def test_count_back_worked_by_hand_with_calendar_months():
    # 1,000 owed at the end of March: 600 is all of March (31 days), 300 all of February (28),
    # and 100 of January's 400 (31 days): 31 + 28 + 31 / 4.
    assert dso_count_back(1000, [600, 300, 400], [31, 28, 31]) == pytest.approx(66.75)


def test_count_back_passes_over_a_month_without_sales():
    # 100 of March, nothing in February but its days, 50 of January's 100.
    assert dso_count_back(150, [100, 0, 100], [31, 28, 31]) == pytest.approx(31 + 28 + 15.5)


def test_count_back_is_missing_when_history_runs_out():
    assert np.isnan(dso_count_back(1000, [400, 400], [30, 30]))
    # Just enough history is enough.
    assert dso_count_back(800, [400, 400], [30, 30]) == pytest.approx(60)


@given(money, months)
def test_count_back_rises_with_the_balance(balance, sales):
    days = [30] * len(sales)
    less, more = dso_count_back(balance, sales, days), dso_count_back(balance * 1.5, sales, days)
    assert np.isnan(more) or less <= more + 1e-9


@given(money, months, st.floats(0.1, 10))
def test_count_back_does_not_depend_on_the_unit_of_money(balance, sales, scale):
    days = [30] * len(sales)
    one = dso_count_back(balance, sales, days)
    other = dso_count_back(balance * scale, np.array(sales) * scale, days)
    both_known = not np.isnan(one) and not np.isnan(other)
    assert not both_known or one == pytest.approx(other, rel=1e-6)


def test_collection_effectiveness_is_that_of_the_handbook():
    assert collection_effectiveness_index(6200, 10890, 6340, 3590) == pytest.approx(79.63, abs=5e-3)
    # Dividing sales by the number of months is a widely copied mistake, and gives 55.9.
    assert collection_effectiveness_index(6200, 10890 / 3, 6340, 3590) == pytest.approx(
        55.9, abs=0.05
    )


def test_delinquent_days_are_what_best_possible_leaves_over():
    dso, best = dso_simple(200, 1200, 90), dso_best_possible(120, 1200, 90)
    assert days_delinquent(dso, best) == pytest.approx(6)


def test_velocity_worked_by_hand():
    # 300 in 90 days is 1,216.67 a year, on an average balance of 100.
    assert cash_flow_velocity(300, 80, 120, 90) == pytest.approx(300 / 100 * 365 / 90)


def test_nothing_sold_or_owed_gives_no_number():
    assert np.isnan(dso_simple(100, 0, 90))
    assert np.isnan(collection_effectiveness_index(0, 0, 0, 0))
    assert np.isnan(cash_flow_velocity(10, 0, 0, 90))


def test_provision_matrix_of_the_handbook():
    rates = loss_rates([100_000, 50_000, 23_000, 8_000, 2_000], 2_000)
    assert_allclose(rates, [0.02, 0.04, 0.087, 0.25, 1], atol=5e-4)
    balances = [300_000, 140_000, 60_000, 23_000, 5_000]
    assert expected_credit_loss(balances, rates) == pytest.approx(27_567, abs=0.5)


def test_provision_matrix_of_the_ifrs_example():
    # IFRS 9, illustrative example 12.
    balances = [15.0e6, 7.5e6, 4.0e6, 2.5e6, 1.0e6]
    assert expected_credit_loss(balances, [0.003, 0.016, 0.036, 0.066, 0.106]) == pytest.approx(
        580_000
    )

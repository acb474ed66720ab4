"""Sweeps of prices: the sums are those of every scenario by itself, and the frontier is one."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.price_frontier import break_even_elasticity, fit_price_frontier
from models.price_leaving import StatedLeaving
from models.pricing import PriceScenario, reprice
from tests.models.test_pricing import BANDED, OWN, base

RISK = StatedLeaving(0.8, 0.1)


def test_a_sweep_comes_to_what_each_scenario_comes_to_by_itself():
    ours = base([50, 400, 1000], (OWN, BANDED))
    frontier = fit_price_frontier(ours, [0.0, 0.2], [-0.1, 0.0, 0.3], RISK)
    for row in frontier.table.itertuples():
        scenario = PriceScenario("s", fee_change=row.fee_change, use_change=row.use_change)
        outcome = reprice(ours, scenario)
        # Half a cent an invoice at most.
        assert row.change == pytest.approx(outcome.total("change")["value"], abs=0.01 * 36)
        assert row.shocked == (outcome.customers["ratio"] > 1.25).sum()


def test_the_frontier_has_what_nothing_beats_on_both_counts():
    table = fit_price_frontier(base([0, 100]), [0.0, 0.3], [0.0, 0.2], RISK).table
    best = table[table["best"]]
    for row in best.itertuples():
        beats = (table["change"] >= row.change) & (table["at_risk"] < row.at_risk)
        assert not beats.any()
    assert best["change"].max() == table["change"].max()
    # Nothing changed is nothing risked, and is on it.
    assert best["at_risk"].min() == best["change"].min() == 0


def test_revenue_at_risk_worked_by_hand():
    # 100 units: fees 9 and use 90 a month, 1,188 a year. Use 20 % dearer is 216 more, a rise of
    # 2/11; the hazard of a tenth lost a year, -ln .9, times e^(.8 x 2/11) leaves .9 ** 1.15661.
    row = fit_price_frontier(base([100]), [0.0], [0.2], RISK).table.iloc[0]
    assert row["change"] == pytest.approx(216)
    expected = (1188 + 216) * (0.9 - 0.9 ** np.exp(0.8 * 2 / 11))
    assert row["at_risk"] == pytest.approx(expected)
    # A lower bill keeps nobody.
    lower = fit_price_frontier(base([100]), [0.0], [-0.2], RISK).table.iloc[0]
    assert lower["at_risk"] == 0


def test_thousands_of_tariffs_take_less_than_seconds():
    ours = base(np.arange(1, 400), (OWN, BANDED))
    grid = np.linspace(-0.3, 0.3, 61)
    begun = time.process_time()
    assert len(fit_price_frontier(ours, grid, grid, RISK).table) == 3_721
    assert time.process_time() - begun < 3


def test_break_even_elasticity_worked_by_hand():
    # 100 of use that costs 50: 10 % more keeps margin 50 if use falls to 50 / 60.
    expected = np.log(50 / 60) / np.log(1.1)
    assert break_even_elasticity(0, 100, 50, 0, 0.1) == pytest.approx(expected)
    # A change of fees alone says nothing of use.
    assert break_even_elasticity(100, 100, 50, 0.1, 0) is None


@given(st.floats(1, 1e6), st.floats(0, 0.9), st.floats(0.01, 0.3))
def test_at_the_break_even_margin_is_what_it_was(use, cost_share, rise):
    elasticity = break_even_elasticity(0.0, use, cost_share * use, 0.0, rise)
    if elasticity is not None:
        times = (1 + rise) ** elasticity
        assert use * (1 + rise) * times - cost_share * use * times == pytest.approx(
            use - cost_share * use, rel=1e-6
        )

"""Leaving because of a bill: by hand, as the simulation has it, and what it says of itself."""

import numpy as np
import pytest

from models.price_leaving import DrawnLeaving, StatedLeaving, fit_drawn_leaving
from models.price_reaction import Assumption, fit_price_reaction
from models.simulated_reaction import Effects, chances_of_leaving, simulate_reaction
from tests.models.test_price_reaction import AS_OF, company


def test_more_leave_by_hand():
    # A tenth more for one month doubles the hazard of leaving for the price, -ln(1 - .02), and
    # leaves the other, -ln(1 - .01), alone: .98 x .99 stay, then .98 x .98 x .99.
    effects = Effects({("leave_price", "bill", "up"): np.log(2)}, {}, -1.0, 1.0, 0.4)
    hazard = np.array([[[0.02, 0.01]]])
    [[none, more]] = chances_of_leaving(effects, np.array([0.0, 0.1]), hazard, draws=1)
    assert none == pytest.approx(0.0, abs=1e-15)
    assert more == pytest.approx(0.98 * 0.99 - 0.98**2 * 0.99)


def test_many_changes_at_once_come_to_what_the_simulation_says_of_each():
    value = {("leave_price", "bill", "up"): 0.2, ("leave_other", "change", "up"): 0.1,
             ("leave_price", "change", "down"): -0.1}  # fmt: skip
    effects = Effects(value, dict.fromkeys(value, 0.05), -1.0, 1.0, 0.4)
    hazard = np.random.default_rng(1).uniform(0, 0.05, (7, 12, 2))
    changes = np.array([-0.15, 0.0, 0.2, 0.4])
    found = chances_of_leaving(effects, changes, hazard, draws=20, seed=3)
    for place, change in enumerate(changes):
        one = simulate_reaction(effects, np.full(7, 1 + change), hazard, draws=20, seed=3)
        assert found[:, place] == pytest.approx(one.customers["left"].to_numpy(), abs=1e-12)


def test_between_changes_chances_are_drawn_straight_and_beyond_the_last_they_stay():
    drawn = DrawnLeaving(
        np.array([0.0, 0.1, 0.2]), np.array([[0.0, 0.1, 0.4]]), 0.1, (), 0, 0.15, 12
    )
    found = drawn(np.array([[0.05], [0.15], [0.9]]))
    assert found[:, 0] == pytest.approx([0.05, 0.25, 0.4])
    assert drawn.beyond(np.array([[0.15], [0.16], [-0.01]]))[:, 0].tolist() == [False, True, True]


def test_what_is_assumed_is_named_and_only_as_far_as_it_is_asked_for():
    bills, asked = company()
    reaction = fit_price_reaction(bills, AS_OF, asked=asked)
    hazard = np.full((3, 12, 2), 0.01)
    both = fit_drawn_leaving(reaction, hazard, (-0.2, 0.4), draws=4)
    # Nothing is known of who left, so every effect on leaving is assumed.
    assert "leaving for price or billing after a bill that is higher" in both.assumed
    assert any("lower" in said for said in both.assumed)
    rises = fit_drawn_leaving(reaction, hazard, (0.0, 0.4), draws=4)
    assert not any("lower" in said for said in rises.assumed)
    assert both.yearly_churn == pytest.approx(1 - 0.99**24)
    dreaded = reaction.assuming([Assumption("leave_price", "change", "up", 1.0, 1.0, 1.0)])
    angry = fit_drawn_leaving(dreaded, hazard, (-0.2, 0.4), draws=4)
    assert (angry(np.full((1, 3), 0.1)) > both(np.full((1, 3), 0.1))).all()


def test_a_stated_number_must_be_one():
    with pytest.raises(ValueError, match="give no risk"):
        StatedLeaving(-0.1, 0.1)
    with pytest.raises(ValueError, match="give no risk"):
        StatedLeaving(0.8, 1.0)

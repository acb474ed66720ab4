"""Policies of reminding and what follows reminders: worked by hand, with one luck for all."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.reminder_aftermath import fit_aftermath
from models.reminder_policies import (
    Policy,
    Step,
    candidates,
    frontier,
    later_effect,
    simulate_policies,
)
from models.reminders import fit_reminders
from tests.models.test_reminders import AS_OF, invoices


@pytest.fixture(scope="module")
def reminders():
    return fit_reminders(invoices(6_000, seed=2), AS_OF)


def policy(day=8, channel="phone", tone="neutral"):
    return Policy(f"{day} {channel}", (Step(day, channel, tone),))


NOTHING = Policy("No reminder", ())


def test_nothing_sent_is_paid_as_the_held_out_are(reminders):
    found = simulate_policies(reminders, [NOTHING], days_ahead=30).iloc[0]
    assert found["paid"] == pytest.approx(reminders.trial.paid_held_out, abs=0.03)
    assert found["score"] == found["left"] == found["harsh"] == 0


def test_what_is_given_up_is_not_paid():
    rows = invoices(4_000, held_out=0.5, seed=4)
    given_up = np.random.default_rng(5).geometric(0.03, len(rows))
    rows = rows.assign(
        paid=rows["paid"] & (rows["stop"] <= given_up), stop=rows["stop"].clip(upper=given_up)
    )
    found = fit_reminders(rows, AS_OF)
    nothing = simulate_policies(found, [NOTHING], days_ahead=30, draws=2).iloc[0]
    # Of those held out three in ten are given up before they would have been paid.
    assert nothing["paid"] == pytest.approx(found.trial.paid_held_out, abs=0.03)
    assert found.trial.paid_held_out < 0.65


def test_a_later_reminder_adds_more_if_it_is_of_a_kind_that_does_more_at_first():
    exposure = SimpleNamespace(
        columns=["channel_email", "channel_phone", "second"], channels=("email", "phone"),
        channel_columns=["channel_email", "channel_phone"], tones=(), stages=("second",),
        again={"email": 30, "phone": 10},
    )  # fmt: skip
    beta = np.array([[0.1, 0.3, 0.09], [0.0, 0.0, 0.05]])
    # The average second is of 0.15 and adds 0.09: six tenths of what its kind does at first.
    by_phone = later_effect(Step(17, "phone", "neutral"), "second", exposure, beta)
    by_email = later_effect(Step(17, "email", "neutral"), "second", exposure, beta)
    assert by_phone.tolist() == pytest.approx([0.18, 0.05])
    assert by_email.tolist() == pytest.approx([0.06, 0.05])


def test_sooner_and_stronger_reminders_bring_more(reminders):
    tried = [NOTHING, policy(20), policy(8), policy(8, "email")]
    found = simulate_policies(reminders, tried).set_index("policy")
    assert found.loc["8 phone", "paid"] > found.loc["20 phone", "paid"]
    assert found.loc["20 phone", "paid"] > found.loc["No reminder", "paid"]
    assert found.loc["8 phone", "paid"] > found.loc["8 email", "paid"]


def test_a_reminder_brings_less_where_its_effect_fades_among_those_left(reminders):
    def gained(part_left):
        whole = np.ones(len(reminders.survivors.left))
        whole[3:] = part_left
        survivors = replace(reminders.survivors, left=whole)
        found = simulate_policies(replace(reminders, survivors=survivors), [NOTHING, policy(8)])
        return found["paid"].diff().iloc[1], found["paid"].iloc[0]

    (lasting, alone), (fading, as_alone) = gained(1.0), gained(0.4)
    assert 0 < fading < 0.8 * lasting
    # Without reminders the same is paid, however much of what was paid they are credited with.
    assert as_alone == pytest.approx(alone, abs=0.02)


def test_one_luck_for_all_makes_differences_surer_than_levels(reminders):
    both = simulate_policies(reminders, [policy(8), policy(8, "email")])
    found, width = both.iloc[1], both["days_unpaid_high"] - both["days_unpaid_low"]
    assert found["sooner_high"] - found["sooner_low"] < np.hypot(*width)
    again = simulate_policies(reminders, [policy(8), policy(8, "email")]).iloc[1]
    assert again.equals(found)


def test_what_was_never_done_is_warned_of(reminders):
    early = policy(reminders.exposure.first_day - 3, "letter").warnings(reminders.exposure)
    assert any("hardly an invoice was reminded before" in said for said in early)
    assert any("by letter" in said for said in early)
    assert policy(reminders.exposure.first_day).warnings(reminders.exposure) == []
    with pytest.raises(ValueError, match="not in the order of their days"):
        Policy("twice a day", (Step(9, "email", "neutral"), Step(9, "email", "neutral")))


def test_no_policy_on_the_frontier_is_beaten(reminders):
    months, monthly = panel(harsh=-0.2)
    after = fit_aftermath(months, monthly, AS_OF)
    tried = frontier(simulate_policies(reminders, candidates(reminders.exposure), aftermath=after))
    best = tried[tried["efficient"]].sort_values("paid")
    assert tried.iloc[0]["efficient"]
    assert best["score"].is_monotonic_decreasing


def panel(*, harsh, n=500, months=12, seed=3):
    """Customers whose score drops with each harsh reminder, and goes with their lateness."""
    rng = np.random.default_rng(seed)
    begins = pd.date_range("2025-01-01", periods=months + 1, freq="MS")
    late = rng.normal(size=(n, months + 1))
    sent = rng.poisson(np.exp(late - 1.0))
    gentle = rng.poisson(0.3, (n, months + 1))
    score = -0.5 * late + rng.normal(size=(n, months + 1))
    score[:, 1:] += harsh * sent[:, :-1] - 0.5 * late[:, :-1] + 0.5 * late[:, 1:]
    who = np.repeat(np.arange(n).astype(str), months + 1)
    day = np.tile(begins, n)
    known = pd.DataFrame(
        {"customer_id": who, "begins": day, "days_late": late.ravel(), "cause": None,
         "ahead": day == begins[-1]}
    )  # fmt: skip
    monthly = pd.DataFrame(
        {"customer_id": who, "begins": day, "gentle": gentle.ravel(), "harsh": sent.ravel(),
         "tickets": 0.0, "disputes": rng.poisson(0.2, n * (months + 1)), "score": score.ravel()}
    )  # fmt: skip
    return known, monthly


def test_score_after_a_harsh_reminder_is_told_from_lateness():
    after = fit_aftermath(*panel(harsh=-0.2), AS_OF)
    rows = after.table.set_index(["outcome", "tone"])
    harsh = rows.loc[("score", "harsh")]
    assert harsh["lower"] < -0.2 < harsh["upper"]
    assert harsh["verdict"] == "less"
    assert rows.loc[("disputes", "harsh"), "verdict"] == "no effect found"
    # Nobody called and nobody left: nothing can be said of either.
    assert set(after.left_out) == {"tickets", "left"}


def test_no_effect_has_the_smallest_that_would_have_been_seen():
    after = fit_aftermath(*panel(harsh=0.0), AS_OF)
    harsh = after.table.set_index(["outcome", "tone"]).loc[("score", "harsh")]
    assert harsh["verdict"] == "no effect found"
    assert 0 < harsh["smallest"] < 0.1

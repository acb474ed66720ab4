"""The next best step: when each rule holds, when it does not, and when it cannot know."""

from dataclasses import replace

import pandas as pd
import pytest

from models.estimates import Estimate
from models.next_steps import RULES, Situation, next_steps

REMINDING = Estimate(0.2, 0.05, 0.1, 0.3)


def owed(**columns):
    filled = {"invoice_id": ["I"], "days_past_due": 20, "open_amount": 100.0, "cause": "unclear",
              "cause_chance": 0.5, "evidence": "", "n_sent": 1, "held_out": False,
              "disputed": False}  # fmt: skip
    return pd.DataFrame({**filled, **columns})


NOT_DUE = owed(days_past_due=-5)
NO_PROMISE = pd.DataFrame({"invoice_id": [], "promised_on": []})
CALM = Situation(
    NOT_DUE, NO_PROMISE, None, headroom=500.0, blocked=0.0, unapplied=0.0, contribution=50.0,
    risk=0.1, risk_low=0.05, risk_mean=0.15, value=900.0, value_low=400.0, reminding=REMINDING,
    first_day=10,
)  # fmt: skip


def unhappy(n_disputes=0):
    return pd.Series({"unhappy": True, "care": "NPS 2 of 10.", "n_tickets": 0,
                      "n_disputes": n_disputes})  # fmt: skip


def first(situation):
    return next((step.rule for step in next_steps(situation) if step.holds), None)


def test_nothing_to_do_is_an_answer():
    assert first(CALM) is None
    assert all(step.holds is False for step in next_steps(CALM))


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"care": unhappy(1)}, "Answer the dispute"),
        ({"unapplied": 40.0}, "Give back what is theirs"),
        ({"care": unhappy(), "open_invoices": owed()}, "Care before collecting"),
        ({"open_invoices": owed(cause="dissatisfied", cause_chance=0.8)}, "Care before collecting"),
        ({"open_invoices": owed(cause="process", cause_chance=0.8)}, "Correct and send again"),
        ({"open_invoices": owed(cause="cash", cause_chance=0.8)}, "Offer a plan"),
        ({"risk_low": 0.2, "risk": 0.3}, "Ask before they decide"),
        ({"open_invoices": owed(n_sent=0)}, "Remind"),
        ({"open_invoices": owed(cause="habit", cause_chance=0.8)}, "Send earlier"),
        ({"blocked": 30.0, "headroom": -10.0}, "Review the limit"),
    ],
)
def test_each_rule_holds_on_its_facts_alone(changed, rule):
    assert first(replace(CALM, **changed)) == rule


@pytest.mark.parametrize(
    "changed",
    [
        {"unapplied": 0.4},  # less than one unit of currency
        {"care": unhappy()},  # unhappy, and nothing is overdue to ask for
        {"open_invoices": owed(days_past_due=0, cause="cash")},  # due today is not overdue
        {"risk_low": 0.14, "risk": 0.6},  # may be no more than the average
        {"risk_low": 0.2, "value_low": -1.0},  # may cost more than it brings
        {"open_invoices": owed(n_sent=0, days_past_due=9)},  # before reminding begins
        {"open_invoices": owed(n_sent=0, held_out=True)},  # kept from reminders at random
        {"open_invoices": owed(n_sent=0), "reminding": Estimate(0.1, 0.1, -0.1, 0.3)},
        {"blocked": 30.0, "open_invoices": owed()},  # overdue, so no higher limit
        {"blocked": 30.0, "contribution": -5.0},
    ],
)
def test_a_rule_does_not_hold_short_of_its_facts(changed):
    assert first(replace(CALM, **changed)) is None


def test_a_promise_still_to_come_is_waited_for():
    promised = pd.DataFrame({"invoice_id": ["I"], "promised_on": [pd.Timestamp("2025-07-10")]})
    late = replace(CALM, open_invoices=owed(n_sent=0))
    assert first(late) == "Remind"
    assert first(replace(late, promised=promised)) is None


def test_what_is_owed_to_the_customer_comes_first():
    everything = replace(
        CALM, care=unhappy(1), unapplied=40.0, open_invoices=owed(cause="cash", n_sent=0)
    )
    assert first(everything) == "Answer the dispute"
    assert first(replace(everything, care=unhappy())) == "Give back what is theirs"
    assert first(replace(everything, care=unhappy(), unapplied=0.0)) == "Care before collecting"


@pytest.mark.parametrize(
    ("key", "lost", "rules"),
    [
        ("causes", {}, {"Correct and send again", "Offer a plan", "Send earlier"}),
        ("risk", {"risk": None, "risk_low": None}, {"Ask before they decide"}),
        ("value", {"value_low": None}, {"Ask before they decide"}),
        ("reminding", {"reminding": None}, {"Remind"}),
    ],
)
def test_a_rule_without_its_evidence_is_not_known_and_says_why(key, lost, rules):
    late = replace(CALM, open_invoices=owed(cause="cash", n_sent=0), risk_low=0.3)
    steps = next_steps(replace(late, **lost, why={key: "Too few rows."}))
    unknown = {step.rule for step in steps if step.holds is None}
    assert unknown == rules
    assert {step.why for step in steps if step.holds is None} == {"Too few rows."}


def test_every_rule_is_named_once_and_asked():
    names = [step.rule for step in next_steps(CALM)]
    assert names == [name for name, *_ in RULES]
    assert len(set(names)) == len(names)

"""Reminders: worked by hand, never credited with the past, and right on the known-truth company."""

import numpy as np
import pandas as pd
import pytest

from models.refusal import Refusal
from models.reminder_intervals import contact_intervals
from models.reminder_trial import fit_trial
from models.reminders import fit_reminders

AS_OF = pd.Timestamp("2026-06-30").date()


def invoices(n=4_000, *, ratio=1.5, held_out=0.3, seed=1):
    """Overdue invoices whose unseen haste decides on paying and, unless held out, on reminding."""
    rng = np.random.default_rng(seed)
    haste = rng.choice([0.6, 1.6], n)
    arm = np.where(rng.random(n) < held_out, "hold_out", "usual")
    # The slow are reminded within days, the quick after weeks.
    day = 5 + rng.geometric(np.where(haste < 1, 0.5, 0.1)).astype(float)
    channel = rng.choice(["email", "phone"], n)
    spent = rng.exponential(size=n) / (0.05 * haste)
    after = np.where(arm == "hold_out", 1.0, np.where(channel == "phone", ratio, 1.2))
    paid_on = np.ceil(np.where(spent <= day + 3, spent, day + 3 + (spent - day - 3) / after))
    stop = np.minimum(paid_on, 200).astype(int)
    sent = (arm == "usual") & (day < stop)
    nothing = pd.Series(np.nan, index=range(n))
    return pd.DataFrame(
        {
            "invoice_id": np.arange(n), "customer_id": np.arange(n) // 4, "arm": arm,
            "due_on": pd.Timestamp("2026-01-05"),
            "stop": stop, "paid": paid_on <= 200, "watched": 400, "haste": haste,
            "day_1": np.where(sent, day, np.nan), "channel_1": np.where(sent, channel, None),
            "tone_1": np.where(sent, "neutral", None),
            "day_2": nothing, "channel_2": None, "tone_2": None,
            "day_3": nothing, "channel_3": None, "tone_3": None,
            "hardship": False, "log_amount": rng.normal(size=n), "lateness_before": 0.0,
            "reminded_before": 0.0, "invoices_before": 0.0,
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def overdue():
    return invoices()


def test_shares_of_the_arms_are_counted_by_hand(overdue):
    first_day = contact_intervals(overdue).first_day
    trial = fit_trial(overdue, first_day)
    by_arm = overdue[overdue["stop"] > first_day].groupby("arm")["stop"]
    share = by_arm.apply(lambda stop: (stop <= first_day + 30).mean())
    assert trial.paid.value == pytest.approx(share["usual"] - share["hold_out"])
    sooner = by_arm.apply(lambda stop: stop.clip(upper=first_day + 30).mean())
    # 1 less what is unpaid in the reminded arm over what is in the other.
    kept = (1 - share["usual"]) / (1 - share["hold_out"])
    assert trial.averted.value == pytest.approx(1 - kept)
    assert trial.averted.lower < trial.averted.value < trial.averted.upper
    assert trial.days_sooner.value == pytest.approx(sooner["hold_out"] - sooner["usual"])


def test_no_stretch_counts_a_reminder_before_it_was_sent(overdue):
    rows = contact_intervals(overdue).rows
    sent_on = rows["invoice_id"].map(overdue.set_index("invoice_id")["day_1"])
    reminded = rows["n_sent"] > 0
    assert (rows.loc[reminded, "start"] >= sent_on[reminded] + 3).all()
    assert not rows.loc[rows["arm"] == "hold_out", "n_sent"].any()
    # Cut or not, what is watched adds up, and each invoice is paid once.
    first = contact_intervals(overdue).first_day
    known = overdue[overdue["stop"] > first]
    assert (rows["stop"] - rows["start"]).sum() == (known["stop"] - first).sum()
    assert rows["paid"].sum() == known["paid"].sum()


def means(*, arm=True, **options):
    """Ratios of four like companies on average, each as it is found."""
    tables = []
    for seed in range(1, 5):
        rows = invoices(6_000, seed=seed)
        found = fit_reminders(rows if arm else rows.assign(arm=None), AS_OF, **options)
        tables.append(found.table.set_index("name")[["hazard_ratio", "adjusted_ratio"]])
    return sum(tables) / len(tables)


def test_the_hold_out_tells_what_adjusting_cannot(overdue):
    found = means()
    assert found.loc["email", "hazard_ratio"] == pytest.approx(1.2, rel=0.06)
    assert found.loc["phone", "hazard_ratio"] == pytest.approx(1.5, rel=0.06)
    # The slow are reminded first: by adjusting alone a reminder seems to do half as much.
    assert found.loc["email", "adjusted_ratio"] < 1.06


def test_without_a_hold_out_it_is_asked_for_and_nothing_is_claimed(overdue):
    found = fit_reminders(overdue.assign(arm=None), AS_OF)
    assert set(found.table["verdict"]) == {"not known"}
    assert not found.randomised
    paid = next(figure for figure in found.figures() if figure.id == "reminders.paid")
    assert paid.value is None
    assert "Keep one overdue invoice in ten" in paid.reason


def test_known_drivers_give_the_truth_without_a_hold_out():
    found = means(arm=False, drivers=["haste"])
    assert found.loc["email", "hazard_ratio"] == pytest.approx(1.2, rel=0.06)
    assert found.loc["phone", "hazard_ratio"] == pytest.approx(1.5, rel=0.06)


def test_nobody_reminded_is_refused_in_words(overdue):
    with pytest.raises(Refusal, match="Load `reminders` of a longer period"):
        fit_reminders(overdue.assign(day_1=np.nan), AS_OF)

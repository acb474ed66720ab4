"""Reminders against the truth of the simulated company, where what decides on them is unseen."""

import datetime as dt
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import analyses.reminders
from analyses.scope import Scope
from models.cox import fit_cox
from models.refusal import Refusal
from models.reminder_policies import Policy, Step, simulate_policies
from models.reminders import fit_reminders
from sample_data import generate
from sample_data.effects import EFFECTS
from tests.models.redrawn_payments import DRAWS, effect_of_one, redrawn
from tests.warehouse.frame_tables import FrameTables

SCOPE = Scope(dt.date(2026, 9, 30))
SEEDS = (7, 11, 12)
#: Companies that nothing about reminders was settled on.
HELD_BACK = (21, 22, 23)
TRUE = {**EFFECTS.reminder_channel, **EFFECTS.reminder_tone}
#: Draws of all payments: errors of a single one are three to eight percent.
REDRAWN = {SEEDS: 12, HELD_BACK: 6}
#: Day past due, channel and tone of each reminder.
POLICIES = {
    "A call": [(10, "phone", "neutral")],
    "A call later": [(20, "phone", "neutral")],
    "Two emails": [(10, "email", "friendly"), (17, "email", "friendly")],
    "Three calls": [(10, "phone", "firm"), (17, "phone", "firm"), (24, "phone", "firm")],
}
TRIED = [Policy("None", ())]
TRIED += [Policy(name, tuple(Step(*one) for one in steps)) for name, steps in POLICIES.items()]

pytestmark = pytest.mark.verify


@cache
def overdue(seed, *off):
    """Overdue invoices of a company, each with the causes and the risk that no book holds."""
    company = generate(seed=seed, n_customers=3_000, months=60, off=off)
    rows = analyses.reminders.overdue(FrameTables(company.tables), SCOPE)
    truth = company.truth
    rows = rows.merge(truth.invoices[["invoice_id", "state", "risk"]], on="invoice_id")
    slow = truth.customers.set_index("customer_id")["frailty"]
    return rows.assign(frailty=rows["customer_id"].map(slow).fillna(0.0))


def ratios(**options):
    """Mean over the seeds of each ratio found."""
    found = [fit_reminders(overdue(seed), SCOPE.as_of, **options).table for seed in SEEDS]
    return sum(table.set_index("name")["hazard_ratio"] for table in found) / len(found)


def test_ratios_are_right_where_the_drivers_are_in_the_data():
    options = {"drivers": ["risk", "frailty"], "strata": ["state"]}
    logs = []
    for seed in SEEDS:
        rows = overdue(seed).assign(arm=None)
        table = fit_reminders(rows, SCOPE.as_of, **options).table.set_index("name")
        logs.append(np.log(table["hazard_ratio"]))
    found = np.exp(sum(logs) / len(logs))
    true = {**EFFECTS.reminder_channel, **EFFECTS.reminder_tone}
    for name in ("email", "phone", "letter", "portal", "sms", "friendly", "firm"):
        assert found[name] == pytest.approx(true[name], rel=0.03), name


def test_the_hold_out_gives_the_size_and_the_sign_that_adjusting_does_not():
    found = ratios()
    # The hold-outs of three companies leave a standard error of three percent.
    assert found["email"] == pytest.approx(EFFECTS.reminder_channel["email"], rel=0.06)
    surely = []
    for seed in SEEDS:
        result = fit_reminders(overdue(seed), SCOPE.as_of)
        channels = result.table[result.table["kind"] == "channel"].set_index("name")
        assert (channels["hazard_ratio"] > 1).all()
        # The confounding is there: adjusting for what is on record gets the sign wrong.
        assert channels.loc["email", "adjusted_ratio"] < 1
        assert result.gap > 0
        surely.append(norm.isf(result.gap_p_value / 2))
    # One company may miss it, for the gap of one has an error of half its size.
    assert sum(surely) / np.sqrt(len(surely)) > norm.isf(0.005)


@cache
def anew(seeds):
    """What is found where the payments of three companies are drawn anew, and what is true of it.

    Each luck is drawn with effects and without: what is found without them is the luck's own.
    """
    off_by, held, verdicts, brought = [], [], [], []
    for n in range(REDRAWN[seeds]):
        rows = overdue(seeds[n % len(seeds)])
        rows = rows[rows["state"] != "on_time"]
        luck = np.random.default_rng(20_260 + n).random((len(rows), DRAWS))
        logs = {}
        for off in ((), ("reminder_effect",)):
            result = fit_reminders(redrawn(rows, luck, off=off), SCOPE.as_of)
            table = result.table[result.table["kind"] != "stage"].set_index("name")
            logs[off] = np.log(table["hazard_ratio"])
            true = true_of(table.index, off)
            held += ((table["lower"] < true) & (true < table["upper"])).tolist()
            if not off:
                verdicts += table["verdict"].tolist()
                found = simulate_policies(result, TRIED, draws=2)["paid"].to_numpy()
                true = [paid_under(rows, luck, steps) for steps in ([], *POLICIES.values())]
                brought.append([found, true])
        found, null = logs.values()
        off_by.append(found - null - np.log(true_of(found.index)))
    return pd.DataFrame(off_by), np.array(held), verdicts, np.mean(brought, axis=0)


def true_of(names, off=()):
    return pd.Series({name: 1.0 if off else TRUE[name] for name in names})


def paid_under(rows, luck, steps):
    """Share paid within 45 days of the first possible reminder, of what is unpaid then."""
    plan = [(day, effect_of_one(channel, tone, stage))
            for stage, (day, channel, tone) in enumerate(steps)]  # fmt: skip
    ended = redrawn(rows, luck, plan=plan)
    ended = ended[(ended["stop"] > 10) & (ended["watched"] >= 55)]
    return float((ended["paid"] & (ended["stop"] <= 55)).mean())


@pytest.mark.parametrize("seeds", [SEEDS, HELD_BACK], ids=["settled on", "held back"])
def test_channels_and_tones_are_told_though_causes_and_patience_are_on_no_record(seeds):
    off_by, held, verdicts, _ = anew(seeds)
    for name in ("email", "phone", "letter", "portal", "sms", "friendly", "firm"):
        assert abs(off_by[name].mean()) <= 0.03, name
    # Six draws know the mean to 1 %, twelve to .7 %.
    assert off_by["email"].sem() <= 0.012
    assert held.mean() >= 0.90
    # Whatever is said to have an effect has it in the right direction.
    assert set(verdicts) == {"sooner", "no effect found"}


@pytest.mark.parametrize("seed", SEEDS)
def test_ever_reminded_would_have_said_that_reminders_stop_people_from_paying(seed):
    rows = overdue(seed)
    rows = rows[rows["arm"] == "usual"].assign(ever=rows["day_1"].notna().astype(int))
    fit = fit_cox(rows, covariates=["ever"], duration="stop", event="paid", cluster="customer_id")
    assert fit.table["hazard_ratio"].item() < 0.5


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_reminders_that_change_nothing_are_found_to_change_nothing(seed):
    result = fit_reminders(overdue(seed, "reminder_effect"), SCOPE.as_of)
    assert result.trial.paid.lower < 0 < result.trial.paid.upper
    channels = result.table[result.table["kind"] == "channel"]
    assert "sooner" not in set(channels["verdict"])


def test_no_reminders_are_refused_in_words():
    company = generate(seed=7, n_customers=300, months=18, off=("reminders",))
    with pytest.raises(Refusal, match="Load `reminders`"):
        analyses.reminders.run(FrameTables(company.tables), SCOPE)


def test_policies_bring_what_they_bring_when_the_company_follows_them():
    found, true = anew(SEEDS)[-1]
    assert found[0] == pytest.approx(true[0], abs=0.01)
    for name, ours, theirs in zip(POLICIES, found[1:] - found[0], true[1:] - true[0], strict=True):
        assert ours == pytest.approx(theirs, rel=0.25), name

"""Overdue invoices of a company paid anew: its own invoices and hazards, another luck."""

import numpy as np
import pandas as pd

from sample_data.effects import EFFECTS
from sample_data.reminders import CHANNELS, TONES, draw_reminders
from sample_data.settlement import STATES, days_late, debt_fails
from sample_data.settlement_rows import on_business_day

__all__ = ["effect_of_one", "redrawn"]

DRAWS = 24


class FromMonday:
    """A calendar in which day 0 is a Monday."""

    start = pd.Timestamp("2024-01-01")


def redrawn(rows, luck, *, off=(), plan=None):
    """Rows of `warehouse.reminders.overdue_invoices` with other reminders and payments.

    Parameters
    ----------
    rows : DataFrame
        With ``state``, ``risk`` and ``frailty`` of each invoice, which no book holds.
    luck : ndarray of shape (len(rows), DRAWS)
        Uniform draws; the same with other `off` or `plan` is the same world but for these.
    off : tuple of str
        Mechanisms of the simulation that do not work.
    plan : sequence of (day, ratio), optional
        Days past due on which all are reminded, and the hazard ratio of each; else as the company
        reminds.
    """
    n = len(rows)
    state = rows["state"].map({name: code for code, name in enumerate(STATES)}).to_numpy()
    terms, risk = np.zeros(n, dtype=int), rows["risk"].to_numpy()
    sent = draw_reminders(luck, risk, terms, np.zeros(n, dtype=bool), off)
    if plan is not None:
        sent.sent[:], sent.day[:], sent.ratio[:] = bool(plan), np.inf, 1.0
        for stage, (day, ratio) in enumerate(plan):
            sent.day[:, stage], sent.ratio[:, stage] = day, ratio
    late = days_late(luck[:, 4], state, risk, rows["frailty"].to_numpy(), sent, terms, off)
    weekday = pd.to_datetime(rows["due_on"]).dt.dayofweek.to_numpy()
    paid_on = on_business_day(FromMonday, weekday, late)
    fails = debt_fails(luck[:, 3], off)
    ends = np.minimum(paid_on, fails)
    stop = np.minimum(ends, rows["watched"].to_numpy()).astype(int)
    made = rows.assign(
        stop=stop, paid=(paid_on <= fails) & (paid_on <= stop),
        arm=np.where(sent.held_out, "hold_out", "usual"),
    )  # fmt: skip
    for stage in range(3):
        day = sent.day[:, stage]
        was_sent = sent.sent & (day < ends) & (day <= made["watched"])
        made[f"day_{stage + 1}"] = np.where(was_sent, day, np.nan)
        for kind, names, drawn in (
            ("channel", CHANNELS, sent.channel), ("tone", TONES, sent.tone),
        ):  # fmt: skip
            chosen = np.array(names, dtype=object)[drawn[:, stage]]
            made[f"{kind}_{stage + 1}"] = np.where(was_sent, chosen, None)
    return made[made["stop"] > 0].reset_index(drop=True)


def effect_of_one(channel, tone, stage):
    """What the simulation multiplies the hazard by from the day of a reminder on."""
    ratio = EFFECTS.reminder_channel[channel] * EFFECTS.reminder_tone[tone]
    return ratio ** EFFECTS.reminder_stage[stage]

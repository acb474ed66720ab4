"""Which overdue invoices are reminded, when and how: the risky ones first, a tenth never."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from sample_data.effects import EFFECTS

__all__ = ["CHANNELS", "TONES", "Reminders", "draw_reminders"]

CHANNELS = tuple(EFFECTS.reminder_channel)
TONES = tuple(EFFECTS.reminder_tone)
#: Minutes of staff time by channel.
MINUTES = {"email": 2.0, "sms": 1.0, "letter": 6.0, "portal": 0.5, "phone": 11.0}
# Rows are stages. Every channel and tone occurs in several stages, so that their effects
# can be told apart.
CHANNEL_MIX = np.array(
    [[0.55, 0.15, 0.08, 0.12, 0.10], [0.30, 0.15, 0.20, 0.05, 0.30], [0.15, 0.05, 0.40, 0.0, 0.40]]
)
TONE_MIX = np.array([[0.55, 0.35, 0.08, 0.02], [0.15, 0.45, 0.30, 0.10], [0.0, 0.15, 0.45, 0.40]])
FIRST_DRAW = 10


@dataclass(frozen=True)
class Reminders:
    """Reminders planned for each invoice: arrays of invoices × stages.

    `day` counts from issue. A planned reminder is sent if the invoice is still unpaid on
    its day and `sent` says that it is not held out, disputed or void.
    """

    day: np.ndarray
    channel: np.ndarray
    tone: np.ndarray
    ratio: np.ndarray
    sent: np.ndarray
    held_out: np.ndarray


def draw_reminders(
    u: np.ndarray, risk: np.ndarray, terms: np.ndarray, spared: np.ndarray, off: Collection[str]
) -> Reminders:
    """Plan three reminders for each invoice from ten uniform draws of it (columns 10 to 19).

    `spared` invoices (disputed, cancelled) are not reminded whatever is planned.
    """
    draws = u[:, FIRST_DRAW : FIRST_DRAW + 10]
    slope = 0.0 if "reminder_confounding" in off else EFFECTS.reminder_of_risk
    daily = expit(EFFECTS.reminder_intercept + slope * risk)
    stages = len(EFFECTS.reminder_stage)
    day = np.empty((len(u), stages))
    channel = np.empty((len(u), stages), dtype=int)
    tone = np.empty((len(u), stages), dtype=int)
    ratio = np.empty((len(u), stages))
    earliest = terms + EFFECTS.reminder_grace_days
    log_channel = np.log([EFFECTS.reminder_channel[name] for name in CHANNELS])
    log_tone = np.log([EFFECTS.reminder_tone[name] for name in TONES])
    for stage in range(stages):
        waited = np.floor(np.log1p(-draws[:, 3 * stage]) / np.log1p(-daily))
        day[:, stage] = earliest + waited
        channel[:, stage] = drawn(draws[:, 3 * stage + 1], CHANNEL_MIX[stage])
        tone[:, stage] = drawn(draws[:, 3 * stage + 2], TONE_MIX[stage])
        effect = log_channel[channel[:, stage]] + log_tone[tone[:, stage]]
        ratio[:, stage] = np.exp(EFFECTS.reminder_stage[stage] * effect)
        earliest = day[:, stage] + EFFECTS.reminder_gap_days
    held_out = (draws[:, 9] < EFFECTS.hold_out_share) & ("hold_out" not in off)
    sent = ~held_out & ~spared & ("reminders" not in off)
    return Reminders(day, channel, tone, ratio, sent, held_out)


def drawn(uniform: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.searchsorted(np.cumsum(weights), uniform, side="right").clip(max=len(weights) - 1)

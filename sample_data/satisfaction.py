"""How content each customer is each month: a level, a memory, and what happened to them."""

from collections.abc import Collection

import numpy as np

from sample_data.effects import EFFECTS
from sample_data.population import Population
from sample_data.streams import Streams

__all__ = ["Satisfaction", "recovery"]

#: Which switch turns off which shock.
SWITCH = {
    "slow_ticket": "slow_ticket_shock",
    "late_delivery": "late_delivery_shock",
    "harsh_reminder": "harsh_reminder_shock",
    "friendly_reminder": "harsh_reminder_shock",
    "billing_error": "billing_errors",
    "bill": "bill_shock",
}


class Satisfaction:
    """Latent satisfaction by customer and month, filled as the months go by.

    ``level[i, t]`` is `base` plus a deviation that remembers 0.85 of the month before. A
    shock enters the deviation in the month after what caused it, so a value is known at the
    start of its month. Its standard deviation across customers and months is about one.
    """

    def __init__(
        self, streams: Streams, population: Population, months: int, off: Collection[str]
    ) -> None:
        n = len(population)
        self.base = population.satisfaction_base
        self.off = frozenset(off)
        self.level = np.zeros((n, months))
        self.shocks = np.zeros((n, months + 60))
        self.streams = streams
        start = streams("satisfaction start").standard_normal(population.slots)
        self.deviation = EFFECTS.satisfaction_spread * start[population.slot]
        self.slot, self.slots = population.slot, population.slots
        self.recovery = recovery(off)

    def advance(self, month: int) -> np.ndarray:
        """Move to `month` and return everyone's satisfaction in it."""
        memory = EFFECTS.satisfaction_memory
        noise = self.streams("satisfaction", month).standard_normal(self.slots)
        spread = EFFECTS.satisfaction_spread * np.sqrt(1 - memory**2)
        self.deviation = memory * self.deviation + spread * noise[self.slot]
        if month >= 0:
            self.deviation = self.deviation + self.recovery + self.shocks[:, month]
            self.level[:, month] = self.base + self.deviation
        return self.base + self.deviation

    def shock(
        self, cause: str, customer: np.ndarray, month: np.ndarray, size: object = 1.0
    ) -> None:
        """Let `cause` hurt the customers in `month` (the month it is felt in)."""
        if SWITCH[cause] in self.off:
            return
        effect = getattr(EFFECTS, f"shock_{cause}")
        inside = month < self.shocks.shape[1]
        size = np.broadcast_to(size, customer.shape)
        np.add.at(self.shocks, (customer[inside], month[inside]), effect * size[inside])


def recovery(off: Collection[str]) -> float:
    """What heals every month: where nothing hurts, nothing has to heal.

    Examples
    --------
    >>> recovery(()), recovery(SWITCH.values())
    (0.1, 0.0)
    """
    hurt = set(SWITCH.values()) - set(off)
    return EFFECTS.satisfaction_recovery * len(hurt) / len(set(SWITCH.values()))

"""What lies ahead of each customer: the simulation's own hazards, carried forward many times."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from sample_data.churn import CAUSES, churn_hazards
from sample_data.contracts import rise_sizes
from sample_data.effects import EFFECTS
from sample_data.population import Population
from sample_data.satisfaction import recovery
from sample_data.streams import Streams

__all__ = ["HORIZON_MONTHS", "Ahead", "Recent", "as_if_new", "look_ahead"]

HORIZON_MONTHS = 36
#: Futures averaged for each customer, an even number: every second mirrors the one before.
FUTURES = 12
#: So many months of others weigh as much as one's own history.
OTHERS_MONTHS = 12


@dataclass(frozen=True)
class Recent:
    """What happened to each customer in the months before the close, and will go on happening.

    Arrays are customers × months, missing where the customer was not there: `shocks` to
    satisfaction and `surprises` (bills above or below the expected). `group` says who is
    alike, `rise_chance` is the monthly chance of a price rise.
    """

    shocks: np.ndarray
    surprises: np.ndarray
    group: np.ndarray
    rise_chance: np.ndarray


@dataclass(frozen=True)
class Ahead:
    """Expected survival (customers × 37, from 1 at month 0) and incidence (customers × 4 × 37)."""

    survival: np.ndarray
    incidence: np.ndarray


def look_ahead(
    streams: Streams,
    population: Population,
    recent: Recent,
    month: int,
    *,
    deviation: np.ndarray,
    liquidity: np.ndarray,
    surprise: np.ndarray,
    rises: np.ndarray,
    first_shock: np.ndarray,
    off: Collection[str] = (),
) -> Ahead:
    """Carry customers forward from the start of `month` and average over many futures.

    Satisfaction and liquidity move as in the books, renewals and age count on, prices rise
    as often and by as much as they did on average. What happens to a customer (late
    deliveries, errors, reminders, slow tickets, surprising bills) is drawn anew each month
    from what happened in the last year to it or, as far as its own history is short, to
    customers alike. Held fixed: traits, the company's ways, and that nobody acts on what is
    foreseen. Nobody is drawn to leave: survival is the product of the true hazards along
    each future, so that few futures are needed.

    Parameters
    ----------
    deviation, liquidity, surprise : ndarray of shape (n,)
        State at the close: satisfaction less its base, latent cash, last bill's surprise.
    rises : ndarray of shape (n, 5)
        Price rises of the last five months.
    first_shock : ndarray of shape (n,)
        Shocks already on their way into `month`.
    """
    n = len(population)
    many = population.take(np.repeat(np.arange(n), FUTURES))
    pace = Pace(streams, many, recent, off)
    healing = recovery(off)
    now = np.repeat(deviation, FUTURES)
    cash = np.repeat(liquidity, FUTURES)
    last = np.repeat(surprise, FUTURES)
    risen = np.repeat(rises, FUTURES, axis=0)
    alive = np.ones(n * FUTURES)
    survival = np.ones((n, HORIZON_MONTHS + 1))
    incidence = np.zeros((n, len(CAUSES), HORIZON_MONTHS + 1))
    memory, spread = EFFECTS.satisfaction_memory, EFFECTS.satisfaction_spread
    for ahead in range(1, HORIZON_MONTHS + 1):
        normal, uniform = pace.draws(ahead)
        shock = np.repeat(first_shock, FUTURES) if ahead == 1 else pace.shock(uniform)
        now = memory * now + spread * np.sqrt(1 - memory**2) * normal[0] + healing + shock
        cash = 0.9 * cash + np.sqrt(1 - 0.9**2) * normal[1]
        risen = np.column_stack([risen[:, -5:], pace.rise(uniform)])
        hazards = churn_hazards(
            many, month + ahead - 1, satisfaction=many.satisfaction_base + now, liquidity=cash,
            bill_shock=last, price_rise=risen.sum(axis=1), off=off,
        )  # fmt: skip
        last = pace.surprise(uniform)
        total = hazards.sum(axis=1)
        leaves = -np.expm1(-total) * alive
        share = hazards / np.where(total > 0, total, 1.0)[:, None]
        alive = alive - leaves
        survival[:, ahead] = alive.reshape(n, FUTURES).mean(axis=1)
        by_cause = (leaves[:, None] * share).reshape(n, FUTURES, len(CAUSES)).mean(axis=1)
        incidence[:, :, ahead] = incidence[:, :, ahead - 1] + by_cause
    return Ahead(survival, incidence)


class Pace:
    """Draws of what happens to each customer in each future month."""

    def __init__(
        self, streams: Streams, many: Population, recent: Recent, off: Collection[str]
    ) -> None:
        self.streams, self.many, self.off = streams, many, off
        self.slot, self.slots = many.slot[::FUTURES], many.slots
        self.chance = np.repeat(recent.rise_chance, FUTURES)
        self.shocks, self.surprises = (
            History(values, recent.group) for values in (recent.shocks, recent.surprises)
        )

    def draws(self, ahead: int) -> tuple[np.ndarray, np.ndarray]:
        """Two normal and eight uniform draws for each future of each customer."""
        rng = self.streams("futures", ahead)
        half = (self.slots, FUTURES // 2)
        normal = rng.standard_normal((2, *half), dtype=np.float32)[:, self.slot]
        normal = np.concatenate([normal, -normal], axis=2)
        uniform = rng.random((8, *half), dtype=np.float32)[:, self.slot]
        # Just below one, so that what is picked by a share exists.
        uniform = np.minimum(np.concatenate([uniform, 1 - uniform], axis=2), 1 - 1e-6)
        return normal.reshape(2, -1).astype(float), uniform.reshape(8, -1).astype(float)

    def shock(self, uniform: np.ndarray) -> np.ndarray:
        return self.shocks.drawn(uniform[0:3])

    def surprise(self, uniform: np.ndarray) -> np.ndarray:
        return self.surprises.drawn(uniform[3:6])

    def rise(self, uniform: np.ndarray) -> np.ndarray:
        size = rise_sizes(self.many, uniform[7], self.off)
        return np.where(uniform[6] < self.chance, size, 0.0)


class History:
    """Values of the last months by customer, to draw from: its own, or those of its group."""

    def __init__(self, values: np.ndarray, group: np.ndarray) -> None:
        missing = np.isnan(values)
        order = np.argsort(missing, axis=1, kind="stable")
        self.own = np.take_along_axis(values, order, axis=1)
        self.count = (~missing).sum(axis=1)
        self.group = group
        self.pools = {g: values[group == g][~missing[group == g]] for g in np.unique(group)}

    def drawn(self, uniform: np.ndarray) -> np.ndarray:
        """One value for each future of each customer (three uniform draws each)."""
        count, group = np.repeat(self.count, FUTURES), np.repeat(self.group, FUTURES)
        which, mine, theirs = uniform
        value = np.zeros(len(which))
        for name, pool in self.pools.items():
            rows = group == name
            if len(pool):
                value[rows] = pool[(theirs[rows] * len(pool)).astype(int)]
        who = np.repeat(np.arange(len(self.own)), FUTURES)
        own = which < count / (count + OTHERS_MONTHS)
        value[own] = self.own[who[own], (mine[own] * count[own]).astype(int)]
        return value


def as_if_new(population: Population, month: int) -> Population:
    """The same customers, acquired in the month before `month`."""
    return replace(population, acquired_month=np.full(len(population), month - 1))

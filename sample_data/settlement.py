"""How each invoice ends: paid in time or late and why, in parts, disputed, reminded, or never."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from sample_data.billing import KINDS, Bills
from sample_data.book import Book, Calendar
from sample_data.effects import EFFECTS
from sample_data.population import Population
from sample_data.reminders import Reminders, draw_reminders
from sample_data.satisfaction import Satisfaction
from sample_data.settlement_rows import (
    CAUSES,
    NEVER,
    claimed,
    draw_disputes,
    draw_parts,
    on_business_day,
    write_adjustments,
    write_disputes,
    write_notes,
    write_payments,
    write_reminders,
)
from sample_data.streams import Streams

__all__ = ["STATES", "Settled", "settle"]

#: What decides when an invoice is paid: nothing in particular, or one of four causes.
STATES = ("on_time", *CAUSES)
DRAWS = 24


@dataclass(frozen=True)
class Settled:
    """What is true of each invoice of a month, in the order of its `Bills`.

    ``paid_after`` counts days from issue to the last payment under endless patience
    (infinite if it is never paid): the close of the books does not cut it.
    """

    state: np.ndarray
    paid_after: np.ndarray
    risk: np.ndarray
    held_out: np.ndarray
    disputed: np.ndarray


def settle(
    book: Book,
    streams: Streams,
    population: Population,
    calendar: Calendar,
    bills: Bills,
    month: int,
    *,
    satisfaction: Satisfaction,
    liquidity: np.ndarray,
    errors: np.ndarray,
    slower_days: np.ndarray,
    first_invoice: np.ndarray,
    odd: np.ndarray,
    off: Collection[str] = (),
) -> Settled:
    """Draw how the invoices of a month end, write it down, and hurt whom it hurts.

    `errors`, `first_invoice` and `odd` have an entry for each invoice of `bills`; `liquidity`
    and `slower_days` (delay from fewer visits) one for each customer. `satisfaction` stands
    at `month`, and takes harsh reminders and errors as shocks to come.
    """
    n, who = len(population), bills.customer
    base = month * n * len(KINDS)
    u = streams("settlement", month).random((n * len(KINDS), DRAWS))[bills.key - base]
    level = satisfaction.level[who, month]
    cash = liquidity[who]
    friction = friction_of(bills.kind, population.process[who], first_invoice, errors)
    state = draw_state(u[:, 0], level, cash, friction, population.habit[who], off)
    risk = risk_score(level, cash, population, who)
    terms = population.terms[who]
    # What is odd is found out and cancelled.
    void = ((u[:, 3] < EFFECTS.share_void) & ("void_invoices" not in off)) | odd
    fails = terms + debt_fails(u[:, 3], off)
    disputed, opened, resolved, upheld = draw_disputes(u, population, who, level, errors, off)
    sent = draw_reminders(u, risk, terms, disputed | void, off)
    late = days_late(u[:, 4], state, risk, population.frailty[who], sent, terms, off)
    after = willing_after(u, state, terms, late, slower_days[who])
    # While a dispute is open the customer waits for its end.
    waits = disputed & (opened < after)
    after = np.where(waits, np.maximum(after, resolved + 1 + np.floor(8 * u[:, 6])), after)
    state = np.where((state == 0) & waits & (after > terms), np.where(errors > 0, 3, 1), state)
    after = on_business_day(calendar, bills.issued, after)
    never = (fails < after) & ~void
    after = np.where(never | void, NEVER, after).astype(np.int64)
    in_parts = draw_parts(u, state, never | void, off)
    lag = 12 + np.floor(45 * u[:, 8]).astype(np.int64)
    won = np.where(disputed & ~void, claimed(u, bills.cents) * upheld // 2, 0)
    credit = np.where(waits | never, won, 0)
    until_paid = np.where(in_parts, after + lag, after)
    open_days = np.where(void, 0, np.where(never, fails, until_paid))
    write_payments(book, bills, u, after, in_parts, lag, credit)
    write_adjustments(book, bills, u, terms, fails, never, void, credit, won - credit, resolved)
    write_disputes(book, bills, u, disputed & ~void, opened, resolved, upheld, errors)
    write_reminders(book, bills, calendar, sent, open_days, satisfaction)
    wronged = who[errors > 0]
    satisfaction.shock("billing_error", wronged, np.full(len(wronged), month + 1))
    write_notes(book, calendar, bills, u, state, open_days, terms, sent.held_out)
    ends = np.where(never | void | (credit >= bills.cents), np.inf, until_paid)
    return Settled(state, ends, risk, sent.held_out, disputed & ~void)


def friction_of(
    kind: np.ndarray, process: np.ndarray, first_invoice: np.ndarray, errors: np.ndarray
) -> np.ndarray:
    """How much stands between an invoice and its approval, about standard normal.

    Goods and projects need more approvals than a fee; a first invoice needs all of them.
    """
    of_kind = 0.4 * np.isin(kind, (3, 4)) - 0.2
    return 0.85 * process + of_kind + 1.2 * first_invoice + 1.5 * (errors > 0)


def willing_after(
    u: np.ndarray, state: np.ndarray, terms: np.ndarray, late: np.ndarray, slower: np.ndarray
) -> np.ndarray:
    """Days from issue after which each would pay if nothing stood in the way."""
    early = np.floor(terms * (1 - u[:, 1] ** 0.22))
    after = np.where(state == 0, np.maximum(1, terms - early), terms + late)
    return after + np.floor(slower) + (u[:, 5] < slower % 1)


def debt_fails(uniform: np.ndarray, off: Collection[str]) -> np.ndarray:
    """Days past due after which a debt can no longer be collected."""
    if "never_paid" in off:
        return np.full(len(uniform), NEVER)
    left = (1 - uniform) / (1 - EFFECTS.share_void)
    return np.ceil(-np.log(np.clip(left, 1e-12, 1.0)) / EFFECTS.debt_fails_daily).clip(min=6)


def draw_state(
    uniform: np.ndarray,
    satisfaction: np.ndarray,
    liquidity: np.ndarray,
    friction: np.ndarray,
    habit: np.ndarray,
    off: Collection[str],
) -> np.ndarray:
    """State of each invoice from a multinomial logit, on time being the reference."""
    if "lateness" in off:
        return np.zeros(len(uniform), dtype=int)
    unhappy = np.zeros_like(satisfaction) if "satisfaction_on_payment" in off else -satisfaction
    drivers = dict(zip(CAUSES, (unhappy, -liquidity, friction, habit), strict=True))
    odds = [np.ones(len(uniform))]
    for cause, driver in drivers.items():
        slope = EFFECTS.lateness_slope[cause]
        odds.append(np.exp(EFFECTS.lateness_intercept[cause] + slope * driver))
    share = np.cumsum(odds, axis=0) / np.sum(odds, axis=0)
    return (uniform > share).sum(axis=0).clip(max=len(STATES) - 1)


def risk_score(
    satisfaction: np.ndarray, liquidity: np.ndarray, population: Population, who: np.ndarray
) -> np.ndarray:
    """What a collector senses of an invoice, about standard normal."""
    mixed = -0.6 * liquidity + 0.5 * population.habit[who] - 0.4 * satisfaction
    return (mixed + 0.4 * population.process[who]) / 0.96


def days_late(
    uniform: np.ndarray,
    state: np.ndarray,
    risk: np.ndarray,
    frailty: np.ndarray,
    sent: Reminders,
    terms: np.ndarray,
    off: Collection[str],
) -> np.ndarray:
    """Days past due of late invoices: lognormal by cause, sped up by each reminder from its day on.

    The time comes from inverting the cumulative hazard: an exponential draw is spent at the
    rate of the base hazard times everything that multiplies it, piece by piece.
    """
    medians = np.array([1.0, *(EFFECTS.median_days_late[cause] for cause in CAUSES)])[state]
    spent = -np.log1p(-uniform)
    pace = np.exp(EFFECTS.risk_on_payment * risk + frailty)

    def cumulative(day: np.ndarray) -> np.ndarray:
        z = np.log(np.maximum(day, 1e-9) / medians) / EFFECTS.spread_days_late
        return pace * -np.log(np.maximum(ndtr(-z), 1e-300))

    base = np.zeros_like(spent)
    ratio = np.ones_like(spent)
    total = np.zeros_like(spent)
    hazard_at_stage = []
    for stage in range(sent.day.shape[1]):
        since_due = sent.day[:, stage] - terms
        reached = cumulative(since_due)
        total_then = total + ratio * (reached - base)
        hazard_at_stage.append((base, total, ratio))
        base, total = reached, total_then
        if "reminder_effect" not in off:
            ratio = ratio * np.where(sent.sent, sent.ratio[:, stage], 1.0)
    hazard_at_stage.append((base, total, ratio))
    needed = np.zeros_like(spent)
    for base, total, ratio in hazard_at_stage:
        inside = spent >= total
        needed = np.where(inside, base + (spent - total) / ratio, needed)
    day = medians * np.exp(-EFFECTS.spread_days_late * ndtri(np.exp(-needed / pace)))
    return np.ceil(day).clip(1, 400)

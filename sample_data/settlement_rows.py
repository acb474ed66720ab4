"""What settling an invoice leaves in the books: payments, credits, disputes, reminders, notes."""

from collections.abc import Collection

import numpy as np
from scipy.special import expit, ndtri

from sample_data.billing import Bills
from sample_data.book import LAST_DAY, Book, Calendar
from sample_data.effects import EFFECTS
from sample_data.population import Population
from sample_data.reminders import CHANNELS, MINUTES, TONES, Reminders
from sample_data.satisfaction import Satisfaction

__all__ = [
    "CAUSES",
    "NEVER",
    "claimed",
    "draw_disputes",
    "draw_parts",
    "on_business_day",
    "write_adjustments",
    "write_disputes",
    "write_notes",
    "write_payments",
    "write_reminders",
]

NEVER = 10**6
#: So many days after a debt has failed somebody asks to give it up; the books wait for half a
#: year to a year from the due date, and until then it is owed.
GIVEN_UP_AFTER = 7
WRITTEN_OFF_AFTER, WRITTEN_OFF_WITHIN = 180, 180
#: A collector writes down why an invoice is late so many days after it was due.
NOTED_AFTER = 8
CAUSES = ("dissatisfied", "cash", "process", "habit")
#: What a dispute about an error of ours is called, by the error (1 to 3).
ERROR_REASON = np.array(["other", "missing_po", "duplicate", "not_recognised"], dtype=object)
OTHER_REASONS = np.array(["price", "quantity", "quality", "delivery"], dtype=object)
METHODS = np.array(["bank_transfer", "direct_debit", "card", "cheque"], dtype=object)
METHOD_SHARE = np.cumsum([0.62, 0.22, 0.12, 0.04])


def draw_disputes(
    u: np.ndarray,
    population: Population,
    who: np.ndarray,
    satisfaction: np.ndarray,
    errors: np.ndarray,
    off: Collection[str],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Who disputes; days from issue to opening and resolving; 0 rejected, 1 partial, 2 upheld."""
    slope = 0.0 if "satisfaction_on_payment" in off else EFFECTS.dispute_of_satisfaction
    logit = EFFECTS.dispute_intercept + slope * satisfaction
    # Both additions are choices: the handbook gives the slope on satisfaction alone.
    logit = logit + 1.4 * (errors > 0) + 1.0 * population.reasons[who, 3]
    disputed = (u[:, 7] < expit(logit)) & ("disputes" not in off)
    opened = 2 + np.floor(20 * u[:, 20])
    resolved = opened + np.ceil(15 * np.exp(0.6 * ndtri(u[:, 21])))
    fair = np.where(errors > 0, 0.8, 0.25)
    upheld = np.where(u[:, 22] < fair, 2, np.where(u[:, 22] < fair + (1 - fair) / 3, 1, 0))
    return disputed, opened, resolved, upheld


def claimed(u: np.ndarray, cents: np.ndarray) -> np.ndarray:
    """Cents in dispute: the whole invoice in a third of the cases, else a part."""
    part = np.where(u[:, 23] < 0.35, 1.0, 0.15 + 0.7 * u[:, 23])
    return np.maximum(1, np.round(cents * part)).astype(np.int64)


def draw_parts(
    u: np.ndarray, state: np.ndarray, unpaid: np.ndarray, off: Collection[str]
) -> np.ndarray:
    """Who pays in two parts: mostly those who are short of cash."""
    if "partial_payments" in off:
        return np.zeros(len(u), dtype=bool)
    cash = state == 2
    share = np.where(cash, 3.2, 0.65) * EFFECTS.share_partial
    return (u[:, 9] < share) & ~unpaid


def on_business_day(calendar: Calendar, issued: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Move what would be paid on a weekend to Monday."""
    weekday = (calendar.start.dayofweek + issued + after.astype(np.int64)) % 7
    return after + np.where(weekday == 5, 2, np.where(weekday == 6, 1, 0))


def write_payments(
    book: Book,
    bills: Bills,
    u: np.ndarray,
    after: np.ndarray,
    in_parts: np.ndarray,
    lag: np.ndarray,
    credit: np.ndarray,
) -> None:
    """One payment or two of what is owed after `credit`; three in a thousand pay twice."""
    owed = bills.cents - credit
    paid = (after < NEVER) & (owed > 0)
    first = np.where(in_parts, np.maximum(1, np.round(owed * (0.35 + 0.3 * u[:, 6]))), owed)
    method = METHODS[np.searchsorted(METHOD_SHARE, u[:, 5], side="right").clip(max=3)]
    twice = paid & ~in_parts & (u[:, 9] > 0.997)
    for rows, day, cents in (
        (paid, after, first),
        (paid & in_parts & (owed > first), after + lag, owed - first),
        (twice, after + 3, owed),
    ):
        book.add(
            "payments",
            key=bills.key[rows],
            paid_on=(bills.issued + day)[rows],
            amount=cents[rows] / 100,
            method=method[rows],
        )


def write_adjustments(
    book: Book,
    bills: Bills,
    u: np.ndarray,
    terms: np.ndarray,
    fails: np.ndarray,
    never: np.ndarray,
    void: np.ndarray,
    credit: np.ndarray,
    refund: np.ndarray,
    resolved: np.ndarray,
) -> None:
    """Cancelled invoices, credits and refunds of upheld disputes, and debts given up."""
    soon = 2 + np.floor(10 * u[:, 6])
    written_off = terms + WRITTEN_OFF_AFTER + np.floor(WRITTEN_OFF_WITHIN * u[:, 8])
    reasons = (
        ("credit_note", void, soon, bills.cents, "invoice cancelled", 0),
        ("credit_note", (credit > 0) & ~void, resolved, credit, "dispute upheld", 2),
        ("refund", (refund > 0) & ~void, resolved, refund, "dispute upheld after payment", 0),
        (
            "write_off",
            never & ~void & (credit < bills.cents),
            fails + GIVEN_UP_AFTER,
            bills.cents - credit,
            "uncollectable",
            np.maximum(30, written_off - fails - GIVEN_UP_AFTER),
        ),
    )
    for kind, rows, day, cents, reason, wait in reasons:
        takes = np.floor(3 + 18 * u[:, 8]) if kind == "refund" else np.zeros(len(u)) + wait
        book.add(
            "adjustments",
            key=bills.key[rows],
            kind=kind,
            requested_on=(bills.issued + day)[rows],
            completed_on=(bills.issued + day + takes)[rows],
            amount=cents[rows] / 100,
            reason=reason,
        )


def write_disputes(
    book: Book,
    bills: Bills,
    u: np.ndarray,
    disputed: np.ndarray,
    opened: np.ndarray,
    resolved: np.ndarray,
    upheld: np.ndarray,
    errors: np.ndarray,
) -> None:
    other = OTHER_REASONS[np.floor(4 * u[:, 20] * 0.999).astype(int)]
    rows = disputed
    book.add(
        "disputes",
        key=bills.key[rows],
        kind=np.where(u[rows, 23] > 0.97, "chargeback", "dispute").astype(object),
        opened_on=(bills.issued + opened)[rows],
        resolved_on=(bills.issued + resolved)[rows],
        amount=claimed(u, bills.cents)[rows] / 100,
        reason=np.where(errors > 0, ERROR_REASON[errors], other)[rows],
        outcome=np.array(["rejected", "partial", "upheld"], dtype=object)[upheld][rows],
    )


def write_reminders(
    book: Book,
    bills: Bills,
    calendar: Calendar,
    sent: Reminders,
    open_days: np.ndarray,
    satisfaction: Satisfaction,
) -> None:
    """Every planned reminder whose day comes before the money, and how it was taken.

    `open_days` is how long each invoice stays open, in days from issue.
    """
    for stage in range(sent.day.shape[1]):
        rows = sent.sent & (sent.day[:, stage] < open_days)
        day = (bills.issued + sent.day[:, stage])[rows].astype(np.int64)
        channel, tone = sent.channel[rows, stage], sent.tone[rows, stage]
        names = np.array(CHANNELS, dtype=object)[channel]
        book.add(
            "reminders",
            key=bills.key[rows],
            sent_on=day,
            stage=stage + 1,
            channel=names,
            tone=np.array(TONES, dtype=object)[tone],
            staff_minutes=np.array([MINUTES[name] for name in CHANNELS])[channel],
        )
        felt = calendar.month_of(day) + 1
        who = bills.customer[rows]
        for cause, tones in (("harsh_reminder", (2, 3)), ("friendly_reminder", (0,))):
            hit = np.isin(tone, tones)
            satisfaction.shock(cause, who[hit], felt[hit])


def write_notes(
    book: Book,
    calendar: Calendar,
    bills: Bills,
    u: np.ndarray,
    state: np.ndarray,
    open_days: np.ndarray,
    terms: np.ndarray,
    held_out: np.ndarray,
) -> None:
    """What is noted on the invoice itself: a collector's reason, and the arm of the test."""
    book.add(
        "invoice_notes",
        key=bills.key,
        late_reason=noted_reason(calendar, bills, u, state, open_days, terms),
        reminder_arm=np.where(held_out, "hold_out", "usual").astype(object),
    )


def noted_reason(
    calendar: Calendar, bills: Bills, u: np.ndarray, state: np.ndarray, open_days: np.ndarray,
    terms: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Why a collector thinks the invoice is late: noted on a third of them, not always right."""
    day = terms + NOTED_AFTER
    noted = (open_days > day) & (state > 0) & (u[:, 2] < EFFECTS.late_reason_recorded)
    # Nothing is noted after the books were closed.
    noted &= bills.issued + day <= (LAST_DAY - calendar.start).days
    wrong = u[:, 8] < EFFECTS.late_reason_wrong
    other = (state - 1 + 1 + np.floor(3 * u[:, 6]).astype(int)) % 4
    cause = np.where(wrong, other, np.maximum(state - 1, 0))
    return np.where(noted, np.array(CAUSES, dtype=object)[cause], None)

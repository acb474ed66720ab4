"""How money leaves the ledger by payment terms and age, countable as of any past month end."""

from dataclasses import dataclass

import numpy as np

from models.ledger import BILLED, PAID, UNAPPLIED, Ledger, by_day

__all__ = ["MonthlyCounts", "count_monthly", "expected_by_week", "payment_shares"]

# Payments from which terms have hazards of their own; the rest share one class.
FEWEST_PAID = 100

# Older ages share the last one: what is owed for three years has no pattern by day.
OLDEST = 1_096


@dataclass(frozen=True, eq=False)
class MonthlyCounts:
    """Money by terms class, day of issue and age, in steps of the days in `ends`.

    Attributes
    ----------
    ends : ndarray of int
        Days on which the ledger can be read, rising.
    paid, gone : ndarray of shape (n_ends, n_classes, n_ages)
        Money that left up to each end, by its age on leaving: paid, and in any way.
    billed : ndarray of shape (n_classes, n_issue_days)
    left : ndarray of shape (n_ends, n_classes, n_issue_days)
        Money that left up to each end, by day of issue.
    balance : ndarray of shape (n_ends, n_currencies, n_classes, n_issue_days)
        Own-currency balance at each end.
    n_paid : ndarray of shape (n_ends, n_classes)
        Payments up to each end.
    first : int
        Day of issue of index 0.
    """

    ends: np.ndarray
    paid: np.ndarray
    gone: np.ndarray
    billed: np.ndarray
    left: np.ndarray
    balance: np.ndarray
    n_paid: np.ndarray
    first: int

    def at(self, day: int) -> int:
        """Index of the last end not after `day`; -1 before the first."""
        return int(np.searchsorted(self.ends, day, side="right")) - 1

    def open_on(self, day: int, rate: np.ndarray) -> np.ndarray:
        """Open money by class and age on `day`, at the given rates."""
        owed = np.tensordot(rate, self.balance[self.at(day)], axes=1)
        n_ages = self.paid.shape[2]
        issued = np.arange(self.first, self.first + owed.shape[1])
        age = np.clip(day - issued, 0, n_ages - 1)
        known = issued <= day
        n_classes = owed.shape[0]
        key = np.arange(n_classes)[:, None] * n_ages + age
        money = np.maximum(owed, 0.0) * known
        return np.bincount(key.ravel(), money.ravel(), minlength=n_classes * n_ages).reshape(
            n_classes, n_ages
        )

    def exposed(self, day: int) -> np.ndarray:
        """Money that was open at the start of each age, summed over calendar days to `day`."""
        index, n_ages = self.at(day), self.paid.shape[2]
        if index < 0:
            return np.zeros(self.paid.shape[1:])
        # An invoice issued on day i has been watched at age a if i + a <= day.
        watched = int(self.ends[index]) - self.first - np.arange(n_ages)
        last = np.minimum(watched, self.billed.shape[1] - 1)
        billed, left = np.cumsum(self.billed, axis=1), np.cumsum(self.left[index], axis=1)
        seen = np.where(last >= 0, billed[:, np.maximum(last, 0)], 0.0)
        # Of what left at younger ages, take off only what would still be watched at this age.
        younger = np.cumsum(self.gone[index], axis=1) - self.gone[index]
        unwatched = left[:, -1:] - np.where(last >= 0, left[:, np.maximum(last, 0)], 0.0)
        return np.maximum(seen - (younger - unwatched), 0.0)


def count_monthly(ledger: Ledger, ends: np.ndarray) -> MonthlyCounts:
    """Count the ledger once, so that it can be read as of any of `ends`."""
    # What happened after the last end is not in the ledger: `read_flows` saw to that.
    use = ledger.kind != UNAPPLIED
    ledger = ledger if use.all() else ledger.take(use)
    first = int(ledger.issued.min())
    issue = ledger.issued - first
    n_issue, n_ends = int(issue.max()) + 1, ends.size
    terms = terms_class(ledger)
    n_classes = int(terms.max()) + 1
    step = by_day(ledger.happened, lambda days: np.searchsorted(ends, days, side="left"))
    age = np.clip(ledger.happened - ledger.issued, 0, OLDEST)
    n_ages = int(age.max()) + 2
    # Hazards weigh currencies by the rate of the month of issue, in both parts of the ratio.
    worth = ledger.converted(ledger.issued, ledger.amount)
    billed = ledger.kind == BILLED

    def total(rows: np.ndarray, at: np.ndarray, size: int, money: np.ndarray) -> np.ndarray:
        key = (step[rows] * n_classes + terms[rows]) * size + at[rows]
        sums = np.bincount(key, money[rows], minlength=n_ends * n_classes * size)
        return sums.reshape(n_ends, n_classes, size).cumsum(axis=0)

    departed = np.flatnonzero(~billed)
    by_issue = np.bincount(
        terms[billed] * n_issue + issue[billed], worth[billed], minlength=n_classes * n_issue
    )
    balance = np.stack(
        [
            total(np.flatnonzero(ledger.currency == c), issue, n_issue, ledger.signed)
            for c in range(len(ledger.currencies))
        ],
        axis=1,
    )
    return MonthlyCounts(
        ends,
        total(np.flatnonzero(ledger.kind == PAID), age, n_ages, worth),
        total(departed, age, n_ages, worth),
        by_issue.reshape(n_classes, n_issue),
        total(departed, issue, n_issue, worth),
        balance,
        total(np.flatnonzero(ledger.kind == PAID), np.zeros_like(issue), 1, ledger.n)[:, :, 0],
        first,
    )


def terms_class(ledger: Ledger) -> np.ndarray:
    """Class of payment terms: each that was paid often is its own, the rest are class 0."""
    terms = ledger.due - ledger.issued
    low = int(terms.min())
    n_paid = np.bincount(terms - low, np.where(ledger.kind == PAID, ledger.n, 0))
    own = n_paid >= FEWEST_PAID
    code = np.where(own, np.cumsum(own), 0)
    return code[terms - low]


def payment_shares(
    counts: MonthlyCounts, day: int, history_months: int
) -> tuple[np.ndarray, np.ndarray]:
    """Share of money paid, and still open, by the end of each age; arrays (class, age)."""
    now = counts.at(day)
    before = now - history_months
    paid, gone = counts.paid[now].copy(), counts.gone[now].copy()
    exposed = counts.exposed(day)
    if before >= 0:
        paid = paid - counts.paid[before]
        gone = gone - counts.gone[before]
        exposed = exposed - counts.exposed(int(counts.ends[before]))
    # Terms that were rare on that day, whatever became of them later, share one class.
    rare = counts.n_paid[now] < FEWEST_PAID
    for money in (paid, gone, exposed):
        money[rare] = money[rare].sum(axis=0)
    # Classes with little money at an age borrow nothing: no exposure is no payment.
    some = exposed > 1e-6 * exposed.max(initial=1.0)
    leave = np.divide(gone, exposed, out=np.zeros_like(gone), where=some).clip(0.0, 1.0)
    pay = np.divide(paid, exposed, out=np.zeros_like(paid), where=some).clip(0.0, leave)
    still_open = np.cumprod(1 - leave, axis=1)
    before_age = np.concatenate([np.ones((still_open.shape[0], 1)), still_open[:, :-1]], axis=1)
    return np.cumsum(before_age * pay, axis=1), still_open


def expected_by_week(
    open_money: np.ndarray, paid: np.ndarray, still_open: np.ndarray, weeks: int
) -> np.ndarray:
    """Expected cash in each of the weeks to come, from money open by class and age."""
    n_ages = paid.shape[1]
    until = np.minimum(np.arange(n_ages)[:, None] + 7 * np.arange(weeks + 1), n_ages - 1)
    gained = paid[:, until] - paid[:, :, None]
    share = np.divide(
        gained, still_open[:, :, None], out=np.zeros_like(gained), where=still_open[:, :, None] > 0
    )
    by_then = (open_money[:, :, None] * share.clip(0.0, 1.0)).sum(axis=(0, 1))
    return np.diff(by_then)

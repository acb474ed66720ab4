"""When an open invoice will be paid: in time or late by its own chance, and then by its like."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.late_payments import ENDS
from models.late_signals import LateSignals, has_answer
from models.open_invoices import (
    BEYOND,
    FEWEST_AT_RISK,
    NEVER,
    NOBODY,
    PAID,
    ages,
    chance,
    when,
)
from models.risk_sets import RiskSets, count_risk_sets, read_rows

__all__ = ["PaymentDates", "fit_payment_dates", "score_by_signals"]

#: Bands of chance within which late invoices are taken to be late alike.
BANDS = 5
#: Shares of the days allowed at which punctual payment is read: terms differ, shares compare.
STEPS = 60


@dataclass(frozen=True, eq=False)
class PaymentDates:
    """When punctual invoices are paid within their terms, and late ones after them.

    Attributes
    ----------
    punctual : RiskSets
        By sixtieths of the payment terms, of invoices paid in time.
    late : RiskSets
        By days past due, one group a band of chance; what is open is censored.
    bounds : ndarray
        Chances that part the bands.
    """

    punctual: RiskSets
    late: RiskSets
    bounds: np.ndarray
    signals: LateSignals


def fit_payment_dates(signals: LateSignals, rows: pd.DataFrame) -> PaymentDates:
    """Learn from invoices with an answer when they were paid, given that they were late or not.

    Parameters
    ----------
    signals : LateSignals
    rows : DataFrame
        Rows of `warehouse.late_signals.invoice_signals`, those `signals` was learnt from.
    """
    rows = rows[has_answer(rows, signals.as_of, signals.grace_days)]
    late = rows["late"].to_numpy(dtype=bool)
    terms = (rows["due_on"] - rows["issued_on"]).dt.days.to_numpy()
    took = (rows["settled_on"] - rows["issued_on"]).dt.days.to_numpy()[~late]
    # A bill due at once is paid in time on its first day or not at all.
    step = np.ceil(STEPS * np.divide(took, np.maximum(terms[~late], 1))).clip(0, STEPS)
    punctual = count_risk_sets(
        read_rows(step.astype(np.int64), np.ones(step.size, dtype=np.int64), causes=("paid",))
    )
    past = rows[late]
    given = signals.chance(past)
    # Chances that occur, so that no band is empty.
    bounds = np.unique(np.quantile(given, np.arange(1, BANDS) / BANDS, method="lower"))
    bounds = bounds[bounds < given.max()]
    until = past["settled_on"].fillna(pd.Timestamp(signals.as_of))
    codes = pd.Categorical(past["outcome"], categories=ENDS).codes.astype(np.int64) + 1
    overdue = read_rows(
        (until - past["due_on"]).dt.days.to_numpy(),
        codes,
        group=np.searchsorted(bounds, given),
        causes=ENDS,
    )
    return PaymentDates(punctual, count_risk_sets(overdue), bounds, signals)


def score_by_signals(
    dates: PaymentDates,
    invoices: pd.DataFrame,
    rows: pd.DataFrame,
    as_of: dt.date,
    *,
    confidence: float = 0.8,
) -> pd.DataFrame:
    r"""Score open invoices by their signals, given that each is still open at its age.

    That an invoice is open still raises the chance that it is late: of the punctual a share
    S(a) is unpaid at its age, of the late all are, so that the chance at issue p becomes
    :math:`p / (p + (1 - p) S(a))`. Until the due date only the punctual pay, after it only the
    late, as fast as late invoices of the same band of chance did.

    Parameters
    ----------
    dates : PaymentDates
    invoices : DataFrame
        Open invoices; their columns are kept.
    rows : DataFrame
        The signals of these invoices, by ``invoice_id``.
    as_of : date
    confidence : float, default=0.8
        Level of the interval of the expected date.

    Returns
    -------
    DataFrame
        The columns that `models.open_invoices.score_open_invoices` gives, and ``p_late_at_issue``.
    """
    signals = invoices[["invoice_id"]].merge(rows, on="invoice_id", how="left")
    at_issue = dates.signals.chance(signals)
    age, terms = ages(invoices, as_of)
    past = np.maximum(age - terms, 0)
    band = np.searchsorted(dates.bounds, at_issue)
    zero = np.zeros(age.size, dtype=np.int64)
    overdue = age > terms
    # Due today and open: whoever pays today pays in time still.
    elapsed = step_of(age, terms)
    in_time, unpaid = dates.punctual.incidence[:, 0], dates.punctual.survival
    still = unpaid[0, np.minimum(elapsed, unpaid.shape[1] - 1)]
    p_late = np.where(overdue, 1.0, at_issue / (at_issue + (1 - at_issue) * still))
    paid_late, open_late = dates.late.incidence[:, PAID], dates.late.survival
    until = age + 60
    on_time = chance(in_time, unpaid, zero, elapsed, step_of(until, terms))
    later = chance(paid_late, open_late, band, past, np.maximum(until - terms, 0))
    p_paid = np.where(
        overdue, later, (1 - p_late) * on_time + p_late * np.where(until > terms, later, 0.0)
    )
    thin = still_watched(dates.late, band, past) < FEWEST_AT_RISK
    last = last_watched(dates.late)[band]
    unseen = overdue & (past + 60 > last)
    tail = (1 - confidence) / 2
    days = [
        day_of_share(dates, q, p_late, elapsed, terms, band, past, overdue)
        for q in (0.5, tail, 1 - tail)
    ]
    issued = invoices["issued_on"].to_numpy().astype("datetime64[D]")
    found = [
        np.where((day < 0) | thin, np.datetime64("NaT"), issued + day.astype("timedelta64[D]"))
        for day in days
    ]
    no_date = np.isnat(found[0])
    bounds = [np.where(no_date, np.datetime64("NaT"), date) for date in found[1:]]
    return invoices.assign(
        p_late_at_issue=at_issue,
        p_late=p_late,
        p_paid_60=np.where(unseen, np.nan, p_paid),
        chance_reason=np.where(unseen, BEYOND, None),
        expected_paid_on=found[0].astype("datetime64[ns]"),
        expected_low=bounds[0].astype("datetime64[ns]"),
        expected_high=bounds[1].astype("datetime64[ns]"),
        expected_reason=np.select([thin, no_date], [NOBODY, NEVER], default=None),
    )


def step_of(age: np.ndarray, terms: np.ndarray) -> np.ndarray:
    """How much of its terms an invoice has behind it, in sixtieths; all once it is due."""
    share = STEPS * np.divide(age, np.maximum(terms, 1))
    return np.where(age >= terms, STEPS, np.floor(share)).astype(np.int64).clip(0, STEPS)


def day_of_share(
    dates: PaymentDates,
    share: float,
    p_late: np.ndarray,
    elapsed: np.ndarray,
    terms: np.ndarray,
    band: np.ndarray,
    past: np.ndarray,
    overdue: np.ndarray,
) -> np.ndarray:
    """Age by which `share` of such invoices are paid; -1 where that is never seen."""
    day = np.full(p_late.size, -1, dtype=np.int64)
    in_time = ~overdue & (share <= 1 - p_late)
    incidence, survival = dates.punctual.incidence[:, 0], dates.punctual.survival
    of_punctual = share / np.maximum(1 - p_late, 1e-12)
    steps = shares_when(incidence, survival, elapsed, of_punctual, in_time)
    day[in_time] = np.ceil(steps * terms[in_time] / STEPS).astype(np.int64)
    late = ~in_time
    of_late = np.where(overdue, share, (share - (1 - p_late)) / np.maximum(p_late, 1e-12))
    incidence, survival = dates.late.incidence[:, PAID], dates.late.survival
    found = shares_when(incidence, survival, past, of_late, late, band)
    day[late] = np.where(found < 0, -1, terms[late] + found)
    return day


def shares_when(
    incidence: np.ndarray,
    survival: np.ndarray,
    since: np.ndarray,
    share: np.ndarray,
    rows: np.ndarray,
    group: np.ndarray | None = None,
) -> np.ndarray:
    """`when`, with a share of its own for each of `rows`."""
    group = np.zeros(since.size, dtype=np.int64) if group is None else group
    group, since, share = group[rows], since[rows], share[rows]
    start = np.minimum(since, survival.shape[1] - 1)
    return when(incidence, survival, group, start, share)


def still_watched(sets: RiskSets, group: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Invoices that stayed open beyond the day."""
    after = np.minimum(day + 1, sets.at_risk.shape[1] - 1)
    return np.where(day + 1 >= sets.at_risk.shape[1], 0.0, sets.at_risk[group, after])


def last_watched(sets: RiskSets) -> np.ndarray:
    """Last day at which each group was watched; without end where nothing was open any more."""
    watched = sets.at_risk > 0
    last = watched.shape[1] - 1 - np.argmax(watched[:, ::-1], axis=1)
    ended = sets.survival[np.arange(last.size), last] <= 1e-12
    return np.where(ended, np.iinfo(np.int64).max, last)

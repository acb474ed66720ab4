"""What each open invoice is likely to do: paid late or never, when, and the cash at risk."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.cluster_sizes import sizes_of, too_few, what_to_know
from models.clusters import critical_value, few_clusters_factor, logit_interval, row_influence
from models.figures import Figure
from models.late_payments import ENDS, customers_of, invoices_as_of
from models.refusal import Refusal
from models.risk_sets import LONGEST_DAY, RiskSets, Rows, count_risk_sets, read_rows
from models.segments import FEWEST

__all__ = [
    "CashAtRisk",
    "PaymentCurves",
    "fit_cash_at_risk",
    "fit_payment_curves",
    "score_open_invoices",
]

PAID = 0

# Below this many invoices that stayed open beyond an age, what comes next is hearsay.
FEWEST_AT_RISK = 10

ROUNDING = 1e-12

NOBODY = (
    f"Fewer than {FEWEST_AT_RISK} invoices stayed open beyond this age, so there is nothing to "
    "go by."
)
BEYOND = (
    "No invoice of such terms was watched for so long, so the chance is not known: not seen paid "
    "is not never paid."
)
NEVER = "Fewer than half of the invoices still open at this age are ever seen paid."


@dataclass(frozen=True, eq=False)
class PaymentCurves:
    """Share paid and share still open by age, for each payment terms seen often enough.

    Attributes
    ----------
    table : DataFrame
        Columns ``terms`` (days; missing for the pooled curve), ``day``, ``paid``,
        ``still_open`` and ``at_risk``.
    terms : ndarray
        Terms with a curve of their own; the pooled curve is the last group of `risk_sets`.
    customers : ndarray or None
        Customer code of each of `rows`.
    """

    table: pd.DataFrame
    terms: np.ndarray
    risk_sets: RiskSets
    rows: Rows
    customers: np.ndarray | None
    as_of: dt.date
    n_invoices: int

    def curve_for(self, terms: np.ndarray, age: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Curve to judge each invoice by, and the days to add to its age to read it.

        Rare terms are judged by the nearest terms with a curve of their own, moved so that
        the due dates meet: what decides is how long past due an invoice is, not its age. Where
        too few invoices of those terms stayed open so long, the pooled curve takes over.
        """
        pooled = self.terms.size
        if not pooled:
            return np.zeros(terms.size, dtype=np.int64), np.zeros(terms.size, dtype=np.int64)
        above = np.minimum(np.searchsorted(self.terms, terms), pooled - 1)
        below = np.maximum(above - 1, 0)
        nearer = np.abs(self.terms[below] - terms) < np.abs(self.terms[above] - terms)
        group = np.where(nearer, below, above)
        shift = (self.terms[group] - terms).astype(np.int64)
        thin = self.still_watched(group, np.maximum(age + shift, 0)) < FEWEST_AT_RISK
        return np.where(thin, pooled, group), np.where(thin, 0, shift)

    @property
    def followed(self) -> np.ndarray:
        """Last age at which each curve was watched; beyond it nothing is known.

        A curve that ended because nothing was open any more is known for ever.
        """
        watched = self.risk_sets.at_risk > 0
        last = watched.shape[1] - 1 - np.argmax(watched[:, ::-1], axis=1)
        ended = self.risk_sets.survival[np.arange(last.size), last] <= ROUNDING
        return np.where(ended, LONGEST_DAY, last)

    def beyond(self, group: np.ndarray, age: np.ndarray, until: np.ndarray) -> np.ndarray:
        """Whether what happens between `age` and `until` was never watched to its end."""
        start = np.minimum(age, self.risk_sets.survival.shape[1] - 1)
        nobody = self.risk_sets.survival[group, start] <= ROUNDING
        return (until > age) & ((until > self.followed[group]) | nobody)

    def still_watched(self, group: np.ndarray, age: np.ndarray) -> np.ndarray:
        """Invoices that stayed open beyond the age."""
        after = np.minimum(age + 1, self.risk_sets.at_risk.shape[1] - 1)
        past_end = age + 1 >= self.risk_sets.at_risk.shape[1]
        return np.where(past_end, 0.0, self.risk_sets.at_risk[group, after])


@dataclass(frozen=True, eq=False)
class CashAtRisk:
    """Open amount expected to be unpaid `grace_days` after the due date.

    Attributes
    ----------
    table : DataFrame
        The open invoices with ``p_unpaid``, ``p_unpaid_low`` (lower where the day lies beyond
        what was watched) and ``contribution``, which adds up to `total`.
    total, low, high : float
        Expected amount and its interval. What was not watched until that day counts as unpaid
        in `total` and `high`, and as paid in `low`.
    beyond_amount : float
        Amount of which that is said; part of `total`.
    reason : str or None
        Why there is no interval, or what to know of it.
    """

    table: pd.DataFrame
    total: float
    low: float
    high: float
    open_amount: float
    beyond_amount: float
    grace_days: int
    as_of: dt.date
    reason: str | None
    confidence: float

    def figures(self) -> tuple[Figure, ...]:
        """Return cash at risk."""
        bounds = (None, None) if np.isnan(self.low) else (self.low, self.high)
        return (
            Figure(
                "late_payments.cash_at_risk",
                self.total,
                *bounds,
                len(self.table),
                self.as_of,
                self.reason,
                None if bounds[0] is None else self.confidence,
            ),
        )


def fit_payment_curves(
    invoices: pd.DataFrame, as_of: dt.date, *, fewest_paid: int = 100, fewest: int = FEWEST
) -> PaymentCurves:
    """Estimate time to pay within payment terms, and over all invoices.

    Parameters
    ----------
    invoices : DataFrame
        As in `models.late_payments.fit_time_to_pay`; grouped counts also have ``terms``.
    as_of : date
    fewest_paid : int, default=100
        Paid invoices from which terms get a curve of their own; others use the pooled one.
    fewest : int, default=30

    Raises
    ------
    ValueError
        If there are fewer than `fewest` invoices, or none has been paid.
    """
    weight = None
    if "n" in invoices.columns:
        weight = invoices["n"].to_numpy()
        terms = invoices["terms"].to_numpy()
    else:
        invoices = invoices_as_of(invoices, as_of)
        terms = (invoices["due_on"] - invoices["issued_on"]).dt.days.to_numpy()
    count = np.ones(len(invoices), dtype=np.int64) if weight is None else weight
    n_invoices = int(count.sum())
    codes = pd.Categorical(invoices["outcome"], categories=ENDS).codes.astype(np.int64) + 1
    paid = codes == PAID + 1
    if not paid.any() or n_invoices < fewest:
        raise Refusal(
            f"There are {n_invoices} invoices, {int(count[paid].sum())} of them paid; below "
            f"{fewest}, or with none paid, nothing can be said about the open ones. Load a longer "
            "period, or widen the filters."
        )
    at, values = pd.factorize(terms, sort=True)
    n_paid = np.bincount(at, count * paid, minlength=values.size)
    own = np.asarray(values)[n_paid >= fewest_paid]
    new_code = np.full(values.size, -1)
    new_code[n_paid >= fewest_paid] = np.arange(own.size)
    group = new_code[at]
    # Every row counts in the pooled curve, and those of frequent terms in their own as well.
    twice = np.concatenate([np.flatnonzero(group >= 0), np.arange(group.size)])
    rows = read_rows(
        invoices["duration"].to_numpy()[twice],
        codes[twice],
        group=np.concatenate([group[group >= 0], np.full(group.size, own.size)]),
        weight=None if weight is None else weight[twice],
        causes=ENDS,
    )
    sets = count_risk_sets(rows)
    customers = customers_of(invoices)
    customers = customers if customers is None else customers[twice]
    table = curve_table(sets, own)
    return PaymentCurves(table, own, sets, rows, customers, as_of, n_invoices)


def score_open_invoices(
    curves: PaymentCurves,
    invoices: pd.DataFrame,
    as_of: dt.date,
    *,
    confidence: float = 0.8,
) -> pd.DataFrame:
    """Score open invoices, given that each is still open at its age.

    Parameters
    ----------
    curves : PaymentCurves
    invoices : DataFrame
        Open invoices: ``issued_on`` and ``due_on``, other columns are kept.
    as_of : date
        The day their age is counted to.
    confidence : float, default=0.8
        Level of the interval of the expected date.

    Returns
    -------
    DataFrame
        The invoices with ``p_late`` (paid after the due date, or never), ``p_paid_60`` (paid
        within 60 days from `as_of`), ``chance_reason`` where one of them is missing, because no
        such invoice was watched for so long, ``expected_paid_on`` (by then half of such invoices
        are paid), ``expected_low``, ``expected_high`` and ``expected_reason`` where there is no
        date.
    """
    age, terms = ages(invoices, as_of)
    group, shift = curves.curve_for(terms, age)
    age, terms = np.maximum(age + shift, 0), terms + shift
    incidence, survival = paid_and_open(curves)
    until = np.maximum(terms, age)
    unseen = curves.beyond(group, age, until), curves.beyond(group, age, age + 60)
    p_late = np.where(unseen[0], np.nan, 1 - chance(incidence, survival, group, age, until))
    p_paid = np.where(unseen[1], np.nan, chance(incidence, survival, group, age, age + 60))
    tail = (1 - confidence) / 2
    days = [when(incidence, survival, group, age, q) for q in (0.5, tail, 1 - tail)]
    unknown = curves.still_watched(group, age) < FEWEST_AT_RISK
    issued = invoices["issued_on"].to_numpy().astype("datetime64[D]")
    dates = []
    for day in days:
        date = issued + np.maximum(day - shift, 0).astype("timedelta64[D]")
        dates.append(np.where((day < 0) | unknown, np.datetime64("NaT"), date))
    no_date = np.isnat(dates[0])
    bounds = [np.where(no_date, np.datetime64("NaT"), date) for date in dates[1:]]
    return invoices.assign(
        p_late=p_late,
        p_paid_60=p_paid,
        chance_reason=np.where(unseen[0] | unseen[1], BEYOND, None),
        expected_paid_on=dates[0].astype("datetime64[ns]"),
        expected_low=bounds[0].astype("datetime64[ns]"),
        expected_high=bounds[1].astype("datetime64[ns]"),
        expected_reason=np.select([unknown, no_date], [NOBODY, NEVER], default=None),
    )


def fit_cash_at_risk(
    curves: PaymentCurves,
    invoices: pd.DataFrame,
    as_of: dt.date,
    *,
    grace_days: int = 30,
    confidence: float = 0.95,
) -> CashAtRisk:
    r"""Estimate the open amount still unpaid `grace_days` after its due date.

    An invoice open at age a is unpaid on day L = max(terms + grace, a) with probability
    :math:`1 - (F(L) - F(a)) / S(a)`. The interval is for this expected amount: each
    customer's influence on the curves (delta method), squared and summed by customer, on
    the logit of the share of the open amount. How a single large invoice turns out is
    not in it. Where L lies beyond the ages that were watched, what is still open at the last of
    them counts as unpaid, and the lower end takes it as paid.

    Parameters
    ----------
    curves, invoices, as_of
        As in `score_open_invoices`; `invoices` also has ``open_amount``.
    grace_days : int, default=30
    confidence : float, default=0.95
    """
    age, terms = ages(invoices, as_of)
    amount = invoices["open_amount"].to_numpy(dtype=float)
    group, shift = curves.curve_for(terms, age)
    age, terms = np.maximum(age + shift, 0), terms + shift
    late_day = np.maximum(terms + grace_days, age)
    incidence, survival = paid_and_open(curves)
    p_unpaid = 1 - chance(incidence, survival, group, age, late_day)
    total, owed = float((amount * p_unpaid).sum()), float(amount.sum())
    beyond = curves.beyond(group, age, late_day)
    p_low = p_unpaid - np.where(beyond, open_at_the_end(survival, group, age), 0.0).clip(0, 1)
    table = invoices.assign(
        p_unpaid=p_unpaid, p_unpaid_low=p_low.clip(0), contribution=amount * p_unpaid
    )
    beyond_amount = float((amount * (p_unpaid - table["p_unpaid_low"].to_numpy())).sum())
    low, high, reason = np.nan, np.nan, None
    unseen = not_watched(beyond, beyond_amount / owed if owed else 0.0)
    std_err = risk_error(curves, group, age, late_day, amount)
    effective, know = carried_by(curves)
    if not len(invoices):
        reason = "No invoice is open."
    elif (not 0 < total < owed or std_err == 0) and unseen:
        low, high, reason = total - beyond_amount, total, unseen
    elif not 0 < total < owed or std_err == 0:
        reason = "Every open invoice is past the day or sure to be paid: nothing is estimated."
    elif too_few(effective):
        reason = " ".join(filter(None, [know, unseen]))
    else:
        critical = float(critical_value(confidence, effective))
        ends = logit_interval(total / owed, std_err / owed, critical)
        low, high = max(owed * ends[0] - beyond_amount, 0.0), owed * ends[1]
        reason = " ".join(filter(None, [know, unseen])) or None
    return CashAtRisk(
        table, total, low, high, owed, beyond_amount, grace_days, as_of, reason, confidence
    )


def open_at_the_end(survival: np.ndarray, group: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Share of those open at `age` that is open still when the watching ends; 1 of nobody."""
    still = survival[group, np.minimum(age, survival.shape[1] - 1)]
    known = still > ROUNDING
    return np.divide(survival[group, -1], still, out=np.ones(still.size), where=known)


def not_watched(beyond: np.ndarray, share: float) -> str | None:
    """What to say of open invoices whose day lies beyond the ages that were watched."""
    if not beyond.any():
        return None
    return (
        f"For {int(beyond.sum()):,} of {beyond.size:,} open invoices the day lies beyond the ages "
        f"at which any was watched, so {100 * share:.0f} % of the open amount is not seen to its "
        "end: the figure counts it as unpaid, the low end as paid. Load a longer period, or choose "
        "fewer days of grace."
    )


def carried_by(curves: PaymentCurves) -> tuple[float, str | None]:
    """How many customers of one size the curves amount to, and what to know of them."""
    if curves.customers is None:
        return float(curves.n_invoices), None
    # Every row counts once in the pooled curve.
    pooled = curves.rows.group == curves.terms.size
    weight = None if curves.rows.weight is None else curves.rows.weight[pooled]
    sizes = sizes_of(np.bincount(curves.customers[pooled], weight))
    n, effective, largest = int(sizes.n), float(sizes.effective), float(sizes.largest)
    return effective, what_to_know(n, effective, largest)


def risk_error(
    curves: PaymentCurves, group: np.ndarray, age: np.ndarray, late_day: np.ndarray,
    amount: np.ndarray,
) -> float:  # fmt: skip
    """Return standard error of cash at risk from the curves."""
    incidence, survival = paid_and_open(curves)
    n_days = survival.shape[1]
    start, end = np.minimum(age, n_days - 1), np.minimum(late_day, n_days - 1)
    known = survival[group, start] > ROUNDING
    group, start, end, amount = group[known], start[known], end[known], amount[known]
    left = survival[group, start]
    slope = amount / left
    gained = incidence[group, end] - incidence[group, start]
    # Gradient of 1 - (F(L) - F(a)) / S(a) in F(L), F(a) and S(a).
    size = survival.size
    on_incidence = np.bincount(group * n_days + start, slope, minlength=size)
    on_incidence -= np.bincount(group * n_days + end, slope, minlength=size)
    on_survival = np.bincount(group * n_days + start, slope * gained / left, minlength=size)
    table = curves.risk_sets.influence(
        on_survival.reshape(survival.shape), on_incidence.reshape(survival.shape), PAID
    )
    rows = curves.rows
    if curves.customers is None:
        # Grouped counts without customers: n invoices alike, each on its own. A row's parts
        # in its own and in the pooled curve are taken as separate, a slight understatement.
        alone = row_influence(rows, table, PAID + 1)
        weight = np.ones(alone.size) if rows.weight is None else rows.weight
        return float(np.sqrt((alone**2 / weight).sum()))
    sums = np.bincount(curves.customers, row_influence(rows, table, PAID + 1))
    return float(np.sqrt((sums**2).sum() * few_clusters_factor(max(sums.size, 2))))


def chance(
    incidence: np.ndarray, survival: np.ndarray, group: np.ndarray, age: np.ndarray,
    until: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """P(paid after `age` and by `until` | open at the end of day `age`)."""
    last = survival.shape[1] - 1
    start, end = np.minimum(age, last), np.minimum(until, last)
    still = survival[group, start]
    gained = incidence[group, end] - incidence[group, start]
    share = np.divide(gained, still, out=np.zeros(still.size), where=still > ROUNDING)
    return np.clip(share, 0.0, 1.0)


def when(
    incidence: np.ndarray, survival: np.ndarray, group: np.ndarray, age: np.ndarray,
    share: float | np.ndarray,
) -> np.ndarray:  # fmt: skip
    """First day by which `share` of those open at `age` are paid; -1 if never seen."""
    last = survival.shape[1] - 1
    start = np.minimum(age, last)
    still = survival[group, start]
    target = incidence[group, start] + share * still - ROUNDING
    day = np.full(age.size, -1, dtype=np.int64)
    for curve in np.unique(group):
        here = group == curve
        found = np.searchsorted(incidence[curve], target[here], side="left")
        day[here] = np.where((found > last) | (still[here] <= ROUNDING), -1, found)
    return day


def ages(invoices: pd.DataFrame, as_of: dt.date) -> tuple[np.ndarray, np.ndarray]:
    """Age and terms in days, from the dates."""
    age = (pd.Timestamp(as_of) - invoices["issued_on"]).dt.days.to_numpy(dtype=np.int64)
    terms = (invoices["due_on"] - invoices["issued_on"]).dt.days.to_numpy(dtype=np.int64)
    if (age < 0).any():
        raise ValueError(
            f"{int((age < 0).sum())} open invoices are issued after {as_of}, so they do not exist "
            "yet. Leave them out, or choose a later as-of date."
        )
    return age, terms


def paid_and_open(curves: PaymentCurves) -> tuple[np.ndarray, np.ndarray]:
    return curves.risk_sets.incidence[:, PAID], curves.risk_sets.survival


def curve_table(sets: RiskSets, terms: np.ndarray) -> pd.DataFrame:
    group, day = np.nonzero((sets.left > 0) | (np.arange(sets.left.shape[1]) == 0))
    return pd.DataFrame(
        {
            "terms": np.append(terms.astype(float), np.nan)[group],
            "day": day,
            "paid": sets.incidence[group, PAID, day],
            "still_open": sets.survival[group, day],
            "at_risk": sets.at_risk[group, day],
        }
    )

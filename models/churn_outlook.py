"""What lies ahead of each customer of today: chances of leaving, and what drives them."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.random import Generator

from models.churn_covariates import CATEGORIES, COVARIATES
from models.churn_definitions import CHURN_CAUSES
from models.churn_hazards import ChurnHazards, Lead, clock_of, renewals
from models.clusters import critical_value
from models.outlook import refuse_beyond
from models.segments import FEWEST
from models.shrinkage import softmax

__all__ = [
    "CAUSE_HORIZONS",
    "DRIVERS",
    "HORIZONS",
    "ChurnOutlook",
    "churn_outlook",
    "score_customers",
]

#: Months ahead that survival and incidence are told for.
HORIZONS = (12, 24, 36)
#: Those of them for which incidence is told.
CAUSE_HORIZONS = (12, 24)
#: Things that drive a customer's risk, named for it.
DRIVERS = 3
#: Below this change of the hazard nothing drives anything.
HARDLY = 0.02
#: Customers whose interval is worked out at a time.
AT_A_TIME = 50_000


@dataclass(frozen=True, eq=False)
class ChurnOutlook:
    """Chances of leaving in each month ahead; see `models.outlook.Outlook`.

    Attributes
    ----------
    customer_id : ndarray of shape (n,)
    causes : tuple of str
    last_month : int
    model : ChurnHazards
    known : ndarray of shape (n, n_terms)
        What is known of each customer today.
    rows : DataFrame
        ``month`` (of being a customer, in the month ahead) and ``renews_in``.
    """

    customer_id: np.ndarray
    causes: tuple[str, ...]
    last_month: int
    model: ChurnHazards
    known: np.ndarray
    rows: pd.DataFrame

    def hazards(self, horizon: int) -> Iterator[np.ndarray]:
        """Yield for month 1 to `horizon` ahead the chance of leaving in it, (customer, cause)."""
        refuse_beyond(horizon, self.last_month)
        return self.month_by_month(horizon)

    def log_survival(self, horizon: int) -> np.ndarray:
        """Return what `rates` add up to by the end of each month ahead, below zero."""
        refuse_beyond(horizon, self.last_month)
        month, due = self.clock
        # Customers share months and dates of renewal: theirs are looked up, not worked out anew.
        months, of_month_now = np.unique(month, return_inverse=True)
        dates, of_date = np.unique(due, return_inverse=True)
        # Summed up over months that lie in rows, which is quicker than along them.
        total = np.empty((horizon, len(month)))
        for lead in self.model.leads:
            ahead = np.arange(lead.first - 1, min(lead.last, horizon))[:, None]
            reached = np.minimum(months + ahead, lead.longest)
            by_month = of_month(lead, reached.ravel(), np.zeros(reached.size))
            by_month = np.exp(by_month).reshape(reached.shape)
            by_date = np.exp(of_renewal(lead, renewals(1, dates, ahead)))
            part = total[lead.first - 1 : lead.last]
            np.multiply(by_month[:, of_month_now], by_date[:, of_date], out=part)
            part *= -np.exp(self.hazard_of_customer(lead))
        return np.cumsum(total, axis=0, out=total).T

    def month_by_month(self, horizon: int) -> Iterator[np.ndarray]:
        now, fixed = None, np.empty(0)
        for lead, month, renewal, rate in self.rates(horizon):
            if lead is not now:
                now, fixed = lead, self.odds_of_customer(lead)
            odds = fixed + share_of_month(lead, month, renewal)
            yield -np.expm1(-rate)[:, None] * softmax(odds)

    def rates(self, horizon: int) -> Iterator[tuple[Lead, np.ndarray, np.ndarray, np.ndarray]]:
        """Yield for each month ahead its model, each customer's month and renewal, and its rate."""
        now, fixed = None, np.empty(0)
        for ahead in range(1, horizon + 1):
            lead = next(lead for lead in self.model.leads if lead.first <= ahead <= lead.last)
            if lead is not now:
                now, fixed = lead, self.hazard_of_customer(lead)
            month, renewal = self.at(lead, ahead)
            yield lead, month, renewal, np.exp(fixed + of_month(lead, month, renewal))

    def hazard_of_customer(self, lead: Lead) -> np.ndarray:
        """What does not change over the months ahead, of the log hazard."""
        n_terms = self.known.shape[1]
        return lead.coefficient[0] + self.known @ lead.coefficient[-n_terms or None :]

    def odds_of_customer(self, lead: Lead) -> np.ndarray:
        """The same of the log odds of each cause."""
        numbers = [k for k, name in enumerate(self.model.terms.names) if ":" not in name]
        return lead.share[:, 0] + self.known[:, numbers] @ lead.share[:, 3:].T

    @cached_property
    def clock(self) -> tuple[np.ndarray, np.ndarray]:
        return clock_of(self.rows)

    def at(self, lead: Lead, ahead: int) -> tuple[np.ndarray, np.ndarray]:
        month, due = self.clock
        return np.minimum(month + ahead - 1, lead.longest), renewals(month, due, ahead - 1)

    def part(self, where: slice) -> "ChurnOutlook":
        """Return the outlook of some of the customers, in their order."""
        return dataclasses.replace(
            self, customer_id=self.customer_id[where], known=self.known[where],
            rows=self.rows.iloc[where],
        )  # fmt: skip

    def drawn(self, rng: Generator) -> "ChurnOutlook":
        """Return the same outlook with all coefficients drawn from their joint distribution."""
        return dataclasses.replace(self, model=drawn_hazards(self.model, rng))

    def cumulative_rate(self, horizon: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the sum of the rates up to `horizon` and its standard error, by customer."""
        refuse_beyond(horizon, self.last_month)
        total = np.zeros(len(self.customer_id))
        variance = np.zeros(len(total))
        for begins in range(0, len(total), AT_A_TIME):
            part = slice(begins, begins + AT_A_TIME)
            total[part], variance[part] = self.part(part).rate_with_variance(horizon)
        return total, np.sqrt(np.maximum(variance, 0.0))

    def rate_with_variance(self, horizon: int) -> tuple[np.ndarray, np.ndarray]:
        total = np.zeros(len(self.customer_id))
        places, gradients = [], []
        for lead in self.model.leads:
            if lead.first > horizon:
                break
            fixed = self.hazard_of_customer(lead)
            changing = 2 + len(lead.baseline.names)
            gradient = np.zeros((len(total), len(lead.names)))
            for ahead in range(lead.first, min(lead.last, horizon) + 1):
                month, renewal = self.at(lead, ahead)
                rate = np.exp(fixed + of_month(lead, month, renewal))
                total += rate
                gradient[:, 0] += rate
                gradient[:, 1 : changing - 1] += rate[:, None] * lead.baseline.columns(month)
                gradient[:, changing - 1] += rate * renewal
            gradient[:, changing:] = gradient[:, :1] * self.known
            places.append(np.arange(lead.at.start, lead.at.start + len(lead.names)))
            gradients.append(gradient)
        place, gradient = np.concatenate(places), np.hstack(gradients)
        covariance = self.model.covariance[np.ix_(place, place)]
        return total, ((gradient @ covariance) * gradient).sum(axis=1)


def of_month(lead: Lead, month: np.ndarray, renewal: np.ndarray) -> np.ndarray:
    """What the month adds to the log hazard."""
    n_baseline = len(lead.baseline.names)
    # Customers share their months, so each month's hazard is worked out once.
    months, back = np.unique(month, return_inverse=True)
    by_month = lead.baseline.columns(months) @ lead.coefficient[1 : 1 + n_baseline]
    return by_month[back] + of_renewal(lead, renewal)


def of_renewal(lead: Lead, renewal: np.ndarray) -> np.ndarray:
    return lead.coefficient[1 + len(lead.baseline.names)] * renewal


def share_of_month(lead: Lead, month: np.ndarray, renewal: np.ndarray) -> np.ndarray:
    return np.log(month - 0.5)[:, None] * lead.share[:, 1] + renewal[:, None] * lead.share[:, 2]


def drawn_hazards(model: ChurnHazards, rng: Generator) -> ChurnHazards:
    moved = model.spread @ rng.standard_normal(len(model.spread))
    leads = []
    for lead in model.leads:
        own, q = moved[lead.at], len(lead.names)
        leads.append(
            dataclasses.replace(
                lead,
                coefficient=lead.coefficient + own[:q],
                share=lead.share + own[q:].reshape(lead.share.shape),
            )
        )
    return dataclasses.replace(model, leads=tuple(leads))


def churn_outlook(model: ChurnHazards, customers: pd.DataFrame) -> ChurnOutlook:
    """Return the outlook of customers as they are known today.

    Parameters
    ----------
    model : ChurnHazards
    customers : DataFrame
        One row a customer: the rows ``ahead`` of `warehouse.customer_months`.
    """
    rows = customers[[c for c in ("month", "renews_in") if c in customers]]
    # Who joined in this very month is in its first.
    rows = rows.assign(month=rows["month"].clip(lower=1)).reset_index(drop=True)
    return ChurnOutlook(
        customers["customer_id"].to_numpy(), model.causes, model.last_month, model,
        model.terms.columns(customers), rows,
    )  # fmt: skip


def score_customers(outlook: ChurnOutlook, *, confidence: float = 0.95) -> pd.DataFrame:
    """One row a customer: chances at the horizons, the interval of the first, and what drives it.

    Returns
    -------
    DataFrame
        ``customer_id``, ``churn_risk_12m``, ``churn_risk_12m_low``, ``churn_risk_12m_high``,
        ``survival_12m``, ``survival_24m``, ``survival_36m``, ``cif_<cause>_12m`` and ``_24m`` and
        ``churn_driver_1`` to ``_3``; missing beyond the months that the data can speak of, for
        which ``survival_reason`` says why.
    """
    n = len(outlook.customer_id)
    table = {"customer_id": outlook.customer_id}
    there, incidence = np.ones(n), np.zeros((n, len(outlook.causes)))
    by_cause: dict[str, np.ndarray] = {}
    last = min(max(HORIZONS), outlook.last_month)
    for ahead, chance in enumerate(outlook.hazards(last), start=1):
        incidence += there[:, None] * chance
        there = there * (1 - chance.sum(axis=1))
        if ahead in HORIZONS:
            table[f"survival_{ahead}m"] = there
            if ahead in CAUSE_HORIZONS:
                seen = dict(zip(outlook.causes, incidence.T.copy(), strict=True))
                # Of a cause that nobody left for, nobody is expected to.
                by_cause |= {
                    f"cif_{cause}_{ahead}m": seen.get(cause, np.zeros(n)) for cause in CHURN_CAUSES
                }
    for ahead in HORIZONS:
        table.setdefault(f"survival_{ahead}m", np.full(n, np.nan))
    for ahead in CAUSE_HORIZONS:
        for cause in CHURN_CAUSES:
            name = f"cif_{cause}_{ahead}m"
            table[name] = by_cause.get(name, np.full(n, np.nan))
    year = HORIZONS[0]
    table["churn_risk_12m"] = 1 - table["survival_12m"]
    low = high = np.full(n, np.nan)
    if outlook.last_month >= year:
        rate, std_err = outlook.cumulative_rate(year)
        half = critical_value(confidence) * std_err / rate
        low, high = (-np.expm1(-rate * np.exp(side * half)) for side in (-1, 1))
    table["churn_risk_12m_low"], table["churn_risk_12m_high"] = low, high
    table["survival_reason"] = np.full(n, why_no_further(outlook.last_month), dtype=object)
    for place, words in enumerate(drivers(outlook).T, start=1):
        table[f"churn_driver_{place}"] = words
    return pd.DataFrame(table)


def why_no_further(last_month: int) -> str | None:
    """Why some horizons have no chances; None if all have."""
    missing = [str(ahead) for ahead in HORIZONS if ahead > last_month]
    if not missing:
        return None
    return (
        f"Fewer than {FEWEST} customers were watched for longer than {last_month} months, or too "
        f"few left, so nothing is said of {' and '.join(missing)} months ahead. Load a longer "
        "history."
    )


def drivers(outlook: ChurnOutlook) -> np.ndarray:
    """What moves each customer's risk of the year ahead furthest from the average, in words."""
    n, n_terms = outlook.known.shape
    words = np.full((n, DRIVERS), None, dtype=object)
    if not n_terms or not n:
        return words
    year = min(HORIZONS[0], outlook.last_month)
    weight = np.array(
        [max(0, min(lead.last, year) - lead.first + 1) for lead in outlook.model.leads]
    )
    beta = np.average(
        [lead.coefficient[-n_terms:] for lead in outlook.model.leads], axis=0, weights=weight
    )
    adds = (outlook.known - outlook.known.mean(axis=0)) * beta
    group = [name.partition(":")[0] for name in outlook.model.terms.names]
    names = list(dict.fromkeys(group))
    total = np.column_stack(
        [adds[:, [k for k, g in enumerate(group) if g == name]].sum(axis=1) for name in names]
    )
    order = np.argsort(-np.abs(total), axis=1, kind="stable")[:, :DRIVERS]
    above = outlook.known > outlook.known.mean(axis=0)
    for place in range(order.shape[1]):
        chosen = order[:, place]
        size = total[np.arange(n), chosen]
        for k, name in enumerate(names):
            at = np.flatnonzero((chosen == k) & (np.abs(size) >= HARDLY))
            high = above[at, outlook.model.terms.names.index(name)] if name in COVARIATES else None
            words[at, place] = [
                in_words(name, None if high is None else bool(high[i]), float(size[row]))
                for i, row in enumerate(at)
            ]
    return words


def in_words(name: str, high: bool | None, adds: float) -> str:
    """One driver.

    >>> in_words("score", False, 0.2)
    'Low survey scores: risk +22 %'
    """
    if name in CATEGORIES:
        what = CATEGORIES[name]
    elif name in COVARIATES:
        what = COVARIATES[name].high if high else COVARIATES[name].low
    else:
        what = name.replace("_", " ").capitalize()
    return f"{what}: risk {100 * np.expm1(adds):+z.0f} %"

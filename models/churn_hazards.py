"""The chance of leaving in each month ahead, by cause, from what is known of a customer today."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from models.churn_covariates import COVARIATES, Terms, choose_terms
from models.cloglog import CloglogFit, fit_cloglog
from models.clusters import few_clusters_factor
from models.month_baseline import MonthBaseline, month_baseline
from models.refusal import Refusal
from models.segments import FEWEST
from models.shrinkage import fit_softmax, shrink
from models.wording import counted

__all__ = [
    "FEWEST_EVENTS",
    "LEADS",
    "ChurnHazards",
    "Lead",
    "clock_of",
    "fit_churn_hazards",
    "refuse_few_leavers",
    "renewals",
]

#: Months ahead that share coefficients: the first, the last, and how old what is known then is.
#: What is known today says less and less, because scores, tickets and delays go back to what is
#: usual; one set of coefficients for all months would take a bad month for a bad customer.
LEADS = ((1, 3, 1), (4, 12, 7), (13, 60, 20))
#: Events below which nothing is fitted to a lead.
FEWEST_EVENTS = 50
#: Precision of the prior on each coefficient a standard deviation: so weak that it only
#: keeps finite what the rows would let run away.
WEAK = 1.0

#: Covariates that go with how much a customer pays.
MONEY = ("log_size", "log_revenue")
INTERCEPT = "intercept"


@dataclass(frozen=True, eq=False)
class Lead:
    """One range of months ahead, and its coefficients.

    Attributes
    ----------
    first, last : int
        Months ahead.
    lag : int
        Months between what was known and the month in which somebody could leave.
    baseline : MonthBaseline
    longest : int
        The longest that anybody was watched to have been a customer; later months count as it.
    names : tuple of str
        Of `coefficient`: intercept, baseline, renewal, terms.
    coefficient : ndarray of shape (q,)
        Of the log hazard, shrunk.
    share : ndarray of shape (n_causes, r)
        Of the causes' log odds among those who leave, shrunk; intercept, log month, renewal,
        numbers.
    at : slice
        Where this lead stands in the joint covariance: hazard, then share row by row.
    n_events : int
    """

    first: int
    last: int
    lag: int
    baseline: MonthBaseline
    longest: int
    names: tuple[str, ...]
    coefficient: np.ndarray
    share: np.ndarray
    at: slice
    n_events: int


@dataclass(frozen=True, eq=False)
class ChurnHazards:
    """Hazards of leaving for each range of months ahead, and the share of each cause.

    Attributes
    ----------
    leads : tuple of Lead
    terms : Terms
    causes : tuple of str
    covariance : ndarray
        Joint, of all coefficients of all leads, robust by customer.
    n_customers, n_months, n_events : int
    longest_watch : int
        Months for which at least `FEWEST` customers were watched: the longest way ahead that
        anybody was seen to go.
    as_of : date
    """

    leads: tuple[Lead, ...]
    terms: Terms
    causes: tuple[str, ...]
    covariance: np.ndarray
    n_customers: int
    n_months: int
    n_events: int
    longest_watch: int
    as_of: dt.date

    @property
    def last_month(self) -> int:
        """Months ahead of which the data can speak."""
        return min(self.leads[-1].last, self.longest_watch)

    @cached_property
    def spread(self) -> np.ndarray:
        """A matrix that turns independent noise into noise of the coefficients."""
        values, vectors = np.linalg.eigh(self.covariance)
        return vectors * np.sqrt(np.maximum(values, 0.0))


def fit_churn_hazards(
    months: pd.DataFrame,
    as_of: dt.date,
    *,
    causes: Sequence[str],
    covariates: Sequence[str] | None = None,
    leads: Sequence[tuple[int, int, int]] = LEADS,
    unshrunk: Sequence[str] = MONEY,
) -> ChurnHazards:
    r"""Estimate hazards of leaving at several distances from what is known of a customer.

    For month :math:`h` ahead, of a customer who is in its month :math:`m`,

    .. math:: P(\text{leaves}) = 1 - \exp(-e^{a_l(m) + r_l + x'\beta_l}), \quad
              P(\text{for } k \mid \text{leaves}) = \text{softmax}_k(z'\gamma_l)

    with coefficients of the range :math:`l` that :math:`h` falls in, fitted to customer-months by
    covariates as they were known that much earlier: landmarks [1]_. Written as hazard and share
    [2]_, chances of causes add up to that of leaving exactly, and a cause with few leavers
    borrows from all of them. Coefficients are shrunk to what pays for its own noise: by a normal
    prior whose width makes the estimates most likely; those of how large a customer is and how
    much it pays are hardly. Errors are summed by customer.

    Parameters
    ----------
    months : DataFrame
        From `warehouse.customer_months`; the rows ``ahead`` are left out.
    as_of : date
    causes : sequence of str
        In the order wanted; causes of which nobody left have no share.
    covariates : sequence of str, optional
        As in `models.churn_covariates.choose_terms`.
    leads : sequence of (first, last, lag)
    unshrunk : sequence of str
        Covariates whose coefficients stay as they are.

    Raises
    ------
    Refusal
        If too few customers left for the nearest range.

    References
    ----------
    .. [1] van Houwelingen, H. C. (2007). "Dynamic prediction by landmarking in event history
       analysis." Scand. J. Statist. 34, 70-85.
    .. [2] Nicolaie, M. A., van Houwelingen, H. C. and Putter, H. (2010). "Vertical modeling: a
       pattern mixture approach for competing risks modeling." Stat. Med. 29, 1190-1205.
    """
    rows = months[~months["ahead"].to_numpy(dtype=bool)]
    rows = rows.sort_values(["customer_id", "begins"], ignore_index=True)
    cause = pd.Categorical(rows["cause"], categories=list(causes)).codes.astype(np.int64)
    event = cause >= 0
    refuse_few_leavers(int(event.sum()))
    unit, _ = pd.factorize(rows["customer_id"])
    seen = tuple(name for k, name in enumerate(causes) if (cause == k).any())
    cause = pd.Categorical(rows["cause"], categories=list(seen)).codes.astype(np.int64)
    if covariates is None:
        # That the contract comes up is known for every month ahead: no part of what gets old.
        covariates = [name for name in COVARIATES if name in rows and name != "renewal"]
    # What grows from year to year may lie further out tomorrow than any effect was learnt from.
    terms = choose_terms(rows, event, covariates=covariates).within(rows)
    known = terms.columns(rows)
    place = np.arange(len(rows)) - np.searchsorted(unit, unit)
    n_units = int(unit.max()) + 1
    fitted, influences, spreads, start = [], [], [], 0
    for first, last, lag in leads:
        at = np.flatnonzero(place >= lag)
        if event[at].sum() < FEWEST_EVENTS:
            break
        lead, influence, spread = fit_lead(
            rows.iloc[at], known[at - lag], cause[at], unit[at], n_units, terms, len(seen), start,
            (first, last, lag), unshrunk,
        )  # fmt: skip
        fitted.append(lead)
        influences.append(influence)
        spreads.append(spread)
        start = lead.at.stop
    if not fitted:
        raise Refusal(
            f"Fewer than {FEWEST_EVENTS} customers who left had been watched for a month before, "
            "so what was known of them cannot be compared with what was known of others. Load a "
            "longer period."
        )
    whole = np.hstack(influences)
    covariance = whole.T @ whole * float(few_clusters_factor(n_units))
    for lead, spread in zip(fitted, spreads, strict=True):
        covariance[lead.at, lead.at] += spread
    return ChurnHazards(
        tuple(fitted), terms, seen, covariance, n_units, len(rows), int(event.sum()),
        longest_watch(unit), as_of,
    )  # fmt: skip


def longest_watch(unit: np.ndarray) -> int:
    """Months for which at least `FEWEST` customers were watched; `unit` has one row a month."""
    months = np.sort(np.bincount(unit))[::-1]
    return int(months[FEWEST - 1]) if len(months) >= FEWEST else 0


def refuse_few_leavers(n: int) -> None:
    """Refuse to say what moves leaving where hardly anybody left."""
    if n < FEWEST_EVENTS:
        raise Refusal(
            f"{counted(n, 'customer')} left in the months watched, and what moves leaving is not "
            f"estimated from fewer than {FEWEST_EVENTS}. Load a longer period, check that "
            "`churned_on` was read, or widen the filters."
        )


def fit_lead(
    rows: pd.DataFrame,
    known: np.ndarray,
    cause: np.ndarray,
    unit: np.ndarray,
    n_units: int,
    terms: Terms,
    n_causes: int,
    start: int,
    of: tuple[int, int, int],
    unshrunk: Sequence[str],
) -> tuple[Lead, np.ndarray, np.ndarray]:
    """One range: its coefficients, each customer's pull on them, and what the prior leaves open."""
    month, event = rows["month"].to_numpy(dtype=np.int64), cause >= 0
    renewal = renewals(*clock_of(rows))
    baseline, names, varies, part, fit = fit_hazard(month, event, renewal, known, terms)
    fit, prior = shrunk(part, event, np.array(names)[varies], terms, fit, unshrunk)
    score = np.stack(
        [np.bincount(unit, fit.residual * x, minlength=n_units) for x in part.T], axis=1
    )
    coefficient = np.zeros(len(names))
    coefficient[varies] = fit.coefficient
    pull = np.zeros((n_units, len(names)))
    pull[:, varies] = score @ fit.covariance
    spread = np.zeros((len(names), len(names)))
    spread[np.ix_(varies, varies)] = (fit.covariance * prior) @ fit.covariance
    leavers = share_design(month[event], renewal[event], known[event], terms)
    share = fit_softmax(leavers, cause[event], n_causes)
    share_pull = np.zeros((n_units, share.coefficient.size))
    np.add.at(share_pull, unit[event], share.influence)
    size = len(names) + share.coefficient.size
    whole = np.zeros((size, size))
    whole[: len(names), : len(names)] = spread
    whole[len(names) :, len(names) :] = share.left_open
    lead = Lead(
        *of, baseline, int(month.max()), names, coefficient, share.coefficient,
        slice(start, start + size), int(event.sum()),
    )  # fmt: skip
    return lead, np.hstack([pull, share_pull]), whole


def fit_hazard(
    month: np.ndarray, event: np.ndarray, renewal: np.ndarray, known: np.ndarray, terms: Terms
) -> tuple[MonthBaseline, tuple[str, ...], np.ndarray, np.ndarray, CloglogFit]:
    """The regression of one range: baseline, names, which of them vary, columns and fit.

    The hazard runs straight over the log of the months, which is Weibull's, unless bends gain
    more than they cost by Akaike's criterion.
    """
    for baseline in (month_baseline(month, event, None, None), MonthBaseline()):
        names = (INTERCEPT, *baseline.names, "renewal", *terms.names)
        design = np.column_stack([np.ones(len(month)), baseline.columns(month), renewal, known])
        varies = np.ptp(design, axis=0) > 0
        varies[0] = True
        part, kept = design[:, varies], list(np.array(names)[varies])
        precision = np.where(np.isin(kept, terms.names), WEAK, 0.0)
        fit = fit_cloglog(part, event, np.ones(len(part)), kept, precision=precision)
        bends = np.flatnonzero(np.isin(kept, baseline.names[1:]))
        if bends.size:
            own, found = fit.covariance[np.ix_(bends, bends)], fit.coefficient[bends]
            if found @ np.linalg.solve(own, found) > 2 * bends.size:
                break
    return baseline, names, varies, part, fit


def shrunk(
    part: np.ndarray,
    event: np.ndarray,
    kept: np.ndarray,
    terms: Terms,
    fit: CloglogFit,
    unshrunk: Sequence[str],
) -> tuple[CloglogFit, np.ndarray]:
    """The same regression with its prior as wide as is likeliest, and the prior's precision.

    It is fitted anew: were coefficients pulled in and the level left as it was, more would be
    predicted to leave than did. And what stands for money is hardly shrunk, so that those
    who pay much are predicted to leave as often as they did, too; else customers worth most would
    be taken for more like the others than they are.
    """
    scale = part.std(axis=0)
    shrinkable = np.isin(kept, terms.names) & ~np.isin(kept, unshrunk)
    # What numbers say and what categories say are of two kinds, each with its own noise and size.
    kinds = np.array([":" in name for name in kept])
    found = shrink(fit.coefficient, fit.covariance, scale, shrinkable, kinds)
    precision = np.where(np.isin(kept, unshrunk), WEAK, 0.0)
    precision[shrinkable] = 1 / found.width**2
    fit = fit_cloglog(
        part, event, np.ones(len(part)), list(kept), precision=precision, start=fit.coefficient
    )
    return fit, precision * scale**2


def clock_of(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Each row's month, and the months until its contract comes up where it has one."""
    month = rows["month"].to_numpy(dtype=np.int64)
    if "renews_in" not in rows:
        return month, np.full(len(month), np.nan)
    return month, pd.to_numeric(rows["renews_in"]).to_numpy(dtype=float)


def renewals(month: np.ndarray, due: np.ndarray, ahead: int = 0) -> np.ndarray:
    """1 where the contract comes up `ahead` months later; the arguments are those of `clock_of`."""
    # Never in the first year's beginning: the month of signing is no renewal.
    return ((due == ahead % 12) & (month + ahead > 0)).astype(float)


def share_design(
    month: np.ndarray, renewal: np.ndarray, known: np.ndarray, terms: Terms
) -> np.ndarray:
    """What the cause depends on: how long, renewal, and the numbers; no categories."""
    numbers = [place for place, name in enumerate(terms.names) if ":" not in name]
    return np.column_stack([np.ones(len(month)), np.log(month - 0.5), renewal, known[:, numbers]])

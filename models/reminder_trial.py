"""The random hold-out of reminders: what reminding as usual brings, and what one reminder does."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from models.cox import fit_cox
from models.estimates import Estimate, estimate
from models.refusal import Refusal

__all__ = ["FEWEST_HELD_OUT", "Level", "Trial", "fit_level", "fit_trial"]

#: Payments in each arm below which the hold-out says nothing.
FEWEST_HELD_OUT = 60
#: Days past the first possible reminder at which the arms are compared.
WITHIN_DAYS = 30
BANDS = 5


@dataclass(frozen=True, eq=False)
class Trial:
    """Reminding as usual against no reminder, among invoices that chance put on either side.

    Attributes
    ----------
    paid : Estimate
        Share paid within `days` past due: reminded as usual less held out.
    days_sooner : Estimate
        Days sooner that the money comes, of the first `days` past due.
    averted : Estimate
        Of the invoices that would be unpaid without reminders then, the share that is paid.
    paid_usual, paid_held_out : float
    n_usual, n_held_out : int
        Invoices still unpaid when reminding starts, with `days` behind them.
    days : int
        Days past due.
    """

    paid: Estimate
    days_sooner: Estimate
    averted: Estimate
    paid_usual: float
    paid_held_out: float
    n_usual: int
    n_held_out: int
    days: int


def fit_trial(overdue: pd.DataFrame, first_day: int, *, confidence: float = 0.95) -> Trial | None:
    """Compare the arms as they were drawn, whoever was reminded in the end; None without arms.

    Parameters
    ----------
    overdue : DataFrame
        From `warehouse.reminders.overdue_invoices`, with ``watched`` (days from the due date to
        the as-of date).
    first_day : int
        Days past due when reminding starts. What was paid before cannot differ.
    """
    days = first_day + WITHIN_DAYS
    rows = overdue[(overdue["stop"] > first_day) & (overdue["watched"] >= days)]
    rows = rows[rows["arm"].isin(["hold_out", "usual"])]
    held_out = (rows["arm"] == "hold_out").to_numpy()
    if min(held_out.sum(), (~held_out).sum()) < FEWEST_HELD_OUT:
        return None
    by_then = (rows["paid"] & (rows["stop"] <= days)).to_numpy()
    until = np.where(by_then, rows["stop"], days).astype(float)
    customer = pd.factorize(rows["customer_id"])[0]
    sign = np.where(held_out, -1.0 / held_out.sum(), 1.0 / (~held_out).sum())

    def difference(values: np.ndarray) -> Estimate:
        mean = np.where(held_out, values[held_out].mean(), values[~held_out].mean())
        value = values[~held_out].mean() - values[held_out].mean()
        return estimate(value, sign * (values - mean), customer, confidence)

    unpaid = 1.0 - by_then
    base = unpaid[held_out].mean()
    ratio = unpaid[~held_out].mean() / base if base else np.nan
    # A ratio of two means: each row moves it through the mean it is part of.
    gap = unpaid - np.where(held_out, base, unpaid[~held_out].mean())
    weight = np.where(held_out, ratio / held_out.sum(), -1.0 / (~held_out).sum())
    return Trial(
        difference(by_then.astype(float)),
        difference(-until),
        estimate(1.0 - ratio, weight * gap / base, customer, confidence),
        float(by_then[~held_out].mean()),
        float(by_then[held_out].mean()),
        int((~held_out).sum()),
        int(held_out.sum()),
        days,
    )


@dataclass(frozen=True, eq=False)
class Level:
    """Log hazard ratios of an average first reminder and of a later one, from the hold-out.

    Attributes
    ----------
    first, later : float
    covariance : ndarray of shape (2, 2)
    bands : DataFrame
        Stretches of days past due: ``start``, ``stop``, ``hazard_ratio`` of the arms, ``std_err``
        of its logarithm, and ``fitted``.
    """

    first: float
    later: float
    covariance: np.ndarray
    bands: pd.DataFrame


def fit_level(rows: pd.DataFrame, relative: np.ndarray, first_day: int, lag: int) -> Level | None:
    r"""Find the effect under which payments explain how far the randomised arms are apart.

    In a stretch of days the arms' hazards are as one is to the mean of
    :math:`e^{-\beta' A}` over the payments of the reminded arm: what would have come without
    the reminders :math:`A`. That holds whoever is reminded first, since both arms are the same
    customers; it is exact while few have been paid for being reminded, so that the first days
    carry it.

    Two things are left out, and pull apart. Who is hurried along was often about to pay, so that
    the reminded arm soon holds fewer such, and reminders look weaker than they are to an invoice.
    Money that comes within `lag` days of a reminder is credited to none, so that those after it
    look stronger. With payments of the known-truth company drawn anew twelve times over, so that
    chance leaves an error of 1.6 percent, the ratio of an average reminder is 3 percent too low.

    Parameters
    ----------
    rows : DataFrame
        `Exposure.rows`.
    relative : ndarray
        Log hazard ratio of each row's first reminder over the average first reminder.
    first_day, lag : int
        When reminding starts, and days until a reminder counts.

    Returns
    -------
    Level or None
        None where an arm has too few payments.
    """
    drawn = rows["arm"].isin(["hold_out", "usual"]).to_numpy()
    rows, relative = rows[drawn], relative[drawn]
    usual = (rows["arm"] == "usual").to_numpy()
    begins = first_day + lag
    after = (rows["paid"] & (rows["stop"] > begins)).to_numpy()
    if min((after & usual).sum(), (after & ~usual).sum()) < FEWEST_HELD_OUT:
        return None
    # The last tenth of payments comes over months, when hardly an invoice was not reminded thrice.
    shares = np.linspace(0, 0.9, BANDS + 1)[1:]
    edges = np.unique([begins, *np.quantile(rows["stop"][after], shares).round().astype(int)])
    n_sent, found = rows["n_sent"].to_numpy(), []
    for low, high in pairwise(edges):
        try:
            between = arms_between(rows.assign(usual=usual.astype(int)), low, high)
        except Refusal:
            continue
        inside = usual & after & (rows["stop"] > low).to_numpy() & (rows["stop"] <= high).to_numpy()
        found.append((low, high, *between, relative[inside], n_sent[inside]))
    if len(found) < 2:
        return None

    def fitted(level: np.ndarray) -> np.ndarray:
        return np.array([
            -np.log(np.mean(np.exp(-np.where(n > 0, x + level[0] + level[1] * (n > 1), 0.0))))
            for *_, x, n in found
        ])  # fmt: skip

    log_ratio, std_err = (np.array([band[place] for band in found]) for place in (2, 3))
    best = least_squares(lambda level: (fitted(level) - log_ratio) / std_err, [0.0, 0.0])
    # Where nobody was reminded twice, nothing is known of a later reminder.
    covariance = np.linalg.pinv(best.jac.T @ best.jac)
    bands = pd.DataFrame([band[:4] for band in found], columns=["start", "stop", "log", "std_err"])
    bands = bands.assign(hazard_ratio=np.exp(bands["log"]), fitted=np.exp(fitted(best.x)))
    return Level(float(best.x[0]), float(best.x[1]), covariance, bands.drop(columns="log"))


def arms_between(rows: pd.DataFrame, low: int, high: int) -> tuple[float, float]:
    """Log hazard ratio of the arms between two days past due, and its error by customer."""
    inside = rows[(rows["stop"] > low) & (rows["start"] < high)]
    inside = inside.assign(
        paid=inside["paid"] & (inside["stop"] <= high),
        start=inside["start"].clip(lower=low),
        stop=inside["stop"].clip(upper=high),
    )
    fit = fit_cox(inside, covariates=["usual"], start="start", stop="stop", event="paid",
                  cluster="customer_id")  # fmt: skip
    row = fit.table.iloc[0]
    return float(row["coefficient"]), float(row["robust_std_err"])

"""What a perfect estimator would say of leaving: counted from the hazards, not from who left."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sample_data.book import Calendar
from sample_data.churn import CAUSES, WORDING
from sample_data.churn import REASONS as RECORDED
from sample_data.effects import EFFECTS
from sample_data.world import World

__all__ = ["HORIZON_MONTHS", "MONTH_DAYS", "churn_figures", "restricted_mean", "since_acquired"]

MONTH_DAYS = 365.25 / 12
HORIZON_MONTHS = 36


def since_acquired(
    hazards: np.ndarray,
    wronged: np.ndarray,
    joined: np.ndarray,
    left: np.ndarray,
    calendar: Calendar,
) -> pd.DataFrame:
    """Survival and cumulative incidence by months since acquired, from the true hazards.

    At each age the true hazards of those who were customers at that age, within the books,
    are averaged (customers older than the books count from the age at which the books
    begin), and integrated. It is what an estimator with delayed entry would find if chance
    played no part in who of them left and when.

    Parameters
    ----------
    hazards : ndarray of shape (n_customers, months, 4)
        Monthly hazard by cause; 0 when not at risk.
    wronged : ndarray of bool, shape (n_customers, months)
        Whether we had made an error on an invoice in the year before.
    joined, left : ndarray of int, shape (n_customers,)
        Day numbers; `left` far in the future for those who stayed.
    calendar : Calendar
        The books' months and days.

    Returns
    -------
    DataFrame
        One row for each month from 0 to 36: ``months``, ``survival``, ``cif_<cause>`` for the
        true causes and ``recorded_<reason>`` for what would be written down.
    """
    n_days = int(np.ceil(HORIZON_MONTHS * MONTH_DAYS)) + 1
    gone = np.minimum(left, calendar.last_day + 1)
    at_risk = np.cumsum(steps(np.maximum(joined, 0) - joined, gone - joined, n_days))
    who, month = np.nonzero(hazards.sum(axis=2) > 0)
    first, length = calendar.first_days[month], calendar.days_in_month[month]
    begin, end = first - joined[who], np.minimum(first + length, gone[who]) - joined[who]
    daily = hazards[who, month].astype(float) / length[:, None]
    rates = {
        name: np.cumsum(steps(begin, end, n_days, daily[:, place]))
        for place, name in enumerate(CAUSES)
    }
    rates["billing"] = np.cumsum(steps(begin, end, n_days, daily[:, 1] * wronged[who, month]))
    daily_rate = {name: rate / np.maximum(at_risk, 1) for name, rate in rates.items()}
    survival = np.exp(-np.cumsum(sum(daily_rate[name] for name in CAUSES)))
    before = np.concatenate([[1.0], survival[:-1]])
    total = sum(daily_rate[name] for name in CAUSES)
    # Of those who leave in a day, each cause takes its part.
    leaving = np.where(total > 0, (before - survival) / np.where(total > 0, total, 1.0), 0.0)
    parts = {f"cif_{name}": daily_rate[name] for name in CAUSES}
    parts |= {f"recorded_{name}": rate for name, rate in as_recorded(daily_rate).items()}
    day = np.arange(HORIZON_MONTHS + 1) * MONTH_DAYS
    grid = np.arange(n_days + 1)
    table = pd.DataFrame({"months": np.arange(HORIZON_MONTHS + 1)})
    table["survival"] = np.interp(day, grid, np.concatenate([[1.0], survival]))
    for name, rate in parts.items():
        table[name] = np.interp(day, grid, np.concatenate([[0.0], np.cumsum(leaving * rate)]))
    return table


def steps(
    begin: np.ndarray, end: np.ndarray, n_days: int, weight: np.ndarray | None = None
) -> np.ndarray:
    """Changes by day of a sum to which each interval [begin, end) adds its weight.

    Examples
    --------
    >>> np.cumsum(steps(np.array([0, 1]), np.array([2, 9]), 4)).tolist()
    [1.0, 2.0, 1.0, 1.0]
    """
    weight = np.ones(len(begin)) if weight is None else weight
    change = np.zeros(n_days + 1)
    np.add.at(change, np.clip(begin, 0, n_days), weight)
    np.add.at(change, np.clip(end, 0, n_days), -weight)
    return change[:n_days]


def as_recorded(rate: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Rates of what would be written down, from the rates of the causes (see `recorded_reason`)."""
    right, missing = EFFECTS.reason_recorded_right, EFFECTS.reason_missing
    total = sum(rate[name] for name in CAUSES)
    told = {name: (1 - right - missing) * total / len(RECORDED) for name in RECORDED}
    for cause in CAUSES:
        usual, other = WORDING[cause]
        # A wrong invoice is what makes price a matter of billing; else it is a toss-up.
        second = rate["billing"] if cause == "pricing" else rate[cause] / 2
        told[usual] = told[usual] + right * (rate[cause] - second)
        told[other] = told[other] + right * second
    return told | {"unknown": missing * total}


def restricted_mean(table: pd.DataFrame) -> float:
    """Mean months a customer stays within the horizon of `since_acquired`.

    Examples
    --------
    >>> restricted_mean(pd.DataFrame({"months": [0, 1, 2], "survival": [1.0, 0.5, 0.5]}))
    1.25
    """
    return float(np.trapezoid(table["survival"], table["months"]))


def churn_figures(world: World, since: pd.DataFrame) -> dict[str, float]:
    """Headline figures of leaving, of customers and not of accounts.

    What was lost in the last twelve months is counted: who left, with what contract value
    (at list price, in EUR at list rates), and what price rises added to those who stayed.
    What comes by months since acquired is `since_acquired`, by what would be written down.
    """
    end = world.months - 1
    start = max(end - 12, 0)
    there = (world.population.acquired_month <= start) & (world.left_month > start)
    stayed = there & (world.left_month > end)
    value = world.population.monthly_value[:, None] * world.contracts.factor
    before, after = value[:, start], value[:, end]
    price = there & ~stayed & (world.cause == CAUSES.index("pricing"))
    counted = {
        "churn.logo_churn_12m": (there & ~stayed).sum() / there.sum(),
        "churn.revenue_churn_12m": before[there & ~stayed].sum() / before[there].sum(),
        "churn.revenue_churn_price_billing_12m": before[price].sum() / before[there].sum(),
        "churn.grr": np.minimum(before, after)[stayed].sum() / before[there].sum(),
        "churn.nrr": after[stayed].sum() / before[there].sum(),
        "churn.rmst_36m": restricted_mean(since),
    }
    integrated = {
        f"churn.cif_{name.removeprefix('recorded_')}_{months}m": since.loc[months, name]
        for months in (12, 24)
        for name in since.columns[since.columns.str.startswith("recorded_")]
    }
    return {name: float(value) for name, value in (counted | integrated).items()}

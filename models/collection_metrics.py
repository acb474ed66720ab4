"""Formulas of collection: pure arithmetic on balances and sales, each with its worked example."""

import numpy as np
from numpy.typing import ArrayLike

__all__ = [
    "cash_flow_velocity",
    "collection_effectiveness_index",
    "days_delinquent",
    "dso_best_possible",
    "dso_count_back",
    "dso_simple",
    "expected_credit_loss",
    "loss_rates",
]


def dso_count_back(balance: float, sales: ArrayLike, days: ArrayLike) -> float:
    """Count back through monthly sales until the balance is used up.

    Parameters
    ----------
    balance : float
        Open receivables at the end of the latest month.
    sales, days : array of shape (n_months,)
        Credit sales and days of each month, latest first.

    Returns
    -------
    float
        Days; missing when the history is shorter than the balance reaches back.

    Examples
    --------
    600 owed: all of the last month's 400 and half of the 400 before it, at 30 days each.

    >>> dso_count_back(600, [400, 400, 400], [30, 30, 30])
    45.0
    """
    sales, days = np.asarray(sales, dtype=float), np.asarray(days, dtype=float)
    if balance <= 0:
        return 0.0
    total = np.cumsum(sales)
    # The first month whose sales cover what is left; one with no sales only adds its days.
    month = int(np.searchsorted(total, balance, side="left"))
    if month == total.size:
        return float("nan")
    left = balance - (total[month] - sales[month])
    return float(days[:month].sum() + days[month] * left / sales[month])


def dso_simple(balance: ArrayLike, sales: ArrayLike, days: ArrayLike) -> np.ndarray:
    """Balance in days of the period's average sales; missing without sales.

    Examples
    --------
    >>> float(dso_simple(200, 1200, 90))
    15.0
    """
    return ratio(np.asarray(balance, dtype=float) * np.asarray(days, dtype=float), sales)


def dso_best_possible(not_yet_due: ArrayLike, sales: ArrayLike, days: ArrayLike) -> np.ndarray:
    """Simple days sales outstanding if everything past due had been paid.

    Examples
    --------
    >>> float(dso_best_possible(120, 1200, 90))
    9.0
    """
    return dso_simple(not_yet_due, sales, days)


def days_delinquent(dso: ArrayLike, best_possible: ArrayLike) -> np.ndarray:
    """Days sales outstanding owed to late payment; both by the same method and period.

    Examples
    --------
    >>> float(days_delinquent(15, 9))
    6.0
    """
    return np.asarray(dso, dtype=float) - np.asarray(best_possible, dtype=float)


def collection_effectiveness_index(
    opening: ArrayLike, sales: ArrayLike, closing: ArrayLike, closing_not_yet_due: ArrayLike
) -> np.ndarray:
    """Part of what could have been collected that was, 0 to 100.

    `sales` are those of the whole period, not of an average month: the sum in the numerator
    is money of one period.

    Examples
    --------
    >>> float(collection_effectiveness_index(6200, 10890, 6340, 3590).round(2))
    79.63
    """
    opening, sales = np.asarray(opening, dtype=float), np.asarray(sales, dtype=float)
    return 100 * ratio(
        opening + sales - np.asarray(closing, dtype=float),
        opening + sales - np.asarray(closing_not_yet_due, dtype=float),
    )


def cash_flow_velocity(
    collected: ArrayLike, opening: ArrayLike, closing: ArrayLike, days: ArrayLike
) -> np.ndarray:
    """How many times a year the average balance turns into cash.

    Examples
    --------
    73 collected in 73 days on an average balance of 100:

    >>> float(cash_flow_velocity(73, 90, 110, 73))
    3.65
    """
    average = (np.asarray(opening, dtype=float) + np.asarray(closing, dtype=float)) / 2
    return ratio(np.asarray(collected, dtype=float) * 365, average * np.asarray(days, dtype=float))


def loss_rates(reached: ArrayLike, unpaid_at_end: float) -> np.ndarray:
    """Share of the amount that ever reached each aging bucket and was never paid.

    Examples
    --------
    >>> loss_rates([100_000, 50_000, 23_000, 8_000, 2_000], 2_000).round(3)
    array([0.02 , 0.04 , 0.087, 0.25 , 1.   ])
    """
    return ratio(unpaid_at_end, reached)


def expected_credit_loss(balances: ArrayLike, rates: ArrayLike) -> float:
    """Allowance of a provision matrix (IFRS 9, simplified approach): balance times loss rate.

    Examples
    --------
    >>> expected_credit_loss([300, 100], [0.25, 0.5])
    125.0
    """
    return float(np.sum(np.asarray(balances, dtype=float) * np.asarray(rates, dtype=float)))


def ratio(top: ArrayLike, bottom: ArrayLike) -> np.ndarray:
    """Divide, with a missing value where the bottom is not above zero."""
    top, bottom = np.broadcast_arrays(np.asarray(top, float), np.asarray(bottom, float))
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)

"""How leaving goes with what customers pay, beyond what it was predicted from."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.random import Generator

from models.clusters import few_clusters_factor
from models.linkage_rows import sums_between

__all__ = ["LeavingByRevenue", "fit_leaving_by_revenue", "revenue_before"]

#: Leavers below which a prediction is not corrected by them: it would be by chance.
FEWEST_LEAVERS = 50
#: Share of the customer-months at either end of revenue taken to be where the others end.
OUTERMOST = 0.01
#: Months before a month that its customer's revenue is of.
YEAR_MONTHS = 12
#: Newton steps, by far enough for two numbers.
STEPS = 25


@dataclass(frozen=True, eq=False)
class LeavingByRevenue:
    """What predicted hazards of leaving are multiplied by, so that those who pay most come right.

    A model of leaving is right on average over customers. Money is not lost on average over
    customers: who is large counts for more, and what a model cannot know of them, or shrinks, is
    an error that does not average out.

    Attributes
    ----------
    level, slope : float
        Log of the ratio of leaving to what was predicted, at usual revenue, and for one log
        point of revenue more.
    covariance : ndarray of shape (2, 2)
        Robust by customer.
    usual : float
        Mean log revenue.
    ends : tuple of float
        Log revenues beyond which more or less says no more.
    n_leavers : int
    """

    level: float
    slope: float
    covariance: np.ndarray
    usual: float
    ends: tuple[float, float]
    n_leavers: int

    def ratio(self, revenue: np.ndarray) -> np.ndarray:
        """The ratio for customers of so much revenue a month."""
        return np.exp(self.level + self.slope * (logged(revenue, self.ends) - self.usual))

    def drawn(self, rng: Generator) -> "LeavingByRevenue":
        """Return the same with both numbers drawn from their joint distribution."""
        level, slope = rng.multivariate_normal([self.level, self.slope], self.covariance)
        return replace(self, level=float(level), slope=float(slope))


def logged(revenue: np.ndarray, ends: tuple[float, float]) -> np.ndarray:
    # Without revenue there is no logarithm: it counts as the least there is.
    low = np.exp(ends[0])
    return np.clip(np.log(np.maximum(revenue, low)), *ends)


def fit_leaving_by_revenue(
    chance: np.ndarray, left: np.ndarray, revenue: np.ndarray, customer: np.ndarray
) -> LeavingByRevenue | None:
    """Hold the predicted chances of past months against who left in them.

    A Poisson regression of leaving on log revenue with the predicted hazard as exposure [1]_.

    Parameters
    ----------
    chance : ndarray of shape (n,)
        Predicted for each customer-month.
    left : ndarray of bool, shape (n,)
    revenue : ndarray of shape (n,)
        Of a month of the customer, as it was before: what somebody is billed on leaving, or would
        have been, must not enter.
    customer : ndarray of int, shape (n,)

    Returns
    -------
    LeavingByRevenue or None
        None where fewer than 50 left, or all pay alike: nothing is then corrected.

    Examples
    --------
    Of 4,000 customer-months in which one in ten was to leave, half of the small ones' and twice
    as many of the large ones' do:

    >>> large = np.arange(4_000) % 2 == 0
    >>> left = np.where(large, np.arange(4_000) % 10 < 2, np.arange(4_000) % 40 == 1)
    >>> found = fit_leaving_by_revenue(
    ...     np.full(4_000, 0.1), left, np.where(large, 100.0, 1.0), np.arange(4_000)
    ... )
    >>> found.ratio(np.array([100.0, 1.0])).round(2).tolist()
    [1.9, 0.47]

    References
    ----------
    .. [1] Crowson, C. S., Atkinson, E. J. and Therneau, T. M. (2016). "Assessing calibration of
       prognostic risk scores." Stat. Methods Med. Res. 25, 1692-1706.
    """
    paying = revenue[revenue > 0]
    if int(left.sum()) < FEWEST_LEAVERS or not len(paying):
        return None
    low, high = np.quantile(np.log(paying), [OUTERMOST, 1 - OUTERMOST])
    if not high > low:
        return None
    ends = (float(low), float(high))
    z = logged(revenue, ends)
    usual = float(z.mean())
    x = np.column_stack([np.ones(len(z)), z - usual])
    exposure = -np.log1p(-np.minimum(chance, 1 - 1e-9))
    found = np.array([np.log(left.sum() / exposure.sum()), 0.0])
    for _ in range(STEPS):
        mean = exposure * np.exp(x @ found)
        bread = np.linalg.inv((x * mean[:, None]).T @ x)
        found = found + bread @ (x.T @ (left - mean))
    off = left - exposure * np.exp(x @ found)
    _, unit = np.unique(customer, return_inverse=True)
    pull = np.column_stack([np.bincount(unit, off * column) for column in x.T]) @ bread
    covariance = pull.T @ pull * float(few_clusters_factor(len(pull)))
    level, slope = (float(value) for value in found)
    return LeavingByRevenue(level, slope, covariance, usual, ends, int(left.sum()))


def revenue_before(months: pd.DataFrame, billed: pd.DataFrame) -> np.ndarray:
    """Mean monthly bill of each customer in the year before each month, or since its first bill.

    Parameters
    ----------
    months : DataFrame
        ``customer_id`` and ``begins``.
    billed : DataFrame
        From `warehouse.roi.billed_months`.

    Examples
    --------
    >>> billed = pd.DataFrame(
    ...     {
    ...         "customer_id": ["A", "A", "A"],
    ...         "begins": pd.to_datetime(["2025-01-01", "2025-03-01", "2025-04-01"]),
    ...         "billed": [60.0, 30.0, 500.0],
    ...     }
    ... )
    >>> months = pd.DataFrame(
    ...     {"customer_id": ["A", "A", "B"], "begins": pd.to_datetime(["2025-04-01"] * 3)}
    ... )
    >>> revenue_before(months, billed).tolist()
    [30.0, 30.0, 0.0]
    """
    begins = pd.to_datetime(months["begins"]).astype("datetime64[ns]")
    billed = billed.assign(begins=pd.to_datetime(billed["begins"]).astype("datetime64[ns]"))
    before = begins - pd.Timedelta(days=1)
    since = begins - pd.DateOffset(months=YEAR_MONTHS) - pd.Timedelta(days=1)
    customer = months["customer_id"]
    total = sums_between(billed, customer, since, before, day="begins", values=["billed"])[:, 0]
    first = customer.map(billed.groupby("customer_id")["begins"].min()).fillna(begins)
    passed = 12 * (begins.dt.year - first.dt.year) + begins.dt.month - first.dt.month
    return total / passed.clip(1, YEAR_MONTHS).to_numpy()

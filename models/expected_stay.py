"""How long customers stay from the day they are won, and how much sooner some leave than others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.refusal import Refusal
from models.wording import counted

__all__ = ["ExpectedStay", "fit_expected_stay"]

#: A month of tenure that fewer customers went through says nothing of how many leave in it.
FEWEST_AT_RISK = 30
FEWEST_LEFT = 10


@dataclass(frozen=True, eq=False)
class ExpectedStay:
    """Hazard of leaving by month of tenure, and how many of each customer's kind should have left.

    A group's hazard is everyone's times one number: those of it who left, over those who would
    have left at everyone's hazard while they were watched (indirect standardisation [1]_). So
    a group of young customers is not taken for a loyal one.

    Attributes
    ----------
    cumulative : ndarray of shape (last_month + 1,)
        Cumulative hazard of everyone at the end of each month since acquisition; 0 at the start.
    expected : ndarray of shape (n,)
        Leavings expected of each customer at everyone's hazard.
    left : ndarray of shape (n,)
        1 where it left.

    References
    ----------
    .. [1] N. E. Breslow, N. E. Day (1987). Statistical methods in cancer research, vol. II.
    """

    cumulative: np.ndarray
    expected: np.ndarray
    left: np.ndarray

    @property
    def last_month(self) -> int:
        """Months since acquisition of which the data can speak."""
        return len(self.cumulative) - 1

    def staying(self, month: int, relative: ArrayLike = 1.0) -> np.ndarray:
        """Share still there `month` months after acquisition, at `relative` times the hazard."""
        return np.exp(-self.cumulative[month] * np.asarray(relative, dtype=float))

    def months(
        self, horizon: int, relative: ArrayLike = 1.0, *, monthly_rate: float = 0.0
    ) -> np.ndarray:
        """Months paid for within `horizon`, the first at once, discounted at `monthly_rate`."""
        relative = np.asarray(relative, dtype=float)
        total = np.zeros_like(relative)
        for month in range(horizon):
            total = total + self.staying(month, relative) / (1 + monthly_rate) ** month
        return total


def fit_expected_stay(entry: ArrayLike, tenure: ArrayLike, left: ArrayLike) -> ExpectedStay:
    """Estimate the hazard of leaving in each month of tenure.

    Parameters
    ----------
    entry : array of shape (n,)
        Months after acquisition from which a customer was watched: more than 0 for one who is
        older than the books (delayed entry).
    tenure : array of shape (n,)
        Months from acquisition to leaving, or to the as-of date.
    left : array of bool
        Whether it left.

    Raises
    ------
    Refusal
        If too few customers left to speak of a hazard.

    Examples
    --------
    A hundred customers are watched for two months; ten leave at the end of the first:

    >>> tenure, left = np.r_[np.full(10, 1.0), np.full(90, 2.0)], np.r_[np.ones(10), np.zeros(90)]
    >>> stay = fit_expected_stay(np.zeros(100), tenure, left)
    >>> [float(x.round(6)) for x in (stay.staying(1), stay.expected.sum())]
    [0.904837, 10.0]
    """
    entry, tenure = np.asarray(entry, dtype=float), np.asarray(tenure, dtype=float)
    left = np.asarray(left, dtype=float) * (tenure > entry)
    if left.sum() < FEWEST_LEFT:
        raise Refusal(
            f"Only {int(left.sum()):,} of {counted(len(left), 'customer')} left while they were "
            "watched, so how long customers stay cannot be told. Load a longer period, in which "
            f"{FEWEST_LEFT} or more left."
        )
    entry = np.minimum(entry, tenure)
    size = int(np.ceil(tenure.max())) + 1
    watched = time_by_month(tenure, size) - time_by_month(entry, size)
    # Whoever leaves at the very end of a month leaves in it.
    events = np.bincount(np.maximum(np.ceil(tenure).astype(int) - 1, 0), left, minlength=size)
    hazard = events / np.where(watched > 0, watched, 1.0)
    cumulative = np.r_[0.0, np.cumsum(hazard)]
    month = np.arange(len(cumulative))
    expected = np.interp(tenure, month, cumulative) - np.interp(entry, month, cumulative)
    thin = np.flatnonzero(watched < FEWEST_AT_RISK)
    last = int(thin[0]) if thin.size else size
    if not last:
        raise Refusal(
            f"Fewer than {FEWEST_AT_RISK} customers were watched in their first month, so how long "
            "new ones stay cannot be told from those who were there before the books begin. Load "
            "a longer period."
        )
    return ExpectedStay(cumulative[: last + 1], expected, left)


def time_by_month(until: np.ndarray, size: int) -> np.ndarray:
    """Months that customers spent in each month of tenure, each from its first to `until`."""
    whole = np.floor(until).astype(int)
    begun = np.bincount(whole, minlength=size)[:size]
    gone_through = begun[::-1].cumsum()[::-1] - begun
    return gone_through + np.bincount(whole, until - whole, minlength=size)[:size]

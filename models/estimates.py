"""One number with its interval, from what each row adds to it."""

from dataclasses import dataclass

import numpy as np

from models.cluster_sizes import FEWEST_EFFECTIVE, sizes_of, too_few
from models.clusters import critical_value, few_clusters_factor, logit_interval

__all__ = ["Estimate", "estimate"]


@dataclass(frozen=True)
class Estimate:
    """A number, and how far it may be off.

    Attributes
    ----------
    value, std_err, lower, upper : float
        The interval is missing where there is a `reason`.
    reason : str or None
        Why there is no interval.
    """

    value: float
    std_err: float
    lower: float
    upper: float
    reason: str | None = None


def estimate(
    value: float,
    influence: np.ndarray,
    cluster: np.ndarray | None,
    confidence: float,
    *,
    share: bool = False,
) -> Estimate:
    """Give a number its interval.

    Parameters
    ----------
    value : float
    influence : ndarray
        By how much the number moves with the weight of each row.
    cluster : ndarray of int or None
        Codes of the units, such as customers, whose rows are not independent.
    confidence : float
    share : bool, default=False
        Whether the number lies between 0 and 1, and its interval shall too.

    Examples
    --------
    The mean of 2, 4 and 9 is 5; each row moves it by a third of its distance:

    >>> found = estimate(5.0, np.array([-3.0, -1.0, 4.0]) / 3, None, 0.95)
    >>> bool(np.isclose(found.std_err, np.std([2, 4, 9], ddof=1) / np.sqrt(3)))
    True
    """
    value, effective = float(value), None
    if cluster is not None:
        sizes = sizes_of(np.bincount(cluster))
        influence, effective = np.bincount(cluster, influence), float(sizes.effective)
        influence = influence[np.bincount(cluster) > 0]
    n = len(influence)
    std_err = float(np.sqrt((influence**2).sum() * few_clusters_factor(n))) if n > 1 else np.nan
    reason = None
    if effective is not None and too_few(effective):
        reason = (
            f"The rows are of {n:,} clusters, which vary like {effective:.1f} of one size; below "
            f"{FEWEST_EFFECTIVE} there is no interval. Widen the filters."
        )
    elif not (std_err > 0 and (not share or 0 < value < 1)):
        reason = "Nothing varies in the rows, so how far the number may be off cannot be seen."
    if reason:
        return Estimate(value, std_err, np.nan, np.nan, reason)
    critical = float(critical_value(confidence, effective))
    if share:
        return Estimate(value, std_err, *logit_interval(value, std_err, critical))
    return Estimate(value, std_err, value - critical * std_err, value + critical * std_err)

"""How many groups there are: two criteria that must agree that there is more than one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

__all__ = ["Evidence", "weigh_evidence"]

SHAPES = ("tied", "full")
STARTS = 3
REFERENCES = 10
#: So many customers tell how far apart groups are; more only cost time.
GAP_ROWS = 4_000


@dataclass(frozen=True, eq=False)
class Evidence:
    """What spoke for each number of groups.

    Attributes
    ----------
    table : DataFrame
        One row a number of groups: ``count``, ``bic`` (lowest over the covariance shapes),
        ``shape``, ``gap``, ``gap_error``.
    by_bic, by_gap : int
        Number each criterion asks for.
    mixture : GaussianMixture
        The mixture of lowest BIC.
    """

    table: pd.DataFrame
    by_bic: int
    by_gap: int
    mixture: GaussianMixture

    @property
    def count(self) -> int:
        """Groups to accept: what BIC asks for, if both criteria ask for more than one."""
        return self.by_bic if min(self.by_bic, self.by_gap) > 1 else 1


def weigh_evidence(scores: np.ndarray, *, most: int, random_state: int) -> Evidence:
    """Fit mixtures of 1 to `most` groups and compare them by BIC and by the gap statistic.

    Parameters
    ----------
    scores : ndarray of shape (n_customers, n_behaviours)
        Symmetric, mean 0 and standard deviation 1.
    most : int
        Largest number of groups.
    random_state : int
        Seed of starts and references.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> one = rng.standard_normal((300, 3))
    >>> two = one + 6 * (rng.random((300, 1)) < 0.5)
    >>> [weigh_evidence(x, most=4, random_state=0).count for x in (one, two)]
    [1, 2]
    """
    rows, best = [], None
    worse = 0
    for count in range(1, most + 1):
        fits = [mixture_of(scores, count, shape, random_state) for shape in SHAPES]
        bic = [fit.bic(scores) for fit in fits]
        place = int(np.argmin(bic))
        rows.append({"count": count, "bic": bic[place], "shape": SHAPES[place]})
        if best is None or bic[place] < best[0]:
            best, worse = (bic[place], count, fits[place]), 0
        else:
            worse += 1
        # Two more groups in a row that describe the customers worse: the lowest was passed.
        if worse == 2:
            break
    table = pd.DataFrame(rows)
    gap, error = gap_statistic(whitened(scores), len(table), random_state)
    table = table.assign(gap=gap, gap_error=error)
    return Evidence(table, best[1], smallest_by_gap(gap, error), best[2])


def mixture_of(scores: np.ndarray, count: int, shape: str, random_state: int) -> GaussianMixture:
    # One group needs no second start, and has the same covariance in two of the shapes.
    starts = 1 if count == 1 else STARTS
    mixture = GaussianMixture(
        count, covariance_type=shape, n_init=starts, reg_covar=1e-4, random_state=random_state
    )
    return mixture.fit(scores)


def whitened(scores: np.ndarray) -> np.ndarray:
    """Rotate to principal axes: the references are drawn from a box along them."""
    centred = scores - scores.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    return centred @ axes.T


def gap_statistic(
    scores: np.ndarray, most: int, random_state: int
) -> tuple[np.ndarray, np.ndarray]:
    """Log dispersion of evenly spread customers less that of these, for 1 to `most` groups."""
    rng = np.random.default_rng(random_state)
    if len(scores) > GAP_ROWS:
        scores = scores[rng.choice(len(scores), GAP_ROWS, replace=False)]
    low, high = scores.min(axis=0), scores.max(axis=0)
    own = np.array([log_dispersion(scores, k, random_state) for k in range(1, most + 1)])
    drawn = np.empty((REFERENCES, most))
    for r in range(REFERENCES):
        reference = rng.uniform(low, high, scores.shape)
        drawn[r] = [log_dispersion(reference, k, random_state) for k in range(1, most + 1)]
    return drawn.mean(axis=0) - own, drawn.std(axis=0) * np.sqrt(1 + 1 / REFERENCES)


def log_dispersion(scores: np.ndarray, count: int, random_state: int) -> float:
    if count == 1:
        return float(np.log(((scores - scores.mean(axis=0)) ** 2).sum()))
    return float(np.log(KMeans(count, n_init=2, random_state=random_state).fit(scores).inertia_))


def smallest_by_gap(gap: np.ndarray, error: np.ndarray) -> int:
    """Smallest number of groups that the next one does not improve on by its error."""
    for k in range(len(gap) - 1):
        if gap[k] >= gap[k + 1] - error[k + 1]:
            return k + 1
    return len(gap)

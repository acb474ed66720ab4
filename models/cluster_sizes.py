"""How many customers the rows amount to: a huge one among many is not many."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.risk_sets import Rows

__all__ = [
    "FEWEST_EFFECTIVE",
    "ClusterSizes",
    "cluster_sizes",
    "sizes_of",
    "too_few",
    "what_to_know",
]

#: Below this many customers of one size an interval would claim more than the rows know.
FEWEST_EFFECTIVE = 10

# Ten customers of one size may miss ten by rounding.
ROUNDING = 1e-9

#: From this share of all rows on, a reader is told of the largest customer.
LARGE = 0.2


@dataclass(frozen=True, eq=False)
class ClusterSizes:
    r"""Clusters and how evenly the rows fall on them; scalars, or an array a group.

    Attributes
    ----------
    n : ndarray of int
    effective : ndarray of float
        :math:`(\sum w)^2 / \sum w^2` for clusters of w rows: how many clusters of one size vary
        as much. Less one, it is the degrees of freedom of an interval from their squares [1]_.
    largest : ndarray of float
        Share of the rows in the largest cluster.

    References
    ----------
    .. [1] Carter, A. V., Schnepel, K. T. and Steigerwald, D. G. (2017). "Asymptotic behavior of
       a t-test robust to cluster heterogeneity." Review of Economics and Statistics 99, 698-709.
    """

    n: np.ndarray
    effective: np.ndarray
    largest: np.ndarray


def sizes_of(weight: ArrayLike) -> ClusterSizes:
    """Sizes from the rows in each cluster, along the last axis; an empty cluster is none.

    Examples
    --------
    Four customers with ten invoices each, and one with forty:

    >>> sizes = sizes_of([10, 10, 10, 10, 40])
    >>> int(sizes.n), float(sizes.effective), float(sizes.largest)
    (5, 3.2, 0.5)
    """
    weight = np.asarray(weight, dtype=float)
    total = weight.sum(axis=-1)
    known = total > 0
    squares = np.where(known, (weight**2).sum(axis=-1), 1.0)
    largest = weight.max(axis=-1, initial=0.0) / np.where(known, total, 1.0)
    return ClusterSizes((weight > 0).sum(axis=-1), total**2 / squares, largest)


def cluster_sizes(rows: Rows) -> ClusterSizes:
    """Sizes of the clusters of `rows` within each group."""
    n_groups, n_units = len(rows.groups), int(rows.cluster.max()) + 1
    unit = rows.group * n_units + rows.cluster
    weight = np.bincount(unit, rows.weight, minlength=n_groups * n_units)
    return sizes_of(weight.reshape(n_groups, n_units))


def too_few(effective: float) -> bool:
    """Whether so few customers carry the rows that there is no interval."""
    return bool(effective < FEWEST_EFFECTIVE - ROUNDING)


def what_to_know(n: int, effective: float, largest: float) -> str | None:
    """Why there is no interval, or what to know of the one there is; None where nothing.

    Examples
    --------
    >>> what_to_know(41, 33.2, 0.1) is None
    True
    >>> what_to_know(41, 17.9, 0.2)
    'One customer has 20 % of the invoices; the interval allows for it.'
    """
    if n == 1:
        return (
            "All invoices are of one customer, so how far customers differ is not known and there "
            "is no interval. Widen the filters."
        )
    if too_few(effective) and largest >= LARGE:
        return (
            f"One customer has {100 * largest:.0f} % of the invoices, so all together vary like "
            f"{effective:.1f} customers of one size; below {FEWEST_EFFECTIVE} there is no "
            "interval. Widen the filters, or leave that customer out."
        )
    if too_few(effective):
        return (
            f"The invoices are of {n:,} customers, which vary like {effective:.1f} of one size; "
            f"below {FEWEST_EFFECTIVE} there is no interval. Widen the filters."
        )
    if largest >= LARGE:
        share = f"{100 * largest:.0f} %"
        return f"One customer has {share} of the invoices; the interval allows for it."
    return None

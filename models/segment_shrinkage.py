"""Estimates of small cells, drawn towards everyone by as much as they are noise."""

from dataclasses import dataclass

import numpy as np

__all__ = ["ShrunkSegments", "shrink_segments"]


@dataclass(frozen=True, eq=False)
class ShrunkSegments:
    """Estimates of cells after shrinking.

    Attributes
    ----------
    value : ndarray of shape (n_cells, n_quantities)
    drawn : ndarray of shape (n_draws, n_cells, n_quantities)
        Draws about `value` with the spread that is left.
    own_share : ndarray of shape (n_cells,)
        Mean weight of the cell's own estimates; 1 where nothing was shrunk.
    """

    value: np.ndarray
    drawn: np.ndarray
    own_share: np.ndarray


def shrink_segments(
    value: np.ndarray, drawn: np.ndarray, n: np.ndarray, *, below: int
) -> ShrunkSegments:
    r"""Draw the estimates of small cells towards those of everyone.

    A cell's estimate with error s keeps the weight :math:`\tau^2/(\tau^2+s^2)`, where
    :math:`\tau^2` is how much cells truly differ, by the moments of DerSimonian and Laird [1]_
    over all cells; what is left of its variance is :math:`s^2\tau^2/(\tau^2+s^2)`.

    Parameters
    ----------
    value : ndarray of shape (n_cells, n_quantities)
        The first cell is everyone; a cell with too few customers is missing.
    drawn : ndarray of shape (n_draws, n_cells, n_quantities)
        Bootstrap draws of `value`.
    n : ndarray of shape (n_cells,)
        Customers of each cell; those of `below` and more stay as they are.

    References
    ----------
    .. [1] R. DerSimonian, N. Laird (1986). Meta-analysis in clinical trials.

    Examples
    --------
    Two cells that differ by less than their errors let expect take everyone's value:

    >>> rng = np.random.default_rng(0)
    >>> value = np.array([[10.0], [9.0], [11.0]])
    >>> noise = rng.normal(0, [0.5, 5, 5], (500, 3))[:, :, None]
    >>> shrink_segments(value, value + noise, np.array([400, 40, 40]), below=200).value.ravel()
    array([10., 10., 10.])
    """
    error = np.where(np.isnan(drawn).all(axis=0), np.nan, spread(drawn))
    weight = np.ones_like(value)
    for quantity in range(value.shape[1]):
        differ = true_spread(value[1:, quantity], error[1:, quantity])
        both = differ**2 + error[:, quantity] ** 2
        share = np.divide(differ**2, both, out=np.ones_like(both), where=both > 0)
        weight[:, quantity] = np.where((n < below) & ~np.isnan(share), share, 1.0)
    weight[0] = 1.0
    shrunk = value[:1] + weight * (value - value[:1])
    about = np.sqrt(weight) * (drawn - value) + shrunk
    known = ~np.isnan(value)
    share = np.where(known, weight, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return ShrunkSegments(
        np.where(known, shrunk, np.nan), about, np.where(known.any(axis=1), share, np.nan)
    )


def spread(drawn: np.ndarray) -> np.ndarray:
    """Standard deviation over the draws; a draw without the cell does not count."""
    known = np.isfinite(drawn)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, drawn, 0.0).sum(axis=0) / count
    return np.sqrt(np.where(known, (drawn - mean) ** 2, 0.0).sum(axis=0) / count)


def true_spread(value: np.ndarray, error: np.ndarray) -> float:
    """How much cells differ beyond their errors."""
    known = np.isfinite(value) & (error > 0)
    value, weight = value[known], error[known] ** -2.0
    if len(value) < 2:
        return 0.0
    mean = weight @ value / weight.sum()
    excess = weight @ (value - mean) ** 2 - (len(value) - 1)
    return float(np.sqrt(max(excess / (weight.sum() - weight @ weight / weight.sum()), 0.0)))

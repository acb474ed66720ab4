"""Regression within units and periods: what is always so of a unit, or of a month, falls out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.estimates import Estimate, estimate
from models.refusal import Refusal

__all__ = ["FixedEffects", "fit_fixed_effects", "take_out"]

#: What is left of a column's variance within units and periods, below which it is nothing.
NOTHING_LEFT = 1e-9


@dataclass(frozen=True, eq=False)
class FixedEffects:
    """Coefficients of a regression within units and periods.

    Attributes
    ----------
    table : DataFrame
        One row a column: ``term``, ``effect``, ``std_err``, ``low``, ``high``, ``n_rows`` (in
        which it is not 0), ``n_clusters`` (with such a row) and ``reason`` (why it has no
        interval).
    n, n_clusters : int
    confidence : float
    """

    table: pd.DataFrame
    n: int
    n_clusters: int
    confidence: float

    def of(self, term: str) -> pd.Series:
        """The row of one column."""
        return self.table.set_index("term").loc[term]


def fit_fixed_effects(
    outcome: np.ndarray,
    columns: pd.DataFrame,
    *,
    unit: np.ndarray,
    period: np.ndarray | None = None,
    cluster: np.ndarray | None = None,
    trend: bool = False,
    confidence: float = 0.95,
) -> FixedEffects:
    r"""Estimate :math:`y_{it} = a_i + b_i t + c_t + x_{it}'\beta + e_{it}`.

    Units and periods are taken out exactly, by the theorem of Frisch, Waugh and Lovell, whichever
    rows are missing; errors are summed by cluster.

    Parameters
    ----------
    outcome : ndarray of shape (n,)
    columns : DataFrame of shape (n, p)
        A column without variation of its own is left out of the table.
    unit, period, cluster : ndarray of int
        Codes from 0. Without periods nothing is taken out but the units; without clusters rows
        are independent.
    trend : bool, default=False
        Let each unit have a straight line of its own over the periods.

    Raises
    ------
    Refusal
        If no column varies within units and periods.

    Examples
    --------
    Two shops, one always dearer; where either raises its price by 1 it sells 2 less:

    >>> shop = np.repeat([0, 1], 3)
    >>> price = pd.DataFrame({"price": [1, 2, 4, 11, 12, 13.0]})
    >>> fit = fit_fixed_effects(50 * shop - 2 * price["price"].to_numpy(), price, unit=shop)
    >>> float(round(fit.of("price")["effect"], 9))
    -2.0
    """
    if trend and period is None:
        raise ValueError("A trend needs periods. Pass `period`, or leave the trend out.")
    within = take_out(unit, period, trend=trend)
    given = columns.to_numpy(dtype=float)
    x, y = within(given), within(np.asarray(outcome, dtype=float)[:, None])[:, 0]
    kept = own_columns(x, given)
    if not kept:
        raise Refusal(
            "None of the numbers compared changes within a customer other than for all customers "
            "at once, so there is nobody to compare with. Load a longer period, or widen the "
            "filters."
        )
    x = x[:, kept]
    inverse = np.linalg.inv(x.T @ x)
    effect = inverse @ (x.T @ y)
    influence = (x * (y - x @ effect)[:, None]) @ inverse
    codes = np.arange(len(y)) if cluster is None else cluster
    rows = []
    for place, column in enumerate(kept):
        touched = given[:, column] != 0
        found = estimate(effect[place], influence[:, place], cluster, confidence)
        counts = {"n_rows": int(touched.sum()), "n_clusters": len(np.unique(codes[touched]))}
        rows.append({"term": columns.columns[column], **said(found), **counts})
    return FixedEffects(pd.DataFrame(rows), len(y), len(np.unique(codes)), confidence)


def said(found: Estimate) -> dict[str, object]:
    return {
        "effect": found.value, "std_err": found.std_err, "low": found.lower, "high": found.upper,
        "reason": found.reason,
    }  # fmt: skip


def own_columns(x: np.ndarray, given: np.ndarray) -> Sequence[int]:
    """Columns with something left that those before them do not add up to."""
    kept: list[int] = []
    for place in range(x.shape[1]):
        left = x[:, place]
        if kept:
            solved = np.linalg.lstsq(x[:, kept], left, rcond=None)[0]
            left = left - x[:, kept] @ solved
        if left @ left > NOTHING_LEFT * max(float(given[:, place] @ given[:, place]), 1e-300):
            kept.append(place)
    return kept


def take_out(unit: np.ndarray, period: np.ndarray | None, *, trend: bool):
    """The function that leaves of columns (n, p) what units and periods do not explain."""
    n_units = int(unit.max()) + 1
    size = np.bincount(unit, minlength=n_units).astype(float)
    bases = [(1 / np.sqrt(size))[unit]]
    if trend:
        when = period.astype(float)
        middle = when - (np.bincount(unit, when, minlength=n_units) / size)[unit]
        spread = np.bincount(unit, middle**2, minlength=n_units)
        # A unit of one row, or of one period, has no line.
        bases.append(middle / np.sqrt(np.where(spread > 0, spread, 1.0))[unit])

    def sums(values: np.ndarray, base: np.ndarray) -> np.ndarray:
        made = [np.bincount(unit, base * column, minlength=n_units) for column in values.T]
        return np.stack(made, axis=1)

    def without_units(values: np.ndarray) -> np.ndarray:
        return values - sum(base[:, None] * sums(values, base)[unit] for base in bases)

    if period is None:
        return without_units
    n_periods = int(period.max()) + 1
    # What each unit explains of each period: small, and the same for every column.
    shares = [
        np.bincount(unit * n_periods + period, base, minlength=n_units * n_periods).reshape(
            n_units, n_periods
        )
        for base in bases
    ]
    left = np.diag(np.bincount(period, minlength=n_periods).astype(float))
    left -= sum(share.T @ share for share in shares)
    # Lines of units and steps of periods say some things twice. What is left of those is rounding,
    # which must not be divided by.
    solve = np.linalg.pinv(left, rcond=NOTHING_LEFT, hermitian=True)

    def without_both(values: np.ndarray) -> np.ndarray:
        inner = without_units(values)
        by_period = [np.bincount(period, column, minlength=n_periods) for column in inner.T]
        return without_units(values - (solve @ np.stack(by_period, axis=1))[period])

    return without_both

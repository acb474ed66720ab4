"""Does one hazard ratio hold for all times: the test of proportional hazards, and what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import chdtrc, fdtrc

from models.cluster_sizes import sizes_of
from models.clusters import few_clusters_factor
from models.cox import Cox
from models.cox_likelihood import information, score_by_cluster
from models.cox_rows import CoxRows

__all__ = ["ProportionalHazards", "check_proportional_hazards"]

Transform = Literal["km", "rank", "identity", "log"]


@dataclass(frozen=True, eq=False)
class ProportionalHazards:
    """Test that each effect is the same at all times.

    Attributes
    ----------
    table : DataFrame
        One row a term: ``term``, ``chi_squared``, ``df``, ``p_value``, ``adjusted_p_value``
        (Holm's, for looking at several) and ``slope``, by how much the coefficient rises
        with the transformed time (missing where a term has several columns).
    chi_squared, p_value : float
        Of all terms at once, with `df` degrees of freedom.
    effects : DataFrame
        Columns ``covariate``, ``time``, ``transformed_time``, ``coefficient`` (the scaled
        Schoenfeld residual: what the events of that time alone say the coefficient is) and
        ``n_events``. A smooth line through them shows the effect over time.
    transform : str
    n_clusters : int or None
        Customers that the errors were summed by; None where rows were taken as independent.
    left_out : tuple of str
        Covariates without an effect that could be tested.
    """

    table: pd.DataFrame
    chi_squared: float
    df: int
    p_value: float
    effects: pd.DataFrame
    transform: str
    n_clusters: int | None
    left_out: tuple[str, ...] = ()

    def what_to_do(self, level: float = 0.05) -> str:
        """Say which effects change with time, and what follows, in words for a page."""
        said = self.verdict(level)
        if not self.left_out:
            return said
        names = " and ".join(f"`{name}`" for name in self.left_out)
        return f"{said} Not tested: {names}, which orders by itself who leaves among those alike."

    def verdict(self, level: float) -> str:
        found = self.table[self.table["adjusted_p_value"] < level].sort_values("p_value")
        if self.table["p_value"].isna().any():
            return (
                "There are too few clusters to tell whether effects change with time. Compare "
                "curves of the groups instead, or widen the filters."
            )
        if found.empty and self.p_value < level:
            return (
                f"Taken together the effects change with time (p = {self.p_value:.2g}), though no "
                "single one stands out. Read each hazard ratio as an average over the time watched."
            )
        if found.empty:
            return (
                f"No effect was seen to change with time (p = {self.p_value:.2g} for all at once), "
                "so one hazard ratio each is a fair summary."
            )
        told = " and ".join(
            f"`{row.term}`{direction(row.slope)} (p = {row.adjusted_p_value:.2g})"
            for row in found.itertuples()
        )
        it, has = ("it", "its effect is") if len(found) == 1 else ("them", "their effects are")
        return (
            f"The effect changes with time for {told}, so one hazard ratio is an average that "
            f"holds at no time. If {has} not the question, stratify by {it}; if so, split the rows "
            f"at a date and estimate {it} before and after, or compare restricted means."
        )


def direction(slope: float) -> str:
    if np.isnan(slope):
        return ""
    return ", whose coefficient rises" if slope > 0 else ", whose coefficient falls"


def check_proportional_hazards(
    fit: Cox,
    *,
    transform: Transform = "km",
    test: Literal["score", "residuals"] = "score",
    terms: Mapping[str, Sequence[str]] | None = None,
) -> ProportionalHazards:
    r"""Test whether effects change with time.

    Against :math:`\beta_j(t) = \beta_j + \gamma_j g(t)`, the score test of :math:`\gamma = 0` [2]_,
    as R's ``cox.zph`` has it since version 3 of its package; with clusters its variance is
    summed by them and Hotelling's F gives p. ``test="residuals"`` is the older form
    [1]_, the correlation of the scaled Schoenfeld residuals with time, which takes the variance
    of the covariates as the same in all risk sets, and rows as independent.

    Parameters
    ----------
    fit : Cox
    transform : {"km", "rank", "identity", "log"}
        The :math:`g`: one less Kaplan-Meier's curve, the rank among the ends of
        all rows (of the events, for the residuals), or the time itself.
    test : {"score", "residuals"}
    terms : mapping of str to sequence of str, optional
        Covariates that belong to one term, such as the columns of a category.

    References
    ----------
    .. [1] Grambsch, P. M. and Therneau, T. M. (1994). "Proportional hazards tests and diagnostics
       based on weighted residuals." Biometrika 81, 515-526.
    .. [2] Therneau, T. M. and Grambsch, P. M. (2000). "Modeling survival data", section 6.2.

    Examples
    --------
    The trial helps early and harms late:

    >>> from models.cox import fit_cox
    >>> rows = pd.DataFrame(
    ...     {"month": range(1, 41), "left": True, "trial": [1] * 8 + [0, 0, 1, 0] * 6 + [1] * 8}
    ... )
    >>> fit = fit_cox(rows, covariates=["trial"], duration="month", event="left")
    >>> check = check_proportional_hazards(fit, transform="rank")
    >>> check.what_to_do()[:67]
    'The effect changes with time for `trial`, whose coefficient falls ('
    """
    rows, at = fit.rows, fit.at_maximum
    terms = {name: [name] for name in rows.names} if terms is None else dict(terms)
    columns = {name: indices(rows, of) for name, of in terms.items()}
    g = transformed(rows, transform, among_events=test == "residuals")
    slope_score = ((rows.event_x - at.expected_x) * g).sum(axis=1)
    constant, cross = information(rows, at), information(rows, at, g)
    own = np.linalg.solve(constant, cross)
    effective, n_clusters = np.inf, None
    if test == "residuals":
        # The variance at each event time is taken to be its mean over all of them.
        bend = constant * float((rows.n_events * g**2).sum() / rows.n_events.sum())
    else:
        bend = information(rows, at, g**2) - cross @ own
    covariance = bend
    if test == "score" and rows.cluster is not None:
        score, expected = score_by_cluster(rows, at)
        sizes = sizes_of(expected)
        part = score_by_cluster(rows, at, g)[0] - own.T @ score
        covariance = part @ part.T * float(few_clusters_factor(sizes.n))
        effective, n_clusters = float(sizes.effective), int(sizes.n)
    slopes = np.linalg.solve(bend, slope_score) / rows.scale
    tests = [
        decided(slope_score, covariance, of, effective, inverse_first=test == "residuals")
        for of in [*columns.values(), list(range(len(rows.names)))]
    ]
    table = pd.DataFrame(tests[:-1], columns=["chi_squared", "df", "p_value"])
    table.insert(0, "term", list(terms))
    table["adjusted_p_value"] = holm(table["p_value"].to_numpy())
    table["slope"] = [slopes[of[0]] if len(of) == 1 else np.nan for of in columns.values()]
    chi_squared, df, p_value = tests[-1]
    effects = effects_by_time(fit, g, constant)
    return ProportionalHazards(table, chi_squared, df, p_value, effects, transform, n_clusters)


def indices(rows: CoxRows, names: Sequence[str]) -> list[int]:
    if absent := [name for name in names if name not in rows.names]:
        raise ValueError(
            f"`{absent[0]}` is none of the covariates, so its effect cannot be tested. The "
            f"covariates are: {', '.join(rows.names)}."
        )
    return [rows.names.index(name) for name in names]


def transformed(rows: CoxRows, transform: str, *, among_events: bool) -> np.ndarray:
    """Transformed event times, less their mean over the events."""
    if transform == "km":
        g = 1 - rows.survival_before
    elif transform == "rank" and not among_events:
        g = rows.rank
    elif transform == "rank":
        times, place = np.unique(rows.time, return_inverse=True)
        tied = np.bincount(place, rows.n_events, minlength=len(times))
        g = (np.cumsum(tied) - (tied - 1) / 2)[place]
    elif transform == "identity":
        g = rows.time
    elif transform == "log":
        # As in most packages; an event at the origin is put half way to the next.
        later = rows.time[rows.time > 0]
        g = np.log(np.maximum(rows.time, later.min() / 2 if len(later) else 1.0))
    else:
        raise ValueError(
            f'Time cannot be transformed by "{transform}". Choose "km", "rank", "identity" or '
            '"log".'
        )
    return g - (g * rows.n_events).sum() / rows.n_events.sum()


def decided(
    score: np.ndarray,
    covariance: np.ndarray,
    of: list[int],
    effective: float,
    *,
    inverse_first: bool,
) -> tuple[float, int, float]:
    """Chi-squared of the slopes of some columns, degrees of freedom and p."""
    df = len(of)
    if inverse_first:
        # The residuals are scaled by all covariates before one of them is looked at.
        inverse = np.linalg.inv(covariance)
        slope, spread = (inverse @ score)[of], inverse[np.ix_(of, of)]
    else:
        slope, spread = score[of], covariance[np.ix_(of, of)]
    if effective <= df + 1:
        return np.nan, df, np.nan
    if np.linalg.matrix_rank(spread, hermitian=True) < df:
        return np.nan, df, np.nan
    statistic = float(slope @ np.linalg.solve(spread, slope))
    if np.isinf(effective):
        return statistic, df, float(chdtrc(df, statistic))
    scale = (effective - df) / (df * (effective - 1))
    return statistic, df, float(fdtrc(df, effective - df, statistic * scale))


def holm(p_value: np.ndarray) -> np.ndarray:
    order = np.argsort(p_value)
    steps = np.maximum.accumulate(p_value[order] * np.arange(len(order), 0, -1))
    adjusted = np.empty_like(p_value)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def effects_by_time(fit: Cox, g: np.ndarray, constant: np.ndarray) -> pd.DataFrame:
    """Scaled Schoenfeld residuals, averaged over the events of each time."""
    rows, at = fit.rows, fit.at_maximum
    residual = (rows.event_x - at.expected_x) / rows.n_events
    scaled = np.linalg.solve(constant, residual) * rows.n_events.sum()
    coefficient = (at.beta[:, None] + scaled) / rows.scale[:, None]
    p, m = coefficient.shape
    return pd.DataFrame(
        {
            "covariate": np.repeat(np.array(rows.names, dtype=object), m),
            "time": np.tile(rows.time, p),
            "transformed_time": np.tile(g, p),
            "coefficient": coefficient.ravel(),
            "n_events": np.tile(rows.n_events, p),
        }
    )

"""The chance of leaving in each month of a contract, by cause: a discrete-time hazard model."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from models.cloglog import CloglogFit, fit_cloglog
from models.cluster_sizes import sizes_of
from models.clusters import critical_value, few_clusters_factor, loglog_band
from models.cox import EVENTS_PER_COVARIATE, coefficient_table
from models.cox_rows import check_columns, numbers
from models.cumulative_incidence import cause_codes
from models.month_baseline import MonthBaseline, month_baseline
from models.refusal import Refusal
from models.risk_sets import label_codes, positive

__all__ = ["DiscreteHazard", "fit_discrete_hazard"]

INTERCEPT = "intercept"


@dataclass(frozen=True, eq=False)
class DiscreteHazard:
    """Chance of leaving in a month, given that one is still there at its start.

    Attributes
    ----------
    table : DataFrame
        One row a cause and term: ``cause``, ``covariate``, ``coefficient``, ``std_err``,
        ``robust_std_err`` (missing without clusters), ``hazard_ratio``, ``lower``, ``upper`` (of
        the hazard ratio) and ``p_value``.
    covariance : ndarray
        Of all coefficients, in the order of `table`; between causes too where there are clusters.
    causes : tuple
    covariates : tuple of str
        Columns that `survival` and `incidence` ask for, besides the month.
    baseline : MonthBaseline
    month : str
        Column of the month of the contract, 1 for the first.
    last_month : int
        Last month in which anybody was watched; nothing is predicted beyond.
    n, n_events : float
        Months watched and ends of any cause, counted by weight.
    n_clusters : int or None
    confidence : float
    effective : float or None
        Clusters of one size that vary as much.
    reason : str or None
        Why there is no interval.
    as_of : date or None
    """

    table: pd.DataFrame
    covariance: np.ndarray
    causes: tuple[Any, ...]
    covariates: tuple[str, ...]
    baseline: MonthBaseline
    month: str
    last_month: int
    n: float
    n_events: float
    n_clusters: int | None
    confidence: float
    effective: float | None
    reason: str | None
    as_of: date | None

    def survival(self, path: pd.DataFrame, *, by: str | None = None) -> pd.DataFrame:
        """Return the chance of being there at the end of each month of a path.

        Parameters
        ----------
        path : DataFrame
            One row a month, in order, with the covariates of that month. The first row is the
            month from which one looks: who is there at its start has survival one.
        by : str, optional
            Column that tells several paths apart.

        Returns
        -------
        DataFrame
            Columns `by`, the month, ``survival``, ``std_err``, ``lower`` and ``upper``; missing
            beyond the last month that was watched.
        """
        return self.along(path, by, lambda parts: [({}, "survival", parts[0], parts[1])])

    def incidence(self, path: pd.DataFrame, *, by: str | None = None) -> pd.DataFrame:
        """Return the chance of having left by each cause; with survival they sum to one.

        Parameters are those of `survival`, and so are the columns, with ``cause`` and
        ``incidence``.
        """
        return self.along(
            path,
            by,
            lambda parts: [
                ({"cause": cause}, "incidence", parts[2][:, k], parts[3][:, k])
                for k, cause in enumerate(self.causes)
            ],
        )

    def along(self, path: pd.DataFrame, by: str | None, pick) -> pd.DataFrame:
        """Tables of what is picked of each path."""
        needed = [self.month, *self.covariates] + ([by] if by else [])
        check_columns(path, needed, needed)
        critical = critical_value(self.confidence, self.effective)
        tables = []
        paths = [(None, path)] if by is None else path.groupby(by, sort=False)
        for label, rows in paths:
            month = whole_months(rows[self.month])
            if (np.diff(month) != 1).any():
                raise ValueError(
                    "The months of a path do not follow each other, so its chances cannot be "
                    "multiplied. Sort it, and name in `by` what tells paths apart."
                )
            design = design_matrix(rows, self.covariates, self.baseline, month)
            for named, column, share, gradient in pick(self.chances(design)):
                known = month <= self.last_month
                variance = np.einsum("ti,ij,tj->t", gradient, self.covariance, gradient)
                std_err = np.sqrt(np.maximum(variance, 0.0))
                lower, upper = loglog_band(share, std_err, critical)
                if self.reason is not None:
                    lower, upper = np.full_like(lower, np.nan), np.full_like(upper, np.nan)
                values = {column: share, "std_err": std_err, "lower": lower, "upper": upper}
                table = pd.DataFrame(
                    {
                        self.month: month,
                        **{k: np.where(known, v, np.nan) for k, v in values.items()},
                    }
                )
                named = named if by is None else {by: label, **named}
                for place, (name, value) in enumerate(named.items()):
                    table.insert(place, name, value)
                tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def chances(self, design: np.ndarray) -> tuple[np.ndarray, ...]:
        """Survival (month,) and incidence (month, cause), each with its gradient."""
        n, q = design.shape
        beta = self.table["coefficient"].to_numpy().reshape(len(self.causes), q)
        rate = np.exp(np.minimum(design @ beta.T, 30.0))
        leave, slope = -np.expm1(-rate), rate * np.exp(-rate)
        total = leave.sum(axis=1)
        # Chances of causes were estimated one by one; where they exceed one they share it.
        over = np.maximum(total, 1.0)[:, None]
        leave, slope, total = leave / over, slope / over, np.minimum(total, 1.0)
        stay = 1 - total
        survival = np.cumprod(stay)
        before = np.concatenate([[1.0], survival[:-1]])
        # Of the logarithm of survival: (month, cause, term), summed over the months so far.
        by_month = slope[:, :, None] * design[:, None, :]
        relative = by_month / np.maximum(stay, 1e-300)[:, None, None]
        of_survival = -survival[:, None, None] * np.cumsum(relative, axis=0)
        of_before = np.concatenate([np.zeros((1, *of_survival.shape[1:])), of_survival[:-1]])
        incidence = np.cumsum(before[:, None] * leave, axis=0)
        of_incidence = leave[:, :, None, None] * of_before[:, None]
        own = np.arange(len(self.causes))
        of_incidence[:, own, own] += before[:, None, None] * by_month
        of_incidence = np.cumsum(of_incidence, axis=0)
        return (
            survival,
            of_survival.reshape(n, -1),
            incidence,
            of_incidence.reshape(n, len(own), -1),
        )


def fit_discrete_hazard(
    person_months: pd.DataFrame,
    *,
    covariates: Sequence[str],
    event: str,
    month: str = "month",
    baseline_knots: Sequence[float] | None = None,
    baseline_ends: Sequence[int] | None = None,
    renewal: str | None = None,
    weights: str | None = None,
    cluster: str | None = None,
    causes: Sequence[Any] | None = None,
    events_per_covariate: float = EVENTS_PER_COVARIATE,
    confidence: float = 0.95,
    as_of: date | None = None,
) -> DiscreteHazard:
    r"""Estimate the chance of leaving in each month of a contract, by cause.

    .. math:: P(\text{leaves for } k \text{ in month } t) = 1 - \exp(-e^{a_k(t) + x'\beta_k})

    The complementary log-log makes :math:`\beta` the log hazard ratio of a proportional hazards
    model that is looked at once a month [1]_. Each cause is fitted against staying or leaving
    otherwise, so the chances of a month add up to that of leaving at all.

    Parameters
    ----------
    person_months : DataFrame
        One row for each month in which a customer could leave, or one for many alike with their
        number in `weights`.
    covariates : sequence of str
        Columns of numbers, known at the start of the month.
    event : str
        Column that is true in the month of leaving; or the cause of leaving, missing in all
        other months.
    month : str, default="month"
        Column of the month of the contract, 1 for the first.
    baseline_knots : sequence of float, optional
        Months at which the line of the hazard over log months bends; fewer than three make it
        straight, as Weibull's. By default four, where the events are.
    baseline_ends : sequence of int, optional
        Last month of each step of the hazard but the last: steps in place of a line.
    renewal : str, optional
        Column that is true in months in which the contract can end.
    weights : str, optional
        Column of counts.
    cluster : str, optional
        Column that names the unit whose months are not independent, such as the customer.
    causes : sequence, optional
        The causes in the order wanted; by default those seen, sorted.

    Returns
    -------
    DiscreteHazard

    References
    ----------
    .. [1] Prentice, R. L. and Gloeckler, L. A. (1978). "Regression analysis of grouped survival
       data with application to breast cancer data." Biometrics 34, 57-67.

    Examples
    --------
    A tenth of 1,000 customers leaves in the first month, a fifth of the rest in the second:

    >>> months = pd.DataFrame(
    ...     {"month": [1, 1, 2, 2], "left": [1, 0, 1, 0], "n": [100, 900, 180, 720]}
    ... )
    >>> fit = fit_discrete_hazard(
    ...     months, covariates=[], event="left", baseline_ends=[1], weights="n"
    ... )
    >>> fit.survival(pd.DataFrame({"month": [1, 2]}))["survival"].round(4).tolist()
    [0.9, 0.72]
    """
    terms = [*covariates, *([renewal] if renewal else [])]
    needed = [*terms, event, month] + [name for name in (weights, cluster) if name]
    check_columns(person_months, needed, needed)
    months = whole_months(person_months[month])
    code, causes = causes_of(person_months[event], causes)
    weight = np.ones(len(months)) if weights is None else positive(person_months[weights])
    baseline = month_baseline(months, code > 0, baseline_knots, baseline_ends)
    design = design_matrix(person_months, terms, baseline, months)
    names = (INTERCEPT, *baseline.names, *terms)
    n_events = np.bincount(code, weight, minlength=len(causes) + 1)[1:]
    refuse_few(causes, n_events, len(names) - 1, events_per_covariate)
    fits = [fit_cause(design, code, weight, names, causes, k) for k in range(len(causes))]
    sizes, robust = None, None
    if cluster is not None:
        unit, _ = label_codes(person_months[cluster], cluster, len(months))
        sizes = sizes_of(np.bincount(unit, sum(fit.expected for fit in fits)))
        parts = np.hstack([influence(fit, design, unit) for fit in fits])
        robust = parts.T @ parts * float(few_clusters_factor(sizes.n))
    model = block_diagonal([fit.covariance for fit in fits])
    coefficient = np.concatenate([fit.coefficient for fit in fits])
    table, reason = coefficient_table(
        list(names) * len(causes), coefficient, model, robust, sizes, confidence
    )
    table.insert(0, "cause", np.repeat(np.array(causes, dtype=object), len(names)))
    return DiscreteHazard(
        table,
        model if robust is None else robust,
        causes,
        tuple(terms),
        baseline,
        month,
        int(months.max()),
        float(weight.sum()),
        float(n_events.sum()),
        None if sizes is None else int(sizes.n),
        confidence,
        None if sizes is None else float(sizes.effective),
        reason,
        as_of,
    )


def whole_months(values: pd.Series) -> np.ndarray:
    months = numbers(values)
    if not (months >= 1).all() or (months != np.floor(months)).any() or np.isinf(months).any():
        raise Refusal(
            f"`{values.name}` has values that are missing, below 1 or no whole months, so it is "
            "not known how long the contract has run. Count its first month as 1."
        )
    return months.astype(np.int64)


def causes_of(event: pd.Series, causes: Sequence[Any] | None) -> tuple[np.ndarray, tuple]:
    """Causes as codes 1.., 0 where the customer stayed."""
    if pd.api.types.is_bool_dtype(event) or set(event.unique()) <= {0, 1}:
        code = numbers(event).astype(np.int64)
        if not code.any():
            raise Refusal(
                f"Nobody has left in any of the {len(event):,} months, so nothing can be said of "
                "what moves it. Load a longer period, or widen the filters."
            )
        return code, (True,)
    return cause_codes(event, causes)


def design_matrix(
    rows: pd.DataFrame, terms: Sequence[str], baseline: MonthBaseline, months: np.ndarray
) -> np.ndarray:
    columns = [np.ones(len(rows)), *baseline.columns(months).T]
    for name in terms:
        values = numbers(rows[name])
        if bad := int((~np.isfinite(values)).sum()):
            raise Refusal(
                f"`{name}` is missing or infinite in {bad} of {len(rows)} months, so their risk "
                "cannot be told. Leave those rows out, or fill it and say how."
            )
        columns.append(values)
    return np.column_stack(columns)


def refuse_few(causes: tuple, n_events: np.ndarray, n_terms: int, at_least: float) -> None:
    for cause, n in zip(causes, n_events, strict=True):
        if n < at_least * n_terms:
            of = "left" if causes == (True,) else f"left for {cause}"
            raise Refusal(
                f"{n:,.0f} {of}: too few for {n_terms} effects of covariates and month, since "
                f"with less than {at_least:g} for each they come out too large. Use fewer, join "
                "causes, or wait for more events."
            )


def fit_cause(
    design: np.ndarray,
    code: np.ndarray,
    weight: np.ndarray,
    names: Sequence[str],
    causes: tuple,
    k: int,
) -> CloglogFit:
    try:
        return fit_cloglog(design, code == k + 1, weight, names)
    except Refusal as refusal:
        if len(causes) == 1:
            raise
        raise Refusal(f"Leaving for {causes[k]}: {refusal}") from None


def influence(fit: CloglogFit, design: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """How far each cluster moves the coefficients: an array (cluster, term)."""
    n_units = int(unit.max()) + 1
    score = [np.bincount(unit, fit.residual * x, minlength=n_units) for x in design.T]
    return np.stack(score, axis=1) @ fit.covariance


def block_diagonal(blocks: Sequence[np.ndarray]) -> np.ndarray:
    q = len(blocks[0])
    whole = np.zeros((q * len(blocks), q * len(blocks)))
    for k, block in enumerate(blocks):
        whole[k * q : (k + 1) * q, k * q : (k + 1) * q] = block
    return whole

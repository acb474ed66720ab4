"""What moves the time until something happens: Cox's proportional hazards regression."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.linalg import cho_factor, cho_solve
from scipy.special import chdtrc, ndtr, stdtr

from models.cluster_sizes import FEWEST_EFFECTIVE, ClusterSizes, sizes_of, too_few
from models.clusters import critical_value, few_clusters_factor
from models.cox_likelihood import AtBeta, null_log_likelihood, score_by_cluster
from models.cox_rows import CoxRows, numbers, read_cox_rows
from models.cox_solver import maximise
from models.refusal import Refusal

__all__ = ["EVENTS_PER_COVARIATE", "Cox", "coefficient_table", "fit_cox", "refuse_few_events"]

#: With fewer events for each coefficient, estimates and their intervals are not to be trusted.
EVENTS_PER_COVARIATE = 10

# From so many rows on, one in forty is solved first: all of them then need fewer steps.
MANY_ROWS, A_PART = 100_000, 40


@dataclass(frozen=True, eq=False)
class Cox:
    """Effects on the hazard, and the hazard they act on.

    Attributes
    ----------
    table : DataFrame
        One row a covariate: ``covariate``, ``coefficient``, ``std_err``, ``robust_std_err``
        (missing without clusters), ``hazard_ratio``, ``lower``, ``upper`` (of the hazard ratio),
        ``p_value`` and ``mean``. Interval and p rest on the robust error where there is one.
    covariance : DataFrame
        Of the coefficients: by cluster where there are clusters.
    log_likelihood, log_likelihood_null : float
        Partial log likelihood, and what it is with all coefficients zero.
    n, n_events : float
        Rows and events, counted by weight.
    n_clusters : int or None
    baseline : DataFrame
        Columns ``stratum`` (row of `strata`), ``time``, ``hazard``, ``cumulative_hazard``,
        ``at_risk`` (sum of relative hazards) and ``n_events``, for covariates at their ``mean``.
        Only rows that had entered are at risk.
    strata : DataFrame
        One row a stratum: the columns that name it, ``n``, ``n_events``, and ``start`` and
        ``stop``, between which it was watched.
    ties : str
    confidence : float
    as_of : date or None
        The day as of which the rows were drawn.
    reason : str or None
        Why there is no interval.
    rows : CoxRows
        The rows as codes, to build on.
    at_maximum : AtBeta
        The likelihood at the coefficients.
    """

    table: pd.DataFrame
    covariance: pd.DataFrame
    log_likelihood: float
    log_likelihood_null: float
    n: float
    n_events: float
    n_clusters: int | None
    baseline: pd.DataFrame
    strata: pd.DataFrame
    ties: str
    confidence: float
    as_of: date | None
    reason: str | None
    rows: CoxRows
    at_maximum: AtBeta

    def relative_hazard(self, covariates: pd.DataFrame) -> np.ndarray:
        """Hazard of each row over that of a row with every covariate at its mean."""
        rows = self.rows
        if absent := sorted(set(rows.names) - set(covariates.columns)):
            raise ValueError(
                f"`{absent[0]}` is not among the covariates given, so the hazard is not known. "
                f"Pass a column for each of: {', '.join(rows.names)}."
            )
        x = np.stack([numbers(covariates[name]) for name in rows.names])
        return np.exp(self.at_maximum.beta / rows.scale @ (x - rows.mean[:, None]))

    def survival(self, covariates: pd.DataFrame, times: ArrayLike) -> np.ndarray:
        """Return the chance of no event up to `times`, an array (row, time).

        Covariates keep their value for all time. Missing beyond the last time that was
        watched in the row's stratum; where nobody was watched from 0, the chance is that of
        those who came as far as its first.

        Parameters
        ----------
        covariates : DataFrame
            A column for each covariate, and for each that names a stratum.
        times : array
        """
        times = np.atleast_1d(np.asarray(times, dtype=float))
        hazard = self.relative_hazard(covariates)
        stratum = self.stratum_of(covariates)
        at = np.empty((len(self.strata), len(times)))
        for s, (first, last) in enumerate(
            zip(self.rows.bounds[:-1], self.rows.bounds[1:], strict=True)
        ):
            cumulative = np.append(0.0, self.baseline["cumulative_hazard"].to_numpy()[first:last])
            step = np.searchsorted(self.rows.time[first:last], times, side="right")
            at[s] = np.where(times <= self.strata["stop"].iloc[s], cumulative[step], np.nan)
        return np.exp(-hazard[:, None] * at[stratum])

    def stratum_of(self, covariates: pd.DataFrame) -> np.ndarray:
        """Row of `strata` that each row of `covariates` belongs to."""
        columns = list(self.rows.strata_columns)
        if not columns:
            return np.zeros(len(covariates), dtype=np.int64)
        if absent := [name for name in columns if name not in covariates.columns]:
            raise ValueError(
                f"The hazard was estimated by `{absent[0]}`, which is not given, so it is not "
                f"known which to use. Pass a column `{absent[0]}`."
            )
        place = self.strata[columns].assign(stratum=np.arange(len(self.strata)))
        found = covariates[columns].merge(place, on=columns, how="left")["stratum"]
        if found.isna().any():
            raise ValueError(
                f"{int(found.isna().sum())} rows belong to a stratum that was not among the rows "
                "fitted, so their hazard is not known. Leave them out, or fit without it."
            )
        return found.to_numpy(dtype=np.int64)

    def likelihood_ratio(self) -> tuple[float, int, float]:
        """Test that no covariate matters: chi-squared, degrees of freedom and p.

        It takes rows as independent, with clusters or without.
        """
        statistic = 2 * (self.log_likelihood - self.log_likelihood_null)
        return statistic, len(self.table), float(chdtrc(len(self.table), statistic))


def fit_cox(
    rows: pd.DataFrame,
    *,
    covariates: Sequence[str],
    event: str,
    duration: str | None = None,
    entry: str | None = None,
    start: str | None = None,
    stop: str | None = None,
    strata: str | Sequence[str] | None = None,
    weights: str | None = None,
    cluster: str | None = None,
    ties: Literal["efron", "breslow"] = "efron",
    events_per_covariate: float = EVENTS_PER_COVARIATE,
    confidence: float = 0.95,
    as_of: date | None = None,
) -> Cox:
    r"""Estimate how covariates multiply the hazard, by the partial likelihood.

    .. math:: h(t \mid x) = h_0(t)\, e^{x'\beta}

    with a baseline :math:`h_0` for each stratum, and tied events by Efron's or Breslow's
    approximation [1]_. A row is at risk on (start, stop], so that a customer whose covariates
    change has a row for each stretch. Exact: grouped rows with counts give the coefficients of
    the rows they stand for.

    Parameters
    ----------
    rows : DataFrame
    covariates : sequence of str
        Columns of numbers; a category needs a column of 0 and 1 for each value but one.
    event : str
        Column that is true where the row ends with the event.
    duration, entry : str, optional
        Columns: time from the origin to the end of the row, and delayed entry, the time at which
        it was first watched (0: from the origin).
    start, stop : str, optional
        The same of a row that is a stretch of a longer history.
    strata : str or sequence of str, optional
        Columns whose every combination has a baseline of its own.
    weights : str, optional
        Column of counts: how many alike rows each stands for.
    cluster : str, optional
        Column that names the unit whose rows are not independent, such as the customer. Errors
        are then summed by it [2]_, with C / (C - 1) for few clusters and Student's quantile;
        clusters count by the events expected of them.
    ties : {"efron", "breslow"}
    events_per_covariate : float, default=10
        Fewer events than this for each covariate are refused.
    confidence : float, default=0.95
    as_of : date, optional
        Kept with the result.

    Returns
    -------
    Cox

    Raises
    ------
    Refusal
        If there are too few events, covariates are constant or add up to each other, or separate
        those with the event from those without, so that a coefficient would be infinite.
    ValueError
        If columns are absent or hold no numbers.

    References
    ----------
    .. [1] Therneau, T. M. and Grambsch, P. M. (2000). "Modeling survival data", chapter 3.
    .. [2] Lin, D. Y. and Wei, L. J. (1989). "The robust inference for the Cox proportional
       hazards model." JASA 84, 1074-1078.

    Examples
    --------
    >>> rows = pd.DataFrame(
    ...     {
    ...         "months": [9, 1, 1, 6, 6, 8],
    ...         "left": [True, True, False, True, True, False],
    ...         "on_trial": [0, 1, 1, 1, 0, 0],
    ...     }
    ... )
    >>> fit = fit_cox(
    ...     rows,
    ...     covariates=["on_trial"],
    ...     duration="months",
    ...     event="left",
    ...     events_per_covariate=4,
    ... )
    >>> fit.table["coefficient"].round(4).item()
    1.6769
    >>> fit.survival(pd.DataFrame({"on_trial": [0, 1]}), [6]).round(2)
    array([[0.69],
           [0.14]])
    """
    start, stop = interval_columns(duration, entry, start, stop)
    if ties not in ("efron", "breslow"):
        raise ValueError(f'Ties cannot be handled by "{ties}". Choose "efron" or "breslow".')
    read = partial(
        read_cox_rows,
        covariates=covariates,
        stop=stop,
        event=event,
        start=start,
        strata=(strata,) if isinstance(strata, str) else tuple(strata or ()),
        weights=weights,
        whole_weights=ties == "efron",
    )
    coded = read(rows, cluster=cluster)
    refuse_few_events(coded.n_events.sum(), len(covariates), events_per_covariate)
    near = None
    if len(rows) >= MANY_ROWS:
        near = fit_of_a_part(read, rows.iloc[::A_PART], coded, ties == "efron")
    best, bend = maximise(coded, ties == "efron", near)
    inverse = cho_solve(cho_factor(bend), np.eye(len(bend)))
    inverse = (inverse + inverse.T) / 2
    robust, sizes = None, None
    if cluster is not None:
        score, expected = score_by_cluster(coded, best)
        sizes = sizes_of(expected)
        part = inverse @ score
        robust = part @ part.T * float(few_clusters_factor(sizes.n))
    units = np.outer(coded.scale, coded.scale)
    inverse, robust = inverse / units, None if robust is None else robust / units
    table, reason = coefficient_table(
        coded.names, best.beta / coded.scale, inverse, robust, sizes, confidence
    )
    return Cox(
        table.assign(mean=coded.mean),
        pd.DataFrame(inverse if robust is None else robust, coded.names, coded.names),
        best.log_likelihood,
        null_log_likelihood(coded, ties == "efron"),
        float(coded.strata["n"].sum()),
        float(coded.strata["n_events"].sum()),
        None if sizes is None else int(sizes.n),
        baseline_table(coded, best),
        coded.strata,
        ties,
        confidence,
        as_of,
        reason,
        coded,
        best,
    )


def fit_of_a_part(
    read: Callable[..., CoxRows], rows: pd.DataFrame, coded: CoxRows, efron: bool
) -> tuple[np.ndarray, np.ndarray] | None:
    """Coefficients of some of the rows and the information of all, to start near the maximum."""
    try:
        some = read(rows, cluster=None)
        # Its maximum is off by its own errors anyway: a thousandth of them is enough.
        best, bend = maximise(some, efron, small_gain=1e-6)
    except Refusal:
        # Rare values may be missing from a part; all rows are then solved from the beginning.
        return None
    units = coded.scale / some.scale
    share = coded.n_events.sum() / some.n_events.sum()
    return best.beta * units, bend * share / np.outer(units, units)


def interval_columns(
    duration: str | None, entry: str | None, start: str | None, stop: str | None
) -> tuple[str | None, str]:
    """Columns of the start and the stop, however they were named."""
    if (duration is None) == (stop is None) or (entry is not None and start is not None):
        raise ValueError(
            "It is not clear when rows were at risk. Name `duration`, with `entry` if some were "
            "watched late only; or `start` and `stop`."
        )
    return (start if entry is None else entry), (stop if duration is None else duration)


def refuse_few_events(n_events: float, n_covariates: int, at_least: float) -> None:
    if n_events < at_least * n_covariates:
        can = int(n_events // at_least)
        remedy = f"Keep {can} at most, or wait" if can else "Wait"
        raise Refusal(
            f"{n_events:,.0f} events are too few for {n_covariates} covariates: with less than "
            f"{at_least:g} for each, effects come out too large. {remedy} for more events."
        )


def coefficient_table(
    names: Sequence[str],
    coefficient: np.ndarray,
    model: np.ndarray,
    robust: np.ndarray | None,
    sizes: ClusterSizes | None,
    confidence: float,
) -> tuple[pd.DataFrame, str | None]:
    """Coefficients with errors, intervals of the ratios and p; and why there are no intervals."""
    std_err = np.sqrt(np.diag(model))
    by_cluster = np.full_like(std_err, np.nan) if robust is None else np.sqrt(np.diag(robust))
    used, reason = (std_err if robust is None else by_cluster), None
    critical = critical_value(confidence, None if sizes is None else sizes.effective)
    if sizes is not None and too_few(float(sizes.effective)):
        reason = (
            f"The events are spread over {int(sizes.n):,} clusters like over "
            f"{float(sizes.effective):.1f} of one size; below {FEWEST_EFFECTIVE} there is no "
            "interval. Widen the filters."
        )
        critical = np.nan
    with np.errstate(over="ignore"):
        ratio, lower, upper = (
            np.exp(coefficient + side * critical * used) if side else np.exp(coefficient)
            for side in (0, -1, 1)
        )
    z = -np.abs(coefficient / used)
    p_value = 2 * (ndtr(z) if sizes is None else stdtr(max(float(sizes.effective) - 1, 1), z))
    return pd.DataFrame(
        {
            "covariate": list(names),
            "coefficient": coefficient,
            "std_err": std_err,
            "robust_std_err": by_cluster,
            "hazard_ratio": ratio,
            "lower": lower,
            "upper": upper,
            "p_value": p_value if reason is None else np.nan,
        }
    ), reason


def baseline_table(rows: CoxRows, at: AtBeta) -> pd.DataFrame:
    hazard = pd.Series(at.ties.h)
    return pd.DataFrame(
        {
            "stratum": rows.stratum,
            "time": rows.time,
            "hazard": hazard,
            "cumulative_hazard": hazard.groupby(rows.stratum).cumsum(),
            "at_risk": at.at_risk[0],
            "n_events": rows.n_events,
        }
    )

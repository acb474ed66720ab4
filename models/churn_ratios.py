"""What goes with leaving: hazard ratios of what was known at each month's start."""

import dataclasses
import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from models.churn_covariates import COVARIATES, Terms, choose_terms
from models.churn_definitions import HAZARD_RATIOS
from models.churn_hazards import refuse_few_leavers
from models.cox import EVENTS_PER_COVARIATE, fit_cox
from models.discrete_hazard import fit_discrete_hazard
from models.figures import Figure
from models.proportional_hazards import ProportionalHazards, check_proportional_hazards
from models.refusal import Refusal

__all__ = ["ChurnRatios", "check_ratios", "fit_churn_ratios"]


@dataclass(frozen=True, eq=False)
class ChurnRatios:
    """Hazard ratios of leaving in a month, whatever the cause or for one of them.

    Attributes
    ----------
    table : DataFrame
        One row a covariate: ``covariate``, ``label``, ``says`` (the change that the ratio is for,
        in words), ``hazard_ratio``, ``lower``, ``upper``, ``p_value`` and ``clear`` (it is told
        from 1 with all covariates looked at together: of those called clear one in twenty at most
        is expected to be chance [1]_); those of categories after the others.
    left_out : dict of str to str
        Covariates without a ratio, each with the reason.
    reference : dict of str to str
        The value of each category that its others are compared with.
    n_customers, n_months, n_events : int
    as_of : date
    confidence : float
    reason : str or None
        Why there are no intervals.
    cause : str or None
        The cause of leaving the ratios are for; None for any.

    References
    ----------
    .. [1] Y. Benjamini, Y. Hochberg (1995). "Controlling the false discovery rate." J. R. Statist.
       Soc. B 57, 289-300.
    """

    table: pd.DataFrame
    left_out: dict[str, str]
    reference: dict[str, str]
    n_customers: int
    n_months: int
    n_events: int
    as_of: dt.date
    confidence: float
    reason: str | None
    cause: str | None = None

    def figures(self) -> tuple[Figure, ...]:
        """Return one ratio for each covariate there may be, with the reason where there is none."""
        rows = self.table.set_index("covariate")
        made = []
        for name in HAZARD_RATIOS:
            figure_id = f"churn.hazard_ratio.{name}"
            if name not in rows.index:
                why = f"`{name}` {self.left_out.get(name, 'is not among the columns')}."
                made.append(Figure(figure_id, None, None, None, self.n_customers, self.as_of, why))
                continue
            row = rows.loc[name]
            low, high = (
                None if np.isnan(row[end]) else float(row[end]) for end in ("lower", "upper")
            )
            made.append(
                Figure(
                    figure_id, float(row["hazard_ratio"]), low, high, self.n_customers, self.as_of,
                    self.reason, None if low is None else self.confidence,
                )
            )  # fmt: skip
        return tuple(made)


def fit_churn_ratios(
    months: pd.DataFrame,
    as_of: dt.date,
    *,
    cause: str | None = None,
    confidence: float = 0.95,
) -> ChurnRatios:
    """Estimate by how much what was known at a month's start goes with leaving in it.

    The discrete-time hazard of `models.discrete_hazard`, with the month of being a customer as a
    smooth baseline and the month of renewal on its own. Where fewer than ten customers left for
    each coefficient, industries and billing models are left out.

    Parameters
    ----------
    months : DataFrame
        From `warehouse.customer_months`.
    as_of : date
    cause : str, optional
        Estimate the hazard of leaving for this cause, which leaving for another one ends.

    Raises
    ------
    Refusal
        If too few customers left for the covariates there are.
    """
    rows, terms = readied(months, cause)
    columns = [name for name in terms.names if name != "renewal"]
    fit = fit_discrete_hazard(
        rows,
        covariates=columns,
        renewal="renewal" if "renewal" in terms.names else None,
        event="left",
        cluster="customer_id",
        confidence=confidence,
        as_of=as_of,
    )
    found = fit.table.set_index("covariate").loc[list(terms.names)].reset_index()
    step = found["covariate"].map(lambda name: COVARIATES[name].step if name in COVARIATES else 1)
    for name in ("hazard_ratio", "lower", "upper"):
        found[name] = found[name] ** step
    found["label"] = [label_of(name) for name in found["covariate"]]
    found["says"] = [
        COVARIATES[name].says
        if name in COVARIATES
        else f"against {terms.reference[name.partition(':')[0]]}"
        for name in found["covariate"]
    ]
    found["clear"] = clear_of_chance(found["p_value"].to_numpy(dtype=float), 1 - confidence)
    kept = ["covariate", "label", "says", "hazard_ratio", "lower", "upper", "p_value", "clear"]
    return ChurnRatios(
        found[kept], dict(terms.left_out), dict(terms.reference), rows["customer_id"].nunique(),
        len(rows), int(rows["left"].sum()), as_of, confidence, fit.reason, cause,
    )  # fmt: skip


def clear_of_chance(p_value: np.ndarray, rate: float) -> np.ndarray:
    """Which of several are not chance, so that of those named at most `rate` are expected to be.

    >>> clear_of_chance(np.array([0.001, 0.04, 0.5, np.nan]), 0.05).tolist()
    [True, False, False, False]
    """
    known = ~np.isnan(p_value)
    clear = np.zeros(len(p_value), dtype=bool)
    clear[known] = false_discovery_control(p_value[known]) <= rate if known.any() else False
    return clear


def check_ratios(months: pd.DataFrame, *, cause: str | None = None) -> ProportionalHazards:
    """Test whether the ratios stay the same the longer somebody is a customer.

    By Cox's regression of the same months, in which the hazard over time is left open, and the
    score test of its effects against time. There each leaver is compared with customers of the
    same month alone, so a column that is the same for all of them, or always highest or always
    lowest for who leaves, has no effect that could be tested: it is left out and named, as the
    month of renewal must be where all leave in it.
    """
    rows, terms = readied(months, cause)
    rows = rows.assign(start=rows["month"] - 1)
    untold = {name for name in terms.names if told_by_month(rows, name)}
    names = [name for name in terms.names if name not in untold]
    if not names:
        raise Refusal(
            "None of the effects can be compared among customers of the same age, so whether they "
            "change with time cannot be tested. Load a longer period, or widen the filters."
        )
    fit = fit_cox(
        rows,
        covariates=names,
        event="left",
        start="start",
        stop="month",
        cluster="customer_id",
    )
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.partition(":")[0], []).append(name)
    check = check_proportional_hazards(fit, terms=groups)
    return dataclasses.replace(check, left_out=tuple(n for n in terms.names if n in untold))


def told_by_month(rows: pd.DataFrame, name: str) -> bool:
    """Whether all who left had the highest value among those as old as they, or the lowest."""
    by_month = rows.groupby("month")[name]
    there, left = rows[name], rows["left"]
    return any((there == by_month.transform(end))[left].all() for end in ("min", "max"))


def readied(months: pd.DataFrame, cause: str | None) -> tuple[pd.DataFrame, Terms]:
    """Rows with a column of numbers for each term, and whether the customer left for `cause`."""
    rows = months[~months["ahead"].to_numpy(dtype=bool)]
    left = (rows["cause"].notna() if cause is None else rows["cause"] == cause).to_numpy()
    refuse_few_leavers(int(left.sum()))
    terms = choose_terms(rows, left)
    if left.sum() < EVENTS_PER_COVARIATE * (len(terms.names) + 3):
        # The baseline takes three; what is left out is named.
        numbers = tuple(name for name in terms.names if ":" not in name)
        why = "has no ratio of its own: fewer than ten customers left for each"
        left_out = {**terms.left_out, **{n: why for n in terms.names if ":" in n}}
        terms = Terms(numbers, terms.means, terms.reference, left_out)
    values = pd.DataFrame(terms.columns(rows), columns=list(terms.names), index=rows.index)
    # The likelihood then has no highest point: the ratio would be nothing, or endless.
    never = {name for name in terms.names if leaves_at_one_end(values[name], left)}
    why = "has no ratio: all who left had its lowest value, or all its highest"
    left_out = {**terms.left_out, **{name: why for name in terms.names if name in never}}
    kept = tuple(name for name in terms.names if name not in never)
    terms = dataclasses.replace(terms, names=kept, left_out=left_out)
    values = values[list(kept)]
    return pd.concat([rows[["customer_id", "month"]].assign(left=left), values], axis=1), terms


def leaves_at_one_end(values: pd.Series, left: np.ndarray) -> bool:
    """Whether all who left did so at the lowest, or all at the highest value of a column."""
    there = values[left]
    return bool((there == values.min()).all() or (there == values.max()).all())


def label_of(name: str) -> str:
    category, of, value = name.partition(":")
    if of:
        return f"{category.replace('_', ' ').capitalize()}: {value.replace('_', ' ')}"
    return COVARIATES[name].label if name in COVARIATES else name.replace("_", " ").capitalize()

"""The parts of a scoreboard's change, whichever result it comes from."""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from models.decomposition import Decomposition, decompose
from models.figures import DEFINITIONS
from models.overview import NO_GROUP, Overview
from models.retention import Retention
from models.score_intervals import points
from models.scoreboard import value_terms
from models.scores import periods_back

__all__ = ["SPLITTABLE", "parts_of_change"]

#: Figures whose change is a sum over customers; the others are of the company as a whole.
SPLITTABLE = tuple(
    id
    for id in DEFINITIONS
    if id.startswith("overview.")
    or id in ("churn.nrr", "churn.revenue_churn_12m", "churn.revenue_churn_price_billing_12m",
              "scores.nps", "scores.csat")
)  # fmt: skip


def parts_of_change(
    figure_id: str,
    groups: pd.Series,
    as_of: dt.date,
    *,
    overview: Overview | None = None,
    cohorts: tuple[Retention | None, Retention | None] = (None, None),
    answers: pd.DataFrame | None = None,
) -> Decomposition | None:
    """What a change is made of, by the groups of customers; None where there is no such change.

    Parameters
    ----------
    figure_id : str
        One of `SPLITTABLE`.
    groups : Series
        Group by customer.
    as_of : date
    overview, cohorts, answers
        What the change is of: `Overview`, the cohorts of this year and of the year before, and
        the answers of `warehouse.scores.survey_answers`.
    """
    analysis, _, name = figure_id.partition(".")
    if analysis == "overview":
        if overview is None or name in overview.missing:
            return None
        return overview.decomposed(name, groups)
    if analysis == "churn":
        now, before = cohorts
        if now is None or before is None:
            return None
        terms = [of_cohort(cohort, name) for cohort in (before, now)]
    elif answers is None:
        return None
    else:
        terms = of_answers(answers, name, as_of)
        if any(rows["denominator"].sum() == 0 for rows in terms):
            return None
    rows = terms[0].join(terms[1], how="outer", lsuffix="_before", rsuffix="_after").fillna(0.0)
    whose = rows.index.to_series().map(groups).astype(object)
    return decompose(rows.assign(group=whose.where(whose.notna(), NO_GROUP)))


def of_cohort(cohort: Retention, name: str) -> pd.DataFrame:
    above, below = value_terms(cohort, name)
    rows: Mapping[str, np.ndarray] = {"numerator": above, "denominator": below}
    return pd.DataFrame(rows, index=cohort.customers["customer_id"])


def of_answers(answers: pd.DataFrame, measure: str, as_of: dt.date) -> list[pd.DataFrame]:
    """Points and answers of each customer, in the quarter before and in the last one."""
    own = answers[answers["measure"] == measure]
    back = periods_back(pd.to_datetime(own["answered_on"]), pd.Timestamp(as_of))
    rows = own.assign(numerator=points(measure, own["score"].to_numpy()), denominator=1.0)
    sums = ["numerator", "denominator"]
    return [rows[back == k].groupby("customer_id")[sums].sum() for k in (1, 0)]

"""The parts of a scoreboard's change, whichever result it comes from."""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from models.decomposition import Decomposition, decompose
from models.figures import DEFINITIONS
from models.ledger import month_windows
from models.overview import NO_GROUP, Overview
from models.retention import Retention
from models.score_intervals import points
from models.scoreboard import MONTHS_IN_QUARTER, value_terms
from models.scores import periods_back
from models.segments import FEWEST

__all__ = ["BALANCES", "SPLITTABLE", "VELOCITY", "parts_of_change"]

#: Figures of what is owed, and the column that they are made of.
BALANCES = {"receivables.overdue_amount": "overdue_amount", "receivables.dso": "open_amount"}

#: How often what is owed turns into cash, which has parts of its own.
VELOCITY = "receivables.cash_flow_velocity"

BALANCE_PARTS = ("opening balance", "closing balance")
DAYS_IN_YEAR = 365

#: Figures whose change is a sum over customers; the others are of the company as a whole.
SPLITTABLE = tuple(
    id
    for id in DEFINITIONS
    if id.startswith("overview.")
    or id in BALANCES
    or id == VELOCITY
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
    owed: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    turned: tuple[pd.DataFrame, pd.DataFrame] | None = None,
) -> Decomposition | None:
    """What a change is made of, by the groups of customers; None where there is no such change.

    Days of sales are split by the simple method, which is a ratio of sums: counting back goes
    through the sales of all customers together.

    Parameters
    ----------
    figure_id : str
        One of `SPLITTABLE`.
    groups : Series
        Group by customer.
    as_of : date
    overview, cohorts, answers, owed, turned
        What the change is of: `Overview`, the cohorts of this year and of the year before, the
        answers of `warehouse.scores.survey_answers`, what each customer owes now and owed a
        quarter before, and what each paid and owed in this quarter and in the one before.
    """
    analysis, _, name = figure_id.partition(".")
    if analysis == "overview":
        if overview is None or name in overview.missing:
            return None
        return overview.decomposed(name, groups)
    if figure_id in BALANCES:
        rows = None if owed is None else of_balances(*owed, figure_id, as_of, overview)
        return None if rows is None else decomposed(rows, groups)
    if figure_id == VELOCITY:
        rows = None if turned is None else of_turns(*turned, as_of)
        return None if rows is None else decomposed(rows, groups)
    if analysis == "churn":
        now, before = cohorts
        if now is None or before is None:
            return None
        terms = [of_cohort(cohort, name) for cohort in (before, now)]
    elif answers is None:
        return None
    else:
        terms = of_answers(answers, name, as_of)
        # A score of fewer is not shown, and neither is one in parts.
        if any(len(rows) < FEWEST for rows in terms):
            return None
    return decomposed(joined(*terms), groups)


def joined(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Two times side by side, one row a customer of either."""
    return before.join(after, how="outer", lsuffix="_before", rsuffix="_after").fillna(0.0)


def decomposed(rows: pd.DataFrame, groups: pd.Series) -> Decomposition:
    whose = rows.index.to_series().map(groups).astype(object)
    return decompose(rows.assign(group=whose.where(whose.notna(), NO_GROUP)))


def of_balances(
    now: pd.DataFrame,
    before: pd.DataFrame,
    figure_id: str,
    as_of: dt.date,
    overview: Overview | None,
) -> pd.DataFrame | None:
    """What customers owe, over the sales of the quarter in days, or as it is."""
    sides = (frame.set_index("customer_id")[[BALANCES[figure_id]]] for frame in (before, now))
    rows = joined(*(side.set_axis(["numerator"], axis=1) for side in sides))
    if rows.empty:
        return None
    if figure_id == "receivables.overdue_amount":
        # A sum is a ratio to a whole of one, in which each customer weighs the same.
        return rows.assign(denominator_before=1 / len(rows), denominator_after=1 / len(rows))
    if overview is None or "billed_before" not in overview.customers:
        return None
    sales = overview.customers.set_index("customer_id")[["billed_before", "billed_after"]]
    rows = rows.join(sales.set_axis(["denominator_before", "denominator_after"], axis=1),
                     how="outer").fillna(0.0)  # fmt: skip
    after, middle, start = month_windows(as_of, 2 * MONTHS_IN_QUARTER)[::MONTHS_IN_QUARTER]
    rows["numerator_before"] *= middle - start
    rows["numerator_after"] *= after - middle
    if not (rows[["denominator_before", "denominator_after"]].sum() > 0).all():
        return None
    return rows


def of_turns(now: pd.DataFrame, before: pd.DataFrame, as_of: dt.date) -> pd.DataFrame | None:
    """Cash of a quarter as of a year, over the mean of what was owed at its start and its end."""
    after, middle, start = month_windows(as_of, 2 * MONTHS_IN_QUARTER)[::MONTHS_IN_QUARTER]
    sides = []
    for frame, days in ((before, middle - start), (now, after - middle)):
        parts = frame.pivot_table(index="customer_id", columns="part", values="contribution",
                                  aggfunc="sum", fill_value=0.0)  # fmt: skip
        parts = parts.reindex(columns=["cash received", *BALANCE_PARTS], fill_value=0.0)
        owed = parts[list(BALANCE_PARTS)].mean(axis=1)
        cash = parts["cash received"] * DAYS_IN_YEAR / days
        sides.append(pd.DataFrame({"numerator": cash, "denominator": owed}))
    rows = joined(*sides)
    return rows if (rows[["denominator_before", "denominator_after"]].sum() > 0).all() else None


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

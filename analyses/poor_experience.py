"""Cost of poor experience of a view: the ledger, its trend, and the rows behind every amount."""

import datetime as dt

import ibis.expr.types as ir
import pandas as pd

import analyses.churn
import analyses.unit_economics
from analyses.scope import Scope
from models.churned_margin import ChurnedMargin, fit_churned_margin
from models.costs import refuse_without_costs
from models.figures import NoSuchFigure
from models.poor_experience import PoorExperience, fit_poor_experience
from models.refusal import Refusal
from warehouse.poor_experience import NO_COST_OF_RUSHING, cost_rows, mishaps, source_rows
from warehouse.recurring_value import months_before
from warehouse.workspace import MissingTable, Tables

__all__ = ["churned", "receipt_rows", "run", "windows"]

#: Months of the ledger, and of the trend before them.
YEAR, TREND = 12, 24
#: Tables without which a bucket is not known.
NEEDS = {
    "refunds": ("adjustments",),
    "credits": ("adjustments",),
    "write_offs": ("adjustments",),
    "disputes": ("disputes", "tickets"),
    "billing_tickets": ("tickets",),
    "delivery_tickets": ("tickets",),
    "reminders": ("reminders",),
}


def windows(as_of: dt.date) -> list[dt.date]:
    """Last days of the months of the trend, and the day before the first of them."""
    return [months_before(as_of, months) for months in range(TREND, -1, -1)]


def run(
    tables: Tables,
    scope: Scope,
    *,
    learnt: pd.DataFrame | None = None,
    year: pd.DataFrame | None = None,
) -> PoorExperience:
    """The ledger of the last twelve months.

    `learnt` is what `analyses.churn.months` gives and `year` what `analyses.unit_economics.flows`
    gives, where they are at hand.
    """
    ends = windows(scope.as_of)
    reasons = {"expedites": NO_COST_OF_RUSHING} | not_loaded(tables)
    lost = None
    try:
        lost = churned(tables, scope, learnt=learnt, year=year)
    except (Refusal, MissingTable) as refusal:
        reasons["churn"] = str(refusal)
    return fit_poor_experience(
        read(cost_rows(tables, scope.as_of, ends), tables, scope),
        read(mishaps(tables, scope.as_of, ends[0]), tables, scope),
        read(source_rows(tables, scope.as_of, ends[-1 - YEAR]), tables, scope),
        scope.as_of,
        ends=ends,
        churned=lost,
        reasons=reasons,
    )


def read(rows: ir.Table | None, tables: Tables, scope: Scope) -> pd.DataFrame:
    """Those of customers of the view; no rows where there is no table of them."""
    if rows is None:
        return pd.DataFrame({"source": [], "kind": [], "amount": []})
    return scope.of_customers(rows, tables).to_pandas()


def not_loaded(tables: Tables) -> dict[str, str]:
    """Why buckets are not known, by the first table that each of them lacks."""
    reasons = {}
    for bucket, needs in NEEDS.items():
        try:
            tables.require(*needs)
        except MissingTable as missing:
            reasons[bucket] = str(missing)
    return reasons


def churned(
    tables: Tables,
    scope: Scope,
    *,
    learnt: pd.DataFrame | None = None,
    year: pd.DataFrame | None = None,
) -> ChurnedMargin:
    """Margin of customers who left over what went wrong; arguments as of `run`.

    Raises
    ------
    Refusal
        As `fit_churned_margin`, or if nothing sold has a cost.
    """
    if learnt is None:
        learnt = analyses.churn.months(tables, scope)
    if year is None:
        year = analyses.unit_economics.flows(tables, scope)
    refuse_without_costs(year["cost_of_goods"])
    there = year[year["months"] > 0].set_index("customer_id")
    return fit_churned_margin(
        learnt,
        there["contribution"] / there["months"],
        scope.as_of,
        since=windows(scope.as_of)[-1 - YEAR],
    )


def receipt_rows(
    tables: Tables,
    scope: Scope,
    figure_id: str,
    *,
    ledger: PoorExperience | None = None,
) -> pd.DataFrame:
    """The entries behind the total or a bucket, each with its amount as its contribution.

    `ledger` is what `run` gives, where it is at hand.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of the cost of poor experience.
    """
    analysis, _, bucket = figure_id.partition(".")
    if analysis != "poor_experience":
        raise NoSuchFigure(figure_id, "the cost of poor experience")
    ledger = ledger or run(tables, scope)
    rows = ledger.entries
    if bucket != "total":
        rows = rows[rows["bucket"] == bucket]
    rows = rows.assign(contribution=rows["cents"] / 100)
    return rows.drop(columns="cents").reset_index(drop=True)

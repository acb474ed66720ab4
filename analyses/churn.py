"""Churn of a view: how long customers stay, why they leave, who is next, and how we know.

When a customer without a leaving date counts as lost is a setting of the workspace.
"""

from dataclasses import replace

import ibis.expr.types as ir
import pandas as pd

from analyses.kept_rows import kept_rows
from analyses.scope import Scope, one_in
from models.churn import Churn, fit_churn
from models.churn_definitions import CHURN_CAUSES
from models.churn_hazards import ChurnHazards, fit_churn_hazards
from models.churn_outlook import ChurnOutlook, churn_outlook, score_customers
from models.churn_ratios import ChurnRatios, check_ratios, fit_churn_ratios
from models.churn_validation import ChurnValidation, validate_churn
from models.figures import NoSuchFigure
from models.proportional_hazards import ProportionalHazards
from models.retention import Retention, fit_retention
from warehouse.churn import customer_lives, opened_once
from warehouse.customer_months import customer_months
from warehouse.once import once
from warehouse.recurring_value import months_before, recurring_values
from warehouse.workspace import Tables

__all__ = [
    "OF_COHORT",
    "hazards",
    "lives",
    "months",
    "outlook",
    "proportionality",
    "ratios",
    "receipt_rows",
    "retention",
    "retention_before",
    "run",
    "scored_customers",
    "validation",
    "values_today",
]

#: Customers whose months are enough to learn from; of more, one in so many is taken.
ENOUGH_CUSTOMERS = 20_000
MONTHS_IN_YEAR = 12


def rule(tables: Tables) -> dict[str, int]:
    """When a customer without a leaving date counts as lost."""
    return {"churn_rule_days": int(tables.settings.churn_rule_days)}


def lives(tables: Tables, scope: Scope) -> pd.DataFrame:
    """One row a customer of the view; see `warehouse.churn.customer_lives`."""
    return lives_by_rule(tables, scope, **rule(tables))


@once
def lives_by_rule(tables: Tables, scope: Scope, *, churn_rule_days: int) -> pd.DataFrame:
    """`lives` by one rule."""
    rows = customer_lives(tables, scope.as_of, churn_rule_days=churn_rule_days)
    return scope.of_customers(rows, tables).order_by("customer_id").to_pandas()


def run(
    tables: Tables,
    scope: Scope,
    *,
    by: str | None = None,
    rows: pd.DataFrame | None = None,
) -> Churn:
    """Survival and incidence by cause; `rows` is what `lives` gives, where it is at hand."""
    if rows is None:
        rows = lives(tables, scope)
    return fit_churn(rows, scope.as_of, by=by, **rule(tables))


def retention(tables: Tables, scope: Scope) -> Retention:
    """What is left of the recurring value of a year ago."""
    rows = recurring_values(tables, scope.as_of, **rule(tables))
    return fit_retention(scope.of_customers(rows, tables).to_pandas(), scope.as_of)


def retention_before(tables: Tables, scope: Scope) -> Retention:
    """What a year ago was left of the recurring value of the year before that."""
    year_ago = months_before(scope.as_of, MONTHS_IN_YEAR)
    return retention(tables, replace(scope, as_of=year_ago))


def values_today(tables: Tables, scope: Scope) -> pd.DataFrame:
    """Name and recurring monthly value of each customer at the as-of date."""
    rows = recurring_values(tables, scope.as_of, **rule(tables), months=0)
    rows = scope.of_customers(rows, tables).order_by("customer_id")
    return rows.select("customer_id", "name", monthly_value=rows.value_end).to_pandas()


@kept_rows
def months(tables: Tables, scope: Scope) -> pd.DataFrame:
    """Customer-months to learn from; of very many customers a part, always the same one."""
    part = one_in(tables, ENOUGH_CUSTOMERS)
    rows = customer_months(tables, scope.as_of, one_in=part, **rule(tables))
    return scope.of_customers(rows, tables).order_by("customer_id", "begins").to_pandas()


def today(tables: Tables, scope: Scope) -> pd.DataFrame:
    """What is known of those who are customers at the as-of date, all of them."""
    rows = customer_months(tables, scope.as_of, **rule(tables), only_ahead=True)
    return scope.of_customers(rows, tables).order_by("customer_id").to_pandas()


def hazards(
    tables: Tables,
    scope: Scope,
    *,
    learnt: pd.DataFrame | None = None,
) -> ChurnHazards:
    """Chances of leaving by what is known; `learnt` is what `months` gives."""
    if learnt is None:
        learnt = months(tables, scope)
    return fit_churn_hazards(learnt, scope.as_of, causes=tuple(CHURN_CAUSES))


def outlook(
    tables: Tables,
    scope: Scope,
    *,
    learnt: pd.DataFrame | None = None,
    model: ChurnHazards | None = None,
) -> ChurnOutlook:
    """Chances of leaving in each month ahead, of every customer at the as-of date."""
    if learnt is None:
        learnt = months(tables, scope)
    if model is None:
        model = hazards(tables, scope, learnt=learnt)
    whole = one_in(tables, ENOUGH_CUSTOMERS) == 1
    # Learnt from a part, told of all.
    customers = learnt[learnt["ahead"]] if whole else today(tables, scope)
    return churn_outlook(model, customers)


def scored_customers(
    tables: Tables,
    scope: Scope,
    *,
    ahead: ChurnOutlook | None = None,
) -> pd.DataFrame:
    """Each customer's chances and what drives them; `ahead` is what `outlook` gives."""
    if ahead is None:
        ahead = outlook(tables, scope)
    return score_customers(ahead)


def ratios(
    tables: Tables,
    scope: Scope,
    *,
    cause: str | None = None,
    learnt: pd.DataFrame | None = None,
) -> ChurnRatios:
    """What goes with leaving, or with leaving for one cause."""
    if learnt is None:
        learnt = months(tables, scope)
    return fit_churn_ratios(learnt, scope.as_of, cause=cause)


def proportionality(
    tables: Tables,
    scope: Scope,
    *,
    cause: str | None = None,
    learnt: pd.DataFrame | None = None,
) -> ProportionalHazards:
    """Whether what goes with leaving stays the same over time."""
    if learnt is None:
        learnt = months(tables, scope)
    return check_ratios(learnt, cause=cause)


def validation(
    tables: Tables,
    scope: Scope,
    *,
    learnt: pd.DataFrame | None = None,
) -> ChurnValidation:
    """How well the outlook would have done a year ago, on customers it had not seen."""
    if learnt is None:
        learnt = months(tables, scope)
    return validate_churn(learnt, scope.as_of)


#: Figures of the cohort of a year ago; the others are of all customers watched.
OF_COHORT = ("logo_churn_12m", "revenue_churn_12m", "revenue_churn_price_billing_12m", "nrr",
             "grr")  # fmt: skip


def receipt_rows(tables: Tables, scope: Scope, figure_id: str) -> ir.Table:
    """The customers behind a figure of churn.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of churn.
    """
    if not figure_id.startswith("churn."):
        raise NoSuchFigure(figure_id, "churn")
    if figure_id.removeprefix("churn.") in OF_COHORT:
        rows = recurring_values(tables, scope.as_of, **rule(tables))
        rows = rows.filter(rows.value_start > 0)
        return scope.of_customers(rows, tables).order_by("customer_id")
    rows = opened_once(customer_lives(tables, scope.as_of, **rule(tables)))
    return scope.of_customers(rows, tables).order_by("customer_id")

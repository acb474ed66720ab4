"""Lifetime value of a view: what its customers are still to bring, and what that rests on."""

import datetime as dt

import ibis.expr.types as ir
import numpy as np
import pandas as pd

import analyses.churn
import analyses.unit_economics
from analyses.scope import Scope
from analyses.unit_economics import YEAR
from models.costs import refuse_without_costs
from models.customer_flows import customer_flows
from models.expected_margins import ExpectedMargins, fit_expected_margins
from models.figures import NoSuchFigure
from models.lifetime_value import LifetimeValue, fit_lifetime_value
from models.outlook import Outlook
from models.personas import Personas
from warehouse.customers import MONTH_DAYS
from warehouse.invoices import first_day_covered
from warehouse.lifetime_value import invoices_of_margin, recurring_now
from warehouse.segments import customer_segments
from warehouse.workspace import Tables

__all__ = [
    "cash_flows",
    "groups",
    "invoices_behind",
    "margins",
    "receipt_rows",
    "run",
]

#: Months ahead that count unless somebody says otherwise.
USUAL_HORIZON = 36
#: Group of customers that are in none.
NOWHERE = "In no group"


def windows(
    tables: Tables, scope: Scope, year: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What each customer brought in the last year, and in the year before it.

    In books of less than two years, in their two halves.
    """
    flows = analyses.unit_economics.flows
    covered = scope.as_of - first_day_covered(tables, scope.as_of)
    days = min(YEAR, max(covered.days // 2, 1))
    now = year if year is not None and days == YEAR else flows(tables, scope, days=days)
    before = flows(tables, Scope(scope.as_of - dt.timedelta(days=days)), days=days)
    return tuple(rows.drop(columns="months") for rows in (now, before))


def margins(
    tables: Tables,
    scope: Scope,
    *,
    outlook: Outlook | None = None,
    personas: Personas | None = None,
    year: pd.DataFrame | None = None,
) -> ExpectedMargins:
    """Expected margin of a month of each customer; see `models.expected_margins`.

    A customer's peers are those of its persona; without `personas`, all customers.
    `year` is what `analyses.unit_economics.flows` gives, where it is at hand.

    Raises
    ------
    Refusal
        If nothing sold in the last year has a cost.
    """
    now, before = windows(tables, scope, year)
    refuse_without_costs(now["cost_of_goods"])
    outlook = outlook or analyses.churn.outlook(tables, scope)
    recurring = recurring_now(tables, scope.as_of).to_pandas()
    return fit_expected_margins(
        now,
        before,
        active=outlook.customer_id,
        recurring=recurring.set_index("customer_id")["monthly"],
        segment=personas_of(personas),
    )


def personas_of(personas: Personas | None) -> pd.Series | None:
    """Persona by customer, if there are any."""
    if personas is None or not personas.count:
        return None
    return personas.by_customer


def run(
    tables: Tables,
    scope: Scope,
    *,
    horizon: int | None = None,
    discount_rate: float | None = None,
    financing_rate: float | None = None,
    growth: float = 0.0,
    outlook: Outlook | None = None,
    personas: Personas | None = None,
    expected: ExpectedMargins | None = None,
    lives: pd.DataFrame | None = None,
) -> LifetimeValue:
    """Lifetime value of the customers of the view.

    Parameters
    ----------
    horizon : int, optional
        Months ahead that count; 36, or as many as the data can speak of where those are fewer.
    discount_rate, financing_rate : float, optional
        Yearly; those of the workspace's settings, where money tied up costs what is discounted by.
    outlook, personas, expected, lives : optional
        What `analyses.churn.outlook`, `analyses.personas.run`, `margins` and
        `analyses.churn.lives` give, where at hand.
    """
    outlook = outlook or analyses.churn.outlook(tables, scope)
    expected = expected or margins(tables, scope, outlook=outlook, personas=personas)
    discount = tables.settings.discount_rate if discount_rate is None else discount_rate
    return fit_lifetime_value(
        expected.table,
        outlook,
        as_of=scope.as_of,
        horizon=min(USUAL_HORIZON, outlook.last_month) if horizon is None else horizon,
        discount_rate=discount,
        financing_rate=discount if financing_rate is None else financing_rate,
        churn_rate=monthly_churn(
            analyses.churn.lives(tables, scope) if lives is None else lives, scope.as_of
        ),
        growth=growth,
        shared=expected.shared,
        followed_months=(scope.as_of - first_day_covered(tables, scope.as_of)).days / MONTH_DAYS,
    )


def monthly_churn(lives: pd.DataFrame, as_of: dt.date) -> float:
    """Customers who left in the last year, for each month that one was there in it."""
    day = pd.Timestamp(as_of)
    begins = np.maximum(pd.to_datetime(lives["watched_from"]), day - pd.Timedelta(days=YEAR))
    ends = pd.to_datetime(lives["left_on"]).fillna(day)
    months = (ends - begins).dt.days.clip(lower=0).sum() / MONTH_DAYS
    recent = pd.to_datetime(lives["left_on"]) > day - pd.Timedelta(days=YEAR)
    left = (recent & lives["cause"].notna()).sum()
    return float(min(left / months, 1.0)) if months else 0.0


def groups(
    tables: Tables,
    scope: Scope,
    *,
    by: str,
    value: LifetimeValue | None = None,
    personas: Personas | None = None,
    **terms: float,
) -> pd.DataFrame:
    """Value of the customers of each persona or segment; see `LifetimeValue.by`."""
    value = value or run(tables, scope, personas=personas, **terms)
    if by == "persona":
        labels = personas_of(personas)
    else:
        segments = customer_segments(tables, scope.as_of, by=[by]).to_pandas()
        labels = segments.set_index("customer_id")[by]
    if labels is None:
        return value.by([None] * value.n)
    # Who has been watched too briefly for a persona is valued all the same.
    labels = labels.reindex(value.customers["customer_id"]).fillna(NOWHERE)
    return value.by(labels.to_numpy())


def cash_flows(
    tables: Tables,
    scope: Scope,
    *,
    customer_id: str,
    outlook: Outlook | None = None,
    expected: ExpectedMargins | None = None,
    value: LifetimeValue | None = None,
    **terms: float,
) -> pd.DataFrame:
    """One customer's value, month by month; see `models.customer_flows`."""
    outlook = outlook or analyses.churn.outlook(tables, scope)
    expected = expected or margins(tables, scope, outlook=outlook)
    value = value or run(tables, scope, outlook=outlook, expected=expected, **terms)
    return customer_flows(value, outlook, expected.table, customer_id)


def invoices_behind(tables: Tables, scope: Scope, *, customer_id: str) -> ir.Table:
    """The invoices of the last year that a customer's margin was measured on."""
    return invoices_of_margin(tables, scope.as_of, customer_id, days=YEAR)


def receipt_rows(
    tables: Tables,
    scope: Scope,
    figure_id: str,
    *,
    value: LifetimeValue | None = None,
    **terms: float,
) -> pd.DataFrame:
    """The customers behind a figure: what each adds to it, and what that is made of.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of lifetime value.
    """
    if figure_id not in ("lifetime_value.portfolio", "lifetime_value.mean"):
        raise NoSuchFigure(figure_id, "lifetime value")
    value = value or run(tables, scope, **terms)
    shared = value.n if figure_id == "lifetime_value.mean" else 1
    names = tables["customers"].select("customer_id", "name").to_pandas()
    rows = value.customers.assign(contribution=value.customers["cltv"] / shared)
    rows = rows[["customer_id", "payment", "months", "factor", "cltv_low", "cltv_high",
                 "cltv_baseline", "contribution"]]  # fmt: skip
    rows = names.merge(rows, on="customer_id")
    return rows.sort_values(["contribution", "customer_id"], ascending=[False, True],
                            ignore_index=True)  # fmt: skip

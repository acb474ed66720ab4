"""Credit of a view: exposure and headroom, the forecast of breaches, and conflicts."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

import analyses.late_payments
from analyses.scope import Scope
from models.credit import Credit, fit_credit
from models.credit_conflicts import CreditConflicts, find_conflicts
from models.credit_forecast import CreditForecast, simulate_credit
from models.credit_terms import CreditTerms, fit_credit_terms
from models.figures import NoSuchFigure
from models.open_invoices import PaymentCurves
from models.personas import Personas
from warehouse.credit import credit_customers, credit_months, credit_moods, pipeline_orders
from warehouse.margins import customer_margins
from warehouse.workspace import Tables

__all__ = ["conflicts", "forecast", "look_back", "receipt_rows", "run", "terms"]

#: The draws of a forecast are the same each time, so that a page and a file say one number.
SEED = 20240607
#: What all customers are called where there are no personas.
EVERYBODY = "all customers"


def run(tables: Tables, scope: Scope) -> Credit:
    """Exposure and headroom of the customers of the view."""
    customers = scope.of_customers(credit_customers(tables, scope.as_of), tables).to_pandas()
    orders = None
    if "orders" in tables:
        orders = scope.of_customers(pipeline_orders(tables, scope.as_of), tables).to_pandas()
    return fit_credit(customers, orders, scope.as_of)


def forecast(
    tables: Tables,
    scope: Scope,
    *,
    days: int = 30,
    credit: Credit | None = None,
    curves: PaymentCurves | None = None,
) -> CreditForecast:
    """Who will pass the limit within `days`; how fast is paid is learnt from all customers."""
    whole = Scope(scope.as_of)
    credit = credit or run(tables, scope)
    return simulate_credit(
        credit.customers,
        analyses.late_payments.open_now(tables, whole),
        credit_months(tables, scope.as_of).to_pandas(),
        curves or analyses.late_payments.payment_curves(tables, whole),
        scope.as_of,
        rng=np.random.default_rng(SEED),
        days=days,
    )


def look_back(
    tables: Tables, scope: Scope, *, days: int = 30, credit: Credit | None = None
) -> tuple[CreditForecast, int]:
    """The forecast of `days` ago, and how many of its customers are over their limit now."""
    then = replace(scope, as_of=scope.as_of - dt.timedelta(days=days))
    past = forecast(tables, then, days=days)
    now = (credit or run(tables, scope)).customers.set_index("customer_id")
    came = now.reindex(past.customers["customer_id"])["status"] == "over"
    return past, int(came.sum())


def conflicts(tables: Tables, scope: Scope, *, credit: Credit | None = None) -> CreditConflicts:
    """Good customers who are unhappy and beyond their limit."""
    cost = tables.settings.staff_cost_per_hour
    worth = customer_margins(tables, scope.as_of, staff_cost_per_hour=cost)
    return find_conflicts(
        credit or run(tables, scope),
        credit_moods(tables, scope.as_of).to_pandas(),
        worth.select("customer_id", "contribution").to_pandas(),
    )


def terms(tables: Tables, scope: Scope, *, personas: Personas | None = None) -> CreditTerms:
    """What customers leave over by payment terms, within each persona where there are any."""
    settings = tables.settings
    flows = customer_margins(tables, scope.as_of, staff_cost_per_hour=settings.staff_cost_per_hour)
    flows = flows.select("customer_id", "revenue", "contribution", "days_to_pay")
    agreed = tables["customers"].select("customer_id", "payment_terms_days")
    rows = scope.of_customers(flows.inner_join(agreed, "customer_id"), tables)
    frame = rows.order_by("customer_id").to_pandas()
    if personas is None:
        frame["persona"] = EVERYBODY
    else:
        frame = frame.merge(personas.membership[["customer_id", "persona"]], on="customer_id")
    return fit_credit_terms(frame, rate=settings.discount_rate)


def receipt_rows(tables: Tables, scope: Scope, figure_id: str) -> pd.DataFrame:
    """The orders that are blocked, or every customer with a limit, over it with a 1.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of credit.
    """
    parts: Mapping[str, Callable[[Credit], Any]] = {
        "credit.blocked_order_value": lambda credit: credit.blocked,
        "credit.over_limit_share": limits,
    }
    if figure_id not in parts:
        raise NoSuchFigure(figure_id, "credit")
    return parts[figure_id](run(tables, scope))


def limits(credit: Credit) -> pd.DataFrame:
    rows = credit.customers[credit.customers["credit_limit"].notna()]
    return rows.assign(contribution=(rows["headroom"] < 0).astype(int))

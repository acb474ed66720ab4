"""Reminders of a view: what they do to payment, by channel, tone and stage."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

import analyses.churn
from analyses.kept_rows import kept_rows
from analyses.scope import Scope
from models.figures import NoSuchFigure
from models.reminder_aftermath import Aftermath, fit_aftermath
from models.reminder_policies import Policy, candidates, frontier, simulate_policies
from models.reminders import Reminders, fit_reminders
from warehouse.currency import convert
from warehouse.reminders import monthly_reminders, overdue_invoices
from warehouse.workspace import Tables

__all__ = ["aftermath", "hard_pressed", "overdue", "overdue_share", "receipt_rows", "run", "tried"]


@kept_rows
def overdue(tables: Tables, scope: Scope) -> pd.DataFrame:
    """Overdue invoices of the view with their reminders; see `overdue_invoices`."""
    return watched(tables, scope).to_pandas()


def watched(tables: Tables, scope: Scope) -> ir.Table:
    """Overdue invoices, with the days from due to the as-of date."""
    tables.require("reminders")
    rows = overdue_invoices(scope.invoices(tables), tables, scope.as_of)
    rows = rows.mutate(watched=ibis.literal(scope.as_of).delta(rows.due_on, unit="day"))
    return rows.order_by("invoice_id")


def run(tables: Tables, scope: Scope, *, rows: pd.DataFrame | None = None) -> Reminders:
    """Effects of reminders on payment; `rows` is what `overdue` gives, where it is at hand.

    Raises
    ------
    Refusal
        As `fit_reminders`.
    """
    return fit_reminders(overdue(tables, scope) if rows is None else rows, scope.as_of)


def aftermath(tables: Tables, scope: Scope, *, learnt: pd.DataFrame | None = None) -> Aftermath:
    """What follows reminders besides money; `learnt` is what `analyses.churn.months` gives.

    Raises
    ------
    Refusal
        As `fit_aftermath`.
    """
    if learnt is None:
        learnt = analyses.churn.months(tables, scope)
    return fit_aftermath(learnt, monthly_reminders(tables, scope.as_of).to_pandas(), scope.as_of)


def tried(
    tables: Tables, scope: Scope, *, reminders: Reminders, aftermath: Aftermath | None = None
) -> pd.DataFrame:
    """Every policy of one channel and tone followed, with those marked that no other beats."""
    policies: Sequence[Policy] = candidates(reminders.exposure)
    return frontier(simulate_policies(reminders, policies, aftermath=aftermath))


def overdue_share(tables: Tables, scope: Scope, *, rows: pd.DataFrame, first_day: int) -> float:
    """Share of the value billed that is still unpaid `first_day` days past due."""
    billed = float(watched_value(tables, scope))
    return float(rows.loc[rows["stop"] > first_day, "amount"].sum()) / billed if billed else 0.0


def watched_value(tables: Tables, scope: Scope) -> float:
    """Value billed by the as-of date in the reporting currency."""
    invoices = convert(scope.invoices(tables), tables, scope.as_of, flows={"amount": "issued_on"})
    return invoices.amount.sum().fill_null(0.0).to_pandas()


def hard_pressed(rows: pd.DataFrame) -> list[str]:
    """Customers for whom money was short when their newest overdue invoice fell due."""
    newest = rows.sort_values(["due_on", "invoice_id"]).groupby("customer_id").tail(1)
    return newest.loc[newest["hardship"], "customer_id"].sort_values().tolist()


def receipt_rows(tables: Tables, scope: Scope, figure_id: str) -> ir.Table:
    """The overdue invoices behind the figures of reminders.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of reminders.
    """
    if not figure_id.startswith("reminders."):
        raise NoSuchFigure(figure_id, "reminders")
    return watched(tables, scope)

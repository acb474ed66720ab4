"""Reminders of a view: what they do to payment, by channel, tone and stage."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from analyses.scope import Scope
from models.reminders import Reminders, fit_reminders
from warehouse.reminders import overdue_invoices
from warehouse.workspace import Tables

__all__ = ["overdue", "receipt_rows", "run"]


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


def receipt_rows(tables: Tables, scope: Scope, figure_id: str) -> ir.Table:
    """The overdue invoices behind the figures of reminders.

    Raises
    ------
    ValueError
        If `figure_id` is not a figure of reminders.
    """
    if not figure_id.startswith("reminders."):
        raise ValueError(
            f"The figure '{figure_id}' is not one of reminders, so it has no rows here."
        )
    return watched(tables, scope)

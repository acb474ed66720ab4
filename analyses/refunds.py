"""Refunds of a view: what giving money back or off takes, and what a simpler way would save."""

from analyses.scope import Scope
from models.refunds import Refunds, fit_refunds
from warehouse.refunds import refund_cases
from warehouse.workspace import Tables

__all__ = ["run"]


def run(tables: Tables, scope: Scope) -> Refunds:
    """Time and effort of refunds, credit notes, disputes and chargebacks of the view."""
    rows = refund_cases(scope.invoices(tables), tables, scope.as_of)
    return fit_refunds(rows.to_pandas(), scope.as_of)

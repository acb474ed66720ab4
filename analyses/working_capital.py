"""Working capital of a view: what a day of sales is worth, and how long billing takes."""

import ibis.expr.types as ir

import analyses.receivables
from analyses.scope import Scope
from models.figures import NoSuchFigure
from models.ledger import month_windows, to_date
from models.receivables import Receivables
from models.working_capital import (
    BillingDelays,
    WorkingCapital,
    fit_billing_delays,
    fit_working_capital,
)
from warehouse.working_capital import billing_delays
from warehouse.workspace import Tables

__all__ = ["delays", "receipt_rows", "run"]


def run(tables: Tables, scope: Scope, *, receivables: Receivables | None = None) -> WorkingCapital:
    """What a day of sales outstanding ties up, at the yearly rate of the settings."""
    ledger = receivables or analyses.receivables.run(tables, scope)
    return fit_working_capital(ledger, rate=tables.settings.discount_rate)


def delays(tables: Tables, scope: Scope) -> BillingDelays:
    """How long what was delivered or used waits for its invoice."""
    rows = billing_delays(scope.invoices(tables), tables, scope.as_of).to_pandas()
    return fit_billing_delays(rows, scope.as_of)


def receipt_rows(
    tables: Tables, scope: Scope, figure_id: str, *, period_months: int = 3
) -> ir.Table:
    """The sales of the period, each over the days of the period: they add up to one day.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not the figure of working capital.
    """
    if figure_id != "receivables.cash_release":
        raise NoSuchFigure(figure_id, "working capital")
    start = to_date(month_windows(scope.as_of, period_months)[-1])
    rows = analyses.receivables.period_sales(tables, scope, period_months)
    return rows.mutate(contribution=rows.contribution / (scope.as_of - start).days)

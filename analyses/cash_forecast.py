"""Cash to come on the invoices of a view, and how past forecasts of it turned out."""

import ibis.expr.types as ir

from analyses.receivables import Cells, flows
from analyses.receivables import receipt_rows as receivables_rows
from analyses.scope import Scope
from models.cash_forecast import CashForecast, fit_cash_forecast
from models.figures import NoSuchFigure
from warehouse.workspace import Tables

__all__ = ["receipt_rows", "run"]


def run(
    tables: Tables, scope: Scope, *, cells: Cells | None = None, **options: object
) -> CashForecast:
    """Cash by week; `options` are those of `models.cash_forecast.fit_cash_forecast`.

    `cells` is what `analyses.receivables.flows` gives for this day or a later one.
    """
    return fit_cash_forecast(*(cells or flows(tables, scope)), scope.as_of, **options)


def receipt_rows(tables: Tables, scope: Scope, figure_id: str) -> ir.Table:
    """The open invoices that the cash is expected from.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not the forecast.
    """
    if figure_id != "late_payments.expected_cash_13w":
        raise NoSuchFigure(figure_id, "the cash forecast")
    return receivables_rows(tables, scope, "receivables.open_amount").drop("part", "contribution")

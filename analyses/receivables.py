"""Receivables of a view: from the ledger's rows to the figures, and back to the rows."""

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis import _

from analyses.scope import Scope
from models.ledger import month_windows, to_date
from models.payment_patterns import PaymentPatterns, fit_payment_patterns
from models.receivables import Receivables, ReceivablesBy, fit_receivables, fit_receivables_by
from warehouse.currency import monthly_rates
from warehouse.late_payments import invoice_outcomes, open_invoices
from warehouse.receivables import receivable_flows
from warehouse.workspace import Tables

__all__ = ["by_customer", "by_segment", "flows", "patterns", "receipt_rows", "run"]


def run(tables: Tables, scope: Scope, **options: object) -> Receivables:
    """Receivables of `scope`; `options` are those of `models.receivables.fit_receivables`."""
    ledger, rates = flows(tables, scope)
    return fit_receivables(ledger, rates, scope.as_of, **options)


def by_segment(tables: Tables, scope: Scope, by: str, **options: object) -> ReceivablesBy:
    """Receivables of `scope` for each value of segment `by`."""
    ledger, rates = flows(tables, scope, by)
    return fit_receivables_by(ledger, rates, scope.as_of, by=by, **options)


def patterns(tables: Tables, scope: Scope, **options: object) -> PaymentPatterns:
    """How much of each month's sales is still uncollected as the months pass."""
    ledger, rates = flows(tables, scope)
    return fit_payment_patterns(ledger, rates, scope.as_of, **options)


def by_customer(tables: Tables, scope: Scope) -> ir.Table:
    """What each customer owes, in the reporting currency, largest first."""
    owed = open_invoices(scope.invoices(tables), tables, scope.as_of)
    owed = owed.group_by("customer_id").agg(
        open_amount=_.open_amount.sum(),
        overdue_amount=_.open_amount.sum(where=_.days_past_due > 0).fill_null(0.0),
        n_open=_.count(),
        oldest_days_past_due=_.days_past_due.max(),
    )
    names = tables["customers"].select("customer_id", "name")
    return (
        owed.inner_join(names, "customer_id")
        .relocate("name", after="customer_id")
        .order_by(ibis.desc("open_amount"), "customer_id")
    )


def flows(tables: Tables, scope: Scope, *by: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The ledger as flows and the exchange rates, as the models take them."""
    cells = receivable_flows(scope.invoices(tables, by=by), tables, scope.as_of, by=by)
    return cells.to_pandas(), monthly_rates(tables, scope.as_of)


def receipt_rows(
    tables: Tables, scope: Scope, figure_id: str, *, period_months: int = 3
) -> ir.Table:
    """The invoices behind a headline figure.

    ``part`` says which term of the formula a row belongs to and ``contribution``
    what it adds to that term, in the reporting currency; for the two balances the
    contributions add up to the figure itself.

    Raises
    ------
    ValueError
        If `figure_id` is not a receivables figure.
    """
    if not figure_id.startswith("receivables."):
        raise ValueError(
            f"The figure '{figure_id}' is not one of receivables, so it has no rows here."
        )
    figure = figure_id.removeprefix("receivables.")
    invoices = scope.invoices(tables)
    owed = open_invoices(invoices, tables, scope.as_of)
    owed = owed.mutate(part=ibis.literal("open balance"), contribution=owed.open_amount)
    columns = ["invoice_id", "customer_id", "issued_on", "due_on", "days_past_due", "currency",
               "amount_original", "part", "contribution"]  # fmt: skip
    owed = owed.select(columns)
    if figure == "overdue_amount":
        return owed.filter(_.days_past_due > 0).order_by(ibis.desc("contribution"), "invoice_id")
    if figure == "open_amount":
        return owed.order_by(ibis.desc("contribution"), "invoice_id")
    months = 12 if figure in ("dso", "growth") else period_months
    start = to_date(month_windows(scope.as_of, months)[-1])
    sold = invoice_outcomes(invoices.filter(_.issued_on > start), tables, scope.as_of)
    sold = sold.mutate(part=ibis.literal("sales"), contribution=sold.amount).select(columns)
    if figure == "dso_best_possible":
        owed = owed.filter(_.days_past_due <= 0)
    return owed.union(sold).order_by("part", ibis.desc("contribution"), "invoice_id")

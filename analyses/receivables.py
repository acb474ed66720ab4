"""Receivables of a view: from the ledger's rows to the figures, and back to the rows."""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis import _

from analyses.scope import Scope
from models.figures import NoSuchFigure
from models.ledger import month_windows, to_date
from models.payment_patterns import PaymentPatterns, fit_payment_patterns
from models.receivables import Receivables, ReceivablesBy, fit_receivables, fit_receivables_by
from warehouse.currency import convert, monthly_rates
from warehouse.invoices import invoice_balances, open_balances
from warehouse.late_payments import open_invoices
from warehouse.receivables import receivable_flows
from warehouse.settlements import applied_credits
from warehouse.workspace import Tables

__all__ = ["Cells", "by_customer", "by_segment", "flows", "patterns", "receipt_rows", "run"]


#: The ledger as flows, and the exchange rates.
Cells = tuple[pd.DataFrame, pd.DataFrame]


def run(
    tables: Tables, scope: Scope, *, cells: Cells | None = None, **options: object
) -> Receivables:
    """Receivables of `scope`; `options` are those of `models.receivables.fit_receivables`.

    `cells` is what `flows` gives for this day or a later one, where it is at hand: the
    model reads nothing of it that happened after the as-of date.
    """
    return fit_receivables(*(cells or flows(tables, scope)), scope.as_of, **options)


def by_segment(
    tables: Tables, scope: Scope, by: str, *, cells: Cells | None = None, **options: object
) -> ReceivablesBy:
    """Receivables of `scope` for each value of segment `by`; `cells` are kept apart by it."""
    cells = cells or flows(tables, scope, by)
    return fit_receivables_by(*cells, scope.as_of, by=by, **options)


def patterns(
    tables: Tables, scope: Scope, *, cells: Cells | None = None, **options: object
) -> PaymentPatterns:
    """How much of each month's sales is still uncollected as the months pass."""
    return fit_payment_patterns(*(cells or flows(tables, scope)), scope.as_of, **options)


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


def flows(tables: Tables, scope: Scope, by: str | None = None) -> Cells:
    """The ledger as flows and the exchange rates, as the models take them."""
    segments = [by] if by else []
    invoices = scope.invoices(tables, by=segments)
    cells = receivable_flows(invoices, tables, scope.as_of, by=segments)
    return cells.to_pandas(), monthly_rates(tables, scope.as_of)


def receipt_rows(
    tables: Tables, scope: Scope, figure_id: str, *, period_months: int = 3
) -> ir.Table:
    """The rows behind a headline figure: every term of its formula, and nothing else.

    ``part`` says which term a row belongs to and ``contribution`` what it adds to that
    term, in the reporting currency; for the two balances the contributions add up to the
    figure itself.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a receivables figure.
    """
    figure = figure_id.removeprefix("receivables.")
    if not figure_id.startswith("receivables.") or figure not in PARTS:
        raise NoSuchFigure(figure_id, "receivables")
    parts = PARTS[figure](tables, scope, period_months)
    rows = parts[0]
    for part in parts[1:]:
        rows = rows.union(part)
    return rows.order_by("part", ibis.desc("contribution"), "invoice_id")


COLUMNS = ("invoice_id", "customer_id", "issued_on", "due_on", "days_past_due", "currency",
           "amount_original", "part", "contribution")  # fmt: skip


def month_end(scope: Scope, months: int) -> dt.date:
    """The day that ends the month so many months before the as-of date."""
    return to_date(month_windows(scope.as_of, months)[-1])


def balance(
    tables: Tables, scope: Scope, part: str = "open balance", *, day: dt.date | None = None
) -> ir.Table:
    """Invoices open on `day`, at the rate of the as-of month: a change of rate is no growth."""
    day = day or scope.as_of
    issued = scope.invoices(tables).filter(_.issued_on <= day)
    owed = open_balances(issued, tables, day)
    owed = convert(owed, tables, scope.as_of, flows={}, balances=("amount", "open_amount"))
    return owed.mutate(part=ibis.literal(part), contribution=owed.open_amount).select(*COLUMNS)


def sales(
    tables: Tables, scope: Scope, after: dt.date, until: dt.date, part: str = "sales", *,
    at_todays_rate: bool = False,
) -> ir.Table:  # fmt: skip
    """Invoices issued after one day and up to another."""
    sold = scope.invoices(tables).filter(_.issued_on > after, _.issued_on <= until)
    sold = invoice_balances(sold, scope.as_of)
    if at_todays_rate:
        sold = convert(sold, tables, scope.as_of, flows={}, balances=("amount",))
    else:
        sold = convert(sold, tables, scope.as_of, flows={"amount": "issued_on"})
    return sold.mutate(part=ibis.literal(part), contribution=sold.amount).select(*COLUMNS)


def cash_received(tables: Tables, scope: Scope, after: dt.date) -> ir.Table:
    """What was paid on invoices after a day, each payment at the rate of its month."""
    paid = applied_credits(scope.invoices(tables), tables)
    paid = paid.filter(
        _.happened_on > after, _.happened_on <= scope.as_of, _.credit_kind == "paid", _.applied > 0
    )
    paid = convert(paid, tables, scope.as_of, flows={"applied": "happened_on"})
    return paid.mutate(
        days_past_due=ibis.literal(scope.as_of).delta(paid.due_on, unit="day"),
        amount_original=paid.applied_original,
        part=ibis.literal("cash received"),
        contribution=paid.applied,
    ).select(*COLUMNS)


def period_sales(tables: Tables, scope: Scope, months: int) -> ir.Table:
    return sales(tables, scope, month_end(scope, months), scope.as_of)


def collection_parts(tables: Tables, scope: Scope, months: int) -> list[ir.Table]:
    closing = balance(tables, scope)
    due = closing.days_past_due > 0
    return [
        balance(tables, scope, "opening balance", day=month_end(scope, months)),
        period_sales(tables, scope, months),
        closing.filter(due).mutate(part=ibis.literal("closing balance, past due")),
        closing.filter(~due).mutate(part=ibis.literal("closing balance, not yet due")),
    ]


def velocity_parts(tables: Tables, scope: Scope, months: int) -> list[ir.Table]:
    start = month_end(scope, months)
    return [
        cash_received(tables, scope, start),
        balance(tables, scope, "opening balance", day=start),
        balance(tables, scope, "closing balance"),
    ]


def growth_parts(tables: Tables, scope: Scope, months: int) -> list[ir.Table]:
    start, year, year_start = (month_end(scope, n) for n in (months, 12, 12 + months))
    before = "12 months before"
    sold = partial(sales, tables, scope, at_todays_rate=True)
    return [
        balance(tables, scope),
        balance(tables, scope, f"open balance {before}", day=year),
        sold(start, scope.as_of, "sales of the period"),
        sold(year_start, year, f"sales of the same period {before}"),
    ]


#: The terms of each figure's formula.
PARTS: Mapping[str, Callable[[Tables, Scope, int], list[ir.Table]]] = {
    "open_amount": lambda tables, scope, _months: [balance(tables, scope)],
    "overdue_amount": lambda tables, scope, _months: [
        balance(tables, scope).filter(_.days_past_due > 0)
    ],
    "dso": lambda tables, scope, _months: [
        balance(tables, scope),
        period_sales(tables, scope, 12),
    ],
    "dso_simple": lambda tables, scope, months: [
        balance(tables, scope),
        period_sales(tables, scope, months),
    ],
    "dso_best_possible": lambda tables, scope, months: [
        balance(tables, scope).filter(_.days_past_due <= 0),
        period_sales(tables, scope, months),
    ],
    # What is not yet due is in both of its terms, and goes out.
    "average_days_delinquent": lambda tables, scope, months: [
        balance(tables, scope).filter(_.days_past_due > 0),
        period_sales(tables, scope, months),
    ],
    "cei": collection_parts,
    "cash_flow_velocity": velocity_parts,
    "growth": growth_parts,
}

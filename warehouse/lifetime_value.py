"""What lifetime value rests on: monthly value today, and the rows behind a customer's margin."""

import datetime as dt

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.currency import convert
from warehouse.invoices import invoice_balances, issued_invoices
from warehouse.margins import costed_lines
from warehouse.recurring_value import value_on
from warehouse.workspace import Tables

__all__ = ["invoices_of_margin", "recurring_now"]


def recurring_now(tables: Tables, as_of: dt.date) -> ir.Table:
    """What each customer pays in a month as a rule, at the rate of `as_of`.

    Returns
    -------
    Table
        ``customer_id`` and ``monthly``; see `warehouse.recurring_value.value_on`.
    """
    owner = tables["customers"].select("customer_id", "currency")
    rows = value_on(tables, as_of).inner_join(owner, "customer_id")
    rows = convert(rows, tables, as_of, flows={}, balances=("monthly",))
    return rows.select("customer_id", monthly=rows.monthly.round(6)).order_by("customer_id")


def invoices_of_margin(
    tables: Tables, as_of: dt.date, customer_id: str, *, days: int = 365
) -> ir.Table:
    """The invoices behind the margin of one customer: what was billed in the window, and its cost.

    Returns
    -------
    Table
        ``invoice_id``, ``issued_on``, ``kind``, ``currency``, ``amount_original``, ``revenue``,
        ``cost_of_goods`` (both in the reporting currency), ``outcome`` and ``settled_on``.
    """
    invoices = issued_invoices(tables, as_of).filter(_.customer_id == customer_id)
    invoices = invoices.filter(_.issued_on > as_of - dt.timedelta(days=days))
    invoices = invoice_balances(invoices, as_of).filter(_.outcome != "void")
    rows = convert(invoices, tables, as_of, flows={"amount": "issued_on"})
    if "invoice_lines" in tables:
        costs = costed_lines(tables, invoices, as_of)
        costs = costs.group_by("invoice_id").agg(cost_of_goods=_.cost.sum())
        rows = rows.left_join(costs, "invoice_id").drop("invoice_id_right")
    else:
        rows = rows.mutate(cost_of_goods=ibis.null("float64"))
    rows = rows.mutate(revenue=rows.amount).select(
        "invoice_id", "issued_on", "kind", "currency", "amount_original", "revenue",
        "cost_of_goods", "outcome", "settled_on",
    )  # fmt: skip
    return rows.order_by(ibis.desc("issued_on"), "invoice_id")

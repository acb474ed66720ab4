"""How customers without a contract buy: how often, since when, when last, and for how much."""

import datetime as dt

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.currency import convert
from warehouse.invoices import invoice_balances, issued_invoices
from warehouse.workspace import Tables

__all__ = ["purchase_histories"]


def purchase_histories(tables: Tables, as_of: dt.date) -> ir.Table:
    """One row for each customer who buys without a contract and has not said that it leaves.

    A purchase is a day with invoices that were not cancelled; the first in the books counts as
    the first. Who ever had a contract is not in it: how contracts end is another question.

    Returns
    -------
    Table
        ``customer_id``, ``repeats`` (purchases after the first), ``last_repeat`` and ``observed``
        (days from the first purchase to the last and to `as_of`) and ``spend`` (mean of the
        repeat purchases in the reporting currency; null without).
    """
    tables.require("customers", "invoices", "payments")
    day = ibis.literal(as_of)
    customers = tables["customers"].filter(_.acquired_on <= as_of)
    customers = customers.filter(~(customers.churned_on <= day).fill_null(False))
    if "contracts" in tables:
        bound = tables["contracts"].filter(_.started_on <= as_of)
        customers = customers.anti_join(bound, "customer_id")
    invoices = issued_invoices(tables, as_of).semi_join(customers, "customer_id")
    invoices = invoice_balances(invoices, as_of).filter(_.outcome != "void")
    invoices = convert(invoices, tables, as_of, flows={"amount": "issued_on"})
    days = invoices.group_by("customer_id", "issued_on").agg(amount=_.amount.sum())
    first = days.issued_on.min().over(group_by="customer_id")
    days = days.mutate(first=first)
    rows = days.group_by("customer_id").agg(
        repeats=_.count() - 1,
        first=_.first.min(),
        last=_.issued_on.max(),
        spend=days.amount.mean(where=days.issued_on > days["first"]).round(6),
    )
    return rows.select(
        "customer_id",
        "repeats",
        last_repeat=rows["last"].delta(rows["first"], unit="day"),
        observed=day.delta(rows["first"], unit="day"),
        spend=rows.spend,
    ).order_by("customer_id")

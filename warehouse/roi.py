"""What each customer was billed, month by month."""

import datetime as dt

import ibis.expr.types as ir
from ibis import _

from warehouse.currency import STEADY_DIGITS, convert
from warehouse.invoices import issued_invoices
from warehouse.workspace import Tables

__all__ = ["billed_months"]


def billed_months(tables: Tables, as_of: dt.date) -> ir.Table:
    """One row a customer and month with a bill.

    Returns
    -------
    Table
        ``customer_id``, ``begins`` (first day of the month) and ``billed`` (reporting currency).
    """
    tables.require("customers", "invoices")
    rows = issued_invoices(tables, as_of).select("customer_id", "currency", "issued_on", "amount")
    rows = convert(rows, tables, as_of, flows={"amount": "issued_on"})
    months = rows.mutate(begins=rows.issued_on.truncate("M").cast("date"))
    months = months.group_by(["customer_id", "begins"]).agg(
        # What came before the first rate of its currency is in no money that can be added.
        billed=_.amount.sum().fill_null(0.0).round(STEADY_DIGITS)
    )
    return months.order_by("customer_id", "begins")

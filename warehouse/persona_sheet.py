"""What a persona sheet adds to the table of customers: which products their money goes to."""

import datetime as dt

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.currency import STEADY_DIGITS, convert
from warehouse.invoices import issued_invoices
from warehouse.workspace import Tables

__all__ = ["product_revenue"]


def product_revenue(tables: Tables, as_of: dt.date, *, days: int = 365) -> ir.Table:
    """What each customer was invoiced for each product in the `days` up to `as_of`.

    Lines without a product and cancelled invoices are left out.

    Returns
    -------
    Table
        One row a customer and product: ``customer_id``, ``product_id``, ``product``, ``family``
        and ``revenue`` in the reporting currency.
    """
    tables.require("customers", "invoices", "invoice_lines", "products")
    first = ibis.literal(as_of - dt.timedelta(days=days))
    invoices = issued_invoices(tables, as_of).filter(_.issued_on > first)
    cancelled = (invoices.settled_on <= ibis.literal(as_of)) & (invoices.settled_as == "void")
    invoices = invoices.filter(~cancelled.fill_null(False))
    about = invoices.select("invoice_id", "customer_id", "issued_on", "currency")
    lines = tables["invoice_lines"].select("invoice_id", "product_id", "amount")
    lines = convert(lines.join(about, "invoice_id"), tables, as_of, flows={"amount": "issued_on"})
    sums = lines.group_by("customer_id", "product_id").agg(revenue=_.amount.sum())
    products = tables["products"].select("product_id", "family", product=_.name)
    rows = sums.inner_join(products, "product_id").mutate(revenue=_.revenue.round(STEADY_DIGITS))
    columns = ("customer_id", "product_id", "product", "family", "revenue")
    return rows.select(*columns).order_by("customer_id", "product_id")

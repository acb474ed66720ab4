"""Invoices as outcomes of how content their customer was: how long unpaid, and whether disputed."""

import datetime as dt

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.currency import convert
from warehouse.workspace import Tables

__all__ = ["linked_invoices"]


def linked_invoices(
    invoices: ir.Table, tables: Tables, as_of: dt.date, *, horizon: int, one_in: int = 1
) -> ir.Table:
    """One row for each of `invoices` that was not cancelled, with what came of it.

    Parameters
    ----------
    invoices : Table
        From `Scope.invoices`.
    tables : Tables
        Reads ``disputes`` where they are.
    as_of : date
        Nothing later is read.
    horizon : int
        Days from issue that are watched.
    one_in : int, default=1
        Keep the invoices of one in so many customers, the same as `customer_months` keeps.

    Returns
    -------
    Table
        ``invoice_id``, ``customer_id``, ``issued_on``, ``amount`` (reporting currency),
        ``terms`` (days), ``channel``, ``kind``, ``age`` (days from issue to `as_of`), ``days``
        (from issue until paid, at most `horizon`, which is also that of an invoice not paid) and
        ``disputed`` (1 if disputed within `horizon`; null without a table of disputes).
    """
    day = ibis.literal(as_of)
    known = (invoices.settled_on <= day).fill_null(False)
    rows = invoices.filter(~(known & (invoices.settled_as == "void").fill_null(False)))
    if one_in > 1:
        rows = rows.filter((rows.customer_id.hash() % one_in + one_in) % one_in == 0)
    paid = (rows.settled_on <= day).fill_null(False) & (rows.settled_as == "paid").fill_null(False)
    taken = rows.settled_on.delta(rows.issued_on, unit="day").clip(upper=horizon)
    rows = rows.select(
        "invoice_id", "customer_id", "issued_on", "currency", "amount",
        channel=rows.channel, kind=rows.kind,
        terms=rows.due_on.delta(rows.issued_on, unit="day"),
        age=day.delta(rows.issued_on, unit="day"),
        days=ibis.ifelse(paid, taken, horizon).cast("float64"),
    )  # fmt: skip
    rows = convert(rows, tables, as_of, flows={"amount": "issued_on"})
    if "disputes" not in tables:
        return rows.mutate(disputed=ibis.null("float64")).drop("currency", "amount_original")
    opened = tables["disputes"].filter(_.opened_on <= day)
    first = opened.group_by("invoice_id").agg(opened_on=_.opened_on.min())
    rows = rows.left_join(first, "invoice_id").drop("invoice_id_right")
    within = rows.opened_on.delta(rows.issued_on, unit="day") <= horizon
    rows = rows.mutate(disputed=within.fill_null(False).cast("float64"))
    return rows.drop("currency", "amount_original", "opened_on")

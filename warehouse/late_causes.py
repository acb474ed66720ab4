"""What is known of why an invoice is late: how it was paid, disputed, and what collectors noted."""

import datetime as dt

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.invoices import invoice_balances, issued_invoices
from warehouse.workspace import Tables

__all__ = ["OF_OURS", "OF_THEIRS", "late_facts"]

#: What a dispute is about, by whose fault it points to: an error of the bill or of its way to
#: the customer, or what was delivered and agreed.
OF_OURS = ("missing_po", "duplicate", "not_recognised")
OF_THEIRS = ("price", "quantity", "quality", "delivery")


def late_facts(tables: Tables, as_of: dt.date) -> ir.Table:
    """What had come in by `as_of` on each invoice that was late by then, or open.

    A collector's note has no day of its own, so it counts once the invoice is settled, and on
    open ones once no later payment is known.

    Returns
    -------
    Table
        One row an invoice: ``invoice_id``, ``days_late`` (of one paid, or past due so far;
        negative before the due date), ``in_part`` (payments that left it open), ``dispute``
        (ours, theirs, other, or null), ``dispute_reason``, ``disputed_share`` (of its amount),
        ``disputed_line`` (number of the one line of exactly the disputed amount, else null),
        ``upheld`` (1 where we agreed at least in part) and ``noted`` (cause, else null).
    """
    tables.require("customers", "invoices", "payments")
    invoices = invoice_balances(issued_invoices(tables, as_of), as_of)
    invoices = invoices.filter(invoices.late | (invoices.outcome == "open"))
    until = invoices.settled_on.fill_null(ibis.literal(as_of))
    newest = tables["payments"].paid_on.max() <= ibis.literal(as_of)
    noted = ibis.ifelse(
        newest | (invoices.outcome != "open"), invoices.late_reason, ibis.null("string")
    )
    rows = invoices.mutate(
        days_late=until.delta(invoices.due_on, unit="day").cast("float64"), noted=noted
    )
    paid = tables["payments"].filter(_.paid_on <= as_of)
    owed = rows.select("invoice_id", "settled_on")
    paid = paid.join(owed, "invoice_id")
    paid = paid.filter(paid.settled_on.isnull() | (paid.settled_on > paid.paid_on))
    parts = paid.group_by("invoice_id").agg(in_part=_.count())
    rows = rows.left_join(parts, "invoice_id").drop("invoice_id_right")
    rows = with_dispute(rows, tables, as_of)
    return rows.select(
        "invoice_id", "days_late", "dispute", "dispute_reason", "disputed_line", "noted",
        in_part=_.in_part.fill_null(0).cast("float64"),
        disputed_share=_.disputed_share.fill_null(0.0),
        upheld=_.upheld.fill_null(0.0),
    )  # fmt: skip


def with_dispute(rows: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """The first dispute of each invoice that was opened by `as_of`."""
    if "disputes" not in tables:
        return rows.mutate(
            dispute=ibis.null("string"), dispute_reason=ibis.null("string"),
            disputed_line=ibis.null("int64"), disputed_share=ibis.null("float64"),
            upheld=ibis.null("float64"),
        )  # fmt: skip
    known = tables["disputes"].filter(_.opened_on <= as_of)
    first = ibis.row_number().over(
        group_by="invoice_id", order_by=[known.opened_on, known.dispute_id]
    )
    known = known.mutate(place=first).filter(_.place == 0)
    about = ibis.cases(
        (known.reason.isin(OF_OURS), "ours"),
        (known.reason.isin(OF_THEIRS), "theirs"),
        else_="other",
    )
    agreed = (known.resolved_on <= as_of) & known.outcome.isin(("upheld", "partial"))
    known = known.select(
        "invoice_id",
        dispute=about,
        dispute_reason=known.reason,
        disputed_amount=known.amount,
        upheld=agreed.fill_null(False).cast("float64"),
    )
    rows = rows.left_join(known, "invoice_id").drop("invoice_id_right")
    rows = rows.mutate(
        disputed_share=(rows.disputed_amount / rows.amount).cast("float64").clip(0.0, 1.0)
    )
    if "invoice_lines" not in tables:
        return rows.mutate(disputed_line=ibis.null("int64"))
    claims = known.select("invoice_id", "disputed_amount")
    lines = tables["invoice_lines"].join(claims, "invoice_id")
    lines = lines.filter(lines.amount == lines.disputed_amount)
    lines = lines.group_by("invoice_id").agg(n_lines=_.count(), disputed_line=_.line_no.min())
    lines = lines.filter(_.n_lines == 1).select("invoice_id", "disputed_line")
    return rows.left_join(lines, "invoice_id").drop("invoice_id_right")

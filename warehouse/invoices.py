"""What has become of each invoice by a day: paid, credited, written off, or still open."""

import datetime as dt

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis import _

from warehouse.once import once
from warehouse.settlements import applied_credits, settlements
from warehouse.workspace import Tables

__all__ = ["first_day_covered", "invoice_balances", "issued_invoices", "open_balances"]


@once
def first_day_covered(tables: Tables, as_of: dt.date) -> dt.date:
    """The first day the books cover, that of the first invoice; `as_of` where there is none."""
    first = tables["invoices"].issued_on.min().to_pandas()
    return as_of if pd.isna(first) else min(pd.Timestamp(first).date(), as_of)


def issued_invoices(tables: Tables, as_of: dt.date) -> ir.Table:
    """Invoices issued by `as_of`, as `settlements` has them; later ones do not exist yet."""
    return settlements(tables).filter(_.issued_on <= as_of)


def invoice_balances(invoices: ir.Table, as_of: dt.date) -> ir.Table:
    """Add what had become of each invoice by `as_of`.

    Parameters
    ----------
    invoices : Table
        `issued_invoices`, or a selection of it.
    as_of : date
        A settlement after this day has not happened yet.

    Returns
    -------
    Table
        The same rows with ``outcome`` (paid, void, written_off, open), ``settled_on`` (null
        while open), ``duration`` (days from issue until settled, or until `as_of`), ``terms``
        (days from issue to due), ``age`` (days from issue to `as_of`), ``days_past_due`` (days
        from due to `as_of`, negative before) and ``late`` (paid after the due date, or unpaid
        past it; null for a void invoice and for an open one not yet due).
    """
    day = ibis.literal(as_of)
    settled = (invoices.settled_on <= day).fill_null(False)
    outcome = ibis.ifelse(settled, invoices.settled_as, "open")
    settled_on = ibis.ifelse(settled, invoices.settled_on, ibis.null("date"))
    unknown = ibis.null("boolean")
    return invoices.mutate(
        outcome=outcome,
        settled_on=settled_on,
        duration=settled_on.fill_null(day).delta(invoices.issued_on, unit="day"),
        terms=invoices.due_on.delta(invoices.issued_on, unit="day"),
        age=day.delta(invoices.issued_on, unit="day"),
        days_past_due=day.delta(invoices.due_on, unit="day"),
        late=ibis.cases(
            (outcome == "void", unknown),
            (outcome == "paid", settled_on > invoices.due_on),
            (invoices.due_on < day, True),
            else_=unknown,
        ),
    ).drop("settled_as", "cleared_on")


def open_balances(invoices: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """Those of `invoices` on which something is owed at `as_of`, with what is left to pay.

    An invoice paid but for a rounding difference is among them with that difference: it is
    on the books until it is written off, though the invoice counts as paid elsewhere.

    Returns
    -------
    Table
        The columns of `invoice_balances` and ``received`` and ``open_amount`` in the
        invoice's currency.
    """
    cleared = (invoices.cleared_on <= ibis.literal(as_of)).fill_null(False)
    still_open = invoices.filter(~cleared)
    credits = applied_credits(still_open, tables).filter(_.happened_on <= as_of)
    received = credits.group_by("invoice_id").agg(received=_.applied.sum())
    nothing_settled = still_open.mutate(settled_on=ibis.null("date"))
    balances = invoice_balances(nothing_settled, as_of)
    balances = balances.left_join(received, "invoice_id").drop("invoice_id_right")
    balances = balances.mutate(received=balances.received.fill_null(0))
    return balances.mutate(open_amount=balances.amount - balances.received)

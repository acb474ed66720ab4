"""The ledger as flows: what was billed and what came off it, by day of issue, due day and day."""

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.settlements import applied_credits
from warehouse.workspace import Tables

__all__ = ["receivable_flows"]


def receivable_flows(
    invoices: ir.Table, tables: Tables, as_of: dt.date, *, by: Sequence[str] = ()
) -> ir.Table:
    """Sums from which every receivables figure follows, at `as_of` and at any earlier day.

    An amount that was billed on one day, is due on another and comes off on a
    third is one cell; ages and balances at any day are sums over cells, exact
    and with no need of the single invoices again.

    Parameters
    ----------
    invoices : Table
        From `segmented_invoices`, with the columns in `by`.
    by : sequence of str
        Segment columns to keep apart.

    Returns
    -------
    Table
        ``issued_on``, ``due_on``, ``happened_on``, ``currency``, ``kind`` (billed, paid,
        credited, written_off, unapplied), ``amount`` in that currency, ``n`` rows summed,
        and the columns in `by`.
    """
    about = ["issued_on", "due_on", "currency", *by]
    columns = [*about, "happened_on", "kind", "amount", "n"]
    billed = invoices.group_by(about).agg(amount=_.amount.sum().cast("float64"), n=_.count())
    billed = billed.mutate(happened_on=billed.issued_on, kind=ibis.literal("billed"))
    credits = applied_credits(invoices, tables).filter(_.happened_on <= as_of)
    summed = credits.group_by([*about, "happened_on", "credit_kind"]).agg(
        amount=_.applied.sum().cast("float64"),
        n=_.count(where=_.applied > 0),
        surplus=_.unapplied.sum().cast("float64"),
        n_surplus=_.count(where=_.unapplied > 0),
    )
    applied = summed.filter(_.n > 0).mutate(kind=_.credit_kind)
    surplus = summed.filter(_.n_surplus > 0).select(
        *about, "happened_on", kind=ibis.literal("unapplied"), amount=_.surplus, n=_.n_surplus
    )
    cells = billed.select(columns).union(applied.select(columns)).union(surplus.select(columns))
    # In one order, so that sums of floating point come out the same to the last digit.
    return cells.order_by(columns[:-2])

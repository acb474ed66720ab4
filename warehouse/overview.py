"""What customers did by quarter and by month, and what happened around them: rows of the overview.

Nothing here is a model: sums that a scoreboard is made of, in one question for all of them.
"""

import datetime as dt
from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.currency import STEADY_DIGITS, convert
from warehouse.disputes import ABOUT_BILLING
from warehouse.margins import costed_lines
from warehouse.workspace import Tables

__all__ = ["ACTIVITY", "NEEDS", "activity", "by_customer_and_quarter", "by_month", "event_log",
           "market_averages"]  # fmt: skip

#: Sums of the activity: what they count.
ACTIVITY = ("billed", "n_invoices", "line_amount", "line_cost", "enquiries", "promised", "on_time")
#: Table to the sums that need it; the others need what every analysis needs.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "invoice_lines": ("line_amount", "line_cost"),
    "tickets": ("enquiries",),
    "orders": ("promised", "on_time"),
}
MONTHS_IN_QUARTER = 3


def activity(tables: Tables, invoices: ir.Table, as_of: dt.date) -> ir.Table:
    """One row an invoice, line, ticket or order line up to `as_of`, with what it adds to each sum.

    Parameters
    ----------
    tables : Tables
        Needs ``customers``, ``invoices`` and ``payments``; reads those in `NEEDS` where they are.
    invoices : Table
        From `warehouse.segments.segmented_invoices`; cancelled ones are left out here.
    as_of : date
        Nothing later is read.

    Returns
    -------
    Table
        ``part`` (invoice, line, enquiry, order), ``row_id``, ``customer_id``, ``happened_on``,
        ``months_ago`` (0 for the month up to `as_of`) and the columns of `ACTIVITY`, money in the
        reporting currency at the rate of its month.
    """
    cancelled = (invoices.settled_on <= ibis.literal(as_of)) & (invoices.settled_as == "void")
    invoices = invoices.filter(~cancelled.fill_null(False))
    billed = invoices.select(
        "customer_id", "currency", row_id=_.invoice_id, happened_on=_.issued_on, billed=_.amount
    )
    billed = convert(billed, tables, as_of, flows={"billed": "happened_on"})
    parts = [adding(billed, "invoice", billed=billed.billed, n_invoices=ibis.literal(1.0))]
    if "invoice_lines" in tables:
        lines = costed_lines(tables, invoices, as_of)
        lines = lines.mutate(row_id=lines.invoice_id, happened_on=lines.issued_on)
        parts.append(adding(lines, "line", line_amount=lines.amount, line_cost=lines.cost))
    if "tickets" in tables:
        asked = tables["tickets"].filter(_.opened_on <= as_of, _.topic.isin(ABOUT_BILLING))
        asked = asked.mutate(row_id=asked.ticket_id, happened_on=asked.opened_on)
        parts.append(adding(asked, "enquiry", enquiries=ibis.literal(1.0)))
    if "orders" in tables:
        due = tables["orders"].filter(_.promised_on <= as_of, _.ordered_on <= as_of)
        due = due.mutate(row_id=due.order_id, happened_on=due.promised_on)
        kept = (due.delivered_on <= due.promised_on).fill_null(False).cast("float64")
        parts.append(adding(due, "order", promised=ibis.literal(1.0), on_time=kept))
    rows = parts[0]
    for part in parts[1:]:
        rows = rows.union(part)
    return rows.mutate(months_ago=months_ago(rows.happened_on, as_of))


def adding(rows: ir.Table, part: str, **sums: ir.NumericValue) -> ir.Table:
    """Rows with every column of `ACTIVITY`: what is not in `sums` gets nothing."""
    return rows.select(
        "row_id",
        "customer_id",
        "happened_on",
        part=ibis.literal(part),
        **{name: sums.get(name, ibis.literal(0.0)) for name in ACTIVITY},
    )


def months_ago(day: ir.DateValue, as_of: dt.date) -> ir.IntegerValue:
    """How many months back from `as_of` a day lies, as `models.ledger.month_windows` rolls them."""
    whole = 12 * (as_of.year - day.year()) + (as_of.month - day.month())
    if (as_of + dt.timedelta(days=1)).day == 1:
        return whole
    return whole - (day.day() > as_of.day).cast("int64")


def summed(rows: ir.Table, *by: str) -> ir.Table:
    # Digits that hang on the order of rows are cut off, as in `customer_features`.
    sums: dict[str, Callable[[ir.Table], ir.Value]] = {
        name: rows[name].sum().round(STEADY_DIGITS) for name in ACTIVITY
    }
    return rows.group_by(*by).agg(**sums).order_by(*by)


def by_customer_and_quarter(rows: ir.Table, *, quarters: int) -> ir.Table:
    """The sums of `activity` of each customer in each of the last `quarters`; 0 is the newest."""
    rows = rows.mutate(quarter=(rows.months_ago // MONTHS_IN_QUARTER).cast("int64"))
    return summed(rows.filter(rows.quarter < quarters), "customer_id", "quarter")


def by_month(rows: ir.Table, *, months: int) -> ir.Table:
    """The sums of `activity` in each of the last `months`, by ``months_ago``."""
    return summed(rows.filter(rows.months_ago < months), "months_ago")


def event_log(tables: Tables, as_of: dt.date) -> ir.Table:
    """Internal and market events up to `as_of`, oldest first.

    Returns
    -------
    Table
        ``event_id``, ``happened_on``, ``kind``, ``title``, ``detail``.
    """
    tables.require("events")
    rows = tables["events"].filter(_.happened_on <= as_of)
    rows = rows.select("event_id", "happened_on", "kind", "title", "detail")
    return rows.order_by("happened_on", "event_id")


def market_averages(tables: Tables, as_of: dt.date, metrics: tuple[str, ...]) -> ir.Table:
    """The market's monthly averages known by `as_of`, the mean of the sources that have them.

    Returns
    -------
    Table
        ``metric``, ``month`` (first day), ``value`` and ``source`` (one of them).
    """
    tables.require("benchmarks")
    known = tables["benchmarks"].filter(_.month <= as_of, _.metric.isin(list(metrics)))
    rows = known.group_by("metric", "month").agg(value=_.value.mean(), source=_.source.min())
    return rows.order_by("metric", "month")

"""Refunds, credit notes, disputes and chargebacks as work: how long, and how often one calls."""

import datetime as dt

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.currency import convert
from warehouse.workspace import Tables

__all__ = ["CONTACT_DAYS", "TOPICS", "refund_cases"]

#: Contacts count for so many days from the request on, and as many before it to compare with.
CONTACT_DAYS = 30
#: What is written to support about money.
TOPICS = ("billing", "payment", "pricing", "refund")


def refund_cases(invoices: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """Requests of money back or off about `invoices`, with the contacts before and after each.

    An invoice cancelled as a whole is no request of the customer and is left out.

    Returns
    -------
    Table
        ``case_id``, ``customer_id``, ``kind`` (refund, credit note, dispute, chargeback),
        ``began_on``, ``duration`` (days until done, or until `as_of`), ``done``, ``amount``
        (reporting currency), ``watched`` (customer and books cover the days before and after),
        ``before`` and ``after`` (contacts about money in the days before the request, and from
        it on), ``minutes`` and ``cost`` (of those after that are closed).
    """
    if "adjustments" not in tables and "disputes" not in tables:
        tables.require("adjustments")
    about = invoices.select("invoice_id", "customer_id", "currency", invoiced=_.amount)
    rows = [find(tables, about) for find in (adjusted, disputed)]
    rows = [part for part in rows if part is not None]
    cases = rows[0] if len(rows) == 1 else rows[0].union(rows[1])
    cases = cases.filter(_.began_on <= as_of)
    day = ibis.literal(as_of)
    done = (cases.done_on <= day).fill_null(False)
    until = ibis.ifelse(done, cases.done_on, day)
    cases = cases.mutate(done=done, duration=until.delta(cases.began_on, unit="day"))
    cases = convert(cases, tables, as_of, flows={"amount": "began_on"})
    first = tables["invoices"].issued_on.min().to_pandas()
    since = tables["customers"].select("customer_id", "acquired_on")
    cases = cases.inner_join(since, "customer_id")
    start = ibis.greatest(cases.acquired_on, ibis.literal(first or as_of))
    window = ibis.interval(days=CONTACT_DAYS)
    cases = cases.mutate(
        watched=(start <= cases.began_on - window)
        & (cases.began_on + window <= ibis.literal(as_of))
    )
    columns = ["case_id", "customer_id", "kind", "began_on", "duration", "done", "amount",
               "watched"]  # fmt: skip
    return with_contacts(cases.select(columns), tables, as_of).order_by("case_id")


def adjusted(tables: Tables, about: ir.Table) -> ir.Table | None:
    if "adjustments" not in tables:
        return None
    given = tables["adjustments"].filter(_.kind.isin(["refund", "credit_note"]))
    given = given.inner_join(about, "invoice_id")
    # A credit of the whole invoice cancels it: an error was undone, no request was answered.
    whole = (given.kind == "credit_note") & (given.amount >= given.invoiced)
    given = given.filter(~whole)
    return given.select(
        "customer_id", "currency", case_id=_.adjustment_id, kind=_.kind.replace("_", " "),
        began_on=_.requested_on, done_on=_.completed_on, amount=_.amount.cast("float64"),
    )  # fmt: skip


def disputed(tables: Tables, about: ir.Table) -> ir.Table | None:
    if "disputes" not in tables:
        return None
    rows = tables["disputes"].filter(_.opened_on.notnull()).inner_join(about, "invoice_id")
    return rows.select(
        "customer_id", "currency", case_id=_.dispute_id, kind=_.kind,
        began_on=_.opened_on, done_on=_.resolved_on, amount=_.amount.cast("float64"),
    )  # fmt: skip


def with_contacts(cases: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """Add the contacts of each case; null without the table of tickets."""
    if "tickets" not in tables:
        unknown = ibis.null("float64")
        return cases.mutate(before=unknown, after=unknown, minutes=unknown, cost=unknown)
    tickets = tables["tickets"].filter((_.opened_on <= as_of) & _.topic.isin(TOPICS))
    closed = (tickets.resolved_on <= ibis.literal(as_of)).fill_null(False)
    minutes = ibis.ifelse(closed, tickets.handling_minutes, 0.0).fill_null(0.0)
    per_minute = tables.settings.staff_cost_per_hour / 60
    cost = tickets.cost.cast("float64").fill_null(minutes * per_minute)
    tickets = tickets.select(
        who=_.customer_id, on=_.opened_on, took=minutes, costs=ibis.ifelse(closed, cost, 0.0)
    )
    window = ibis.interval(days=CONTACT_DAYS)
    near = cases.select("case_id", "customer_id", "began_on").inner_join(
        tickets,
        [
            _.customer_id == tickets.who,
            tickets.on >= _.began_on - window,
            tickets.on < _.began_on + window,
        ],
    )
    then = near.on >= near.began_on
    sums = near.group_by("case_id").agg(
        before=(~then).cast("float64").sum(),
        after=then.cast("float64").sum(),
        minutes=near.took.sum(where=then).fill_null(0.0),
        cost=near.costs.sum(where=then).fill_null(0.0),
    )
    rows = cases.left_join(sums, "case_id").drop("case_id_right")
    names = ("before", "after", "minutes", "cost")
    return rows.mutate(**{name: rows[name].fill_null(0.0) for name in names})

"""What poor experience costs, row by row: money given back, work it made, cash that waited."""

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.currency import convert
from warehouse.invoices import issued_invoices, open_balances
from warehouse.refunds import TOPICS
from warehouse.settlements import applied_credits
from warehouse.workspace import Tables

__all__ = ["NO_COST_OF_RUSHING", "cost_rows", "mishaps", "source_rows"]

#: What a row of the ledger has; `left_out` says why one is in the books and not in the ledger.
COLUMNS = ("entry_id", "source", "kind", "began_on", "booked_on", "customer_id", "invoice_id",
           "about", "minutes", "amount", "left_out")  # fmt: skip
CANCELLED = "of an invoice that was cancelled as a whole"
BEYOND = "credited beyond what was still owed"
NO_FAILURE = "not about money or a delivery"
#: Why one bucket of the ledger is always refused.
NO_COST_OF_RUSHING = (
    "No table says what rushing a late order costs, so expedites cannot be counted. What they "
    "cost is in the total only as far as it was booked as something else."
)
MINUTES_PER_HOUR, YEAR_DAYS = 60, 365


def cost_rows(tables: Tables, as_of: dt.date, ends: Sequence[dt.date]) -> ir.Table:
    """Every row that may be a cost of poor experience, after the first day of `ends`.

    Each row of a source stands here once, those that are no such cost with the reason in
    ``left_out``, so that the sums of the sources can be found again to the cent.

    Parameters
    ----------
    tables : Tables
        Needs ``customers``, ``invoices`` and ``payments``; reads ``adjustments``, ``tickets`` and
        ``reminders`` where they are.
    as_of : date
        Nothing that happened later is read.
    ends : sequence of date
        Last days of the windows, oldest first and the last one `as_of`; what is tied up in
        unpaid invoices is cut at them. The first day only begins the first window.

    Returns
    -------
    Table
        ``entry_id``, ``source`` (table), ``kind`` (refund, credit_note, write_off, ticket,
        reminder, waiting), ``began_on`` (a ticket's day of opening), ``booked_on``,
        ``customer_id``, ``invoice_id`` (null of a ticket), ``about`` (topic, reason, or stage),
        ``minutes``, ``amount`` (reporting currency) and ``left_out``.
    """
    tables.require("customers", "invoices", "payments")
    since = ends[0]
    invoices = issued_invoices(tables, as_of)
    cancelled = (invoices.settled_on <= ibis.literal(as_of)) & (invoices.settled_as == "void")
    invoices = invoices.mutate(cancelled=cancelled.fill_null(False))
    parts = [waiting(tables, invoices.filter(~_.cancelled), as_of, ends)]
    if "adjustments" in tables:
        parts.append(given_back(tables, invoices, as_of, since))
    if "tickets" in tables:
        parts.append(answered(tables, as_of, since))
    if "reminders" in tables:
        parts.append(reminded(tables, as_of, since))
    return united(parts)


def given_back(tables: Tables, invoices: ir.Table, as_of: dt.date, since: dt.date) -> ir.Table:
    """Refunds, credit notes and write-offs: what was taken off, and what was not.

    Several of a kind on one invoice and day are one row.
    """
    adjustments = tables["adjustments"].filter(_.completed_on.notnull())
    about = invoices.select("invoice_id", "customer_id", "currency", "issued_on", "cancelled")
    given = adjustments.inner_join(about, "invoice_id")
    day = counts_from(given.kind, given.completed_on, given.issued_on)
    given = given.mutate(happened_on=day)
    given = given.filter(inside(given.happened_on, since, as_of))
    keys = ["invoice_id", "customer_id", "currency", "cancelled", "kind", "happened_on"]
    given = given.group_by(keys).agg(
        entry_id=_.adjustment_id.min(), reason=_.reason.max(), total=_.amount.sum()
    )
    credits = applied_credits(invoices, tables)
    credits = credits.filter(credits.credit_kind != "paid")
    credits = credits.filter(inside(credits.happened_on, since, as_of))
    taken = credits.group_by(
        taken_from=_.invoice_id,
        taken_on=_.happened_on,
        taken_as=ibis.ifelse(_.credit_kind == "written_off", "write_off", "credit_note"),
    ).agg(applied=_.applied.sum())
    rows = given.left_join(
        taken,
        [
            given.invoice_id == taken.taken_from,
            given.happened_on == taken.taken_on,
            given.kind == taken.taken_as,
        ],
    )
    booked = ibis.ifelse(rows.kind == "refund", rows.total, rows.applied.fill_null(0))
    rows = rows.mutate(booked=booked.cast("float64"), total=rows.total.cast("float64"))
    flows = {"booked": "happened_on", "total": "happened_on"}
    rows = convert(rows, tables, as_of, flows=flows)
    # Cents are cut off once, so that the two parts of a credit note add up to it.
    rows = rows.mutate(booked=rows.booked.round(2), total=rows.total.round(2))
    shared = {
        "source": ibis.literal("adjustments"),
        "kind": rows.kind,
        "began_on": rows.happened_on,
        "booked_on": rows.happened_on,
        "customer_id": rows.customer_id,
        "invoice_id": rows.invoice_id,
        "about": rows.reason.cast("string"),
        "minutes": ibis.literal(0.0),
    }
    taken_off = rows.select(
        **shared,
        entry_id=rows.entry_id,
        amount=ibis.ifelse(rows.cancelled, rows.total, rows.booked),
        left_out=ibis.ifelse(rows.cancelled, CANCELLED, ibis.null("string")),
    )
    over = (rows.total - rows.booked).round(2)
    rest = rows.select(
        **shared,
        entry_id=rows.entry_id + " (rest)",
        amount=over,
        left_out=ibis.literal(BEYOND),
        cancelled=rows.cancelled,
    )
    rest = rest.filter(~rest.cancelled & (rest.amount != 0)).drop("cancelled")
    return taken_off.select(*COLUMNS).union(rest.select(*COLUMNS))


def answered(tables: Tables, as_of: dt.date, since: dt.date) -> ir.Table:
    """Tickets resolved, at their cost or else their minutes; what one took is known from then."""
    tickets = tables["tickets"].filter(_.opened_on <= as_of)
    tickets = tickets.filter(inside(tickets.resolved_on, since, as_of))
    minutes = tickets.handling_minutes.fill_null(0).cast("float64")
    cost = tickets.cost.cast("float64").fill_null(minutes * per_minute(tables))
    counted = tickets.topic.isin([*TOPICS, "delivery"])
    return tickets.select(
        entry_id=tickets.ticket_id,
        source=ibis.literal("tickets"),
        kind=ibis.literal("ticket"),
        began_on=tickets.opened_on,
        booked_on=tickets.resolved_on,
        customer_id=tickets.customer_id,
        invoice_id=ibis.null("string"),
        about=tickets.topic.cast("string"),
        minutes=minutes,
        amount=cost.round(2),
        left_out=ibis.ifelse(counted, ibis.null("string"), NO_FAILURE),
    ).select(*COLUMNS)


def reminded(tables: Tables, as_of: dt.date, since: dt.date) -> ir.Table:
    """Reminders at the minutes that staff spent on them."""
    sent = tables["reminders"]
    sent = sent.filter(inside(sent.sent_on, since, as_of))
    sent = sent.inner_join(tables["invoices"].select("invoice_id", "customer_id"), "invoice_id")
    minutes = sent.staff_minutes.fill_null(0).cast("float64")
    return sent.select(
        entry_id=sent.reminder_id,
        source=ibis.literal("reminders"),
        kind=ibis.literal("reminder"),
        began_on=sent.sent_on,
        booked_on=sent.sent_on,
        customer_id=sent.customer_id,
        invoice_id=sent.invoice_id,
        about=ibis.ifelse((sent.stage >= 3) | (sent.tone == "legal"), "collection", "reminder"),
        minutes=minutes,
        amount=(minutes * per_minute(tables)).round(2),
        left_out=ibis.null("string"),
    ).select(*COLUMNS)


def waiting(
    tables: Tables, invoices: ir.Table, as_of: dt.date, ends: Sequence[dt.date]
) -> ir.Table:
    """Financing of cash that came after it was due, or is still out, by window.

    Each payment is financed from the due date until it came, and what is open until `as_of`. What
    was credited or given up was no cash that came late: it is a cost of its own.
    """
    about = ["invoice_id", "customer_id", "currency", "due_on"]
    paid = applied_credits(invoices, tables)
    paid = paid.filter((paid.credit_kind == "paid") & (paid.happened_on > paid.due_on))
    paid = paid.filter(inside(paid.happened_on, ends[0], as_of))
    late = paid.select(*about, until=paid.happened_on, waited=paid.applied.cast("float64"))
    day = ibis.literal(as_of)
    still = open_balances(invoices, tables, as_of)
    still = still.filter(still.due_on < day)
    out = still.select(*about, until=day, waited=still.open_amount.cast("float64"))
    rows = convert(late.union(out), tables, as_of, flows={"waited": "due_on"})
    windows = ibis.memtable(
        {"after": list(ends[:-1]), "ends": list(ends[1:])}, schema={"after": "date", "ends": "date"}
    )
    rows = rows.inner_join(windows, [rows.due_on < windows.ends, rows.until > windows.after])
    days = ibis.least(rows.until, rows.ends).delta(
        ibis.greatest(rows.due_on, rows.after), unit="day"
    )
    rate = float(tables.settings.discount_rate) / YEAR_DAYS
    rows = rows.mutate(cost=rows.waited * days * rate)
    rows = rows.group_by("invoice_id", "customer_id", "ends").agg(cost=_.cost.sum())
    return rows.select(
        entry_id=rows.invoice_id + " " + rows.ends.cast("string"),
        source=ibis.literal("invoices"),
        kind=ibis.literal("waiting"),
        began_on=rows.ends,
        booked_on=rows.ends,
        customer_id=rows.customer_id,
        invoice_id=rows.invoice_id,
        about=ibis.literal("late"),
        minutes=ibis.literal(0.0),
        amount=rows.cost.round(2),
        left_out=ibis.null("string"),
    ).select(*COLUMNS)


def mishaps(tables: Tables, as_of: dt.date, since: dt.date) -> ir.Table:
    """What went wrong for whom, and when, as far as the books show it.

    Returns
    -------
    Table
        ``customer_id``, ``invoice_id`` (null where it was of no one invoice), ``happened_on`` and
        ``what``: ``dispute: <reason>``, ``noted: <cause>`` (a collector's note on a settled
        invoice), late_delivery, short_delivery, price_rise or reminder.
    """
    invoices = issued_invoices(tables, as_of)
    settled = (invoices.settled_on <= ibis.literal(as_of)).fill_null(False)
    noted = invoices.filter(settled & invoices.late_reason.notnull())
    parts = [
        noted.select(
            "customer_id", "invoice_id", happened_on=noted.due_on,
            what=ibis.literal("noted: ") + noted.late_reason.cast("string"),
        )
    ]  # fmt: skip
    about = invoices.select("invoice_id", "customer_id")
    if "disputes" in tables:
        disputes = tables["disputes"].inner_join(about, "invoice_id")
        parts.append(
            disputes.select(
                "customer_id", "invoice_id", happened_on=disputes.opened_on,
                what=ibis.literal("dispute: ") + disputes.reason.cast("string"),
            )
        )  # fmt: skip
    if "reminders" in tables:
        sent = tables["reminders"].inner_join(about, "invoice_id")
        parts.append(event(sent, sent.sent_on, "reminder"))
    if "orders" in tables:
        orders = tables["orders"]
        day = ibis.literal(as_of)
        came = (orders.delivered_on <= day).fill_null(False)
        until = ibis.ifelse(came, orders.delivered_on, day)
        late = orders.filter((orders.promised_on < until).fill_null(False))
        parts.append(event(late, late.promised_on, "late_delivery"))
        short = orders.filter(came & (orders.delivered_quantity < orders.quantity))
        parts.append(event(short, short.delivered_on, "short_delivery"))
    if "price_changes" in tables and "contracts" in tables:
        owner = tables["contracts"].select("contract_id", "customer_id")
        rises = tables["price_changes"].filter(_.new_monthly_value > _.old_monthly_value)
        rises = rises.inner_join(owner, "contract_id")
        parts.append(event(rises, rises.effective_on, "price_rise"))
    rows = united(parts)
    return rows.filter(inside(rows.happened_on, since, as_of))


def event(rows: ir.Table, day: ir.DateValue, what: str) -> ir.Table:
    return rows.select(
        "customer_id",
        invoice_id=ibis.null("string"),
        happened_on=day,
        what=ibis.literal(what),
    )


def source_rows(tables: Tables, as_of: dt.date, since: dt.date) -> ir.Table | None:
    """What each source holds in the window, read without any of the rules of the ledger.

    Returns
    -------
    Table or None
        ``customer_id``, ``source``, ``kind`` and ``amount`` in the reporting currency, each row
        to the cent; None where no source is loaded.
    """
    parts = []
    if "adjustments" in tables:
        about = issued_invoices(tables, as_of)
        about = about.select("invoice_id", "customer_id", "currency", "issued_on")
        given = tables["adjustments"].inner_join(about, "invoice_id")
        given = given.mutate(on=counts_from(given.kind, given.completed_on, given.issued_on))
        given = given.filter(inside(given.on, since, as_of))
        given = convert(given, tables, as_of, flows={"amount": "on"})
        parts.append(control(given, "adjustments", given.kind, given.amount))
    if "tickets" in tables:
        done = tables["tickets"].filter(inside(_.resolved_on, since, as_of))
        cost = ibis.coalesce(
            done.cost.cast("float64"), done.handling_minutes * per_minute(tables), 0.0
        )
        parts.append(control(done, "tickets", ibis.literal("ticket"), cost))
    if "reminders" in tables:
        about = tables["invoices"].select("invoice_id", "customer_id")
        sent = tables["reminders"].inner_join(about, "invoice_id")
        sent = sent.filter(inside(sent.sent_on, since, as_of))
        cost = (sent.staff_minutes * per_minute(tables)).fill_null(0.0)
        parts.append(control(sent, "reminders", ibis.literal("reminder"), cost))
    return united(parts) if parts else None


def control(
    rows: ir.Table, source: str, kind: ir.StringValue, amount: ir.FloatingValue
) -> ir.Table:
    return rows.select(
        "customer_id", source=ibis.literal(source), kind=kind, amount=amount.round(2)
    )


def counts_from(
    kind: ir.StringValue, completed_on: ir.DateValue, issued_on: ir.DateValue
) -> ir.DateValue:
    """The day an adjustment counts from, as in `settlements`.

    Credit given before there is an invoice is taken off on its first day.
    """
    return ibis.ifelse(
        (kind == "refund") | completed_on.isnull(),
        completed_on,
        ibis.greatest(completed_on, issued_on),
    )


def united(parts: Sequence[ir.Table]) -> ir.Table:
    rows = parts[0]
    for part in parts[1:]:
        rows = rows.union(part)
    return rows


def inside(day: ir.DateValue, since: dt.date, as_of: dt.date) -> ir.BooleanValue:
    return (day > ibis.literal(since)) & (day <= ibis.literal(as_of))


def per_minute(tables: Tables) -> float:
    return float(tables.settings.staff_cost_per_hour) / MINUTES_PER_HOUR

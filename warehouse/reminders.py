"""Overdue invoices as they stood before each reminder: what was known, and what came of it."""

import datetime as dt

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.currency import convert
from warehouse.months import months_between
from warehouse.workspace import Tables

__all__ = ["DRIVERS", "MOST_STAGES", "monthly_reminders", "overdue_invoices"]

#: Reminders told apart: the first, the second, the third and what follows it.
MOST_STAGES = 3
#: What is known when an invoice falls due and may decide on reminding it.
DRIVERS = ("log_amount", "lateness_before", "reminded_before", "invoices_before")
#: Days before the due date in which a sign of hardship counts, and how many it takes: paying one
#: invoice in two parts happens to anybody.
HARDSHIP_DAYS, HARDSHIP_SIGNS = 365, 3
#: Invoices at the average that every customer is taken to have paid before its first.
PRIOR_INVOICES = 3.0
#: A first payment below this share of the invoice is one in parts.
IN_FULL = 0.95


def overdue_invoices(invoices: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """One row for each of `invoices` that was still unpaid the day after it fell due.

    Watched from its due date until money first comes, it is given up (credited or asked to be
    written off), disputed, or `as_of`. A dispute ends the watch because reminding stops then.

    Parameters
    ----------
    invoices : Table
        From `Scope.invoices`.
    tables : Tables
        Needs ``reminders``; reads ``disputes`` and ``adjustments`` where they are.
    as_of : date
        Nothing later is read.

    Returns
    -------
    Table
        ``invoice_id``, ``customer_id``, ``due_on``, ``amount`` (reporting currency), ``stop``
        (days past due when the watch ends), ``paid`` (by money coming), ``arm`` (hold_out,
        usual, or null), for each stage ``day_N`` (days past due), ``channel_N`` and ``tone_N``,
        ``hardship`` (three times in the year before it was due the customer paid a part, or a debt
        was given up) and `DRIVERS`, known on the due date: the logarithm of the amount, and of
        the customer's earlier invoices how late they were (mean log of days) and what share of
        the late ones was reminded (both drawn to the average where there are few), and the
        logarithm of their number.
    """
    tables.require("customers", "invoices", "payments", "reminders")
    rows = convert(invoices, tables, as_of, flows={"amount": "issued_on"})
    rows = rows.select("invoice_id", "customer_id", "due_on", "amount", arm=_.reminder_arm)
    rows = with_ends(rows, tables, as_of)
    rows = with_reminders(rows, tables, as_of)
    # Of every invoice, not only of those that were late: being on time is a history too.
    rows = with_history(rows)
    rows = rows.filter(rows.stop > 0)
    return with_hardship(rows, tables, as_of)


def first_days(tables: Tables, as_of: dt.date) -> list[tuple[str, ir.Table]]:
    """The first day on which each invoice was paid, given up or disputed, by `as_of`."""
    day = ibis.literal(as_of)
    paid = tables["payments"].filter(_.paid_on <= day)
    found = [("paid_on", paid.group_by("invoice_id").agg(first=_.paid_on.min()))]
    if "adjustments" in tables:
        given_up = tables["adjustments"].filter((_.kind != "refund") & (_.requested_on <= day))
        found.append(("ended_on", given_up.group_by("invoice_id").agg(first=_.requested_on.min())))
    if "disputes" in tables:
        opened = tables["disputes"].filter(_.opened_on <= day)
        found.append(("disputed_on", opened.group_by("invoice_id").agg(first=_.opened_on.min())))
    return found


def with_ends(rows: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """When the watch ends and whether by money; invoices paid by then keep their ``paid_on``."""
    names = []
    for name, days in first_days(tables, as_of):
        rows = rows.left_join(days, "invoice_id").drop("invoice_id_right")
        rows = rows.rename({name: "first"})
        names.append(name)
    end = ibis.least(*(rows[name].fill_null(ibis.literal(as_of)) for name in names))
    rows = rows.mutate(stop=end.delta(rows.due_on, unit="day"), paid=(rows.paid_on <= end))
    rows = rows.mutate(paid=rows.paid.fill_null(False))
    return rows.drop(*(name for name in names if name != "paid_on"))


def with_reminders(rows: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """The first reminders of each invoice, in the order they were sent; one a day counts."""
    sent = tables["reminders"].filter(_.sent_on <= ibis.literal(as_of))
    one = sent.group_by("invoice_id", "sent_on").agg(
        channel=_.channel.argmin(_.reminder_id), tone=_.tone.argmin(_.reminder_id)
    )
    order = ibis.window(group_by="invoice_id", order_by="sent_on")
    one = one.mutate(nth=ibis.row_number().over(order) + 1).filter(_.nth <= MOST_STAGES)
    wide = one.group_by("invoice_id").agg(
        **{
            f"{name}_{nth}": one[column].max(where=one.nth == nth)
            for nth in range(1, MOST_STAGES + 1)
            for name, column in (("on", "sent_on"), ("channel", "channel"), ("tone", "tone"))
        }
    )
    rows = rows.left_join(wide, "invoice_id").drop("invoice_id_right")
    return rows.mutate(
        **{
            f"day_{nth}": rows[f"on_{nth}"].delta(rows.due_on, unit="day")
            for nth in range(1, MOST_STAGES + 1)
        }
    ).drop(*(f"on_{nth}" for nth in range(1, MOST_STAGES + 1)))


def with_history(rows: ir.Table) -> ir.Table:
    """What earlier invoices of the customer had shown by the day each one falls due.

    An invoice that fell due earlier and is unpaid has been late up to this day, no longer: its
    end is not known yet. Days up to now are what a month's first day shows, so that invoices of
    one customer and month share one history.
    """
    rows = rows.mutate(month=rows.due_on.truncate("M").cast("date"))
    sums = running_history(rows)
    whole = sums.agg(
        mean_late=_.lateness.sum() / ibis.greatest(_.n.sum(), 1),
        mean_asked=_.n_asked.sum() / ibis.greatest(_.n_late.sum(), 1),
    )
    rows = rows.left_join(sums, ["customer_id", "month"]).drop("customer_id_right", "month_right")
    rows = rows.cross_join(whole)
    lateness = rows.lateness + PRIOR_INVOICES * rows.mean_late.fill_null(0.0)
    asked = rows.n_asked + PRIOR_INVOICES * rows.mean_asked.fill_null(0.0)
    return rows.mutate(
        log_amount=rows.amount.ln(),
        lateness_before=(lateness / (rows.n + PRIOR_INVOICES)).round(9),
        reminded_before=(asked / (rows.n_late + PRIOR_INVOICES)).round(9),
        invoices_before=(rows.n + 1).ln(),
    ).drop("month", "n", "n_late", "lateness", "n_asked", "mean_late", "mean_asked", "paid_on")


def running_history(rows: ir.Table) -> ir.Table:
    """Sums over the invoices that fell due before each month in which one of the customer does.

    A late invoice adds to the first month after it fell due, and to each one after that what its
    lateness grew by until it ended: a running sum over months is then all there is to do.
    """
    names = ("n", "n_late", "lateness", "n_asked")

    def added(part: ir.Table, month: ir.DateValue, **made: ir.NumericValue) -> ir.Table:
        values = {name: made.get(name, ibis.literal(0)).cast("float64") for name in names}
        return part.select("customer_id", month=month.cast("date"), **values)

    late = rows.filter(rows.stop > 0)
    own = added(rows, rows.month, n=ibis.literal(1), n_late=rows.stop > 0)
    end = late.due_on + late.stop.as_interval("D")
    steps = months_between(end, late.due_on) + 1
    grown = late.select(
        "customer_id", "due_on", "stop", "month", step=ibis.range(1, steps.cast("int64") + 1)
    ).unnest("step")
    begins = (grown.month + grown.step.as_interval("M")).cast("date")
    before = (grown.month + (grown.step - 1).as_interval("M")).cast("date")
    # On the first of the month it fell due in it was not late yet.
    grown = added(grown, begins, lateness=log_late(grown, begins) - log_late(grown, before))
    asked = late.filter(late.day_1.notnull())
    sent = asked.due_on + ibis.greatest(asked.day_1, 0).as_interval("D")
    asked = added(asked, sent.truncate("M") + ibis.interval(months=1), n_asked=ibis.literal(1))
    parts = ibis.union(own, grown, asked)
    by_month = parts.group_by("customer_id", "month").agg(
        **{name: parts[name].sum() for name in names}
    )
    so_far = ibis.window(group_by="customer_id", order_by="month", preceding=None, following=0)
    sums = {name: by_month[name].sum().over(so_far) for name in names}
    # What fell due in the month itself is counted only from the next one on.
    sums |= {name: sums[name] - by_month[name] for name in ("n", "n_late")}
    return by_month.select("customer_id", "month", due=_.n, **sums).filter(_.due > 0).drop("due")


def log_late(rows: ir.Table, day: ir.DateValue) -> ir.FloatingValue:
    """Logarithm of the days late by `day`, and of no more than it was in the end."""
    known = ibis.least(rows.stop, day.delta(rows.due_on, unit="day"))
    return (ibis.greatest(known, 0) + 1).ln()


def with_hardship(rows: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """Whether the customer had shown several times that money is short, before the due date."""
    invoices = tables["invoices"].select("invoice_id", "customer_id", billed=_.amount)
    payments = tables["payments"].filter(_.paid_on <= ibis.literal(as_of))
    in_parts = payments.inner_join(invoices, "invoice_id")
    in_parts = in_parts.filter(in_parts.amount < IN_FULL * in_parts.billed)
    signs = in_parts.select(who=_.customer_id, sign_on=_.paid_on)
    if "adjustments" in tables:
        lost = tables["adjustments"].filter(
            (_.kind == "write_off") & (_.requested_on <= ibis.literal(as_of))
        )
        lost = lost.inner_join(invoices, "invoice_id")
        signs = signs.union(lost.select(who=_.customer_id, sign_on=_.requested_on))
    pairs = rows.select("invoice_id", "customer_id", "due_on").inner_join(
        signs, rows.customer_id == signs.who
    )
    ago = pairs.due_on.delta(pairs.sign_on, unit="day")
    recent = pairs.filter((ago > 0) & (ago <= HARDSHIP_DAYS))
    hard = recent.group_by("invoice_id").agg(n_signs=_.count())
    rows = rows.left_join(hard, "invoice_id").drop("invoice_id_right")
    return rows.mutate(hardship=rows.n_signs.fill_null(0) >= HARDSHIP_SIGNS).drop("n_signs")


def monthly_reminders(tables: Tables, as_of: dt.date) -> ir.Table:
    """Reminders of each customer and month by tone, and what the customer did in that month.

    Returns
    -------
    Table
        ``customer_id``, ``begins`` (first day of the month), ``gentle`` (friendly or neutral) and
        ``harsh`` (firm or legal) reminders, ``tickets``, ``disputes`` and ``answers`` (surveys)
        with ``score`` (their mean, in standard deviations from the mean of their measure and
        touchpoint). Months without any of these are left out.
    """
    tables.require("invoices", "reminders")
    day = ibis.literal(as_of)
    owner = tables["invoices"].select("invoice_id", "customer_id")
    zero = ibis.literal(0.0)
    names = ("gentle", "harsh", "tickets", "disputes", "answers", "scores")

    def counted(rows: ir.Table, on: str, **made: ir.Value) -> ir.Table:
        values = {name: made.get(name, zero).cast("float64") for name in names}
        begins = rows[on].truncate("M").cast("date")
        return rows.select("customer_id", begins=begins, **values)

    sent = tables["reminders"].filter(_.sent_on <= day).inner_join(owner, "invoice_id")
    harsh = sent.tone.isin(("firm", "legal"))
    pieces = [counted(sent, "sent_on", gentle=~harsh, harsh=harsh)]
    one = ibis.literal(1.0)
    if "tickets" in tables:
        pieces.append(counted(tables["tickets"].filter(_.opened_on <= day), "opened_on",
                              tickets=one))  # fmt: skip
    if "disputes" in tables:
        opened = tables["disputes"].filter(_.opened_on <= day).inner_join(owner, "invoice_id")
        pieces.append(counted(opened, "opened_on", disputes=one))
    if "surveys" in tables:
        told = tables["surveys"].filter(_.answered_on <= day)
        kind = ibis.window(group_by=["measure", "touchpoint"])
        spread = ibis.greatest(told.score.std(how="pop").over(kind), 1e-9)
        told = told.mutate(z=(told.score - told.score.mean().over(kind)) / spread)
        pieces.append(counted(told, "answered_on", answers=one, scores=told.z))
    rows = ibis.union(*pieces) if len(pieces) > 1 else pieces[0]
    sums = rows.group_by("customer_id", "begins").agg(**{name: rows[name].sum() for name in names})
    score = ibis.ifelse(sums.answers > 0, sums.scores / sums.answers, ibis.null("float64"))
    return sums.mutate(score=score.round(9)).drop("scores").order_by("customer_id", "begins")

"""What a collector should know before calling: how happy the customer is, and what was sent."""

import datetime as dt

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.credit import SCORE_COUNTS, UNHAPPY
from warehouse.currency import convert
from warehouse.workspace import Tables

__all__ = ["latest_answers", "open_disputes", "open_tickets", "reminders_sent"]


def latest_answers(tables: Tables, as_of: dt.date) -> ir.Table:
    """The newest answer of each customer to each measure, of the last half year.

    Returns
    -------
    Table
        ``customer_id``, ``measure``, ``touchpoint``, ``answered_on``, ``score`` and ``low``
        (detractor, dissatisfied, much effort).
    """
    since = as_of - dt.timedelta(days=SCORE_COUNTS)
    answers = tables["surveys"].filter((_.answered_on <= as_of) & (_.answered_on > since))
    newest = ibis.row_number().over(
        group_by=["customer_id", "measure"], order_by=[ibis.desc("answered_on"), "survey_id"]
    )
    answers = answers.mutate(place=newest).filter(_.place == 0)
    low = ibis.cases(
        *((answers.measure == m, answers.score <= at) for m, at in UNHAPPY.items()),
        else_=ibis.literal(False),
    )
    return answers.select("customer_id", "measure", "touchpoint", "answered_on", "score", low=low)


def open_tickets(tables: Tables, as_of: dt.date) -> ir.Table:
    """Tickets that were opened by the day and not resolved by it."""
    opened = tables["tickets"].filter(_.opened_on <= as_of)
    opened = opened.filter(~(_.resolved_on <= ibis.literal(as_of)).fill_null(False))
    return opened.select("ticket_id", "customer_id", "opened_on", "topic")


def open_disputes(tables: Tables, as_of: dt.date) -> ir.Table:
    """Disputes that were opened by the day and not resolved by it; the amount is a balance.

    Returns
    -------
    Table
        ``dispute_id``, ``invoice_id``, ``customer_id``, ``opened_on``, ``reason`` and ``amount``
        (reporting currency, rate of the month of `as_of`).
    """
    opened = tables["disputes"].filter(_.opened_on <= as_of)
    opened = opened.filter(~(_.resolved_on <= ibis.literal(as_of)).fill_null(False))
    owner = tables["invoices"].select("invoice_id", "customer_id", "currency")
    rows = convert(
        opened.inner_join(owner, "invoice_id"), tables, as_of, flows={}, balances=("amount",)
    )
    return rows.select("dispute_id", "invoice_id", "customer_id", "opened_on", "reason", "amount")


def reminders_sent(tables: Tables, as_of: dt.date) -> ir.Table:
    """How many reminders each invoice got by the day, and when the last."""
    sent = tables["reminders"].filter(_.sent_on <= as_of)
    return sent.group_by("invoice_id").agg(n_sent=_.count(), last_sent_on=_.sent_on.max())

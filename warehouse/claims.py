"""What each customer did before an initiative began and since: to score what was claimed of it."""

import datetime as dt

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.churn import customer_lives, opened_once
from warehouse.customers import MONTH_DAYS
from warehouse.invoices import issued_invoices
from warehouse.refunds import TOPICS
from warehouse.workspace import Tables

__all__ = ["SETTLED_WITHIN", "customer_outcomes"]

#: Days late beyond these say no more, and younger invoices are not looked at: so none that is
#: still open is missing among the late.
SETTLED_WITHIN = 60

Days = tuple[dt.date, dt.date]


def customer_outcomes(tables: Tables, outcome: str, *, before: Days, after: Days) -> ir.Table:
    """One row a customer: an outcome in the days before an initiative and in those after.

    Parameters
    ----------
    tables : Tables
        Needs ``customers``, ``invoices`` and ``payments``, for ``satisfaction`` also ``surveys``
        and for ``billing_tickets`` also ``tickets``.
    outcome : str
        - ``satisfaction``: mean answer to CSAT;
        - ``days_to_pay``: mean days from due to paid, at most 60, of invoices issued in the days
          and due 60 days before they end;
        - ``billing_tickets``: tickets about money a month, of customers who did not leave;
        - ``churn``: 1 for who left in the days after, 0 for who stayed; nothing before.
    before, after : tuple of date
        First day, which is not counted, and last, which is. Nothing later than the last is read.

    Returns
    -------
    Table
        ``customer_id``, ``industry``, ``before`` and ``after``, null where nothing was seen.
    """
    tables.require("customers", "invoices", "payments")
    customers = tables["customers"].select(
        "customer_id", "churned_on", industry=_.industry.fill_null("")
    )
    if outcome == "churn":
        return leaving(tables, customers, after)
    seen = {"satisfaction": answers, "days_to_pay": days_late, "billing_tickets": tickets}
    found = seen[outcome](tables, before, after)
    rows = customers.left_join(found, "customer_id").drop("customer_id_right")
    if outcome == "billing_tickets":
        stayed = rows.churned_on.isnull() | (rows.churned_on > ibis.literal(after[1]))
        none = ibis.null("float64")
        # Who had no ticket had none; who left had no time to have them.
        rows = rows.mutate(
            **{name: ibis.ifelse(stayed, rows[name].fill_null(0.0), none)
               for name in ("before", "after")}
        )  # fmt: skip
    return rows.select("customer_id", "industry", "before", "after").order_by("customer_id")


def within(day: ir.DateValue, days: Days) -> ir.BooleanValue:
    return (day > ibis.literal(days[0])) & (day <= ibis.literal(days[1]))


def answers(tables: Tables, before: Days, after: Days) -> ir.Table:
    tables.require("surveys")
    rows = tables["surveys"].filter(_.measure == "csat")
    score = rows.score.cast("float64")
    return rows.group_by("customer_id").agg(
        before=score.mean(where=within(rows.answered_on, before)),
        after=score.mean(where=within(rows.answered_on, after)),
    )


def tickets(tables: Tables, before: Days, after: Days) -> ir.Table:
    tables.require("tickets")
    rows = tables["tickets"].filter(_.topic.isin(TOPICS))
    counted = {
        name: rows.count(where=within(rows.opened_on, days)) / (months_of(days))
        for name, days in (("before", before), ("after", after))
    }
    return rows.group_by("customer_id").agg(**counted)


def months_of(days: Days) -> float:
    return max((days[1] - days[0]).days, 1) / MONTH_DAYS


def days_late(tables: Tables, before: Days, after: Days) -> ir.Table:
    rows = issued_invoices(tables, after[1])
    days = rows.settled_on.delta(rows.due_on, unit="day")
    in_time = (days <= SETTLED_WITHIN).fill_null(False)
    rows = rows.mutate(
        # What was cancelled in time was never due; what was written off was not paid.
        cancelled=in_time & (rows.settled_as == "void"),
        late=ibis.ifelse(in_time & (rows.settled_as == "paid"), days, SETTLED_WITHIN),
    ).filter(~_.cancelled)
    means = {}
    for name, (since, until) in (("before", before), ("after", after)):
        last = ibis.literal(until - dt.timedelta(days=SETTLED_WITHIN))
        old = (rows.issued_on > ibis.literal(since)) & (rows.due_on <= last)
        means[name] = rows.late.mean(where=old)
    return rows.group_by("customer_id").agg(**means)


def leaving(tables: Tables, customers: ir.Table, after: Days) -> ir.Table:
    rule = tables.settings.churn_rule_days
    lives = opened_once(customer_lives(tables, after[1], churn_rule_days=rule))
    first = ibis.literal(after[0])
    lives = lives.filter((_.acquired_on <= first) & (_.left_on.isnull() | (_.left_on > first)))
    rows = lives.select("customer_id", after=_.left_on.notnull().cast("float64"))
    rows = rows.inner_join(customers, "customer_id")
    none = ibis.null("float64")
    return rows.select("customer_id", "industry", before=none, after=rows.after).order_by(
        "customer_id"
    )

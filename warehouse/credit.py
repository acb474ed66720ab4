"""What stands against each customer's credit limit, from order to overdue invoice."""

import datetime as dt

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.currency import convert
from warehouse.invoices import issued_invoices
from warehouse.late_payments import open_invoices
from warehouse.settlements import applied_credits
from warehouse.workspace import Tables

__all__ = ["SCORE_COUNTS", "UNHAPPY", "credit_customers", "credit_months", "credit_moods",
           "pipeline_orders"]  # fmt: skip

#: A score says something of today for so many days.
SCORE_COUNTS = 180
#: At or below these a customer is unhappy: detractors, dissatisfied, much effort.
UNHAPPY = {"nps": 6, "csat": 2, "ces": 3}


def pipeline_orders(tables: Tables, as_of: dt.date) -> ir.Table:
    """Order lines that are to become invoices: not shipped yet, or shipped and not billed.

    Invoices do not name the orders they are for. An order counts as billed once its customer was
    sent an invoice with a line of its product, on the day it was shipped or later; without
    invoice lines, any invoice will do.

    Returns
    -------
    Table
        ``order_id``, ``customer_id``, ``ordered_on``, ``stage`` (ordered, not billed) and
        ``amount`` (reporting currency, rate of the month of `as_of`).
    """
    tables.require("orders", "customers", "invoices")
    orders = tables["orders"].filter(_.ordered_on <= as_of)
    day = ibis.literal(as_of)
    left_us = ibis.coalesce(orders.shipped_on, orders.delivered_on)
    orders = orders.mutate(left_us=ibis.ifelse(left_us <= day, left_us, ibis.null("date")))
    billed = tables["invoices"].filter(_.issued_on <= as_of)
    keys = ["customer_id"]
    if "invoice_lines" in tables:
        lines = tables["invoice_lines"].select("invoice_id", "product_id")
        billed = billed.inner_join(lines, "invoice_id").filter(_.product_id.notnull())
        keys.append("product_id")
    last = billed.group_by(keys).agg(billed_on=_.issued_on.max())
    orders = orders.left_join(last, keys).drop(*(f"{key}_right" for key in keys))
    is_billed = (orders.billed_on >= orders.left_us).fill_null(False)
    orders = orders.filter(~is_billed)
    arrived = ibis.ifelse(
        (orders.delivered_on <= day).fill_null(False), orders.delivered_quantity, orders.quantity
    ).fill_null(orders.quantity)
    currency = tables["customers"].select("customer_id", "currency")
    rows = orders.mutate(
        amount=(arrived * orders.unit_price.cast("float64")),
        stage=ibis.ifelse(orders.left_us.isnull(), "ordered", "not billed"),
    ).inner_join(currency, "customer_id")
    rows = convert(rows, tables, as_of, flows={}, balances=("amount",))
    return rows.select("order_id", "customer_id", "ordered_on", "stage", "amount").order_by(
        "customer_id", "ordered_on", "order_id"
    )


def credit_customers(tables: Tables, as_of: dt.date) -> ir.Table:
    """One row a customer of the day with its limit and what it owes.

    Returns
    -------
    Table
        ``customer_id``, ``name``, ``parent_id``, ``active``, ``payment_terms_days``, and in the
        reporting currency at the rate of the month of `as_of`: ``credit_limit`` (null without
        one), ``not_due``, ``overdue`` and ``unapplied`` (received and matched to no debt).
    """
    customers = tables["customers"].filter(_.acquired_on <= as_of)
    left = (customers.churned_on <= ibis.literal(as_of)).fill_null(False)
    rows = customers.select(
        "customer_id", "name", "parent_id", "currency", "payment_terms_days", "credit_limit",
        active=~left,
    )  # fmt: skip
    rows = convert(rows, tables, as_of, flows={}, balances=("credit_limit",))
    issued = issued_invoices(tables, as_of)
    owed = open_invoices(issued, tables, as_of)
    owed = owed.group_by("customer_id").agg(
        not_due=_.open_amount.sum(where=_.days_past_due <= 0).fill_null(0.0),
        overdue=_.open_amount.sum(where=_.days_past_due > 0).fill_null(0.0),
    )
    surplus = applied_credits(issued, tables)
    surplus = surplus.filter((_.happened_on <= as_of) & (_.unapplied > 0))
    surplus = convert(surplus, tables, as_of, flows={}, balances=("unapplied",))
    surplus = surplus.group_by("customer_id").agg(unapplied=_.unapplied.sum())
    for part in (owed, surplus):
        rows = rows.left_join(part, "customer_id").drop("customer_id_right")
    sums = ("not_due", "overdue", "unapplied")
    return rows.mutate(**{name: rows[name].fill_null(0.0) for name in sums}).drop(
        "currency", "credit_limit_original"
    )


def credit_months(tables: Tables, as_of: dt.date, *, months: int = 12) -> ir.Table:
    """What each customer was billed in each of the last months of 30 days.

    Returns
    -------
    Table
        ``customer_id``, ``months_ago`` (0 is the last 30 days) and ``billed`` (reporting
        currency, rate of the month of `as_of`).
    """
    issued = tables["invoices"].filter(_.issued_on <= as_of)
    ago = (ibis.literal(as_of).delta(issued.issued_on, unit="day") / 30).floor().cast("int64")
    rows = issued.mutate(months_ago=ago).filter(_.months_ago < months)
    rows = convert(rows, tables, as_of, flows={}, balances=("amount",))
    return rows.group_by("customer_id", "months_ago").agg(billed=_.amount.sum())


def credit_moods(tables: Tables, as_of: dt.date) -> ir.Table:
    """Customers who have said that they are unhappy: a low score lately, or a dispute still open.

    Returns
    -------
    Table
        ``customer_id``, ``low_score`` and ``open_dispute``, one of them true.
    """
    found = []
    if "surveys" in tables:
        since = as_of - dt.timedelta(days=SCORE_COUNTS)
        answers = tables["surveys"].filter((_.answered_on <= as_of) & (_.answered_on > since))
        low = [
            (answers.measure == measure) & (answers.score <= at)
            for measure, at in UNHAPPY.items()
        ]  # fmt: skip
        # Only the newest answer of each measure counts: who was unhappy may be so no more.
        newest = ibis.row_number().over(
            group_by=["customer_id", "measure"],
            order_by=[ibis.desc("answered_on"), "survey_id"],
        )
        answers = answers.mutate(low=low[0] | low[1] | low[2], place=newest)
        answers = answers.filter((_.place == 0) & _.low)
        found.append(answers.select("customer_id", low_score=True, open_dispute=False))
    if "disputes" in tables:
        disputes = tables["disputes"].filter(_.opened_on <= as_of)
        still_open = disputes.filter(~(_.resolved_on <= ibis.literal(as_of)).fill_null(False))
        owner = tables["invoices"].select("invoice_id", "customer_id")
        still_open = still_open.inner_join(owner, "invoice_id")
        found.append(still_open.select("customer_id", low_score=False, open_dispute=True))
    if not found:
        tables.require("surveys")
    rows = found[0] if len(found) == 1 else found[0].union(found[1])
    return rows.group_by("customer_id").agg(
        low_score=_.low_score.any(), open_dispute=_.open_dispute.any()
    )

"""What customers were billed, used and asked, month by month, around changes of their prices."""

import datetime as dt

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.customer_months import UNUSUAL_KINDS, answers, opened
from warehouse.invoices import issued_invoices
from warehouse.workspace import Tables

__all__ = [
    "finance_enquiries",
    "metered_shares",
    "monthly_use",
    "price_steps",
    "recurring_bills",
    "survey_scores",
]


def recurring_bills(tables: Tables, as_of: dt.date, *, one_in: int = 1) -> ir.Table:
    """Bills that come again: not those for goods or projects, and not those cancelled.

    Parameters
    ----------
    tables : Tables
        Needs ``customers``, ``invoices`` and ``payments``; reads ``contracts`` and ``disputes``
        where they are.
    as_of : date
        Nothing that happened later is read.
    one_in : int, default=1
        Keep one in so many customers, always the same ones, with all they have.

    Returns
    -------
    Table
        ``invoice_id``, ``customer_id``, ``contract_id``, ``currency``, ``issued_on``, ``due_on``,
        ``amount`` (in that currency, in which a bill is a surprise or not), ``paid_on`` (of full
        payment, null while open or written off), ``billing_model`` and ``billing_timing`` (null
        without a contract) and ``disputed`` (known of by `as_of`; null without disputes).
    """
    tables.require("customers", "invoices", "payments")
    day = ibis.literal(as_of)
    rows = issued_invoices(tables, as_of)
    rows = rows.filter(rows.kind.isnull() | rows.kind.notin(UNUSUAL_KINDS))
    settled = (rows.settled_on <= day).fill_null(False)
    rows = one_customer_in(rows.filter(~(settled & (rows.settled_as == "void"))), one_in)
    paid = settled & (rows.settled_as == "paid")
    rows = rows.select(
        "invoice_id", "customer_id", "contract_id", "currency", "issued_on", "due_on",
        amount=rows.amount.cast("float64"),
        paid_on=ibis.ifelse(paid, rows.settled_on, ibis.null("date")),
    )  # fmt: skip
    if "contracts" in tables:
        agreed = tables["contracts"].select("contract_id", "billing_model", "billing_timing")
        rows = rows.left_join(agreed, "contract_id").drop("contract_id_right")
    else:
        rows = rows.mutate(billing_model=ibis.null("string"), billing_timing=ibis.null("string"))
    if "disputes" in tables:
        known = tables["disputes"].filter(_.opened_on <= as_of).select("invoice_id").distinct()
        known = known.mutate(disputed=ibis.literal(True))
        rows = rows.left_join(known, "invoice_id").drop("invoice_id_right")
        rows = rows.mutate(disputed=rows.disputed.fill_null(False))
    else:
        rows = rows.mutate(disputed=ibis.null("boolean"))
    return rows.order_by("customer_id", "issued_on", "invoice_id")


def one_customer_in(rows: ir.Table, one_in: int) -> ir.Table:
    """Rows of one in so many customers: the same ones that `customer_months` keeps."""
    if one_in == 1:
        return rows
    return rows.filter((rows.customer_id.hash() % one_in + one_in) % one_in == 0)


def finance_enquiries(tables: Tables, as_of: dt.date) -> ir.Table:
    """Tickets about bills, payments, prices and refunds: ``customer_id``, ``begins``, ``asked``."""
    rows = opened(tables.require("tickets"), as_of)
    return rows.select("customer_id", "begins", asked=rows.finance_tickets.cast("float64"))


def survey_scores(tables: Tables, as_of: dt.date) -> ir.Table:
    """Mean answer of each customer and month, in standard deviations of what was asked."""
    rows = answers(tables.require("surveys"), as_of)
    return rows.select("customer_id", "begins", score=(rows.points / rows.answers).round(9))


def monthly_use(tables: Tables, as_of: dt.date, *, one_in: int = 1) -> ir.Table:
    """Use of each customer and meter in each whole month as a customer.

    The month of joining and that of leaving are parts of months and left out, and so is the one
    that `as_of` cuts short.

    Returns
    -------
    Table
        ``customer_id``, ``meter``, ``begins`` and ``quantity``.
    """
    tables.require("customers", "usage")
    over = dt.date(as_of.year, as_of.month, 1)
    if (as_of + dt.timedelta(days=1)).day == 1:
        over = as_of + dt.timedelta(days=1)
    customers = tables["customers"]
    left = ibis.ifelse(customers.churned_on <= as_of, customers.churned_on, ibis.null("date"))
    life = customers.select("customer_id", "acquired_on", left_on=left)
    rows = tables["usage"].filter(_.month < over).inner_join(life, "customer_id")
    rows = rows.filter(
        (rows.month > rows.acquired_on)
        & (rows.left_on.isnull() | (rows.month < rows.left_on.truncate("M").cast("date")))
    )
    rows = one_customer_in(rows, one_in)
    return rows.select(
        "customer_id", "meter", begins=rows.month, quantity=rows.quantity.cast("float64")
    ).order_by("customer_id", "meter", "begins")


def price_steps(tables: Tables, as_of: dt.date) -> ir.Table:
    """Changes of price in force by `as_of`, by customer and month.

    Returns
    -------
    Table
        ``customer_id``, ``begins`` (month from which the new price holds), ``announced_on`` (the
        first of them) and ``price_ratio`` (new over old value of the contracts that changed).
    """
    tables.require("contracts", "price_changes")
    owner = tables["contracts"].select("contract_id", "customer_id")
    known = tables["price_changes"].filter(
        (_.effective_on <= as_of) & (_.old_monthly_value > 0) & (_.new_monthly_value > 0)
    )
    rows = known.inner_join(owner, "contract_id")
    rows = rows.mutate(begins=rows.effective_on.truncate("M").cast("date"))
    rows = rows.group_by("customer_id", "begins").agg(
        announced_on=rows.announced_on.min(),
        old=rows.old_monthly_value.cast("float64").sum(),
        new=rows.new_monthly_value.cast("float64").sum(),
    )
    ratio = (rows.new / rows.old).round(12)
    return rows.select("customer_id", "begins", "announced_on", price_ratio=ratio).order_by(
        "customer_id", "begins"
    )


def metered_shares(tables: Tables, as_of: dt.date, *, days: int = 365) -> ir.Table:
    """Which part of each customer's bills moves with what it uses: ``customer_id``, ``metered``.

    Of the lines with a charge on invoices of the last `days`: those that are not a fixed one.
    """
    tables.require("invoices", "invoice_lines")
    since = as_of - dt.timedelta(days=days)
    billed = tables["invoices"].filter((_.issued_on <= as_of) & (_.issued_on > since))
    billed = billed.filter(_.kind.isnull() | _.kind.notin(UNUSUAL_KINDS))
    lines = tables["invoice_lines"].filter(_.charge.notnull())
    rows = lines.inner_join(billed.select("invoice_id", "customer_id"), "invoice_id")
    amount = rows.amount.cast("float64")
    moves = ibis.ifelse(rows.charge == "fixed", 0.0, amount)
    rows = rows.group_by("customer_id").agg(moves=moves.sum(), all=amount.sum())
    share = (rows.moves / rows["all"].nullif(0)).clip(0.0, 1.0).round(9)
    return rows.select("customer_id", metered=share).order_by("customer_id")

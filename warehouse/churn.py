"""How long customers stay and why they leave, and what was known of them month by month."""

import datetime as dt

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.invoices import first_day_covered
from warehouse.lookalikes import opened_before
from warehouse.segments import customer_segments
from warehouse.workspace import Tables

__all__ = [
    "CUSTOMER_SEGMENTS",
    "UNKNOWN_CAUSE",
    "customer_lives",
    "opened_once",
]

#: Cause of a customer who left without a reason on record.
UNKNOWN_CAUSE = "unknown"

#: A customer is not lost before a silence is this many times as long as the longest it came back
#: from: half as long again, as a yearly bill may be some months late.
LONGEST_SILENCES = 1.5

#: The ways to cut customers; those of invoices cut what happens to an invoice.
CUSTOMER_SEGMENTS = ("industry", "country", "region", "size", "terms", "billing_model")


def customer_lives(tables: Tables, as_of: dt.date, *, churn_rule_days: int) -> ir.Table:
    """One row a customer: since when it is one, from when it was watched, and how that ended.

    A customer left on its ``churned_on``. One without it is lost by the churn rule once no
    invoice was issued for `churn_rule_days` days, or for half as long again as the longest time
    between two of its own invoices where that is more, on the day those are over, and is marked
    ``by_rule``. Who has only one invoice is judged by the median of the others' longest times. All
    that only if the day is not after `as_of`, and by invoices that are not.

    An account lost by the rule that looks like a customer won before it
    (`warehouse.lookalikes.opened_before`) is one that was opened twice: nobody left, so its
    ``cause`` is null, and whoever counts customers leaves it out.

    Parameters
    ----------
    tables : Tables
        Needs ``customers`` and ``invoices``; reads ``contracts`` where they are.
    as_of : date
        What happened later has not happened yet.
    churn_rule_days : int

    Returns
    -------
    Table
        ``customer_id``, ``name``, ``acquired_on``, ``watched_from`` (the later of acquisition
        and the first day the books cover: who left before then could not be seen to),
        ``left_on`` (null while a customer), ``by_rule``, ``cause`` (null while a customer and of
        an account opened twice, ``unknown`` where no reason is on record), ``entry`` and
        ``duration`` (days from acquisition to ``watched_from`` and to leaving or `as_of`), and
        the segments in `CUSTOMER_SEGMENTS`. Customers who left before they could be watched are
        not in it.
    """
    tables.require("customers", "invoices")
    day, first = ibis.literal(as_of), ibis.literal(first_day_covered(tables, as_of))
    invoices = tables["invoices"].filter(_.issued_on <= as_of)
    rhythm = invoicing_rhythm(invoices)
    usual = rhythm.aggregate(usual_gap=_.longest_gap.median())
    rows = tables["customers"].filter(_.acquired_on <= as_of)
    rows = rows.left_join(rhythm, "customer_id").drop("customer_id_right").cross_join(usual)
    watched_from = ibis.greatest(rows.acquired_on, first)
    quiet_since = ibis.greatest(watched_from, rows.last_invoice_on.fill_null(first))
    gap = ibis.coalesce(rows.longest_gap.cast("float64"), rows.usual_gap.cast("float64"), 0.0)
    days = ibis.greatest((LONGEST_SILENCES * gap).ceil().cast("int64"), churn_rule_days)
    rule_on = (quiet_since + days.as_interval("D")).cast("date")
    said = (rows.churned_on <= day).fill_null(False)
    by_rule = ~said & (rule_on <= day)
    left_on = ibis.cases((said, rows.churned_on), (by_rule, rule_on), else_=ibis.null("date"))
    # A reason may have been written down for a day still to come.
    recorded = ibis.ifelse(said, rows.churn_reason, ibis.null("string"))
    rows = rows.select(
        "customer_id",
        "name",
        "acquired_on",
        watched_from=watched_from,
        left_on=left_on,
        by_rule=by_rule,
        cause=ibis.ifelse(left_on.isnull(), ibis.null("string"), recorded.fill_null(UNKNOWN_CAUSE)),
        entry=watched_from.delta(rows.acquired_on, unit="day"),
        duration=left_on.fill_null(day).delta(rows.acquired_on, unit="day"),
    ).filter(_.duration > _.entry)
    twice = opened_before(rows.filter(_.by_rule), tables["customers"]).mutate(twice=True)
    rows = rows.left_join(twice, "customer_id").drop("customer_id_right")
    rows = rows.mutate(cause=ibis.ifelse(_.twice.isnull(), _.cause, ibis.null("string")))
    rows = rows.drop("twice")
    segments = customer_segments(tables, as_of, by=CUSTOMER_SEGMENTS)
    rows = rows.left_join(segments, "customer_id").drop("customer_id_right")
    return rows.order_by("customer_id")


def opened_once(lives: ir.Table) -> ir.Table:
    """The rows of `customer_lives` that are customers: without accounts that were opened twice."""
    return lives.filter(_.left_on.isnull() | _.cause.notnull())


def invoicing_rhythm(invoices: ir.Table) -> ir.Table:
    """Last invoice of each customer, and the most days between two that follow each other."""
    days = invoices.select("customer_id", "issued_on").distinct()
    before = days.issued_on.lag(1).over(
        ibis.window(group_by="customer_id", order_by="issued_on")
    )  # fmt: skip
    days = days.mutate(gap=days.issued_on.delta(before, unit="day"))
    return days.group_by("customer_id").agg(
        last_invoice_on=_.issued_on.max(), longest_gap=_.gap.max()
    )

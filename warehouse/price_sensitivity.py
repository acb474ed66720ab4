"""How much each customer used before and after a price change, beside those without one."""

import datetime as dt

import ibis.expr.types as ir
from ibis import _

from warehouse.months import months_between
from warehouse.price_reaction import price_steps
from warehouse.workspace import Tables

__all__ = ["price_reactions"]


def price_reactions(tables: Tables, as_of: dt.date, *, months: int = 6) -> ir.Table:
    """Use around every month in which some price changed, of all customers there then.

    A customer whose price changed at another time within the months looked at is left out of
    that comparison: what it did then may answer the other change. So is one whose use is not
    known for all months: a shorter stay covers other seasons, and who leaves after a rise would
    make the rise look stronger.

    Parameters
    ----------
    tables : Tables
        Needs ``contracts``, ``price_changes`` and ``usage``.
    as_of : date
        Nothing that happened later is read.
    months : int, default=6
        Months before and from the change on.

    Returns
    -------
    Table
        One row a customer and month of change: ``customer_id``, ``changed_in``, ``before`` and
        ``after`` (mean use a month) and ``price_ratio`` (new over old monthly value of the
        contracts that changed; 1 for a customer without a change).
    """
    tables.require("contracts", "price_changes", "usage")
    changes = price_steps(tables, as_of).rename(changed_in="begins")
    over = tables["usage"].filter(_.month < dt.date(as_of.year, as_of.month, 1))
    use = over.group_by("customer_id", "month").agg(quantity=_.quantity.sum().cast("float64"))
    dates = changes.select("changed_in").distinct()
    around = use.cross_join(dates)
    distance = months_between(around.month, around.changed_in)
    around = around.filter((distance >= -months) & (distance < months))
    later = around.month >= around.changed_in
    around = around.group_by("customer_id", "changed_in").agg(
        before=around.quantity.mean(where=~later),
        after=around.quantity.mean(where=later),
        n_before=around.count(where=~later),
        n_after=around.count(where=later),
    )
    around = around.filter(
        (_.n_before == months) & (_.n_after == months) & (_.before > 0) & (_.after > 0)
    )
    own = changes.select(who=_.customer_id, at=_.changed_in, price_ratio=_.price_ratio)
    pairs = around.left_join(own, around.customer_id == own.who)
    gap = months_between(pairs["at"], pairs.changed_in)
    near = ((gap > -months) & (gap < months)).fill_null(False)
    same = (gap == 0).fill_null(False)
    rows = pairs.group_by("customer_id", "changed_in", "before", "after").agg(
        others=(near & ~same).cast("int64").sum(), price_ratio=pairs.price_ratio.max(where=same)
    )
    rows = rows.filter(_.others == 0).drop("others")
    rows = rows.mutate(price_ratio=rows.price_ratio.fill_null(1.0))
    return rows.order_by("changed_in", "customer_id")

"""Who began with which product, and what became of them in the year after."""

import datetime as dt
from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.currency import STEADY_DIGITS
from warehouse.invoices import first_day_covered, issued_invoices
from warehouse.margins import costed_lines
from warehouse.segments import NOT_STATED, size_band
from warehouse.workspace import Tables

__all__ = ["FIT_TRAITS", "product_starts"]

#: What is known of a customer before it buys, in the words the pages show.
FIT_TRAITS: Mapping[str, str] = {
    "industry": "Industry",
    "size": "Company size",
    "country": "Country",
    "region": "Region",
}


def product_starts(tables: Tables, as_of: dt.date, *, days: int = 365) -> ir.Table:
    """The first time each customer took each product, where `days` have passed since.

    Starts before the books begin are left out, since what they brought is not in them. All
    that is left were watched for the whole time, so nobody who is still on the way counts.

    Parameters
    ----------
    tables : Tables
        Needs ``customers``, ``invoices``, ``payments``, ``products`` and ``invoice_lines``, and
        ``contracts`` or ``orders``; reads ``tickets`` where they are.
    as_of : date
        Nothing that happened later is read.
    days : int, default=365
        How long after its start a customer is looked at.

    Returns
    -------
    Table
        One row a customer and product: ``customer_id``, ``name``, ``product_id``, ``product``,
        ``began_on``, the columns of `FIT_TRAITS`, ``stayed`` (still a customer after `days`),
        ``margin`` (of all it was invoiced in these days, less what was made or bought for it),
        ``support_cost`` and ``contribution`` (margin less support), in the reporting currency.
    """
    tables.require("customers", "invoices", "payments", "products", "invoice_lines")
    if "contracts" not in tables and "orders" not in tables:
        tables.require("contracts")
    first = first_day_covered(tables, as_of)
    last = ibis.literal(as_of - dt.timedelta(days=days))
    taken = [
        tables[name].select("customer_id", "product_id", began_on=tables[name][day])
        for name, day in (("contracts", "started_on"), ("orders", "ordered_on"))
        if name in tables
    ]
    starts = taken[0] if len(taken) == 1 else taken[0].union(taken[1])
    starts = starts.group_by("customer_id", "product_id").agg(began_on=_.began_on.min())
    starts = starts.filter((_.began_on >= ibis.literal(first)) & (_.began_on <= last))
    customers = tables["customers"]
    about = customers.select(
        "customer_id", "name", "churned_on",
        industry=_.industry.fill_null(NOT_STATED),
        size=size_band(customers.employees),
        country=_.country.fill_null(NOT_STATED),
        region=_.region.fill_null(NOT_STATED),
    )  # fmt: skip
    products = tables["products"].select("product_id", product=_.name)
    rows = starts.inner_join(about, "customer_id").inner_join(products, "product_id")
    ends = rows.began_on + ibis.interval(days=days)
    # Each of these ends lies before the day, so no later ending is read.
    rows = rows.mutate(ends_on=ends, stayed=~(rows.churned_on <= ends).fill_null(False))
    return with_contribution(rows.drop("churned_on"), tables, as_of)


def with_contribution(rows: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """What each customer left over between its start and a year later."""
    issued = issued_invoices(tables, as_of)
    cancelled = (issued.settled_on <= ibis.literal(as_of)) & (issued.settled_as == "void")
    lines = costed_lines(tables, issued.filter(~cancelled.fill_null(False)), as_of)
    flows = lines.select(
        "customer_id",
        day=lines.issued_on,
        margin=lines.amount - lines.cost,
        support=ibis.literal(0.0),
    )
    if "tickets" in tables:
        tickets = tables["tickets"].filter(
            (_.opened_on <= as_of) & (_.resolved_on <= ibis.literal(as_of))
        )
        per_minute = tables.settings.staff_cost_per_hour / 60
        cost = tickets.cost.cast("float64").fill_null(
            tickets.handling_minutes.fill_null(0.0) * per_minute
        )
        flows = flows.union(
            tickets.select(
                "customer_id", day=tickets.resolved_on, margin=ibis.literal(0.0), support=cost
            )
        )
    daily = flows.group_by("customer_id", "day").agg(margin=_.margin.sum(), support=_.support.sum())
    began = rows.select("product_id", who=_.customer_id, began_on=_.began_on, ends_on=_.ends_on)
    inside = began.inner_join(
        daily,
        [began.who == daily.customer_id, daily.day > began.began_on, daily.day <= began.ends_on],
    )
    sums = inside.group_by(who=_.who, what=_.product_id).agg(
        margin=_.margin.sum(), support_cost=_.support.sum()
    )
    rows = rows.left_join(sums, [rows.customer_id == sums.who, rows.product_id == sums.what]).drop(
        "who", "what", "ends_on"
    )
    # Digits that hang on the order of rows are cut off, as in `customer_features`.
    rows = rows.mutate(
        margin=rows.margin.fill_null(0.0).round(STEADY_DIGITS),
        support_cost=rows.support_cost.fill_null(0.0).round(STEADY_DIGITS),
    )
    left = (rows.margin - rows.support_cost).round(STEADY_DIGITS)
    return rows.mutate(contribution=left).order_by("customer_id", "product_id")

"""Disputes and the invoices they are about: what was disputed, and what went before it."""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.currency import convert
from warehouse.invoices import issued_invoices
from warehouse.segments import NOT_STATED
from warehouse.workspace import Tables

__all__ = ["ABOUT_BILLING", "CIRCUMSTANCES", "DISPUTED_BY", "dispute_rows", "enquiries_after",
           "invoice_circumstances"]  # fmt: skip

#: Days before an invoice in which what happened may have led to a dispute about it.
LOOKS_BACK = 31
#: A price that rose less than a quarter ago is new to whoever pays it.
PRICE_IS_NEW = 92
#: The same amount to the same customer within so many days may be the same invoice twice.
TWINS_WITHIN = 10
#: An invoice is larger than usual beyond this much of the mean of the six before it.
LARGER = 1.25
#: Topics of tickets that ask about a bill, its payment or its prices.
ABOUT_BILLING = ("billing", "payment", "pricing")

#: Ways to compare disputes that invoices are not otherwise cut by, in the words of the pages.
DISPUTED_BY: Mapping[str, str] = MappingProxyType(
    {"product": "Product", "billing_timing": "Billing timing"}
)

#: What may have gone wrong before an invoice, in the words the pages show.
CIRCUMSTANCES: Mapping[str, str] = MappingProxyType(
    {
        "first_invoice": "First invoice of a customer",
        "late_delivery": "A delivery came late",
        "short_delivery": "Less was delivered than ordered",
        "price_rise": "The price had just risen",
        "larger_than_usual": "Amount well above the usual",
        "twin": "Same amount invoiced days before",
        "lines_differ": "Lines do not add up to the amount",
        "billing_question": "A question about billing before",
    }
)


def dispute_rows(invoices: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """Disputes about `invoices` that were known by `as_of`, as they stood then.

    A dispute without an opening day became known at the latest when the invoice was paid, so
    it counts only once a payment has come in; how long it took cannot be told.

    Parameters
    ----------
    invoices : Table
        From `segmented_invoices`.

    Returns
    -------
    Table
        ``dispute_id``, ``invoice_id``, ``customer_id``, ``kind``, ``reason``, ``issued_on``,
        ``opened_on``, ``resolved_on`` and ``outcome`` (null while open), ``duration`` (days from
        opening until resolved, or until `as_of`) and ``amount`` (reporting currency).
    """
    tables.require("disputes", "invoices", "payments")
    day = ibis.literal(as_of)
    disputes = tables["disputes"]
    paid = tables["payments"].filter(_.paid_on <= as_of).select("invoice_id").distinct()
    undated = disputes.filter(_.opened_on.isnull()).semi_join(paid, "invoice_id")
    known = disputes.filter(_.opened_on <= as_of).union(undated)
    about = invoices.select("invoice_id", "customer_id", "issued_on", "currency")
    rows = known.inner_join(about, "invoice_id")
    rows = convert(rows, tables, as_of, flows={"amount": "issued_on"})
    resolved = (rows.resolved_on <= day).fill_null(False)
    resolved_on = ibis.ifelse(resolved, rows.resolved_on, ibis.null("date"))
    return rows.select(
        "dispute_id", "invoice_id", "customer_id", "kind", "reason", "issued_on", "opened_on",
        "amount",
        resolved_on=resolved_on,
        outcome=ibis.ifelse(resolved, rows.outcome, ibis.null("string")),
        duration=resolved_on.fill_null(day).delta(rows.opened_on, unit="day"),
    ).order_by("dispute_id")  # fmt: skip


def invoice_circumstances(invoices: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """Each of `invoices` with its disputes, and what had happened by the day it was issued.

    Nothing after the issue of an invoice is among its circumstances, so that none of them can
    be a consequence of the dispute. One whose table was never loaded is null.

    Parameters
    ----------
    invoices : Table
        From `segmented_invoices`; its columns are kept.

    Returns
    -------
    Table
        The segments of `invoices` and ``product``, ``billing_timing``; ``amount`` in the
        reporting currency; ``n_disputes``, ``n_chargebacks`` (of these) and ``n_enquiries`` (see
        `enquiries_after`; null without ``tickets``); and each of `CIRCUMSTANCES`.
    """
    disputes = dispute_rows(invoices, tables, as_of)
    counted = disputes.group_by("invoice_id").agg(
        n_disputes=_.count(), n_chargebacks=(_.kind == "chargeback").cast("int64").sum()
    )
    rows = convert(invoices, tables, as_of, flows={"amount": "issued_on"})
    rows = rows.left_join(counted, "invoice_id").drop("invoice_id_right")
    counts = {name: rows[name].fill_null(0) for name in ("n_disputes", "n_chargebacks")}
    rows = rows.mutate(**counts, n_enquiries=ibis.null("int64"))
    if "tickets" in tables:
        asked = enquiries_after(tables, as_of)
        rows = rows.drop("n_enquiries").left_join(asked, "invoice_id").drop("invoice_id_right")
        rows = rows.mutate(n_enquiries=rows.n_enquiries.fill_null(0))
    rows = with_contract(with_lines(with_own_past(rows), tables), tables)
    # Looked for among the bare invoices: the engine would work out all the rest anew each time.
    bare = invoices.select("invoice_id", "customer_id", "issued_on")
    for name, hits in events_before(bare, tables).items():
        if hits is None:
            rows = rows.mutate(**{name: ibis.null("boolean")})
            continue
        rows = rows.left_join(hits.mutate(hit=ibis.literal(True)), "invoice_id")
        rows = rows.drop("invoice_id_right").mutate(**{name: _.hit.fill_null(False)}).drop("hit")
    return rows


def enquiries_after(tables: Tables, as_of: dt.date) -> ir.Table:
    """How often customers asked about billing after each invoice and before their next one.

    A ticket names no invoice, so it counts with the one issued last. What was asked before a
    customer's first invoice is about none.

    Returns
    -------
    Table
        ``invoice_id`` and ``n_enquiries`` of the invoices issued by `as_of` that have any.
    """
    issued = issued_invoices(tables, as_of).select(
        "customer_id", "invoice_id", day=_.issued_on, asked=ibis.literal(0)
    )
    tickets = tables["tickets"].filter((_.opened_on <= as_of) & _.topic.isin(ABOUT_BILLING))
    tickets = tickets.select(
        "customer_id", invoice_id=ibis.null("string"), day=_.opened_on, asked=ibis.literal(1)
    )
    rows = issued.union(tickets)
    so_far = ibis.window(
        group_by="customer_id", order_by=["day", "asked", "invoice_id"], preceding=None, following=0
    )
    rows = rows.mutate(nth=rows.invoice_id.count().over(so_far))
    after = rows.group_by("customer_id", "nth").agg(
        invoice_id=_.invoice_id.max(), n_enquiries=_.asked.sum()
    )
    after = after.filter((after.nth > 0) & (after.n_enquiries > 0))
    return after.select("invoice_id", "n_enquiries")


def with_own_past(rows: ir.Table) -> ir.Table:
    """What the customer's earlier invoices say of each."""
    mine = ibis.window(group_by="customer_id", order_by=["issued_on", "invoice_id"])
    alike = ibis.window(
        group_by=["customer_id", "kind"], order_by=["issued_on", "invoice_id"],
        preceding=(6, 1),
    )  # fmt: skip
    same = ibis.window(
        group_by=["customer_id", "amount_original"], order_by=["issued_on", "invoice_id"]
    )
    usual, n_before = rows.amount_original.mean().over(alike), rows.count().over(alike)
    before = rows.issued_on.lag().over(same)
    return rows.mutate(
        first_invoice=ibis.row_number().over(mine) == 0,
        larger_than_usual=((n_before >= 3) & (rows.amount_original > LARGER * usual)).fill_null(
            False
        ),
        twin=(rows.issued_on.delta(before, unit="day") <= TWINS_WITHIN).fill_null(False),
    )


def with_lines(rows: ir.Table, tables: Tables) -> ir.Table:
    """The product most of the amount is for, and whether the lines add up."""
    if "invoice_lines" not in tables:
        return rows.mutate(product=ibis.literal(NOT_STATED), lines_differ=ibis.null("boolean"))
    lines = tables["invoice_lines"]
    sums = lines.group_by("invoice_id").agg(of_lines=_.amount.cast("float64").sum())
    ranked = lines.filter(_.product_id.notnull()).mutate(
        place=ibis.row_number().over(
            group_by="invoice_id", order_by=[ibis.desc("amount"), "line_no"]
        )
    )
    main = ranked.filter(_.place == 0).select("invoice_id", "product_id")
    rows = rows.left_join(sums, "invoice_id").drop("invoice_id_right")
    rows = rows.left_join(main, "invoice_id").drop("invoice_id_right")
    name = ibis.null("string")
    if "products" in tables:
        names = tables["products"].select("product_id", product_name=_.name)
        rows = rows.left_join(names, "product_id").drop("product_id_right")
        name = rows.product_name
    return rows.mutate(
        product=ibis.coalesce(name, rows.product_id, NOT_STATED),
        lines_differ=((rows.of_lines - rows.amount_original).abs() > 0.015).fill_null(False),
    )


def with_contract(rows: ir.Table, tables: Tables) -> ir.Table:
    if "contracts" not in tables:
        return rows.mutate(billing_timing=ibis.literal(NOT_STATED))
    timing = tables["contracts"].select("contract_id", timing=_.billing_timing)
    rows = rows.left_join(timing, "contract_id").drop("contract_id_right")
    return rows.mutate(billing_timing=rows.timing.fill_null(NOT_STATED)).drop("timing")


def events_before(bare: ir.Table, tables: Tables) -> dict[str, ir.Table | None]:
    """By circumstance the invoices before which it happened; None without its tables."""
    found = dict.fromkeys(["late_delivery", "short_delivery", "price_rise", "billing_question"])
    if "orders" in tables:
        orders = tables["orders"]
        late = orders.filter(_.delivered_on > _.promised_on)
        short = orders.filter(_.delivered_quantity < _.quantity)
        found["late_delivery"] = after_event(bare, late, "delivered_on")
        found["short_delivery"] = after_event(bare, short, "delivered_on")
    if "price_changes" in tables and "contracts" in tables:
        owner = tables["contracts"].select("contract_id", "customer_id")
        rises = tables["price_changes"].filter(_.new_monthly_value > _.old_monthly_value)
        rises = rises.inner_join(owner, "contract_id")
        found["price_rise"] = after_event(bare, rises, "effective_on", days=PRICE_IS_NEW)
    if "tickets" in tables:
        asked = tables["tickets"].filter(_.topic.isin(ABOUT_BILLING))
        found["billing_question"] = after_event(bare, asked, "opened_on")
    return found


def after_event(bare: ir.Table, events: ir.Table, day: str, *, days: int = LOOKS_BACK) -> ir.Table:
    """Invoices of a customer with such an event in the days before they were issued."""
    events = events.select(who=_.customer_id, on=events[day]).filter(_.on.notnull()).distinct()
    near = bare.inner_join(
        events,
        [
            bare.customer_id == events.who,
            events.on < bare.issued_on,
            events.on >= bare.issued_on - ibis.interval(days=days),
        ],
    )
    return near.select("invoice_id").distinct()

"""How long what was delivered or used waits for its invoice, and that invoice for its money."""

import datetime as dt

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.currency import convert
from warehouse.invoices import invoice_balances
from warehouse.workspace import Tables

__all__ = ["billing_delays"]

#: Kinds of invoices that are for what was used in the month before.
METERED = ("usage", "consolidated")


def billing_delays(invoices: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """Invoices of the year to `as_of` for which it is known when what they are for was done.

    Goods were done when they left us: of the order lines shipped since the customer's invoice for
    goods before, the mean by value. What was used in a month was done on its last day; so was a
    fee in arrears. Invoices in advance, of projects, and those for which neither orders nor
    usage are loaded, are left out.

    Parameters
    ----------
    invoices : Table
        From `segmented_invoices`.

    Returns
    -------
    Table
        ``invoice_id``, ``customer_id``, ``source`` (goods, usage, fee in arrears), ``channel``,
        ``amount`` (reporting currency), ``waited`` (days from done to issue), ``duration`` (days
        from issue until paid, or until `as_of`), ``paid`` and ``age``.
    """
    since = as_of - dt.timedelta(days=365)
    rows = invoice_balances(invoices.filter(_.issued_on > since), as_of)
    rows = rows.filter((_.outcome == "paid") | (_.outcome == "open"))
    rows = convert(rows, tables, as_of, flows={"amount": "issued_on"})
    parts = (of_goods(invoices, tables), of_months(invoices, tables))
    found = [part for part in parts if part is not None]
    if not found:
        tables.require("orders")
    waits = found[0] if len(found) == 1 else found[0].union(found[1])
    rows = rows.inner_join(waits, "invoice_id").filter(_.waited >= 0)
    return rows.select(
        "invoice_id", "customer_id", "source", "amount", "waited", "duration", "age",
        channel=_.channel.fill_null("not stated"),
        paid=_.outcome == "paid",
    ).order_by("invoice_id")  # fmt: skip


def of_goods(invoices: ir.Table, tables: Tables) -> ir.Table | None:
    """Mean days by value from shipment to the next invoice for goods."""
    if "orders" not in tables:
        return None
    goods = invoices.filter(_.kind == "goods").select("invoice_id", "customer_id", "issued_on")
    mine = ibis.window(group_by="customer_id", order_by=["issued_on", "invoice_id"])
    goods = goods.mutate(before=goods.issued_on.lag().over(mine))
    orders = tables["orders"].select(
        who=_.customer_id,
        left_us=ibis.coalesce(_.shipped_on, _.delivered_on),
        worth=_.quantity * _.unit_price.cast("float64"),
    )
    joined = goods.inner_join(
        orders,
        [
            goods.customer_id == orders.who,
            orders.left_us <= goods.issued_on,
            (orders.left_us > goods.before) | goods.before.isnull(),
        ],
    )
    days = joined.issued_on.delta(joined.left_us, unit="day").cast("float64")
    # An invoice after a long pause is not for what was shipped a year ago.
    joined = joined.mutate(days=days).filter((_.days <= 92) & (_.worth > 0))
    return joined.group_by("invoice_id").agg(
        source=ibis.literal("goods"), waited=(_.days * _.worth).sum() / _.worth.sum()
    )


def of_months(invoices: ir.Table, tables: Tables) -> ir.Table | None:
    """Days from the end of the month before to an invoice for what was done in it."""
    first = invoices.issued_on.truncate("M")
    rows = invoices.mutate(
        waited=(invoices.issued_on.delta(first, unit="day") + 1).cast("float64"),
        month=first - ibis.interval(months=1),
    )
    found = []
    if "usage" in tables:
        used = tables["usage"].filter(_.quantity > 0).select("customer_id", "month").distinct()
        metered = rows.filter(_.kind.isin(METERED)).semi_join(used, ["customer_id", "month"])
        found.append(metered.select("invoice_id", source=ibis.literal("usage"), waited=_.waited))
    if "contracts" in tables:
        contracts = tables["contracts"].filter(_.billing_timing == "in_arrears")
        fees = rows.filter(_.kind == "fixed").semi_join(contracts, "contract_id")
        found.append(
            fees.select("invoice_id", source=ibis.literal("fee in arrears"), waited=_.waited)
        )
    if not found:
        return None
    return found[0] if len(found) == 1 else found[0].union(found[1])

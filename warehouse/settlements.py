"""When and how each invoice was settled: worked out once for a snapshot, true for every as-of date.

Which credit settles an invoice depends only on what came before it, so nothing here
needs an as-of date: a reader of an earlier day leaves out what happened later.

A payment that leaves no more than half a percent of the invoice, and no more than one unit of
its currency, is payment in full: what is left is rounding, a bank's charge or a slip, and is
often written off months later, which makes the invoice neither late nor written off. That it
is so is known on the day of the payment, and stays true whatever happens to the rest, which
is owed, to the cent, until it is paid, credited or written off.
"""

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.workspace import Tables

__all__ = ["CENT", "applied_credits", "part_credits", "settlements"]

MONEY = "decimal(18, 4)"

#: Half a cent: what is left below it is rounding, not a debt.
CENT = ibis.literal("0.005").cast(MONEY)

#: A payment may leave this share of the invoice, and this much of its currency, unpaid.
SLACK_SHARE, SLACK_AMOUNT = ibis.literal("0.005").cast(MONEY), ibis.literal(1).cast(MONEY)

# On one day a customer's money counts before our own credit notes and write-offs.
KINDS = ("paid", "credited", "written_off")
OUTCOMES = {"paid": "paid", "credited": "void", "written_off": "written_off"}


def settlements(tables: Tables) -> ir.Table:
    """Every invoice with the credit that settled it.

    Most invoices have one credit or none, and theirs are in this table; the
    credits of the others are in `part_credits`. Keeping the two apart avoids
    sorting every credit there is for the sake of the few that come in parts.

    Returns
    -------
    Table
        The columns of ``invoices`` and ``n_credits``; of an invoice with a single credit its
        ``credit_on``, ``credit_kind`` and ``credit_amount``; and of a settled one
        ``settled_on`` and ``settled_as`` (paid, void, written_off), and from when nothing at
        all is owed ``cleared_on``.
    """
    if (stored := tables.derived("settlements")) is not None:
        return stored
    invoices = tables["invoices"]
    credits = all_credits(tables)
    per_invoice = credits.group_by("invoice_id").agg(
        n_credits=_.count(),
        credit_on=_.happened_on.max(),
        credit_kind=_.kind.max(),
        credit_amount=_.amount.sum(),
    )
    joined = invoices.left_join(per_invoice, "invoice_id").drop("invoice_id_right")
    parts = part_credits(tables)
    settled = parts.filter(_.settles).select(
        "invoice_id", parts_on=_.happened_on, parts_as=_.settles_as
    )
    cleared = parts.filter(_.clears).select("invoice_id", parts_cleared_on=_.happened_on)
    joined = joined.left_join(settled, "invoice_id").drop("invoice_id_right")
    joined = joined.left_join(cleared, "invoice_id").drop("invoice_id_right")
    single = (joined.n_credits == 1).fill_null(False)
    clears = single & (joined.credit_amount > joined.amount - CENT)
    at_once = single & covers(joined.credit_amount, joined.credit_kind, joined.amount)
    kind = named(joined.credit_kind, KINDS)
    return joined.mutate(
        n_credits=joined.n_credits.fill_null(0),
        credit_on=ibis.ifelse(single, joined.credit_on, ibis.null("date")),
        credit_kind=ibis.ifelse(single, kind, ibis.null("string")),
        credit_amount=ibis.ifelse(single, joined.credit_amount.cast(MONEY), ibis.null(MONEY)),
        settled_on=ibis.ifelse(at_once, joined.credit_on, joined.parts_on),
        settled_as=ibis.ifelse(
            at_once, named(joined.credit_kind, tuple(OUTCOMES.values())), joined.parts_as
        ),
        cleared_on=ibis.ifelse(clears, joined.credit_on, joined.parts_cleared_on),
    ).drop("parts_on", "parts_as", "parts_cleared_on")


def part_credits(tables: Tables) -> ir.Table:
    """Credits of the invoices that have more than one, in the order they came.

    Returns
    -------
    Table
        ``invoice_id``, ``happened_on``, ``kind`` (paid, credited, written_off), ``applied`` and
        ``unapplied`` (invoice currency), ``settles`` (true of the credit that settles the
        invoice), ``settles_as``, and ``clears`` (true of the one that leaves nothing owed).
    """
    if (stored := tables.derived("part_credits")) is not None:
        return stored
    credits = all_credits(tables)
    several = credits.group_by("invoice_id").agg(n=_.count()).filter(_.n > 1)
    credits = credits.semi_join(several, "invoice_id")
    owed = tables["invoices"].select("invoice_id", billed=_.amount)
    credits = credits.inner_join(owed, "invoice_id")
    so_far = ibis.window(
        group_by="invoice_id",
        order_by=["happened_on", "kind", "credit_id"],
        preceding=None,
        following=0,
    )
    zero = ibis.literal(0).cast(MONEY)
    credits = credits.mutate(
        after=credits.amount.sum().over(so_far),
        paid_by_then=ibis.ifelse(credits.kind == 0, credits.amount, zero).sum().over(so_far),
        lost_by_then=ibis.ifelse(credits.kind == 2, credits.amount, zero).sum().over(so_far),
    )
    before = credits.after - credits.amount
    applied = ibis.least(credits.after, credits.billed) - ibis.least(before, credits.billed)
    enough = covers(credits.after, credits.kind, credits.billed)
    first = enough & (enough.cast("int64").sum().over(so_far) == 1)
    clears = (before <= credits.billed - CENT) & (credits.after > credits.billed - CENT)
    return credits.mutate(
        applied=applied.cast(MONEY),
        unapplied=(credits.amount - applied).cast(MONEY),
        settles=first,
        clears=clears,
        settles_as=ibis.cases(
            (credits.lost_by_then > slack(credits.billed), "written_off"),
            (credits.paid_by_then > 0, "paid"),
            else_="void",
        ),
        kind=named(credits.kind, KINDS),
    ).select(
        "invoice_id",
        "happened_on",
        "kind",
        "applied",
        "unapplied",
        "settles",
        "settles_as",
        "clears",
    )


def applied_credits(settled: ir.Table, tables: Tables) -> ir.Table:
    """Every credit on the invoices of `settled`, with the part of it that the invoice took.

    An invoice takes credits until it is settled; what comes on top is not a
    payment of this invoice but unapplied cash, kept apart as ``unapplied``.

    Parameters
    ----------
    settled : Table
        `settlements`, or a selection of its rows with columns added.

    Returns
    -------
    Table
        The columns of `settled` that describe the invoice, and ``happened_on``, ``credit_kind``,
        ``applied`` and ``unapplied`` (invoice currency).
    """
    about = [
        c
        for c in settled.columns
        if c not in ("n_credits", "credit_on", "credit_kind", "credit_amount", "settled_on",
                     "settled_as", "cleared_on")
    ]  # fmt: skip
    one = settled.filter(settled.n_credits == 1)
    applied = ibis.least(one.credit_amount, one.amount)
    single = one.select(
        *about,
        happened_on=one.credit_on,
        credit_kind=one.credit_kind,
        applied=applied,
        unapplied=one.credit_amount - applied,
    )
    many = settled.filter(settled.n_credits > 1).select(*about)
    parts = part_credits(tables).drop("settles", "settles_as", "clears")
    parts = parts.rename(credit_kind="kind")
    joined = many.inner_join(parts, "invoice_id")
    return single.union(joined.select(*about, "happened_on", "credit_kind", "applied", "unapplied"))


def all_credits(tables: Tables) -> ir.Table:
    """Payments, credit notes and write-offs in one table; ``kind`` is a place in `KINDS`.

    A refund gives back money already received: it does not change what is owed.
    A credit note or write-off counts from the day it is completed, and not before
    there is an invoice: credit given earlier is taken off on the day of issue.
    """
    payments = tables["payments"].select(
        "invoice_id", "amount", credit_id=_.payment_id, happened_on=_.paid_on
    )
    payments = payments.mutate(kind=ibis.literal(0, "int8"))
    if "adjustments" not in tables:
        return payments
    adjustments = tables["adjustments"].filter(
        _.kind.isin(["credit_note", "write_off"]), _.completed_on.notnull()
    )
    issued = tables["invoices"].select("invoice_id", "issued_on")
    adjustments = adjustments.inner_join(issued, "invoice_id")
    return payments.union(
        adjustments.select(
            "invoice_id",
            "amount",
            credit_id=_.adjustment_id,
            happened_on=ibis.greatest(_.completed_on, _.issued_on),
            kind=ibis.ifelse(
                _.kind == "write_off", ibis.literal(2, "int8"), ibis.literal(1, "int8")
            ),
        )
    )


def slack(billed: ir.DecimalValue) -> ir.DecimalValue:
    """What may be left of an invoice that counts as paid in full."""
    return ibis.least(billed * SLACK_SHARE, SLACK_AMOUNT)


def covers(
    credited: ir.DecimalValue, kind: ir.IntegerValue, billed: ir.DecimalValue
) -> ir.BooleanValue:
    """Whether a credit of `kind` that brings the sum to `credited` settles an invoice."""
    paid_in_full = (kind == 0) & (credited >= billed - slack(billed))
    return paid_in_full | (credited > billed - CENT)


def named(place: ir.IntegerValue, names: tuple[str, ...]) -> ir.StringValue:
    return ibis.cases(
        *((place == n, name) for n, name in enumerate(names)), else_=ibis.null("string")
    )

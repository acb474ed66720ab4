"""How long invoices take to be paid: one row per invoice, and the same as grouped counts."""

import datetime as dt
from collections.abc import Sequence

import ibis.expr.types as ir
from ibis import _

from warehouse.currency import convert
from warehouse.invoices import invoice_balances, open_balances
from warehouse.workspace import Tables

__all__ = ["invoice_outcomes", "open_invoices", "payment_counts"]

BOOKKEEPING = ("n_credits", "credit_on", "credit_kind", "credit_amount")


def invoice_outcomes(invoices: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """Each of `invoices` with its fate by `as_of`; see `warehouse.invoices.invoice_balances`.

    ``amount`` is in the reporting currency at the rate of the month of issue;
    the invoice's own is ``amount_original``.
    """
    outcomes = invoice_balances(invoices, as_of).drop(*BOOKKEEPING)
    return convert(outcomes, tables, as_of, flows={"amount": "issued_on"})


def open_invoices(invoices: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """Those of `invoices` still open at `as_of`; see `warehouse.invoices.open_balances`.

    ``amount`` is in the reporting currency at the rate of the month of issue,
    ``open_amount`` at that of the month of `as_of`, because it is a balance; the
    invoice's own are ``amount_original`` and ``open_amount_original``.
    """
    balances = open_balances(invoices, tables, as_of).drop(*BOOKKEEPING, "received")
    return convert(
        balances, tables, as_of, flows={"amount": "issued_on"}, balances=("open_amount",)
    )


def payment_counts(
    invoices: ir.Table,
    as_of: dt.date,
    *,
    by: Sequence[str] = (),
    customer_groups: int | None = None,
) -> ir.Table:
    """Invoices counted by customer, terms, time to settlement and outcome.

    Exact for everything that is estimated from time to pay, and far smaller than
    the invoices themselves.

    Parameters
    ----------
    invoices : Table
        From `segmented_invoices`, with the columns in `by`.
    by : sequence of str
        Segment columns to keep apart.
    customer_groups : int, optional
        Put customers into this many random groups instead of keeping each apart. All
        invoices of a customer stay in one group, so that groups are as independent
        of each other as customers are.

    Returns
    -------
    Table
        ``customer_id`` (an integer that stands for the customer or the group), ``terms``,
        ``duration``, ``outcome``, ``late``, the columns in `by` (which take the place of any of
        the same name), and ``n``.
    """
    # A segment may have the name of a balance's column, as the bands of terms have: it stays.
    balances = invoice_balances(invoices.mutate(**{f"by_{c}": invoices[c] for c in by}), as_of)
    customer = balances.customer_id.hash()
    if customer_groups is not None:
        # The remainder of a negative hash is negative.
        customer = (customer % customer_groups + customer_groups) % customer_groups
    balances = balances.mutate(customer_id=customer, **{c: balances[f"by_{c}"] for c in by})
    keys = list(dict.fromkeys(["customer_id", "terms", "duration", "outcome", "late", *by]))
    # In one order, so that sums of floating point come out the same to the last digit.
    return balances.group_by(keys).agg(n=_.count()).order_by(keys)

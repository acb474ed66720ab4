"""Answers with how their customer was won, and invoices as outcomes: how long unpaid, disputed."""

import datetime as dt

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.currency import convert
from warehouse.scores import survey_answers
from warehouse.segments import first_contracts
from warehouse.workspace import Tables

__all__ = ["linked_answers", "linked_invoices", "won_customers"]


def linked_answers(tables: Tables, as_of: dt.date) -> ir.Table:
    """Answers given by `as_of`, each with how its customer was won.

    Returns
    -------
    Table
        ``customer_id``, ``answered_on``, ``measure``, ``touchpoint``, ``region``, ``score`` and
        the columns of `won_customers`.
    """
    answers = survey_answers(tables, as_of)
    answers = answers.select(
        "customer_id", "answered_on", "measure", "touchpoint", "region", "score"
    )
    rows = answers.left_join(won_customers(tables, as_of), "customer_id")
    return rows.drop("customer_id_right")


def won_customers(tables: Tables, as_of: dt.date) -> ir.Table:
    """What was settled before a customer could be content or not: its first deal, and its price.

    Returns
    -------
    Table
        ``customer_id``, ``acquisition_channel``, ``log_acquisition_cost``,
        ``log_onboarding_cost`` and ``log_value`` (of a month of the first contract, at the price
        it began with, in the reporting currency); null where not known.
    """
    customers = tables["customers"]
    rows = customers.select(
        "customer_id", "currency", "acquisition_channel",
        log_acquisition_cost=logged(customers.acquisition_cost),
        log_onboarding_cost=logged(customers.onboarding_cost),
    )  # fmt: skip
    if "contracts" not in tables:
        return rows.mutate(log_value=ibis.null("float64")).drop("currency")
    first = first_contracts(tables, as_of).select("customer_id", "contract_id", "monthly_value")
    if "price_changes" in tables:
        # A contract is exported with its latest price: the first is what the first change found.
        began = tables["price_changes"].group_by("contract_id").agg(
            began_at=_.old_monthly_value.argmin(_.effective_on)
        )  # fmt: skip
        first = first.left_join(began, "contract_id").drop("contract_id_right")
        first = first.mutate(monthly_value=first.began_at.fill_null(first.monthly_value))
    rows = rows.left_join(first.select("customer_id", "monthly_value"), "customer_id")
    # One rate a currency for all days: how large a deal is does not move with exchange rates.
    rows = convert(
        rows.drop("customer_id_right"), tables, as_of, flows={}, balances=("monthly_value",)
    )
    rows = rows.mutate(log_value=logged(rows.monthly_value))
    return rows.drop("currency", "monthly_value", "monthly_value_original")


def logged(amount: ir.NumericValue) -> ir.FloatingValue:
    """Natural logarithm of what is above nothing; null of the rest."""
    amount = amount.cast("float64")
    return ibis.ifelse(amount > 0, amount.nullif(0.0).ln(), ibis.null("float64"))


def linked_invoices(
    invoices: ir.Table, tables: Tables, as_of: dt.date, *, horizon: int, one_in: int = 1
) -> ir.Table:
    """One row for each of `invoices` that was not cancelled, with what came of it.

    Parameters
    ----------
    invoices : Table
        From `Scope.invoices`.
    tables : Tables
        Reads ``disputes`` where they are.
    as_of : date
        Nothing later is read.
    horizon : int
        Days from issue that are watched.
    one_in : int, default=1
        Keep the invoices of one in so many customers, the same as `customer_months` keeps.

    Returns
    -------
    Table
        ``invoice_id``, ``customer_id``, ``issued_on``, ``amount`` (reporting currency),
        ``terms`` (days), ``channel``, ``kind``, ``age`` (days from issue to `as_of`), ``days``
        (from issue until paid, at most `horizon`, which is also that of an invoice not paid) and
        ``disputed`` (1 if disputed within `horizon`; null without a table of disputes).
    """
    day = ibis.literal(as_of)
    known = (invoices.settled_on <= day).fill_null(False)
    rows = invoices.filter(~(known & (invoices.settled_as == "void").fill_null(False)))
    if one_in > 1:
        rows = rows.filter((rows.customer_id.hash() % one_in + one_in) % one_in == 0)
    paid = (rows.settled_on <= day).fill_null(False) & (rows.settled_as == "paid").fill_null(False)
    taken = rows.settled_on.delta(rows.issued_on, unit="day").clip(upper=horizon)
    rows = rows.select(
        "invoice_id", "customer_id", "issued_on", "currency", "amount",
        channel=rows.channel, kind=rows.kind,
        terms=rows.due_on.delta(rows.issued_on, unit="day"),
        age=day.delta(rows.issued_on, unit="day"),
        days=ibis.ifelse(paid, taken, horizon).cast("float64"),
    )  # fmt: skip
    rows = convert(rows, tables, as_of, flows={"amount": "issued_on"})
    if "disputes" not in tables:
        return rows.mutate(disputed=ibis.null("float64")).drop("currency", "amount_original")
    opened = tables["disputes"].filter(_.opened_on <= day)
    first = opened.group_by("invoice_id").agg(opened_on=_.opened_on.min())
    rows = rows.left_join(first, "invoice_id").drop("invoice_id_right")
    within = rows.opened_on.delta(rows.issued_on, unit="day") <= horizon
    rows = rows.mutate(disputed=within.fill_null(False).cast("float64"))
    return rows.drop("currency", "amount_original", "opened_on")

"""Contracts, their tariffs, and the invoice lines they were billed by."""

import datetime as dt

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis import _

from warehouse.currency import monthly_rates
from warehouse.workspace import Tables

__all__ = ["billed_lines", "contracts_with_tariffs", "tariff_versions"]


def tariff_versions(tables: Tables, as_of: dt.date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Versions of tariffs in force by `as_of`, and price changes that took effect by then.

    Either is empty where its table was never loaded.

    Returns
    -------
    tariffs : DataFrame
        ``tariff_id``, ``valid_from`` and ``definition``.
    changes : DataFrame
        ``contract_id``, ``effective_on``, ``old_monthly_value`` and ``new_monthly_value``.
    """
    tariffs = pd.DataFrame({"tariff_id": [], "valid_from": [], "definition": []})
    changes = pd.DataFrame(
        {"contract_id": [], "effective_on": [], "old_monthly_value": [], "new_monthly_value": []}
    )
    if "tariffs" in tables:
        known = tables["tariffs"].filter(_.valid_from <= as_of)
        tariffs = known.order_by("tariff_id", "valid_from").select(*tariffs.columns).to_pandas()
    if "price_changes" in tables:
        known = tables["price_changes"].filter(_.effective_on <= as_of)
        money = [known[name].cast("float64").name(name) for name in list(changes.columns)[2:]]
        known = known.select("contract_id", "effective_on", *money)
        changes = known.order_by("contract_id", "effective_on").to_pandas()
    return tariffs, changes


def contracts_with_tariffs(tables: Tables, as_of: dt.date) -> ir.Table:
    """Contracts begun by `as_of`, with the currency and the segment of their customers.

    Returns
    -------
    Table
        ``contract_id``, ``customer_id``, ``name``, ``industry``, ``currency``, ``product_id``,
        ``started_on``, ``ended_on`` (null if after `as_of`), ``billing_model``,
        ``billing_timing``, ``monthly_value``, ``tariff_id`` and ``terms`` (days).
    """
    tables.require("customers", "contracts")
    ended = tables["contracts"].ended_on
    contracts = tables["contracts"].filter(_.started_on <= as_of)
    contracts = contracts.mutate(
        ended_on=ibis.ifelse(ended > as_of, ibis.null("date"), ended),
        monthly_value=_.monthly_value.cast("float64"),
    ).drop("renews_on")
    customers = tables["customers"].select(
        "customer_id", "name", "industry", "currency", terms=_.payment_terms_days
    )
    return contracts.inner_join(customers, "customer_id").order_by("contract_id")


def billed_lines(tables: Tables, as_of: dt.date) -> ir.Table:
    """Lines of the invoices under contracts issued by `as_of`.

    Returns
    -------
    Table
        ``invoice_id``, ``line_no``, ``contract_id`` (of the invoice), ``customer_id``,
        ``issued_on``, ``due_on``, ``product_id``, ``charge``, ``quantity``, ``amount``, ``cost``
        (in the invoice's currency) and ``to_reporting`` (rate of the month of issue).
    """
    tables.require("invoices", "invoice_lines", "contracts")
    invoices = tables["invoices"].filter((_.issued_on <= as_of) & _.contract_id.notnull())
    invoices = invoices.select(
        "invoice_id", "contract_id", "customer_id", "currency", "issued_on", "due_on",
        month=_.issued_on.truncate("M"),
    )  # fmt: skip
    rates = monthly_rates(tables, as_of)
    rates = ibis.memtable(
        rates.assign(month=rates["month"].dt.date).rename(columns={"currency": "rated"}),
        schema={"rated": "string", "month": "date", "to_reporting": "float64"},
    )
    invoices = invoices.left_join(
        rates, [invoices.currency == rates.rated, invoices.month == rates.month]
    ).drop("rated", "month_right")
    lines = tables["invoice_lines"].select(
        "invoice_id", "line_no", "product_id", "charge",
        quantity=_.quantity.cast("float64"),
        amount=_.amount.cast("float64"),
        cost=_.cost.cast("float64").fill_null(0.0),
    )  # fmt: skip
    return lines.inner_join(invoices, "invoice_id").order_by("invoice_id", "line_no")

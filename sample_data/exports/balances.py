"""What the books say of each invoice on the day of the export: paid, credited and open."""

from collections.abc import Mapping

import pandas as pd

__all__ = ["balances_of", "base_currency", "closing_day", "entity_currency"]


def closing_day(tables: Mapping[str, pd.DataFrame]) -> pd.Timestamp:
    """The newest day on which an invoice was issued or paid."""
    return max(
        pd.to_datetime(tables["invoices"]["issued_on"]).max(),
        pd.to_datetime(tables["payments"]["paid_on"]).max(),
    )


def base_currency(tables: Mapping[str, pd.DataFrame]) -> str:
    """The currency that the rates convert to: its own rate is always 1."""
    rates = tables["fx_rates"].groupby("currency")["to_reporting"].agg(["min", "max"])
    base = rates.index[(rates["min"] == 1) & (rates["max"] == 1)]
    return str(base[0]) if len(base) else str(tables["invoices"]["currency"].mode().iloc[0])


def entity_currency(tables: Mapping[str, pd.DataFrame], wanted: str) -> str:
    """`wanted` where invoices are in it, else the currency of most invoices.

    A company that keeps its books in three products keeps them country by country.
    """
    counts = tables["invoices"]["currency"].value_counts()
    return wanted if wanted in counts else str(counts.idxmax())


def balances_of(tables: Mapping[str, pd.DataFrame], currency: str | None = None) -> pd.DataFrame:
    """Invoices, those in `currency` or all, with the name of the customer and what is open.

    Returns
    -------
    DataFrame
        The columns of ``invoices``, with ``name`` and ``country`` of the customer, ``paid``,
        ``taken_off`` (credit notes, write-offs), ``open`` and ``paid_on`` (of the last payment,
        null without one). Money is rounded to the cent, as the products print it.
    """
    invoices = tables["invoices"]
    if currency is not None:
        invoices = invoices[invoices["currency"] == currency]
    payments, adjustments = tables["payments"], tables["adjustments"]
    paid = payments.groupby("invoice_id").agg(paid=("amount", "sum"), paid_on=("paid_on", "max"))
    # A refund gives money back; it does not make an invoice smaller.
    taken_off = adjustments[adjustments["kind"] != "refund"]
    taken_off = taken_off.groupby("invoice_id")["amount"].sum().rename("taken_off")
    customers = tables["customers"][["customer_id", "name", "country"]]
    ledger = (
        invoices.merge(customers, on="customer_id")
        .merge(paid, left_on="invoice_id", right_index=True, how="left")
        .merge(taken_off, left_on="invoice_id", right_index=True, how="left")
    )
    for column in ("amount", "paid", "taken_off"):
        ledger[column] = ledger[column].astype(float).fillna(0.0).round(2)
    ledger["open"] = (ledger["amount"] - ledger["paid"] - ledger["taken_off"]).round(2) + 0.0
    for column in ("issued_on", "due_on", "paid_on"):
        ledger[column] = pd.to_datetime(ledger[column])
    return ledger.sort_values(["issued_on", "invoice_id"]).reset_index(drop=True)

"""An Excel workbook as a controller sends it: a title block, two sheets, typed cells."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.exports.account import Account, Fault, damaged, sound
from sample_data.exports.balances import balances_of, closing_day, entity_currency

__all__ = ["write_workbook"]

CUSTOMERS = {
    "customer_id": "Customer ID",
    "name": "Name",
    "industry": "Industry",
    "country": "Country",
    "currency": "Currency",
    "acquired_on": "Acquired on",
    "payment_terms_days": "Payment terms days",
    "credit_limit": "Credit limit",
}
INVOICES = {
    "invoice_id": "Invoice ID",
    "customer_id": "Customer ID",
    "issued_on": "Issued on",
    "due_on": "Due on",
    "amount": "Amount",
    "currency": "Currency",
}
TITLE_ROWS = 4
CUSTOMER_FAULTS: tuple[Fault, ...] = (
    ({"payment_terms_days": "#REF!"}, "payment_terms_days_readable"),
    ({"acquired_on": "before my time"}, "acquired_on_readable"),
)
INVOICE_FAULTS: tuple[Fault, ...] = (
    ({"amount": -75.5}, "amount_positive"),
    ({"amount": "#DIV/0!"}, "amount_readable"),
    ({"due_on": pd.Timestamp("1999-01-01")}, "due_on_or_after_issue"),
    ({"due_on": None}, "due_on_present"),
    ({"customer_id": "C-NOBODY"}, "customer_id_known"),
)


def write_workbook(
    tables: Mapping[str, pd.DataFrame], folder: Path, rng: np.random.Generator
) -> Account:
    """``receivables.xlsx`` with the customers and the invoices of one currency."""
    currency = entity_currency(tables, "EUR")
    customers = tables["customers"]
    customers = customers[customers["currency"] == currency]
    clean = sound(_typed(customers, CUSTOMERS))
    bad = damaged(clean, CUSTOMER_FAULTS, "customer_id", rng, "C-X")
    customers = pd.concat([clean, bad], ignore_index=True)
    clean = sound(_typed(balances_of(tables, currency), INVOICES))
    bad = damaged(clean, INVOICE_FAULTS, "invoice_id", rng, "X-")
    invoices = pd.concat([clean, bad], ignore_index=True)
    total = pd.DataFrame([{"invoice_id": "Grand total", "amount": clean["amount"].sum()}])
    folder.mkdir(parents=True, exist_ok=True)
    file = "receivables.xlsx"
    with pd.ExcelWriter(folder / file, engine="xlsxwriter", datetime_format="yyyy-mm-dd") as book:
        day = closing_day(tables)
        # Else the file would differ from one writing to the next.
        book.book.set_properties({"created": dt.datetime(day.year, day.month, day.day)})
        _write_sheet(book, "Customers", customers[list(CUSTOMERS)].rename(columns=CUSTOMERS), day)
        shown = pd.concat([invoices[list(INVOICES)], total], ignore_index=True)
        _write_sheet(book, "Invoices", shown.rename(columns=INVOICES), day)
    account = Account()
    account.has_rows(file, len(customers) + len(shown))
    account.load([file], currency=currency)
    account.enter(file, "customers", customers.rename(columns={"customer_id": "key"}))
    entered = invoices.rename(columns={"invoice_id": "key"})
    columns = ["key", "customer_id", "amount", "rules"]
    account.enter(file, "invoices", entered[columns], {"totals_row": 1})
    return account


def _typed(table: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """`table` with dates and numbers that a spreadsheet takes for such."""
    typed = table.reindex(columns=list(columns)).reset_index(drop=True)
    for name in typed:
        if name.endswith("_on"):
            typed[name] = pd.to_datetime(typed[name])
    typed = typed.astype(object)
    return typed.where(typed.notna(), None)


def _write_sheet(book: pd.ExcelWriter, name: str, rows: pd.DataFrame, day: pd.Timestamp) -> None:
    rows.to_excel(book, sheet_name=name, startrow=TITLE_ROWS, index=False)
    sheet = book.sheets[name]
    sheet.write(0, 0, "Harbour & Finch")
    sheet.write(1, 0, f"{name} as of {day:%d %B %Y}")
    sheet.write(2, 0, "Prepared for the quarterly review; amounts in full units")

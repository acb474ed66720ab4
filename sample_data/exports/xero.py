"""Xero sales invoices: one row a line, the fields of the invoice repeated, d/m/Y dates."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.exports.account import SOUND, Account, sound
from sample_data.exports.balances import balances_of, entity_currency
from sample_data.exports.delimited import as_rows, dated, write_delimited

__all__ = ["write_xero"]

DAY = "%d/%m/%Y"
COLUMNS = (
    "*ContactName", "EmailAddress", "POAddressLine1", "POCity", "PORegion", "POPostalCode",
    "POCountry", "*InvoiceNumber", "Reference", "*InvoiceDate", "*DueDate", "Total", "TaxTotal",
    "InvoiceAmountPaid", "InvoiceAmountDue", "InventoryItemCode", "*Description", "*Quantity",
    "*UnitAmount", "Discount", "LineAmount", "*AccountCode", "*TaxType", "TaxAmount",
    "TrackingName1", "TrackingOption1", "Currency", "Type", "Sent", "Status",
)  # fmt: skip
ITEMS = {"CAL-KIT": "Calibration kit", "SENSOR": "Sensor, type B", "VISIT": "Visit on site"}
TAX = 0.2
COUNTRY_NAMES = {"GB": "United Kingdom", "DE": "Germany", "FR": "France", "US": "United States"}

# Cells of every line of one invoice, and the rule the invoice then breaks.
INVOICE_FAULTS = (
    ({"*DueDate": "01/01/1999"}, "due_on_or_after_issue"),
    ({"Total": "n/a"}, "amount_readable"),
    ({"Total": "-15.00"}, "amount_positive"),
    ({"*InvoiceDate": "#REF!"}, "issued_on_readable"),
)
# Cells of a line, and the rule the line then breaks; its invoice is given as a whole.
LINE_FAULTS = (
    ({"LineAmount": "#REF!"}, "amount_readable"),
    ({"*Quantity": "n/a"}, "quantity_readable"),
)
PAYMENT_COLUMNS = ("payment_id", "invoice_id", "paid_on", "amount", "method")


def write_xero(
    tables: Mapping[str, pd.DataFrame], folder: Path, rng: np.random.Generator
) -> Account:
    """Sales invoices with several lines each, and the payments beside them.

    Xero's export does not say when an invoice was paid, so payments are a file of their own
    and the recipe's option says so.
    """
    currency = entity_currency(tables, "GBP")
    ledger = balances_of(tables, currency)
    sound_lines = sound(_lines(ledger, rng))
    lines = pd.concat([sound_lines, *_bad_copies(sound_lines, rng)], ignore_index=True)
    drafts, credits = _not_invoices(sound_lines, rng)
    texts = _note_lines(sound_lines, rng)
    rows = pd.concat([lines, texts, drafts, credits], ignore_index=True)
    rows = rows.sort_values("*InvoiceNumber", kind="stable")
    account, file = Account(), "sales_invoices.csv"
    account.has_rows(file, write_delimited(folder / file, COLUMNS, as_rows(rows[list(COLUMNS)])))
    _write_payments(tables, ledger, folder, account)
    account.load([file, "payments.csv"], currency=currency, options={"payments": "separately"})
    customers = pd.DataFrame({"key": lines["*ContactName"].unique()})
    account.enter(file, "customers", sound(customers))
    account.enter(file, "products", sound(pd.DataFrame({"key": _codes(lines)})))
    account.enter(
        file,
        "invoices",
        _invoices(lines),
        {"not_issued": len(drafts), "not_an_invoice": len(credits)},
    )
    account.enter(file, "invoice_lines", _invoice_lines(lines))
    payments = _payments(tables, ledger)
    payments = payments.rename(columns={"payment_id": "key"})
    account.enter("payments.csv", "payments", sound(payments))
    return account


def _lines(ledger: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One to three lines an invoice that, with their tax, add up to it."""
    counts = rng.integers(1, 4, len(ledger))
    whole = ledger.loc[ledger.index.repeat(counts)].reset_index(drop=True)
    number = whole.groupby("invoice_id").cumcount()
    last = number == whole["invoice_id"].map(
        dict(zip(ledger["invoice_id"], counts - 1, strict=True))
    )
    # Whole cents, so that the last line takes exactly what the others leave.
    gross = (whole["amount"] * rng.uniform(0.1, 0.4, len(whole))).round(2).where(~last, 0.0)
    others = gross.groupby(whole["invoice_id"]).transform("sum")
    gross = gross.where(~last, (whole["amount"] - others).round(2))
    tax = (gross - gross / (1 + TAX)).round(2)
    quantity = rng.integers(1, 9, len(whole))
    item = rng.choice(list(ITEMS), len(whole))
    return pd.DataFrame(
        {
            **dict.fromkeys(COLUMNS),
            "*ContactName": whole["name"],
            "EmailAddress": "accounts@" + whole["customer_id"].str.lower() + ".example",
            "POCountry": whole["country"].map(COUNTRY_NAMES).fillna(whole["country"]),
            "*InvoiceNumber": whole["invoice_id"],
            "*InvoiceDate": dated(whole["issued_on"], DAY),
            "*DueDate": dated(whole["due_on"], DAY),
            "Total": _plain(whole["amount"]),
            "TaxTotal": _plain(tax.groupby(whole["invoice_id"]).transform("sum")),
            "InvoiceAmountPaid": _plain(whole["paid"]),
            "InvoiceAmountDue": _plain(whole["open"]),
            "InventoryItemCode": item,
            "*Description": pd.Series(item).map(ITEMS),
            "*Quantity": [str(n) for n in quantity],
            "*UnitAmount": [f"{net:.4f}" for net in (gross - tax) / quantity],
            "LineAmount": _plain(gross - tax),
            "*AccountCode": "200",
            "*TaxType": "20% (VAT on Income)",
            "TaxAmount": _plain(tax),
            "Currency": whole["currency"],
            "Type": "Sales invoice",
            "Sent": "Sent",
            "Status": np.where(whole["open"] > 0, "Awaiting Payment", "Paid"),
            "line_rules": [SOUND] * len(whole),
        },
        dtype=object,
    )


def _bad_copies(lines: pd.DataFrame, rng: np.random.Generator) -> list[pd.DataFrame]:
    """Copies of invoices, each with one fault, of the customer who has most of them.

    The importer takes a customer's terms from most of his invoices: with many that are
    right, one that is wrong says nothing about him.
    """
    often = lines.loc[lines["*ContactName"] == lines["*ContactName"].mode().iloc[0]]
    numbers, copies = often["*InvoiceNumber"].unique(), []
    for place, (cells, rule) in enumerate((*INVOICE_FAULTS, *LINE_FAULTS), start=1):
        copy = often[often["*InvoiceNumber"] == rng.choice(numbers)].assign(
            **{"*InvoiceNumber": f"XB-{place:03d}"}
        )
        if place <= len(INVOICE_FAULTS):
            copy = copy.assign(**cells, rules=[frozenset({rule})] * len(copy))
        else:
            copy = copy.iloc[:1].assign(**cells, line_rules=[frozenset({rule})])
        copies.append(copy)
    return copies


def _not_invoices(
    lines: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lines of drafts and of voided invoices, and lines of credit notes."""
    drafts = lines.iloc[rng.integers(0, len(lines), 3)].assign(
        **{
            "*InvoiceNumber": ["DRAFT-1", "DRAFT-2", "VOID-1"],
            "Status": ["Draft", "Awaiting Approval", "Voided"],
        }
    )
    credits = lines.iloc[rng.integers(0, len(lines), 2)].assign(
        **{
            "*InvoiceNumber": ["CN-1", "CN-2"],
            "Type": "Sales credit note",
            "Total": ["-30.00", "-12.50"],
            "LineAmount": ["-25.00", "-10.42"],
            "TaxAmount": ["-5.00", "-2.08"],
        }
    )
    return drafts, credits


def _note_lines(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Lines that hold a sentence and no amount, of invoices that have others."""
    nothing = ("InventoryItemCode", "*Quantity", "*UnitAmount", "LineAmount", "TaxAmount")
    chosen = lines.iloc[rng.integers(0, len(lines), 3)]
    return chosen.assign(
        **dict.fromkeys(nothing), **{"*Description": 'Delivered "as agreed",\nno signature'}
    )


def _codes(lines: pd.DataFrame) -> np.ndarray:
    return lines["InventoryItemCode"].dropna().unique()


def _invoices(lines: pd.DataFrame) -> pd.DataFrame:
    first = lines.drop_duplicates("*InvoiceNumber")
    return pd.DataFrame(
        {
            "key": first["*InvoiceNumber"],
            "customer_id": first["*ContactName"],
            "amount": first["Total"],
            "rules": first["rules"],
        }
    )


def _invoice_lines(lines: pd.DataFrame) -> pd.DataFrame:
    number = lines.groupby("*InvoiceNumber").cumcount() + 1
    return pd.DataFrame(
        {
            "key": lines["*InvoiceNumber"] + "/" + number.astype(str),
            "invoice_id": lines["*InvoiceNumber"],
            "amount": lines["LineAmount"],
            "rules": lines["line_rules"],
        }
    )


def _payments(tables: Mapping[str, pd.DataFrame], ledger: pd.DataFrame) -> pd.DataFrame:
    payments = tables["payments"]
    payments = payments[payments["invoice_id"].isin(ledger["invoice_id"])]
    return payments.assign(
        paid_on=dated(payments["paid_on"], "%Y-%m-%d"), amount=_plain(payments["amount"])
    )[list(PAYMENT_COLUMNS)]


def _write_payments(
    tables: Mapping[str, pd.DataFrame], ledger: pd.DataFrame, folder: Path, account: Account
) -> None:
    rows, file = as_rows(_payments(tables, ledger)), "payments.csv"
    account.has_rows(file, write_delimited(folder / file, PAYMENT_COLUMNS, rows))


def _plain(amounts: pd.Series) -> pd.Series:
    return amounts.astype(float).map("{:.2f}".format)

"""A German ERP's export: semicolons, cp1252, decimal commas, dd.mm.yyyy, a last row "Summe"."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.exports.account import Account, Fault, damaged, sound
from sample_data.exports.balances import balances_of, entity_currency
from sample_data.exports.delimited import as_rows, dated, grouped_number, write_delimited

__all__ = ["RECIPES", "write_german_erp"]

DAY = "%d.%m.%Y"
CUSTOMER_COLUMNS = ("Kundennummer", "Firma", "Branche", "Land", "Währung", "Kunde seit",
                    "Zahlungsziel (Tage)", "Kreditlimit")  # fmt: skip
INVOICE_COLUMNS = ("Rechnungsnummer", "Kundennummer", "Rechnungsdatum", "Fälligkeitsdatum",
                   "Bruttobetrag", "Währung", "Versandart")  # fmt: skip
CHANNELS = {"e_invoice": "E-Rechnung", "portal": "Portal", "email": "E-Mail", "edi": "EDI",
            "paper": "Papier"}  # fmt: skip

CUSTOMER_FAULTS: tuple[Fault, ...] = (
    ({"Kunde seit": "unbekannt"}, "acquired_on_readable"),
    ({"Zahlungsziel (Tage)": "-14"}, "payment_terms_days_not_negative"),
    ({"Firma": None}, "name_present"),
    ({"Firma": "Müßig & Söhne „Zum Grünen Weg“ KGaA – Außenstelle"}, ""),
)
INVOICE_FAULTS: tuple[Fault, ...] = (
    # A credit as SAP and its kin write it: the minus stands behind the number.
    ({"Bruttobetrag": "1.120,00-"}, "amount_positive"),
    ({"Bruttobetrag": "k. A."}, "amount_readable"),
    ({"Fälligkeitsdatum": "01.01.1999"}, "due_on_or_after_issue"),
    ({"Rechnungsdatum": "31.02.2026"}, "issued_on_readable"),
    ({"Kundennummer": "K-UNBEKANNT"}, "customer_id_known"),
    ({"Versandart": "Brieftaube"}, "channel_allowed"),
)

#: Recipes for the two files, by the name of their file: what the mapping page would save.
RECIPES = {
    "erp_kunden.yaml": """\
name: erp_kunden
title: Kunden aus dem ERP
describes: One row per customer, a total below.
recognise: [Kundennummer, Firma, Branche, Kunde seit, Zahlungsziel (Tage), Kreditlimit]
date_order: dmy
decimal: ","
set_aside:
  - rule: totals_row
    reason: it adds up other rows
    when: {Kundennummer: {matches: "(?i)^summe$"}, Firma: blank}
tables:
  customers:
    columns:
      customer_id: Kundennummer
      name: Firma
      industry: Branche
      country: Land
      currency: Währung
      acquired_on: Kunde seit
      payment_terms_days: Zahlungsziel (Tage)
      credit_limit: Kreditlimit
""",
    "erp_rechnungen.yaml": """\
name: erp_rechnungen
title: Rechnungen aus dem ERP
describes: One row per invoice, a total below.
recognise: [Rechnungsnummer, Kundennummer, Rechnungsdatum, Fälligkeitsdatum, Bruttobetrag]
date_order: dmy
decimal: ","
set_aside:
  - rule: totals_row
    reason: it adds up other rows
    when: {Rechnungsnummer: {matches: "(?i)^summe$"}, Kundennummer: blank}
tables:
  invoices:
    columns:
      invoice_id: Rechnungsnummer
      customer_id: Kundennummer
      issued_on: Rechnungsdatum
      due_on: Fälligkeitsdatum
      amount: Bruttobetrag
      currency: Währung
      channel:
        column: Versandart
        map: {E-Rechnung: e_invoice, Portal: portal, E-Mail: email, EDI: edi, Papier: paper}
""",
}


def write_german_erp(
    tables: Mapping[str, pd.DataFrame], folder: Path, rng: np.random.Generator
) -> Account:
    """Customers and invoices in one currency, each with a recipe to read it."""
    currency = entity_currency(tables, "EUR")
    account = Account()
    _write_customers(tables["customers"], currency, folder, rng, account)
    _write_invoices(balances_of(tables, currency), folder, rng, account)
    for name, text in RECIPES.items():
        (folder / name).write_text(text, encoding="utf-8")
        table = name.removeprefix("erp_").removesuffix(".yaml")
        account.load([f"{table}.csv"], recipe=name, currency=currency)
    return account


def _write_customers(
    customers: pd.DataFrame,
    currency: str,
    folder: Path,
    rng: np.random.Generator,
    account: Account,
) -> None:
    customers = customers[customers["currency"] == currency].reset_index(drop=True)
    clean = sound(
        pd.DataFrame(
            {
                "Kundennummer": customers["customer_id"],
                "Firma": customers["name"],
                "Branche": customers["industry"],
                "Land": customers["country"],
                "Währung": customers["currency"],
                "Kunde seit": dated(customers["acquired_on"], DAY),
                "Zahlungsziel (Tage)": customers["payment_terms_days"].astype(str),
                "Kreditlimit": grouped_number(customers["credit_limit"], comma=True),
            },
            dtype=object,
        )
    )
    bad = damaged(clean, CUSTOMER_FAULTS, "Kundennummer", rng, "K-")
    rows = pd.concat([clean, bad], ignore_index=True)
    limits = pd.Series([customers["credit_limit"].sum()])
    total = ("Summe", *[None] * 6, grouped_number(limits, comma=True)[0])
    _write(folder, "kunden.csv", CUSTOMER_COLUMNS, rows, total, account)
    keyed = rows.rename(columns={"Kundennummer": "key"})[["key", "rules"]]
    account.enter("kunden.csv", "customers", keyed, {"totals_row": 1})


def _write_invoices(
    ledger: pd.DataFrame, folder: Path, rng: np.random.Generator, account: Account
) -> None:
    clean = sound(
        pd.DataFrame(
            {
                "Rechnungsnummer": ledger["invoice_id"],
                "Kundennummer": ledger["customer_id"],
                "Rechnungsdatum": dated(ledger["issued_on"], DAY),
                "Fälligkeitsdatum": dated(ledger["due_on"], DAY),
                "Bruttobetrag": grouped_number(ledger["amount"], comma=True),
                "Währung": ledger["currency"],
                "Versandart": ledger["channel"].map(CHANNELS),
                "amount": ledger["amount"].map("{:.2f}".format),
            },
            dtype=object,
        )
    )
    bad = damaged(clean, INVOICE_FAULTS, "Rechnungsnummer", rng, "R-")
    rows = pd.concat([clean, bad], ignore_index=True)
    sums = grouped_number(pd.Series([ledger["amount"].sum()]), comma=True)
    total = ("Summe", None, None, None, sums[0], None, None)
    _write(folder, "rechnungen.csv", INVOICE_COLUMNS, rows, total, account)
    names = {"Rechnungsnummer": "key", "Kundennummer": "customer_id"}
    keyed = rows.rename(columns=names)[["key", "customer_id", "amount", "rules"]]
    account.enter("rechnungen.csv", "invoices", keyed, {"totals_row": 1})


def _write(
    folder: Path,
    file: str,
    columns: tuple[str, ...],
    rows: pd.DataFrame,
    total: tuple[str | None, ...],
    account: Account,
) -> None:
    shown = [*as_rows(rows[list(columns)]), total]
    n_rows = write_delimited(folder / file, columns, shown, delimiter=";", encoding="cp1252")
    account.has_rows(file, n_rows)

"""Stripe's exports of invoices and of payments: times in UTC, small currency codes, own ids."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.exports.account import Account, Fault, damaged, sound
from sample_data.exports.balances import balances_of, base_currency
from sample_data.exports.delimited import as_rows, dated, write_delimited
from sample_data.exports.rates import write_rates

__all__ = ["write_stripe"]

INVOICE_COLUMNS = (
    "id", "Number", "Customer", "Customer Name", "Customer Email", "Subscription", "Currency",
    "Subtotal", "Tax", "Total", "Amount Due", "Amount Paid", "Status", "Date (UTC)",
    "Due Date (UTC)", "Marked Uncollectible At (UTC)",
)  # fmt: skip
PAYMENT_COLUMNS = (
    "id", "Description", "Seller Message", "Created (UTC)", "Amount", "Amount Refunded",
    "Currency", "Fee", "Mode", "Status", "Customer ID", "Customer Description", "Captured",
    "Card Last4", "Card Brand", "Disputed Amount", "Dispute Status", "Dispute Reason",
    "Dispute Date (UTC)", "Invoice ID", "Payment Source Type", "PaymentIntent ID",
    "Refunded date (UTC)",
)  # fmt: skip
SOURCES = {
    "card": "card",
    "bank_transfer": "customer_balance",
    "direct_debit": "sepa_debit",
    "cheque": "paper_check",
}
REASONS = {"duplicate": "duplicate", "delivery": "product_not_received",
           "quality": "product_unacceptable"}  # fmt: skip
STATUSES = {"rejected": "won", "upheld": "lost"}

INVOICE_FAULTS: tuple[Fault, ...] = (
    ({"Total": "-8.00"}, "amount_positive"),
    ({"Total": "0.00"}, "amount_positive"),
    ({"Total": "#REF!"}, "amount_readable"),
    ({"Due Date (UTC)": "n/a"}, "due_on_readable"),
    ({"Currency": "xts"}, "currency_has_rate"),
)
PAYMENT_FAULTS: tuple[Fault, ...] = (
    ({"Invoice ID": "in_nowhere"}, "invoice_id_known"),
    ({"Created (UTC)": "1999-01-01 09:30"}, "paid_on_or_after_issue"),
    ({"Created (UTC)": "n/a"}, "paid_on_readable"),
)
# What Stripe lists among the payments although no money stayed: cells, and the recipe's rule.
NO_PAYMENTS = (
    ({"Status": "Failed"}, "not_received"),
    ({"Status": "Requires capture"}, "not_received"),
    ({"Invoice ID": None}, "no_invoice"),
    ({"Status": "Refunded", "Amount Refunded": "Amount"}, "refunded_in_full"),
)
N_REFUNDED = 3


def write_stripe(
    tables: Mapping[str, pd.DataFrame], folder: Path, rng: np.random.Generator
) -> Account:
    """Invoices and payments in all currencies of the company, with the rates beside them."""
    account = Account()
    write_rates(tables, folder, account)
    ledger = balances_of(tables)
    _write_invoices(tables, ledger, folder, rng, account)
    _write_payments(tables, ledger, folder, rng, account)
    account.load(list(account.files), currency=base_currency(tables))
    return account


def _write_invoices(
    tables: Mapping[str, pd.DataFrame],
    ledger: pd.DataFrame,
    folder: Path,
    rng: np.random.Generator,
    account: Account,
) -> None:
    adjustments = tables["adjustments"]
    lost = adjustments[adjustments["kind"] == "write_off"].groupby("invoice_id")
    lost_on = ledger["invoice_id"].map(lost["requested_on"].min())
    lost_on = lost_on.where((ledger["amount"] - ledger["paid"]).round(2) > 0)
    void = (ledger["taken_off"] >= ledger["amount"]) & lost_on.isna() & (ledger["paid"] == 0)
    status = np.select(
        [lost_on.notna(), void, ledger["open"] <= 0], ["uncollectible", "void", "paid"], "open"
    )
    clean = sound(
        pd.DataFrame(
            {
                "id": "in_" + ledger["invoice_id"],
                "Number": ledger["invoice_id"],
                "Customer": "cus_" + ledger["customer_id"],
                "Customer Name": ledger["name"],
                "Customer Email": "ap@" + ledger["customer_id"].str.lower() + ".example",
                "Subscription": None,
                "Currency": ledger["currency"].str.lower(),
                "Subtotal": _plain(ledger["amount"]),
                "Tax": "0.00",
                "Total": _plain(ledger["amount"]),
                "Amount Due": _plain(ledger["amount"]),
                "Amount Paid": _plain(ledger["paid"]),
                "Status": status,
                "Date (UTC)": dated(ledger["issued_on"], "%Y-%m-%d 06:00"),
                "Due Date (UTC)": dated(ledger["due_on"], "%Y-%m-%d 06:00"),
                "Marked Uncollectible At (UTC)": dated(lost_on, "%Y-%m-%d 08:15"),
            },
            dtype=object,
        )
    )
    issued = clean[clean["Status"] != "void"]
    bad = damaged(issued[issued["Status"] == "open"], INVOICE_FAULTS, "id", rng, "in_BAD")
    draft = issued.iloc[[0]].assign(**{"id": "in_DRAFT", "Status": "draft"})
    rows = pd.concat([issued, bad], ignore_index=True)
    away = pd.concat([clean[void], draft])
    shown = as_rows(pd.concat([rows, away])[list(INVOICE_COLUMNS)])
    file = "invoices.csv"
    account.has_rows(file, write_delimited(folder / file, INVOICE_COLUMNS, shown))
    account.enter(file, "customers", sound(pd.DataFrame({"key": rows["Customer"].unique()})))
    invoices = {"id": "key", "Customer": "customer_id", "Total": "amount"}
    invoices = rows.rename(columns=invoices)[["key", "customer_id", "amount", "rules"]]
    account.enter(file, "invoices", invoices, {"not_issued": len(away)})
    uncollectible = rows[rows["Status"] == "uncollectible"]
    left = uncollectible["Total"].astype(float) - uncollectible["Amount Paid"].astype(float)
    taken = {"key": uncollectible["id"], "invoice_id": uncollectible["id"], "amount": _plain(left)}
    account.enter(file, "adjustments", sound(pd.DataFrame(taken)))


def _write_payments(
    tables: Mapping[str, pd.DataFrame],
    ledger: pd.DataFrame,
    folder: Path,
    rng: np.random.Generator,
    account: Account,
) -> None:
    clean = sound(_payments(tables, ledger))
    # An invoice that was voided takes its payments with it.
    clean = account.pointing(clean.assign(invoice_id=clean["Invoice ID"]), "payments")
    whole = clean[[not rules for rules in clean["rules"]]]
    undisputed = whole[whole["Disputed Amount"].isna()]
    bad = damaged(undisputed, PAYMENT_FAULTS, "id", rng, "ch_BAD")
    again = undisputed.iloc[[0]].assign(rules=[frozenset({"payment_id_unique"})])
    refunded = damaged(undisputed, [({}, "")] * N_REFUNDED, "id", rng, "ch_REF").assign(
        **{"Status": "Partially refunded", "Amount Refunded": "1.00"}
    )
    refunded["Refunded date (UTC)"] = refunded["Created (UTC)"]
    kept = pd.concat([clean, bad, again, refunded], ignore_index=True)
    faults = [(cells, "") for cells, _ in NO_PAYMENTS]
    away = damaged(undisputed, faults, "id", rng, "ch_NOT")
    in_full = away["Amount Refunded"] == "Amount"
    away.loc[in_full, "Amount Refunded"] = away.loc[in_full, "Amount"]
    shown = as_rows(pd.concat([kept, away])[list(PAYMENT_COLUMNS)])
    file = "unified_payments.csv"
    account.has_rows(file, write_delimited(folder / file, PAYMENT_COLUMNS, shown))
    aside = pd.Series([rule for _, rule in NO_PAYMENTS]).value_counts().to_dict()
    rows = kept.assign(key=kept["id"], invoice_id=kept["Invoice ID"], amount=kept["Amount"])
    account.enter(file, "payments", rows[["key", "invoice_id", "amount", "rules"]], aside)
    given_back = rows[rows["Refunded date (UTC)"].notna()]
    given_back = given_back.assign(amount=given_back["Amount Refunded"])
    account.enter(file, "adjustments", sound(given_back[["key", "invoice_id", "amount"]]))
    disputed = rows[rows["Disputed Amount"].notna()]
    disputed = disputed.assign(amount=disputed["Disputed Amount"])
    account.enter(file, "disputes", sound(disputed[["key", "invoice_id", "amount"]]))


def _payments(tables: Mapping[str, pd.DataFrame], ledger: pd.DataFrame) -> pd.DataFrame:
    columns = ["invoice_id", "customer_id", "name", "currency"]
    payments = tables["payments"].merge(ledger[columns], on="invoice_id")
    # Stripe knows a dispute as one of a payment: the first one of the invoice.
    disputes = tables["disputes"].drop_duplicates("invoice_id").set_index("invoice_id")
    disputes = disputes[disputes["amount"].astype(float).round(2) > 0]
    is_first = ~payments["invoice_id"].duplicated()
    about = disputes.reindex(payments["invoice_id"].where(is_first)).reset_index(drop=True)
    amount = payments["amount"].astype(float)
    return pd.DataFrame(
        {
            **dict.fromkeys(PAYMENT_COLUMNS),
            "id": "ch_" + payments["payment_id"],
            "Description": "Payment for invoice " + payments["invoice_id"],
            "Created (UTC)": dated(payments["paid_on"], "%Y-%m-%d 09:30"),
            "Amount": _plain(amount),
            "Amount Refunded": "0.00",
            "Currency": payments["currency"].str.lower(),
            "Fee": _plain(0.25 + 0.015 * amount),
            "Mode": "Live",
            "Status": "Paid",
            "Customer ID": "cus_" + payments["customer_id"],
            "Customer Description": payments["name"],
            "Captured": "true",
            "Disputed Amount": _plain(about["amount"]),
            "Dispute Status": about["outcome"].map(STATUSES).where(about["amount"].notna()),
            "Dispute Reason": about["reason"]
            .map(REASONS)
            .fillna("general")
            .where(about["amount"].notna()),
            "Dispute Date (UTC)": dated(about["opened_on"], "%Y-%m-%d 11:00"),
            "Invoice ID": "in_" + payments["invoice_id"],
            "Payment Source Type": payments["method"].map(SOURCES).fillna("other"),
            "PaymentIntent ID": "pi_" + payments["payment_id"],
        },
        dtype=object,
    )


def _plain(amounts: pd.Series) -> pd.Series:
    texts = amounts.astype(float).map("{:.2f}".format)
    return texts.astype(object).where(amounts.notna(), None)

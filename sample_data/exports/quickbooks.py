"""QuickBooks reports: titles above the header, groups with a heading and a total, m/d/Y dates."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.exports.account import Account, Fault, damaged, sound
from sample_data.exports.balances import balances_of, closing_day, entity_currency
from sample_data.exports.delimited import as_rows, dated, grouped_number, write_delimited

__all__ = ["write_quickbooks_aging", "write_quickbooks_invoice_list"]

DAY = "%m/%d/%Y"
BUCKETS = (
    ("Current", -np.inf, 0),
    ("1 - 30 days past due", 0, 30),
    ("31 - 60 days past due", 30, 60),
    ("61 - 90 days past due", 60, 90),
    ("91 or more days past due", 90, np.inf),
)
AGING_COLUMNS = ("", "Date", "Transaction type", "Num", "Customer", "Due date", "Amount",
                 "Open balance")  # fmt: skip
LIST_COLUMNS = ("Num", "Customer", "Date", "Due Date", "Amount", "Open Balance", "Paid Date")

# Cells by the names of AGING_COLUMNS. None of them says anything about the customer's terms.
AGING_FAULTS: tuple[Fault, ...] = (
    ({"Open balance": "-25.00"}, "amount_positive"),
    ({"Open balance": "n/a"}, "amount_readable"),
    ({"Due date": None}, "due_on_present"),
    ({"Date": "#REF!"}, "issued_on_readable"),
    ({"Due date": "soon", "Open balance": "-3.00"},
     "due_on_readable amount_positive"),
)  # fmt: skip
LIST_FAULTS: tuple[Fault, ...] = (
    ({"Amount": "#REF!"}, "amount_readable"),
    ({"Due Date": "n/a"}, "due_on_readable"),
    ({"Date": None}, "issued_on_present"),
)


def write_quickbooks_aging(
    tables: Mapping[str, pd.DataFrame], folder: Path, rng: np.random.Generator
) -> Account:
    """A/R Aging Detail: what is open, by how long it is past due."""
    currency, today = entity_currency(tables, "USD"), closing_day(tables)
    ledger = balances_of(tables, currency)
    ledger = ledger[ledger["open"] > 0]
    texts = pd.DataFrame(
        {
            "": None,
            "Date": dated(ledger["issued_on"], DAY),
            "Transaction type": "Invoice",
            "Num": ledger["invoice_id"],
            "Customer": ledger["name"],
            "Due date": dated(ledger["due_on"], DAY),
            "Amount": grouped_number(ledger["amount"]),
            "Open balance": grouped_number(ledger["open"]),
            "amount": ledger["open"],
            "late": (today - ledger["due_on"]).dt.days,
        },
        dtype=object,
    )
    clean = sound(texts)
    rows = pd.concat([clean, damaged(clean, AGING_FAULTS, "Num", rng, "QB-")], ignore_index=True)
    # A number given twice: which of the two is right is not for an import to say.
    twice = clean.iloc[[-1]].assign(**{"Open balance": "1.00"})
    rows = pd.concat([rows, twice], ignore_index=True)
    at_twice = rows["Num"] == twice["Num"].iloc[0]
    rows.loc[at_twice, "rules"] = [frozenset({"invoice_id_unique"})] * int(at_twice.sum())
    others = clean.iloc[rng.integers(0, len(clean), 4)].assign(
        **{
            "Transaction type": ["Credit Memo", "Payment", "Credit Memo", "Journal Entry"],
            "Num": ["CM-1", None, "CM-2", "JE-7"],
            "Due date": None,
            "Amount": ["-40.00", "-1,200.00", "-10.50", "5.00"],
            "Open balance": ["-40.00", "-1,200.00", "-10.50", "5.00"],
        }
    )
    shown, aside = _in_buckets(pd.concat([rows, others], ignore_index=True))
    aside["not_an_invoice"] = len(others)
    shown += [(), (f"{today:%A, %B %d, %Y} 10:14 AM GMT-7", *[None] * 7)]
    aside["group_header"] += 1
    account = Account()
    file = "ar_aging_detail.csv"
    titles = (["A/R Aging Detail"], ["Harbour & Finch"], [f"As of {today:%B %d, %Y}"], [])
    above = [[*title, *[""] * (8 - len(title))] if title else [] for title in titles]
    account.has_rows(file, write_delimited(folder / file, AGING_COLUMNS, shown, above=above))
    account.load([file], recipe="quickbooks_invoices", currency=currency)
    _enter_customers(account, file, rows["Customer"])
    account.enter(file, "invoices", _invoices(rows), aside)
    return account


def write_quickbooks_invoice_list(
    tables: Mapping[str, pd.DataFrame], folder: Path, rng: np.random.Generator
) -> Account:
    """Invoice List with the date of payment chosen as a column, and one total below all."""
    currency = entity_currency(tables, "USD")
    ledger = balances_of(tables, currency)
    has_paid = ledger["paid_on"].notna()
    clean = sound(
        pd.DataFrame(
            {
                "Num": ledger["invoice_id"],
                "Customer": ledger["name"],
                "Date": dated(ledger["issued_on"], DAY),
                "Due Date": dated(ledger["due_on"], DAY),
                "Amount": grouped_number(ledger["amount"]),
                "Open Balance": grouped_number(ledger["open"]),
                "Paid Date": dated(ledger["paid_on"], DAY),
                # Without a date of payment only what is open can be taken.
                "amount": ledger["amount"].where(has_paid, ledger["open"]),
                "payment": (ledger["amount"] - ledger["open"]).round(2).where(has_paid),
            },
            dtype=object,
        )
    )
    undated = ~has_paid & (ledger["open"] == 0)
    gone = clean[undated]
    clean = clean[~undated]
    clean["rules"] = [
        r | {"amount_positive"} if amount <= 0 else r
        for r, amount in zip(clean["rules"], clean["amount"], strict=True)
    ]
    settled = clean[clean["Paid Date"].notna()]
    bad = damaged(settled, LIST_FAULTS, "Num", rng, "QB-")
    early = damaged(settled, [({"Paid Date": "01/15/1999"}, "")], "Num", rng, "QB-E")
    again = settled.iloc[[0]]
    again = again.assign(rules=[frozenset({"invoice_id_unique"})])
    rows = pd.concat([clean, bad, early, again], ignore_index=True)
    total = ("Total", None, None, None, grouped_number(ledger["amount"]).iloc[0], "0.00", None)
    shown = [*as_rows(pd.concat([rows, gone])[list(LIST_COLUMNS)]), total]
    account, file = Account(), "invoice_list.csv"
    above = (["Invoice List"], ["Harbour & Finch"], [f"All dates to {closing_day(tables):%B %Y}"])
    account.has_rows(file, write_delimited(folder / file, LIST_COLUMNS, shown, above=above))
    account.load([file], recipe="quickbooks_invoices", currency=currency)
    _enter_customers(account, file, rows["Customer"])
    aside = {"totals_row": 1, "paid_without_date": len(gone)}
    account.enter(file, "invoices", _invoices(rows), aside)
    paid = rows[rows["payment"].astype(float) > 0]
    # What was paid is worked out from the amount: where that cannot be read, neither can this.
    rules = [
        frozenset(
            (["paid_on_or_after_issue"] if day == "01/15/1999" else [])
            + (["payment_id_unique"] if "invoice_id_unique" in rule else [])
            + (["amount_readable"] if "amount_readable" in rule else [])
        )
        for day, rule in zip(paid["Paid Date"], paid["rules"], strict=True)
    ]
    payments = {"key": paid["Num"] + "-paid", "invoice_id": paid["Num"], "amount": paid["payment"]}
    account.enter(file, "payments", pd.DataFrame({**payments, "rules": rules}))
    return account


def _in_buckets(rows: pd.DataFrame) -> tuple[list[tuple[object, ...]], dict[str, int]]:
    """Rows under the heading of their bucket and above its total, and how many of those."""
    shown: list[tuple[object, ...]] = []
    aside = {"group_header": 0, "totals_row": 0}
    nothing = [None] * 5
    for heading, above, up_to in BUCKETS:
        late = rows["late"].astype(float)
        group = rows[(late > above) & (late <= up_to)]
        if group.empty:
            continue
        total = f"${group['amount'].astype(float).sum():,.2f}"
        shown.append((heading, *[None] * 7))
        shown += as_rows(group[list(AGING_COLUMNS)])
        shown.append((f"Total for {heading}", *nothing, total, total))
        aside["group_header"] += 1
        aside["totals_row"] += 1
    total = f"${rows['amount'].astype(float).sum():,.2f}"
    shown.append(("TOTAL", *nothing, total, total))
    aside["totals_row"] += 1
    return shown, aside


def _enter_customers(account: Account, file: str, names: pd.Series) -> None:
    """The report knows customers by name: one customer a name."""
    account.enter(file, "customers", sound(pd.DataFrame({"key": names.unique()})))


def _invoices(rows: pd.DataFrame) -> pd.DataFrame:
    renamed = rows.rename(columns={"Num": "key", "Customer": "customer_id"})
    return renamed[["key", "customer_id", "amount", "rules"]]

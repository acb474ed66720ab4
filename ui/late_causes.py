"""Why invoices are late, in words: the money by cause, the invoices, and who is late again."""

import pandas as pd
import streamlit as st

from charts.late_causes import CAUSE_WORDS
from models.late_causes import ACTIONS, LateCauses
from ui.account_links import account_column, account_links
from ui.download import offer_csv
from ui.frame import View
from ui.tables import AMOUNT, ROWS_SHOWN, show_columns
from ui.text import count, count_of, money, share

__all__ = [
    "learnt_sentence",
    "mix_sentence",
    "overdue_of",
    "persistent_sentence",
    "show_invoices",
    "show_persistent",
]


def overdue_of(causes: LateCauses) -> pd.DataFrame:
    """Invoices that are owed and past due, or likely to be."""
    return causes.invoices[causes.invoices["open_amount"] > 0]


def mix_sentence(mix: pd.DataFrame, currency: str) -> str:
    """The cause with most money behind it, and what to do about it."""
    first, total = mix.iloc[0], mix["amount"].sum()
    if not total:
        return "Nothing that is owed is late or likely to be, so there is no cause to tell."
    named = mix["named"].sum() / total
    return (
        f"Of **{money(total, currency)}** that is late or likely to be, "
        f"**{money(first['amount'], currency)}** ({share(first['share'], 0)}) is expected to be "
        f"**{CAUSE_WORDS[first['cause']].lower()}**. {ACTIONS[first['cause']]} For "
        f"{share(1 - named, 0)} of the money no single cause is sure. The tick marks what lies on "
        "invoices whose cause is sure."
    )


def learnt_sentence(causes: LateCauses) -> str:
    """What the causes were learnt from, and how well they were told."""
    area = causes.stages.set_index("stage")["auc"]
    if area.isna().any():
        return f"Learnt from {count(causes.n_notes)} notes of collectors."
    return (
        f"Learnt from {count(causes.n_notes)} notes of collectors. On customers not learnt from, "
        f"the cause noted had the higher chance {share(area['ended'], 0)} of the time (a coin: "
        f"50 %) once the invoice was paid or given up, **{share(area['overdue'], 0)}** while it "
        f"was overdue, and **{share(area['not due'], 0)}** before it was due: take what is said "
        "of open invoices as a first guess. Notes are wrong at times, so the true causes are told "
        "better than that."
    )


def show_invoices(rows: pd.DataFrame, names: pd.Series, view: View) -> None:
    """The invoices with their cause and what speaks for it, most money first.

    `names` are those of customers, by their id.
    """
    if rows.empty:
        st.markdown("No invoice of this cause is late or likely to be.")
        return
    rows = rows.sort_values(["open_amount", "invoice_id"], ascending=[False, True])
    shown = rows.head(ROWS_SHOWN)
    chances = [f"cause_{cause}" for cause in CAUSE_WORDS if cause != "unclear"]
    links = account_links(shown["customer_id"], shown["customer_id"].map(names), view)
    show_columns(
        {
            "Invoice": (shown["invoice_id"], st.column_config.TextColumn(pinned=True)),
            "Customer": shown["customer_id"],
            "Name": (links, account_column("Name", width=190)),
            f"Open, {view.currency}": (shown["open_amount"], AMOUNT),
            "Cause": shown["cause"].map(CAUSE_WORDS),
            "Likeliest cause, %": (100 * shown[chances].max(axis=1), "%.0f"),
            "What speaks for it": shown["evidence"],
            "To do": shown["cause"].map(ACTIONS),
        },
        alt="Late invoices with their cause and the evidence",
    )
    if len(rows) > ROWS_SHOWN:
        st.caption(f"The first {count(ROWS_SHOWN)}, by open amount.")
    named = rows.assign(name=rows["customer_id"].map(names))
    offer_csv("Download all", named, f"why-late-{view.as_of}.csv", key="why_late", n=len(rows))


def persistent_sentence(table: pd.DataFrame) -> str:
    """How many are late again and again, and for what reason."""
    if table.empty:
        return "No customer was late four times in the last 12 months."
    told = table[table["cause"] != "unclear"]
    said = f"**{count_of(len(table), 'customer')}** had four late invoices or more in 12 months"
    if told.empty:
        return said + "; no single cause stands behind any of them."
    top = told["cause"].value_counts()
    return (
        f"{said}. For {count(len(told))} of them one cause is sure, most often "
        f"**{CAUSE_WORDS[top.index[0]].lower()}** ({count(top.iloc[0])})."
    )


def show_persistent(table: pd.DataFrame, names: pd.Series, view: View) -> None:
    """Customers that are late again and again, with the simple reason."""
    if table.empty:
        return
    table = table.assign(name=table["customer_id"].map(names))
    shown = table.head(ROWS_SHOWN)
    links = account_links(shown["customer_id"], shown["name"], view)
    show_columns(
        {
            "Customer": shown["customer_id"],
            "Name": (links, account_column("Name", width=190)),
            "Late invoices": shown["n_late"],
            "Days late": shown["days_late"].round(1),
            "Cause": shown["cause"].map(CAUSE_WORDS),
            "Chance, %": (100 * shown["chance"], "%.0f"),
            "To do": shown["action"],
        },
        alt="Customers that are late again and again",
    )
    offer_csv(
        "Download all", table, f"persistently-late-{view.as_of}.csv", key="persistent", n=len(table)
    )

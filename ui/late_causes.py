"""Why invoices are late, in words: the money by cause, the invoices, and who is late again."""

import pandas as pd
import streamlit as st

from charts.late_causes import CAUSE_WORDS
from models.late_causes import ACTIONS, LateCauses
from ui.account_links import account_column, account_links
from ui.download import offer_csv
from ui.frame import View
from ui.tables import AMOUNT, ROWS_SHOWN, height_of
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
    area = causes.scores["auc"]
    return (
        f"Learnt from {count(causes.n_notes)} notes of collectors. On customers not learnt from, "
        f"the cause noted had the higher chance {share(area.min(), 0)} to "
        f"{share(area.max(), 0)} of the time (a coin: 50 %). Notes are wrong at times, so the true "
        "causes are told better than that."
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
    table = pd.DataFrame(
        {
            "Invoice": shown["invoice_id"],
            "Customer": shown["customer_id"],
            "Name": account_links(shown["customer_id"], shown["customer_id"].map(names), view),
            "Open": shown["open_amount"],
            "Cause": shown["cause"].map(CAUSE_WORDS),
            "Chance": 100 * shown[chances].max(axis=1),
            "What speaks for it": shown["evidence"],
            "To do": shown["cause"].map(ACTIONS),
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        placeholder="",
        height=height_of(table),
        column_config={
            "Invoice": st.column_config.TextColumn(pinned=True),
            "Name": account_column("Name", width=190),
            "Open": st.column_config.NumberColumn(f"Open, {view.currency}", format=AMOUNT),
            "Chance": st.column_config.NumberColumn("Likeliest cause, %", format="%.0f"),
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
    st.dataframe(
        pd.DataFrame(
            {
                "Customer": shown["customer_id"],
                "Name": account_links(shown["customer_id"], shown["name"], view),
                "Late invoices": shown["n_late"],
                "Days late": shown["days_late"].round(1),
                "Cause": shown["cause"].map(CAUSE_WORDS),
                "Chance": 100 * shown["chance"],
                "To do": shown["action"],
            }
        ),
        hide_index=True,
        height=height_of(shown),
        column_config={
            "Name": account_column("Name", width=190),
            "Chance": st.column_config.NumberColumn("Chance, %", format="%.0f"),
        },
        alt="Customers that are late again and again",
    )
    offer_csv(
        "Download all", table, f"persistently-late-{view.as_of}.csv", key="persistent", n=len(table)
    )

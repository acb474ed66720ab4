"""Refunds in words: what they take, and what a simpler way would save under an assumption."""

import pandas as pd
import streamlit as st

import analyses.refunds
from models.refunds import Refunds
from ui import url_state
from ui.download import offer_csv
from ui.frame import View
from ui.results import compute
from ui.tables import COUNT, WHOLE, show_columns
from ui.text import count, count_of, days, label_of, money, undollared

__all__ = ["effort_sentence", "saving_sentence", "show_refunds"]


@url_state.fragment
def show_refunds(view: View) -> None:
    """Time and effort by kind, and the saving for a share of the extra contacts avoided."""
    refunds = compute(analyses.refunds.run, view)
    kinds = {kind: label_of(kind) for kind in refunds.table["kind"]}
    kind = url_state.choose("Kind", "kind_of_case", kinds)
    percent = url_state.slide(
        "Extra contacts a simpler way avoids, %", "avoided", 0, 100, default=50, step=5
    )
    st.markdown(undollared(effort_sentence(refunds, kind)))
    st.markdown(undollared(saving_sentence(refunds, kind, percent, view.currency)))
    show_table(refunds)


def effort_sentence(refunds: Refunds, kind: str) -> str:
    """How long one takes, and whether its customers call more because of it."""
    row = refunds.table.set_index("kind").loc[kind]
    said = f"**{label_of(kind)}**: {count_of(int(row['n_year']), 'case')} in the last year. "
    if pd.notna(row["median"]):
        said += (
            f"Half are done within {days(row['median'])}; {count(row['n_open'])} are open and "
            "count up to their age. "
        )
    if pd.isna(row["extra"]):
        return said + str(row["reason"])
    said += (
        f"In the 30 days from the request on customers contact us about money "
        f"**{row['extra']:+z.2f}** times per case beyond the 30 days before"
    )
    if pd.isna(row["extra_low"]):
        return f"{said}. {row['reason']}"
    said += f" ({row['extra_low']:+z.2f} to {row['extra_high']:+z.2f})"
    if row["extra_low"] <= 0:
        return f"{said}: not more than before, so no saving of contacts can be promised."
    return f"{said}."


def saving_sentence(refunds: Refunds, kind: str, percent: int, currency: str) -> str:
    """What the assumption on the slider would save in a year."""
    row = refunds.table.set_index("kind").loc[kind]
    if not row["extra_high"] > 0 or pd.isna(row["minutes"]):
        return "A simpler way would save no contacts: there are no extra ones to save."
    saved = refunds.saved(kind, percent / 100)
    contacts, minutes, cost = (saved[name] for name in ("contacts", "minutes", "cost"))
    return (
        f"If a simpler way avoided {percent} % of these extra contacts (an assumption, not a "
        f"finding), a year would take {count(round(contacts[0]))} contacts "
        f"({count(round(contacts[1]))} to {count(round(contacts[2]))}) and "
        f"**{count_of(round(minutes[0] / 60), 'hour')}** of support less "
        f"({count(round(minutes[1] / 60))} to {count(round(minutes[2] / 60))}), worth "
        f"**{money(cost[0], currency)}** "
        f"({money(cost[1], currency)} to {money(cost[2], currency)})."
    )


def show_table(refunds: Refunds) -> None:
    rows = refunds.table
    show_columns(
        {
            "Kind": rows["kind"].map(label_of),
            "Last year": (rows["n_year"], COUNT),
            "Amount": (rows["amount"], WHOLE),
            "Median days": (rows["median"], "%.0f"),
            "Open": (rows["n_open"], COUNT),
            "Contacts": (rows["contacts"], "%.2f"),
            "Extra": (rows["extra"], "%.2f"),
            "Low": (rows["extra_low"], "%.2f"),
            "High": (rows["extra_high"], "%.2f"),
            "Minutes each": (rows["minutes"], "%.0f"),
        }
    )
    st.caption(
        "Contacts are tickets about billing, payment, pricing or a refund in the 30 days from the "
        "request on; extra is beyond the 30 days before, the same customer with itself. Credit "
        "notes that cancel a whole invoice are left out. What staff spend on a case beside "
        "support is in no table."
    )
    offer_csv("Download the effort", refunds.table, "refunds.csv", key="refunds")

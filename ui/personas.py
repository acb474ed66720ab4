"""Personas in words: how many, how sure, and what one of them is like."""

import pandas as pd
import streamlit as st

from models.persona_sheet import PersonaSheets
from models.personas import Personas
from ui.download import offer_csv
from ui.text import count_of, escape, in_unit, label_of, listed, share

__all__ = ["found_sentence", "show_sheet", "show_sizes", "stability_note", "telling_sentence"]

#: What a share of the persona must be of everyone's to be said.
LEANS, ENOUGH = 1.3, 0.15


def found_sentence(personas: Personas) -> str:
    """How many personas there are and how stable they are."""
    stable = int((personas.table["verdict"] == "stable").sum())
    largest = personas.table.iloc[0]
    all_stable = "all of them come" if stable == personas.count else f"{stable} of them come"
    return (
        f"Customers fall into **{personas.count} personas** by how they behave, and {all_stable} "
        f"back when customers are drawn again. The largest, {escape(largest['persona'])}, holds "
        f"{share(largest['share'], 0)} of {count_of(personas.n_customers, 'customer')}."
    )


def stability_note(personas: Personas) -> str:
    """What was left out, and what the verdicts mean."""
    return (
        f"{count_of(personas.n_left_out, 'customer')} with less than half a year of behaviour, "
        "or with too little of it known, are in no persona. Stable: three quarters or more of a "
        "group come back when customers are drawn again; below that a group is a pattern, and "
        "below six in ten it should not be relied on."
    )


def show_sizes(personas: Personas) -> None:
    """The personas, their sizes and how sure they are."""
    table = personas.table[["persona", "n", "share", "stability", "verdict"]]
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "persona": st.column_config.TextColumn("Persona"),
            "n": st.column_config.NumberColumn("Customers", format="%,d"),
            "share": st.column_config.ProgressColumn(
                "Share", format="percent", min_value=0.0, max_value=1.0
            ),
            "stability": st.column_config.NumberColumn(
                "Stability", format="%.2f", help="Bootstrap Jaccard: 1 comes back whole."
            ),
            "verdict": st.column_config.TextColumn("Verdict"),
        },
    )
    offer_csv(
        "Download who is in which persona", personas.membership, "personas.csv", key="personas"
    )


def telling_sentence(sheets: PersonaSheets, persona: str) -> str:
    """Where the customers of a persona are found more often than others."""
    own = sheets.traits[sheets.traits["persona"] == persona]
    leaning = own[(own["ratio"] >= LEANS) & (own["share"] >= ENOUGH)]
    leaning = leaning.sort_values("ratio", ascending=False).head(4)
    if leaning.empty:
        return "Its customers are spread over industries, countries and channels like all others."
    said = [
        f"**{escape(row.value)}** ({label_of(row.trait).lower()}, {share(row.share, 0)} of them, "
        f"{row.ratio:.1f} times as often as everyone)"
        for row in leaning.itertuples()
    ]
    return f"Found more often than others in {listed(said)}."


def show_sheet(sheets: PersonaSheets, persona: str, currency: str) -> None:
    """One persona line by line, beside everyone."""
    sheet = sheets.sheet(persona)

    def said(column: str) -> list[str]:
        return [
            in_unit(value, unit, currency, share_digits=0)
            for value, unit in zip(sheet[column], sheet["unit"], strict=True)
        ]

    st.dataframe(
        pd.DataFrame(
            {
                "On average": sheet["label"],
                "This persona": said("value"),
                "Low": said("low"),
                "High": said("high"),
                "Everyone": said("everyone"),
                "Customers": sheet["n"],
            }
        ),
        hide_index=True,
        height="content",
    )
    st.caption("Means over customers, with their 95 % interval; – where too few have a value.")
    offer_csv("Download all sheets", sheets.table, "persona_sheets.csv", key="sheets")

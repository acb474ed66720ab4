"""Equal value in words: what suits each persona at prices that bring us what they bring today."""

import pandas as pd
import streamlit as st

from models.equal_value import ENOUGH, EqualValue
from ui.download import offer_csv
from ui.tables import PERCENT, WHOLE, height_of, percents
from ui.text import count, escape, share

__all__ = ["show_equal_value"]


def show_equal_value(found: EqualValue, currency: str) -> None:
    """The smoothest model and timing of each persona at equal value, and all others."""
    if found.best.empty:
        st.markdown(
            f"No model can bill {share(ENOUGH, 0)} of any persona's revenue, so none is said to be "
            "the best."
        )
    else:
        st.markdown("\n".join(best_line(row) for _, row in found.best.iterrows()))
    names = ["persona", "billing_model", "billing_timing", "n_customers", "revenue",
             "revenue_then", "smooth", "own", "dearer", "moved", "surprises_today", "surprises",
             "covered", "best"]  # fmt: skip
    shares = ("smooth", "moved", "surprises", "surprises_today", "covered")
    shown = percents(found.table[names], *shares)
    shown = shown.assign(
        billing_model=shown["billing_model"].str.replace("_", " "),
        billing_timing=shown["billing_timing"].str.replace("_", " "),
    )
    label = st.column_config.NumberColumn
    words = {
        "smooth": "Smooth", "moved": "Revenue others pay", "surprises": "Surprises then",
        "surprises_today": "Surprises today", "covered": "Of its revenue",
    }  # fmt: skip
    st.dataframe(
        shown, hide_index=True, height=height_of(shown), alt="Models at equal value by persona",
        column_config={
            "persona": "Persona", "billing_model": "Billing model", "billing_timing": "Timing",
            "n_customers": label("Customers", format="%,d"),
            "revenue": label(f"Year today ({currency})", format=WHOLE),
            "revenue_then": label(f"Year then ({currency})", format=WHOLE),
            "dearer": label("Up by more than 25 %", format="%,d"),
            **{name: label(said, format=PERCENT) for name, said in words.items()},
            "own": st.column_config.CheckboxColumn("Seen of the persona"),
            "best": st.column_config.CheckboxColumn("Best"),
        },
    )  # fmt: skip
    st.caption(
        "Each persona's own use of twelve months is billed by one tariff of the model for each "
        "product and currency, its prices multiplied until the year brings what it brings today; "
        "bands and included units are those of the contract in the middle. How smoothly bills go "
        "is of the persona where 30 of its customers have that model and timing, else of all "
        "customers: seen and not drawn. Nobody is taken to react to the change itself."
    )
    offer_csv("Download equal value", found.table, "equal_value.csv", key="equal_value")


def best_line(row: pd.Series) -> str:
    """What is best for one persona, and what getting there would do."""
    cell = f"{row['billing_model']}, {row['billing_timing']}".replace("_", " ")
    whose = "its own bills" if row["own"] else "bills of all customers"
    return (
        f"- **{escape(row['persona'])}**: {cell} at equal value, {share(row['smooth'], 0)} of "
        f"{whose} go smoothly ({share(row['low'], 0)} to {share(row['high'], 0)}). Getting there, "
        f"{count(int(row['dearer']))} of {count(int(row['n_customers']))} customers would pay more "
        f"than a quarter more; bills that are a surprise go from "
        f"{share(row['surprises_today'])} to {share(row['surprises'])}."
    )

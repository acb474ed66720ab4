"""Billing fit in words: which model and timing go smoothly, and for whom."""

import pandas as pd
import streamlit as st

from models.billing_fit import FEWEST, LATE_DAYS, MEASURES, BillingFit
from ui.download import offer_csv
from ui.tables import PERCENT, height_of, percents
from ui.text import count_of, days, escape, listed, share

__all__ = ["fit_note", "fit_sentence", "show_persona_fit"]


def words_of(row: pd.Series) -> str:
    return f"{row['billing_model'].replace('_', ' ')}, {row['billing_timing'].replace('_', ' ')}"


def fit_sentence(fit: BillingFit, measure: str) -> str:
    """Which models and timings differ from all others in one measure."""
    rows = fit.of(measure)
    label = MEASURES[measure][0]
    apart = rows[rows["verdict"].isin(["more", "less"])]
    if rows.empty:
        return f"No billing model and timing has {FEWEST} customers whose bills can be looked at."
    if apart.empty:
        return (
            f"{label}: of {count_of(len(rows), 'billing model and timing', 'models and timings')} "
            "none differs from the others beyond chance."
        )
    ends = apart.sort_values("adjusted")
    said = [
        f"**{words_of(row)}** {number(measure, row['adjusted'])} "
        f"({number(measure, row['adjusted_low'])} to {number(measure, row['adjusted_high'])})"
        for _, row in pd.concat([ends.tail(1), ends.head(1)]).drop_duplicates().iterrows()
    ]
    return (
        f"**{MEASURES[measure][0]}**, furthest from the others: {listed(said)}; "
        f"{len(apart)} of {len(rows)} differ beyond chance."
    )


def number(measure: str, value: float) -> str:
    return days(value, 1) if measure == "days" else share(value, 0)


def fit_note(fit: BillingFit) -> str:
    """What smooth means, and what the comparison rests on."""
    small = fit.table[(fit.table["measure"] == "smooth") & (fit.table["verdict"] == "too few")]
    said = (
        "Each timing has its own expectation: a fee in advance or with every invoice is expected "
        "to be what the last one was, a bill for what was used the median of the customer's own "
        "six bills before. A bill went smoothly if it was not more than a quarter above that, "
        "nobody asked about bills or prices in its month, it was not disputed, and it was "
        f"paid at most {LATE_DAYS} days late. Each model and timing is shown as it would be were "
        f"its customers like all in {listed(list(fit.beside))}. Who has which was agreed and not "
        "drawn, so what else differs stays in it: these are no effects of changing the model. "
        f"{count_of(fit.n, 'bill')} of {count_of(fit.n_customers, 'customer')}."
    )
    if len(small):
        said += (
            f" Fewer than {FEWEST} customers: {listed([words_of(r) for _, r in small.iterrows()])}."
        )
    return said


def show_persona_fit(fit: BillingFit) -> None:
    """For each persona the model and timing with the least friction, and all others."""
    best = fit.personas[fit.personas["best"]]
    if best.empty:
        st.markdown(
            f"No persona has {FEWEST} customers under one model and timing, so nothing is said by "
            "persona."
        )
        return
    st.markdown(
        "\n".join(
            f"- **{escape(row['persona'])}**: {words_of(row)}, {share(row['smooth'], 0)} of bills "
            f"go smoothly ({share(row['low'], 0)} to {share(row['high'], 0)})"
            for _, row in best.iterrows()
        )
    )
    shown = fit.personas.drop(columns=["friction"])
    for name in ("billing_model", "billing_timing"):
        shown[name] = shown[name].str.replace("_", " ")
    label = st.column_config.NumberColumn
    st.dataframe(
        percents(shown, "smooth", "low", "high"),
        hide_index=True,
        height=height_of(shown),
        alt="Smooth bills by persona, model and timing",
        column_config={
            "persona": "Persona", "billing_model": "Billing model", "billing_timing": "Timing",
            "n_customers": label("Customers", format="%,d"),
            **{name: label(words, format=PERCENT)
               for name, words in (("smooth", "Smooth"), ("low", "From"), ("high", "To"))},
            "best": st.column_config.CheckboxColumn("Least friction"),
        },
    )  # fmt: skip
    st.caption(
        "Of groups that overlap none is better beyond doubt; small groups are drawn towards all "
        "customers of their model and timing."
    )
    offer_csv("Download by persona", fit.personas, "billing_fit_personas.csv", key="fit_personas")

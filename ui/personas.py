"""Personas in words: how many, how sure, and what one of them is like."""

from dataclasses import replace

import pandas as pd
import streamlit as st

import analyses.personas
from analyses.persona_names import PLACE
from models.persona_sheet import FEWEST, PersonaSheets
from models.personas import CLEARLY, Personas
from models.price_sensitivity import PriceSensitivity
from models.refusal import Refusal
from ui.download import offer_csv
from ui.frame import View, open_workspace
from ui.results import compute
from ui.tables import PERCENT, WHOLE, height_of, percents, to_the_right
from ui.text import count, count_of, escape, in_unit, label_of, listed, share

__all__ = ["apart_from_names", "between_sentence", "found_sentence", "personas_of",
           "personas_or_why", "price_sentence", "show_sheet", "show_sizes", "stability_note",
           "telling_sentence"]  # fmt: skip

#: What a share of the persona must be of everyone's to be said.
LEANS, ENOUGH = 1.3, 0.15


def personas_of(view: View) -> tuple[pd.DataFrame, Personas]:
    """Customers of the view and their personas; another name is no reason to look again."""
    unnamed = apart_from_names(view)
    rows = compute(analyses.personas.features, unnamed)
    found = compute(analyses.personas.found, unnamed, given={"rows": rows})
    return rows, compute(analyses.personas.run, view, given={"personas": found})


def apart_from_names(view: View) -> View:
    """The view as what does not hang on the names of personas is known by.

    The churn rule and the other settings stay in it: features hang on them.
    """
    return replace(view, decisions=open_workspace().settings.version(without=PLACE))


def personas_or_why(view: View) -> tuple[pd.DataFrame | None, Personas | None, str]:
    """As `personas_of`, for pages that do without: none, and why, where there are no personas."""
    try:
        rows, personas = personas_of(view)
    except Refusal as refusal:
        return None, None, str(refusal)
    if not personas.count:
        return rows, None, personas.reason or ""
    return rows, personas, ""


def found_sentence(personas: Personas) -> str:
    """How many personas there are and how stable they are."""
    stable = len(personas.for_decisions)
    largest = personas.table.iloc[0]
    all_stable = "all of them come" if stable == personas.count else f"{stable} of them come"
    return (
        f"Customers fall into **{personas.count} personas** by how they behave, and {all_stable} "
        f"back when customers are drawn again. The largest, {escape(largest['persona'])}, holds "
        f"{share(largest['share'], 0)} of {count_of(personas.n_customers, 'customer')}."
    )


def stability_note(personas: Personas) -> str:
    """What was left out, and what the verdicts mean."""
    found_from = (
        f"The groups were found from {count_of(personas.n_fitted, 'customer')}. "
        if personas.n_fitted < personas.n_customers
        else ""
    )
    return (
        f"{found_from}{count_of(personas.n_left_out, 'customer')} with less than half a year of "
        "behaviour, or with too little of it known, are in no persona. Stable: three quarters or "
        "more of a group come back when customers are drawn again. Below that a group is a "
        "pattern, below six in ten unstable: both are shown here and used for no decision."
    )


def between_sentence(personas: Personas) -> str:
    """How many customers are not clearly in one persona, and between which most of them are."""
    pairs = personas.between()
    n = int(pairs["n"].sum())
    if n == 0:
        return "Every customer is clearly in one persona."
    most = pairs.iloc[0]
    return (
        f"{share(1 - n / personas.n_customers, 0)} of customers are in their persona with a chance "
        f"of {share(CLEARLY, 0)} or more. {count_of(n, 'customer')} are between two, most often "
        f"between {escape(most['persona'])} and {escape(most['other'])} "
        f"({count_of(int(most['n']), 'customer')})."
    )


def show_sizes(personas: Personas) -> None:
    """The personas, their sizes and how sure they are."""
    table = personas.table[["persona", "n", "share", "stability", "verdict", "seen"]]
    usable = table["persona"].isin(personas.for_decisions)
    st.dataframe(
        percents(table, "share").assign(usable=usable.map({True: "yes", False: "no"})),
        hide_index=True,
        column_config={
            "persona": st.column_config.TextColumn("Persona"),
            "n": st.column_config.NumberColumn("Customers", format="%,d"),
            "share": st.column_config.ProgressColumn(
                "Share", format=PERCENT, min_value=0, max_value=100
            ),
            "stability": st.column_config.NumberColumn(
                "Stability", format="%.2f", help="Bootstrap Jaccard: 1 comes back whole."
            ),
            "verdict": st.column_config.TextColumn("Verdict"),
            "usable": st.column_config.TextColumn("For decisions"),
            "seen": st.column_config.TextColumn(
                "Since names were kept", help="Against where it stood when its name was kept."
            ),
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
        f"**{escape(str(row.value).replace('_', ' '))}** ({label_of(row.trait).lower()}, "
        f"{share(row.share, 0)} of them, {row.ratio:.1f} times as often as everyone)"
        for row in leaning.itertuples()
    ]
    return f"Found more often than others in {listed(said)}."


def show_sheet(sheets: PersonaSheets, persona: str, currency: str) -> None:
    """One persona line by line, beside everyone."""
    sheet = sheets.sheet(persona).dropna(subset="value").reset_index(drop=True)

    def said(column: str) -> list[str]:
        return [
            in_unit(value, unit, currency, share_digits=0)
            for value, unit in zip(sheet[column], sheet["unit"], strict=True)
        ]

    shown = ["This persona", "Low", "High", "Everyone"]
    columns = ("value", "low", "high", "everyone")
    lines = pd.DataFrame(
        {
            "On average": [f"\u2003{label}" for label in sheet["label"]],
            **{name: said(column) for name, column in zip(shown, columns, strict=True)},
            "Customers": [count(n) for n in sheet["n"]],
        }
    )
    # A section is a line of its own: a column for it would take half of a telephone's width.
    parts = [
        part
        for section, own in lines.groupby(sheet["section"], sort=False)
        for part in (pd.DataFrame([{"On average": section}]), own)
    ]
    st.dataframe(
        pd.concat(parts, ignore_index=True).fillna(""),
        hide_index=True,
        height="content",
        column_config=to_the_right([*shown, "Customers"]),
    )
    st.caption("Means over customers, with their 95 % interval; what too few have is left out.")
    bought = sheets.bought[sheets.bought["persona"] == persona]
    if not bought.empty:
        st.markdown(bought_sentence(bought))
        st.dataframe(
            percents(bought.drop(columns="persona"), "share"),
            hide_index=True,
            height=height_of(bought),
            column_config={
                "product": st.column_config.TextColumn("Product"),
                "family": st.column_config.TextColumn("Family"),
                "revenue": st.column_config.NumberColumn(f"Revenue, {currency}", format=WHOLE),
                "n": st.column_config.NumberColumn("Customers", format="%,d"),
                "share": st.column_config.NumberColumn("Of their money", format=PERCENT),
                "ratio": st.column_config.NumberColumn("Against everyone", format="%.1f×"),
            },
        )
    offer_csv("Download all sheets", sheets.table, "persona_sheets.csv", key="sheets")


def bought_sentence(bought: pd.DataFrame) -> str:
    """What most of a persona's money goes to, and what more of it does than of everyone's."""
    most = bought.iloc[0]
    said = (
        f"In the last 12 months {share(most['share'], 0)} of their money went to "
        f"**{escape(most['product'])}**"
    )
    leaning = bought[(bought["ratio"] >= LEANS) & (bought["n"] >= FEWEST)]
    if leaning.empty:
        return f"{said}; they buy what all others buy."
    own = leaning.sort_values("ratio", ascending=False).iloc[0]
    return (
        f"{said}; **{escape(own['product'])}** takes {own['ratio']:.1f} times the share it has of "
        "everyone's."
    )


def price_sentence(sensitivity: PriceSensitivity, persona: str) -> str:
    """How a persona answers a price change, or that this data cannot tell."""
    row = sensitivity.of(persona)
    if row["answer"] == "cannot tell":
        why = escape(row["reason"], longest=300)
        return f"How they answer a change of price this data cannot tell. {why}"
    by = f"{abs(row['elasticity']):.1f} %"
    said = {
        "uses less": f"They use **{by} less** for each percent a price rises",
        "uses more": f"They use **{by} more** for each percent a price rises",
        "no reaction seen": "No change of use is seen after a change of price",
    }[row["answer"]]
    return (
        f"{said} (elasticity {row['elasticity']:+z.2f}, {share(sensitivity.confidence, 0)} "
        f"interval {row['low']:+z.2f} to {row['high']:+z.2f}, "
        f"{count_of(int(row['n_customers']), 'customer')} with a change against all others in the "
        "same months). Where prices were changed for a reason that also moves use, "
        "this is no effect of the price."
    )

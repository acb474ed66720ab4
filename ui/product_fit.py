"""Product fit in words: who succeeds with a product, and where the data cannot tell."""

import pandas as pd
import streamlit as st

from models.product_fit import FEWEST, ProductFit
from ui.download import offer_csv
from ui.tables import PERCENT, height_of
from ui.text import count_of, escape, share

__all__ = ["answer_sentence", "product_sentence", "show_fit_table"]


def answer_sentence(fit: ProductFit, trait: str, words: str) -> str:
    """Who is most likely to succeed with which product, over all products."""
    best, worst = fit.best(trait), fit.worst(trait)
    tested = int((fit.table["verdict"] != "too few").sum())
    if best.empty and worst.empty:
        return (
            f"By {words} no group stands out beyond chance with any product: treat {words} as no "
            f"reason to sell or not to sell. {count_of(tested, 'group')} were compared in all."
        )
    said = [
        f"**{escape(row['value'])}** customers are {verdict} likely to succeed with "
        f"**{escape(row['product'])}**: {share(row['expected'], 0)} "
        f"({share(row['low'], 0)} to {share(row['high'], 0)}) against "
        f"{share(row['product_rate'], 0)} of all who take it up"
        for verdict, row in (
            *(("most", row) for _, row in best.head(1).iterrows()),
            *(("least", row) for _, row in worst.head(1).iterrows()),
        )
    ]
    return ". ".join(said) + f". {count_of(tested, 'group')} were compared in all."


def product_sentence(fit: ProductFit, product: str) -> str:
    """How often those who take up a product succeed, and at which of the two it fails."""
    row = fit.products.set_index("product").loc[product]
    return (
        f"Of {count_of(int(row['n']), 'customer')} who took up **{escape(product)}**, "
        f"**{share(row['rate'], 0)}** ({share(row['low'], 0)} to {share(row['high'], 0)}) "
        f"succeeded: {share(row['stayed'], 0)} were still customers a year later, and "
        f"{share(row['paid_off'], 0)} had left more than they cost."
    )


def show_fit_table(fit: ProductFit, product: str, trait: str) -> None:
    """The groups of one product, small ones with their size alone."""
    rows = fit.table[(fit.table["product"] == product) & (fit.table["trait"] == trait)]
    rows = rows.sort_values(["expected", "value"], ascending=[False, True])
    percent = st.column_config.NumberColumn
    shown = pd.DataFrame(
        {
            "Group": rows["value"],
            "Customers": rows["n"],
            "Succeeded": 100 * rows["rate"],
            "Expected": 100 * rows["expected"],
            "Low": 100 * rows["low"],
            "High": 100 * rows["high"],
            "Against its others": rows["verdict"],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        height=height_of(shown),
        column_config={
            "Customers": st.column_config.NumberColumn(format="%,d"),
            **{name: percent(format=PERCENT) for name in ("Succeeded", "Expected", "Low", "High")},
        },
    )
    st.caption(
        f"Success: still a customer after a year, and invoiced more than goods and support cost. "
        f"Expected: the counted share drawn towards the product's own, the more so the fewer there "
        f"are, with its {share(fit.confidence, 0)} interval. Groups of fewer than {FEWEST} are not "
        "shown. More or less likely is said where at most one in twenty such statements is chance. "
        "These are shares of those who bought, not effects of selling to others."
    )
    offer_csv("Download all products and groups", fit.table, "product_fit.csv", key="product_fit")

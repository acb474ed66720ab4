"""The price frontier in words: what a change brings, whom it shocks, and when it breaks even."""

import pandas as pd
import streamlit as st

from models.price_frontier import PriceFrontier, break_even_elasticity
from models.pricing import PriceBase
from ui import url_state
from ui.download import offer_csv
from ui.tables import height_of
from ui.text import count_of, money

__all__ = [
    "break_even_sentence",
    "choose_change",
    "choose_log_hazard",
    "frontier_sentence",
    "show_best",
]


def choose_change() -> tuple[float, float]:
    """One combination of the sweep."""
    with st.container(horizontal=True):
        fees = url_state.slide("Fees, % more or less", "fees", -20, 40, default=0, width=280)
        use = url_state.slide("Prices of use, % more or less", "use", -20, 40, default=5, width=280)
    return fees / 100, use / 100


def choose_log_hazard() -> float:
    """How much a dearer bill makes people leave: an assumption, and named so."""
    tenths = url_state.slide(
        "Assumed: log hazard of leaving added by a bill twice as high, in tenths",
        "theta", 0, 30, default=8,
        help="8 means 0.8: a bill 10 % higher multiplies the hazard by 1.08. What it is for your "
        "customers is not estimated here.",
    )  # fmt: skip
    return tenths / 10


def frontier_sentence(frontier: PriceFrontier, chosen: tuple[float, float], currency: str) -> str:
    """What the chosen change brings and risks, and whether another brings more for less."""
    table = frontier.table
    mine = table[(table["fee_change"] == chosen[0]) & (table["use_change"] == chosen[1])].iloc[0]
    word = "less" if mine["change"] < 0 else "more"
    said = (
        f"{count_of(len(table), 'price change')} were tried. Fees {chosen[0]:+.0%} and use "
        f"{chosen[1]:+.0%} bring **{money(abs(mine['change']), currency)} {word}** a year for the "
        f"same use and put **{money(mine['at_risk'], currency)}** at risk of leaving, if the "
        f"assumption holds; {count_of(int(mine['shocked']), 'bill')} would rise by more than a "
        "quarter."
    )
    level = table[table["at_risk"] <= mine["at_risk"]]
    top = level.loc[level["change"].idxmax()]
    if top["change"] > mine["change"] + 0.5:
        said += (
            f" At no more risk, fees {top['fee_change']:+.0%} and use {top['use_change']:+.0%} "
            f"bring {money(top['change'], currency)}."
        )
    return said.replace("%", " %")


def break_even_sentence(
    frontier: PriceFrontier, base: PriceBase, chosen: tuple[float, float]
) -> str:
    """The elasticity of use at which the change neither gains nor loses margin."""
    fees, use = frontier.customers[["fees", "use"]].sum()
    cost = float((base.rows["cost"] * base.rows["rate"]).sum())
    found = break_even_elasticity(fees, use, cost * use / (fees + use), *chosen)
    if chosen[1] == 0:
        return "Prices of use stay as they are, so no elasticity of use is asked for."
    if found is None:
        return (
            "No elasticity of use between -10 and 10 leaves margin as it is: this change gains or "
            "loses whatever use does."
        )
    word = "less" if found < 0 else "more"
    said = (
        f"Margin stays as it is if use has an elasticity of **{found:.2f}**: where customers use "
        f"{abs(1.1**found - 1):.0%} {word} for prices that are 10% higher. Cost is taken to go "
        "with use, in the share that use has of the bills. What elasticity there is, is another "
        "question."
    )
    return said.replace("%", " %")


def show_best(frontier: PriceFrontier) -> None:
    """The frontier as a table."""
    best = frontier.best
    shown = pd.DataFrame(
        {
            "Fees": 100 * best["fee_change"],
            "Prices of use": 100 * best["use_change"],
            "Change of revenue": best["change"],
            "Revenue at risk": best["at_risk"],
            "Bills up by more than a quarter": best["shocked"],
        }
    )
    number = st.column_config.NumberColumn
    st.dataframe(
        shown,
        hide_index=True,
        height=height_of(shown),
        column_config={name: number(format="%+.0f %%") for name in shown.columns[:2]}
        | {name: number(format="%,.0f") for name in shown.columns[2:]},
    )
    offer_csv("Download all price changes", frontier.table, "price_frontier.csv", key="frontier")

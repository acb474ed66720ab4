"""The price frontier in words: what a change brings, whom it shocks, and when it breaks even."""

from typing import Any

import pandas as pd
import streamlit as st

import analyses.churn
import analyses.pricing
from analyses.scope import Scope
from models.price_frontier import PriceFrontier, break_even_elasticity
from models.price_leaving import DrawnLeaving, StatedLeaving
from models.pricing import PriceBase
from models.refusal import Refusal
from ui import url_state
from ui.designer_reaction import read_reaction
from ui.download import offer_csv
from ui.errors import say
from ui.frame import View
from ui.results import compute
from ui.tables import height_of
from ui.text import count, count_of, listed, money, share, signed
from warehouse.snapshot import MissingTable
from warehouse.workspace import Tables

__all__ = [
    "break_even_sentence",
    "choose_change",
    "choose_leaving",
    "frontier_sentence",
    "leaving_note",
    "show_best",
]

GROUNDS = {"estimated": "Customers leave as estimated", "assumed": "As I assume"}


def choose_change() -> tuple[float, float]:
    """One combination of the sweep."""
    with st.container(horizontal=True):
        fees = url_state.slide("Fees, % more or less", "fees", -20, 40, default=0, width=280)
        use = url_state.slide("Prices of use, % more or less", "use", -20, 40, default=5, width=280)
    return fees / 100, use / 100


def choose_leaving(view: View, base: PriceBase) -> StatedLeaving | DrawnLeaving:
    """What customers leave by: the estimated reaction, or a number where there is none."""
    why = None
    if url_state.choose("What it rests on", "grounds", GROUNDS) == "estimated":
        try:
            reaction, ahead, _ = read_reaction(view)
            given = {"base": base, "reaction": reaction, "outlook": ahead}
            return compute(leaving_of, view, given=given)
        except (Refusal, MissingTable) as refusal:
            why = str(refusal)
    if why:
        st.info(
            f"How customers answer prices cannot be estimated here, so it is assumed: {say(why)}",
            icon=":material/help:",
        )
    tenths = url_state.slide(
        "Assumed: log hazard of leaving added by a bill twice as high, in tenths",
        "theta", 0, 30, default=8,
        help="8 means 0.8: a bill 10 % higher multiplies the hazard by 1.08. A choice, not a "
        "finding.",
    )  # fmt: skip
    retention = compute(analyses.churn.retention, view)
    return analyses.pricing.stated_leaving(retention, tenths / 10)


def leaving_of(tables: Tables, scope: Scope, **given: Any) -> DrawnLeaving:
    """`analyses.pricing.drawn_leaving` as what can be kept for a view."""
    return analyses.pricing.drawn_leaving(**given)


def leaving_note(frontier: PriceFrontier, chosen: tuple[float, float]) -> str:
    """What the risk rests on, what of it is assumed, and how far it was seen."""
    leaving = frontier.leaving
    if isinstance(leaving, StatedLeaving):
        return (
            f"Assumed, not estimated: customers who leave as prices are, "
            f"{share(leaving.yearly_churn)} of revenue a year, leave more often by the number set "
            "above. Lower bills are taken to keep nobody."
        )
    said = (
        f"Within {count_of(leaving.months, 'month')} {share(leaving.yearly_churn)} of customers "
        "are expected to leave anyway; how many more do is the mean over what is not known of the "
        "estimated effects."
    )
    if leaving.assumed:
        named = listed(leaving.assumed)
        said += f" Not estimated but assumed, as nothing give or take a range: {named}."
    mine = row_of(frontier, chosen)
    seen = f"{signed(100 * leaving.seen_low)} to {signed(100 * leaving.seen_high)} %"
    if mine["beyond"]:
        said += (
            f" **Prices in these data changed by {seen} only: "
            f"{count(int(mine['beyond']))} of {count_of(len(frontier.customers), 'bill')} would "
            "change further, and what those customers do is drawn on beyond what was seen.**"
        )
    else:
        said += f" Prices in these data changed by {seen}."
    return said


def row_of(frontier: PriceFrontier, chosen: tuple[float, float]) -> pd.Series:
    table = frontier.table
    return table[(table["fee_change"] == chosen[0]) & (table["use_change"] == chosen[1])].iloc[0]


def both(fees: float, use: float) -> str:
    return f"Fees {signed(100 * fees)} % and use {signed(100 * use)} %"


def frontier_sentence(frontier: PriceFrontier, chosen: tuple[float, float], currency: str) -> str:
    """What the chosen change brings and risks, and whether another brings more for less."""
    table = frontier.table
    mine = row_of(frontier, chosen)
    word = "less" if mine["change"] < 0 else "more"
    risk = (
        f"put **{money(mine['at_risk'], currency)}** at risk of leaving"
        if mine["at_risk"] >= 0
        else f"are expected to keep **{money(-mine['at_risk'], currency)}** that would leave"
    )
    said = (
        f"{count_of(len(table), 'price change')} were tried. {both(*chosen)} bring "
        f"**{money(abs(mine['change']), currency)} {word}** a year for the same use and {risk}; "
        f"{count_of(int(mine['shocked']), 'bill')} would rise by more than a "
        "quarter."
    )
    level = table[table["at_risk"] <= mine["at_risk"]]
    top = level.loc[level["change"].idxmax()]
    if top["change"] > mine["change"] + 0.5:
        said += (
            f" At no more risk, {both(top['fee_change'], top['use_change']).lower()} "
            f"bring {money(top['change'], currency)}."
        )
    return said


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
            # Rounded here: what is just below nothing would be drawn as -0.
            "Change of revenue": best["change"].round() + 0.0,
            "Revenue at risk": best["at_risk"].round() + 0.0,
            "Bills up by more than a quarter": best["shocked"],
            "Bills further than any seen": best["beyond"],
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

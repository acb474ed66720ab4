"""Stated prices in words: the range customers name, and what such answers are good for."""

import pandas as pd
import streamlit as st

import analyses.stated_prices
from charts.stated_prices import stated_price_curves
from models.stated_prices import StatedPrices
from ui.chart import told
from ui.download import offer_csv
from ui.errors import say
from ui.frame import View
from ui.results import computed_or_why
from ui.tables import AMOUNT
from ui.text import count, count_of, exact_money, share

__all__ = ["show_stated_prices", "stated_sentence"]

POINT_WORDS = {
    "marginal_cheapness": "Below it, more doubt the quality than find it dear",
    "optimal": "As many call it too cheap as too expensive",
    "indifference": "As many call it cheap as expensive",
    "marginal_expensiveness": "Above it, more find it too dear than cheap",
}


def show_stated_prices(view: View) -> None:
    """The four curves, where answers hold prices; else why not, and what to load."""
    found = computed_or_why(analyses.stated_prices.run, view)
    if isinstance(found, str):
        st.info(say(found), icon=":material/price_check:")
        return
    told(stated_sentence(found, view.currency), stated_price_curves(found, view.currency))
    names = pd.Series(POINT_WORDS)
    shown = found.points.assign(point=found.points["point"].map(names))
    number = st.column_config.NumberColumn
    st.dataframe(
        shown, hide_index=True, height="content", alt="Crossings of the curves",
        column_config={
            "point": "Where the curves cross",
            "price": number(f"Price ({view.currency})", format=AMOUNT),
            "low": number(f"{share(found.confidence, 0)} from", format=AMOUNT),
            "high": number("to", format=AMOUNT),
        },
    )  # fmt: skip
    offer_csv("Download the curves", found.curves, "stated_prices.csv", key="stated_prices")
    said = (
        f"Van Westendorp's price sensitivity meter: {count_of(found.n, 'respondent')} of "
        f"{count_of(found.n_customers, 'customer')}, each with the newest answer; intervals from "
        "drawing customers again. Answers about a price are no purchases: a range to try prices "
        "in, not what anybody pays."
    )
    if found.n_left_out:
        said += f" {count(found.n_left_out)} named prices out of order and are left out."
    st.caption(said)


def stated_sentence(found: StatedPrices, currency: str) -> str:
    """The range between the outer crossings, and the price between too cheap and too dear."""
    low, best, high = (
        found.point(name) for name in ("marginal_cheapness", "optimal", "marginal_expensiveness")
    )
    return (
        f"Asked, customers name a range of **{exact_money(low['price'], currency)} to "
        f"{exact_money(high['price'], currency)}** a month; as many call "
        f"{exact_money(best['price'], currency)} ({exact_money(best['low'], currency)} to "
        f"{exact_money(best['high'], currency)}) too cheap as too expensive."
    )

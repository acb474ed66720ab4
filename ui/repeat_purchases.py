"""Customers without a contract in words: how many came back, and what they are still to bring."""

import streamlit as st

from models.repeat_value import RepeatValue
from ui.download import offer_csv
from ui.tables import AMOUNT, columns_of, height_of
from ui.text import count_of, money, share

__all__ = ["repeat_sentence", "show_repeat_customers"]


def repeat_sentence(value: RepeatValue, currency: str) -> str:
    """How many buy without a contract, how many came back, and their value."""
    return (
        f"{count_of(value.n, 'customer')} buy without a contract; {value.n_new:,} are new within a "
        f"year and {value.n_repeat:,} came back. By how often and how much they buy they are still "
        f"to bring **{money(value.portfolio, currency)}** ({money(value.low, currency)} to "
        f"{money(value.high, currency)}) in {count_of(value.terms.horizon, 'month')}. In the value "
        "above they count by the churn rule."
    )


def show_repeat_customers(value: RepeatValue) -> None:
    """Each customer's purchases, with download; who never came back has no chance of being one."""
    table = value.customers
    shown = st.column_config.NumberColumn
    st.dataframe(
        table.head(500),
        hide_index=True,
        height=height_of(table),
        column_config={
            **columns_of(table),
            "alive": shown("Still a customer", format="percent"),
            "spend": shown("Of a purchase", format=AMOUNT),
        },
    )
    size = value.size
    st.caption(
        "Whether who never came back is still a customer is not said: the model has all of them "
        f"active by construction. How often and how much go together by {size.correlation:.2f} "
        f"({size.low:.2f} to {size.high:.2f}), which the model takes to be 0. Of each unit bought "
        f"{share(value.margin_share)} is left after all costs."
    )
    offer_csv("Download these customers", table, "repeat_purchases.csv", key="repeat_purchases")

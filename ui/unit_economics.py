"""Unit economics in words and as a table."""

import numpy as np
import pandas as pd
import streamlit as st

from charts.unit_economics import named
from models.unit_economics import SHRUNK_BELOW, SMALLEST, UnitEconomics
from ui.download import offer_csv
from ui.tables import to_the_right
from ui.text import count, count_of, escape, in_unit, money, share

__all__ = ["keeping_sentence", "months_in_words", "ratio_sentence", "show_cell",
           "show_table", "treatment_note", "waterfall_sentence"]  # fmt: skip

#: What a caption says of a table without the room for it.
OF_A_MONTH = " a month"

#: Columns of the table: what they are called, and in which unit.
SHOWN = {
    "ltv_to_cac": ("LTV:CAC", "score"),
    "cac": ("Cost to win", "money"),
    "onboarding": ("Onboarding", "money"),
    "ltv": ("Value of a new one", "money"),
    "contribution": (f"Contribution{OF_A_MONTH}", "money"),
    "support": (f"Support{OF_A_MONTH}", "money"),
    "service": (f"Service{OF_A_MONTH}", "money"),
    "churn_12m": ("New ones leave in a year", "share"),
}


def waterfall_sentence(economics: UnitEconomics, cell: str, currency: str) -> str:
    """What is left of revenue, and the largest part that is taken off it."""
    rows = economics.waterfall[economics.waterfall["cell"] == cell].set_index("part")
    revenue, left = rows.loc["revenue", "amount"], rows.loc["contribution", "amount"]
    if not revenue > 0:
        return f"Of {escape(named(cell))} nothing was invoiced in the window."
    costs = rows.drop(["revenue", "contribution"])
    largest = costs["amount"].idxmin()
    part = costs.loc[largest]
    return (
        f"Of {money(revenue, currency)} revenue a customer and month, **{money(left, currency)}** "
        f"are left ({share(left / revenue, 0)}). The largest part taken off is "
        f"{part['label'].lower()} with {money(-part['amount'], currency)}."
    )


def ratio_sentence(economics: UnitEconomics, currency: str) -> str:
    """What comes back for each unit of cost of winning, and when."""
    row = economics.everyone
    if np.isnan(row["ltv_to_cac"]):
        return "What winning a customer costs is not recorded, so nothing can be set against it."
    said = (
        f"A new customer brings **{row['ltv_to_cac']:,.1f}** times what winning it costs within "
        f"{economics.horizon} months ({row['ltv_to_cac_low']:,.1f} to {row['ltv_to_cac_high']:,.1f}"
        f", {share(economics.confidence, 0)} interval), and {repaid_in_words(row)}."
    )
    rest = economics.table.iloc[1:].dropna(subset="ltv_to_cac")
    if rest.empty:
        return said
    worst = rest.loc[rest["ltv_to_cac"].idxmin()]
    months = worst["payback_months"]
    repaid = "never repaid" if np.isinf(months) else f"repaid after {months_in_words(months)}"
    return (
        f"{said} Least comes back from {escape(worst['cell'], longest=120)}: "
        f"{worst['ltv_to_cac']:,.1f} times, {repaid}."
    )


def repaid_in_words(row: pd.Series) -> str:
    if np.isinf(row["payback_months"]):
        return "never pays for itself"
    return f"has paid for itself after **{months_in_words(row['payback_months'])}**"


def months_in_words(months: float) -> str:
    """A payback as a sentence says it.

    >>> months_in_words(float("inf")), months_in_words(1.0), months_in_words(float("nan"))
    ('never', '1 month', '–')
    """
    if np.isnan(months):
        return "–"
    return "never" if np.isinf(months) else count_of(int(months), "month")


def keeping_sentence(economics: UnitEconomics, currency: str) -> str:
    """The company's own ratio, beside the one that is told everywhere."""
    ratio, low, high = economics.acquire_to_keep
    if np.isnan(ratio):
        return "What winning or keeping customers costs is not recorded, so there is no ratio."
    return (
        f"Keeping a customer for a year costs {money(economics.keeping, currency)} (service, "
        f"support, reminders); winning and setting one up costs **{ratio:,.1f} times** that "
        f"({low:,.1f} to {high:,.1f}, {share(economics.confidence, 0)} interval). The fixed "
        "multiples that are often quoted (winning costs so many times what keeping costs) are "
        "folklore without a source: use this company's own figure."
    )


def treatment_note(economics: UnitEconomics) -> str:
    """How missing costs, small cells and rules of thumb are treated."""
    return (
        f"{count_of(economics.n_without_cost, 'customer')} without a recorded acquisition cost "
        "are left out of the cost to win, not counted as won for nothing. Contribution, support "
        f"and service are those of a month. Cells of fewer than {SMALLEST} customers are not "
        f"shown, those of fewer than {SHRUNK_BELOW} are drawn towards everyone as far as they are "
        "noise (Own data: how much of a cell is its own). Leaving is projected for a new customer, "
        "from the day it is won: the share that left in each month of tenure, as on the page "
        "Churn, times how much more or less the cell's customers left. What is still to come from "
        "the customers of today, each by its own risks, is on the page Lifetime value. That "
        "LTV:CAC should be 3 is a rule of thumb; nothing here passes or fails by it."
    )


def show_table(economics: UnitEconomics, currency: str) -> None:
    """The cells side by side, where there are several, and all of it to download."""
    table = economics.table
    if len(table) > 1:
        shown = pd.DataFrame({"Customers": [named(cell) for cell in table["cell"]]})
        for name, (label, unit) in SHOWN.items():
            short = label.removesuffix(OF_A_MONTH)
            shown[short] = [said(value, unit, currency) for value in table[name]]
        shown.insert(2, "Payback", [months_in_words(months) for months in table["payback_months"]])
        shown["Number"] = [count(n) for n in table["n"]]
        shown["Own data"] = [share(own, 0) for own in table["own_share"]]
        st.dataframe(shown, hide_index=True, height="content" if len(shown) < 14 else 480,
                     column_config=to_the_right(shown.columns[1:]),
                     alt="Unit economics of each cell")  # fmt: skip
    offer_csv("Download unit economics", table, "unit_economics.csv", key="unit_economics")


def show_cell(economics: UnitEconomics, cell: str, currency: str) -> None:
    """One cell line by line, each estimate with its interval."""
    row = economics.table.set_index("cell").loc[cell]
    ends = ("", "_low", "_high")
    lines = [
        (label, *(said(row[f"{name}{end}"], unit, currency) for end in ends))
        for name, (label, unit) in SHOWN.items()
    ]
    lines.append(("Payback", *(months_in_words(row[f"payback_months{end}"]) for end in ends)))
    shown = pd.DataFrame(lines, columns=["On average", named(cell), "From", "To"])
    st.dataframe(shown, hide_index=True, height="content",
                 column_config=to_the_right(shown.columns[1:]),
                 alt="Unit economics of the chosen customers")  # fmt: skip
    st.caption(f"From and to: {share(economics.confidence, 0)} interval.")


def said(value: float, unit: str, currency: str) -> str:
    return in_unit(value, unit, currency, share_digits=0)

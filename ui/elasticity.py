"""Elasticity in words: what is found, what it may be called, and what speaks against it."""

import numpy as np
import pandas as pd
import streamlit as st

from models.elasticity import Elasticity
from ui.download import offer_csv
from ui.tables import to_the_right
from ui.text import count, count_of, share, signed

__all__ = ["design_note", "elasticity_sentence", "show_checks"]

CHECKS = {
    "growth": "Growth before the change",
    "before": "Use before it was announced",
    "null": "Histories dealt at random",
}
MEANING = {
    ("growth", True): "No sign that those who grew got other changes",
    ("growth", False): "Those whose use grew otherwise got other changes: not drawn at random",
    ("before", True): "No sign of a reaction before anybody could know",
    ("before", False): "Use differed before anybody could know of the change",
    ("null", True): "Chance alone seldom comes as far from 0",
    ("null", False): "Chance alone comes as far from 0: no effect is told from none",
}


def elasticity_sentence(found: Elasticity) -> str:
    """What a dearer price goes with, or that nothing is found."""
    n = f"{count_of(found.n_changed, 'customer')} had a change"
    if found.reason:
        return f"The elasticity is {found.value:.2f}, without an interval: {found.reason}"
    ends = f"({found.low:.2f} to {found.high:.2f})"
    if found.verdict == "no effect found":
        return (
            f"**No effect found** of prices on use: an elasticity of {found.value:.2f} {ends}. One "
            f"of {found.detectable:.2f} either way would have been found four times in five; {n}."
        )
    way = "less" if found.value < 0 else "more"
    return (
        f"A price a tenth higher goes with **{share(abs(np.expm1(found.value * np.log(1.1))))} "
        f"{way} use**: an elasticity of **{found.value:.2f}** {ends}; {n}."
    )


def design_note(found: Elasticity) -> str:
    """What the estimate may be called, and of what."""
    if found.design == "staggered":
        called = (
            "Prices changed at different times, and nothing speaks against the times and sizes "
            "having had nothing to do with use to come. That is no proof: only prices drawn at "
            "random would be."
        )
    else:
        called = (
            "**Observational, endogenous**: who got which price was related to use, so a plain "
            "comparison is wrong. Each customer's own growth is taken out here; what else went "
            "into the prices is not known. Draw prices at random to be sure."
        )
    left_out = (
        f" {count_of(found.n_without_use, 'month')} without use have no logarithm and are left out."
        if found.n_without_use else ""
    )  # fmt: skip
    return (
        f"{called} From {count(found.n_months)} months of {count_of(found.n_customers, 'customer')}"
        f"; single changes were {signed(100 * (found.seen_low - 1))} to "
        f"{signed(100 * (found.seen_high - 1))} %. Intervals are robust by customer.{left_out}"
    )


def show_checks(found: Elasticity) -> None:
    """What should be nothing if prices had nothing to do with use to come."""
    rows = found.checks
    shown = pd.DataFrame(
        {
            "Check": rows["check"].map(CHECKS),
            "Of": rows["says"].str.capitalize(),
            "p": [p_in_words(p) for p in rows["p_value"]],
            "What it says": [
                "Too few to tell" if np.isnan(p) else MEANING[name, bool(passed)]
                for name, passed, p in zip(
                    rows["check"], rows["passed"], rows["p_value"], strict=True
                )
            ],
        }
    )
    st.dataframe(
        shown, hide_index=True, height="content", column_config=to_the_right(["p"]),
        alt="Checks of the elasticity",
    )  # fmt: skip
    offer_csv("Download the checks", rows, "elasticity_checks.csv", key="elasticity_checks")


def p_in_words(p: float) -> str:
    if np.isnan(p):
        return ""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"

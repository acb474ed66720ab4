"""Slide of elasticity: how use answers a price, and what the estimate may be called."""

import numpy as np

from charts.wording import count, count_of, share
from models.elasticity import Elasticity
from reports.edition import Results
from reports.slides import Column, Draft, Finding, add_caption, add_table
from reports.template import CONTENT, Box

__all__ = ["add_elasticity", "elasticity_finding"]

FIGURES = ("pricing.elasticity",)
CHECKS = {
    "growth": "Growth of use before a change, by its size",
    "before": "Use in the half year before the announcement",
    "null": "Price histories dealt to customers at random",
}


def add_elasticity(draft: Draft, results: Results) -> None:
    """The estimates with their intervals, and what speaks for and against them."""
    otherwise = "How use answers a price is not known yet"
    found = draft.held(results, "elasticity", otherwise, *FIGURES)
    if found is None:
        return
    finding = elasticity_finding(found)
    slide = draft.add(finding, *FIGURES)
    columns = (
        Column("Estimated within", 6.2, bold=True, longest=80),
        Column("Elasticity", 1.8, right=True, bold=True),
        Column(f"{share(found.confidence, 0)} interval", 2.4, right=True),
        Column("", 1.7),
    )
    rows = [
        (row.within, f"{row.elasticity:.2f}", f"{row.low:.2f} to {row.high:.2f}",
         "reported" if row.main else "")
        for row in found.table.itertuples()
    ]  # fmt: skip
    end = add_table(slide, CONTENT, columns, rows, says=f"Elasticities. {finding.title}",
                    row_height=0.42)  # fmt: skip
    said = "The first two should be nothing; the third should seldom be reached by chance"
    add_caption(slide, Box(CONTENT.left, end + 0.3, CONTENT.width, 0.3), said)
    columns = (
        Column("Check", 6.2, bold=True, longest=80),
        Column("p", 1.8, right=True),
        Column("Passed", 2.4, right=True),
    )
    rows = [
        (CHECKS[row.check], p_in_words(row.p_value),
         "too few to tell" if np.isnan(row.p_value) else "yes" if row.passed else "no")
        for row in found.checks.itertuples()
    ]  # fmt: skip
    box = Box(CONTENT.left, end + 0.65, CONTENT.width, CONTENT.height)
    add_table(slide, box, columns, rows, says="Checks of the elasticity", row_height=0.42)


def p_in_words(p: float) -> str:
    if np.isnan(p):
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def elasticity_finding(found: Elasticity) -> Finding:
    """What a dearer price goes with, and what may be made of it."""
    n = count_of(found.n_changed, "customer")
    if found.reason:
        return Finding(f"The elasticity of use is {found.value:.2f}, without an interval",
                       found.reason)  # fmt: skip
    ends = f"{found.low:.2f} to {found.high:.2f}"
    if found.verdict == "no effect found":
        title = f"No effect of prices on use is found: an elasticity of {found.value:.2f} ({ends})"
        said = f"One of {found.detectable:.2f} would have been found four times in five; {n} had a "
        return Finding(title, f"{said}change.")
    way = "less" if found.value < 0 else "more"
    moved = share(abs(np.expm1(found.value * np.log(1.1))))
    title = (
        f"A price a tenth higher goes with {moved} {way} use: elasticity {found.value:.2f} ({ends})"
    )
    if found.design == "observational":
        said = (
            "Observational: who got which price was related to use. Each customer's own growth is "
            "taken out; only prices drawn at random would settle it. "
        )
    else:
        said = "Prices changed at different times, and no check speaks against the estimate. "
    return Finding(title, f"{said}{n} had a change, {count(found.n_months)} months.")

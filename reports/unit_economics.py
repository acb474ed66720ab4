"""Slide of unit economics: what comes back for the cost of winning, by persona."""

import numpy as np

from charts.unit_economics import named
from charts.wording import count_of, in_unit, money, share
from models.unit_economics import EVERYONE, UnitEconomics
from reports.edition import Results
from reports.native_charts import add_bars, money_format
from reports.slides import Column, Draft, Finding, add_table, called, side_by_side
from reports.template import ACCENT, LATE_ACCENT, QUIET

__all__ = ["add_unit_economics", "unit_economics_finding"]

FIGURES = ("unit_economics.cac", "unit_economics.ltv_to_cac", "unit_economics.payback_months",
           "unit_economics.acquire_to_keep")  # fmt: skip
MOST_ROWS = 9


def add_unit_economics(draft: Draft, results: Results) -> None:
    """From revenue to contribution, and each persona's return on what it cost to win."""
    otherwise = "What customers cost and bring is not known yet"
    economics = draft.held(results, "unit_economics", otherwise, *FIGURES)
    if economics is None:
        return
    finding = unit_economics_finding(economics, draft.currency)
    slide = draft.add(finding, *FIGURES)
    left, right = side_by_side(7.0)
    parts = economics.waterfall[economics.waterfall["cell"] == EVERYONE]
    colors = {"revenue": QUIET, "contribution": ACCENT}
    add_bars(
        slide,
        left,
        list(parts["label"]),
        list(parts["amount"].abs()),
        name="A customer and month",
        says=f"Bars: revenue, costs and contribution of a customer and month. {finding.title}",
        number_format=money_format(draft.currency, float(parts["amount"].abs().max())),
        colors=[colors.get(part, LATE_ACCENT) for part in parts["part"]],
        across=True,
    )
    columns = (
        Column("Customers", 2.0, bold=True, size=11),
        Column("n", 0.6, right=True, size=11),
        Column("Cost to win", 0.95, right=True, size=11),
        Column("A month", 0.95, right=True, size=11),
        Column("LTV:CAC", 1.55, right=True, size=11),
        Column("Payback", 0.95, right=True, size=11),
    )
    rows = [
        (
            called(named(row["cell"])),
            f"{row['n']:,}",
            in_unit(row["cac"], "money", draft.currency),
            in_unit(row["contribution"], "money", draft.currency),
            ratio(row),
            months(row["payback_months"]),
        )
        for row in economics.table.head(MOST_ROWS).to_dict(orient="records")
    ]
    says = "Cost to win, contribution a month, LTV:CAC and payback by persona"
    add_table(slide, right, columns, rows, says=says, row_height=0.42)


def unit_economics_finding(economics: UnitEconomics, currency: str) -> Finding:
    """What a customer brings a month, and what comes back for the cost of winning one."""
    row = economics.everyone
    kept = share(row["contribution"] / row["revenue"], 0) if row["revenue"] > 0 else "nothing"
    title = f"A customer brings {money(row['contribution'], currency)} a month, {kept} of revenue"
    if np.isnan(row["ltv_to_cac"]):
        return Finding(title, "What winning a customer costs is not recorded.")
    back = months(row["payback_months"])
    again = f"winning one pays back after {back}" if back != "never" else "it never pays back"
    never = economics.table.iloc[1:]
    never = never[np.isinf(never["payback_months"])]
    said = f"Within {economics.horizon} months, {row['ltv_to_cac']:,.1f} times the cost to win."
    if len(never):
        names = ", ".join(called(cell) for cell in never["cell"].head(3))
        said += f" Never repaid: {names} ({count_of(int(never['n'].sum()), 'customer')})."
    return Finding(f"{title}; {again}", said)


def ratio(row: dict) -> str:
    if np.isnan(row["ltv_to_cac"]):
        return "–"
    low, high = row["ltv_to_cac_low"], row["ltv_to_cac_high"]
    return f"{row['ltv_to_cac']:,.1f} ({low:,.1f} to {high:,.1f})"


def months(value: float) -> str:
    if np.isnan(value):
        return "–"
    return "never" if np.isinf(value) else count_of(int(value), "month")

"""Slide of product fit: who succeeds with what they buy, and with which product."""

import pandas as pd

from charts.wording import count, count_of, share
from models.product_fit import ProductFit
from reports.edition import Results
from reports.native_charts import Interval, add_bars
from reports.slides import (
    Column,
    Draft,
    Finding,
    add_caption,
    add_table,
    called,
    interval,
    side_by_side,
)
from reports.template import ACCENT, Box

__all__ = ["add_product_fit", "product_fit_finding"]

FIGURES = ("product_fit.success_rate",)
MOST_PRODUCTS, MOST_GROUPS = 9, 5


def add_product_fit(draft: Draft, results: Results) -> None:
    """Success by product, and the groups that succeed more or less often with one."""
    otherwise = "Who succeeds with which product is not known yet"
    fit = draft.held(results, "product_fit", otherwise, *FIGURES)
    if fit is None:
        return
    finding = product_fit_finding(fit)
    slide = draft.add(finding, *FIGURES)
    left, right = side_by_side(6.9)
    products = fit.products.head(MOST_PRODUCTS)
    caption = f"First-year success with {share(fit.confidence, 0)} interval"
    if len(products) < len(fit.products):
        caption += f", {len(products)} of {count_of(len(fit.products), 'product')}"
    add_caption(slide, Box(left.left, left.top, left.width, 0.3), caption)
    add_bars(
        slide,
        Box(left.left, left.top + 0.3, left.width, left.height - 0.3),
        products["product"],
        products["rate"],
        name="Succeed in the first year",
        says=f"Bars: share of starts that succeed, by product. {finding.title}",
        number_format="0 %",
        colors=[ACCENT] * len(products),
        interval=Interval(products["low"], products["high"]),
        across=True,
    )
    columns = (
        Column("Group", 1.95, bold=True, size=11, longest=24),
        Column("Product", 1.6, size=11, longest=24),
        Column("n", 0.55, right=True, size=11),
        Column("Succeed", 0.8, right=True, bold=True, size=11),
        Column(f"{share(fit.confidence, 0)} interval", 1.3, right=True, size=11),
        Column("All", 0.65, right=True, size=11),
    )
    rows = [
        (
            row.value,
            row.product,
            count(row.n),
            share(row.expected, 0),
            interval(row.low, row.high),
            share(row.product_rate, 0),
        )
        for row in apart(fit).itertuples()
    ]
    if rows:
        says = "Groups that succeed with a product more or less often than its other customers"
        add_table(slide, right, columns, rows, says=says, row_height=0.4)
        return
    said = "No group succeeds with a product more or less often than its others beyond chance."
    add_caption(slide, Box(right.left, right.top, right.width, 0.8), said, bold=False)


def apart(fit: ProductFit) -> pd.DataFrame:
    """The groups called more likely or less likely, the furthest from their product first.

    One row a group of customers, with the product it is furthest apart with: a sector that is
    better with everything would otherwise fill the slide.
    """
    table = fit.table[fit.table["verdict"].isin(["more likely", "less likely"])]
    table = table.assign(gap=table["expected"] - table["product_rate"])
    table = table.assign(size=table["gap"].abs()).sort_values(
        ["size", "product", "value"], ascending=[False, True, True]
    )
    sides = (
        table[table["verdict"] == verdict].drop_duplicates(["trait", "value"]).head(MOST_GROUPS)
        for verdict in ("more likely", "less likely")
    )
    return pd.concat(sides).sort_values("gap", ascending=False)


def product_fit_finding(fit: ProductFit) -> Finding:
    """How many starts succeed, and who is furthest apart with which product."""
    title = f"{share(fit.rate, 0)} of product starts succeed in their first year"
    groups = apart(fit)
    compared = int((fit.table["verdict"] != "too few").sum())
    if not compared:
        return Finding(title, "No group of customers is large enough to be compared with others.")
    n = count_of(compared, "group")
    if groups.empty:
        return Finding(
            title, f"Nobody stands out beyond chance in {n} compared: sell to all alike."
        )
    ends = (groups.iloc[0], groups.iloc[-1]) if len(groups) > 1 else (groups.iloc[0],)
    said = " and ".join(
        f"{share(row['expected'], 0)} with {called(row['product'])} ({called(row['value'])})"
        for row in ends
    )
    return Finding(
        f"{title}: {said}",
        f"{n} were compared; of those said to differ at most one in twenty does so by chance. "
        "Shares of those who bought, not effects of selling to others.",
    )

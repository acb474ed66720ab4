"""Slide of the cost of poor experience: what it cost in a year, and what caused it."""

from typing import Any

import pandas as pd

from charts.wording import count, listed, money, share
from models.poor_experience import BUCKETS, CAUSE_WORDS, PoorExperience
from models.ticket_causes import NOT_EXPLAINED
from reports.edition import Results
from reports.native_charts import Interval, add_bars, money_format
from reports.slides import (
    Column,
    Draft,
    Finding,
    add_caption,
    add_table,
    interval,
    side_by_side,
)
from reports.template import ACCENT, LATE_ACCENT, Box

__all__ = ["add_poor_experience", "poor_experience_finding"]

FIGURES = ("poor_experience.total", "poor_experience.churn", "poor_experience.credits",
           "poor_experience.refunds", "poor_experience.write_offs", "poor_experience.financing",
           "poor_experience.billing_tickets")  # fmt: skip
MOST_CAUSES = 8


def add_poor_experience(draft: Draft, results: Results) -> None:
    """A year's cost by kind, the estimated part with its interval, and the dearest causes."""
    otherwise = "What poor experience costs is not known yet"
    ledger = draft.held(results, "poor_experience", otherwise, *FIGURES)
    if ledger is None:
        return
    currency = draft.currency
    finding = poor_experience_finding(ledger, currency)
    slide = draft.add(finding, *FIGURES)
    left, right = side_by_side(5.6)
    rows = ledger.buckets.dropna(subset="amount").sort_values("amount", ascending=False)
    said = f"Twelve months; the margin that left with its {share(ledger.confidence, 0)} interval"
    add_caption(slide, Box(left.left, left.top, left.width, 0.3), said)
    add_bars(
        slide,
        Box(left.left, left.top + 0.3, left.width, left.height - 0.3),
        [BUCKETS[name] for name in rows["bucket"]],
        rows["amount"],
        name=f"Cost of twelve months, {currency}",
        says=f"Bars: cost of twelve months by kind. {finding.title}",
        number_format=money_format(currency, float(rows["amount"].max())),
        colors=[ACCENT if name == "churn" else LATE_ACCENT for name in rows["bucket"]],
        interval=Interval(rows["low"], rows["high"]),
        across=True,
    )
    columns = (
        Column("Cause", 2.3, bold=True, size=11),
        Column("Lies with", 1.2, size=11),
        Column("Cost", 1.2, right=True, bold=True, size=11),
        Column("Entries", 0.9, right=True, size=11),
    )
    table = [
        (CAUSE_WORDS[row.cause], row.whose, money(row.amount, currency), count(row.n))
        for row in ledger.causes.head(MOST_CAUSES).itertuples()
    ]
    says = "The dearest causes, with whom they lie and what they cost in twelve months"
    add_table(slide, right, columns, table, says=says, row_height=0.4)


def poor_experience_finding(ledger: PoorExperience, currency: str) -> Finding:
    """What the year cost, and the dearest cause and process of it."""
    total = money(ledger.total, currency)
    ours = ledger.causes[ledger.causes["whose"] == "ours"].head(2)
    title = f"Poor experience cost {total} in twelve months"
    if pd.notna(ledger.low):
        ends = interval(ledger.low, ledger.high, lambda amount: money(amount, currency))
        title += f" ({ends})"
    causes = [
        f"{CAUSE_WORDS[row.cause].lower()} ({cost_of(row, currency)})" for row in ours.itertuples()
    ]
    said = f"Dearest of what lies with us: {listed(causes)}. " if causes else ""
    point = ledger.touchpoints.iloc[0]
    said += (
        f"Most is met at {point['touchpoint']} ({money(point['amount'], currency)}). "
        f"{share(ledger.not_explained, 0)} is {CAUSE_WORDS[NOT_EXPLAINED].lower()}."
    )
    return Finding(title, said)


def cost_of(row: Any, currency: str) -> str:
    """What a cause cost, with its interval where margin that left is in it."""
    said = money(row.amount, currency)
    if pd.isna(row.low):
        return said
    return f"{said}, {interval(row.low, row.high, lambda amount: money(amount, currency))}"

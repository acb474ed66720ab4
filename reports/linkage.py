"""Slide of the link: what one point of satisfaction goes with, or that the data cannot tell."""

import math
from functools import partial

import numpy as np

from charts.linkage import SCORED, named_effects
from charts.wording import count, days, share, signed
from models.linkage import Linkage
from models.refusal import Refusal
from models.score_scales import SCALES
from reports.edition import Results
from reports.native_charts import Interval, add_bars
from reports.slides import (
    Column,
    Draft,
    Finding,
    add_caption,
    add_table,
    interval,
    side_by_side,
)
from reports.template import ACCENT, QUIET, Box

__all__ = ["add_linkage", "linkage_finding"]

FIGURES = (
    "linkage.csat_churn_hazard_ratio", "linkage.csat_churn_hazard_ratio_unadjusted",
    "linkage.csat_days_to_pay", "linkage.placebo_p",
)  # fmt: skip


def add_linkage(draft: Draft, results: Results) -> None:
    """Days to pay by score, and every effect of each score with its verdict."""
    otherwise = "What satisfaction does to money is not known yet"
    linkage = draft.held(results, "linkage", otherwise, *FIGURES)
    if linkage is None:
        return
    finding = linkage_finding(linkage)
    slide = draft.add(finding, *FIGURES)
    left, right = side_by_side(6.9)
    main = linkage.table
    main = main[
        (main["touchpoint"] == "all") & (main["cause"] == "all") & (main["route"] == "adjusted")
    ]
    churn = named_effects(main[main["outcome"] == "churn"])
    caption = "Chance of leaving in a month, times, for one point more"
    add_caption(slide, Box(left.left, left.top, left.width, 0.3), caption)
    if len(churn):
        add_bars(
            slide,
            Box(left.left, left.top + 0.3, left.width, left.height - 0.3),
            churn["name"],
            churn["value"],
            name="Times the chance of leaving",
            says=f"Bars: hazard ratio of leaving for one point of each score. {finding.title}",
            number_format="0.00",
            colors=[ACCENT if v == "found" else QUIET for v in churn["verdict"]],
            interval=Interval(churn["lower"], churn["upper"]),
        )
    columns = (
        Column("Score", 0.8, bold=True, size=11),
        Column("Outcome", 1.5, size=11),
        Column("One point", 1.1, right=True, bold=True, size=11),
        Column(f"{share(linkage.confidence, 0)} interval", 1.75, right=True, size=11),
        Column("n", 0.75, right=True, size=11),
        Column("Verdict", 1.0, size=10),
    )
    shown = named_effects(main)
    rows = [
        (
            SCALES[row.measure].label,
            f"{SCORED[row.outcome]} in 1,000" if row.outcome == "disputes" else SCORED[row.outcome],
            said(row.outcome, row.value),
            interval(row.lower, row.upper, partial(said, row.outcome)),
            count(row.n_customers),
            row.verdict,
        )
        for row in shown.itertuples()
    ]
    says = "What one point of each score goes with, all else known being equal"
    add_table(slide, right, columns, rows, says=says, row_height=0.345)


def said(outcome: str, value: float) -> str:
    """One effect as the slide writes it.

    >>> said("churn", 0.756), said("days_to_pay", -2.81), said("disputes", -0.07)
    ('× 0.76', '-2.8 days', '-70')
    >>> said("spend", 0.064), said("spend", math.nan)
    ('+6.4 %', '–')
    """
    if math.isnan(value):
        return signed(value)
    if outcome == "churn":
        return f"× {value:.2f}"
    if outcome == "disputes":
        return signed(1000 * value)
    return days(value, 1) if outcome == "days_to_pay" else f"{signed(100 * value, 1)} %"


def linkage_finding(linkage: Linkage) -> Finding:
    """What one CSAT point goes with, in one line."""
    parts, untold = [], []
    for outcome in SCORED:
        try:
            effect = linkage.effect("csat", outcome)
        except Refusal:
            continue
        if not effect.found:
            untold.append(SCORED[outcome].lower())
        elif outcome == "churn":
            parts.append(f"{share(1 - np.exp(effect.value), 0)} less leaving in a month")
        elif outcome == "days_to_pay":
            parts.append(f"{days(effect.value, 1)} to pay")
        elif outcome == "disputes":
            parts.append(f"{said(outcome, effect.value)} disputes in 1,000 invoices")
        else:
            parts.append(f"{said(outcome, effect.value)} of a year's billing")
    what = "Of satisfaction with CSAT no link to money can be told"
    title = f"One CSAT point goes with {', '.join(parts)}" if parts else what
    timing = linkage.timing.get("csat")
    so_what = "Customers alike in size, industry, age, terms and earlier lateness are compared."
    if timing is not None:
        follows = "only follows" if timing.p_value < 0.05 else "is not seen to only follow"
        so_what += f" The score {follows} payment (p = {timing.p_value:.2f})."
    if untold:
        so_what += f" Cannot tell: {', '.join(untold)}."
    return Finding(title, so_what)

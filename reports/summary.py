"""The slides around the findings: the opening, the headline figures, and what they mean."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from charts.wording import count_of, date, days, in_unit, money, share
from models.figures import Figure
from models.open_invoices import CashAtRisk
from models.receivables import Receivables
from reports.edition import Results
from reports.plain_text import plain
from reports.receivables import then
from reports.slides import Column, Draft, Finding, add_table, capitalized, receipt_in_full, unmarked
from reports.template import CONTENT, OPENING, QUIET_RGB, layout_named

__all__ = ["add_definitions", "add_opening", "add_summary", "headlines"]

SHOWN = (
    "receivables.open_amount",
    "receivables.overdue_amount",
    "receivables.dso",
    "receivables.cei",
    "late_payments.late_share",
    "late_payments.median_days_to_pay",
    "late_payments.cash_at_risk",
    "late_payments.expected_cash_13w",
)

DEFINITIONS_ON_A_SLIDE = 7


def add_opening(draft: Draft) -> None:
    """Whose review this is, and of when."""
    edition = draft.edition
    slide = draft.deck.slides.add_slide(layout_named(draft.deck, OPENING))
    slide.shapes.title.text_frame.text = plain(edition.company, longest=70)
    subtitle = slide.placeholders[1].text_frame
    subtitle.text = (
        f"Receivables and time to pay, {edition.quarter[0].lower()}{edition.quarter[1:]}"
    )
    below = subtitle.add_paragraph()
    below.text = f"{edition.months}; as of {date(edition.as_of)}, in {edition.currency}"
    below.font.color.rgb = QUIET_RGB
    receipt = f"snapshot {edition.snapshot}  ·  {edition.cut}"
    slide.placeholders[14].text_frame.text = plain(receipt, longest=300)
    slide.notes_slide.notes_text_frame.text = receipt_in_full(edition, [])


def add_summary(draft: Draft, results: Results) -> None:
    """The headline figures, each with its finding in one sentence."""
    lines = headlines(draft, results)
    slide = draft.add(overview(results, draft.currency), *(figure.id for figure, _ in lines))
    columns = (
        Column("", 4.0, size=13),
        Column("As of " + date(draft.edition.as_of), 1.9, right=True, bold=True, size=15),
        Column("", 0.25),
        Column("What it says", 5.98, longest=180),
    )
    rows = [
        (figure.label, in_unit(figure.value, figure.unit, draft.currency), "", says)
        for figure, says in lines
    ]
    says = "Headline figures, each with what it says"
    add_table(slide, CONTENT, columns, rows, says=says, row_height=0.485)


def overview(results: Results, currency: str) -> Finding:
    """What is owed, how much of it is late, how fast it turns; and all three a year before."""
    if results.receivables is None:
        return Finding("Receivables cannot be computed yet", results.reasons["receivables"])
    before = results.receivables.year_before()
    title = capitalized(balance_in_words(results.receivables.trend.iloc[-1], currency, "is"))
    if before is None:
        return Finding(title, "There are no figures of a year before to compare with.")
    return Finding(title, f"A year before {balance_in_words(before, currency, 'was')}.")


def balance_in_words(row: pd.Series, currency: str, verb: str) -> str:
    if row["open_amount"] <= 0:
        return f"nothing {verb} owed"
    part = share(row["overdue_amount"] / row["open_amount"], 0)
    said = f"{money(row['open_amount'], currency)} {verb} owed"
    said += f", {part if row['overdue_amount'] > 0 else 'none'} of it past due"
    if not np.isnan(row["dso"]):
        said += f"; it {'stands' if verb == 'is' else 'stood'} for {days(row['dso'], 1)} of sales"
    return said


def headlines(draft: Draft, results: Results) -> list[tuple[Figure, str]]:
    """The figures of the summary, each with what it says; a refused one with its reason."""
    figures, currency = draft.figures, draft.currency
    says = {}
    if results.receivables is not None:
        says |= say_receivables(results.receivables, currency)
    if results.late_share is not None:
        figure = figures["late_payments.late_share"]
        interval = interval_of(figure, currency)
        says[figure.id] = f"{interval}; {count_of(figure.n, 'invoice')} paid or past due."
    if results.time_to_pay is not None:
        by_60 = figures["late_payments.paid_by_60"]
        says["late_payments.median_days_to_pay"] = (
            unmarked(by_60.reason)
            if by_60.value is None
            else f"{share(by_60.value)} of invoices are paid within 60 days."
        )
    if results.cash_at_risk is not None:
        says["late_payments.cash_at_risk"] = say_risk(results.cash_at_risk)
    if results.cash_forecast is not None:
        figure = figures["late_payments.expected_cash_13w"]
        interval = interval_of(figure, currency)
        says[figure.id] = f"{interval}, on invoices already issued."
    shown = [figures[name] for name in SHOWN if name in figures]
    return [
        (figure, unmarked(figure.reason) if figure.value is None else says.get(figure.id, ""))
        for figure in shown
    ]


def say_receivables(receivables: Receivables, currency: str) -> dict[str, str]:
    now = receivables.trend.iloc[-1]
    before = {
        name: then(receivables, name, currency)
        for name in ("open_amount", "overdue_amount", "dso", "cei")
    }
    overdue = f"{before['overdue_amount']}."
    if now["open_amount"] > 0:
        part = share(now["overdue_amount"] / now["open_amount"], 0)
        overdue = f"{part} of what is owed; {overdue}"
    best = ""
    if not pd.isna(now["dso_best_possible"]):
        best = f"; best possible {days(now['dso_best_possible'], 1)}, simple method"
    return {
        "receivables.open_amount": capitalized(f"{before['open_amount']}."),
        "receivables.overdue_amount": capitalized(overdue),
        "receivables.dso": capitalized(f"{before['dso']}{best}."),
        "receivables.cei": f"Of 100 that could be collected in {receivables.period_months} months; "
        f"{before['cei']}.",
    }


def say_risk(risk: CashAtRisk) -> str:
    if risk.open_amount <= 0:
        return "Nothing is owed, so nothing is at risk."
    part = share(risk.total / risk.open_amount, 0)
    return f"{part} of what is owed may be unpaid still {risk.grace_days} days after the due date."


def interval_of(figure: Figure, currency: str) -> str:
    if figure.low is None or figure.high is None:
        return (figure.reason or "There is no interval").rstrip(".")
    low, high = (in_unit(end, figure.unit, currency) for end in (figure.low, figure.high))
    return f"{share(figure.confidence, 0)} interval {low} to {high}"


def add_definitions(draft: Draft) -> None:
    """The appendix: every figure with its exact value, its meaning and its formula."""
    figures: Sequence[Figure] = list(draft.figures.values())
    columns = (
        Column("Figure", 2.4, bold=True, size=10),
        Column("Exactly", 1.75, right=True, size=10),
        Column("", 0.15),
        Column("What it means", 3.8, size=9, longest=220),
        Column("Formula", 4.03, size=9, longest=240),
    )
    for start in range(0, len(figures), DEFINITIONS_ON_A_SLIDE):
        some = figures[start : start + DEFINITIONS_ON_A_SLIDE]
        finding = Finding(
            "Appendix: what each figure means, and its exact value "
            f"({start + 1} to {start + len(some)} of {len(figures)})",
            "The notes of each slide hold the receipts of its figures in full.",
        )
        slide = draft.add(finding, *(figure.id for figure in some))
        rows = [
            (
                figure.label,
                in_unit(figure.value, figure.unit, draft.currency, exact=True),
                "",
                figure.definition,
                figure.formula,
            )
            for figure in some
        ]
        says = "Figures with definition and formula"
        add_table(slide, CONTENT, columns, rows, says=says, row_height=0.55)

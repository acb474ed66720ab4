"""Slide of the scoreboard: the headline figures of finance and experience, and what they say."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from charts.overview_words import beside_in_words, change_in_words
from charts.wording import count_of, date, days, in_unit, money, share
from models.figures import COUNTED, Figure
from models.open_invoices import CashAtRisk
from models.scoreboard import Reading
from reports.edition import Results
from reports.plain_text import plain
from reports.slides import Column, Draft, Finding, add_table, capitalized, unmarked
from reports.template import CONTENT

__all__ = ["add_scoreboard", "headlines"]

#: Characters of a reason that stay in one line of the table.
LONGEST_REASON = 68
#: What is said of figures that have no past to be compared with.
SAID = {
    "receivables.growth": "By how much more than sales it grew in twelve months.",
    "receivables.cash_flow_velocity": "Turns of receivables into cash in a year.",
    "late_payments.expected_cash_13w": "On invoices already issued.",
    "churn.nrr": "Of the recurring value of a year ago is there today.",
    "churn.revenue_churn_12m": "Of that value was lost with customers who left.",
    "churn.revenue_churn_price_billing_12m": "Of that value was lost for price or billing.",
    "lifetime_value.portfolio": "What today's customers are still to bring.",
    "disputes.enquiries_per_1000": "Billing questions for each 1,000 invoices.",
    "scores.nps": "Promoters less detractors in answers of the last twelve months.",
    "scores.csat": "Of answers of the last twelve months are content.",
    "poor_experience.total": "Refunds, write-offs, handling and margin lost in a year.",
}


def add_scoreboard(draft: Draft, results: Results) -> None:
    """Finance and experience side by side, each figure with its interval and what it says."""
    lines = headlines(draft, results)
    slide = draft.add(overview(results, draft.currency), *(figure.id for figure, _ in lines))
    columns = (
        Column("", 3.8, size=11),
        Column("As of " + date(draft.edition.as_of), 1.4, right=True, bold=True, size=13),
        Column("Interval", 1.9, right=True, size=11),
        Column("", 0.2),
        Column("What it says", 4.83, size=10, longest=190),
    )
    rows = [
        (
            figure.label,
            in_unit(figure.value, figure.unit, draft.currency),
            ends(figure, draft.currency),
            "",
            says,
        )
        for figure, says in lines
    ]
    says = "Headline figures of finance and experience, each with its interval and what it says"
    height = min(0.485, CONTENT.height / (len(rows) + 1))
    add_table(slide, CONTENT, columns, rows, says=says, row_height=height)


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
    """The figures of the scoreboard, each with what it says; a refused one with its reason."""
    says = dict(SAID)
    if "late_payments.late_share" in draft.figures:
        n = count_of(draft.figures["late_payments.late_share"].n, "invoice")
        says["late_payments.late_share"] = f"Of {n} paid or past due."
    if results.time_to_pay is not None:
        by_60 = draft.figures["late_payments.paid_by_60"]
        says["late_payments.median_days_to_pay"] = (
            unmarked(str(by_60.reason))
            if by_60.value is None
            else f"{share(by_60.value)} of invoices are paid within 60 days."
        )
    if results.cash_at_risk is not None:
        says["late_payments.cash_at_risk"] = say_risk(results.cash_at_risk)
    readings = draft.scoreboard.readings if draft.scoreboard else {}
    return [(one.figure, reading_in_words(one, says, draft.currency)) for one in readings.values()]


def reading_in_words(reading: Reading, says: Mapping[str, str], currency: str) -> str:
    """What moved, whether that is noise, and the target, market and owner of a figure."""
    figure = reading.figure
    if figure.value is None:
        # The appendix says what to load; here one line is left for each figure.
        return in_one_line(unmarked(str(figure.reason)).split(". ")[0])
    said = says.get(figure.id, figure.definition)
    if reading.change is not None:
        said = capitalized(change_in_words(reading, currency, in_short=True))
    beside = beside_in_words(reading, currency)
    return f"{said} {beside}".strip()


def in_one_line(reason: str) -> str:
    """As much of a reason as fits, by whole clauses where one of them does.

    >>> in_one_line(
    ...     "Only 14 customers had a value a year before, and what is kept of it is not told"
    ... )
    'Only 14 customers had a value a year before'
    """
    first, *_ = reason.split(", ")
    fits = len(reason) <= LONGEST_REASON or len(first) > LONGEST_REASON
    return plain(reason if fits else first, longest=LONGEST_REASON)


def say_risk(risk: CashAtRisk) -> str:
    if risk.open_amount <= 0:
        return "Nothing is owed, so nothing is at risk."
    part = share(risk.total / risk.open_amount, 0)
    return f"{part} of what is owed may be unpaid still {risk.grace_days} days after the due date."


def ends(figure: Figure, currency: str) -> str:
    if figure.low is None or figure.high is None:
        return "counted" if figure.reason == COUNTED else "–"
    low, high = (in_unit(end, figure.unit, currency) for end in (figure.low, figure.high))
    return f"{low} to {high}"

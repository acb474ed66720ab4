"""Slide of lifetime value: what the customers of today are worth, and what leaving takes."""

from charts.churn import CAUSE_LABELS
from charts.wording import count, count_of, money, share
from models.lifetime_value import LifetimeValue
from reports.edition import Results
from reports.native_charts import add_bars, money_format
from reports.slides import (
    Column,
    Draft,
    Finding,
    add_caption,
    add_table,
    called,
    side_by_side,
)
from reports.template import ACCENT, LATE_ACCENT, QUIET_RGB, Box

__all__ = ["add_lifetime_value", "value_finding"]

MOST_CAUSES = 8


def add_lifetime_value(draft: Draft, results: Results) -> None:
    """Value by tenths of the customers, and what each cause of leaving takes of it."""
    ids = ("lifetime_value.portfolio", "lifetime_value.mean")
    value = draft.held(results, "lifetime_value", "Customers cannot be valued yet", *ids)
    if value is None:
        return
    finding = value_finding(value, draft.currency)
    slide = draft.add(finding, *ids)
    left, right = side_by_side(4.6)
    tenths = value.deciles()
    caption = f"Value of each tenth of the customers, the best first, {draft.currency}"
    add_caption(slide, Box(left.left, left.top, left.width, 0.3), caption)
    add_bars(
        slide,
        Box(left.left, left.top + 0.3, left.width, left.height - 0.3),
        [count(decile) for decile in tenths["decile"]],
        tenths["value"],
        name=f"Value, {draft.currency}",
        says=f"Columns: value of each tenth of the customers. {finding.title}",
        number_format=money_format(draft.currency, float(tenths["value"].abs().max())),
        colors=[ACCENT if amount >= 0 else LATE_ACCENT for amount in tenths["value"]],
    )
    causes = value.causes.sort_values("lost", ascending=False).head(MOST_CAUSES)
    columns = (
        Column("Cause of leaving", 2.3),
        Column("Value it takes", 1.3, right=True, bold=True),
        Column("Share", 0.9, right=True),
    )
    rows = [
        (CAUSE_LABELS.get(row.cause, called(row.cause)), money(row.lost, draft.currency),
         share(row.lost / value.certain, 1))
        for row in causes.itertuples()
    ]  # fmt: skip
    rows.append(("Left as value", money(value.portfolio, draft.currency),
                 share(value.portfolio / value.certain, 1)))  # fmt: skip
    says = "What each cause of leaving takes of the value"
    ends = add_table(slide, right, columns, rows, says=says, total=True)
    below = Box(right.left + 0.08, ends + 0.2, right.width - 0.08, 0.95)
    terms = terms_in_words(value, draft.currency)
    add_caption(slide, below, terms, size=11, bold=False, color=QUIET_RGB)


def value_finding(value: LifetimeValue, currency: str) -> Finding:
    """What all customers are worth, who of them, and what one more who stays is worth."""
    title = (
        f"{count_of(value.n, 'customer')} are worth {money(value.portfolio, currency)} over "
        f"{count_of(value.terms.horizon, 'month')}"
    )
    if value.low == value.low:
        title += f" ({money(value.low, currency)} to {money(value.high, currency)})"
    best = value.deciles().iloc[0]
    below = int((value.customers["cltv"] < 0).sum())
    return Finding(
        title,
        f"The best tenth hold {share(best['share'], 0)}; {count_of(below, 'customer')} cost more "
        "than they bring. One more customer in a hundred who stays through a year is worth "
        f"{money(value.point_of_retention, currency)}.",
    )


def terms_in_words(value: LifetimeValue, currency: str) -> str:
    """What the value assumes, and what a simple formula would say."""
    terms = value.terms
    return (
        f"Discounted at {share(terms.discount_rate)} a year; margins as in the last year, after "
        "expected bad debt and the cost of waiting for the money. Margin times months at the "
        f"company's churn rate, undiscounted, would say {money(value.baseline, currency)}."
    )

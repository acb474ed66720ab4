"""Slide of disputes: how often, about what, and what goes before them."""

from charts.wording import count, days, listed, share
from models.dispute_causes import DisputeCauses
from models.disputes import Disputes
from reports.edition import Results
from reports.native_charts import Interval, add_bars
from reports.slides import Column, Draft, Finding, add_caption, add_table, side_by_side
from reports.template import LATE_ACCENT, Box

__all__ = ["add_disputes", "dispute_finding"]

FIGURES = ("disputes.rate_per_1000", "disputes.median_days_to_resolve",
           "disputes.chargebacks_per_1000", "disputes.enquiries_per_1000")  # fmt: skip
MOST_GROUPS = 8


def add_disputes(draft: Draft, results: Results) -> None:
    """Rates by invoice channel, and the reasons by number and value."""
    otherwise = "How often invoices are disputed is not known yet"
    disputes = draft.held(results, "disputes", otherwise, *FIGURES)
    if disputes is None:
        return
    finding = dispute_finding(disputes, results.dispute_causes)
    slide = draft.add(finding, *FIGURES)
    left, right = side_by_side(6.2)
    # Without any group the slide is its table.
    rates = disputes.table
    if len(rates):
        by = rates["by"].iloc[0]
        rates = rates[rates["by"] == by].dropna(subset="rate").nlargest(MOST_GROUPS, "n")
        rates = rates.sort_values("rate", ascending=False)
        said = f"Disputes per 1,000 invoices by {by.replace('_', ' ')}, with "
        said += f"{share(disputes.confidence, 0)} interval"
        add_caption(slide, Box(left.left, left.top, left.width, 0.3), said)
    if len(rates):
        add_bars(
            slide,
            Box(left.left, left.top + 0.3, left.width, left.height - 0.3),
            rates["group"].str.replace("_", " "),
            rates["rate"],
            name="Disputes per 1,000 invoices",
            says=f"Bars: disputes per 1,000 invoices. {finding.title}",
            number_format="0",
            colors=[LATE_ACCENT] * len(rates),
            interval=Interval(rates["low"], rates["high"]),
            across=True,
        )
    columns = (
        Column("Reason", 2.2, bold=True, size=11),
        Column("n", 0.8, right=True, size=11),
        Column("Share", 0.85, right=True, bold=True, size=11),
        Column("Of amount", 1.1, right=True, size=11),
        Column("Upheld", 0.9, right=True, size=11),
    )
    rows = [
        (
            row.reason.replace("_", " ").capitalize(),
            count(row.n),
            share(row.share, 0),
            share(row.value_share, 0),
            share(row.upheld, 0),
        )
        for row in disputes.reasons.itertuples()
    ]
    add_table(slide, right, columns, rows, says="Disputes by reason", row_height=0.4)


def dispute_finding(disputes: Disputes, causes: DisputeCauses | None) -> Finding:
    """How many, how long they take, and what goes before them more often."""
    title = f"{disputes.rate:,.0f} of 1,000 invoices are disputed"
    median = disputes.figures()[1].value
    if median is not None:
        title += f"; half are resolved within {days(median)}"
    if causes is None:
        return Finding(title, "What goes before them cannot be told from what is loaded.")
    more = causes.table[causes.table["verdict"] == "more often"].head(2)
    if more.empty:
        return Finding(title, "Nothing looked for goes before disputed invoices more often.")
    said = [
        f"{row.circumstance.replace('_', ' ')} (odds {row.odds_ratio:.1f} times, {row.low:.1f} to "
        f"{row.high:.1f})"
        for row in more.itertuples()
    ]
    return Finding(
        title,
        f"More frequent before disputed than before alike undisputed invoices: {listed(said)}. "
        "That is no proof of cause.",
    )

"""Slides of churn: what was lost in a year and to what, and how long customers stay."""

from pptx.enum.dml import MSO_LINE_DASH_STYLE

from charts.churn import CAUSE_LABELS, WATCHED
from charts.wording import count, count_of, money, share
from models.churn import Churn
from models.churn_definitions import NO_REASONS
from models.retention import PRICE_AND_BILLING, Retention
from reports.asks import add_ask
from reports.edition import Results
from reports.native_charts import Line, add_bars, add_curves
from reports.slides import Column, Draft, Finding, add_table, interval, side_by_side
from reports.template import ACCENT, LATE_ACCENT, QUIET

__all__ = ["add_retention", "add_survival", "retention_finding", "survival_finding"]

RETENTION = ("churn.nrr", "churn.grr", "churn.logo_churn_12m",
             "churn.revenue_churn_price_billing_12m")  # fmt: skip
MONTH_DAYS = 365 / 12
#: Months since acquisition that the curve shows at most.
LONGEST = 60


def add_retention(draft: Draft, results: Results) -> None:
    """The recurring value of a year ago, and what of it was lost to what."""
    otherwise = "What is left of the value of a year ago is not known yet"
    retention = draft.held(results, "retention", otherwise, *RETENTION)
    if retention is None:
        return
    finding = retention_finding(retention, draft.currency)
    slide = draft.add(finding, *RETENTION)
    left, right = side_by_side(5.4)
    table = retention.table
    lost = table[(table["amount"] < 0)].sort_values("amount")
    labels = [step_label(step) for step in lost["step"]]
    ours = {f"churn_{cause}" for cause in PRICE_AND_BILLING}
    if len(lost):
        add_bars(
            slide,
            left,
            labels,
            list(-lost["share"]),
            name="Share of the value a year ago",
            says=f"Bars: what was lost of the value of a year ago. {finding.title}",
            number_format="0.0 %",
            colors=[LATE_ACCENT if step in ours else QUIET for step in lost["step"]],
            across=True,
        )
    columns = (
        Column("Of a year ago", 2.3, bold=True, size=12),
        Column("Share", 1.1, right=True, bold=True),
        Column(f"{share(retention.confidence, 0)} interval", 1.9, right=True, size=11),
    )
    named = {
        "nrr": "Net revenue retention",
        "grr": "Gross revenue retention",
        "logo_churn_12m": "Customers lost",
        "revenue_churn_price_billing_12m": "Lost to price, billing",
    }
    rows = [
        (label, share(found.value), interval(found.lower, found.upper))
        for label, found in ((named[name], retention.estimates[name]) for name in named)
    ]
    says = "Shares of the recurring value of a year ago"
    ends = add_table(slide, right, columns, rows, says=says, row_height=0.45)
    add_ask(draft, slide, right.below(ends), "keep_from_billing")


def step_label(step: str) -> str:
    if step.startswith("churn_"):
        return f"Left: {CAUSE_LABELS[step.removeprefix('churn_')].lower()}"
    return {"contraction": "Pays less"}.get(step, step)


def retention_finding(retention: Retention, currency: str) -> Finding:
    """How much is left, the part that price and billing took, and what that rests on."""
    said = lost_finding(retention, currency)
    if not retention.by_invoices:
        return said
    part = share(retention.by_invoices, 0)
    return Finding(
        said.title, f"{said.so_what} {part} of the value is that of invoices, not of contracts."
    )


def lost_finding(retention: Retention, currency: str) -> Finding:
    found = retention.estimates
    ours = found["revenue_churn_price_billing_12m"].value
    gone = found["revenue_churn_12m"].value
    start = retention.table["amount"].iloc[0]
    title = f"{share(found['nrr'].value)} of the recurring value of a year ago is there today"
    if not gone:
        return Finding(title, "Nothing was lost: nobody left or pays less.")
    if not retention.reasons_known:
        return Finding(
            title, f"Of {money(start, currency)} a month {share(gone)} was lost. {NO_REASONS}"
        )
    return Finding(
        f"{title}; price and billing took {share(ours)}",
        f"Of {money(start, currency)} a month {share(gone)} was lost, {share(ours / gone, 0)} of "
        f"it with customers who left for price or billing. For {share(retention.unknown_share, 0)} "
        "of what left with customers no reason is on record.",
    )


def add_survival(draft: Draft, results: Results) -> None:
    """How long customers stay, and why the others left."""
    ids = tuple(f"churn.cif_{cause}_24m" for cause in ("price", "billing", "service"))
    churn = draft.held(results, "churn", "How long customers stay is not known yet", *ids)
    if churn is None:
        return
    finding = survival_finding(churn)
    slide = draft.add(finding, *ids)
    left, right = side_by_side(5.0)
    table = churn.survival.table
    enough = table[table["at_risk"] >= WATCHED]
    table = table[(table["day"] <= enough["day"].max()) & (table["day"] <= LONGEST * MONTH_DAYS)]
    month = (table["day"] / MONTH_DAYS).astype(int)
    table = table.groupby(month).tail(1)
    months = (table["day"] / MONTH_DAYS).round(1).tolist()
    dashed = MSO_LINE_DASH_STYLE.DASH
    level = share(churn.survival.confidence, 0)
    add_curves(
        slide,
        left,
        {
            "Still a customer": (months, table["survival"].tolist(), Line(ACCENT, width=3)),
            f"{level} interval": (months, table["lower"].tolist(), Line(QUIET, dashed, width=1)),
            f"{level} interval, upper end": (
                months,
                table["upper"].tolist(),
                Line(QUIET, dashed, width=1, in_legend=False),
            ),
        },
        says=f"Curve: share still a customer by months since acquisition. {finding.title}",
        number_format="0 %",
        x_title="Months since acquired",
        x_step=12,
        highest=1.0,
    )
    columns = (
        Column("Left for", 1.7, bold=True, size=12),
        Column("In 12 months", 1.5, right=True),
        Column("In 24 months", 1.5, right=True),
    )
    rows = [(CAUSE_LABELS[cause], *incidences(churn, cause)) for cause in churn.causes]
    add_table(slide, right, columns, rows, says="Share of customers who left by cause")


def incidences(churn: Churn, cause: str) -> list[str]:
    days = (365, 730)
    shares = churn.incidence.incidence_at(list(days), cause)
    return [
        "–" if churn.too_few_before(day) else share(float(value))
        for day, value in zip(days, shares, strict=True)
    ]


def survival_finding(churn: Churn) -> Finding:
    """How many are still there after two years, and what takes more of the others than any."""
    if why := churn.too_few_before(730):
        return Finding("How many customers stay for two years cannot be told", why)
    there = float(churn.survival.survival_at(730))
    gone = {cause: float(churn.incidence.incidence_at(730, cause)) for cause in churn.causes}
    first = max(gone, key=gone.get)
    title = f"{share(there)} of customers are still there two years after they were acquired"
    return Finding(
        f"{title}; {CAUSE_LABELS[first].lower()} takes more of the others than any",
        f"{count(churn.n_left)} of {count_of(churn.n_customers, 'customer')} watched have left, "
        f"{count(churn.n_by_rule)} of them by the churn rule ({churn.churn_rule_days} days without "
        "an invoice, longer for who is billed rarely). Causes compete: the parts add up to all who "
        "left.",
    )

"""Slides of initiatives: what to do and what it is worth, and what came of what was claimed."""

from collections.abc import Sequence

from charts.claims import came_words, expected_words
from charts.roi import input_words
from charts.wording import count, count_of, money, share
from models.claims import Claim, Score, record_of
from models.roi import Roi, value_of_information
from reports.edition import Results
from reports.native_charts import add_bars, money_format
from reports.slides import Column, Draft, Finding, add_caption, add_table, side_by_side
from reports.template import ACCENT, CONTENT, QUIET, Box

__all__ = ["add_claims", "add_roi", "claims_finding", "roi_finding"]

FIGURES = ("roi.portfolio_npv",)
MOST_CLAIMS = 8
MOST_RETURN = 10


def add_roi(draft: Draft, results: Results) -> None:
    """What each initiative is worth by itself, and what they are worth together."""
    roi = draft.held(
        results, "roi", "What better experience would bring is not known yet", *FIGURES
    )
    if roi is None:
        return
    finding = roi_finding(roi, draft.currency)
    slide = draft.add(finding, *FIGURES)
    left, right = side_by_side(5.6)
    rows = roi.alone.sort_values("npv", ascending=False)
    caption = "Net present value of each by itself; the whole is less than the sum"
    add_caption(slide, Box(left.left, left.top, left.width, 0.3), caption)
    largest = max(float(rows["npv"].abs().max()), abs(roi.expected))
    short = money_format(draft.currency, largest)
    add_bars(
        slide,
        Box(left.left, left.top + 0.3, left.width, left.height - 0.3),
        [*rows["title"], "Together"],
        [*rows["npv"], roi.expected],
        name="Net present value",
        says=f"Bars: net present value by initiative. {finding.title}",
        number_format=short,
        label_format=short,
        colors=[QUIET] * len(rows) + [ACCENT],
        across=True,
    )
    columns = (Column("Together", 3.1, bold=True, size=12),
               Column("", 2.5, right=True, size=12))  # fmt: skip
    says = f"What the initiatives are worth together. {finding.title}"
    add_table(slide, right, columns, facts(roi, draft.currency), says=says, row_height=0.36)


def facts(roi: Roi, currency: str) -> list[tuple[str, str]]:
    """What there is to know of a plan before deciding, as name and value."""
    back = roi.discounted_payback_months
    known = value_of_information(roi).iloc[0]
    titles = {one.name: one.title for one in roi.plan.initiatives}
    settled = "Nothing by itself"
    if known["input"] != "everything" and known["value"] >= 1:
        settled = f"{input_words(known['input'], titles)}, {money(known['value'], currency)}"
    return [
        ("Net present value", money(roi.mean, currency)),
        ("One draw in ten is below", money(roi.p10, currency)),
        ("One draw in ten is above", money(roi.p90, currency)),
        ("Loses in", share(roi.chance_of_loss, 0)),
        ("Cost at the start", money(float(roi.alone["cost"].sum()), currency)),
        ("Pays back after", "not in that time" if back is None else f"{back:.1f} months"),
        ("Return a year", yearly_return(roi.irr)),
        ("Added up, with overlaps", money(roi.naive, currency)),
        ("Measure first, worth at most", settled),
    ]


def yearly_return(irr: float | None) -> str:
    """Beyond tenfold the figure says how little is paid at the start, and nothing more.

    >>> yearly_return(0.25), yearly_return(225.0)
    ('25 %', 'above 1,000 %')
    """
    if irr is None:
        return "–"
    return share(irr, 0) if irr <= MOST_RETURN else f"above {100 * MOST_RETURN:,.0f} %"


def roi_finding(roi: Roi, currency: str) -> Finding:
    """What the plan brings, and how sure that is."""
    n = len(roi.plan.initiatives)
    title = (
        f"{count_of(n, 'initiative')} for {money(float(roi.alone['cost'].sum()), currency)} "
        f"{'brings' if n == 1 else 'bring'} {money(roi.mean, currency)} over "
        f"{roi.plan.horizon} months"
    )
    assumed = sum(moved.basis == "assumed" for one in roi.plan.initiatives for moved in one.moves)
    so_what = (
        f"Four draws in five lie between {money(roi.p10, currency)} and "
        f"{money(roi.p90, currency)}; {share(roi.chance_of_loss, 0)} lose. "
        f"{count_of(assumed, 'size')} of effects {'is' if assumed == 1 else 'are'} assumed; what "
        "they are worth goes through the measured link, hazards and margins."
    )
    return Finding(title, so_what)


def add_claims(draft: Draft, results: Results) -> None:
    """What was claimed of each initiative, and what came; no slide where nothing was claimed."""
    if not results.claims:
        return
    finding = claims_finding(results.claims)
    slide = draft.add(finding)
    columns = (
        Column("Claim", 2.9, bold=True, size=12),
        Column("Starts", 1.2, size=12),
        Column("Claimed", 3.6, size=11),
        Column("Came", 2.2, size=11),
        Column("Verdict", 1.5, size=11),
        Column("n", 0.8, right=True, size=11),
    )
    rows = [
        (
            claim.title,
            f"{claim.starts_on}",
            expected_words(claim.outcome, claim.expected),
            came_words(score),
            score.verdict if isinstance(score, Score) else "not scored",
            count(score.n_treated + score.n_alike) if isinstance(score, Score) else "–",
        )
        for claim, score in results.claims[-MOST_CLAIMS:]
    ]
    says = f"Claims and what came of them. {finding.title}"
    add_table(slide, CONTENT, columns, rows, says=says, row_height=0.45)


def claims_finding(claims: Sequence[tuple[Claim, Score | str]]) -> Finding:
    """How often what was claimed beforehand came true."""
    record = record_of([score for _, score in claims if isinstance(score, Score)])
    so_what = (
        "Each is scored against customers held back by lot, from six months at full effect on; "
        "90 % intervals."
    )
    if not record.scored:
        title = f"{count_of(len(claims), 'claim')} registered, and none can be scored yet"
        return Finding(title, so_what)
    title = (
        f"{record.counts['as claimed']} of {count_of(record.scored, 'scored claim')} came within "
        "the range that was claimed"
    )
    return Finding(title, so_what)

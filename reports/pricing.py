"""Slides of pricing: whether tariffs bill what was billed, and what scenarios would bring."""

import numpy as np

from charts.wording import count, count_of, money, share
from models.backbill import Backbill
from models.price_scenarios import PriceScenarios
from models.pricing import PriceOutcome
from reports.edition import Edition, Results
from reports.native_charts import add_bars
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
from reports.template import ACCENT, CONTENT, LATE_ACCENT, QUIET, Box, as_bytes, new_deck

__all__ = [
    "add_pricing",
    "add_scenarios",
    "add_tariffs",
    "pricing_finding",
    "scenario_deck",
    "scenario_finding",
]

FIGURES = ("pricing.backbill_exact_share",)
MOST_REASONS = 8
#: Changes of a yearly bill that customers are counted by: beyond the last ones is at the edge.
EDGES = (-np.inf, -0.25, -0.10, -0.02, 0.02, 0.10, 0.25, np.inf)
BANDS = ("-25 % or lower", "-25 to -10 %", "-10 to -2 %", "about the same", "+2 to +10 %",
         "+10 to +25 %", "above +25 %")  # fmt: skip
BAND_COLORS = [ACCENT] * 3 + [QUIET] + [LATE_ACCENT] * 3


def add_pricing(draft: Draft, results: Results) -> None:
    """The scenarios that somebody kept; a story of prices without any has nothing to decide."""
    if draft.scenarios is not None:
        add_scenarios(draft, draft.scenarios)


def add_tariffs(draft: Draft, results: Results) -> None:
    """Whether the tariffs bill what was billed: what scenarios of prices rest on."""
    otherwise = "Whether tariffs bill what was billed is not known"
    billed = draft.held(results, "pricing", otherwise, *FIGURES)
    if billed is None:
        return
    finding = pricing_finding(billed)
    slide = draft.add(finding, *FIGURES)
    columns = (
        Column("What became of an invoice line", 6.4, bold=True, longest=80),
        Column("Lines", 1.6, right=True),
        Column("Share", 1.4, right=True),
    )
    rows = [
        (row.reason or "the same, to the cent", count(row.n), share(row.share))
        for row in billed.table.head(MOST_REASONS).itertuples()
    ]
    says = f"Invoice lines by what became of them. {finding.title}"
    add_table(slide, CONTENT, columns, rows, says=says, row_height=0.42)


def pricing_finding(billed: Backbill) -> Finding:
    """How many lines come out the same, and what that is good for."""
    if not billed.n_rateable:
        return Finding(
            f"None of {count_of(billed.n, 'invoice line')} has a tariff to be billed again by",
            "Load the tariffs and name the tariff of each contract: what another price would bring "
            "is the difference of two complete prices.",
        )
    title = (
        f"Tariffs reproduce {share(billed.exact_share)} of "
        f"{count_of(billed.n_rateable, 'invoice line')} to the cent"
    )
    left_out = billed.n - billed.n_rateable
    said = (
        "What another price would bring is the difference of two complete prices by these tariffs."
    )
    if left_out:
        said = f"{count_of(left_out, 'other line')} cannot be held against any tariff. {said}"
    return Finding(title, said)


def add_scenarios(draft: Draft, scenarios: PriceScenarios) -> None:
    """Scenarios side by side; of one alone, whose bills change by how much."""
    finding = scenario_finding(scenarios, draft.currency)
    slide = draft.add(finding, *FIGURES)
    box = CONTENT
    if len(scenarios.outcomes) == 1:
        left, right = side_by_side(6.6)
        counts = band_counts(scenarios.outcomes[0])
        add_caption(slide, Box(left.left, left.top, left.width, 0.3),
                    "Customers by the change of their yearly bill")  # fmt: skip
        add_bars(
            slide, Box(left.left, left.top + 0.3, left.width, left.height - 0.3), BANDS, counts,
            name="Customers", says=f"Bars: customers by the change of their bill. {finding.title}",
            number_format="#,##0", label_format="#,##0", colors=BAND_COLORS, across=True,
        )  # fmt: skip
        columns = (
            Column("A year's", 2.4, bold=True, size=11),
            Column("Change", 1.4, right=True, bold=True, size=11),
            Column("95 % interval", 2.8, right=True, size=11),
        )
        add_table(slide, right, columns, measures(scenarios, draft.currency), says=finding.title,
                  row_height=0.42)  # fmt: skip
        return
    with_reaction = scenarios.months is not None
    heads = [("Scenario", 3.0, False), ("A full year", 1.3, True), ("95 % interval", 2.2, True)]
    if with_reaction:
        heads += [(f"{scenarios.months} months, reaction", 1.7, True), ("95 % interval", 2.2, True),
                  ("Customers", 1.1, True)]  # fmt: skip
    heads.append(("Up > 25 %", 1.1, True))
    columns = tuple(
        Column(head, width, right=right, bold=not right, size=11) for head, width, right in heads
    )
    currency = draft.currency
    rows = []
    for row in scenarios.table.itertuples():
        cells = [
            called(row.scenario),
            money(row.change, currency),
            ends(row.low, row.high, currency),
        ]
        if with_reaction:
            cells += [
                money(row.revenue, currency), ends(row.revenue_low, row.revenue_high, currency),
                f"{-row.lost:+z.0f}",
            ]  # fmt: skip
        rows.append((*cells, count(row.over_25_percent)))
    add_table(slide, box, columns, rows, says=finding.title, row_height=0.46)


def measures(scenarios: PriceScenarios, currency: str) -> list[tuple[str, str, str]]:
    """What one scenario changes, with its intervals."""
    row = scenarios.table.iloc[0]
    rows = [("Revenue, same use", money(row["change"], currency),
             ends(row["low"], row["high"], currency))]  # fmt: skip
    if scenarios.months is not None:
        for name, words in (("revenue", "Revenue with reaction"), ("margin_change", "Margin")):
            between = ends(row[f"{name}_low"], row[f"{name}_high"], currency)
            rows.append((words, money(row[name], currency), between))
        for name, words in (("lost", "Customers lost"), ("enquiries", "Billing enquiries")):
            value, low, high = (f"{row[f'{name}{end}']:+z.0f}" for end in ("", "_low", "_high"))
            rows.append((words, value, f"{low} to {high}"))
    rows.append(("Customers who pay more", count(row["pay_more"]), ""))
    rows.append(("Up by more than 25 %", count(row["over_25_percent"]), ""))
    return rows


def scenario_finding(scenarios: PriceScenarios, currency: str) -> Finding:
    """What the scenario that brings the most would bring, and what that rests on."""
    table, reacts = scenarios.table, scenarios.months is not None
    best = table.loc[table["revenue" if reacts else "change"].idxmax()]
    name = called(best["scenario"])
    title = (
        f"“{name}” changes a year's revenue by {money(best['change'], currency)} for the same use"
    )
    if reacts:
        title = (
            f"“{name}” changes revenue by {money(best['revenue'], currency)} within "
            f"{count_of(scenarios.months, 'month')} with the reaction, "
            f"{money(best['static'], currency)} if nobody reacts"
        )
    if len(table) > 1:
        title = f"Of {count_of(len(table), 'price scenario')}, {title}"
    said = (
        f"{called(best['what'], longest=120)}: {count(best['pay_more'])} of "
        f"{count_of(scenarios.n, 'customer')} pay more, {count(best['over_25_percent'])} by more "
        "than a quarter. "
    )
    said += (
        "Reactions are estimated where the data carry it and else assumed; no sign is promised."
        if reacts
        else "What customers do about it is not in this."
    )
    return Finding(title, said)


def band_counts(outcome: PriceOutcome) -> list[int]:
    """Customers the scenario is for, by the change of their yearly bill."""
    rows = outcome.customers
    change = (rows.loc[rows["affected"], "ratio"] - 1).dropna()
    # A change of just a tenth belongs to the band below, whatever its last binary digit is.
    return np.histogram(change.round(9), bins=[e + 1e-9 for e in EDGES])[0].tolist()


def ends(low: float, high: float, currency: str) -> str:
    return interval(low, high, lambda value: money(value, currency))


def scenario_deck(scenarios: PriceScenarios, billed: Backbill, edition: Edition) -> bytes:
    """One slide of scenarios, as a file of its own."""
    deck = new_deck()
    draft = Draft(deck, edition, {figure.id: figure for figure in billed.figures()})
    add_scenarios(draft, scenarios)
    return as_bytes(deck)

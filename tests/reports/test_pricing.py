"""Slides of prices: the numbers of the results, and the reason where there is no result."""

import datetime as dt
import io
from types import SimpleNamespace

import pandas as pd
import pytest
from pptx import Presentation

from models.backbill import NO_TARIFF, fit_backbill, read_tariffs
from models.billing_fit import fit_billing_fit
from models.price_scenarios import compare_scenarios
from models.pricing import PriceScenario, reprice
from reports.billing_fit import add_billing_fit, billing_fit_finding
from reports.edition import Edition
from reports.elasticity import add_elasticity, elasticity_finding
from reports.pricing import add_pricing, add_tariffs, band_counts, pricing_finding, scenario_deck
from reports.slides import Draft
from reports.template import as_bytes, new_deck
from tests.models.test_backbill import NEW, NO_CHANGES, NO_TARIFFS, contract, line, versions
from tests.models.test_billing_fit import AS_OF, bills
from tests.models.test_elasticity import fitted
from tests.models.test_price_scenarios import OURS, reacted
from tests.models.test_pricing import BANDED

EDITION = Edition("Acme", "20251231-a", dt.date(2025, 12, 31), "EUR")
LINES = pd.DataFrame(
    [line("I1", "2025-04-01", "fixed", 1.0, 62.00), line("I2", "2025-05-01", "fixed", 1.0, 60.00),
     line("I3", "2025-05-01", "fixed", 1.0, 60.00, contract_id="K2")]
)  # fmt: skip


@pytest.fixture(scope="module")
def billed():
    book = read_tariffs(versions(("2024-12-01", NEW)), contract(), NO_CHANGES, LINES)
    return fit_backbill(LINES, book, dt.date(2025, 6, 30))


def slides_of(add, name, result, **options):
    draft = Draft(new_deck(), EDITION, {f.id: f for f in result.figures()}, **options)
    add(draft, SimpleNamespace(**{name: result}, reasons={}))
    return list(Presentation(io.BytesIO(as_bytes(draft.deck))).slides)


def table_of(slide):
    table = next(shape.table for shape in slide.shapes if shape.has_table)
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_backbill_slide_counts_lines_and_leaves_out_those_without_a_tariff(billed):
    [slide] = slides_of(add_tariffs, "pricing", billed)
    # Without a scenario there is nothing to decide.
    assert slides_of(add_pricing, "pricing", billed) == []
    # Of three lines two have a tariff, and one of them comes out the same.
    assert slide.shapes.title.text == "Tariffs reproduce 50.0 % of 2 invoice lines to the cent"
    assert pricing_finding(billed).so_what.startswith("1 other line cannot be held against any")
    assert ["the same, to the cent", "1", "33.3 %"] in table_of(slide)
    assert [NO_TARIFF, "1", "33.3 %"] in table_of(slide)


def test_books_without_any_tariff_have_no_share_and_say_what_to_load():
    book = read_tariffs(NO_TARIFFS, contract(tariff_id=None), NO_CHANGES, LINES.iloc[:0])
    none = fit_backbill(LINES, book, dt.date(2025, 6, 30))
    [figure] = none.figures()
    assert (figure.value, figure.n) == (None, 0)
    assert "Load `tariffs`" in figure.reason
    assert pricing_finding(none).title.startswith("None of 3 invoice lines has a tariff")


def test_scenarios_stand_side_by_side_with_their_own_numbers(billed):
    outcomes = [reprice(OURS, PriceScenario(name, use_change=up))
                for name, up in (("Tenth", 0.1), ("Fifth", 0.2))]  # fmt: skip
    found = compare_scenarios(outcomes, [reacted(outcome, theta=0.5) for outcome in outcomes])
    [slide] = slides_of(add_pricing, "pricing", billed, scenarios=found)
    # Use of 50 and 1,000 units at 1, less 10 %, twelve months: 1,134 for each tenth.
    rows = table_of(slide)
    assert [row[:2] for row in rows[1:]] == [["Tenth", "€1,134"], ["Fifth", "€2,268"]]
    assert slide.shapes.title.text.startswith("Of 2 price scenarios, “")


def test_one_scenario_shows_whose_bills_change_by_how_much(billed):
    # 54 becomes 90, 909 becomes 585: one above a quarter, one below.
    alone = compare_scenarios([reprice(OURS, PriceScenario("Banded", tariff=BANDED))])
    assert band_counts(alone.outcomes[0]) == [1, 0, 0, 0, 0, 0, 1]
    [slide] = Presentation(io.BytesIO(scenario_deck(alone, billed, EDITION))).slides
    assert "-€3,456 for the same use" in slide.shapes.title.text
    assert ["Up by more than 25 %", "1", ""] in table_of(slide)
    assert any(shape.has_chart for shape in slide.shapes)


def test_elasticity_slide_says_the_estimate_and_what_it_may_be_called():
    found = fitted(deals=1)
    [slide] = slides_of(add_elasticity, "elasticity", found)
    assert f"elasticity {found.value:.2f}" in slide.shapes.title.text
    assert table_of(slide)[2][1:] == [f"{found.value:.2f}", f"{found.low:.2f} to {found.high:.2f}",
                                      "reported"]  # fmt: skip
    targeted = elasticity_finding(fitted(targeted=True, deals=1))
    assert targeted.so_what.startswith("Observational")


def test_billing_fit_slide_names_the_best_of_each_persona():
    rows = bills({("fixed", "in_advance"): (60, 0.05), ("usage", "in_arrears"): (60, 0.4)})
    persona = pd.Series("Growers", index=rows["customer_id"].unique())
    fit = fit_billing_fit(rows, AS_OF, persona=persona)
    [slide] = slides_of(add_billing_fit, "billing_fit", fit)
    assert slide.shapes.title.text == billing_fit_finding(fit).title
    best = fit.personas[fit.personas["best"]].iloc[0]
    [row] = table_of(slide)[1:]
    assert row[:2] == [
        "Growers",
        f"{best['billing_model']}, {best['billing_timing']}".replace("_", " "),
    ]


@pytest.mark.parametrize(("add", "name"), [
    (add_tariffs, "pricing"), (add_elasticity, "elasticity"), (add_billing_fit, "billing_fit"),
])  # fmt: skip
def test_what_is_refused_has_no_slide_and_its_reason_stands_in_the_appendix(add, name):
    draft = Draft(new_deck(), EDITION, {})
    why = "Only 3 customers had a change."
    add(draft, SimpleNamespace(**{name: None}, reasons={name: why}))
    assert len(draft.deck.slides) == 0
    assert [reason for _, reason, _ in draft.refused] == [why]

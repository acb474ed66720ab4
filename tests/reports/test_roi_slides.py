"""Slides of initiatives: the joint value with its spread, and claims with what came of them."""

import datetime as dt
import io
from types import SimpleNamespace

import pytest
from pptx import Presentation

from charts.wording import money
from models.claims import score_claim
from models.roi import simulate_roi
from reports.edition import Edition
from reports.roi import add_claims, add_roi, roi_finding
from reports.slides import Draft
from reports.template import as_bytes, new_deck
from tests.models.test_claims import AS_OF, claim, outcomes
from tests.models.test_roi import uncertain_plan


@pytest.fixture(scope="module")
def roi():
    return simulate_roi(uncertain_plan(3, customers=50), AS_OF, n_draws=500)


def draft_of(add, **results):
    held = {"roi": None, "claims": (), "reasons": {}} | results
    figures = {f.id: f for f in held["roi"].figures()} if held["roi"] else {}
    edition = Edition("Acme", "20251231-a", dt.date(2025, 12, 31), "EUR")
    draft = Draft(new_deck(), edition, figures)
    add(draft, SimpleNamespace(**held))
    return draft


def slides_of(add, **results):
    deck = draft_of(add, **results).deck
    return list(Presentation(io.BytesIO(as_bytes(deck))).slides)


def rows_of(slide):
    table = next(shape.table for shape in slide.shapes if shape.has_table)
    return [[cell.text for cell in row.cells] for row in table.rows][1:]


def test_slide_prints_the_joint_value_and_its_spread(roi):
    (slide,) = slides_of(add_roi, roi=roi)
    assert slide.shapes.title.text == roi_finding(roi, "EUR").title
    told = dict(rows_of(slide))
    assert told["Net present value"] == money(roi.mean, "EUR")
    assert told["One draw in ten is below"] == money(roi.p10, "EUR")
    assert told["Added up, with overlaps"] == money(roi.naive, "EUR")
    chart = next(shape.chart for shape in slide.shapes if shape.has_chart)
    assert list(chart.plots[0].series[0].values)[-1] == pytest.approx(roi.expected)


def test_refused_value_has_no_slide_and_its_reason_is_kept_for_the_appendix():
    draft = draft_of(add_roi, reasons={"roi": "No margin is known."})
    assert len(draft.deck.slides) == 0
    assert draft.refused[0][1] == "No margin is known."


def test_claims_stand_beside_what_came_and_without_any_there_is_no_slide():
    assert slides_of(add_claims) == []
    scored = score_claim(claim(), outcomes(0.3), AS_OF)
    early = claim(name="later", title="Later")
    (slide,) = slides_of(add_claims, claims=((claim(), scored), (early, "Too early: come back.")))
    assert slide.shapes.title.text.startswith("1 of 1 scored claim came within")
    first, second = rows_of(slide)
    assert first[4] == "as claimed"
    assert first[3].startswith(f"{scored.value:.2f}")
    assert second[3:5] == ["Not known", "not scored"]

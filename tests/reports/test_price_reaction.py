"""The slide of price reaction: estimated effects only, and the reason where there are none."""

import datetime as dt
import io
from types import SimpleNamespace

import pytest
from pptx import Presentation

from models.price_reaction import fit_price_reaction
from reports.appendix import add_refused
from reports.edition import Edition
from reports.price_reaction import add_price_reaction, reaction_finding
from reports.slides import Draft
from reports.template import as_bytes, new_deck
from tests.models.test_price_reaction import AS_OF, company
from tests.reports.test_personas import texts


@pytest.fixture(scope="module")
def reaction():
    bills, asked = company()
    return fit_price_reaction(bills, AS_OF, asked=asked)


def slide_of(reaction, reasons=None):
    edition = Edition("Acme", "20251231-a", dt.date(2025, 12, 31), "EUR")
    figures = {} if reaction is None else {f.id: f for f in reaction.figures()}
    draft = Draft(new_deck(), edition, figures)
    add_price_reaction(draft, SimpleNamespace(price_reaction=reaction, reasons=reasons or {}))
    add_refused(draft)
    return Presentation(io.BytesIO(as_bytes(draft.deck))).slides[0]


def test_slide_lists_what_was_estimated_the_surest_first(reaction):
    slide = slide_of(reaction)
    table = next(shape.table for shape in slide.shapes if shape.has_table)
    listed = [[cell.text for cell in row.cells] for row in table.rows][1:]
    enquiries = reaction.of("enquiries", "bill", "surprise")
    mine = next(row for row in listed if row[:2] == ["Billing enquiries", "surprising bill"])
    assert mine[2] == f"{enquiries['effect']:+z.3f}"
    assert {row[0] for row in listed} == {"Billing enquiries", "Days to pay"}
    finding = reaction_finding(reaction)
    assert slide.shapes.title.text == finding.title
    assumed = (reaction.estimates["source"] == "assumed").sum()
    assert finding.so_what.startswith(f"{assumed} other effects")


def test_refused_reaction_says_why():
    slide = slide_of(None, {"price_reaction": "Only 3 customers have four bills."})
    assert any("Only 3 customers" in text for text in texts(slide))

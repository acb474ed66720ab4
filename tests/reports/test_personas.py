"""The slide of personas: what the result holds, in a table that stays on the slide."""

import datetime as dt
import io
from types import SimpleNamespace

import pytest
from pptx import Presentation

from models.persona_names import KeptPersona
from models.personas import fit_personas, recognised
from reports.appendix import add_refused
from reports.edition import Edition
from reports.personas import add_personas, personas_finding
from reports.slides import Draft
from reports.template import as_bytes, new_deck
from tests.models.test_personas import AS_OF, customers


@pytest.fixture(scope="module")
def found():
    return fit_personas(customers(apart=2.4)[0], AS_OF)


def slide_of(personas, reasons=None):
    edition = Edition("Acme", "20250630-a", dt.date(2025, 6, 30), "EUR")
    figures = {} if personas is None else {f.id: f for f in personas.figures()}
    draft = Draft(new_deck(), edition, figures)
    add_personas(draft, SimpleNamespace(personas=personas, reasons=reasons or {}))
    add_refused(draft)
    return Presentation(io.BytesIO(as_bytes(draft.deck))).slides[0]


def texts(slide):
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        if shape.has_table:
            yield from (cell.text for row in shape.table.rows for cell in row.cells)


def test_slide_lists_the_personas_of_the_result(found):
    slide = slide_of(found)
    table = next(shape.table for shape in slide.shapes if shape.has_table)
    rows = [[cell.text for cell in row.cells] for row in table.rows][1:]
    assert [row[1] for row in rows] == [str(n) for n in found.table["n"]]
    assert "2 personas" in slide.shapes.title.text
    chart = next(shape.chart for shape in slide.shapes if shape.has_chart)
    assert list(chart.plots[0].series[0].values) == pytest.approx(found.table["share"].tolist())


def test_name_that_a_person_gave_is_on_the_slide_as_text(found):
    name = "=1+1 <b>Growers</b>" + " and more" * 20
    again = recognised(found, [KeptPersona(name, dict(found.distances.iloc[0]))])
    shown = list(texts(slide_of(again)))
    assert any(text.startswith("=1+1 <b>Growers</b>") and len(text) <= 40 for text in shown)


def test_unstable_personas_are_said_not_to_be_decided_by(found):
    shaky = recognised(found, ())
    shaky.table.loc[0, "verdict"] = "unstable"
    assert personas_finding(shaky).so_what.startswith("1 of them come back")
    assert personas_finding(found).so_what.startswith("All of them come back")


def test_no_personas_is_an_answer_with_its_reason():
    none = fit_personas(customers(seed=1)[0], AS_OF)
    slide = slide_of(none)
    assert "no personas" in slide.shapes.title.text
    assert any("a single group describes the customers best" in text for text in texts(slide))


def test_refused_personas_say_why():
    slide = slide_of(None, {"personas": "Only 12 customers have half a year of behaviour."})
    assert any("Only 12 customers" in text for text in texts(slide))

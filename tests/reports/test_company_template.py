"""A company's template: its look is taken, and what is no template is told apart."""

import io
import zipfile
from itertools import pairwise
from types import SimpleNamespace

import pytest
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.util import Inches

from reports.company_template import company_deck
from reports.slides import Column, Draft, Finding, add_table
from reports.story import add_opening
from reports.template import CONTENT, as_bytes
from tests.reports.test_story import EDITION

BAR = "Company bar"


def template(width=13.333, height=7.5, keep=("Title Slide", "Title Only", "Title and Content")):
    """The library's own file as a company has it: a bar on a layout, and slides of last year."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(width), Inches(height)
    for layout in list(deck.slide_layouts):
        if layout.name not in keep:
            deck.slide_layouts.remove(layout)
    for layout in deck.slide_layouts:
        slide = deck.slides.add_slide(layout)
        bar = slide.shapes.add_shape(1, Inches(1), Inches(0), Inches(2), Inches(0.2))
        bar.name, bar._element.nvSpPr.cNvPr.attrib["id"] = BAR, "99"
        layout.shapes._spTree.append(bar._element)
    return saved(deck)


def saved(deck):
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def built(content):
    """A cover and a slide with a table in the look of the template, opened again."""
    deck, said = company_deck(content)
    draft = Draft(deck, EDITION, {})
    add_opening(draft, SimpleNamespace())
    slide = draft.add(Finding("One thing is so", "And so it matters."))
    add_table(slide, CONTENT, (Column("Name", 2.0),), [("Acme",)], says="Names")
    return Presentation(io.BytesIO(as_bytes(deck))), said


def changed(content, name, change):
    """The package with one member changed; one that is not there yet is added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(out, "w") as written:
        for member in package.namelist():
            data = package.read(member)
            written.writestr(member, change(data) if member == name else data)
        if name not in package.namelist():
            written.writestr(name, change(b""))
    return out.getvalue()


def test_slides_stand_on_the_layouts_of_the_template_and_its_own_slides_are_gone():
    deck, said = built(template())
    assert said == ""
    assert len(deck.slides) == 2
    cover, finding = deck.slides
    for slide in (cover, finding):
        assert BAR in [shape.name for shape in slide.slide_layout.shapes]
    assert finding.shapes.title.text == "One thing is so"
    shown = {p.placeholder_format.idx for p in finding.placeholders}
    assert {0, 12, 13, 14} <= shown
    # Nothing lies over something else: title, text, table, receipt from top to bottom.
    table = next(shape for shape in finding.shapes if shape.has_table)
    places = {p.placeholder_format.idx: p for p in finding.placeholders}
    order = [places[0], places[13], table, places[14]]
    assert all(a.top + a.height <= b.top for a, b in pairwise(order))
    assert all(p.text_frame.text.strip() for s in deck.slides for p in s.placeholders)


def test_shapes_of_a_layout_have_numbers_of_their_own():
    deck, _ = built(template())
    for holder in (*deck.slides, *deck.slide_layouts):
        numbers = [one.get("id") for one in holder.element.iter("{*}cNvPr")]
        assert len(numbers) == len(set(numbers))


def test_template_of_type_potx_and_one_of_a_smaller_widescreen_are_taken():
    main = b"presentationml.presentation.main+xml"
    as_template = changed(
        template(), "[Content_Types].xml",
        lambda data: data.replace(main, b"presentationml.template.main+xml"),
    )  # fmt: skip
    assert len(built(as_template)[0].slides) == 2
    small, _ = built(template(width=10, height=5.625))
    assert (small.slide_width, small.slide_height) == (Inches(13.333), Inches(7.5))
    bar = next(s for s in small.slides[1].slide_layout.shapes if s.name == BAR)
    # A third larger, as the slide is.
    assert bar.left == pytest.approx(Inches(1 * 4 / 3), abs=100)


def test_layout_of_another_type_is_taken_where_there_is_no_better_one_and_that_is_said():
    deck, said = built(template(keep=("Title Slide", "Title and Content")))
    assert "no layout 'Title Only'" in said
    assert len(deck.slides) == 2


@pytest.mark.parametrize("keep", [("Title Slide",), ("Blank",)])
def test_without_layouts_for_both_the_deck_has_the_usual_look_and_says_so(keep):
    deck, said = built(template(keep=keep))
    assert "the deck has the usual look" in said
    assert [layout.name for layout in deck.slide_layouts] == ["Opening", "Finding"]


def with_link_outside():
    deck = Presentation(io.BytesIO(template()))
    deck.slide_master.part.rels.get_or_add_ext_rel(
        RELATIONSHIP_TYPE.IMAGE, "http://e.vil/track.png"
    )
    return saved(deck)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lambda: b"", "no PowerPoint file"),
        (lambda: b"PK\x03\x04 broken", "no PowerPoint file"),
        (lambda: template()[:-2_000], "no PowerPoint file|damaged"),
        (lambda: changed(template(), "ppt/presentation.xml", lambda _: b"<p:pres"), "damaged"),
        (lambda: changed(template(), "ppt/slideMasters/slideMaster1.xml", lambda _: b"<a/>"),
         "damaged"),
        (lambda: changed(template(), "ppt/vbaProject.bin", lambda _: b"x"), "macros"),
        (lambda: changed(template(), "ppt/embeddings/x.bin", lambda _: b"x"), "macros"),
        (with_link_outside, "loads something from outside"),
        (lambda: template(width=10, height=7.5), "widescreen"),
    ],
)  # fmt: skip
def test_file_that_is_no_template_says_what_to_do(content, says):
    with pytest.raises(ValueError, match=says):
        company_deck(content())


def test_zip_that_unpacks_to_far_more_is_not_read():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        for number in range(6_000):
            package.writestr(f"ppt/media/{number}", b"")
    with pytest.raises(ValueError, match="unpacks to more"):
        company_deck(bomb.getvalue())


def test_entities_of_a_hostile_file_are_not_resolved():
    xml = (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
           b'<p:presentation xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main">'
           b"&e;</p:presentation>")  # fmt: skip
    content = changed(template(), "ppt/presentation.xml", lambda _: xml)
    with pytest.raises(ValueError, match="damaged|no two layouts") as raised:
        company_deck(content)
    assert "root:" not in str(raised.value)

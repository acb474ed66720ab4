import io
import re
import zipfile

import pytest
from lxml import etree
from pptx import Presentation
from pptx.util import Inches

from reports.contents import APPENDIX, STORY
from reports.deck import build_deck

#: Where the rule above the receipt is; what comes below it would cover the receipt.
FOOT = Inches(6.79)
EVERYTHING = ("industry", "country", "terms")


@pytest.fixture(scope="module")
def hostile(hostile_company):
    """A review in which no analysis is refused, of customers with hostile names."""
    _, review, edition, late_by = hostile_company
    # The tables of this test hold neither behaviour nor costs beside the invoices, no note of why
    # any is late, and so few customers that nothing can be said of who leaves or is late next.
    of_customers = {"personas", "negative_personas", "unit_economics", "churn", "retention",
                    "churn_ratios", "churn_validation", "scored_customers", "retention_before",
                    "lifetime_value", "product_fit", "late_signals", "late_causes",
                    "disputes", "dispute_causes", "credit", "reminders", "roi",
                    "reminder_policies", "billing_delays", "linkage", "scores",
                    "elasticity", "price_reaction", "billing_fit", "pricing"}  # fmt: skip
    assert set(review.reasons) <= of_customers
    return review, edition, late_by


@pytest.fixture(scope="module")
def full(hostile):
    """The bytes of a deck in which no analysis is refused, on hostile names."""
    review, edition, late_by = hostile
    return build_deck(review, edition, late_by=late_by, segments={"industry": "Industry"})


@pytest.fixture(scope="module")
def single(workspace_of, reviewed):
    """The bytes of a deck of one invoice, where nearly everything is refused."""
    review, edition, late_by = reviewed(
        workspace_of([(0, "2025-06-01", "2025-07-01", 1250.0, None)]), *EVERYTHING
    )
    return build_deck(review, edition, late_by=late_by)


@pytest.fixture(scope="module", params=["full", "single"])
def deck(request):
    return Presentation(io.BytesIO(request.getfixturevalue(request.param)))


def texts(slide):
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        if shape.has_table:
            yield from (cell.text for row in shape.table.rows for cell in row.cells)


def findings(deck):
    """The slides that state a finding: all but the cover and the one that begins the appendix."""
    return [slide for slide in list(deck.slides)[1:] if slide.shapes.title.text != "Appendix"]


def test_appendix_begins_with_a_slide_that_says_where_its_parts_are(deck):
    titles = [slide.shapes.title.text for slide in deck.slides]
    begins = titles.index("Appendix") + 1
    said = deck.slides[begins - 1].placeholders[1].text_frame.text.split("\n")
    places = [re.match(r"Slides? (\d+)(?: to (\d+))?: (.*)", line).groups() for line in said]
    ends = [(int(first), int(last or first)) for first, last, _ in places]
    # One part after the other, from the next slide to the last.
    assert [first for first, _ in ends] == [begins + 1, *(last + 1 for _, last in ends[:-1])]
    assert ends[-1][1] == len(titles)
    for (first, last), (*_, says) in zip(ends, places, strict=True):
        inside = [title.split(":")[0] == "Appendix" for title in titles[first - 1 : last]]
        assert all(inside) if "analyses" not in says else not any(inside)


def test_each_slide_has_one_title(deck):
    titles = [slide.shapes.title.text for slide in deck.slides]
    assert all(titles)
    assert len(set(titles)) == len(titles)


def test_each_finding_has_its_receipt_at_its_foot(deck):
    for slide in findings(deck):
        foot = next(p for p in slide.placeholders if p.placeholder_format.idx == 14).text_frame.text
        # What is refused may be no figure, and the method is of all of them.
        if not slide.shapes.title.text.startswith(("Appendix: what the data", "Appendix: how")):
            assert re.match(r"Receipts? \d[\d–, ]* in the appendix", foot)
        assert re.search(r"as of \d+ \w{3} 20\d\d", foot)
        assert "EUR" in foot


def test_receipts_that_a_foot_names_are_of_the_figures_in_the_notes(deck):
    label_of = {}
    for slide in findings(deck):
        if slide.shapes.title.text.startswith("Appendix: receipts"):
            table = next(shape.table for shape in slide.shapes if shape.has_table)
            rows = [[cell.text for cell in row.cells] for row in table.rows][1:]
            label_of |= {int(row[0]): row[1] for row in rows}
    assert list(label_of) == list(range(1, len(label_of) + 1))
    for slide in findings(deck):
        foot = next(p for p in slide.placeholders if p.placeholder_format.idx == 14).text_frame.text
        if not foot.startswith("Receipt"):
            continue
        named = re.match(r"Receipts? ([\d–, ]*) in", foot)[1]
        ends = [[int(end) for end in part.split("–")] for part in named.split(", ")]
        numbers = [n for low, *high in ends for n in range(low, (high or [low])[0] + 1)]
        notes = slide.notes_slide.notes_text_frame.text
        assert all(f"{label_of[n]} (" in notes for n in numbers)
        assert notes.count("Definition: ") == len(numbers)


def test_notes_hold_the_receipt_in_full(deck):
    for slide in findings(deck):
        notes = slide.notes_slide.notes_text_frame.text
        assert re.match(r"Receipt\. Acme, as of 20\d\d-\d\d-\d\d, snapshot \S+, ", notes)
        assert notes.count("Definition: ") == notes.count("Formula: ")


def test_nothing_reaches_beyond_the_slide_or_covers_the_receipt(deck):
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= deck.slide_width
            if shape.has_chart or shape.has_table:
                assert shape.top + shape.height <= FOOT, (slide.shapes.title.text, shape.name)


def test_tables_are_as_wide_as_their_columns(deck):
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_table:
                assert sum(column.width for column in shape.table.columns) == shape.width


def test_shapes_of_a_slide_have_numbers_of_their_own(deck):
    for slide in deck.slides:
        numbers = [int(shape.get("id")) for shape in slide.element.iter("{*}cNvPr")]
        assert len(numbers) == len(set(numbers)), slide.shapes.title.text


def test_page_number_is_on_every_finding(deck):
    numbered = [
        any(p.placeholder_format.idx == 12 for p in slide.placeholders) for slide in findings(deck)
    ]
    assert all(numbered)


def test_no_placeholder_is_left_empty(deck):
    for slide in deck.slides:
        for placeholder in slide.placeholders:
            assert placeholder.text_frame.text.strip(), slide.shapes.title.text


def test_charts_are_native_and_there_is_no_picture(full):
    deck = Presentation(io.BytesIO(full))
    kinds = [
        str(shape.chart.chart_type) for s in deck.slides for shape in s.shapes if shape.has_chart
    ]
    assert len(kinds) == 8
    names = zipfile.ZipFile(io.BytesIO(full)).namelist()
    assert {name.rsplit(".", 1)[1] for name in names} == {"xml", "rels", "xlsx"}


def test_file_holds_nothing_that_acts(full):
    package = zipfile.ZipFile(io.BytesIO(full))
    names = package.namelist()
    assert [n for n in names if "vba" in n.lower() or "activeX" in n or "ole" in n.lower()] == []
    for name in names:
        if name.endswith((".xml", ".rels")):
            # Parsing alone proves that no character stands in it that XML does not allow.
            root = etree.fromstring(package.read(name))
            assert list(root.iter("{*}hlinkClick", "{*}hlinkHover")) == []
            external = [
                r.get("Target") for r in root.iter("{*}Relationship") if r.get("TargetMode")
            ]
            assert external == []


def test_workbooks_behind_the_charts_hold_no_formula(full):
    package = zipfile.ZipFile(io.BytesIO(full))
    books = [name for name in package.namelist() if name.endswith(".xlsx")]
    assert books
    for name in books:
        book = zipfile.ZipFile(io.BytesIO(package.read(name)))
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        assert list(sheet.iter("{*}f", "{*}hyperlink")) == []


def test_hostile_names_are_words_and_long_ones_are_cut(full):
    shown = {text for slide in Presentation(io.BytesIO(full)).slides for text in texts(slide)}
    assert "<script>alert(1)</script>" in shown
    assert max(len(text) for text in shown) < 400
    assert any(text.startswith("Very long name") and text.endswith("…") for text in shown)


def test_same_results_give_the_same_bytes(hostile):
    review, edition, late_by = hostile
    one, other = (build_deck(review, edition, late_by=late_by) for _ in range(2))
    assert one == other


def test_refused_analysis_has_no_slide_and_the_appendix_says_why(single):
    deck = Presentation(io.BytesIO(single))
    reason = {
        row.cells[0].text: row.cells[1].text
        for slide in deck.slides
        if slide.shapes.title.text.startswith("Appendix: what the data cannot tell yet")
        for shape in slide.shapes
        if shape.has_table
        for row in list(shape.table.rows)[1:]
    }
    assert "None of the 1 invoices has been paid" in reason["Time to pay cannot be estimated yet"]
    assert "Cash cannot be forecast yet" in reason
    assert not reason.keys() & {slide.shapes.title.text for slide in deck.slides}


def test_story_comes_first_and_has_fourteen_slides_at_most():
    assert len(STORY) <= 14
    names = [entry.name for entry in (*STORY, *APPENDIX)]
    assert len(set(names)) == len(names)


def test_deck_of_one_invoice_says_what_is_owed(single):
    titles = [slide.shapes.title.text for slide in Presentation(io.BytesIO(single)).slides]
    assert any("€1,250 is owed" in title for title in titles)


def test_deck_without_segments_has_no_chart_of_them(hostile):
    review, edition, _ = hostile
    deck = Presentation(io.BytesIO(build_deck(review, edition)))
    slide = next(s for s in deck.slides if "of invoices are late" in s.shapes.title.text)
    assert not any(shape.has_chart for shape in slide.shapes)
    assert "Not shown" in " ".join(texts(slide))

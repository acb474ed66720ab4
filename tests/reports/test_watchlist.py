"""The slide of the watchlist: the first customers of the result, and what it rests on."""

import datetime as dt
import io
from types import SimpleNamespace

from pptx import Presentation

from charts.wording import money
from reports.edition import Edition
from reports.slides import Draft
from reports.template import as_bytes, new_deck
from reports.watchlist import add_watchlist, watchlist_finding
from tests.models.test_watchlist import MEASURE, causes, rank, scored


def slide_of(watchlist, reasons=None):
    draft = Draft(new_deck(), Edition("Acme", "20250630-a", dt.date(2025, 6, 30), "EUR"), {})
    add_watchlist(draft, SimpleNamespace(watchlist=watchlist, reasons=reasons or {}))
    return Presentation(io.BytesIO(as_bytes(draft.deck))).slides[0]


def test_slide_lists_the_first_customers_with_their_money():
    rows = scored(open_amount=[1_000.0, 400.0, 2_000.0], customer_id=["A", "A", "B"])
    found = rank(rows, causes(I0="process", I1="process", I2="cash"), measured=MEASURE)
    slide = slide_of(found)
    table = next(shape.table for shape in slide.shapes if shape.has_table)
    listed = [[cell.text for cell in row.cells] for row in table.rows][1:]
    # 1,400 x .5 x .6 = 420 before 2,000 x .5 x .2 = 200.
    assert [row[:4] for row in listed] == [
        ["Alder", money(1400, "EUR"), money(700, "EUR"), money(420, "EUR")],
        ["Birch", money(2000, "EUR"), money(1000, "EUR"), money(200, "EUR")],
    ]
    assert [row[4] for row in listed] == ["yes", ""]
    assert "2 customers of 2 hold 100 % of the €620" in slide.shapes.title.text
    assert "assumed, not measured" in watchlist_finding(found, "EUR").so_what


def test_what_was_measured_is_counted_and_nothing_at_risk_is_said():
    found = watchlist_finding(rank(scored(open_amount=[100.0]), measured=MEASURE), "EUR")
    assert "measured for 1 invoice and assumed for 0" in found.so_what
    calm = rank(scored(open_amount=[100.0], p_paid_60=[1.0]))
    assert watchlist_finding(calm, "EUR").title == "No open invoice needs a contact"

"""The slide of the watchlist: the first customers of the result, and what it rests on."""

import datetime as dt
import io
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
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
    assert slide.shapes.title.text == "Contact may still change €620 of 2 customers"
    assert "assumed, not measured" in watchlist_finding(found, "EUR").so_what


def test_customers_that_a_slide_has_no_room_for_are_added_up_so_that_it_holds_its_title():
    one = rank(scored(open_amount=[1_000.0]), measured=MEASURE)
    many = pd.concat([one.customers] * 23, ignore_index=True)
    sizes = ["open_amount", "at_risk", "within_reach"]
    many[sizes] = many[sizes].mul(range(23, 0, -1), axis=0)
    slide = slide_of(found := replace(one, customers=many))
    table = next(shape.table for shape in slide.shapes if shape.has_table)
    listed = [[cell.text for cell in row.cells] for row in table.rows][1:]
    assert len(listed) == 11
    others = found.customers.iloc[10:20]
    sums = others[sizes].sum()
    assert listed[-1][:4] == ["The next 10", *(money(amount, "EUR") for amount in sums)]
    assert "20 customers of 23" in slide.shapes.title.text


def test_what_was_measured_is_counted_and_nothing_at_risk_is_said():
    found = watchlist_finding(rank(scored(open_amount=[100.0]), measured=MEASURE), "EUR")
    assert "measured for 1 invoice and assumed for 0" in found.so_what
    calm = rank(scored(open_amount=[100.0], p_paid_60=[1.0]))
    assert watchlist_finding(calm, "EUR").title == "No open invoice needs a contact"

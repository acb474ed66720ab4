"""The slide of product fit: what the result holds, and no call where there is none."""

import datetime as dt
import io
from types import SimpleNamespace

import pandas as pd
import pytest
from pptx import Presentation

from charts.wording import share
from reports.appendix import add_refused
from reports.edition import Edition
from reports.product_fit import add_product_fit, product_fit_finding
from reports.slides import Draft
from reports.template import as_bytes, new_deck
from tests.models.test_product_fit import fitted, starts
from tests.reports.test_personas import texts

DIFFER = {"=Retail": (200, 180), "Trade": (200, 100), "Energy": (200, 140), "Few": (3, 3)}
ALIKE = {"Retail": (200, 140), "Trade": (200, 141), "Energy": (200, 139)}


def slide_of(fit, reasons=None):
    edition = Edition("Acme", "20250630-a", dt.date(2025, 6, 30), "EUR")
    figures = {} if fit is None else {f.id: f for f in fit.figures()}
    draft = Draft(new_deck(), edition, figures)
    add_product_fit(draft, SimpleNamespace(product_fit=fit, reasons=reasons or {}))
    add_refused(draft)
    return Presentation(io.BytesIO(as_bytes(draft.deck))).slides[0]


def test_slide_lists_the_groups_that_differ_and_charts_the_products():
    rows = [starts(DIFFER, "Plan"), starts({"Trade": (60, 30)}, "Box")]
    fit = fitted(pd.concat(rows, ignore_index=True))
    slide = slide_of(fit)
    table = next(shape.table for shape in slide.shapes if shape.has_table)
    listed = [[cell.text for cell in row.cells] for row in table.rows][1:]
    assert [row[:3] for row in listed] == [["=Retail", "Plan", "200"], ["Trade", "Plan", "200"]]
    by = fit.table.set_index(["product", "value"])
    assert listed[0][3] == share(by.loc[("Plan", "=Retail"), "expected"], 0)
    chart = next(shape.chart for shape in slide.shapes if shape.has_chart)
    assert list(chart.plots[0].categories) == ["Plan", "Box"]
    assert list(chart.plots[0].series[0].values) == pytest.approx(fit.products["rate"].tolist())
    title = slide.shapes.title.text
    assert "with Plan (=Retail)" in title
    assert "with Plan (Trade)" in title


def test_where_groups_are_alike_nobody_is_named():
    fit = fitted(starts(ALIKE))
    finding = product_fit_finding(fit)
    assert finding.title == "70 % of product starts succeed in their first year"
    assert finding.so_what.startswith("Nobody stands out beyond chance in 3 groups")
    slide = slide_of(fit)
    assert not any(shape.has_table for shape in slide.shapes)
    assert any(text.startswith("No group succeeds") for text in texts(slide))


def test_refused_product_fit_says_why():
    slide = slide_of(None, {"product_fit": "Only 3 times a customer took up a product."})
    assert any("Only 3 times" in text for text in texts(slide))

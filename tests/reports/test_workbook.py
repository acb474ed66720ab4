"""The workbook: its formulas give the figures of the review, and follow the rows."""

import io
import re
import zipfile

import formulas
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

import analyses.exports
from analyses.scope import Scope
from reports.workbook import build_workbook
from reports.workbook_formulas import keep_rows, live_formulas
from tests.reports.conftest import HOSTILE


@pytest.fixture(scope="module")
def made(hostile_company):
    """The review of a small company, its rows, and its workbook."""
    workspace, review, edition, _ = hostile_company
    with workspace.current().tables() as tables:
        assert review.scope == Scope(tables.newest_date)
        rows = analyses.exports.invoice_rows(tables, review)
        newest, n_invoices = analyses.exports.newest_rows(rows, 1_000)
        customers = analyses.exports.customer_rows(tables, review).to_pandas()
    assert n_invoices == len(newest)
    return review, edition, newest, customers, build_workbook(review, edition, newest, customers)


def sheet_of(content: bytes, name: str) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(name).to_python()


@pytest.fixture(scope="module")
def figure_sheet(made):
    heads, *rows = sheet_of(made[-1], "Figures")
    return pd.DataFrame(rows, columns=heads).set_index("Id")


@pytest.fixture(scope="module")
def spreadsheet(made, tmp_path_factory):
    """The workbook as a spreadsheet opens it, to be worked out again."""
    path = tmp_path_factory.mktemp("workbook") / "review.xlsx"
    path.write_bytes(made[-1])
    return formulas.ExcelModel().loads(str(path)).finish()


def cell(calculated, sheet: str, address: str) -> float:
    return float(calculated[f"'[review.xlsx]{sheet}'!{address}"].value[0, 0])


def test_every_figure_of_the_review_stands_in_the_workbook(made, figure_sheet):
    figures = made[0].figures()
    assert figure_sheet.index.tolist() == [figure.id for figure in figures]
    for figure in figures:
        shown = figure_sheet.at[figure.id, "Value"]
        assert shown == ("" if figure.value is None else pytest.approx(figure.value, abs=1e-9))
        assert figure_sheet.at[figure.id, "What it is"]
        refused = figure.value is None
        assert (figure_sheet.at[figure.id, "Made by"] == "cannot be told") == refused


def test_formulas_worked_out_again_give_the_figures_of_the_app(made, figure_sheet, spreadsheet):
    calculated = spreadsheet.calculate()
    live = figure_sheet.index[figure_sheet["Made by"] == "formula"]
    assert {"receivables.open_amount", "receivables.dso", "receivables.dso_simple",
            "late_payments.late_share"} <= set(live)  # fmt: skip
    for figure in made[0].figures():
        if figure.id in live:
            row = figure_sheet.index.get_loc(figure.id) + 2
            assert cell(calculated, "FIGURES", f"B{row}") == pytest.approx(figure.value, abs=1e-6)
            assert cell(calculated, "FIGURES", f"J{row}") == 0


def test_a_changed_row_moves_the_figure_and_shows_the_difference(made, figure_sheet, spreadsheet):
    rows = sheet_of(made[-1], "Invoices")
    owed = rows[0].index("Open in EUR")
    at = next(n for n, row in enumerate(rows[1:], start=1) if row[owed] > 0)
    place = f"'[review.xlsx]INVOICES'!{chr(ord('A') + owed)}{at + 1}"
    calculated = spreadsheet.calculate(inputs={place: rows[at][owed] + 250})
    row = figure_sheet.index.get_loc("receivables.open_amount") + 2
    assert cell(calculated, "FIGURES", f"J{row}") == pytest.approx(250)


def test_open_amount_by_age_is_that_of_the_app(made, spreadsheet):
    sheet = sheet_of(made[-1], "Collection")
    top = next(n for n, row in enumerate(sheet) if row[0] == "Open, by age")
    calculated = spreadsheet.calculate()
    ages = made[0].receivables.aging
    assert len(ages) == len(sheet) - top - 1
    for at, amount in enumerate(ages["amount"], start=top + 2):
        assert cell(calculated, "COLLECTION", f"B{at}") == pytest.approx(amount, abs=0.005)


def test_text_of_the_data_is_text_and_nothing_that_acts(made):
    with zipfile.ZipFile(io.BytesIO(made[-1])) as archive:
        book = archive.read("xl/workbook.xml").decode()
        names = re.findall(r'<sheet name="([^"]+)"', book)
        sheets = {
            name: archive.read(f"xl/worksheets/sheet{n}.xml").decode()
            for n, name in enumerate(names, start=1)
        }
    assert {name for name, xml in sheets.items() if "<f>" in xml} == {"Figures", "Collection"}
    assert not any("<hyperlink" in xml for xml in sheets.values())
    shown = [row[1] for row in sheet_of(made[-1], "Customers")[1:]]
    assert HOSTILE[0] in shown
    assert "bell and turned name" in shown


def test_of_too_many_invoices_only_what_the_kept_ones_carry_is_a_formula(made):
    review, _, invoices, _, _ = made
    n_open = int((invoices["open_amount"] > 0).sum())
    most_recent = keep_rows(invoices, n_open + 1)
    assert most_recent.all_open
    assert not most_recent.complete
    some = live_formulas(most_recent, review.receivables)
    assert "receivables.open_amount" in some
    assert "late_payments.late_share" not in some
    assert "receivables.dso_simple" not in some, "of the three months some invoices are missing"
    few = live_formulas(keep_rows(invoices, n_open - 1), review.receivables)
    assert not any(id.startswith("receivables.") for id in few)

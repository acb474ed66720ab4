"""The warehouse and the models never import each other, and pages and reports meet nowhere else.

Here the rows of one company go all the way, and page, slide and file print one number.
"""

import io
import json

import pandas as pd
import pytest
from pptx import Presentation
from streamlit.testing.v1 import AppTest

import analyses.receivables
import analyses.review
from analyses.scope import Scope
from charts.wording import exact_money, in_unit
from reports.__main__ import build_reports
from tests.served import ROOT
from ui.receipt import SHORT_LABELS
from warehouse.workspace import Workspace

CENT = 0.005


@pytest.fixture(scope="module")
def built(sample_workspace, tmp_path_factory):
    out = tmp_path_factory.mktemp("built")
    build_reports(Workspace.open(sample_workspace), out, None)
    return out


@pytest.fixture(scope="module")
def figures(built):
    """The figures of the exported file by their id."""
    parts = json.loads((built / "figures.json").read_text(encoding="utf-8"))
    return {figure["id"]: figure for figure in parts["figures"]}


@pytest.fixture(scope="module")
def currency(built):
    return json.loads((built / "figures.json").read_text(encoding="utf-8"))["currency"]


@pytest.fixture(scope="module")
def deck_tables(built):
    """Every table of the deck as rows of text, by the title of its slide."""
    deck = Presentation(io.BytesIO((built / "quarterly_review.pptx").read_bytes()))
    return {
        slide.shapes.title.text: [
            [[cell.text for cell in row.cells] for row in shape.table.rows]
            for shape in slide.shapes
            if shape.has_table
        ]
        for slide in deck.slides
    }


def test_number_on_the_slide_is_the_number_of_the_file_to_the_cent(deck_tables, figures, currency):
    shown = {
        row[0]: row[1]
        for title, tables in deck_tables.items()
        if title.startswith("Appendix")
        for table in tables
        for row in table[1:]
    }
    assert shown == {
        figure["label"]: in_unit(figure["value"], figure["unit"], currency, exact=True)
        for figure in figures.values()
    }


@pytest.mark.parametrize(
    "page",
    [
        "cash/receivables", "cash/late_payments", "cash/cash_forecast", "customers/personas",
        "customers/product_fit", "customers/negative_personas", "customers/unit_economics",
        "customers/churn", "customers/lifetime_value",
    ],
)  # fmt: skip
def test_number_on_the_page_is_the_number_on_the_slide(
    page, deck_tables, figures, currency, in_sample_workspace
):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    on_page = {metric.label: metric.value.replace("\\", "") for metric in app.metric}
    # A card has a shorter label where the full one does not fit.
    cards = {SHORT_LABELS.get(figure["id"], figure["label"]): figure for figure in figures.values()}
    assert on_page.keys() & cards.keys()
    summary = list(deck_tables.values())[1][0]
    on_slide = {row[0]: row[1] for row in summary[1:]}
    for card in on_page.keys() & cards.keys():
        figure = cards[card]
        assert on_page[card] == in_unit(figure["value"], figure["unit"], currency)
        assert on_slide.get(figure["label"], on_page[card]) == on_page[card]


def test_ages_on_the_slide_add_up_to_the_figure(deck_tables, figures, currency):
    aging = next(
        table for tables in deck_tables.values() for table in tables if table[0][0] == "Age"
    )
    owed = exact_money(figures["receivables.open_amount"]["value"], currency)
    assert aging[-1][1] == owed
    parts = sum(float(row[1].lstrip("€").replace(",", "")) for row in aging[1:-1])
    # Each part is rounded to the cent on the slide.
    assert parts == pytest.approx(
        figures["receivables.open_amount"]["value"], abs=CENT * (len(aging) - 1)
    )


def test_exported_rows_add_up_to_the_exported_figures(built, figures):
    invoices = pd.read_parquet(built / "invoices.parquet")
    customers = pd.read_parquet(built / "customers.parquet")
    owed = figures["receivables.open_amount"]["value"]
    overdue = figures["receivables.overdue_amount"]["value"]
    assert owed > overdue > 0
    late = invoices["days_past_due"] > 0
    assert invoices["open_amount"].sum() == pytest.approx(owed, abs=CENT)
    assert customers["open_amount"].sum() == pytest.approx(owed, abs=CENT)
    assert invoices.loc[late, "open_amount"].sum() == pytest.approx(overdue, abs=CENT)
    assert customers["overdue_amount"].sum() == pytest.approx(overdue, abs=CENT)


def test_payment_traits_are_exported_with_every_customer(built):
    customers = pd.read_parquet(built / "customers.parquet")
    paid = customers["days_late_mean"].notna()
    assert paid.mean() > 0.9
    # Whoever paid nothing lately has no change; nobody has one without having paid.
    assert customers.loc[~paid, "rhythm_change"].isna().all()
    assert customers.loc[paid, "rhythm_change"].abs().median() < 2
    owed = customers["credit_limit"].notna()
    assert (customers["headroom"].notna() == owed).all()


def test_personas_of_the_exported_customers_are_those_of_the_figures(built, figures):
    customers = pd.read_parquet(built / "customers.parquet")
    known = customers.dropna(subset="persona")
    assert known["persona"].nunique() == figures["personas.count"]["value"]
    assert known["persona_probability"].between(0.2, 1).all()
    negative = customers["negative_persona"].dropna().astype(float)
    assert negative.mean() == pytest.approx(figures["personas.negative_share"]["value"])
    reasons = customers.loc[negative.index, "negative_reasons"].fillna("")
    # A persona is negative, not each in it: a few have no reason of their own.
    assert (reasons != "")[negative > 0].mean() > 0.9


def test_rows_behind_a_figure_add_up_to_it(sample_workspace, figures):
    with Workspace.open(sample_workspace).current().tables() as tables:
        scope = Scope(tables.newest_date)
        for name in ("receivables.open_amount", "receivables.overdue_amount"):
            rows = analyses.receivables.receipt_rows(tables, scope, name)
            total = rows.contribution.sum().to_pandas()
            assert total == pytest.approx(figures[name]["value"], abs=CENT)


def test_every_invoice_and_customer_is_exported_once(built, sample_workspace):
    with Workspace.open(sample_workspace).current().tables() as tables:
        loaded = {
            name: set(tables[name][key].to_pandas())
            for name, key in (("invoices", "invoice_id"), ("customers", "customer_id"))
        }
    invoices = pd.read_parquet(built / "invoices.parquet")["invoice_id"]
    customers = pd.read_parquet(built / "customers.parquet")["customer_id"]
    assert invoices.is_unique
    assert set(invoices) == loaded["invoices"]
    assert customers.is_unique
    assert set(customers) == loaded["customers"]


def test_open_invoices_are_scored_and_settled_ones_are_not(built):
    invoices = pd.read_parquet(built / "invoices.parquet")
    still_open = invoices["outcome"] == "open"
    assert invoices.loc[still_open, "p_late"].between(0, 1).all()
    assert (
        invoices.loc[~still_open, ["p_late", "p_paid_60", "expected_paid_on"]].isna().all(axis=None)
    )
    assert (invoices.loc[~still_open, "open_amount"] == 0).all()
    # Late already: what is past due can no longer be paid in time.
    assert (invoices.loc[still_open & (invoices["days_past_due"] > 0), "p_late"] == 1).all()


def test_late_share_of_the_exported_rows_is_the_figure(built, figures):
    invoices = pd.read_parquet(built / "invoices.parquet")
    late = invoices["late"].dropna().astype(bool)
    figure = figures["late_payments.late_share"]
    assert len(late) == figure["n"]
    assert late.mean() == pytest.approx(figure["value"], abs=1e-12)

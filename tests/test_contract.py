"""The warehouse and the models never import each other, and pages and reports meet nowhere else.

Here the rows of one company go all the way, and page, slide and file print one number.
"""

import io
import json

import pandas as pd
import pytest
from pptx import Presentation
from pptx.util import Inches

import analyses.receivables
import analyses.review
from analyses.scope import Scope
from charts.wording import count, exact_money, in_unit, money, share
from models.asks import asks
from reports.__main__ import build_reports
from reports.build import reviewed
from tests.shown import app_at, show, text_of
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
def deck(built):
    return Presentation(io.BytesIO((built / "quarterly_review.pptx").read_bytes()))


@pytest.fixture(scope="module")
def review(built, sample_workspace):
    """The results that the files were built from."""
    workspace = Workspace.open(sample_workspace)
    with workspace.current().tables() as tables:
        return reviewed(workspace, tables, Scope(tables.newest_date))


@pytest.fixture(scope="module")
def deck_tables(deck):
    """Every table of the deck as rows of text, by the title of its slide."""
    return {
        slide.shapes.title.text: [
            [[cell.text for cell in row.cells] for row in shape.table.rows]
            for shape in slide.shapes
            if shape.has_table
        ]
        for slide in deck.slides
    }


def test_number_on_the_slide_is_the_number_of_the_file_to_the_cent(deck_tables, figures, currency):
    shown = [
        row[1:5]
        for title, tables in deck_tables.items()
        if title.startswith("Appendix: receipts")
        for table in tables
        for row in table[1:]
    ]

    def exactly(figure, end):
        return in_unit(figure[end], figure["unit"], currency, exact=True)

    def interval(figure):
        if figure["low"] is None or figure["high"] is None:
            return "–"
        level = f" ({share(figure['confidence'], 0)})" if figure["confidence"] else ""
        return f"{exactly(figure, 'low')} to {exactly(figure, 'high')}{level}"

    assert shown == [
        [figure["label"], exactly(figure, "value"), interval(figure), count(figure["n"])]
        for figure in figures.values()
    ]


def test_scoreboard_prints_the_figures_with_their_intervals(deck_tables, figures, currency):
    [board] = [t for ts in deck_tables.values() for t in ts if t[0][-1] == "What it says"]
    by_label = {figure["label"]: figure for figure in figures.values()}

    def said(figure, end):
        return in_unit(figure[end], figure["unit"], currency)

    assert len(board) > 10
    for row in board[1:]:
        figure = by_label[row[0]]
        assert row[1] == said(figure, "value")
        if figure["low"] is not None:
            assert row[2] == f"{said(figure, 'low')} to {said(figure, 'high')}"
        else:
            assert row[2] in ("counted", "–")


def test_asks_print_what_the_results_ask_for(deck_tables, review, currency):
    [table] = [t for ts in deck_tables.values() for t in ts if t[0][:2] == ["By", "we move"]]
    asked = asks(review)
    assert len(asked) >= 4
    for row, ask in zip(table[1:], asked, strict=True):
        assert money(ask.value, currency) in row[3]
        ends = (ask.low, ask.high)
        said = " to ".join(money(end, currency) for end in ends) if ask.low is not None else ""
        # Intervals of one column are not all of one confidence.
        assert row[4] == (f"{said} ({share(ask.confidence, 0)})" if said else "–")


#: What the charts of the story draw: name of the series, and where the result holds it.
DRAWN = {
    "Count-back": lambda r: r.receivables.trend["dso"],
    "Best possible": lambda r: r.receivables.trend["dso_best_possible"],
    "Share of the value a year ago": lambda r: sorted(
        -r.retention.table.loc[r.retention.table["amount"] < 0, "share"], reverse=True
    ),
    "Value, EUR": lambda r: r.lifetime_value.deciles()["value"],
    "Open amount, EUR": lambda r: r.receivables.aging["amount"],
}


@pytest.mark.parametrize("name", DRAWN)
def test_chart_draws_the_numbers_of_the_result(name, deck, review):
    drawn = [
        list(series.values)
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_chart
        for series in shape.chart.plots[0].series
        if series.name == name
    ]
    assert drawn == [pytest.approx([float(value) for value in DRAWN[name](review)], nan_ok=True)]


def test_nothing_of_the_sample_reaches_beyond_its_slide_or_over_the_receipt(deck):
    for slide in deck.slides:
        for shape in slide.shapes:
            where = (slide.shapes.title.text, shape.name)
            assert shape.left >= 0, where
            # A table is as wide as its columns, whatever its frame says.
            columns = [column.width for column in shape.table.columns] if shape.has_table else []
            assert shape.left + max(shape.width, sum(columns)) <= deck.slide_width, where
            if not shape.is_placeholder:
                assert shape.top + shape.height <= Inches(6.79), where


def test_deck_of_the_page_is_that_of_the_command_line(built, figures, in_sample_workspace):
    at = show("pages/overview/quarterly_review.py")
    assert "No review of this view is built yet" in text_of(at)
    next(button for button in at.button if button.label == "Build the review").click().run()
    assert not at.exception
    assert not at.error
    made = at.session_state["quarterly_review"]["built"]
    assert made.deck == (built / "quarterly_review.pptx").read_bytes()
    assert {figure.id for figure in made.figures} == set(figures)
    # What is shown is what stands on the slides; the appendix is in the file.
    assert "quarterly business review, Q3 FY2026" in text_of(at).replace("\\", "")
    assert len(at.dataframe) >= 8


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
    app = app_at(f"pages/{page}.py").run()
    assert not app.exception
    on_page = {metric.label: metric.value.replace("\\", "") for metric in app.metric}
    # A card has a shorter label where the full one does not fit.
    cards = {SHORT_LABELS.get(figure["id"], figure["label"]): figure for figure in figures.values()}
    assert on_page.keys() & cards.keys()
    [summary] = [t for ts in deck_tables.values() for t in ts if t[0][-1] == "What it says"]
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

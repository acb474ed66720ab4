"""The workbook: figures that Excel works out itself from the rows beside them."""

import io
from collections.abc import Mapping, Sequence

import pandas as pd
import xlsxwriter
from xlsxwriter.workbook import Workbook

from charts.wording import count, count_of, date, share
from models.figures import Figure
from reports.edition import Edition, Results
from reports.plain_text import plain
from reports.workbook_formulas import Kept, add_collection, keep_rows, live_formulas
from reports.workbook_sheets import Field, Styles, add_rows, put

__all__ = ["MOST_ROWS", "build_workbook"]

#: Invoices on a sheet: a spreadsheet of more is slow to open.
MOST_ROWS = 50_000

#: Heading, width and column of the sheet of figures.
FIGURES = (("Figure", 44), ("Value", 18), ("Unit", 10), ("From", 16), ("To", 16), ("Interval", 10),
           ("Counted from", 13), ("Made by", 20), ("In the app", 18), ("Difference", 12),
           ("What it is", 70), ("In words", 60), ("What to know", 60), ("Id", 40))  # fmt: skip
VALUE, APP, DIFFERENCE = 1, 8, 9


def invoice_fields(currency: str) -> list[Field]:
    """Columns of the sheet of invoices."""
    return [
        Field("invoice_id", "Invoice"),
        Field("customer_id", "Customer"),
        Field("issued_on", "Issued on", "date", 11),
        Field("due_on", "Due on", "date", 11),
        Field("currency", "Currency", width=9),
        Field("amount", "Amount", "money"),
        Field("amount_reporting", f"Amount in {currency}", "money"),
        Field("outcome", "Outcome", width=11),
        Field("settled_on", "Settled on", "date", 11),
        Field("late", "Late", width=8),
        Field("days_past_due", "Days past due", "count", 10),
        Field("open_amount", f"Open in {currency}", "money"),
        Field("p_late", "Chance of being late", "share", 10),
        Field("expected_paid_on", "Expected on", "date", 11),
        Field("cause", "Why late"),
    ]


def customer_fields(currency: str) -> list[Field]:
    """Columns of the sheet of customers."""
    return [
        Field("customer_id", "Customer"),
        Field("name", "Name", width=32),
        Field("industry", "Industry", width=18),
        Field("country", "Country", width=9),
        Field("employees", "Employees", "count", 11),
        Field("acquired_on", "Customer since", "date", 12),
        Field("churned_on", "Left on", "date", 11),
        Field("open_amount", f"Open in {currency}", "money"),
        Field("overdue_amount", f"Overdue in {currency}", "money"),
        Field("days_late_mean", "Days late on average", "days", 10),
        Field("headroom", f"Headroom in {currency}", "money"),
        Field("persona", "Persona", width=32),
        Field("persona_probability", "How sure", "share", 9),
        Field("negative_persona", "In a negative persona", width=11),
        Field("negative_reasons", "Why negative", width=24),
        Field("churn_risk_12m", "Chance of leaving in 12 months", "share", 11),
        Field("churn_risk_12m_low", "Chance, from", "share", 9),
        Field("churn_risk_12m_high", "Chance, to", "share", 9),
        Field("cltv", f"Lifetime value in {currency}", "money"),
        Field("cltv_low", "Value, from", "money"),
        Field("cltv_high", "Value, to", "money"),
    ]


#: Columns of the sheet of month ends.
MONTHS = [
    Field("as_of", "On", "date", 11),
    Field("open_amount", "Open receivables", "money", 18),
    Field("overdue_amount", "Past due", "money", 18),
    Field("not_yet_due_amount", "Not yet due", "money", 18),
    Field("sales", "Sales of the period", "money", 18),
    Field("collected", "Collected in the period", "money", 18),
    Field("dso", "Days sales outstanding, counted back", "days"),
    Field("dso_simple", "Days sales outstanding, simple", "days"),
    Field("dso_best_possible", "Best possible", "days"),
    Field("average_days_delinquent", "Average days delinquent", "days"),
    Field("cei", "Collection effectiveness", "score"),
    Field("cash_flow_velocity", "Cash-flow velocity", "ratio"),
]


def build_workbook(
    results: Results,
    edition: Edition,
    invoices: pd.DataFrame,
    customers: pd.DataFrame,
    *,
    n_invoices: int | None = None,
) -> bytes:
    """Write the figures of a review as an Excel workbook, with live formulas down to the rows.

    Parameters
    ----------
    results : analyses.review.Review
    edition : Edition
    invoices, customers : DataFrame
        From `analyses.exports`: one row an invoice, and one a customer.
    n_invoices : int, optional
        How many there are, where `invoices` holds only the open and the newest.

    Returns
    -------
    bytes
        A file of format .xlsx. What is counted from the rows is a formula over them, kept with
        its last result; what a model estimates is a number. No text of the data becomes a
        formula or a link. Of more than 50,000 invoices the open and the newest are in it, and
        what cannot be counted from those is a number.
    """
    buffer = io.BytesIO()
    kept, currency = keep_rows(invoices, MOST_ROWS, n_invoices), edition.currency
    receivables = results.receivables
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": plain(f"{edition.company}: {edition.quarter}")})
        styles = Styles(book)
        add_cover(book, styles, edition, kept)
        formulas = live_formulas(kept, receivables)
        add_figures(book, styles, results.figures(), formulas)
        if receivables is not None and kept.all_open:
            add_collection(book, styles, kept, receivables)
        if receivables is not None:
            add_rows(book, styles, "Receivables by month", receivables.table, MONTHS)
        add_rows(book, styles, "Invoices", kept.rows, invoice_fields(currency))
        add_rows(book, styles, "Customers", customers, customer_fields(currency))
    return buffer.getvalue()


def add_cover(book: Workbook, styles: Styles, edition: Edition, kept: Kept) -> None:
    """What the workbook is of, and how to read it."""
    sheet = book.add_worksheet("Read me")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, plain(f"{edition.company}: {edition.quarter}"), styles.title)
    held = f"All {count_of(kept.n_all, 'invoice')}."
    if not kept.complete:
        held = (
            f"{count(len(kept.rows))} of {count_of(kept.n_all, 'invoice')}: the open and those "
            f"issued from {date(kept.complete_from)} on. All are in invoices.parquet."
        )
    facts = {
        "As of": date(edition.as_of),
        "Months": edition.months,
        "Customers": edition.cut,
        "Currency": edition.currency,
        "Snapshot": edition.snapshot,
        "Figures": "Every headline figure. “Made by: formula” is worked out here, from the sheets "
        "of rows; change a row and it follows. “Made by: model” is a number that a model estimated "
        "or that needs rows this workbook does not hold. “In the app” is what the app shows, and "
        "“Difference” what a formula is away from it: nothing, unless a row was changed.",
        "Collection": "The terms of days sales outstanding, and the age of what is open.",
        "Invoices": held,
        "Tables": "Invoices, Customers and Receivablesbymonth are tables of Excel: insert a pivot "
        "table on one by its name. Formulas call their columns like invoices.open_amount.",
    }
    for row, (name, words) in enumerate(facts.items(), start=2):
        sheet.write_string(row, 0, name, styles.heading)
        sheet.write_string(row, 1, plain(words, longest=1_000), styles.wrapped)


def add_figures(
    book: Workbook, styles: Styles, figures: Sequence[Figure], formulas: Mapping[str, str]
) -> None:
    """Every headline figure, by its formula where there is one."""
    sheet = book.add_worksheet("Figures")
    for place, (heading, width) in enumerate(FIGURES):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, styles.heading)
    for row, figure in enumerate(figures, start=1):
        form, text = styles.of(figure.unit), styles.wrapped
        live = formulas.get(figure.id) if figure.value is not None else None
        made = "formula" if live else "model" if figure.value is not None else "cannot be told"
        level = None if figure.confidence is None else share(figure.confidence, 0)
        for place, value, shape in (
            (0, figure.label, text), (2, figure.unit, text), (3, figure.low, form),
            (4, figure.high, form), (5, level, text), (6, figure.n, styles.of("count")),
            (7, made, text), (APP, figure.value, form), (10, figure.definition, text),
            (11, figure.formula, text), (12, figure.reason, text), (13, figure.id, text),
        ):  # fmt: skip
            put(sheet, row, place, value, shape)
        if live:
            sheet.write_formula(row, VALUE, live, form, figure.value)
            off = f"=ROUND(B{row + 1}-I{row + 1},6)"
            sheet.write_formula(row, DIFFERENCE, off, styles.of("ratio"), 0)
        else:
            put(sheet, row, VALUE, figure.value, form)
    last = max(len(figures), 1)
    sheet.autofilter(0, 0, last, len(FIGURES) - 1)
    sheet.freeze_panes(1, 1)
    sheet.conditional_format(
        1, DIFFERENCE, last, DIFFERENCE,
        {"type": "cell", "criteria": "!=", "value": 0, "format": styles.warning},
    )  # fmt: skip

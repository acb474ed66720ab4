"""What a spreadsheet works out from the rows beside it, in its own formulas."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from charts.wording import bucket
from models.ledger import month_windows, to_date
from models.receivables import Receivables
from reports.workbook_sheets import Styles, put

__all__ = ["Kept", "add_collection", "keep_rows", "live_formulas"]

#: Months that sales are counted back through.
MONTHS_BACK = 24

#: Columns of the sheet of invoices, by their names in the workbook.
OWED, PAST_DUE = "invoices.open_amount", "invoices.days_past_due"
SOLD, ISSUED = "invoices.amount_reporting", "invoices.issued_on"

#: Rows of the sheet of collection that hold what others refer to, counted from 0.
TERMS = {"open": 2, "overdue": 3, "not_due": 4, "from": 5, "days": 6, "sales": 7}
FIRST_MONTH = 10


@dataclass(frozen=True)
class Kept:
    """The invoices of a workbook, and what of all invoices they are.

    Attributes
    ----------
    rows : DataFrame
        Open invoices and the newest of the settled ones, in the order of issue.
    n_all : int
        Invoices there are.
    complete_from : date
        Every invoice issued from that day on is in `rows`.
    all_open : bool
        Whether every open invoice is.
    """

    rows: pd.DataFrame
    n_all: int
    complete_from: dt.date
    all_open: bool

    @property
    def complete(self) -> bool:
        return len(self.rows) == self.n_all


def keep_rows(invoices: pd.DataFrame, most: int, n_all: int | None = None) -> Kept:
    """At most `most` invoices, of those that `analyses.exports.newest_rows` puts in order.

    That is the open ones first, then the newest. `n_all` is the number there are where `invoices`
    holds only the first of them, one more at least than `most`.

    Examples
    --------
    >>> invoices = pd.DataFrame(
    ...     {
    ...         "invoice_id": ["A", "C", "B"],
    ...         "issued_on": pd.to_datetime(["2025-01-05", "2025-03-05", "2025-02-05"]),
    ...         "open_amount": [50.0, 0.0, 0.0],
    ...     }
    ... )
    >>> kept = keep_rows(invoices, 2)
    >>> kept.rows["invoice_id"].tolist(), kept.complete_from, kept.all_open
    (['A', 'C'], datetime.date(2025, 2, 6), True)
    """
    issued = pd.to_datetime(invoices["issued_on"])
    rows, left = invoices.iloc[:most], invoices.iloc[most:]
    first = issued.min() if left.empty else issued.iloc[most:].max() + pd.Timedelta(days=1)
    return Kept(
        rows.sort_values(["issued_on", "invoice_id"]),
        len(invoices) if n_all is None else n_all,
        first.date(),
        not (left["open_amount"] > 0).any(),
    )


def live_formulas(kept: Kept, receivables: Receivables | None) -> dict[str, str]:
    """Figure id to the formula over the sheets that gives it; those that rows can give.

    A figure is left out where the rows it counts are not all in the workbook.
    """
    formulas = {
        "lifetime_value.portfolio": "=SUM(customers.cltv)",
        "lifetime_value.mean": "=AVERAGE(customers.cltv)",
    }
    if kept.complete:
        late, in_time = (f"COUNTIFS(invoices.late,{is_so})" for is_so in ("TRUE", "FALSE"))
        formulas["late_payments.late_share"] = f"={late}/({late}+{in_time})"
    if receivables is None or not kept.all_open:
        return formulas
    term = {name: f"Collection!$B${row + 1}" for name, row in TERMS.items()}
    formulas["receivables.open_amount"] = f"={term['open']}"
    formulas["receivables.overdue_amount"] = f"={term['overdue']}"
    days = windows(receivables, kept)
    if len(days) > receivables.period_months:
        simple = f"{term['open']}*{term['days']}/{term['sales']}"
        best = f"{term['not_due']}*{term['days']}/{term['sales']}"
        formulas["receivables.dso_simple"] = f"={simple}"
        formulas["receivables.dso_best_possible"] = f"={best}"
        formulas["receivables.average_days_delinquent"] = f"={simple}-{best}"
    if receivables.dso <= (days[0] - days[-1]).days:
        last = FIRST_MONTH + len(days) - 1
        formulas["receivables.dso"] = f"=SUM(Collection!$F${FIRST_MONTH + 1}:$F${last})"
    return formulas


def windows(receivables: Receivables, kept: Kept) -> list[dt.date]:
    """The as-of date and the ends of the months before it whose sales are all in the rows."""
    ends = [to_date(day) for day in month_windows(receivables.as_of, MONTHS_BACK)]
    return [day for day in ends if day + dt.timedelta(days=1) >= kept.complete_from] or ends[:1]


def add_collection(book: Workbook, styles: Styles, kept: Kept, receivables: Receivables) -> None:
    """The terms of days sales outstanding and the age of what is open, over the invoices."""
    sheet = book.add_worksheet("Collection")
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 5, 16)
    ends = windows(receivables, kept)
    start = ends[min(receivables.period_months, len(ends) - 1)]
    money, date = styles.of("money"), styles.of("date")
    sheet.write_string(0, 0, "How fast sales turn into cash", styles.title)
    for name, (words, formula) in {
        "open": ("Open receivables", f"=SUM({OWED})"),
        "overdue": ("of it past due", f'=SUMIFS({OWED},{PAST_DUE},">0")'),
        "not_due": ("of it not yet due", f"=B{TERMS['open'] + 1}-B{TERMS['overdue'] + 1}"),
        "sales": ("Sales of the period", f'=SUMIFS({SOLD},{ISSUED},">"&B{TERMS["from"] + 1})'),
        "days": ("Days of the period", f"=A{FIRST_MONTH + 1}-B{TERMS['from'] + 1}"),
    }.items():
        sheet.write_string(TERMS[name], 0, words)
        sheet.write_formula(
            TERMS[name], 1, formula, styles.of("count") if name == "days" else money
        )
    sheet.write_string(TERMS["from"], 0, "Period begins after")
    put(sheet, TERMS["from"], 1, start, date)
    add_count_back(sheet, styles, ends)
    add_ages(sheet, styles, FIRST_MONTH + len(ends) + 2, receivables)


def add_count_back(sheet: Worksheet, styles: Styles, ends: Sequence[dt.date]) -> None:
    """Sales month by month, latest first, until they use up what is open."""
    headings = ("Month ends on", "Begins after", "Days", "Sales", "Still to count", "Days counted")
    for place, words in enumerate(headings):
        sheet.write_string(FIRST_MONTH - 1, place, words, styles.heading)
    for at, (until, after) in enumerate(pairwise(ends), start=FIRST_MONTH):
        row = at + 1
        put(sheet, at, 0, until, styles.of("date"))
        put(sheet, at, 1, after, styles.of("date"))
        above = f"E{row - 1}-D{row - 1}" if at > FIRST_MONTH else f"B{TERMS['open'] + 1}"
        for place, formula, kind in (
            (2, f"=A{row}-B{row}", "count"),
            (3, f'=SUMIFS({SOLD},{ISSUED},">"&B{row},{ISSUED},"<="&A{row})', "money"),
            (4, f"=MAX({above},0)", "money"),
            (5, f"=IF(E{row}<=0,0,IF(D{row}>=E{row},C{row}*E{row}/D{row},C{row}))", "days"),
        ):
            sheet.write_formula(at, place, formula, styles.of(kind))


def add_ages(sheet: Worksheet, styles: Styles, top: int, receivables: Receivables) -> None:
    """What is open by days past due, beside what the app says of each."""
    if receivables.aging_by != "due":
        return
    for place, words in enumerate(("Open, by age", "Amount", "In the app")):
        sheet.write_string(top, place, words, styles.heading)
    for at, row in enumerate(receivables.aging.itertuples(), start=top + 1):
        sheet.write_string(at, 0, bucket(row.bucket).capitalize())
        ends = f'{PAST_DUE},"<=0"'
        if row.bucket != "current":
            low, _, high = row.bucket.rstrip("+").partition("-")
            ends = f'{PAST_DUE},">={low}"' + (f',{PAST_DUE},"<={high}"' if high else "")
        sheet.write_formula(at, 1, f"=SUMIFS({OWED},{ends})", styles.of("money"), row.amount)
        put(sheet, at, 2, row.amount, styles.of("money"))

"""Sheets of rows: each a table of Excel's own for pivots, its columns named for formulas."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from reports.plain_text import plain

__all__ = ["Field", "Styles", "add_rows", "put"]

#: How each kind of cell is shown; the value below it is exact.
NUMBER_FORMATS = {
    "money": "#,##0.00;[Red]-#,##0.00",
    "share": "0.0%",
    "days": "0.0",
    "months": "0.0",
    "count": "#,##0",
    "score": "0.0",
    "ratio": "0.00",
    "date": "yyyy-mm-dd",
    "text": "@",
}

#: Day 0 of a spreadsheet.
FIRST_DAY = pd.Timestamp(1899, 12, 30)
#: What Excel holds in one cell.
LONGEST_TEXT = 32_000


@dataclass(frozen=True)
class Field:
    """A column of a sheet: where it comes from, its heading, and how it is shown."""

    source: str
    heading: str
    kind: str = "text"
    width: int = 14


class Styles:
    """The formats of one workbook: Excel shares a format between all cells that have it."""

    def __init__(self, book: Workbook) -> None:
        self.kinds = {
            kind: book.add_format({"num_format": form, "valign": "top"})
            for kind, form in NUMBER_FORMATS.items()
        }
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.warning = book.add_format({"bg_color": "#F6D9CE", "font_color": "#8A2B06"})

    def of(self, kind: str) -> Format:
        return self.kinds[kind]


def put(sheet: Worksheet, row: int, column: int, value: Any, form: Format) -> None:
    """One cell by the type of its value; nothing where it is missing, and never a formula.

    Numbers keep all their digits: a spreadsheet shows as many as the format says.
    """
    if value is None or value is pd.NaT or (not isinstance(value, str) and pd.isna(value)):
        return
    if isinstance(value, str):
        sheet.write_string(row, column, plain(value, longest=LONGEST_TEXT), form)
    elif hasattr(value, "year"):
        sheet.write_datetime(row, column, pd.Timestamp(value).to_pydatetime(), form)
    elif pd.api.types.is_bool(value):
        sheet.write_boolean(row, column, bool(value), form)
    else:
        sheet.write_number(row, column, float(value), form)


def put_column(sheet: Worksheet, column: int, values: pd.Series, form: Format) -> None:
    """The cells below a heading, each as `put` puts it.

    What a cell is follows from its column, and is asked once: a sheet has half a million of them.
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        # A date is a number of days to a spreadsheet, and its format makes a date of it.
        values = (values - FIRST_DAY) / pd.Timedelta(days=1)
    elif not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        safe: dict[str, str] = {}
        for row, value in enumerate(values.tolist(), start=1):
            if isinstance(value, str):
                if value not in safe:
                    safe[value] = plain(value, longest=LONGEST_TEXT)
                sheet.write_string(row, column, safe[value], form)
            else:
                put(sheet, row, column, value, form)
        return
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    for at in np.flatnonzero(~np.isnan(numbers)).tolist():
        sheet.write_number(at + 1, column, float(numbers[at]), form)


def add_rows(
    book: Workbook, styles: Styles, name: str, rows: pd.DataFrame, fields: Sequence[Field]
) -> Worksheet:
    """A sheet that holds one table of Excel with a row for each of `rows`.

    Each column has a name of its own for formulas, like ``invoices.open_amount``.

    Parameters
    ----------
    name : str
        Of the sheet and, without its blanks, of the table.
    rows : DataFrame
        With the columns that `fields` come from; one it has not is left out.
    """
    sheet = book.add_worksheet(name)
    known = [field for field in fields if field.source in rows]
    for place, field in enumerate(known):
        form = styles.of(field.kind)
        sheet.set_column(place, place, field.width, form)
        put_column(sheet, place, rows[field.source], form)
        # A table has a row even where there is nothing to put into it.
        column = f"{xl_col_to_name(place, col_abs=True)}$"
        cells = f"'{name}'!{column}2:{column}{max(len(rows), 1) + 1}"
        book.define_name(f"{name.lower().replace(' ', '_')}.{field.source}", f"={cells}")
    sheet.add_table(
        0,
        0,
        max(len(rows), 1),
        len(known) - 1,
        {
            "name": name.replace(" ", ""),
            "columns": [{"header": field.heading} for field in known],
            "style": "Table Style Light 9",
        },
    )
    sheet.freeze_panes(1, 1)
    return sheet

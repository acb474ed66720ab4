"""Tables as files that a spreadsheet opens without running anything in them."""

import re
from collections.abc import Callable

import pandas as pd
import streamlit as st

from ui.text import count

__all__ = ["csv_bytes", "offer_csv", "spreadsheet_safe"]

#: Beyond this a spreadsheet cannot open the file; notebooks read the workspace itself.
MOST_ROWS = 1_000_000

# A cell that starts so is a formula to Excel, LibreOffice and Sheets (OWASP, CSV injection).
FORMULA = re.compile(r"^[=+\-@\t\r]")
NUMBER = re.compile(r"^[+-]?\d[\d.,\u00a0\u202f ']*$")


def spreadsheet_safe(value: object) -> object:
    """Text that a spreadsheet would run gets an apostrophe; numbers, also as text, stay numbers.

    >>> spreadsheet_safe("=1+1"), spreadsheet_safe("-12.50"), spreadsheet_safe(-12.5)
    ("'=1+1", '-12.50', -12.5)
    """
    if isinstance(value, str) and FORMULA.match(value) and not NUMBER.match(value):
        return "'" + value
    return value


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """A CSV in UTF-8 with the mark by which Excel knows it."""
    safe = frame.rename(columns=spreadsheet_safe)
    texts = safe.select_dtypes(include=["object", "string", "category"]).columns
    safe = safe.assign(**{name: safe[name].astype(object).map(spreadsheet_safe) for name in texts})
    return safe.to_csv(index=False, date_format="%Y-%m-%d").encode("utf-8-sig")


def offer_csv(
    label: str,
    rows: pd.DataFrame | Callable[[], pd.DataFrame],
    file_name: str,
    *,
    key: str | None = None,
    n: int | None = None,
) -> None:
    """A download button; a callable is asked for its rows only when pressed."""
    too_many = n is not None and n > MOST_ROWS
    st.download_button(
        label,
        data=lambda: csv_bytes(rows() if callable(rows) else rows),
        file_name=file_name,
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=key,
        disabled=too_many,
        help=f"More than {count(MOST_ROWS)} rows: read them in a notebook." if too_many else None,
    )

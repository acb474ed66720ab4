"""Tables as files that a spreadsheet opens without running anything in them."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from charts.spreadsheet import csv_bytes
from ui.text import count

__all__ = ["offer_csv"]

#: Beyond this a spreadsheet cannot open the file; notebooks read the workspace itself.
MOST_ROWS = 1_000_000


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

"""How a table prints its columns: dates without a time, amounts with two decimals."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

import pandas as pd
import streamlit as st
from pandas.api import types

from ui.text import label_of

__all__ = ["AMOUNT", "COUNT", "PERCENT", "ROWS_SHOWN", "WHOLE", "columns_of", "height_of",
           "percents", "show_columns", "to_the_right"]  # fmt: skip

#: Rows that travel to the browser; a download holds all of them.
ROWS_SHOWN = 500

#: Two decimals and thousands separators.
AMOUNT = "%,.2f"

#: A number of things.
COUNT = "%,d"

#: Money that is expected, where cents would say more than is known.
WHOLE = "%,.0f"

#: Of numbers that `percents` has multiplied; Streamlit's own format keeps two decimals.
PERCENT = "%.0f %%"

#: What a column holds, alone or with how it is printed.
Column = pd.Series | tuple[pd.Series, object]

#: Pixels of a table that scrolls, and the rows that fit into it.
HEIGHT, ROWS_THAT_FIT = 390, 10


def height_of(frame: pd.DataFrame) -> int | Literal["content"]:
    """A table's height: what its rows take, and no more than a screen shows at a glance."""
    return "content" if len(frame) <= ROWS_THAT_FIT else HEIGHT


def show_columns(columns: Mapping[str, Column], *, alt: str | None = None) -> None:
    """A table from its columns by the words over them, each with how it is printed.

    A column is what it holds, or that and the format of its numbers or the settings of its column.
    """
    parts = {name: made if isinstance(made, tuple) else (made, None)
             for name, made in columns.items()}  # fmt: skip
    frame = pd.DataFrame({name: values for name, (values, _) in parts.items()})
    st.dataframe(
        frame,
        hide_index=True,
        placeholder="",
        height=height_of(frame),
        column_config={
            name: st.column_config.NumberColumn(format=how) if isinstance(how, str) else how
            for name, (_, how) in parts.items()
            if how is not None
        },
        alt=alt,
    )


def percents(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """`frame` with the shares in `names` in percent, as `PERCENT` prints them."""
    return frame.assign(**{name: 100 * frame[name] for name in names})


def to_the_right(names: Iterable[str]) -> dict[str, object]:
    """Column settings for numbers that are written with their unit."""
    return {name: st.column_config.TextColumn(name, alignment="right") for name in names}


def columns_of(frame: pd.DataFrame) -> dict[str, object]:
    """Column settings by what the columns hold; ids stay as they are written."""
    return {name: column_of(str(name), frame[name]) for name in frame.columns}


def column_of(name: str, values: pd.Series) -> object:
    label = "Line" if name == "_row" else label_of(name)
    if types.is_datetime64_any_dtype(values):
        return st.column_config.DateColumn(label, format="YYYY-MM-DD")
    if types.is_bool_dtype(values):
        return st.column_config.CheckboxColumn(label)
    if types.is_integer_dtype(values):
        return st.column_config.NumberColumn(label, format="%,d")
    if types.is_float_dtype(values) or is_decimal(values):
        return st.column_config.NumberColumn(label, format=AMOUNT)
    return st.column_config.Column(label)


def is_decimal(values: pd.Series) -> bool:
    known = values.dropna()
    return len(known) > 0 and isinstance(known.iloc[0], Decimal)

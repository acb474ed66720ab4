"""Cutting rows into segments: what an empty value is called, and how few rows say nothing."""

import pandas as pd

from models.risk_sets import ALL

__all__ = ["FEWEST", "NOT_STATED", "segment"]

#: Below this many invoices a segment's numbers say more about chance than about the segment.
FEWEST = 30

#: What an empty value is called, here as in the warehouse.
NOT_STATED = "not stated"


def segment(rows: pd.DataFrame, by: str | None) -> pd.Series:
    """Group of each row as text; empty values are a group of their own.

    Raises
    ------
    ValueError
        If the rows have no such column.
    """
    if by is None:
        return pd.Series(ALL, index=rows.index)
    if by not in rows.columns:
        raise ValueError(
            f"The rows have no column '{by}', so they cannot be split by it. They have "
            f"{', '.join(map(str, rows.columns))}."
        )
    column = rows[by].astype(object)
    return column.where(column.notna(), NOT_STATED).astype(str)

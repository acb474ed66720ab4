"""Write a company's tables to a folder, one file a table."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pandas as pd

__all__ = ["write"]


def write(
    tables: Mapping[str, pd.DataFrame],
    folder: Path,
    *,
    file_format: Literal["parquet", "csv"] = "parquet",
) -> None:
    """Write one file per table into `folder`, which is made if needed.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Canonical table name to its rows; an empty table is not written.
    folder : Path
        Files of the same names are replaced.
    file_format : {"parquet", "csv"}, default="parquet"
        CSV is UTF-8 with commas and ISO dates.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        if table.empty:
            continue
        if file_format == "csv":
            table.to_csv(folder / f"{name}.csv", index=False, date_format="%Y-%m-%d")
        else:
            table.to_parquet(folder / f"{name}.parquet", index=False)

"""Write the sample company: ``python -m sample_data OUT --seed 7 --customers 3000``."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sample_data import MECHANISMS, generate
from sample_data.write import write


class Format(StrEnum):
    """File formats."""

    PARQUET = "parquet"
    CSV = "csv"


def main(
    out: Annotated[Path, typer.Argument(help="Folder for one file per table.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same company.")] = 7,
    customers: Annotated[int, typer.Option(help="How many accounts.")] = 3_000,
    months: Annotated[int, typer.Option(help="Months of history.")] = 60,
    off: Annotated[
        list[str] | None,
        typer.Option(help=f"Mechanism to switch off, may be repeated: {', '.join(MECHANISMS)}."),
    ] = None,
    file_format: Annotated[
        Format, typer.Option("--format", help="One Parquet or CSV file per table.")
    ] = Format.PARQUET,
    truth: Annotated[
        Path | None, typer.Option(help="Also write what is true of the company, as JSON.")
    ] = None,
) -> None:
    """Simulate the known-truth company and write its tables."""
    try:
        company = generate(seed, customers, months, off or ())
    except ValueError as refused:
        typer.echo(refused, err=True)
        raise typer.Exit(2) from None
    write(company.tables, out, file_format=file_format.value)
    if truth is not None:
        company.truth.write(truth)
    rows = sum(map(len, company.tables.values()))
    typer.echo(f"Wrote {len(company.tables)} tables, {rows:,} rows, to {out}.")


if __name__ == "__main__":
    typer.run(main)

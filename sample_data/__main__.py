"""Write the sample company: ``python -m sample_data OUT --seed 7 --customers 3000``."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sample_data import MECHANISMS, generate
from sample_data.exports import write_exports
from sample_data.scale import write_scale
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
    dirty: Annotated[
        bool, typer.Option(help="As real systems export, with what is wrong beside it.")
    ] = False,
    scale: Annotated[
        bool, typer.Option(help="Millions of rows for load tests, not simulated in full.")
    ] = False,
    invoices: Annotated[int, typer.Option(help="With --scale: how many invoices.")] = 10_000_000,
) -> None:
    """Simulate the known-truth company and write its tables."""
    if scale:
        if dirty or off or truth is not None:
            typer.echo(
                "--scale writes rows without simulating the company, so there is nothing to "
                "switch off and no truth. Leave out --dirty, --off and --truth.",
                err=True,
            )
            raise typer.Exit(2)
        rows = write_scale(
            out, customers=customers, invoices=invoices, kind=file_format.value, seed=seed
        )
        typer.echo(f"Wrote {len(rows)} tables, {sum(rows.values()):,} rows, to {out}.")
        return
    try:
        company = generate(seed, customers, months, off or ())
    except ValueError as refused:
        typer.echo(refused, err=True)
        raise typer.Exit(2) from None
    if dirty:
        account = write_exports(company.tables, out, seed=seed)
        typer.echo(f"Wrote {len(account)} exports to {out}; what_is_wrong.json says what is.")
        return
    write(company.tables, out, file_format=file_format.value)
    if truth is not None:
        company.truth.write(truth)
    rows = [len(table) for table in company.tables.values() if len(table)]
    typer.echo(f"Wrote {len(rows)} tables, {sum(rows):,} rows, to {out}.")


if __name__ == "__main__":
    typer.run(main)

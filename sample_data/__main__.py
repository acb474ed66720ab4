"""Write the sample company: ``python -m sample_data OUT --seed 7 --customers 600``."""

from pathlib import Path
from typing import Annotated

import typer

from sample_data import generate, write


def main(
    out: Annotated[Path, typer.Argument(help="Folder for one Parquet file per table.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same company.")] = 7,
    customers: Annotated[int, typer.Option(min=10, help="How many accounts.")] = 600,
    months: Annotated[int, typer.Option(min=6, help="Months of history.")] = 36,
) -> None:
    tables = generate(seed, customers, months)
    write(tables, out)
    typer.echo(f"Wrote {len(tables)} tables, {sum(map(len, tables.values())):,} rows, to {out}.")


if __name__ == "__main__":
    typer.run(main)

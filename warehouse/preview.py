"""An import before it counts: the first rows before and after, and what would be refused."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis
import pandas as pd

from warehouse.load import LoadReport, Progress, load
from warehouse.mapping import Guess, guess, recipe_for
from warehouse.recipe import Recipe, apply
from warehouse.sources import choose_recipe
from warehouse.staging import Staged
from warehouse.tables import TABLES
from warehouse.workspace import Workspace

__all__ = [
    "Preview",
    "Rehearsal",
    "first_rows",
    "guess_columns",
    "preview",
    "recipe_of",
    "rehearse",
]

ENGINE = {
    "memory_limit": "1GB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}

REFUSED_SHOWN = 1_000


@dataclass(frozen=True, eq=False)
class Preview:
    """The first rows of a file by each table it fills.

    Attributes
    ----------
    recipe : Recipe
        How the file is read, and `why` it was chosen (empty when it was named).
    after : dict of str to DataFrame
        Table to its first rows: ``_row``, the line of the source, and the columns that hold
        anything.
    """

    recipe: Recipe
    why: str
    after: Mapping[str, pd.DataFrame]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Rehearsal:
    """What an import would do: its report, and the first of the rows it would refuse."""

    report: LoadReport
    refused: pd.DataFrame


def first_rows(staged: Staged, n: int = 20) -> pd.DataFrame:
    """The first `n` rows of a file as they stand in it, with their line in ``_row``."""
    con = ibis.duckdb.connect(**ENGINE)
    try:
        rows = staged.read(con).select("_row", *staged.columns)
        return rows.order_by("_row").limit(n).to_pandas()
    finally:
        con.disconnect()


def guess_columns(staged: Staged) -> list[Guess]:
    """What each column of an unknown file seems to be; see `warehouse.mapping.guess`."""
    con = ibis.duckdb.connect(**ENGINE)
    try:
        return guess(staged, con)
    finally:
        con.disconnect()


def recipe_of(guesses: Sequence[Guess], staged: Staged, name: str) -> Recipe:
    """The recipe that a person's answers amount to; see `warehouse.mapping.recipe_for`."""
    con = ibis.duckdb.connect(**ENGINE)
    try:
        return recipe_for(guesses, staged, con, name=name)
    finally:
        con.disconnect()


def preview(
    staged: Staged,
    wanted: str | Recipe | None,
    saved: Path,
    *,
    options: Mapping[str, str] | None = None,
    n: int = 20,
) -> Preview:
    """Read the first `n` rows of `staged` as an import would.

    Parameters
    ----------
    staged : Staged
    wanted : str or Recipe, optional
        A recipe, its name, or the name of a table; None chooses by the columns.
    saved : path
        Folder of the workspace's own recipes.
    options : mapping, optional
        Values for the recipe's options, such as ``{"currency": "EUR"}``.

    Raises
    ------
    SchemaError
        If no recipe fits, or a column that a table needs is not there.
    """
    con = ibis.duckdb.connect(**ENGINE)
    try:
        recipe, why = choose_recipe(staged, wanted, saved)
        mapped = apply(recipe, staged, con, options)
        after = {}
        for name, table in mapped.tables.items():
            rows = table.select("_row", *TABLES[name].columns).order_by("_row").limit(n).to_pandas()
            filled = [column for column in rows if rows[column].notna().any()]
            after[name] = rows[filled]
        return Preview(recipe, why, after, (*staged.notes, *mapped.notes))
    finally:
        con.disconnect()


def rehearse(
    sources: str | Path | Sequence[str | Path],
    workspace: Workspace | None,
    *,
    progress: Progress | None = None,
    **options: object,
) -> Rehearsal:
    """Load into a copy of `workspace` that is thrown away, and say what came of it.

    The same code runs as in the import, against the same tables, so what is refused here is
    what would be refused there. The tables are not copied: the copy points at them.

    Parameters
    ----------
    sources, progress
        As in `warehouse.load.load`.
    workspace : Workspace or None
        None stands for one that is still to be made.
    **options
        The other options of `warehouse.load.load`.
    """
    with tempfile.TemporaryDirectory(prefix="goodwill-rehearsal-") as folder:
        copy = stand_in(workspace, Path(folder) / "workspace")
        report = load(sources, copy, progress=progress, **options)
        return Rehearsal(report, copy.refused(report.import_id, limit=REFUSED_SHOWN))


def stand_in(workspace: Workspace | None, folder: Path) -> Workspace:
    """A workspace in `folder` with the tables, recipes and settings of `workspace`."""
    copy = Workspace.create(folder)
    if workspace is None:
        return copy
    for part in ("current", "workspace.sqlite"):
        if (workspace.folder / part).exists():
            shutil.copy2(workspace.folder / part, folder / part)
    for part in ("snapshots", "recipes"):
        shutil.copytree(workspace.folder / part, folder / part, dirs_exist_ok=True)
    # Tables are never written to once they have their name, so pointing at them is safe.
    for table in (workspace.folder / "tables").iterdir():
        (folder / "tables" / table.name).symlink_to(table)
    return copy

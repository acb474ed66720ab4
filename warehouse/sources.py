"""Which files there are to load, and how each is to be read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.recipe import Recipe, identity_recipe, read_recipe, recognise, shipped_recipes
from warehouse.recipe_language import column_key
from warehouse.schema import SchemaError
from warehouse.staging import Staged
from warehouse.tables import TABLES

__all__ = ["SUFFIXES", "Found", "choose_recipe", "file_name", "find_sources"]

#: What a folder may hold for us; other files in it are passed over and named.
SUFFIXES = frozenset(
    {".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
    | {".parquet", ".json", ".jsonl", ".ndjson"}
)

# A recipe is used without being named when this share of its telling columns is there, and
# the next one's share is well below: exports let people choose columns, so few are complete.
SURE_ENOUGH, AHEAD_BY = 0.6, 0.15


# File systems take 255 bytes; what is made of a name adds to it.
MOST_BYTES_OF_A_NAME = 200


@dataclass
class Found:
    """What is to be loaded, and what is to be said about the rest."""

    sources: list[str | Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def find_sources(given: str | Path | Sequence[str | Path]) -> Found:
    """List the files of the folders given, and the files and database URLs as they are."""
    found = Found()
    for source in [given] if isinstance(given, str | Path) else given:
        path = Path(source)
        if "://" in str(source) or not path.is_dir():
            found.sources.append(source)
            continue
        files = sorted(p for p in path.iterdir() if p.is_file() and p.name[0] not in ".~")
        tables = [p for p in files if p.suffix.lower() in SUFFIXES]
        found.sources += tables
        if passed := [p.name for p in files if p not in tables]:
            found.notes.append(f"Not tables, so passed over: {', '.join(passed)}.")
        if not tables:
            found.errors.append(
                f"{path.name}: this folder holds no file that can be loaded. "
                f"Such files end in {', '.join(sorted(SUFFIXES))}."
            )
    return found


def file_name(named: str) -> str:
    r"""The name under which a file that somebody brings can be kept in a folder of ours.

    Examples
    --------
    >>> file_name("../../etc/passwd"), file_name("..")
    ('passwd', 'upload')
    >>> file_name("C:\\books\\open items.csv")
    'open items.csv'
    """
    last = "".join(c for c in re.split(r"[/\\]", named)[-1] if c.isprintable())
    stem, dot, suffix = last.rpartition(".")
    if not stem:
        stem, dot, suffix = last.strip("."), "", ""
    room = MOST_BYTES_OF_A_NAME - len(f"{dot}{suffix}".encode())
    if room < 1:
        stem, dot, suffix, room = last, "", "", MOST_BYTES_OF_A_NAME
    kept = stem.encode(errors="ignore")[:room].decode(errors="ignore")
    return f"{kept}{dot}{suffix}" if kept.strip(" .") else "upload"


def choose_recipe(
    staged: Staged, wanted: str | Path | Recipe | None, saved: Path
) -> tuple[Recipe, str]:
    """Choose how to read a file: as told, else by its name, else by its columns.

    Parameters
    ----------
    staged : Staged
    wanted : str, path or Recipe, optional
        A recipe, its name or file, or the name of a canonical table.
    saved : path
        Folder of the workspace's own recipes.

    Returns
    -------
    recipe, note
        The note is empty unless the recipe was chosen by its likeness.

    Raises
    ------
    SchemaError
        If nothing fits; the message names the columns the file does have.
    """
    if isinstance(wanted, Recipe):
        return wanted, ""
    if wanted is not None and wanted not in TABLES:
        return read_recipe(wanted, saved), ""
    stem = Path(staged.source).stem.casefold()
    table = wanted or (stem if stem in TABLES else _complete_table(staged.columns))
    if table and (wanted or not _missing(staged.columns, table)):
        return identity_recipe(table, staged.columns), ""
    if likely := _recognised(staged, saved):
        best, confidence = likely
        note = f"read with the recipe {best.name}, recognised by its columns"
        return best, f"{note} ({confidence:.0%} sure)."
    if table:
        # What is missing is said where the recipe is applied.
        return identity_recipe(table, staged.columns), ""
    raise SchemaError(
        f"{staged.source} has the columns of no table and of no recipe, so none of its "
        f"{staged.n_rows} rows was loaded. It has: {', '.join(staged.columns)}. Name a recipe, or "
        "map it on the mapping page."
    )


def _complete_table(columns: Sequence[str]) -> str | None:
    """The table all of whose required columns are there."""
    complete = [name for name in TABLES if not _missing(columns, name)]
    return max(complete, key=lambda name: len(TABLES[name].required_columns), default=None)


def _missing(columns: Sequence[str], table: str) -> list[str]:
    """Required columns that the file lacks; a currency may be stated instead."""
    has = {column_key(name) for name in columns} | {"currency"}
    return [name for name in TABLES[table].required_columns if column_key(name) not in has]


def _recognised(staged: Staged, saved: Path) -> tuple[Recipe, float] | None:
    recipes: Mapping[str, Recipe] = dict(shipped_recipes()) | dict(_own_recipes(saved))
    found = recognise(staged.columns, recipes.values())
    best, second = [*found, None, None][:2]
    if best is None or best[1] < SURE_ENOUGH:
        return None
    return best if second is None or best[1] - second[1] >= AHEAD_BY else None


def _own_recipes(saved: Path) -> Iterator[tuple[str, Recipe]]:
    for path in sorted(saved.glob("*.yaml")):
        recipe = read_recipe(path)
        yield recipe.name, recipe

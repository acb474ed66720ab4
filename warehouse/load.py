"""Files into a workspace: staged, mapped, checked, merged and published as one snapshot."""

import contextlib
import dataclasses
import datetime as dt
import getpass
import json
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import ibis
from ibis.backends import BaseBackend

from warehouse.accounting import TableReport
from warehouse.compiler import quick
from warehouse.derived import write_derived
from warehouse.files import stage
from warehouse.findings import find_lookalikes, find_reporting_currency, notes_on, warnings_about
from warehouse.leftovers import sweep_leftovers
from warehouse.merge import Merge
from warehouse.recipe import Mapped, Recipe, apply, named_apart, save_recipe
from warehouse.refused import Origin, is_mended, mended, write_refused
from warehouse.schema import SchemaError
from warehouse.settings import KNOWN_SETTINGS
from warehouse.snapshot import Manifest, Snapshot
from warehouse.sources import choose_recipe, find_sources
from warehouse.staging import Staged
from warehouse.tables import TABLES
from warehouse.workspace import Workspace, WorkspaceError, now

__all__ = ["LoadReport", "Progress", "load", "user_of_this_computer"]

Progress = Callable[[float, str], None]

# The engine keeps tables on disk and spills what exceeds this. With what reading and
# writing Parquet takes beside it, an import of ten million invoices stays under 4 GiB.
ENGINE = {
    "memory_limit": "2GB",
    "threads": 2,
    # It turns every `IN (...)` of more than a few words into a join; with several for each
    # column, an import of ten rows took ten times as long.
    "disabled_optimizers": "in_clause",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}


@dataclass
class LoadReport:
    """What an import did, file by file and table by table."""

    import_id: str
    mode: str
    snapshot: str | None = None
    currency: str | None = None
    as_of: dt.date | None = None
    files: list[dict[str, object]] = field(default_factory=list)
    tables: dict[str, TableReport] = field(default_factory=dict)
    lookalikes: dict[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def loaded(self) -> bool:
        return self.snapshot is not None

    @property
    def rows_in(self) -> int:
        return sum(table.rows_in for table in self.tables.values())

    @property
    def accepted(self) -> int:
        return sum(table.accepted for table in self.tables.values())

    @property
    def refused(self) -> int:
        return sum(table.refused for table in self.tables.values())

    def to_dict(self) -> dict[str, object]:
        parts = dataclasses.asdict(self)
        parts |= {"loaded": self.loaded, "as_of": None if self.as_of is None else str(self.as_of)}
        first = ("snapshot", "loaded", "currency", "as_of", "mode", "files", "tables")
        return {name: parts.pop(name) for name in first} | parts

    def to_json(self) -> str:
        """Write the report as JSON, the contract of the command line."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1, default=str)


def load(
    sources: str | Path | Sequence[str | Path],
    workspace: Workspace,
    *,
    recipe: str | Path | Recipe | None = None,
    mode: str = "upsert",
    currency: str | None = None,
    as_of: dt.date | str | None = None,
    who: str | None = None,
    overrides: Mapping[str, object] | None = None,
    options: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> LoadReport:
    """Import files, folders or database URLs into `workspace` as one new snapshot.

    Every row is accepted or refused with its reasons; refused rows are kept. A
    file that cannot be read as a table is an error of the report, and the others
    are still loaded. When no row at all is accepted the current snapshot stays.

    Parameters
    ----------
    sources : path, URL or list of them
    workspace : Workspace
    recipe : str, path or Recipe, optional
        How to read the files. Otherwise a file with the columns of a canonical table is
        taken as that table, and for others the recipe is recognised by the columns.
    mode : {"upsert", "replace"}
        Whether rows join those loaded before (one with a known key takes the place of the
        old one) or take the place of the whole table.
    currency : str, optional
        Reporting currency; kept in the settings.
    as_of : date, optional
        As-of date; kept in the settings.
    who : str, optional
        Name for the history; by default the user of this computer.
    overrides : mapping, optional
        What is known about the files: ``delimiter``, ``encoding``, ``decimal`` ...
    options : mapping, optional
        Values for the recipe's options, such as ``{"payments": "separately"}``.
    progress : callable, optional
        Called with the share done and what is being done.

    Raises
    ------
    ValueError
        If an option is not allowed.
    WorkspaceError
        If another import is running (`WorkspaceBusy`), or the engine gave up.
    """
    if mode not in ("upsert", "replace"):
        raise ValueError(f"The mode {mode!r} is neither upsert nor replace. Choose one of them.")
    stated = {"reporting_currency": currency, "as_of": as_of}
    chosen = {name: KNOWN_SETTINGS[name].read(v) for name, v in stated.items() if v is not None}
    settings = workspace.settings.all() | chosen
    tell = progress or (lambda share, doing: None)
    who = who or user_of_this_computer()
    sweep_leftovers()
    with (
        workspace.locked(f"a load by {who}"),
        workspace.staging() as folder,
        _engine(folder) as con,
    ):
        importing = _Import(workspace, folder, con, mode, tell)
        try:
            # A file without a currency column is in the currency stated, or else in ours.
            code = settings["reporting_currency"]
            given = {"currency": code} if code else {}
            importing.read(sources, recipe, overrides, given | dict(options or {}))
            importing.merge_tables(settings["reporting_currency"])
            manifest = importing.publish(who, settings["as_of"])
        except duckdb.Error as error:
            raise WorkspaceError(_why_it_stopped(error)) from error
        if manifest.loaded:
            workspace.settings.set(**chosen)
        return importing.report


class _Import:
    """One import while it runs."""

    def __init__(
        self, workspace: Workspace, folder: Path, con: BaseBackend, mode: str, tell: Progress
    ) -> None:
        self.workspace, self.folder, self.con, self.tell = workspace, folder, con, tell
        self.current: Snapshot | None = workspace.current()
        identifier = f"{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}"
        self.report = LoadReport(identifier, mode)
        self.merge = Merge(self.con, folder, self.current, mode)
        self.origins: list[Origin] = []
        self.brought: list[Recipe] = []

    def read(
        self,
        given: str | Path | Sequence[str | Path],
        recipe: str | Path | Recipe | None,
        overrides: Mapping[str, object] | None,
        options: Mapping[str, str],
    ) -> None:
        """Stage, map and judge every source; a source that fails is an error of the report."""
        found = find_sources(given)
        self.report.notes += found.notes
        self.report.errors += found.errors
        for place, source in enumerate(found.sources):
            name = _name_of(source)
            start, width = 0.6 * place / len(found.sources), 0.6 / len(found.sources)
            self.tell(start, f"Reading {name}")
            during = _within(self.tell, start, 0.5 * width, f"Reading {name}")
            try:
                parts = stage(source, self.folder, overrides=overrides, progress=during)
            except (ValueError, OSError) as error:
                self._fail(name, error)
                continue
            for staged in parts:
                checking = start + 0.5 * width, 0.5 * width, f"Checking {staged.source}"
                self.tell(checking[0], checking[2])
                self.merge.during = _within(self.tell, *checking)
                try:
                    mapped, origin = self._map(staged, recipe, options)
                except ValueError as error:
                    self._fail(staged.source, error)
                    continue
                # Outside the `try`: rows half taken in would be rows unaccounted for.
                self._take(mapped, origin)

    def merge_tables(self, currency: str | None) -> None:
        """Check the tables against each other and write them."""
        merge, report = self.merge, self.report
        merge.finish("fx_rates")
        was = self.current.manifest.reporting_currency if self.current else None
        if currency is None:
            found, why = find_reporting_currency(merge)
            currency = found or was
            report.notes += [why] if why else []
        merge.reporting_currency = currency
        if was != currency:
            merge.changed.add("fx_rates")  # what needs a rate is not what needed one before
        names = [name for name in TABLES if name != "fx_rates"]
        for place, name in enumerate(names):
            if merge.concerns(name):
                start = 0.6 + 0.35 * place / len(names)
                self.tell(start, f"Merging {name}")
                merge.during = _within(self.tell, start, 0.35 / len(names), f"Merging {name}")
            merge.finish(name)
        merge.during = None
        if not any(table.accepted for table in merge.reports.values()):
            merge.leave_all_as_it_was()
        report.tables = {name: merge.reports[name] for name in TABLES if name in merge.reports}
        report.notes += notes_on(merge)
        report.warnings += warnings_about(merge)
        if alike := find_lookalikes(merge):
            report.lookalikes = alike
            report.warnings.append(alike["says"])

    def publish(self, who: str, as_of: dt.date | None) -> Manifest:
        """Keep the refused rows, and make the new tables current if a row was accepted."""
        self.tell(0.95, "Keeping refused rows")
        refused = write_refused(self.merge, self.origins, self.folder / "refused.parquet")
        if self.report.refused:
            # Rows that are mended are read by the recipe of their file, wherever that came from.
            for recipe in self.brought:
                save_recipe(recipe, self.workspace.folder / "recipes")
        merge, report = self.merge, self.report
        loaded = any(table.accepted for table in report.tables.values())
        self.tell(0.96, "Settling invoices")
        derived = write_derived(self.con, merge.stored, self.folder, self.current) if loaded else {}
        newest = [t.newest_date for t in merge.stored.values() if t.newest_date is not None]
        report.snapshot = report.import_id if loaded else None
        report.currency = merge.reporting_currency
        report.as_of = as_of or max(newest, default=None)
        manifest = Manifest(
            id=report.import_id,
            parent=self.current.id if self.current else None,
            created_at=now(),
            who=who,
            mode=report.mode,
            loaded=loaded,
            reporting_currency=merge.reporting_currency,
            newest_date=max(newest, default=None),
            tables=merge.stored if loaded else {},
            derived=derived,
            report=report.to_dict(),
        )
        self.tell(0.98, "Publishing")
        self.workspace.publish(manifest, self.folder, refused)
        self.tell(1.0, "Loaded" if loaded else "Nothing loaded")
        return manifest

    def _map(
        self, staged: Staged, recipe: str | Path | Recipe | None, options: Mapping[str, str]
    ) -> tuple[Mapped, Origin]:
        said: Mapping[str, object] = {}
        if is_mended(staged):
            staged, said = mended(staged, self.con, self.folder)
        wanted = recipe or said.get("recipe") or said.get("table")
        own = self.workspace.folder / "recipes"
        chosen, why = choose_recipe(staged, wanted, own)
        if isinstance(wanted, Recipe | Path) or str(wanted).endswith((".yaml", ".yml")):
            chosen = named_apart(chosen, own)
            self.brought.append(chosen)
        options = {**said.get("options", {}), **options}
        mapped = apply(chosen, staged, self.con, options, said.get("columns"))
        if not mapped.tables:
            raise SchemaError(
                f"{staged.source} has the columns of none of the tables that the recipe "
                f"{chosen.name} fills. It has: {', '.join(staged.columns)}. Choose another recipe."
            )
        notes = [*([why] if why else []), *staged.notes, *mapped.notes]
        dialect = dataclasses.asdict(staged.dialect).items()
        self.report.files.append(
            {
                "name": staged.source,
                "rows": staged.n_rows,
                "sha256": staged.sha256,
                "recipe": chosen.name,
                "tables": list(mapped.tables),
                "dialect": {part: value for part, value in dialect if value is not None},
                "columns": list(staged.columns),
                "notes": notes,
            }
        )
        self.report.notes += [f"{staged.source}: {note}" for note in notes]
        read_as = {
            "recipe": chosen.name,
            "columns": mapped.conventions.stated(),
            "options": dict(options),
        }
        return mapped, Origin(len(self.origins), staged, read_as)

    def _take(self, mapped: Mapped, origin: Origin) -> None:
        number, staged, recipe = origin.number, origin.staged, origin.read_as["recipe"]
        names = list(mapped.tables)
        self.origins.append(origin)
        self.merge.add_source(number, staged.source)
        for name, table in mapped.tables.items():
            self.merge.add_rows(number, name, table)
        self.merge.add_aside(number, names[0], mapped.set_aside)
        unused = self.merge.add_unused(
            number, names, staged.read(self.con), f"the recipe {recipe} has no place for it"
        )
        if unused:
            self.report.warnings.append(
                f"{staged.source}: the recipe {recipe} has no place for {unused} of its rows; "
                "they are among the refused rows."
            )

    def _fail(self, name: str, error: Exception) -> None:
        text = str(error)
        self.report.errors.append(text if name in text else f"{name}: {text}")


@contextlib.contextmanager
def _engine(folder: Path) -> Iterator[BaseBackend]:
    """An engine that keeps its tables on disk while one import runs."""
    with tempfile.TemporaryDirectory(prefix="goodwill-import-") as elsewhere:
        # What follows a question mark in a path is no longer the path to the engine.
        place = Path(elsewhere) if "?" in str(folder) else folder
        con = quick(
            ibis.duckdb.connect(
                place / "import.duckdb", temp_directory=str(place / "spill"), **ENGINE
            )
        )
        try:
            yield con
        finally:
            con.disconnect()


def _why_it_stopped(error: duckdb.Error) -> str:
    first = str(error).splitlines()[0]
    if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException):
        remedy = (
            "Make sure that the disk has room for twice the files and that memory is free, then "
            "try again."
        )
    else:
        remedy = "Load the files one by one to see which of them it is, and please report this."
    return f"The import stopped before it was complete: {first} Nothing was changed. {remedy}"


def _name_of(source: str | Path) -> str:
    """What a source is called in what is said of it; of a URL nothing that may be a password."""
    if "://" not in str(source):
        return Path(source).name
    address = str(source).partition("?")[0].partition("#")[0]
    return address.split("@")[-1].split("/")[-1]


def _within(tell: Progress, start: float, width: float, doing: str) -> Callable[[float], None]:
    return lambda share: tell(start + width * share, doing)


def user_of_this_computer() -> str:
    """The name to put into the history where nobody gave one."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run under a number without a name
        return "unknown"

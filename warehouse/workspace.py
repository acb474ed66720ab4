"""A workspace: one company's folder of snapshots, and the pointer to the one that counts."""

import contextlib
import datetime as dt
import fcntl
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd

from warehouse.settings import Settings
from warehouse.snapshot import (
    SETTINGS_FILE,
    Manifest,
    MissingTable,
    Snapshot,
    StoredTable,
    Tables,
    stored_rows,
)

__all__ = [
    "Manifest",
    "MissingTable",
    "Snapshot",
    "StoredTable",
    "Tables",
    "Workspace",
    "WorkspaceBusy",
    "WorkspaceError",
    "now",
]


#: Tables are stored under their name and the first letters of their content's hash.
OUR_FILE = re.compile(r"[a-z_]+-[0-9a-f]{16}\.parquet")


class WorkspaceError(ValueError):
    """The folder is not a workspace, or cannot do what was asked."""


class WorkspaceBusy(WorkspaceError):
    """Somebody else is importing into this workspace."""


class Workspace:
    """One company's data: immutable snapshots, their history, and settings.

    Readers need no lock: tables and manifests are never changed once written, and
    the pointer to the current snapshot moves in one step.

    Examples
    --------
    >>> import tempfile
    >>> workspace = Workspace.create(tempfile.mkdtemp())
    >>> workspace.current() is None
    True
    >>> workspace.history()
    []
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder).expanduser().resolve()
        self.settings = Settings(self.folder / SETTINGS_FILE)

    @classmethod
    def create(cls, folder: Path | str) -> "Workspace":
        """Make `folder` a workspace, or open it when it is one already.

        Raises
        ------
        WorkspaceError
            If the folder holds other things.
        """
        path = Path(folder).expanduser()
        if path.exists() and not path.is_dir():
            raise WorkspaceError(
                f"{path} is a file, so no workspace can be made there. Choose a folder."
            )
        if path.is_dir() and not (path / "snapshots").is_dir() and any(path.iterdir()):
            raise WorkspaceError(
                f"{path} holds files that are not a workspace's, so it was left alone. "
                "Choose an empty folder or a new name."
            )
        for part in ("snapshots", "tables", "refused", "recipes"):
            (path / part).mkdir(parents=True, exist_ok=True)
        return cls(path)

    @classmethod
    def open(cls, folder: Path | str) -> "Workspace":
        """Open a workspace that exists.

        Raises
        ------
        WorkspaceError
            If `folder` is not a workspace.
        """
        if not (Path(folder).expanduser() / "snapshots").is_dir():
            raise WorkspaceError(
                f"{folder} is not a workspace: it has no folder `snapshots`. "
                "Check the path, or load data into it to make it one."
            )
        return cls(folder)

    @property
    def company(self) -> str:
        """The company's name: the one set, else the folder's in words."""
        named = self.settings.get("company")
        return str(named) if named else self.folder.name.replace("_", " ").capitalize()

    def current(self) -> Snapshot | None:
        """The snapshot that counts now; None before the first import."""
        pointer = self.folder / "current"
        try:
            identifier = pointer.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        return self.snapshot(identifier) if identifier else None

    def snapshot(self, identifier: str) -> Snapshot:
        """Any snapshot by its id, undone ones included."""
        return Snapshot(self._manifest(identifier), self.folder)

    def history(self) -> list[Manifest]:
        """Every import, newest first; `Manifest.undone` marks those that no longer count."""
        found = {
            path.stem: self._manifest(path.stem)
            for path in (self.folder / "snapshots").glob("*.json")
        }
        counting, at = set(), self._pointer()
        # A history that was tampered with, or in part deleted, may lead nowhere or in a circle.
        while at in found and at not in counting:
            counting.add(at)
            at = found[at].parent
        marked = [
            replace(manifest, undone=manifest.loaded and manifest.id not in counting)
            for manifest in found.values()
        ]
        return sorted(marked, key=lambda manifest: (manifest.created_at, manifest.id), reverse=True)

    def undo(self) -> Manifest:
        """Go back to the snapshot before the current one, and return the import undone.

        Nothing is deleted: the undone snapshot stays in the history.

        Raises
        ------
        WorkspaceError
            If there is nothing to undo.
        WorkspaceBusy
            If an import is running.
        """
        with self.locked("undo"):
            current = self.current()
            if current is None:
                raise WorkspaceError("Nothing has been loaded, so there is nothing to undo.")
            self._point_at(current.manifest.parent)
            return replace(current.manifest, undone=True)

    def refused(self, identifier: str | None = None, *, limit: int | None = None) -> pd.DataFrame:
        """Rows refused by one import, by default the newest one.

        Returns
        -------
        DataFrame
            Columns ``table``, ``source``, ``row`` (first line in the source), ``rows``
            (all of them), ``rules``, ``reason``, ``origin`` (``import``, or ``already
            loaded`` for rows withdrawn) and ``original`` (the cells as JSON; a JSON list
            of rows where the record was made of several).
        """
        path = self.refused_file(identifier)
        if path is None:
            columns = ["table", "source", "row", "rows", "rules", "reason", "origin", "original"]
            return pd.DataFrame({name: [] for name in columns}, dtype=object)
        first = "" if limit is None else f"LIMIT {int(limit)}"
        with duckdb.connect() as con:
            con.execute("SET enable_progress_bar = false")
            return con.execute(f"SELECT * EXCLUDE (read_as) FROM {stored_rows(path)} {first}").df()

    def refused_file(self, identifier: str | None = None) -> Path | None:
        """The Parquet file with the rows that an import refused; None if it refused none."""
        if identifier is None:
            history = self.history()
            if not history:
                return None
            identifier = history[0].id
        identifier = self._manifest(identifier).id
        path = self.folder / "refused" / f"{identifier}.parquet"
        return path if path.exists() else None

    @contextlib.contextmanager
    def locked(self, doing: str) -> Iterator[None]:
        """Keep other imports out; the lock is gone when this process is, however it ends.

        Raises
        ------
        WorkspaceBusy
            If another process, or another session of this one, holds it.
        """
        with (self.folder / "import.lock").open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                raise WorkspaceBusy(
                    f"Another import into this workspace is running ({file.read().strip()}), so "
                    "nothing was changed. Wait until it has finished, then try again."
                ) from error
            file.truncate(0)
            file.write(f"{doing}, process {os.getpid()}, since {now()}")
            file.flush()
            yield

    @contextlib.contextmanager
    def staging(self) -> Iterator[Path]:
        """A folder for one import's unfinished work; call with the lock held.

        What a killed import left behind is removed first.
        """
        shutil.rmtree(self.folder / "staging", ignore_errors=True)
        self._sweep()
        folder = self.folder / "staging" / uuid.uuid4().hex
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(self.folder / "staging", ignore_errors=True)

    def publish(self, manifest: Manifest, staged: Path, refused: Path | None) -> None:
        """Make `manifest` the current snapshot if it loaded anything; keep it in any case.

        The order matters: whatever the pointer leads to is complete and on disk
        before the pointer moves, so a kill at any moment leaves one snapshot or the other.
        """
        for name, stored in [*manifest.tables.items(), *manifest.derived.items()]:
            target = self.folder / "tables" / stored.file
            source = staged / f"{name}.parquet"
            if source.exists() and not target.exists():
                _move_to_disk(source, target)
        if refused is not None:
            _move_to_disk(refused, self.folder / "refused" / f"{manifest.id}.parquet")
        _write_to_disk(self.folder / "snapshots" / f"{manifest.id}.json", manifest.to_json())
        if manifest.loaded:
            self._point_at(manifest.id)

    def _point_at(self, identifier: str | None) -> None:
        _write_to_disk(self.folder / "current", identifier or "")

    def _pointer(self) -> str | None:
        snapshot = self.current()
        return None if snapshot is None else snapshot.id

    def _manifest(self, identifier: str) -> Manifest:
        path = self.folder / "snapshots" / f"{identifier}.json"
        if Path(identifier).name != identifier or not path.exists():
            raise WorkspaceError(
                f"There is no snapshot {identifier!r} in {self.folder}. "
                "The history lists those there are."
            )
        try:
            manifest = Manifest.from_json(path.read_text(encoding="utf-8"))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise WorkspaceError(
                f"The snapshot {identifier} in {self.folder} cannot be read: its manifest is "
                f"damaged, or of another version of Goodwill ({type(error).__name__}: {error}). "
                "Bring it back from a backup, or move the file away to do without it."
            ) from error
        if manifest.id != identifier:
            raise WorkspaceError(
                f"The manifest {path.name} in {self.folder} says that it is of the snapshot "
                f"{manifest.id!r}, so it was not read. Bring it back from a backup."
            )
        return manifest

    def _sweep(self) -> None:
        """Remove what a killed import had moved into place before its manifest was written."""
        known = {path.stem for path in (self.folder / "snapshots").glob("*.json")}
        for path in (self.folder / "refused").glob("*.parquet"):
            if path.stem not in known:
                path.unlink()
        used = set()
        for manifest in map(self._manifest, known):
            stored = (*manifest.tables.values(), *manifest.derived.values())
            used |= {table.file for table in stored}
        # Ours alone: a folder may have had `snapshots` and `tables` of its own before it was ours.
        for path in (self.folder / "tables").glob("*.parquet"):
            if OUR_FILE.fullmatch(path.name) and path.name not in used:
                path.unlink()
        for path in [*self.folder.glob("*.part"), *(self.folder / "snapshots").glob("*.part")]:
            path.unlink()


def now() -> str:
    """The present moment in UTC, for the history; no figure depends on it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")


def _move_to_disk(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(source, target)
    _sync_folder(target.parent)


def _write_to_disk(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Files a visitor brings: kept for the session, read, previewed and rehearsed."""

import hashlib
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from ui.errors import end_page
from ui.tables import columns_of
from ui.text import count_of, escape, label_of, listed
from warehouse.files import stage
from warehouse.preview import Rehearsal, first_rows, preview, rehearse
from warehouse.recipe import Recipe, read_recipe, shipped_recipes
from warehouse.sources import SUFFIXES, file_name
from warehouse.staging import Staged
from warehouse.tables import TABLES
from warehouse.workspace import Workspace

__all__ = [
    "ask_currency",
    "ask_dialect",
    "begin_import",
    "how_to_begin",
    "known_recipes",
    "put_away",
    "read_files",
    "rehearsed",
    "saved_recipes_folder",
    "show_after",
    "show_before",
]

KEPT = "intake"

#: An import is rehearsed without being asked when the files are no larger than this.
SMALL = 20_000_000

DELIMITERS = {";": "Semicolon ;", ",": "Comma ,", "\t": "Tab", "|": "Bar |"}
ENCODINGS = {
    "utf-8": "UTF-8",
    "cp1252": "Windows, Western European",
    "cp1250": "Windows, Central European",
    "iso-8859-15": "ISO 8859-15",
    "utf-16": "UTF-16",
    "mac_roman": "Macintosh",
}
DECIMALS = {".": "Point, as in 1,234.50", ",": "Comma, as in 1.234,50"}
DATE_ORDERS = {
    "dmy": "Day first, 31.12.2025",
    "mdy": "Month first, 12/31/2025",
    "ymd": "Year first, 2025-12-31",
}


class Store:
    """A session's uploads, in a folder that goes when the session is forgotten."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="goodwill-intake-"))
        self.files: dict[str, Path] = {}
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)


def take_files(label: str, *, key: str, many: bool) -> list[Path]:
    """The visitor's files, in a folder that lives as long as the session."""
    brought = st.file_uploader(
        label,
        type=sorted(suffix.removeprefix(".") for suffix in SUFFIXES),
        accept_multiple_files=many,
        key=f"{key}_files_{st.session_state.get(f'{key}_round', 0)}",
        help="CSV, Excel, Parquet or JSON lines. Larger files: "
        "`python -m warehouse load FILE --workspace FOLDER`.",
    )
    files = brought if isinstance(brought, list) else [brought] if brought else []
    limit = int(st.get_option("server.maxUploadSize"))
    if sum(file.size for file in files) > limit * 1_000_000:
        raise ValueError(
            f"These files are larger than {limit} MB together, so they were not taken. Load them "
            "with `python -m warehouse load FILE --workspace FOLDER`, which needs little memory."
        )
    return [kept(file) for file in files]


def begin_import(label: str, *, key: str, many: bool, otherwise: str) -> list[Path]:
    """The uploader's files; without any the page ends with a hint."""
    paths = take_files(label, key=key, many=many)
    if not paths:
        st.markdown(otherwise)
        end_page()
    return paths


def how_to_begin() -> str:
    """What an empty uploader is waiting for."""
    known = listed(sorted(recipe.title for recipe in shipped_recipes().values()))
    return (
        "Customers, invoices and payments make a start, in one file or in several. Read without "
        f"being told how: {known}, and tables with the column names of Goodwill's own. Another "
        "export is taught once, under *Map a file*."
    )


def put_away(key: str) -> None:
    """Empty the uploader: what it held has been loaded."""
    st.session_state[f"{key}_round"] = st.session_state.get(f"{key}_round", 0) + 1


def kept(file: st.runtime.uploaded_file_manager.UploadedFile) -> Path:
    """Write an upload to the session's folder once; the name is reduced to a plain file name."""
    store = st.session_state.get(KEPT)
    if store is None:
        store = st.session_state[KEPT] = Store()
    if file.file_id not in store.files:
        folder = store.folder / hashlib.sha256(file.file_id.encode()).hexdigest()[:16]
        folder.mkdir(exist_ok=True)
        path = folder / file_name(file.name)
        path.write_bytes(file.getbuffer())
        store.files[file.file_id] = path
    return store.files[file.file_id]


def read_files(paths: Sequence[Path], overrides: Mapping[str, object]) -> list[Staged]:
    """Each file as rows of text; a workbook may hold several."""
    return [
        staged
        for path in paths
        for staged in read_file(str(path), path.stat().st_size, tuple(sorted(overrides.items())))
    ]


@st.cache_resource(max_entries=16, show_spinner="Reading the file", scope="session")
def read_file(path: str, size: int, overrides: tuple) -> list[Staged]:
    # Beside the upload, so that it goes when the session goes.
    return stage(path, Path(path).parent / "staged", overrides=dict(overrides))


def saved_recipes_folder(workspace: Workspace | None) -> Path:
    return workspace.folder / "recipes" if workspace else Path("recipes-of-no-workspace")


def known_recipes(workspace: Workspace | None) -> dict[str, str]:
    """Every way to read a file, by name: our recipes, the company's own, and the tables."""
    own = {}
    for path in sorted(saved_recipes_folder(workspace).glob("*.yaml")):
        recipe = read_recipe(path)
        own[recipe.name] = f"{recipe.title} (own recipe)"
    shipped = {name: recipe.title for name, recipe in shipped_recipes().items()}
    tables = {name: f"{label_of(name)}, columns as Goodwill names them" for name in TABLES}
    return own | shipped | tables


def ask_currency(place, *, key: str) -> str | None:
    """The currency of a file that names none; without an answer, the workspace's own."""
    given = place.text_input(
        "Currency of amounts that name none",
        max_chars=3,
        placeholder="As in the workspace",
        help="Three letters, such as EUR or USD. Needed when the file has no column of currencies "
        "and nothing has been loaded yet.",
        key=f"{key}_currency",
    )
    return given.strip().upper() or None


def ask_dialect(staged: Staged, *, key: str) -> dict[str, object]:
    """As `choose_dialect`, folded away: what was detected is mostly right."""
    with st.expander("How the file is written", icon=":material/tune:"):
        return choose_dialect(staged, key=key)


def choose_dialect(staged: Staged, *, key: str) -> dict[str, object]:
    """What was detected about a file, with a way to say otherwise."""
    found = staged.dialect
    asked = {"decimal": ("Decimal mark", DECIMALS), "date_order": ("Order of dates", DATE_ORDERS)}
    if found.kind == "csv":
        asked = {
            "delimiter": ("Delimiter", DELIMITERS),
            "encoding": ("Encoding", ENCODINGS),
        } | asked
    stated: dict[str, object] = {}
    with st.container(horizontal=True, gap="small"):
        for field, (label, choices) in asked.items():
            detected = getattr(found, field)
            said = choices.get(detected, detected) if detected else "column by column"
            answer = st.selectbox(
                label,
                ["", *choices],
                format_func=lambda value, choices=choices, said=said: (
                    choices[value] if value else f"Detected: {said}"
                ),
                key=f"{key}_{field}",
                width=240,
            )
            if answer:
                stated[field] = answer
        if found.kind in ("csv", "excel"):
            line = st.number_input(
                "Header on line",
                min_value=0,
                value=None,
                placeholder=f"Detected: {found.header_row}",
                key=f"{key}_header_row",
                width=180,
            )
            if line is not None:
                stated["header_row"] = int(line)
    return stated


def show_before(staged: Staged) -> None:
    """The first rows as they stand in the file."""
    st.markdown(
        f"**{escape(staged.source)}**: {count_of(staged.n_rows, 'row')} and "
        f"{count_of(len(staged.columns), 'column')}."
        + (f" Above the header: {escape(' / '.join(staged.titles), longest=200)}."
           if staged.titles else "")
    )  # fmt: skip
    show_first_rows(first_rows(staged), f"First rows of {staged.source} as they stand in the file")
    for note in staged.notes:
        st.caption(escape(note, longest=400))


def show_after(
    staged: Staged, wanted: str | Recipe | None, workspace: Workspace | None, currency: str | None
) -> None:
    """The first rows as they would be loaded, by table."""
    code = currency or (workspace.settings.reporting_currency if workspace else None)
    read = preview(
        staged,
        wanted,
        saved_recipes_folder(workspace),
        options={"currency": code} if code else {},
    )
    how = f": {escape(read.why, longest=200)}" if read.why else "."
    st.markdown(f"Read as **{escape(read.recipe.title)}**{how}")
    tabs = st.tabs([label_of(name) for name in read.after])
    for tab, (name, rows) in zip(tabs, read.after.items(), strict=True):
        with tab:
            show_first_rows(rows, f"First rows as {label_of(name).lower()}")


def show_first_rows(rows: pd.DataFrame, alt: str) -> None:
    st.dataframe(
        rows,
        hide_index=True,
        placeholder="",
        height=min(320, 38 * (len(rows) + 1)),
        column_config=columns_of(rows),
        alt=alt,
    )


def rehearsed(
    paths: Sequence[Path], workspace: Workspace | None, *, key: str, **options: object
) -> Rehearsal | None:
    """What the import would do; large files are rehearsed only when asked for."""
    current = workspace.current() if workspace else None
    version = (
        tuple(map(str, paths)),
        current.id if current else None,
        repr(sorted(options.items())),
    )
    done = st.session_state.get(key)
    if done is not None and done[0] == version:
        return done[1]
    small = sum(path.stat().st_size for path in paths) <= SMALL
    asked = small or st.button(
        "Check without loading", icon=":material/fact_check:", key=f"{key}_ask"
    )
    if not asked:
        return None
    with st.spinner("Checking every row"):
        result = rehearse(list(paths), workspace, **options)
    st.session_state[key] = (version, result)
    return result

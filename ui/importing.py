"""Carrying out an import from a page: progress while it runs, its report afterwards."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from ui import url_state
from ui.frame import workspace_folder
from ui.intake import put_away
from ui.text import escape
from warehouse.load import load, user_of_this_computer
from warehouse.workspace import Workspace

__all__ = ["REPORT", "carry_out", "files_in_words", "who_imports"]

#: Where the report of the session's last import is kept.
REPORT = "import_report"


def who_imports(place) -> str:
    """The name for the history: who is signed in, else who says so."""
    signed_in = st.user.get("email") if st.user.get("is_logged_in") else None
    if signed_in:
        return str(signed_in)
    named = place.text_input(
        "Imported by", key="who_imports", max_chars=60, placeholder=user_of_this_computer(),
        persist_state="session",
    )  # fmt: skip
    return named.strip() or user_of_this_computer()


def carry_out(paths: Sequence[Path], *, key: str, **options: object) -> None:
    """Load `paths` into the workspace, making it if there is none, and start the page anew.

    `key` is that of the uploader they came from.
    """
    bar = st.progress(0.0, "Starting")
    workspace = Workspace.create(workspace_folder())
    report = load(
        list(paths),
        workspace,
        progress=lambda share, doing: bar.progress(min(max(share, 0.0), 1.0), escape(doing)),
        **options,
    )
    st.session_state[REPORT] = report.to_dict()
    if report.loaded:
        # A pinned day would hide what has just come in.
        url_state.set_value("as_of")
        put_away(key)
    st.rerun()


def files_in_words(files: Sequence[Mapping[str, object]]) -> str:
    """The files of an import, of many the first.

    >>> files_in_words([{"name": "a.csv"}, {"name": "b.csv"}, {"name": "c.csv"}])
    'a.csv and 2 more'
    """
    names = [str(file.get("name", "")) for file in files]
    if len(names) < 3:
        return " and ".join(names)
    return f"{names[0]} and {len(names) - 1} more"

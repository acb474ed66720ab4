"""Load: see how a file is read and what would be refused, then import it."""

import streamlit as st

from ui.accounting import show_import, show_rehearsal
from ui.errors import explained
from ui.frame import open_workspace, workspace_folder
from ui.importing import carry_out, who_imports
from ui.intake import (
    ask_currency,
    ask_dialect,
    begin_import,
    how_to_begin,
    known_recipes,
    read_files,
    rehearsed,
    show_after,
    show_before,
)

AUTOMATIC = ""
MODES = {
    "upsert": "Add, and replace rows with the same key",
    "replace": "Replace the whole of each table in the file",
}

st.title("Load")
st.markdown(
    "Bring an export. You see how it is read and what would be refused before anything counts."
)

workspace = open_workspace()
show_import()
with explained():
    paths = begin_import(
        "Files to load",
        key="load",
        many=True,
        otherwise=f"{how_to_begin()}  \nFrom a terminal, for large files and databases: "
        f"`python -m warehouse load FILE --workspace {workspace_folder().name}`",
    )
    recipes = known_recipes(workspace)
    left, right = st.columns(2)
    wanted = left.selectbox(
        "Read as",
        [AUTOMATIC, *recipes],
        format_func=lambda name: recipes.get(name, "Recognised by its columns"),
    )
    mode = right.selectbox("Rows already loaded", list(MODES), format_func=MODES.__getitem__)
    currency = ask_currency(left, key="load")
    who = who_imports(right)
    stated = {}
    if len(paths) == 1:
        stated = ask_dialect(read_files(paths, {})[0], key="load")

    options = {
        "recipe": wanted or None,
        "mode": mode,
        "currency": currency,
        "overrides": stated,
    }
    st.subheader("Before and after")
    for staged in read_files(paths, stated):
        with explained():
            show_before(staged)
            show_after(staged, wanted or None, workspace, currency)

    st.subheader("What would be refused")
    rehearsal = rehearsed(paths, workspace, key="load_rehearsal", **options)
    if rehearsal is not None:
        show_rehearsal(rehearsal)
    nothing = rehearsal is not None and not rehearsal.report.accepted
    if st.button("Load", icon=":material/upload:", disabled=nothing):
        carry_out(paths, key="load", who=who, **options)

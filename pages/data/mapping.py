"""Map a file: teach Goodwill a file it does not know, and keep that as a recipe."""

import streamlit as st

from ui.accounting import show_import, show_rehearsal
from ui.errors import explained
from ui.frame import open_workspace, workspace_folder
from ui.importing import carry_out, who_imports
from ui.intake import (
    ask_currency,
    ask_dialect,
    begin_import,
    read_files,
    rehearsed,
    show_after,
    show_before,
)
from ui.mapping import edit_mapping, name_recipe, recipe_from, save
from warehouse.workspace import Workspace

st.title("Map a file")
st.markdown(
    "Teach Goodwill a file it does not know. What you answer is kept as a recipe for the next one."
)

workspace = open_workspace()
show_import()
with explained():
    paths = begin_import(
        "A file to map",
        key="mapping",
        many=False,
        otherwise="Known exports need no mapping: load them on the Load page.",
    )
    stated = ask_dialect(read_files(paths, {})[0], key="mapping")
    parts = read_files(paths, stated)
    staged = parts[0]
    if len(parts) > 1:
        chosen = st.selectbox("Sheet", [part.source for part in parts])
        staged = next(part for part in parts if part.source == chosen)
    st.subheader("Before")
    show_before(staged)

    st.subheader("What each column becomes")
    st.markdown(
        "The guesses rest on headings and values. Correct what is wrong, empty what is not needed."
    )
    said = edit_mapping(staged)
    left, right = st.columns(2)
    with left:
        name = name_recipe(staged, workspace)
    currency = ask_currency(right, key="mapping")
    recipe = recipe_from(said, staged, name)

    st.subheader("After")
    show_after(staged, recipe, workspace, currency)

    st.subheader("What would be refused")
    options = {"recipe": recipe, "mode": "upsert", "currency": currency, "overrides": stated}
    rehearsal = rehearsed(paths, workspace, key="mapping_rehearsal", **options)
    if rehearsal is not None:
        show_rehearsal(rehearsal)
    who = who_imports(st)
    nothing = rehearsal is not None and not rehearsal.report.accepted
    with st.container(horizontal=True):
        if st.button("Save the recipe", icon=":material/save:"):
            save(recipe, Workspace.create(workspace_folder()))
        if st.button("Save and load", icon=":material/upload:", disabled=nothing):
            save(recipe, Workspace.create(workspace_folder()))
            carry_out(paths, key="mapping", who=who, **options)

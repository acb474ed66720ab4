"""Naming personas: what people call them, kept in the workspace and taken back."""

import streamlit as st

from analyses.persona_names import can_undo, keep, undo
from models.persona_names import LONGEST_NAME
from models.personas import Personas
from ui.errors import explained
from ui.frame import View
from ui.text import count_of, escape, listed
from warehouse.workspace import Workspace

__all__ = ["name_form", "recognised_sentence"]

#: What became of a persona that was kept, of one and of several.
STATES = (
    ("as kept", "is where it was", "are where they were"),
    ("drifted", "has drifted", "have drifted"),
    ("new", "is new", "are new"),
)


def recognised_sentence(personas: Personas) -> str:
    """Which personas are those that were kept, which moved, which are new and which are gone."""
    seen = personas.table["seen"]
    if not personas.gone and (seen == "not kept").all():
        return (
            "The names say what sets each apart. Give them your own below: they are kept, and the "
            "next import finds the same personas again under them."
        )
    said = []
    for state, one, many in STATES:
        names = [escape(name) for name in personas.table.loc[seen == state, "persona"]]
        if names:
            said.append(f"{listed(names)} {one if len(names) == 1 else many}")
    if personas.gone:
        gone = [escape(name) for name in personas.gone]
        said.append(f"{listed(gone)} {'is' if len(gone) == 1 else 'are'} no longer found")
    return "Beside the personas that were kept: " + "; ".join(said) + "."


def name_form(view: View, personas: Personas) -> None:
    """A field a persona, and the way back from the last change."""
    settings = Workspace.open(view.folder).settings
    box = st.expander("Name the personas", icon=":material/edit:")
    if view.filters:
        box.caption("Names are those of all customers' personas. Clear the filters to change them.")
        return
    with box, st.form("persona_names", border=False):
        names = {
            name: st.text_input(
                f"Suggested: {suggested}",
                name,
                max_chars=LONGEST_NAME,
                # Another form after each change: a field would else keep what was typed.
                key=f"name_{view.decisions}_{place}",
            )
            for place, (name, suggested) in enumerate(
                zip(personas.table["persona"], personas.table["suggested"], strict=True)
            )
        }
        saved = st.form_submit_button("Keep these names", icon=":material/save:")
    if saved:
        with explained():
            keep(settings, personas, names)
            st.toast(f"Kept the names of {count_of(len(names), 'persona')}.")
            # The view was drawn with the names that held before.
            st.rerun()
    if can_undo(settings):
        box.button(
            "Take back the last change of names",
            icon=":material/undo:",
            type="tertiary",
            on_click=undo,
            args=(settings,),
        )

"""Comments on figures: read and written beside the receipt, and listed on a page."""

import pandas as pd
import streamlit as st

from analyses.comments import (
    LONGEST,
    keep_comment,
    kept_comments,
    remove_comment,
    restore_comment,
)
from models.figures import DEFINITIONS
from ui.errors import explained
from ui.frame import View, workspace_folder
from ui.signing import name_of_writer, who_writes
from ui.text import date, escape, moment
from warehouse.settings import Settings
from warehouse.workspace import Workspace

__all__ = ["comment_form", "said_of", "show_all_comments", "show_comments"]


def settings_of_workspace() -> Settings:
    return Workspace.open(workspace_folder()).settings


def show_comments(view: View, figure_id: str) -> None:
    """What was said of a figure, and a place to say more."""
    settings = settings_of_workspace()
    above = st.container()
    comment_form(view, figure_id, settings)
    # Drawn last and shown first, so that what was just written is among it.
    with above:
        said = kept_comments(settings, [figure_id])
        nobody = "" if len(said) else "  \n:gray[Nobody wrote any yet.]"
        st.markdown(f"**Comments**{nobody}")
        for _, row in said.iterrows():
            st.markdown(said_of(row))


def said_of(row: pd.Series) -> str:
    """One comment in Markdown: who, when, about which point, and the words as words."""
    at = moment(row["at"].isoformat()) if pd.notna(row["at"]) else "at an unknown time"
    about = f" about {date(row['point'])}" if pd.notna(row["point"]) else ""
    seen = f", looking at {date(row['as_of'])}" if pd.notna(row["as_of"]) else ""
    text = escape(row["text"], longest=LONGEST)
    return f"{text}  \n:gray[{escape(row['who'])}, {at}{about}{seen}]"


def comment_form(
    view: View,
    figure_id: str,
    settings: Settings,
    *,
    points: list[pd.Timestamp] | None = None,
    place: str = "receipt",
) -> bool:
    """A form that keeps a comment on a figure or on a point of its course; whether it did."""
    with st.form(f"comment_{place}_{figure_id}", clear_on_submit=True, border=False):
        text = st.text_area("Your comment", max_chars=LONGEST, height=80)
        left, right = st.columns(2)
        with left:
            who = st.text_input("Your name", name_of_writer(), max_chars=60)
        chosen = None
        if points:
            with right:
                chosen = st.selectbox("About", [None, *points[::-1]], format_func=point_in_words)
        kept = st.form_submit_button("Keep the comment", icon=":material/add_comment:")
    done = False
    if kept:
        with explained():
            point = None if chosen is None else pd.Timestamp(chosen).date()
            keep_comment(settings, figure_id, text, who=who, as_of=view.as_of, point=point)
            st.session_state["who_writes"], done = who, True
    return done


def point_in_words(point: pd.Timestamp | None) -> str:
    return "The figure as a whole" if point is None else f"The quarter up to {date(point)}"


def show_all_comments(settings: Settings) -> None:
    """Every comment with what it is about; each can be taken back, and brought back again."""
    said = kept_comments(settings)
    gone = kept_comments(settings, removed=True)
    if said.empty and gone.empty:
        st.info(
            "Nobody has written a comment yet. Open the receipt of any figure and write one: it "
            "is kept with your name and the day.",
            icon=":material/info:",
        )
        return
    who = who_writes()
    for _, row in said.iterrows():
        with st.container(border=True):
            st.markdown(f"**{DEFINITIONS[row['about']].label}**  \n{said_of(row)}")
            st.button(
                "Take it back",
                key=f"remove_{row['known_by']}",
                icon=":material/delete:",
                type="tertiary",
                on_click=remove_comment,
                args=(settings, row["known_by"]),
                kwargs={"who": who},
            )
    if len(gone):
        with st.expander(f"Taken back ({len(gone)})"):
            for _, row in gone.iterrows():
                st.markdown(f"**{DEFINITIONS[row['about']].label}**  \n{said_of(row)}")
                st.button(
                    "Bring it back",
                    key=f"restore_{row['known_by']}",
                    icon=":material/undo:",
                    type="tertiary",
                    on_click=restore_comment,
                    args=(settings, row["known_by"]),
                    kwargs={"who": who},
                )

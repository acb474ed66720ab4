"""Comments: read and written beside a receipt and under a chart, and listed on a page."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import pandas as pd
import streamlit as st

from analyses.comments import (
    LONGEST,
    keep_chart_comment,
    keep_comment,
    kept_comments,
    remove_comment,
    restore_comment,
)
from models.figures import DEFINITIONS
from ui.errors import explained
from ui.frame import VIEW, View, workspace_folder
from ui.signing import name_of_writer, who_writes
from ui.text import count_of, date, escape, moment
from warehouse.settings import Settings
from warehouse.workspace import Workspace

__all__ = ["PAGE", "comment_form", "offer_chart_comments", "said_of", "show_all_comments",
           "show_comments"]  # fmt: skip

#: Where the session knows the title of its page.
PAGE = "page_title"


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
    if isinstance(row["spot"], str) and row["spot"]:
        about = f" about {escape(row['spot'], longest=120)}"
    seen = f", looking at {date(row['as_of'])}" if pd.notna(row["as_of"]) else ""
    text = escape(row["text"], longest=LONGEST)
    return f"{text}  \n:gray[{escape(row['who'])}, {at}{about}{seen}]"


def subject_of(row: pd.Series) -> str:
    """What a comment is on, in Markdown."""
    if isinstance(row["about"], str):
        return DEFINITIONS[row["about"]].label
    return escape(row["chart"], longest=200)


def offer_chart_comments(name: str, points: Callable[[], list[str]], *, key: str) -> None:
    """A button under a chart to what was said of it and its points, and to a form to say more.

    Until it is opened nothing is read: it costs a redraw no more than a button does.

    Parameters
    ----------
    name : str
        What the chart draws; with the title of its page, what comments are kept under.
    points : callable
        Gives the points of the chart in words, asked for when somebody looks.
    key : str
        Another one for each chart of a page.
    """
    view, page = st.session_state.get(VIEW), st.session_state.get(PAGE)
    if view is None or page is None:
        return
    chart = f"{page}: {name[:1].lower()}{name[1:]}"
    settings = settings_of_workspace()
    n = said_by_chart(str(settings.path), written_at(Path(settings.path))).get(chart, 0)
    box = st.popover(
        count_of(n, "comment") if n else "Comment", icon=":material/comment:", type="tertiary",
        key=key_of_box(chart, key), on_change="rerun",
        help=f"What was written on this chart, {name[:1].lower()}{name[1:]}, or on a point of it",
    )  # fmt: skip
    if not box.open:
        return
    with box:
        above = st.container()
        chart_form(view, chart, settings, points(), key=key)
        # Drawn last and shown first, so that what was just written is among it.
        with above:
            said = kept_comments(settings)
            for _, row in said[said["chart"] == chart].iterrows():
                st.markdown(said_of(row))


def key_of_box(chart: str, key: str) -> str:
    """Short, whatever sentence tells a chart from the others of its page."""
    return f"comments_{crc32(f'{chart}|{key}'.encode())}"


def written_at(path: Path) -> tuple[int, int]:
    """Another one whenever somebody has written something into the workspace."""
    found = path.stat()
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=4)
def said_by_chart(path: str, written: tuple[int, int]) -> Mapping[str, int]:
    """How many comments each chart has; every chart of a page asks, at every redraw."""
    return Counter(kept_comments(Settings(path))["chart"].dropna())


def chart_form(view: View, chart: str, settings: Settings, points: list[str], *, key: str) -> None:
    """A form that keeps a comment on a chart or on a point of it."""
    with st.form(f"chart_comment_{chart}_{key}", clear_on_submit=True, border=False):
        text = st.text_area("Your comment", max_chars=LONGEST, height=80)
        spot = None
        if points:
            spot = st.selectbox(
                "About", [None, *points],
                format_func=lambda point: "The chart as a whole" if point is None else point,
            )  # fmt: skip
        who = st.text_input("Your name", name_of_writer(), max_chars=60)
        kept = st.form_submit_button("Keep the comment", icon=":material/add_comment:")
    if kept:
        with explained():
            keep_chart_comment(settings, chart, text, who=who, as_of=view.as_of, spot=spot or "")
            st.session_state["who_writes"] = who


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
    return "The figure as a whole" if point is None else f"What it was on {date(point)}"


def show_all_comments(settings: Settings) -> None:
    """Every comment with what it is about; each can be taken back, and brought back again."""
    said = kept_comments(settings)
    gone = kept_comments(settings, removed=True)
    if said.empty and gone.empty:
        st.info(
            "Nobody has written a comment yet. Open the receipt of any figure, or the comments "
            "under any chart, and write one: it is kept with your name and the day.",
            icon=":material/info:",
        )
        return
    who = who_writes()
    for _, row in said.iterrows():
        with st.container(border=True):
            st.markdown(f"**{subject_of(row)}**  \n{said_of(row)}")
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
                st.markdown(f"**{subject_of(row)}**  \n{said_of(row)}")
                st.button(
                    "Bring it back",
                    key=f"restore_{row['known_by']}",
                    icon=":material/undo:",
                    type="tertiary",
                    on_click=restore_comment,
                    args=(settings, row["known_by"]),
                    kwargs={"who": who},
                )

"""The frame around every page: which company, as of when, and cut to whom."""

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import streamlit as st

from analyses.scope import Scope, filters_in_words, view_key
from ui import url_state
from ui.errors import end_page, explained, say
from ui.text import count_of, date, escape
from warehouse.segments import SEGMENTS, segment_values, segments_in
from warehouse.snapshot import MissingTable, Snapshot
from warehouse.workspace import Workspace

__all__ = ["View", "open_workspace", "require_view", "sidebar", "workspace_folder"]

VIEW, MISSING = "view", "missing"

#: What the sidebar cuts by. The other segments are offered where a page compares them.
SHARED_FILTERS = ("industry", "country", "region", "size", "terms", "billing_model")

#: A filter with more values than this is no longer chosen from a list.
MOST_VALUES = 400


@dataclass(frozen=True)
class View:
    """What every figure on a page depends on; `decisions` is the version of the settings."""

    folder: Path
    snapshot: Snapshot
    company: str
    currency: str
    as_of: dt.date
    filters: Mapping[str, tuple[str, ...]]
    decisions: str = ""

    @property
    def kept_by(self) -> tuple:
        """The view as results are kept by: the same rows in another place have the same ones."""
        return view_key(self.snapshot, self.scope, self.currency, self.decisions)

    @property
    def key(self) -> tuple:
        """The view as this process knows it, where what leads back to the rows is known too."""
        return str(self.snapshot.folder), self.snapshot.id, *self.kept_by

    @property
    def scope(self) -> Scope:
        """What analyses are asked."""
        return Scope(as_of=self.as_of, filters=dict(self.filters))

    @property
    def unfiltered(self) -> "View":
        """The same of all customers."""
        return replace(self, filters={}) if self.filters else self

    @property
    def filters_in_words(self) -> str:
        return filters_in_words(self.filters)


def workspace_folder() -> Path:
    """The folder of the one company this server shows."""
    return Path(os.environ.get("GOODWILL_WORKSPACE") or "workspace")


def open_workspace() -> Workspace | None:
    """The workspace, or None where there is none yet."""
    folder = workspace_folder()
    if not folder.is_dir():
        return None
    return Workspace.open(folder)


def require_view() -> View:
    """What the page is to show; without data, an invitation to load some, and the page ends."""
    view = st.session_state.get(VIEW)
    if view is None:
        invite()
        end_page()
    return view


def sidebar() -> None:
    """Draw the shared controls and keep what they say for the page."""
    st.session_state[VIEW] = st.session_state[MISSING] = None
    with st.sidebar, explained():
        workspace = open_workspace()
        snapshot = workspace.current() if workspace else None
        if snapshot is None:
            st.caption("No data has been loaded yet.")
            return
        try:
            first, newest, currency, values = contents(
                str(workspace.folder), snapshot.id, _snapshot=snapshot
            )
        except MissingTable as error:
            st.session_state[MISSING] = str(error)
            st.caption("Not every table that is needed has been loaded.")
            return
        company = workspace.company
        st.markdown(f"**{escape(company)}**  \n:gray[Figures in {escape(currency)}]")
        default = workspace.settings.as_of or newest
        as_of = url_state.pick_date(
            "As of",
            "as_of",
            default=default,
            low=first,
            high=max(default, newest),
            help="Everything is computed as it stood on this day. Nothing that happened after it "
            "is read.",
        )
        if as_of != default:
            st.button(
                f"Back to {date(default)}",
                icon=":material/update:",
                type="tertiary",
                on_click=url_state.set_value,
                args=("as_of",),
            )
        filters = choose_filters(values)
        st.session_state[VIEW] = View(
            folder=workspace.folder,
            snapshot=snapshot,
            company=company,
            currency=currency,
            as_of=as_of,
            filters=filters,
            decisions=workspace.settings.version(),
        )


def choose_filters(values: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    # Drawn when opened: lists of values that nobody looks at would slow every answer.
    box = st.expander(
        "Filters", icon=":material/filter_list:", key="filters_box", on_change="rerun"
    )
    with box:
        chosen = {
            name: url_state.choose_many(
                SEGMENTS[name], name, options, drawn=bool(box.open), placeholder="All"
            )
            for name, options in values.items()
        }
    filters = {name: chosen_values for name, chosen_values in chosen.items() if chosen_values}
    if filters:
        st.caption(f":material/filter_alt: Cut by {count_of(len(filters), 'filter')}: "
                   + escape(filters_in_words(filters), longest=160))  # fmt: skip
        st.button(
            "Clear filters",
            icon=":material/filter_alt_off:",
            type="tertiary",
            on_click=clear,
            args=(tuple(filters),),
        )
    return filters


def clear(names: tuple[str, ...]) -> None:
    for name in names:
        url_state.set_value(name)


@st.cache_data(max_entries=8, show_spinner=False)
def contents(
    folder: str, snapshot_id: str, _snapshot: Snapshot
) -> tuple[dt.date, dt.date, str, dict[str, list[str]]]:
    """First and newest day, currency, and the values there are to filter by."""
    with _snapshot.tables() as tables:
        tables.require("customers", "invoices", "payments")
        first = pd.Timestamp(tables["invoices"].issued_on.min().to_pandas()).date()
        newest = tables.newest_date
        values = {}
        for name in segments_in(tables):
            if name in SHARED_FILTERS:
                found = segment_values(tables, name, newest)
                if 1 < len(found) <= MOST_VALUES:
                    values[name] = found
    return first, newest, tables.reporting_currency, values


def invite() -> None:
    """An empty workspace, and the two ways to fill it."""
    with st.container(border=True):
        missing = st.session_state.get(MISSING)
        if missing is None:
            st.subheader("Nothing has been loaded yet")
        else:
            st.subheader("There is not enough to go by yet")
            st.warning(say(missing), icon=":material/info:")
        st.markdown(
            "Goodwill reads customers, invoices and payments. Once they are loaded this page "
            "fills itself; nothing else has to be set up."
        )
        left, right = st.columns(2)
        with left:
            st.markdown("**Your own data**  \nAn export from your accounting system, as CSV, "
                        "Excel, Parquet or JSON lines.")  # fmt: skip
            st.page_link("pages/data/load.py", label="Load a file", icon=":material/upload_file:")
        with right:
            st.markdown("**The sample company**  \nFrom the folder of the program, in a terminal:")
            st.code("make sample", language="bash")

"""Choosing what to compare by, among what the data can tell apart."""

import streamlit as st

from ui import url_state
from ui.frame import View
from warehouse.segments import SEGMENTS, segments_in
from warehouse.snapshot import Snapshot

__all__ = ["choose_segment"]


def choose_segment(view: View, name: str, *, none: str | None = None) -> str | None:
    """The segment to compare by; with `none`, a first choice of that name that compares nothing."""
    present = available(str(view.folder), view.snapshot.id, _snapshot=view.snapshot)
    options = {segment: SEGMENTS[segment] for segment in present}
    if none is not None:
        options = {"none": none, **options}
    chosen = url_state.choose("Compare by", name, options, kind=st.selectbox, width=250)
    return None if chosen == "none" else chosen


@st.cache_data(max_entries=8, show_spinner=False)
def available(folder: str, snapshot_id: str, _snapshot: Snapshot) -> list[str]:
    with _snapshot.tables() as tables:
        return segments_in(tables)

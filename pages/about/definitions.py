"""Definitions: every figure in one sentence and one formula."""

import streamlit as st

from models.figures import DEFINITIONS
from ui import url_state
from ui.definitions import matching
from ui.text import escape, label_of

UNITS = {
    "money": "Money in the reporting currency",
    "days": "Days",
    "months": "Months",
    "share": "Share, shown in percent",
    "count": "Count",
    "date": "Date",
    "score": "Number on a scale of its own",
    "ratio": "Ratio, with two decimals",
}
BETTER = {True: "Lower is better", False: "Higher is better", None: "Neither way is better"}

st.title("Definitions")
st.markdown(
    "What each figure means and how it is computed, the same on every page, slide and file."
)

wanted = url_state.write_in(
    "Search", "search", default="", max_chars=60, icon=":material/search:",
    placeholder="overdue, DSO, collected …",
)  # fmt: skip
found = matching(DEFINITIONS.values(), wanted)
if not found:
    st.info(
        f"No definition mentions “{escape(wanted)}”. Try one word of it.", icon=":material/info:"
    )

section = None
for definition in found:
    analysis = definition.id.split(".")[0]
    if analysis != section:
        section = analysis
        st.header(label_of(analysis))
    with st.container(border=True):
        st.subheader(definition.label, anchor=definition.id.replace(".", "-"))
        st.markdown(definition.sentence)
        st.code(definition.formula, language=None, wrap_lines=True)
        better = BETTER[definition.lower_is_better]
        about = f"{UNITS[definition.unit]}. {better}. Known to files as"
        # A caption is half transparent, and a name set apart in it too pale to read.
        st.markdown(f":small[:gray[{about}] `{definition.id}`]")

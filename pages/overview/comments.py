"""Comments: what people wrote on figures and charts, with their name and the day."""

import streamlit as st

from ui.comments import show_all_comments
from ui.errors import explained
from ui.frame import require_view
from warehouse.workspace import Workspace

st.title("Comments")
st.markdown("What people wrote on figures, on charts, and on single points of them.")
view = require_view()

with explained():
    show_all_comments(Workspace.open(view.folder).settings)

"""Entry point: the frame around every page. It holds no analysis and no data."""

import logging

import streamlit as st

from ui import url_state
from ui.comments import PAGE
from ui.errors import explained
from ui.frame import sidebar
from ui.memory import set_libraries_aside
from ui.navigation import pages
from ui.pace import NEW

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")

st.set_page_config("Goodwill", "ui/brand/mark.svg", layout="wide")
dark = st.context.theme.type == "dark"
st.logo(f"ui/brand/wordmark-{'dark' if dark else 'light'}.svg", icon_image="ui/brand/mark.svg",
        size="large")  # fmt: skip
page = st.navigation(pages(), expanded=True)

st.session_state[NEW] = st.session_state.get(PAGE) != page.title
st.session_state[PAGE] = page.title
with url_state.session():
    sidebar()
    with explained():
        page.run()
set_libraries_aside()

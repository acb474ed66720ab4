"""In which pace a page is sent to the browser that draws it."""

import time

import streamlit as st

__all__ = ["NEW", "let_browser_draw"]

#: Where the session knows whether its page was another one before this run.
NEW = "page_is_new"
#: Seconds in which a browser draws a few cards; their numbers come a third of a second after
#: their frames, where nothing else is sent meanwhile.
DRAWING_TAKES = 0.3


def let_browser_draw() -> None:
    """Wait a moment where the page is new, so that its reader soon sees the beginning of it.

    A browser draws all that has come by the time it begins to, and shows none of it before the
    last of it is done: a long page that is sent at once appears at once, and late.
    """
    if st.session_state.get(NEW):
        time.sleep(DRAWING_TAKES)

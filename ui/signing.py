"""The name under which what people write is kept."""

import getpass

import streamlit as st

__all__ = ["name_of_writer", "who_writes"]


def who_writes() -> str:
    """The name under which notes are kept; asked for once in a session."""
    # The name outlives its field, which another page does not draw.
    st.session_state["who_writes"] = st.text_input(
        "Your name, kept with what you note", name_of_writer(), max_chars=60, width=280
    )
    return st.session_state["who_writes"]


def name_of_writer() -> str:
    """The name that was given last in this session, at first that of the computer's user."""
    return st.session_state.setdefault("who_writes", user_of_this_computer())


def user_of_this_computer() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run under a number without a name
        return "unknown"

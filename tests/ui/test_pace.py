"""A new page is sent with pauses in which it is drawn; an answer to its reader is not."""

import time

import pytest
import streamlit as st

from ui.pace import DRAWING_TAKES, NEW, let_browser_draw


@pytest.mark.parametrize("new", [True, False, None])
def test_only_a_page_that_is_new_is_waited_for(monkeypatch, new):
    waited = []
    monkeypatch.setattr(time, "sleep", waited.append)
    monkeypatch.setattr(st, "session_state", {} if new is None else {NEW: new})
    let_browser_draw()
    assert waited == ([DRAWING_TAKES] if new else [])

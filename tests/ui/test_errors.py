import logging

import pytest
from streamlit.testing.v1 import AppTest


def ours():
    import streamlit as st

    from models.figures import Figure
    from ui.errors import explained

    with explained():
        Figure("no.such", 1.0, None, None, 1, None)
    st.write("the page goes on")


def a_librarys():
    import numpy as np
    import streamlit as st

    from ui.errors import explained

    with explained():
        np.zeros(3).reshape(2, 2)
    st.write("the page goes on")


def unforeseen():
    import streamlit as st

    from ui.errors import explained

    with explained():
        {}["secret row"]
    st.write("the page goes on")


def run(script) -> AppTest:
    at = AppTest.from_function(script, default_timeout=60).run()
    assert not at.exception
    assert at.markdown[-1].value == "the page goes on"
    return at


def test_our_own_words_are_shown_as_a_warning():
    at = run(ours)
    assert at.warning[0].value.startswith("The figure 'no\\.such' has no definition")
    assert not at.error


@pytest.mark.parametrize("script", [a_librarys, unforeseen])
def test_anything_else_is_a_calm_sentence_and_a_reference_to_the_log(script, caplog):
    with caplog.at_level(logging.ERROR, logger="goodwill"):
        at = run(script)
    message = at.error[0].value
    reference = message.split("**")[1]
    assert reference in caplog.text
    assert "Traceback" in caplog.text
    for leak in ("secret row", "reshape", "Error", "Traceback"):
        assert leak not in message

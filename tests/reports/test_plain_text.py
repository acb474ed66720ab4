import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from reports.plain_text import plain

# Surrogates too: a reader of broken files may hand them on.
ANYTHING = st.text(st.characters(), max_size=300)


@given(ANYTHING)
def test_any_text_can_be_written_to_a_document(text):
    element = etree.Element("t")
    element.text = plain(text)
    assert etree.fromstring(etree.tostring(element)).text == (plain(text) or None)


@given(ANYTHING, st.integers(1, 60))
def test_text_never_grows_beyond_its_place(text, longest):
    assert len(plain(text, longest=longest)) <= longest


@given(ANYTHING)
def test_text_is_one_line(text):
    assert len(plain(text).splitlines()) <= 1


def test_cut_is_shown():
    assert plain("x" * 10_000, longest=20) == "x" * 19 + "…"


@pytest.mark.parametrize("text", ["=1+1", "<script>alert(1)</script>", "Ærø & Søn", "日本"])
def test_words_stay_as_they_are(text):
    assert plain(text) == text


def test_marks_that_turn_the_text_around_are_left_out():
    assert plain("Acme \u202e00,001\u202c Ltd") == "Acme 00,001 Ltd"

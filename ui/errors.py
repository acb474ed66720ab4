"""What a page says when something does not work: plain words, never a traceback."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import streamlit as st

from models.refusal import is_ours
from ui.text import escape_around_names

__all__ = ["PageEnds", "end_page", "explained", "say"]

log = logging.getLogger("goodwill")


class PageEnds(Exception):
    """The page has said what there is to say."""


def end_page() -> NoReturn:
    """End the page here. After `st.stop` not even the address could be written any more."""
    raise PageEnds


@contextmanager
def explained(*, ends_page: bool = False) -> Iterator[None]:
    """Show what went wrong in place of what could not be shown; the rest of the page goes on.

    With `ends_page` it does not: nothing below can be shown without what was to be found here.
    """
    try:
        yield
        return
    except PageEnds:
        raise
    except ValueError as error:
        if is_ours(error):
            st.warning(say(error), icon=":material/info:")
        else:
            unforeseen(error)
    except Exception as error:  # whatever it is, the visitor gets a reference and the log the rest
        unforeseen(error)
    if ends_page:
        end_page()


def say(error: BaseException | str) -> str:
    """An error's own words, safe to print: data in them stays data, `names` stay set apart."""
    return escape_around_names(error)


def unforeseen(error: Exception) -> None:
    reference = secrets.token_hex(4)
    log.error("Reference %s", reference, exc_info=error)
    st.error(
        f"This part could not be shown because of a fault in the program. Your data is as it was. "
        f"The log holds the details under reference **{reference}**.",
        icon=":material/report:",
    )

"""The one way a control lives in the URL, so that a copied link shows the same view.

A control has three places: its **value** (a string or list of strings under a key that is
no widget's, so that Streamlit does not drop it when the page changes), its **widget**
(seeded with the value before each run; `on_change` copies it back) and the **URL** (written
when the run ends). The URL is read when it is not the one that was last written: on load,
on a pasted link and on the browser's back and forward. What it holds is checked; what is
not understood is ignored, and the visitor is told.
"""

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from ui.errors import PageEnds, explained
from ui.text import escape, label_of, listed

__all__ = [
    "choose",
    "choose_many",
    "current",
    "fragment",
    "pick_date",
    "session",
    "set_value",
    "slide",
    "write_in",
]

STATE = "url_state"

Words = tuple[str, ...]


@dataclass
class State:
    """What this session knows: values by name, and what the URL said and was told.

    `whole` is true while the app runs as a whole, and not one fragment of it.
    """

    values: dict[str, Words] = field(default_factory=dict)
    arrived: Mapping[str, Words] | None = None
    written: Mapping[str, Words] | None = None
    declared: dict[str, Words] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    whole: bool = False


class Unreadable(ValueError):
    """The URL holds a value that this control does not offer."""


def state() -> State:
    return st.session_state.setdefault(STATE, State())


@contextmanager
def session() -> Iterator[None]:
    """Wrap one run of the app: take in the URL before, write it after."""
    now = state()
    url = {name: tuple(st.query_params.get_all(name)) for name in st.query_params}
    now.arrived = arriving(url, now.written)
    now.declared, now.notes, now.whole = {}, [], True
    try:
        yield
    except RerunException:
        # Cut short by the next click, before the controls further down were reached: the
        # URL is left as it came, and the next run takes it in as a whole.
        raise
    except PageEnds:
        settle(now)
    else:
        settle(now, complete=True)


def fragment(body: Callable[..., None]) -> Callable[..., None]:
    """As `st.fragment` for a part of a page with controls of its own.

    A fragment's run never reaches the end of the app, so it writes the URL itself, and does
    so last: the browser draws the answer first and turns to its address bar afterwards.
    """

    @st.fragment
    @functools.wraps(body)
    def run(*args: Any, **options: Any) -> None:
        # What a fragment raises would reach its page as a fault of Streamlit's.
        with explained():
            body(*args, **options)
        now = state()
        if not now.whole:
            write(now)

    return run


def settle(now: State, *, complete: bool = False) -> None:
    """End of a run: the URL says what the page shows, and the visitor what was not understood."""
    if now.arrived and complete:
        unknown = sorted(set(now.arrived) - set(now.declared))
        if unknown:
            named = listed([f"“{escape(name, longest=30)}”" for name in unknown])
            now.notes.append(f"This page has no setting called {named}")
    now.arrived, now.whole = None, False
    write(now)
    if now.notes:
        # A control that is read twice says the same twice.
        said = ". ".join(dict.fromkeys(now.notes))
        st.toast(
            f"Part of the link was not understood and was ignored. {said}.",
            icon=":material/link_off:",
            duration="long",
        )


def arriving(
    url: Mapping[str, Words], written: Mapping[str, Words] | None
) -> Mapping[str, Words] | None:
    """The URL's parameters if the visitor brought them, else None.

    An empty URL brings nothing: Streamlit empties it on every change of page, and
    every page writes at least its as-of date.
    """
    return None if not url or url == written else url


def write(now: State) -> None:
    """Put the controls of this page into the URL."""
    url = {name: words for name, words in now.declared.items() if words}
    now.written = url
    if {name: tuple(st.query_params.get_all(name)) for name in st.query_params} != url:
        st.query_params.from_dict({name: list(words) for name, words in url.items()})


def set_value(name: str, *words: str) -> None:
    """Set a control from code, for a button's callback; no words put it back to its default."""
    now = state()
    if words:
        now.values[name] = words
    else:
        now.values.pop(name, None)


def current(
    name: str,
    decode: Callable[[Words], Any],
    encode: Callable[[Any], Words],
    default: Any,
    *,
    always: bool = False,
) -> Any:
    """The value of control `name`, from the URL if that has just arrived, else as it stands."""
    now = state()
    if now.arrived is not None:
        now.values.pop(name, None)
        if name in now.arrived:
            now.values[name] = now.arrived[name]
    value = default
    if name in now.values:
        try:
            value = decode(now.values[name])
        except ValueError as error:
            # Only a link's value is the visitor's to correct; a remembered one has merely
            # gone out of the data (another import, another as-of date).
            if now.arrived is not None:
                now.notes.append(f"{label_of(name)}: {error}")
            del now.values[name]
    is_default = encode(value) == encode(default)
    if is_default:
        now.values.pop(name, None)
    now.declared[name] = () if is_default and not always else encode(value)
    return value


def copy_back(name: str, widget: str, encode: Callable[[Any], Words], default: Any, always: bool):
    """The widget's new value becomes the control's; the run that follows writes the URL."""
    now = state()
    value = st.session_state[widget]
    if value is None:
        value = default
    words = encode(value)
    is_default = words == encode(default)
    if is_default:
        now.values.pop(name, None)
    else:
        now.values[name] = words
    now.declared[name] = () if is_default and not always else words


def bound(
    name: str,
    decode: Callable[[Words], Any],
    encode: Callable[[Any], Words],
    default: Any,
    *,
    always: bool = False,
) -> dict[str, Any]:
    """The arguments that tie a widget to control `name`."""
    widget = f"widget_{name}"
    st.session_state[widget] = current(name, decode, encode, default, always=always)
    return {
        "key": widget,
        "on_change": copy_back,
        "args": (name, widget, encode, default, always),
    }


def one(words: Words) -> str:
    if len(words) != 1:
        raise Unreadable("one value is expected")
    return words[0]


def choose(
    label: str,
    name: str,
    options: Mapping[str, str] | Sequence[str],
    *,
    default: str | None = None,
    kind: Callable[..., Any] | None = None,
    **widget: Any,
) -> str:
    """One of several. `options` maps the word in the URL to the one the visitor reads."""
    labels = options if isinstance(options, Mapping) else {word: word for word in options}
    keys = list(labels)
    default = keys[0] if default is None else default

    def decode(words: Words) -> str:
        word = one(words)
        if word not in labels:
            raise Unreadable(f"“{escape(word, longest=30)}” is not one of the choices")
        return word

    tied = bound(name, decode, lambda value: (value,), default)
    kind = st.segmented_control if kind is None else kind
    if kind is st.segmented_control:
        widget.setdefault("required", True)
    return kind(label, keys, format_func=labels.__getitem__, **tied, **widget) or default


def choose_many(
    label: str,
    name: str,
    options: Sequence[str],
    *,
    drawn: bool = True,
    at_most: int | None = None,
    **widget: Any,
) -> Words:
    """Any number of several, or `at_most` so many; none means all.

    With `drawn` false the control keeps its value and its place in the URL and is not shown.
    """
    allowed = set(options)

    def decode(words: Words) -> list[str]:
        strange = [word for word in words if word not in allowed]
        if strange:
            named = listed([f"“{escape(word, longest=30)}”" for word in strange])
            raise Unreadable(f"{named} not found in the data")
        if at_most is not None and len(set(words)) > at_most:
            raise Unreadable(f"{len(set(words))} are chosen, and {at_most} are the most")
        return [option for option in options if option in set(words)]

    if not drawn:
        return tuple(current(name, decode, tuple, []))
    tied = bound(name, decode, tuple, [])
    return tuple(st.multiselect(label, list(options), max_selections=at_most, **tied, **widget))


def slide(
    label: str, name: str, low: int, high: int, *, default: int, step: int = 1, **widget: Any
) -> int:
    """A whole number on a slider."""

    def decode(words: Words) -> int:
        word = one(words)
        try:
            value = int(word)
        except ValueError:
            raise Unreadable(f"“{escape(word, longest=30)}” is not a whole number") from None
        if not low <= value <= high:
            raise Unreadable(f"{value} is not between {low} and {high}")
        return value

    tied = bound(name, decode, lambda value: (str(value),), default)
    return st.slider(label, low, high, step=step, **tied, **widget)


def write_in(label: str, name: str, *, default: str, max_chars: int, **widget: Any) -> str:
    """A line of text, as it was typed: whoever reads it says what is wrong with it."""

    def decode(words: Words) -> str:
        word = one(words)
        if len(word) > max_chars:
            raise Unreadable(f"“{escape(word, longest=30)}” is too long")
        return word

    tied = bound(name, decode, lambda value: (value,), default)
    return st.text_input(label, max_chars=max_chars, **tied, **widget) or default


def pick_date(
    label: str, name: str, *, default: dt.date, low: dt.date, high: dt.date, **widget: Any
) -> dt.date:
    """A date; always in the URL, so that a link stays the view it was after the next import."""

    def decode(words: Words) -> dt.date:
        word = one(words)
        try:
            value = dt.date.fromisoformat(word)
        except ValueError:
            raise Unreadable(f"“{escape(word, longest=30)}” is not a date") from None
        if not low <= value <= high:
            raise Unreadable(f"{value} is not between {low} and {high}")
        return value

    tied = bound(name, decode, lambda value: (value.isoformat(),), default, always=True)
    return st.date_input(
        label, min_value=low, max_value=high, format="YYYY-MM-DD", **tied, **widget
    )

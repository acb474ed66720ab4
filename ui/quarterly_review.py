"""The quarterly review on the page: what it tells, what is committed to, and how slides look."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import pandas as pd
import streamlit as st

from analyses.commitments import LONGEST_OWNER, LONGEST_TEXT, commit, commitments, withdraw
from models.commitments import Commitment, Scored, made_on
from models.figures import DEFINITIONS, Figure
from ui import url_state
from ui.errors import explained, say
from ui.frame import View
from ui.tables import height_of
from ui.text import count_of, date, escape, in_unit, undollared
from warehouse.settings import Settings

__all__ = [
    "ask_commitment",
    "choose_contents",
    "progress_of",
    "show_carried",
    "show_committed",
    "show_pictures",
    "show_slides",
]

#: Share of the bar that the analyses take; the rest is writing files.
ANALYSES_TAKE = 0.85
#: What the slide of the scoreboard holds.
MOST_FIGURES = 14


class Slide(Protocol):
    """What the page shows of a slide; see `reports.preview.Shown`."""

    title: str
    said: Sequence[str]
    tables: Sequence[pd.DataFrame]
    charts: Sequence[pd.DataFrame]
    in_appendix: bool


def choose_contents(
    slides: Mapping[str, str], usual: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which slides and which figures of the scoreboard; none means all, and the usual ones."""
    chosen = url_state.choose_many(
        "Slides", "slides", list(slides), format_func=slides.__getitem__,
        placeholder="All slides",
    )  # fmt: skip
    said = f"The usual {len(usual)} figures"
    shown = url_state.choose_many(
        "Figures on the scoreboard", "figures", list(DEFINITIONS), format_func=label,
        placeholder=said, at_most=MOST_FIGURES,
    )  # fmt: skip
    return chosen, shown


def label(figure_id: str) -> str:
    return DEFINITIONS[figure_id].label


def progress_of(bar) -> Callable[[float, str], None]:
    """What analyses tell their progress to, drawn in `bar`."""

    def told(done: float, name: str) -> None:
        bar.progress(ANALYSES_TAKE * done, f"Working out {name.replace('_', ' ')}")

    return told


def show_slides(slides: Sequence[Slide]) -> None:
    """Slides in words and numbers: what stands on them, where no program draws them here."""
    for number, slide in enumerate(slides, 1):
        if slide.in_appendix:
            continue
        with st.container(border=True):
            st.caption(f"Slide {number}")
            st.markdown(f"**{escape(slide.title, longest=250)}**")
            for said in slide.said:
                st.markdown(say(said))
            for rows in (*slide.charts, *slide.tables):
                st.dataframe(rows, hide_index=True, height=height_of(rows))


def show_pictures(pictures: Sequence[bytes], slides: Sequence[Slide]) -> None:
    """Slides as pictures, two in a row, each with its title for who cannot see it."""
    for start in range(0, len(pictures), 2):
        pair = zip(pictures[start : start + 2], slides[start : start + 2], strict=False)
        for column, (picture, slide) in zip(st.columns(2), pair, strict=False):
            column.image(picture, caption=escape(slide.title, longest=250))


def show_carried(carried: Sequence[Scored]) -> None:
    """Commitments of earlier reviews, each with its score and why it is so."""
    if not carried:
        st.markdown("No earlier review left a commitment that this one has to score.")
        return
    rows = pd.DataFrame(
        {
            "Commitment": one.commitment.text,
            "Owner": one.commitment.owner,
            "Figure": label(one.commitment.figure_id),
            "Target": target(one.commitment),
            "Now": "–" if one.figure is None else in_words(one.commitment, one.figure.value),
            "By": one.commitment.by,
            "Score": one.verdict,
            "Why": one.reason,
        }
        for one in carried
    )
    st.dataframe(rows, hide_index=True, height=height_of(rows))


def show_committed(settings: Settings, printed: Sequence[Commitment], view: View, who: str) -> None:
    """What this review commits to, each with a button that takes it back.

    `printed` are those that the deck has.
    """
    made = made_on(commitments(settings), view.as_of)
    if made != tuple(printed):
        st.info("Build the review again to have these commitments in the deck.")
    if not made:
        st.markdown("This review commits to nothing yet: the deck proposes what its asks bring.")
    for one in made:
        text, button = st.columns([6, 1], vertical_alignment="center")
        now, by = in_words(one, one.value), date(one.by)
        text.markdown(
            undollared(
                f"**{escape(one.text, longest=LONGEST_TEXT)}** ({escape(one.owner)}): "
                f"{label(one.figure_id)} {target(one)} by {by}; now {now}."
            )
        )
        button.button(
            "Take back", key=f"withdraw_{one.id}", on_click=withdraw,
            args=(settings, one.id), kwargs={"who": who},
        )  # fmt: skip


def ask_commitment(
    settings: Settings, figures: Mapping[str, Figure], view: View, who: str, by: dt.date
) -> None:
    """A form for one commitment, held against a figure of the review that was built."""
    known = [id for id, figure in figures.items() if figure.value is not None]
    with st.form("commitment", clear_on_submit=True):
        text = st.text_input("What will be done", max_chars=LONGEST_TEXT)
        left, right = st.columns(2)
        chosen = left.selectbox(
            "Figure that tells", known,
            format_func=lambda id: f"{label(id)}: now {said(figures[id], view.currency)}",
        )  # fmt: skip
        target = right.number_input(
            "Target", value=None, format="%0.3f", help="A share in percent, like 5 for 5 %.",
        )  # fmt: skip
        day = left.date_input("By", by, format="YYYY-MM-DD")
        owner = right.text_input("Owner", max_chars=LONGEST_OWNER)
        if not st.form_submit_button("Commit", icon=":material/handshake:"):
            return
    with explained():
        if target is None:
            raise ValueError("The target is empty, so nothing was kept. Write a number.")
        is_share = DEFINITIONS[chosen].unit == "share"
        commit(
            settings, text, figures[chosen], target / 100 if is_share else target, day,
            owner=owner, who=who, currency=view.currency, cut=view.filters_in_words,
        )  # fmt: skip
        st.toast(f"Kept; {count_of(len(commitments(settings)), 'commitment')} in all.")
        st.rerun()


def said(figure: Figure, currency: str) -> str:
    return in_unit(figure.value, figure.unit, currency)


def in_words(one: Commitment, value: float | None) -> str:
    return in_unit(value, DEFINITIONS[one.figure_id].unit, one.currency)


def target(one: Commitment) -> str:
    return f"at {'most' if one.at_most else 'least'} {in_words(one, one.target)}"

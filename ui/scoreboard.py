"""The scoreboard on the page: results gathered from what is kept, and a card for each figure."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import analyses.churn
import analyses.overview
import analyses.receivables
import analyses.scores
from analyses.targets import kept_targets
from charts.overview import small_course
from charts.overview_words import beside_in_words, change_in_words, course_in_words
from models.figures import DEFINITIONS, Figure
from models.scoreboard import (
    CUSTOMERS,
    FINANCE,
    SHOWN,
    Reading,
    Scoreboard,
    build_scoreboard,
    readings_of,
)
from ui.download import offer_csv
from ui.frame import View, open_workspace
from ui.pace import let_browser_draw
from ui.receipt import (
    SHORT_LABELS,
    RowsBehind,
    receipt_button,
    rows_behind,
    show_interval,
)
from ui.receivables import flows_of
from ui.results import compute, computed_or_why
from ui.text import escape, in_unit, undollared

__all__ = ["Gathered", "gather", "scoreboard_of", "show_card", "show_scoreboard"]

SIDES = {"Finance": FINANCE, "Customers": CUSTOMERS}
FIRST_ROW = (*FINANCE[:2], *CUSTOMERS[:2])


@dataclass(frozen=True, eq=False)
class Gathered:
    """Results that the scoreboard is made of; text where there is none, and why.

    Attributes
    ----------
    results : dict
        Of ``overview``, ``receivables``, ``scores``, ``retention``, ``retention_before`` (of a
        year before) and, once it is worked out, ``value``.
    answers : DataFrame or None
    events, market : DataFrame
    behind : dict of str to RowsBehind
        First part of a figure's id to the way to its rows.
    """

    results: Mapping[str, Any]
    answers: pd.DataFrame | None
    events: pd.DataFrame
    market: pd.DataFrame
    behind: Mapping[str, RowsBehind]

    def found(self, name: str) -> Any:
        """A result; None where there is none."""
        result = self.results.get(name)
        return None if isinstance(result, str) else result

    def with_value(self, value: Any, behind: RowsBehind) -> "Gathered":
        """The same with the value of the customers, which takes longer to work out."""
        return replace(
            self,
            results={**self.results, "value": value},
            behind={**self.behind, "lifetime_value": behind},
        )


#: Figures and the result that each is of.
MADE_BY = {
    "overview": "overview",
    "receivables": "receivables",
    "scores": "scores",
    "churn": "retention",
    "lifetime_value": "value",
}
ANALYSES = {
    "overview": analyses.overview,
    "receivables": analyses.receivables,
    "scores": analyses.scores,
    "churn": analyses.churn,
}


def gather(view: View) -> Gathered:
    """What is counted in moments; the value of customers, which is modelled, is added later."""
    cells = {"rows": compute(analyses.overview.cells, view)}
    read = computed_or_why(analyses.scores.read, view)
    known = not isinstance(read, str)
    flows = {"cells": flows_of(view)}
    return Gathered(
        {
            "overview": computed_or_why(analyses.overview.run, view, given=cells),
            "receivables": computed_or_why(analyses.receivables.run, view, given=flows),
            "scores": computed_or_why(analyses.scores.run, view, given={"rows": read})
            if known
            else read,
            "retention": computed_or_why(analyses.churn.retention, view),
            "retention_before": computed_or_why(analyses.churn.retention_before, view),
        },
        read["answers"] if known else None,
        compute(analyses.overview.events, view),
        compute(analyses.overview.market, view),
        {name: rows_behind(module.receipt_rows, view) for name, module in ANALYSES.items()},
    )


def scoreboard_of(gathered: Gathered, view: View) -> Scoreboard:
    """The readings of what is gathered, with the targets that are kept."""
    figures: dict[str, Figure] = {}
    for analysis, name in MADE_BY.items():
        result = gathered.results.get(name)
        if isinstance(result, str):
            ids = (id for id in SHOWN if id.split(".")[0] == analysis)
            figures |= {id: Figure(id, None, None, None, 0, view.as_of, result) for id in ids}
        elif result is not None:
            figures |= {figure.id: figure for figure in result.figures()}
    courses, changes = readings_of(
        gathered.found("overview"),
        gathered.found("receivables"),
        gathered.found("scores"),
        (gathered.found("retention"), gathered.found("retention_before")),
    )
    targets = kept_targets(open_workspace().settings)
    return build_scoreboard(
        figures, view.as_of, courses=courses, changes=changes, market=gathered.market,
        targets=targets,
    )  # fmt: skip


def lay_out() -> dict[str, DeltaGenerator]:
    """A place for each card."""
    places: dict[str, DeltaGenerator] = {}
    for column, (side, ids) in zip(st.columns(2, gap="medium"), SIDES.items(), strict=True):
        with column:
            st.subheader(side)
            with st.grid(2, min_column_width=220, gap="small"):
                places |= {id: st.empty() for id in ids}
    return places


def show_scoreboard(
    scoreboard: Scoreboard, gathered: Gathered, view: View
) -> tuple[Figure | None, dict[str, DeltaGenerator]]:
    """Finance and customers side by side, a card for each figure.

    Returns
    -------
    The figure whose receipt was asked for, and the places of figures that are not there yet.
    """
    places = lay_out()
    # The first row, on which the browser is drawing while the others are made.
    asked_for, shown = None, sorted(scoreboard.readings, key=lambda id: id not in FIRST_ROW)
    for number, id in enumerate(shown):
        if number == len(FIRST_ROW):
            let_browser_draw()
        if show_card(scoreboard.readings[id], gathered.events, view, places[id]):
            asked_for = scoreboard.readings[id].figure
    waiting = {id: place for id, place in places.items() if id not in scoreboard.readings}
    for id, place in waiting.items():
        place.caption(f"{DEFINITIONS[id].label}: being worked out.")
    st.caption(
        "Lines: the course over the quarters, with ticks where an event is on record and a dash "
        "at the target. A change is called beyond noise where at most one such call in twenty, "
        "over all of them, is chance. What is modelled and not counted has no course; retention "
        "has this year and the year before."
    )
    offer_csv("Download the scoreboard", scoreboard.table, "scoreboard.csv", key="scoreboard")
    return asked_for, waiting


def show_card(reading: Reading, events: pd.DataFrame, view: View, place: DeltaGenerator) -> bool:
    """One figure; whether its receipt was asked for."""
    figure = reading.figure
    with place.container(border=True, height="stretch", gap="xsmall"):
        st.metric(
            SHORT_LABELS.get(figure.id, figure.label),
            undollared(in_unit(figure.value, figure.unit, view.currency)),
            help=figure.definition,
        )
        show_interval(figure, view.currency, figure.confidence or 0.95)
        if lines := below(reading, events, view.currency):
            st.markdown("\n\n".join(lines))
        st.space("stretch")
        return receipt_button(figure)


def below(reading: Reading, events: pd.DataFrame, currency: str) -> list[str]:
    """Course, change, and what stands beside them, as paragraphs of one text.

    The course is a picture in the text: an element of its own is drawn a third of a second later.
    """
    figure, course = reading.figure, reading.course
    lines = []
    if figure.value is not None and course is not None and len(course) > 1:
        picture = small_course(course, list(events["happened_on"]), reading.target)
        source = b64encode(picture.encode()).decode()
        alt = escape(course_in_words(reading, currency), longest=300)
        lines.append(f"![{alt}](data:image/svg+xml;base64,{source})")
    if figure.value is not None:
        lines.append(undollared(change_in_words(reading, currency)))
    if beside := beside_in_words(reading, currency):
        lines.append(f":small[:gray[{escape(beside, longest=200)}]]")
    return lines

"""The overview's questions: what moved and why, and which targets pull against each other."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import streamlit as st

import analyses.overview
from analyses.comments import kept_comments
from charts.overview import course_chart, pair_dots, parts_bars
from charts.overview_words import (
    change_in_words,
    course_in_words,
    parts_in_words,
    short_name,
    signed,
)
from models.alignment import Alignment
from models.change_parts import BALANCES, SPLITTABLE, VELOCITY, parts_of_change
from models.decomposition import Decomposition
from models.figures import DEFINITIONS
from models.scoreboard import MONTHS_IN_QUARTER, Reading, Scoreboard
from ui import url_state
from ui.chart import told
from ui.comments import comment_form, said_of
from ui.download import offer_csv
from ui.errors import explained, say
from ui.frame import View, open_workspace
from ui.personas import personas_or_why
from ui.receivables import flows_of
from ui.results import compute
from ui.scoreboard import Gathered
from ui.tables import height_of
from ui.text import count_of, date, escape, listed
from warehouse.recurring_value import months_before

__all__ = ["show_alignment", "show_what_moved"]

PERSONA = "persona"
#: Figures that are a sum over customers, and no ratio of two.
SUMS = ("receivables.overdue_amount",)


@url_state.fragment
def show_what_moved(scoreboard: Scoreboard, gathered: Gathered, view: View) -> None:
    """One figure in full: its course with what happened, the parts of its change, comments."""
    drawn = {
        id: short_name(id, reading.figure.label)
        for id, reading in scoreboard.readings.items()
        if reading.course is not None and len(reading.course) > 1 and reading.figure.value
    }
    if not drawn:
        st.info("No figure has a past to draw yet. Load a longer period.", icon=":material/info:")
        return
    labels = {id: f"{name[:1].upper()}{name[1:]}" for id, name in drawn.items()}
    more = [id for id in scoreboard.readings if id in SPLITTABLE and id not in labels]
    labels |= {id: short_name(id, id) for id in more if scoreboard.readings[id].change}
    figure_id = url_state.choose("Figure", "figure", labels, kind=st.selectbox, width=380)
    reading = scoreboard.readings[figure_id]
    settings = open_workspace().settings
    said = kept_comments(settings, [figure_id])
    if figure_id in drawn:
        market = gathered.market[gathered.market["figure_id"] == figure_id]
        told(
            f"{course_in_words(reading, view.currency)}. "
            f"{change_in_words(reading, view.currency)}{judged(reading)}",
            course_chart(reading, gathered.events, said, market),
            commented=False,
        )
        show_events(gathered.events, reading)
    with explained():
        show_parts(figure_id, reading, gathered, view)
    show_said(figure_id, reading, view)


def judged(reading: Reading) -> str:
    change = reading.change
    return f" Noise is judged {change.judged}." if change is not None and change.judged else ""


def show_events(events: pd.DataFrame, reading: Reading) -> None:
    """What happened over the course, newest first: upright lines in the chart."""
    days = pd.to_datetime(events["happened_on"])
    ends = pd.to_datetime(reading.course["ends"])
    inside = events[(days >= ends.min()) & (days <= ends.max())].iloc[::-1]
    if inside.empty:
        st.caption("No event of this time is on record. Load events to see what happened.")
        return
    named = [f"{date(row['happened_on'])}: {escape(row['title'])}" for _, row in inside.iterrows()]
    more = f" and {count_of(len(named) - 4, 'more', 'more')}" if len(named) > 4 else ""
    st.caption(f"Upright lines are events. {'; '.join(named[:4])}{more}.")


def show_parts(figure_id: str, reading: Reading, gathered: Gathered, view: View) -> None:
    """The change split by persona or by another way to cut."""
    if figure_id not in SPLITTABLE:
        st.caption(
            "This figure is no sum over customers and no ratio of two sums, so its change has no "
            "parts that add up. Cut the whole page by a filter to see it of one segment."
        )
        return
    cuts = {**analyses.overview.CUTS, PERSONA: "Persona"}
    by = url_state.choose("Split the change by", "split", cuts)
    if by == PERSONA:
        _, personas, why = personas_or_why(view)
        if personas is None:
            st.info(say(why), icon=":material/info:")
            return
        groups = personas.by_customer
    else:
        groups = compute(analyses.overview.groups, view, by=by)
    parts = parts_of_change(
        figure_id,
        groups,
        view.as_of,
        overview=gathered.found("overview"),
        cohorts=(gathered.found("retention"), gathered.found("retention_before")),
        answers=gathered.answers,
        owed=now_and_before(analyses.overview.owed, view) if figure_id in BALANCES else None,
        turned=now_and_before(analyses.overview.turned, view) if figure_id == VELOCITY else None,
    )
    if parts is None or reading.change is None:
        st.caption("There is no period before it, so there is no change to split.")
        return
    unit = reading.figure.unit
    told(
        escape(parts_in_words(parts, unit, view.currency, cuts[by].lower()), longest=600),
        parts_bars(parts, unit, currency=view.currency),
    )
    if figure_id == "receivables.dso":
        st.caption(
            "Counting back goes through the sales of all customers together. The parts are of the "
            "simple method, open receivables over the sales of the quarter in days, whose change "
            f"is {signed(parts.change, unit, view.currency)}."
        )
    show_table(parts, figure_id)


def now_and_before(
    analysis: Callable[..., pd.DataFrame], view: View
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A result of this quarter and of the one before it."""
    before = replace(view, as_of=months_before(view.as_of, MONTHS_IN_QUARTER))
    return compute(analysis, view), compute(analysis, before)


def show_table(parts: Decomposition, figure_id: str) -> None:
    table, share = parts.table, DEFINITIONS[figure_id].unit == "share"
    scale = 100 if share else 1
    # Of a sum, what the groups have and not what each would come to if all were like it.
    each = {
        when: table[f"rate_{when}"] * (table[f"weight_{when}"] if figure_id in SUMS else 1)
        for when in ("before", "after")
    }
    shown = pd.DataFrame(
        {
            "Group": table["group"],
            "Customers": table["n"],
            "Before": scale * each["before"],
            "After": scale * each["after"],
            "By itself": scale * table["rate"],
            "By its weight": scale * table["mix"],
            "Adds": scale * table["total"],
            "From": scale * table["low"],
            "To": scale * table["high"],
            "Beyond noise": table["apart"],
        }
    )
    number = st.column_config.NumberColumn
    names = ("Before", "After", "By itself", "By its weight", "Adds", "From", "To")
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="",
        height=height_of(shown),
        column_config={name: number(format="%,.2f") for name in names},
        alt="The parts of the change by group",
    )
    st.caption(
        f"{'In percent and points. ' if share else ''}The parts add up to the change. By itself: "
        "the group changed. By its weight: it weighs more or less than before, and is better or "
        "worse than the rest. Lines: 95 % intervals; there is none where a few customers hold most "
        "of a group. Groups of fewer than 30 customers are put together."
    )
    offer_csv("Download the parts", table, "parts_of_change.csv", key="parts")


def show_said(figure_id: str, reading: Reading, view: View) -> None:
    """Comments on the figure and the points of its course, and a place to write one, if opened."""
    settings = open_workspace().settings
    box = st.expander(
        "Comments", icon=":material/comment:", key=f"said_{figure_id}", on_change="rerun"
    )
    if not box.open:
        return
    points = [] if reading.course is None else list(pd.to_datetime(reading.course["ends"]))
    with box:
        above = st.container()
        comment_form(view, figure_id, settings, points=points, place="overview")
        with above:
            for _, row in kept_comments(settings, [figure_id]).iterrows():
                st.markdown(said_of(row))


def show_alignment(gathered: Gathered, view: View) -> None:
    """Which figures get better when another gets worse, month by month."""
    given = {
        "overview": gathered.found("overview"),
        "flows": flows_of(view),
        "answers": gathered.answers,
    }
    found = compute(analyses.overview.alignment, view, given=given)
    names = {
        name: short_name(id, DEFINITIONS[id].label)
        for name, (id, _rows) in analyses.overview.PULLING.items()
    }
    told(alignment_sentence(found, names), pair_dots(found, names))
    left = [f"{names[name]} {why}" for name, why in found.left_out.items()]
    st.caption(
        "Left of zero, one got better in the months in which the other got worse. What went "
        "together is not what one does to the other: a third thing may move both."
        + (f" Not asked: {'; '.join(left)}." if left else "")
    )
    table = found.table.assign(first=found.table["first"].map(names),
                               second=found.table["second"].map(names))  # fmt: skip
    offer_csv("Download all pairs", table, "targets_against_each_other.csv", key="alignment")


def alignment_sentence(found: Alignment, names: dict[str, str]) -> str:
    """Which pairs pull against each other, or how strong a pull would have been seen."""
    asked = f"{count_of(len(found.table), 'pair')} of figures were asked"
    pulling = found.conflicts()
    if pulling.empty:
        return (
            f"No two targets are seen to pull against each other; {asked}. A correlation weaker "
            f"than {found.least:.2f} would hardly have been seen in so few months."
        )
    said = [
        f"**{names[row['first']]}** and **{names[row['second']]}** "
        f"({row['correlation']:+z.2f}, {row['low']:+z.2f} to {row['high']:+z.2f})"
        for _, row in pulling.head(3).iterrows()
    ]
    return f"{listed(said)} pull against each other month by month; {asked}."

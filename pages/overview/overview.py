"""Overview: finance and customers on one board, what moved and why, and what to do today."""

import streamlit as st

import analyses.lifetime_value
from charts.overview_words import story
from ui.account_scores import scores_of
from ui.attention import calls_of, most_urgent, show_calls
from ui.errors import explained
from ui.frame import open_workspace, require_view
from ui.overview import show_alignment, show_what_moved
from ui.pace import let_browser_draw
from ui.receipt import rows_behind, show_receipt
from ui.scoreboard import gather, scoreboard_of, show_card, show_scoreboard
from ui.targets import show_targets
from ui.text import undollared

st.title("Overview")
view = require_view()
settings = open_workspace().settings

with explained(ends_page=True):
    gathered = gather(view)
    scoreboard = scoreboard_of(gathered, view)
    first = st.empty()
    first.markdown(undollared(" ".join(story(scoreboard, view.currency))))

st.subheader("What needs attention today")
today = st.container()

with explained(ends_page=True):
    asked_for, waiting = show_scoreboard(scoreboard, gathered, view)

let_browser_draw()
st.subheader("What moved, and why")
show_what_moved(scoreboard, gathered, view)

st.subheader("Targets and owners")
with explained():
    show_targets(scoreboard, settings)

st.subheader("Which targets pull against each other")
with explained():
    show_alignment(gathered, view)

# Models take longer than counting: what they say is drawn into its places when all else stands.
with today, explained():
    scores = scores_of(view)
    value = scores["value"]
    held = {"value": value} if not isinstance(value, str) else {}
    behind = rows_behind(analyses.lifetime_value.receipt_rows, view, given=held)
    gathered = gathered.with_value(value, behind)
    scoreboard = scoreboard_of(gathered, view)
    for figure_id, place in waiting.items():
        reading = scoreboard.readings[figure_id]
        if show_card(reading, gathered.events, view, place):
            asked_for = reading.figure
    calls, refused = calls_of(view, scoreboard, scores)
    show_calls(calls, refused)
    said = story(scoreboard, view.currency, most_urgent(calls, view.currency))
    first.markdown(undollared(" ".join(said)))

if asked_for is not None:
    show_receipt(view, asked_for, gathered.behind[asked_for.id.split(".")[0]])

"""Quarterly review: what the deck tells, what is committed to, and every file to take along."""

import streamlit as st

from models.scoreboard import SHOWN
from reports.build import DECK, Wanted, as_zip, files_of, reviewed
from reports.company_template import LARGEST, company_deck
from reports.contents import APPENDIX, STORY
from reports.edition import Edition
from reports.preview import can_draw, draw, outline
from ui.errors import explained
from ui.frame import View, require_view
from ui.quarterly_review import (
    ask_commitment,
    choose_contents,
    progress_of,
    show_carried,
    show_committed,
    show_pictures,
    show_slides,
)
from ui.signing import who_writes
from ui.text import count_of
from warehouse.workspace import Workspace

BUILT, PACKAGE = "quarterly_review", "quarterly_review.zip"
POWERPOINT = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

st.title("Quarterly review")
st.markdown("The quarter as a deck: choose what it tells, commit to results, and take it along.")
view = require_view()
workspace = Workspace.open(view.folder)


def build(view: View, wanted: Wanted, *, whole: bool = False) -> dict:
    """The deck of the review and, of the `whole`, every other file, with a bar for the wait."""
    bar = st.progress(0.0, "Reading the rows")
    with view.snapshot.tables() as tables:
        review = reviewed(workspace, tables, view.scope, progress=progress_of(bar))
        bar.progress(0.9, "Writing the files")
        built = files_of(workspace, tables, review, wanted)
        # Rows take longer to write than slides.
        files = as_zip(built) if whole else None
    bar.empty()
    return {"built": built, "zip": files, "slides": outline(built.deck), "pictures": []}


titles = {entry.name: entry.title for entry in (*STORY, *APPENDIX)}
slides, shown = choose_contents(titles, SHOWN)
upload = st.file_uploader(
    "Company template", type=["pptx", "potx"], max_upload_size=LARGEST // 1_000_000,
    help="The deck gets its look: a PowerPoint file with two layouts that have a title.",
)  # fmt: skip
blank = None
with explained():
    if upload is not None:
        blank, said = company_deck(upload.getvalue())
        if said:
            st.info(said, icon=":material/info:")
comments = st.toggle("Print comments on figures in the appendix")
wanted = Wanted(slides or None, shown, comments, blank)
# What a deck follows from: with another of these the one that was built is an old one.
asked = (view.key, slides, shown, comments, upload and upload.file_id)
if st.button("Build the review", icon=":material/slideshow:"):
    with explained():
        st.session_state[BUILT] = {"asked": asked, **build(view, wanted)}

made = st.session_state.get(BUILT)
fits = made is not None and made["asked"] == asked
if fits and made["zip"] is None and st.button("Make all files", icon=":material/folder_zip:"):
    with explained():
        st.session_state[BUILT] = made = {"asked": asked, **build(view, wanted, whole=True)}
if not fits:
    st.markdown("No review of this view is built yet. It takes as long as opening every page.")
else:
    built = made["built"]
    figures = {figure.id: figure for figure in built.figures}
    with st.container(horizontal=True):
        look = {"icon": ":material/download:", "on_click": "ignore"}
        st.download_button("Deck", built.deck, DECK, POWERPOINT, **look)
        if made["zip"] is not None:
            st.download_button("All files", made["zip"], PACKAGE, "application/zip", **look)
    st.subheader("Commitments")
    who = who_writes()
    show_carried(built.carried)
    show_committed(workspace.settings, built.committed, view, who)
    with explained():
        first_month = workspace.settings.fiscal_year_first_month
        ends = Edition("", "", view.as_of, "", fiscal_year_first_month=first_month).next_quarter_end
        ask_commitment(workspace.settings, figures, view, who, ends)
    st.subheader(f"The deck, {count_of(len(made['slides']), 'slide')}")
    with explained():
        if can_draw() and st.button("Draw the slides", icon=":material/image:"):
            with st.spinner("Drawing the slides"):
                made["pictures"] = draw(built.deck)
        if made["pictures"]:
            show_pictures(made["pictures"], made["slides"])
        else:
            show_slides(made["slides"])

"""The overview from app.py: the numbers of the other pages, targets and comments that are kept."""

import datetime as dt
import shutil

import pytest
from streamlit.testing.v1 import AppTest

import analyses.receivables
import analyses.scores
from analyses.comments import keep_comment, kept_comments
from analyses.scope import Scope
from analyses.targets import keep_target
from charts.wording import in_unit
from models.scoreboard import CUSTOMERS, FINANCE
from tests.served import ROOT
from tests.shown import show, text_of
from ui.comments import key_of_box
from warehouse.workspace import Workspace

HOSTILE = '=HYPERLINK("http://e.vil","x")<script>alert(1)</script> **x** $a$'


@pytest.fixture
def own_workspace(sample_workspace, tmp_path, monkeypatch):
    """The sample company in a folder of the test's own, to write into."""
    folder = shutil.copytree(sample_workspace, tmp_path / "workspace")
    monkeypatch.setenv("GOODWILL_WORKSPACE", str(folder))
    monkeypatch.chdir(ROOT)
    return Workspace.open(folder)


def test_first_page_is_the_overview_with_every_figure_and_the_numbers_of_their_own_pages(
    own_workspace,
):
    keep_target(own_workspace.settings, "receivables.dso", who="Ada", target=1, owner=HOSTILE[-38:])
    at = show()
    assert at.title[0].value == "Overview"
    shown = {metric.label: metric.value.replace("\\", "") for metric in at.metric}
    assert len(shown) == len(FINANCE) + len(CUSTOMERS)
    with own_workspace.current().tables() as tables:
        scope = Scope(tables.newest_date)
        ledger = {f.id: f for f in analyses.receivables.run(tables, scope).figures()}
        scores = {f.id: f for f in analyses.scores.run(tables, scope).figures()}
    dso, nps = ledger["receivables.dso"], scores["scores.nps"]
    assert shown["DSO, count-back"] == in_unit(dso.value, dso.unit, "EUR")
    assert shown[nps.label] == in_unit(nps.value, nps.unit, "EUR")
    # The target of one day is missed, and its owner is text and nothing else.
    said = text_of(at)
    assert "Target missed: days sales outstanding" in said
    assert "<script>" not in said


def test_comment_written_in_a_receipt_is_kept_and_listed_as_text(own_workspace):
    # As the receipt draws it: a test cannot press a button inside a dialog, which closes then.
    def beside_the_receipt():
        from ui.comments import show_comments
        from ui.frame import require_view, sidebar

        sidebar()
        show_comments(require_view(), "receivables.dso")

    at = AppTest.from_function(beside_the_receipt, default_timeout=60).run()
    at.text_area[0].input(HOSTILE)
    next(b for b in at.button if b.label == "Keep the comment").click().run()
    assert not at.exception
    assert kept_comments(own_workspace.settings)["text"].tolist() == [HOSTILE]


def test_comment_on_a_point_of_a_chart_is_kept_counted_and_listed_as_text(own_workspace):
    def under_a_chart():
        import altair as alt
        import pandas as pd
        import streamlit as st

        from ui.chart import told
        from ui.comments import PAGE
        from ui.frame import sidebar

        st.session_state[PAGE] = "Disputes"
        sidebar()
        rows = pd.DataFrame({"industry": ["Retail", "Health"], "share": [0.4, 0.2]})
        told(
            "Most are of Retail.",
            alt.Chart(rows).mark_bar().encode(alt.X("share", title="Disputed share"), y="industry"),
        )

    at = AppTest.from_function(under_a_chart, default_timeout=60).run()
    at.session_state[key_of_box("Disputes: disputed share", "Most are of Retail.")] = True
    at.run()
    assert at.selectbox[0].options == ["The chart as a whole", "Retail", "Health"]
    at.text_area[0].input(HOSTILE)
    at.selectbox[0].select("Health")
    next(b for b in at.button if b.label == "Keep the comment").click().run()
    assert not at.exception
    [kept] = kept_comments(own_workspace.settings).to_dict("records")
    assert (kept["chart"], kept["spot"]) == ("Disputes: disputed share", "Health")
    assert "about Health" in text_of(at)
    assert "<script>" not in text_of(at)
    at = show("pages/overview/comments.py")
    assert "Disputes\\: disputed share" in text_of(at)


def test_comments_are_listed_taken_back_and_brought_back(own_workspace):
    assert "Nobody has written a comment" in show("pages/overview/comments.py").info[0].value
    day = own_workspace.current().manifest.newest_date
    keep_comment(own_workspace.settings, "receivables.dso", HOSTILE, who="Ada", as_of=day)
    at = show("pages/overview/comments.py")
    assert "<script>" not in text_of(at)
    next(b for b in at.button if b.label == "Take it back").click().run()
    assert kept_comments(own_workspace.settings).empty
    next(b for b in at.button if b.label == "Bring it back").click().run()
    assert len(kept_comments(own_workspace.settings)) == 1


def test_comments_on_the_figure_in_full_are_drawn_when_they_are_opened(own_workspace):
    def said_of_a_figure():
        from types import SimpleNamespace

        from ui.frame import require_view, sidebar
        from ui.overview import show_said

        sidebar()
        show_said("receivables.dso", SimpleNamespace(course=None), require_view())

    keep_comment(
        own_workspace.settings, "receivables.dso", HOSTILE, who="Ada", as_of=dt.date(2025, 6, 30)
    )
    at = AppTest.from_function(said_of_a_figure, default_timeout=60).run()
    assert not at.text_area
    at.session_state["said_receivables.dso"] = True
    at.run()
    assert not at.exception
    assert at.text_area[0].label == "Your comment"
    assert "Ada" in text_of(at)
    assert "<script>" not in text_of(at)

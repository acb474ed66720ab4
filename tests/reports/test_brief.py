"""The brief: two pages that say what the deck says, in words that nothing acts on."""

import re
from dataclasses import replace

import pytest

from charts.wording import in_unit
from models.scoreboard import SHOWN
from reports.brief import (
    MOST_ASKS,
    MOST_FINDINGS,
    MOST_MISSING,
    MOST_PROMISED,
    brief_html,
    brief_of,
    brief_pdf,
    pages_of,
)
from reports.deck import tell
from reports.preview import outline
from reports.template import as_bytes
from tests.reports.conftest import HOSTILE


@pytest.fixture(scope="module")
def told(hostile_company):
    _, review, edition, late_by = hostile_company
    draft = tell(review, replace(edition, company=HOSTILE[1]), late_by=late_by)
    return review, draft, brief_of(draft, review)


def test_scoreboard_of_the_brief_prints_the_figures_of_the_review(told):
    review, draft, brief = told
    shown = {line[0]: line[1] for line in brief.scoreboard}
    figures = [figure for figure in review.figures() if figure.id in SHOWN]
    assert len(figures) > 5
    assert shown == {
        figure.label: in_unit(figure.value, figure.unit, draft.currency) for figure in figures
    }


def test_findings_are_those_of_the_slides(told):
    _, draft, brief = told
    titles = [slide.title for slide in outline(as_bytes(draft.deck))]
    assert brief.findings
    assert [title for title, _ in brief.findings] == [
        title for title in titles if title in dict(brief.findings)
    ]


def test_brief_fills_two_pages_and_no_more_whatever_it_is_told(told):
    *_, brief = told
    assert pages_of(brief_pdf(brief)) == 2
    full = replace(
        brief,
        story=["word " * 52] * 3,
        scoreboard=[["A figure with a long label, counted back", "€1,234,567", "€1.2M to €1.3M",
                     "word " * 24]] * len(SHOWN),
        findings=[["word " * 38, "word " * 48]] * MOST_FINDINGS,
        asks=[["word " * 34, "up to €999K in 36 months", "€100K to €900K",
               "counted: the most it can bring"]] * MOST_ASKS,
        commitments=[["word " * 16, "A figure with a long label", "at most 50.0 days",
                      "31 Dec 2026", "made now, at 54.2 days"]] * (2 * MOST_PROMISED),
        missing=["word " * 30] * (MOST_MISSING + 1),
    )  # fmt: skip
    assert pages_of(brief_pdf(full)) == 2


def test_words_of_the_data_are_words_in_both_forms(told):
    *_, brief = told
    marked = '#panic("x") *bold* $x^2$ <script>alert(1)</script> = head'
    hostile = replace(brief, title=marked, findings=[[marked, marked]], missing=[marked])
    # As markup it would end the program that sets the page.
    assert pages_of(brief_pdf(hostile)) == 2
    page = brief_html(hostile).decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_html_fetches_nothing_and_runs_nothing(told):
    *_, brief = told
    page = brief_html(brief).decode()
    assert "<svg" in page
    addresses = set(re.findall(r"""https?://[^\s"'<>]+""", page))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.search(r"<(script|iframe|object|embed|link|img)\b|\bon\w+=", page)

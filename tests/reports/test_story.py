"""The frame of the story: cover, asks and commitments say what the figures hold, and no more."""

import datetime as dt
import io
from dataclasses import replace
from types import SimpleNamespace

import pytest
from pptx import Presentation

from charts.wording import money
from models.asks import Ask
from models.commitments import Commitment, carried_over
from models.figures import Figure
from models.scoreboard import Change, Reading, Scoreboard
from reports.appendix import add_comments, add_refused
from reports.asks import add_ask, add_asks, ask_in_words, best_known
from reports.commitments import add_carried_over, add_committed
from reports.edition import Comment, Edition
from reports.scoreboard import headlines
from reports.slides import Draft, Finding
from reports.story import add_opening, story
from reports.template import CONTENT, as_bytes, new_deck
from tests.reports.conftest import HOSTILE
from tests.reports.test_personas import texts

AS_OF, LAST = dt.date(2026, 9, 30), dt.date(2026, 6, 30)
FIGURES = (
    Figure("receivables.open_amount", 5e6, None, None, 900, AS_OF),
    Figure("receivables.overdue_amount", 1e6, None, None, 900, AS_OF),
    Figure("receivables.dso", 54.2, None, None, 900, AS_OF),
    Figure("churn.nrr", 0.86, 0.78, 0.93, 300, AS_OF, None, 0.95),
    Figure("poor_experience.total", 2e6, 1.5e6, 2.5e6, 900, AS_OF, None, 0.95),
)
MOVED = {"receivables.dso": Change(2.0, 1.0, 3.0, 0.01, "the quarter before")}
SOONER = Ask("bill_sooner", (), 5.2e5, 3.9e5, 6.5e5, 0.95, "once", "receivables.dso", -5.5,
             "measured")  # fmt: skip
MEND = Ask("mend_cause", ("Late delivery",), 1e6, None, None, None, "a year",
           "poor_experience.total", -1e6, "counted")  # fmt: skip
EDITION = Edition("Acme", "20260930-a", AS_OF, "EUR", fiscal_year_first_month=4)


def draft_of(figures=FIGURES, **parts):
    scoreboard = Scoreboard({f.id: Reading(f, change=MOVED.get(f.id)) for f in figures}, AS_OF)
    return Draft(new_deck(), EDITION, {f.id: f for f in figures}, scoreboard=scoreboard, **parts)


def slides_of(draft, *adds):
    for add in adds:
        add(draft, SimpleNamespace())
    add_refused(draft)
    return list(Presentation(io.BytesIO(as_bytes(draft.deck))).slides)


def table_of(slide):
    table = next(shape.table for shape in slide.shapes if shape.has_table)
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_cover_names_the_fiscal_quarter_and_tells_the_story_in_three_sentences():
    draft = draft_of(asks=(MEND, SOONER))
    [cover] = slides_of(draft, add_opening)
    assert cover.shapes.title.text == "Acme: quarterly business review, Q2 FY2027"
    told = cover.placeholders[1].text_frame.text.split("\n")
    assert told == story(draft)
    assert told == [
        "Overdue receivables stand at €1.00M and days sales outstanding at 54.2 days (+2.0 days, "
        "perhaps noise).",
        "Net revenue retention stands at 86.0 %.",
        "By sending each invoice within 5 days of what it is for we cut days sales outstanding "
        "(count-back) by 5.5 days: €520K, once (95 %: €390K to €650K).",
    ]


def test_cover_says_what_is_not_known_and_makes_nothing_up():
    refused = replace(FIGURES[2], value=None, reason="Nothing was sold.")
    assert story(draft_of([refused])) == [
        "Days sales outstanding cannot be told yet.",
        "What to do, in money, is not known yet: the appendix says what is missing.",
    ]


def test_interval_that_reaches_to_nothing_is_no_promise():
    doubtful = replace(SOONER, value=9e5, low=-1e5)
    said = ask_in_words(doubtful, {}, "EUR")
    assert said.startswith("By sending each invoice within 5 days of what it is for we may cut ")
    # It is worth more, and is known less.
    assert best_known((doubtful, SOONER)) == SOONER
    assert "we may gain" in ask_in_words(replace(doubtful, change=None), {}, "EUR")


def test_refused_figure_takes_one_line_of_the_scoreboard():
    why = "The table surveys has not been loaded, so this cannot be answered. Load `surveys`."
    draft = draft_of([replace(FIGURES[2], value=None, reason=why)])
    results = SimpleNamespace(time_to_pay=None, cash_at_risk=None)
    [(_, says)] = headlines(draft, results)
    assert says == "The table surveys has not been loaded, so this cannot be answered"


def test_asks_print_their_money_and_what_is_counted_is_the_most():
    [slide] = slides_of(draft_of(asks=(MEND, SOONER)), add_asks)
    # The title is the ask that has an interval, though the other is worth more.
    assert slide.shapes.title.text.startswith("By sending each invoice within 5 days")
    rows = table_of(slide)[1:]
    assert [row[3] for row in rows] == [f"up to {money(1e6, 'EUR')} a year", "€520K once"]
    assert [row[4] for row in rows] == ["–", "€390K to €650K (95 %)"]
    assert rows[0][6] == "counted: the most it can bring"


def test_finding_is_followed_by_its_ask_where_there_is_one():
    draft = draft_of(asks=(MEND,))
    slide = draft.add(Finding("Late", "So what."))
    for kind in ("mend_cause", "bill_sooner"):
        add_ask(draft, slide, CONTENT, kind)
    [said] = [text for text in texts(slide) if text.startswith("We ask")]
    assert "up to €1.00M a year, 50 % of it" in said
    assert said.endswith("Counted: the most it can bring.")


def test_without_asks_the_appendix_says_so():
    [slide] = slides_of(draft_of(), add_asks)
    assert "What to ask for is not known yet" in [*texts(slide)]


def commitment(target, by, made=LAST, text="Bill weekly", owner="Ada"):
    return Commitment(str(target), text, "receivables.dso", target, True, by, owner, made, 60.0,
                      "EUR")  # fmt: skip


def test_commitments_of_the_last_review_are_scored_by_the_figures_of_this_one():
    made = [commitment(55.0, AS_OF), commitment(50.0, AS_OF),
            commitment(40.0, dt.date(2027, 3, 31))]  # fmt: skip
    figures = {f.id: f for f in FIGURES}
    carried = carried_over(made, figures, AS_OF, currency="EUR")
    [slide] = slides_of(draft_of(carried=carried), add_carried_over)
    assert slide.shapes.title.text == "1 of 2 commitments that fell due was met"
    rows = {row[3]: row for row in table_of(slide)[1:]}
    assert rows["at most 55.0 days"][4:] == ["54.2 days", "30 Sep 2026", "Met"]
    assert rows["at most 50.0 days"][6] == "Missed"
    assert rows["at most 40.0 days"][6] == "Too early"


def test_review_without_earlier_commitments_has_no_slide_of_them():
    assert slides_of(draft_of(), add_carried_over) == []


@pytest.mark.parametrize("text", [HOSTILE[1], HOSTILE[4], "long " * 40])
def test_new_commitments_are_listed_with_owner_and_day_as_plain_text(text):
    by = dt.date(2026, 12, 31)
    made = (commitment(50.0, by, AS_OF, text.strip(), "Ærø"),)
    [slide] = slides_of(draft_of(committed=made, asks=(SOONER,)), add_committed)
    assert slide.shapes.title.text == "We commit to 1 result; the first is due 31 Dec 2026"
    row = table_of(slide)[1]
    assert (row[3], row[6]) == ("at most 50.0 days", "Ærø")
    assert len(row[0]) <= 110


def test_where_nothing_is_committed_the_asks_are_proposed_with_what_they_could_reach():
    [slide] = slides_of(draft_of(asks=(MEND, SOONER)), add_committed)
    assert slide.shapes.title.text.startswith("Nothing is committed to yet")
    rows = table_of(slide)[1:]
    # 54.2 - 5.5 days; 2.0M - 1.0M.
    assert [row[2:4] for row in rows] == [["€2.00M", "€1.00M"], ["54.2 days", "48.7 days"]]
    assert {row[4] for row in rows} == {"31 Dec 2026"}


def test_comments_are_printed_as_text_with_who_wrote_them_and_when():
    on = dt.date(2026, 8, 1)
    written = Comment("receivables.dso", HOSTILE[1], "Ada", on, point="1 Aug 2026")
    [slide] = slides_of(draft_of(comments=(written,)), lambda draft, _: add_comments(draft))
    label = "Days sales outstanding (count-back), 1 Aug 2026"
    assert table_of(slide)[1] == [label, HOSTILE[1], "Ada", "1 Aug 2026"]

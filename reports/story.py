"""The cover: whose review this is and of when, and the story in three sentences."""

from pptx.util import Pt

import charts.overview_words
from charts.overview_words import TOLD
from charts.wording import date
from models.scoreboard import Scoreboard
from reports.asks import ask_in_words, best_known
from reports.edition import Results
from reports.plain_text import plain
from reports.slides import Draft, receipt_in_full
from reports.template import OPENING, QUIET_RGB, layout_named

__all__ = ["add_opening", "story"]


def add_opening(draft: Draft, results: Results) -> None:
    """The company and the quarter, and what a reader of one slide should know."""
    edition = draft.edition
    slide = draft.deck.slides.add_slide(layout_named(draft.deck, OPENING))
    title = f"{plain(edition.company, longest=60)}: quarterly business review, {edition.label}"
    slide.shapes.title.text_frame.text = title
    frame = slide.placeholders[1].text_frame
    first, *others = story(draft)
    frame.text = first
    for sentence in others:
        frame.add_paragraph().text = sentence
    for paragraph in frame.paragraphs:
        paragraph.space_after = Pt(8)
    about = f"{edition.months}  ·  as of {date(edition.as_of)}, in {edition.currency}"
    receipt = f"{about}  ·  {edition.cut}  ·  snapshot {edition.snapshot}"
    holder = slide.placeholders[14].text_frame
    holder.text = plain(receipt, longest=300)
    holder.paragraphs[0].font.color.rgb = QUIET_RGB
    slide.notes_slide.notes_text_frame.text = receipt_in_full(
        edition, [draft.figures[name] for names in TOLD for name in names if name in draft.figures]
    )


def story(draft: Draft) -> list[str]:
    """Cash, customers, and what to do: the story of the overview, with what is asked for."""
    ask = "What to do, in money, is not known yet: the appendix says what is missing."
    if draft.asks:
        ask = ask_in_words(best_known(draft.asks), draft.figures, draft.currency)
    scoreboard = draft.scoreboard or Scoreboard({}, draft.edition.as_of)
    said = charts.overview_words.story(scoreboard, draft.currency, ask)
    return [sentence.replace("**", "") for sentence in said]

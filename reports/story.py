"""The cover: whose review this is and of when, and the story in three sentences."""

from collections.abc import Mapping

from pptx.util import Pt

from charts.wording import date, days, in_unit, money, share
from models.figures import Figure
from reports.asks import ask_in_words, best_known
from reports.edition import Results
from reports.plain_text import plain
from reports.slides import Draft, capitalized, receipt_in_full
from reports.template import OPENING, QUIET_RGB, layout_named

__all__ = ["add_opening", "story"]

NOT_KNOWN = "is not known yet: the appendix says what is missing."


def add_opening(draft: Draft, results: Results) -> None:
    """The company and the quarter, and what a reader of one slide should know."""
    edition = draft.edition
    slide = draft.deck.slides.add_slide(layout_named(draft.deck, OPENING))
    title = f"{plain(edition.company, longest=60)}: quarterly business review, {edition.label}"
    slide.shapes.title.text_frame.text = title
    frame = slide.placeholders[1].text_frame
    frame.text = story(draft)[0]
    for sentence in story(draft)[1:]:
        frame.add_paragraph().text = sentence
    for paragraph in frame.paragraphs:
        paragraph.space_after = Pt(8)
    about = f"{edition.months}  ·  as of {date(edition.as_of)}, in {edition.currency}"
    receipt = f"{about}  ·  {edition.cut}  ·  snapshot {edition.snapshot}"
    holder = slide.placeholders[14].text_frame
    holder.text = plain(receipt, longest=300)
    holder.paragraphs[0].font.color.rgb = QUIET_RGB
    slide.notes_slide.notes_text_frame.text = receipt_in_full(
        edition, [draft.figures[name] for name in TOLD if name in draft.figures]
    )


#: Figures that the story is told from.
TOLD = ("receivables.open_amount", "receivables.overdue_amount", "receivables.dso",
        "churn.nrr", "churn.revenue_churn_price_billing_12m", "poor_experience.total")  # fmt: skip


def story(draft: Draft) -> tuple[str, str, str]:
    """Cash, customers, and what to do, each in one sentence from the figures."""
    figures, currency = draft.figures, draft.currency
    ask = "What to do, in money, " + NOT_KNOWN
    if draft.asks:
        ask = ask_in_words(best_known(draft.asks), figures, currency)
    return cash(figures, currency), customers(figures, currency), ask


def cash(figures: Mapping[str, Figure], currency: str) -> str:
    owed, overdue, dso = (value_of(figures, name) for name in TOLD[:3])
    if owed is None or owed <= 0:
        return "Nothing is owed."
    said = f"{money(owed, currency)} is owed, {share((overdue or 0.0) / owed, 0)} of it past due"
    return f"{said}; it stands for {days(dso, 1)} of sales." if dso is not None else f"{said}."


def customers(figures: Mapping[str, Figure], currency: str) -> str:
    """What is left of the value of a year ago, what we took of it, and what bad experience cost."""
    kept, ours, cost = TOLD[3:]
    parts = []
    if value_of(figures, kept) is not None:
        parts.append(f"{told(figures[kept], currency)} of the recurring value of a year ago is "
                     "there today")  # fmt: skip
    if value_of(figures, ours) is not None:
        parts.append(f"price and billing took {told(figures[ours], currency)}")
    if value_of(figures, cost) is not None:
        parts.append(f"poor experience cost {told(figures[cost], currency)} in a year")
    said = "; ".join(parts) if parts else "What customers keep, and why they leave, " + NOT_KNOWN
    return f"{capitalized(said).rstrip('.')}."


def value_of(figures: Mapping[str, Figure], name: str) -> float | None:
    return figures[name].value if name in figures else None


def told(figure: Figure, currency: str) -> str:
    value = in_unit(figure.value, figure.unit, currency)
    if figure.low is None or figure.high is None:
        return value
    low, high = (in_unit(end, figure.unit, currency) for end in (figure.low, figure.high))
    return f"{value} ({low} to {high})"

"""The end of the appendix: what has no slide and why, and the receipt of every figure."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from pptx.util import Pt

from charts.wording import count, date, in_unit, share
from models.figures import DEFINITIONS, Figure
from reports.edition import Comment
from reports.slides import Column, Draft, Finding, add_table, receipt_in_full, unmarked
from reports.template import CONTENT, OPENING, QUIET_RGB, layout_named

__all__ = ["add_comments", "add_method", "add_receipts", "add_refused", "begun_appendix"]

#: When the rules were last changed; a review of before may differ by more than its rows.
METHOD_OF = dt.date(2026, 11, 22)
METHOD = {
    "As of": "Nothing that happened after the as-of date is read: what was paid later is open "
    "here, and who left later is still a customer.",
    "Money": "All of it in {currency}, at the rate of its month. Customers are valued by margin, "
    "not by revenue.",
    "Intervals": "95 % unless the receipt says otherwise. All that is known of one customer counts "
    "as one witness, not as many.",
    "Counted": "Sums and shares of the rows themselves have no interval; the receipt says so.",
    "Many at once": "Where many scores, groups or effects are compared, those called apart "
    "are held to a false discovery rate of 5 %.",
    "Effects": "Customers alike in what is known of them are compared. That is no experiment: only "
    "the hold-out of reminders is drawn by chance.",
    "Initiatives": "All are run together, over draws of what is not known. Effects are assumptions "
    "where they are not measured; the interval is the middle four fifths.",
    "Too little": "What the rows cannot carry is refused with its reason, and never filled in.",
}

REFUSED_ON_A_SLIDE, RECEIPTS_ON_A_SLIDE, COMMENTS_ON_A_SLIDE = 6, 8, 6


class Parts:
    """What follows the divider: each part by its slides, told when it has ended."""

    def __init__(self, draft: Draft):
        self.slides = draft.deck.slides
        self.lines: list[str] = []
        self.first = len(self.slides) + 1

    def ends(self, says: str) -> None:
        last = len(self.slides)
        if last >= self.first:
            which = f"Slides {self.first} to {last}" if last > self.first else f"Slide {last}"
            self.lines.append(f"{which}: {says}.")
        self.first = last + 1


@contextmanager
def begun_appendix(draft: Draft) -> Iterator[Parts]:
    """A slide between what is presented and what is looked up, which says where it is."""
    slide = draft.deck.slides.add_slide(layout_named(draft.deck, OPENING))
    slide.shapes.title.text_frame.text = "Appendix"
    receipt = slide.placeholders[14].text_frame
    receipt.text = draft.receipt_line()
    receipt.paragraphs[0].font.color.rgb = QUIET_RGB
    slide.notes_slide.notes_text_frame.text = receipt_in_full(draft.edition, [])
    parts = Parts(draft)
    yield parts
    frame = slide.placeholders[1].text_frame
    frame.text = "\n".join(parts.lines)
    for paragraph in frame.paragraphs:
        paragraph.space_after = Pt(8)


def add_refused(draft: Draft) -> None:
    """What the data cannot carry yet, each with its reason: what to load to have it next time."""
    columns = (
        Column("Not in this review", 3.9, bold=True, size=11, longest=90),
        Column("Why, and what to do", 7.0, size=11, longest=330),
        Column("Receipts", 1.23, right=True, size=11),
    )
    for start in range(0, len(draft.refused), REFUSED_ON_A_SLIDE):
        some = draft.refused[start : start + REFUSED_ON_A_SLIDE]
        which = f" ({start + 1} to {start + len(some)} of {len(draft.refused)})"
        slide = draft.add(
            Finding(
                "Appendix: what the data cannot tell yet"
                + (which if len(draft.refused) > REFUSED_ON_A_SLIDE else ""),
                "A number that the rows cannot carry is left out here, and not made up.",
            ),
            *(id for *_, ids in some for id in ids),
        )
        rows = [(title, unmarked(reason), draft.receipts(*ids)) for title, reason, ids in some]
        says = "What has no slide, and why"
        add_table(slide, CONTENT, columns, rows, says=says, row_height=0.64)


def add_comments(draft: Draft) -> None:
    """What people wrote on figures, the newest first; nothing where they are not asked for."""
    columns = (
        Column("On", 3.4, bold=True, size=11, longest=110),
        Column("Comment", 6.1, size=11, longest=260),
        Column("By", 1.35, size=11, longest=40),
        Column("Looking at", 1.28, right=True, size=11),
    )
    comments = draft.comments
    for start in range(0, len(comments), COMMENTS_ON_A_SLIDE):
        some = comments[start : start + COMMENTS_ON_A_SLIDE]
        which = f" ({start + 1} to {start + len(some)} of {len(comments)})"
        slide = draft.add(
            Finding(
                "Appendix: what was written on figures and charts"
                + (which if len(comments) > COMMENTS_ON_A_SLIDE else ""),
                "As it was written in the app, up to the as-of date of this review.",
            ),
            *dict.fromkeys(one.about for one in some),
        )
        rows = [(about(one), one.text, one.who, date(one.on)) for one in some]
        says = "Comments on figures with who wrote them and when"
        add_table(slide, CONTENT, columns, rows, says=says, row_height=0.64)


def about(comment: Comment) -> str:
    known = DEFINITIONS.get(comment.about)
    label = known.label if known else comment.about
    return f"{label}, {comment.point}" if comment.point else label


def add_method(draft: Draft) -> None:
    """The rules that all figures follow, and since when they are the rules."""
    columns = (Column("", 1.9, bold=True, size=12), Column("", 10.23, size=12, longest=220))
    slide = draft.add(
        Finding(
            f"Appendix: how the figures are worked out, by the method of {date(METHOD_OF)}",
            "Each figure's own formula is in the notes of the slides that follow.",
        )
    )
    rows = [(rule, says.format(currency=draft.currency)) for rule, says in METHOD.items()]
    add_table(slide, CONTENT, columns, rows, says="Rules that all figures follow", row_height=0.45)


def add_receipts(draft: Draft) -> None:
    """Every figure with its exact value, its interval, what it is of, and what it means."""
    figures = list(draft.figures.values())
    columns = (
        Column("No.", 0.5, right=True, size=10),
        Column("Figure", 2.5, bold=True, size=10),
        Column("Exactly", 1.6, right=True, size=10),
        Column("Interval", 2.35, right=True, size=9),
        Column("n", 0.75, right=True, size=10),
        Column("", 0.1),
        Column("What it means", 4.33, size=9, longest=200),
    )
    for start in range(0, len(figures), RECEIPTS_ON_A_SLIDE):
        some = figures[start : start + RECEIPTS_ON_A_SLIDE]
        edition = draft.edition
        finding = Finding(
            f"Appendix: receipts {start + 1} to {start + len(some)} of {len(figures)}",
            f"As of {date(edition.as_of)}, snapshot {edition.snapshot}, {edition.currency}, "
            f"{edition.cut}. Formulas are in the notes of this slide.",
        )
        slide = draft.add(finding, *(figure.id for figure in some))
        rows = [
            (number, *receipt(figure, draft.currency))
            for number, figure in enumerate(some, start + 1)
        ]
        says = "Figures with value, interval, count and definition"
        add_table(slide, CONTENT, columns, rows, says=says, row_height=0.49)


def receipt(figure: Figure, currency: str) -> tuple[str, ...]:
    value, low, high = (
        in_unit(number, figure.unit, currency, exact=True)
        for number in (figure.value, figure.low, figure.high)
    )
    ends = "–"
    if figure.low is not None and figure.high is not None:
        level = f" ({share(figure.confidence, 0)})" if figure.confidence else ""
        ends = f"{low} to {high}{level}"
    return figure.label, value, ends, count(figure.n), "", figure.definition

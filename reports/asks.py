"""Slide of the asks: by doing what, which figure moves by how much, and how sure that is."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from pptx.enum.text import MSO_ANCHOR
from pptx.slide import Slide
from pptx.util import Inches, Pt

from charts.wording import count_of, days, in_unit, listed, money, share
from models.asks import BILL_WITHIN, Ask
from models.figures import DEFINITIONS, Figure
from reports.edition import Results
from reports.slides import Column, Draft, Finding, add_table, capitalized
from reports.template import ACCENT, CONTENT, INK_TEXT, PAPER, Box

__all__ = ["add_ask", "add_asks", "ask_in_words", "deed"]

#: More initiatives than these are not named in a sentence.
MOST_NAMED = 3


def doing(titles: Sequence[str]) -> str:
    """Initiatives after "by"; many of them by their number.

    >>> doing(["Clearer invoices", "Fewer refunds"])
    'doing clearer invoices and fewer refunds'
    """
    if len(titles) > MOST_NAMED:
        return f"doing the {len(titles)} initiatives of the plan"
    return f"doing {listed([title[:1].lower() + title[1:] for title in titles])}"


def cause_in_words(cause: str) -> str:
    """A cause of cost inside a sentence.

    >>> cause_in_words("Disputed: quantity"), cause_in_words("Late delivery")
    ('disputes: quantity', 'late delivery')
    """
    return cause.replace("Disputed:", "Disputes:").replace("Noted:", "Collectors note:").lower()


#: What is done, after "by", in the words of a meeting.
DEEDS: Mapping[str, Callable[[Ask], str]] = MappingProxyType(
    {
        "bill_sooner": lambda _: (
            f"sending each invoice within {days(BILL_WITHIN)} of what it is for"
        ),
        "initiatives": lambda ask: doing(ask.about),
        "mend_cause": lambda ask: f"mending what costs most ({cause_in_words(ask.about[0])})",
        "contact_first": lambda ask: f"contacting the first {ask.about[0]} of the watchlist",
        "keep_from_billing": lambda _: "giving nobody a reason to leave over billing",
    }
)
ASK_HEIGHT = 1.1
SURE = {
    "measured": "measured",
    "simulated": "simulated from assumptions",
    "counted": "counted: the most it can bring",
    "estimated": "estimated from who left: the most it can bring",
    "assumed": "assumed, not measured",
}


def add_asks(draft: Draft, results: Results) -> None:
    """Every ask with its money, its interval and how sure it is."""
    if not draft.asks:
        draft.refuse(
            "What to ask for is not known yet",
            "No analysis of this review puts money on an action. Load `orders`, `tickets` or "
            "`surveys`, as the other rows of this list say.",
        )
        return
    slide = draft.add(
        asks_finding(draft.asks, draft.figures, draft.currency),
        *(ask.figure_id for ask in draft.asks),
    )
    columns = (
        Column("By", 3.85, bold=True, size=12, longest=150),
        Column("we move", 2.3, size=12),
        Column("by", 1.25, right=True, size=12),
        Column("Worth", 1.5, right=True, bold=True, size=13),
        Column("Interval", 1.5, right=True, size=11),
        Column("", 0.15),
        Column("How sure", 1.58, size=11),
    )
    rows = [ask_row(ask, draft.currency) for ask in draft.asks]
    says = "What is asked for, what it moves, what that is worth, and how sure it is"
    add_table(slide, CONTENT, columns, rows, says=says, row_height=0.68)


def add_ask(draft: Draft, slide: Slide, box: Box, kind: str) -> None:
    """What a finding leads to, in a box below it; nothing where the results ask for no such thing.

    `box` says where it begins and how wide it is.
    """
    ask = next((one for one in draft.asks if one.kind == kind), None)
    if ask is None:
        return
    left, top, width, _ = box.emu
    # A little below what the finding rests on.
    shape = slide.shapes.add_textbox(left, top + Inches(0.15), width, Inches(ASK_HEIGHT))
    shape.fill.solid()
    shape.fill.fore_color.theme_color = PAPER
    frame = shape.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = Inches(0.15)
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.text = "We ask"
    frame.paragraphs[0].font.size, frame.paragraphs[0].font.bold = Pt(12), True
    frame.paragraphs[0].font.color.theme_color = ACCENT
    said = frame.add_paragraph()
    words = ask_in_words(ask, draft.figures, draft.currency)
    said.text = f"{words} {capitalized(SURE[ask.basis])}."
    said.font.size = Pt(12)
    said.font.color.theme_color = INK_TEXT


def ask_row(ask: Ask, currency: str) -> tuple[str, ...]:
    definition = DEFINITIONS[ask.figure_id]
    return (
        deed(ask),
        definition.label,
        in_unit(ask.change, definition.unit, currency),
        f"{up_to(ask)}{money(ask.value, currency)} {span(ask)}",
        interval_with_confidence(ask, currency),
        "",
        SURE[ask.basis],
    )


def asks_finding(asks: tuple[Ask, ...], figures: Mapping[str, Figure], currency: str) -> Finding:
    """The ask that is best known, in words; and that they must not be added up."""
    first = best_known(asks)
    return Finding(
        ask_in_words(first, figures, currency).rstrip("."),
        f"{capitalized(count_of(len(asks), 'ask'))}, each worked out by itself. They overlap, so "
        "they must not be added up. What is counted is the most it can bring; what is assumed "
        "waits for a measurement.",
    )


def best_known(asks: tuple[Ask, ...]) -> Ask:
    """The most money among those whose interval is above nothing, else of all."""
    return next((ask for ask in asks if ask.low is not None and ask.low > 0), asks[0])


def ask_in_words(ask: Ask, figures: Mapping[str, Figure], currency: str) -> str:
    """By doing this we move that by so much, with its interval.

    >>> from models.asks import Ask
    >>> ask = Ask("bill_sooner", (), 5.2e5, 3.9e5, 6.5e5, 0.95, "once", "receivables.dso", -5.5,
    ...           "measured")
    >>> ask_in_words(ask, {}, "EUR")
    'By sending each invoice within 5 days of what it is for we cut days sales outstanding \
(count-back) by 5.5 days: €520K, once (95 %: €390K to €650K).'
    """
    definition = DEFINITIONS[ask.figure_id]
    worth = f"{up_to(ask)}{money(ask.value, currency)}"
    ends = ""
    if ask.low is not None:
        ends = f" ({share(ask.confidence, 0)}: {interval(ask, currency)})"
    # An interval that reaches to nothing is no promise, and an assumption is none.
    open_ended = ask.basis == "assumed" or (ask.low is not None and ask.low <= 0)
    start = f"By {deed(ask)} we{' may' if open_ended else ''}"
    if ask.change is None:
        return f"{start} gain {worth} {span(ask)}{ends}."
    verb, label = "cut" if ask.change < 0 else "raise", definition.label
    # An abbreviation stays as it is written.
    label = label if label[:2].isupper() else label[:1].lower() + label[1:]
    if definition.unit == "money":
        now = figures.get(ask.figure_id)
        part = f", {share(ask.value / now.value, 0)} of it" if now and now.value else ""
        return f"{start} {verb} {label} by {worth} {span(ask)}{part}{ends}."
    moved = in_unit(abs(ask.change), definition.unit, currency)
    return f"{start} {verb} {label} by {moved}: {worth}, {span(ask)}{ends}."


def deed(ask: Ask) -> str:
    """What is done, as it follows "by"."""
    return DEEDS[ask.kind](ask)


def up_to(ask: Ask) -> str:
    return "up to " if ask.basis in ("counted", "estimated") else ""


def span(ask: Ask) -> str:
    return f"in {count_of(ask.months, 'month')}" if ask.months else ask.span


def interval(ask: Ask, currency: str) -> str:
    return f"{money(ask.low, currency)} to {money(ask.high, currency)}"


def interval_with_confidence(ask: Ask, currency: str) -> str:
    """As asks stand in one column whose intervals are not all of one confidence."""
    if ask.low is None or ask.high is None:
        return "–"
    return f"{interval(ask, currency)} ({share(ask.confidence, 0)})"

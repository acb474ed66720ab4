"""The parts a slide is made of: a finding, its receipt, and a native table."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.oxml.table import CT_TableRow
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide
from pptx.table import Table, _Cell
from pptx.util import Inches, Pt

from charts.wording import count, date, in_unit, share
from models.asks import Ask
from models.commitments import Commitment, Scored
from models.figures import Figure
from models.late_share import LateShare
from models.price_scenarios import PriceScenarios
from models.scoreboard import Scoreboard
from reports.edition import Comment, Edition, Results
from reports.plain_text import plain
from reports.template import (
    ACCENT,
    CONTENT,
    FINDING,
    INK_TEXT,
    PAPER,
    QUIET_RGB,
    RULE,
    Box,
    copy_slide_number,
    layout_named,
)

__all__ = [
    "Column",
    "Draft",
    "Finding",
    "add_caption",
    "add_refusal",
    "add_table",
    "called",
    "capitalized",
    "interval",
    "receipt_in_full",
    "side_by_side",
    "unmarked",
]

#: A title of more characters is set smaller, so that two lines hold it.
LONG_TITLE = 105
LONGEST_TITLE = 190
#: So is a line under it, which would run into what is below.
LONG_LINE = 215
LONGEST_LINE = 330

ROW_HEIGHT = 0.34
COLUMN_GAP = 0.35


@dataclass(frozen=True)
class Finding:
    """What a slide says: one title that states the finding with its number, and why it matters."""

    title: str
    so_what: str


@dataclass(frozen=True, eq=False)
class Draft:
    """A deck in the making, and what every slide of it prints.

    Attributes
    ----------
    late_by, segments, carried, committed, scenarios, comments
        As in `reports.deck.tell`.
    scoreboard : Scoreboard or None
        With the figures that are to be shown, their changes, targets and owners.
    asks : tuple of Ask
        What the results ask for, the most money first.
    refused : list of (str, str, tuple of str)
        What has no slide because the data cannot carry it, with its reason and its figures.
    told : list of Finding
        What the slides say, in their order.
    findings : dict of str to tuple of Finding
        The same by entry of `reports.contents`.
    """

    deck: Deck
    edition: Edition
    figures: Mapping[str, Figure]
    late_by: Mapping[str, LateShare] = field(default_factory=dict)
    segments: Mapping[str, str] = field(default_factory=dict)
    scoreboard: Scoreboard | None = None
    asks: tuple[Ask, ...] = ()
    carried: tuple[Scored, ...] = ()
    committed: tuple[Commitment, ...] = ()
    scenarios: PriceScenarios | None = None
    comments: tuple[Comment, ...] = ()
    refused: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    told: list[Finding] = field(default_factory=list)
    findings: dict[str, tuple[Finding, ...]] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        return self.edition.currency

    def add(self, finding: Finding, *ids: str) -> Slide:
        """A finding, with the receipt of figures `ids` at its foot and in its notes."""
        self.told.append(finding)
        figures = [self.figures[name] for name in ids if name in self.figures]
        layout = layout_named(self.deck, FINDING)
        slide = self.deck.slides.add_slide(layout)
        title = slide.shapes.title.text_frame
        title.text = plain(finding.title, longest=LONGEST_TITLE)
        if len(title.text) > LONG_TITLE:
            title.paragraphs[0].runs[0].font.size = Pt(20)
        set_text(slide, 13, unmarked(finding.so_what))
        set_text(slide, 14, self.receipt_line(*ids))
        copy_slide_number(layout, slide)
        slide.notes_slide.notes_text_frame.text = receipt_in_full(self.edition, figures)
        return slide

    def receipt_line(self, *ids: str) -> str:
        """Which receipts of the appendix a slide rests on, as of when, and of whom."""
        edition = self.edition
        said = [f"as of {date(edition.as_of)}", edition.currency, edition.cut]
        if numbers := self.receipts(*ids):
            said.insert(0, f"Receipt{'' if numbers.isdecimal() else 's'} {numbers} in the appendix")
        return "  ·  ".join(said)

    def receipts(self, *ids: str) -> str:
        """The numbers that the appendix gives to the receipts of figures `ids`."""
        places = {name: number for number, name in enumerate(self.figures, 1)}
        return in_ranges(sorted({places[name] for name in ids if name in places}))

    def held(self, results: Results, name: str, otherwise: str, *ids: str) -> Any:
        """The result called `name`; without it None, and the appendix says why, by `otherwise`."""
        result = getattr(results, name)
        if result is None:
            self.refuse(otherwise, results.reasons[name], *ids)
        return result

    def refuse(self, title: str, reason: str, *ids: str) -> None:
        """No slide for what the data cannot carry; its reason is for the appendix."""
        self.refused.append((title, reason, ids))


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, its width in inches, and how its text stands."""

    head: str
    width: float
    right: bool = False
    bold: bool = False
    size: float = 12
    longest: int = 60


def set_text(slide: Slide, idx: int, text: str) -> None:
    holder = next(p for p in slide.placeholders if p.placeholder_format.idx == idx)
    if not text:
        # An empty placeholder shows its prompt to whoever opens the deck.
        holder._element.getparent().remove(holder._element)
        return
    holder.text_frame.text = plain(text, longest=LONGEST_LINE)
    if len(text) > LONG_LINE:
        holder.text_frame.paragraphs[0].runs[0].font.size = Pt(12)


def in_ranges(numbers: Sequence[int]) -> str:
    """Rising numbers, those in a row by their ends.

    >>> in_ranges([3, 4, 5, 9])
    '3–5, 9'
    """
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(f"{p[0]}–{p[-1]}" if len(p) > 1 else f"{p[0]}" for p in parts)


def receipt_in_full(edition: Edition, figures: Sequence[Figure]) -> str:
    """The receipt for the notes: every figure to its last digit, with definition and formula."""
    parts = [
        f"Receipt. {plain(edition.company, longest=200)}, as of {edition.as_of.isoformat()}, "
        f"snapshot {edition.snapshot}, reporting currency {edition.currency}, "
        f"{plain(edition.cut, longest=600)}."
    ]
    for figure in figures:
        value, low, high = (
            in_unit(number, figure.unit, edition.currency, exact=True)
            for number in (figure.value, figure.low, figure.high)
        )
        lines = [f"{figure.label} ({figure.id}): {value}"]
        if figure.low is not None and figure.high is not None:
            lines.append(f"Interval: {low} to {high}")
        lines.append(f"n = {count(figure.n)}, as of {figure.as_of.isoformat()}")
        lines.append(f"Definition: {figure.definition}")
        lines.append(f"Formula: {figure.formula}")
        if figure.reason:
            lines.append(f"Note: {plain(unmarked(figure.reason), longest=600)}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def add_table(
    slide: Slide,
    box: Box,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    *,
    says: str,
    total: bool = False,
    row_height: float = ROW_HEIGHT,
) -> float:
    """A native table of plain text with rules between the rows; returns where it ends.

    `says` is read out by a screen reader; `total` sets off the last row.
    """
    height = row_height * (len(rows) + 1)
    place = Box(box.left, box.top, sum(column.width for column in columns), height)
    # One row of each kind is formatted; the others are copies of it, for a cell has ten formats.
    frame = slide.shapes.add_table(len(Kind), len(columns), *place.emu)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", plain(says, longest=500))
    table = frame.table
    # The library's table style brings its own colours; ours are set cell by cell.
    properties = table._tbl.tblPr
    properties.remove(properties.find(qn("a:tableStyleId")))
    properties.set("bandRow", "0")
    patterns = {}
    for number, kind in enumerate(Kind):
        patterns[kind] = table.rows[number]._tr
        patterns[kind].h = Inches(row_height)
        for index, column in enumerate(columns):
            format_cell(table.cell(number, index), column, kind)
    for index, column in enumerate(columns):
        table.columns[index].width = Inches(column.width)
    for pattern in patterns.values():
        table._tbl.remove(pattern)
    add_row(table, patterns[Kind.HEAD], [(column.head, column.longest) for column in columns])
    for number, row in enumerate(rows, 1):
        kind = Kind.TOTAL if total and number == len(rows) else Kind.BODY
        texts = [(value, c.longest) for c, value in zip(columns, row, strict=True)]
        add_row(table, patterns[kind], texts)
    return box.top + height


class Kind(Enum):
    """What a row of a table is, which says how its cells look."""

    HEAD = "head"
    BODY = "body"
    TOTAL = "total"


def format_cell(cell: _Cell, column: Column, kind: Kind) -> None:
    frame = cell.text_frame
    frame.word_wrap = True
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if column.right else PP_ALIGN.LEFT
    paragraph.font.size = Pt(10.5 if kind is Kind.HEAD else column.size)
    paragraph.font.bold = kind is not Kind.BODY or column.bold
    if kind is Kind.HEAD:
        paragraph.font.color.rgb = QUIET_RGB
    else:
        paragraph.font.color.theme_color = INK_TEXT
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_left = cell.margin_right = Inches(0.08)
    cell.margin_top = cell.margin_bottom = Inches(0.02)
    if kind is Kind.TOTAL:
        cell.fill.solid()
        cell.fill.fore_color.theme_color = PAPER
    else:
        cell.fill.background()
    rule_below(cell, strong=kind is Kind.HEAD)


def add_row(table: Table, pattern: CT_TableRow, values: Sequence[tuple[object, int]]) -> None:
    """A row that looks like `pattern`, of values that may have so many characters."""
    row = deepcopy(pattern)
    for cell, (value, longest) in zip(row.tc_lst, values, strict=True):
        cell.txBody.p_lst[0].append_text(plain(value, longest=longest))
    table._tbl.append(row)


def rule_below(cell: _Cell, *, strong: bool) -> None:
    properties = cell._tc.get_or_add_tcPr()
    color = '<a:schemeClr val="accent1"/>' if strong else f'<a:srgbClr val="{RULE}"/>'
    width = 12700 if strong else 6350
    spaces = nsdecls("a")
    sides = [f'<a:{side} {spaces} w="0"><a:noFill/></a:{side}>' for side in ("lnL", "lnR", "lnT")]
    sides.append(f'<a:lnB {spaces} w="{width}"><a:solidFill>{color}</a:solidFill></a:lnB>')
    # The schema wants borders before the fill.
    for position, side in enumerate(sides):
        properties.insert(position, parse_xml(side))


def add_caption(
    slide: Slide,
    box: Box,
    text: str,
    *,
    size: float = 12,
    bold: bool = True,
    color: RGBColor | None = None,
) -> None:
    """A line of text above or below a chart or table."""
    frame = slide.shapes.add_textbox(*box.emu).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.text = plain(text, longest=LONGEST_LINE)
    font = frame.paragraphs[0].font
    font.size, font.bold = Pt(size), bold
    if color is None:
        font.color.theme_color = INK_TEXT
    else:
        font.color.rgb = color


def add_refusal(slide: Slide, reason: str, box: Box = CONTENT, *, title: str = "Not shown") -> None:
    """Where a chart would be: why there is none."""
    left, top, width, _ = box.emu
    shape = slide.shapes.add_textbox(left, top, width, Inches(1.4))
    shape.fill.solid()
    shape.fill.fore_color.theme_color = PAPER
    frame = shape.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = Inches(0.3)
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.auto_size = MSO_AUTO_SIZE.NONE
    frame.text = title
    frame.paragraphs[0].font.size, frame.paragraphs[0].font.bold = Pt(14), True
    frame.paragraphs[0].font.color.theme_color = ACCENT
    said = frame.add_paragraph()
    said.text = plain(unmarked(reason), longest=600)
    said.space_before = Pt(4)
    said.font.size = Pt(14)
    said.font.color.theme_color = INK_TEXT


def side_by_side(right_width: float) -> tuple[Box, Box]:
    """The place for content split in two, the right part `right_width` inches wide."""
    left_width = CONTENT.width - right_width - COLUMN_GAP
    left = Box(CONTENT.left, CONTENT.top, left_width, CONTENT.height)
    return left, Box(left.left + left_width + COLUMN_GAP, CONTENT.top, right_width, CONTENT.height)


def interval(low: float, high: float, said: Callable[[float], str] = share) -> str:
    """The ends of an interval as `said` writes a number; a dash where there is none."""
    return "–" if np.isnan(low) or np.isnan(high) else f"{said(low)} – {said(high)}"


def unmarked(reason: str) -> str:
    """A reason without the marks that set a column's name apart on a page."""
    return reason.replace("`", "")


def called(name: object, *, longest: int = 36) -> str:
    """A customer or a segment in a sentence."""
    return plain(name, longest=longest)


def capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]

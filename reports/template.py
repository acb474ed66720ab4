"""The look of every deck: a 16:9 template made in code, in the palette of the charts.

Colours and fonts are the theme's, so that a company that puts its own theme on the deck
recolours text, tables and charts in one step.
"""

import copy
import io
import zipfile
from dataclasses import dataclass

from lxml import etree
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide, SlideLayout
from pptx.util import Emu, Inches

from charts.theme import PALETTE

__all__ = [
    "ACCENT",
    "CONTENT",
    "FINDING",
    "HEIGHT",
    "INK_TEXT",
    "LATE_ACCENT",
    "OPENING",
    "PAPER",
    "PLAN_ACCENT",
    "QUIET",
    "QUIET_RGB",
    "RULE",
    "WIDTH",
    "Box",
    "as_bytes",
    "drop_leftovers",
    "new_deck",
    "places",
    "transform",
]


@dataclass(frozen=True)
class Box:
    """A place on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float

    @property
    def emu(self) -> tuple[Emu, Emu, Emu, Emu]:
        return tuple(Inches(side) for side in (self.left, self.top, self.width, self.height))

    def below(self, top: float) -> "Box":
        """The part of it from `top` on."""
        return Box(self.left, top, self.width, max(self.top + self.height - top, 0.0))


WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.6
#: Where a slide's chart or table goes.
CONTENT = Box(MARGIN, 2.1, WIDTH - 2 * MARGIN, 4.5)

OPENING, FINDING = "Opening", "Finding"

#: Theme colours by what they are used for.
INK_TEXT = MSO_THEME_COLOR.TEXT_1
PAPER = MSO_THEME_COLOR.BACKGROUND_2
ACCENT = MSO_THEME_COLOR.ACCENT_1
LATE_ACCENT = MSO_THEME_COLOR.ACCENT_2
PLAN_ACCENT = MSO_THEME_COLOR.ACCENT_3
QUIET = MSO_THEME_COLOR.ACCENT_5
RULE = RGBColor(0xDD, 0xD7, 0xCA)
#: Small print: darker than the quiet mark colour, which is too pale to read at 9 points.
QUIET_RGB = RGBColor(0x5A, 0x68, 0x70)

FONT = "Arial"
THEME_COLORS = {
    "dk1": "#1B2A33",
    "lt1": "#FFFFFF",
    "dk2": "#0F5C63",
    "lt2": "#F3F0E9",
    **{f"accent{n}": color for n, color in enumerate(PALETTE[:6], 1)},
    "hlink": "#0F5C63",
    "folHlink": "#6F7F87",
}

# A zip records when each member was written; the same figures shall be the same file.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def new_deck() -> Deck:
    """An empty deck with two layouts: `OPENING` and `FINDING`."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    drop_leftovers(deck)
    set_theme(deck)
    set_master(deck)
    opening, finding = deck.slide_layouts[0], deck.slide_layouts[5]
    for layout in list(deck.slide_layouts):
        if layout not in (opening, finding):
            deck.slide_layouts.remove(layout)
    for layout, name in ((opening, OPENING), (finding, FINDING)):
        ours = places(name)
        title = placeholder(
            0, "Title", ours.title_kind, ours.title_box, size=ours.title_size, bold=True,
            anchor="ctr",
        )  # fmt: skip
        make_layout(layout, name, *ours.bars, title, *ours.others)
    return deck


@dataclass(frozen=True)
class Places:
    """What a layout of ours has: its title's place, and the XML of its other shapes."""

    title_kind: str
    title_box: Box
    title_size: int
    bars: tuple[str, ...]
    others: tuple[str, ...]


def places(name: str) -> Places:
    """The places of the layout called `name`."""
    receipt = Box(MARGIN, 6.84, 11.3, 0.42)
    if name == OPENING:
        text = Box(MARGIN + 0.35, 1.3, WIDTH - 2 * MARGIN - 0.35, 1.5)
        story = Box(text.left, 3.1, text.width, 3.1)
        return Places(
            "ctrTitle", text, 34,
            (bar(Box(MARGIN, 1.55, 0.09, 4.6)),),
            (placeholder(1, "Subtitle", "subTitle", story, size=20),
             placeholder(14, "Receipt", "body", receipt, size=10, quiet=True)),
        )  # fmt: skip
    return Places(
        "title", Box(0.87, 0.4, 11.86, 0.94), 24,
        (bar(Box(MARGIN, 0.47, 0.09, 0.8)),
         bar(Box(MARGIN, 6.78, WIDTH - 2 * MARGIN, 0.01), color="DDD7CA")),
        (placeholder(13, "So what", "body", Box(0.87, 1.38, 11.86, 0.6), size=15, quiet=True),
         placeholder(14, "Receipt", "body", receipt, size=9, quiet=True),
         slide_number(Box(WIDTH - MARGIN - 0.8, 6.84, 0.8, 0.42))),
    )  # fmt: skip


def as_bytes(deck: Deck) -> bytes:
    """The deck as a file; the same deck is the same bytes whenever it is written."""
    saved, out = io.BytesIO(), io.BytesIO()
    deck.save(saved)
    with zipfile.ZipFile(saved) as written, zipfile.ZipFile(out, "w") as package:
        for name in written.namelist():
            member = zipfile.ZipInfo(name, ZIP_EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(member, written.read(name))
    return out.getvalue()


def drop_leftovers(deck: Deck) -> None:
    """The library's file brings a picture of its own first slide, and a printer's settings."""
    package = deck.part.package
    for name, relation in list(package._rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            package.drop_rel(name)
    for name, relation in list(deck.part.rels.items()):
        if relation.reltype.endswith("/printerSettings"):
            deck.part.rels.pop(name)


def set_theme(deck: Deck) -> None:
    """Colours and fonts of the theme, for slides and for the notes' pages."""
    part = next(
        rel.target_part
        for rel in deck.slide_master.part.rels.values()
        if rel.reltype.endswith("/theme")
    )
    theme = etree.fromstring(part.blob)
    for name, color in THEME_COLORS.items():
        slot = theme.find(f".//{qn('a:clrScheme')}/{qn('a:' + name)}")
        for child in list(slot):
            slot.remove(child)
        etree.SubElement(slot, qn("a:srgbClr"), val=color.lstrip("#"))
    for latin in theme.iter(qn("a:latin")):
        latin.set("typeface", FONT)
    theme.set("name", "Goodwill")
    part.blob = etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)


def set_master(deck: Deck) -> None:
    """Titles to the left, text without bullets; places come from the layouts."""
    styles = deck.slide_master.element.find(qn("p:txStyles"))
    styles.find(f"{qn('p:titleStyle')}/{qn('a:lvl1pPr')}").set("algn", "l")
    for level in styles.find(qn("p:bodyStyle")):
        level.set("marL", "0")
        level.set("indent", "0")
        for bullet in (*level.findall(qn("a:buFont")), *level.findall(qn("a:buChar"))):
            level.remove(bullet)
    scale = WIDTH / 10
    for shape in deck.slide_master.placeholders:
        shape.left, shape.width = Emu(int(shape.left * scale)), Emu(int(shape.width * scale))


def make_layout(layout: SlideLayout, name: str, *shapes: str) -> None:
    tree = layout.shapes._spTree
    for old in [child for child in tree if child.tag == qn("p:sp")]:
        tree.remove(old)
    for number, shape in enumerate(shapes, 2):
        tree.append(parse_xml(shape.replace('id="0"', f'id="{number}"', 1)))
    layout.element.find(qn("p:cSld")).set("name", name)
    # A type of PowerPoint's own promises placeholders that this layout does not have.
    layout.element.attrib.pop("type", None)
    layout.element.set("userDrawn", "1")


def placeholder(
    idx: int,
    name: str,
    kind: str,
    box: Box,
    *,
    size: int,
    bold: bool = False,
    quiet: bool = False,
    anchor: str = "t",
) -> str:
    """XML of a text placeholder: its place, and how text in it looks."""
    color = f'<a:srgbClr val="{QUIET_RGB}"/>' if quiet else '<a:schemeClr val="tx1"/>'
    index = f'idx="{idx}"' if idx else ""
    return f"""<p:sp {nsdecls("p", "a")}>
      <p:nvSpPr><p:cNvPr id="0" name="{name}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>
        <p:nvPr><p:ph type="{kind}" {index}/></p:nvPr></p:nvSpPr>
      <p:spPr>{transform(box)}</p:spPr>
      <p:txBody>
        <a:bodyPr lIns="0" rIns="0" tIns="0" bIns="0" anchor="{anchor}"><a:normAutofit/></a:bodyPr>
        <a:lstStyle><a:lvl1pPr marL="0" indent="0" algn="l"><a:spcBef><a:spcPts val="0"/></a:spcBef>
          <a:buNone/><a:defRPr sz="{size * 100}" b="{int(bold)}"><a:solidFill>{color}</a:solidFill>
          </a:defRPr></a:lvl1pPr></a:lstStyle>
        <a:p><a:r><a:rPr lang="en-GB"/><a:t>{name}</a:t></a:r></a:p>
      </p:txBody></p:sp>"""


def slide_number(box: Box) -> str:
    """XML of the page number; slides copy it, because a layout's own is not shown on them."""
    return f"""<p:sp {nsdecls("p", "a")}>
      <p:nvSpPr><p:cNvPr id="0" name="Slide number"/>
        <p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>
        <p:nvPr><p:ph type="sldNum" sz="quarter" idx="12"/></p:nvPr></p:nvSpPr>
      <p:spPr>{transform(box)}</p:spPr>
      <p:txBody><a:bodyPr lIns="0" rIns="0" tIns="0" bIns="0" anchor="t"/>
        <a:lstStyle><a:lvl1pPr algn="r"><a:defRPr sz="900"><a:solidFill>
          <a:srgbClr val="{QUIET_RGB}"/></a:solidFill></a:defRPr></a:lvl1pPr></a:lstStyle>
        <a:p><a:fld id="{{C1FF6DA9-008F-8B48-92A6-B652298478BF}}" type="slidenum">
          <a:rPr lang="en-GB"/><a:t>‹#›</a:t></a:fld></a:p></p:txBody></p:sp>"""


def bar(box: Box, color: str | None = None) -> str:
    fill = f'<a:srgbClr val="{color}"/>' if color else '<a:schemeClr val="accent1"/>'
    return f"""<p:sp {nsdecls("p", "a")}>
      <p:nvSpPr><p:cNvPr id="0" name="Bar"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>
      <p:spPr>{transform(box)}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
        <a:solidFill>{fill}</a:solidFill><a:ln><a:noFill/></a:ln></p:spPr>
      <p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:endParaRPr lang="en-GB"/></a:p></p:txBody></p:sp>"""


def transform(box: Box) -> str:
    left, top, width, height = box.emu
    return f'<a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'


def layout_named(deck: Deck, name: str) -> SlideLayout:
    return next(layout for layout in deck.slide_layouts if layout.name == name)


def copy_slide_number(layout: SlideLayout, slide: Slide) -> None:
    """Put the page number on `slide`; the library leaves it out."""
    shape = next(s for s in layout.placeholders if s.placeholder_format.idx == 12)
    number = copy.deepcopy(shape._element)
    # Two shapes of one number would make PowerPoint offer to repair the file.
    number.nvSpPr.cNvPr.set("id", str(1 + max(s.shape_id for s in slide.shapes)))
    slide.shapes._spTree.append(number)

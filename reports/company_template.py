"""A company's own PowerPoint template: its master and its theme, with the places of our slides."""

import io
import zipfile
from collections.abc import Iterator

from lxml import etree
from pptx import Presentation
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.presentation import Presentation as Deck
from pptx.slide import SlideLayout
from pptx.util import Inches

from reports.template import (
    FINDING,
    HEIGHT,
    OPENING,
    WIDTH,
    drop_leftovers,
    new_deck,
    places,
    transform,
)

__all__ = ["LARGEST", "company_deck"]

#: A template with its pictures has a few megabytes; what is larger is something else.
LARGEST, LARGEST_UNPACKED, MOST_PARTS = 50_000_000, 300_000_000, 5_000
#: Slides that are this much wider or higher in proportion are taken for widescreen still.
NEARLY = 0.02

#: Kinds of layout that each of ours can be made from, the best first.
MADE_FROM = {OPENING: ("title", "ctrTitle"), FINDING: ("titleOnly", "obj", "tx", "blank")}
TITLES = ("title", "ctrTitle")
TEMPLATE_TYPE = b"presentationml.template.main+xml"
DECK_TYPE = b"presentationml.presentation.main+xml"


def company_deck(content: bytes) -> tuple[Deck, str]:
    """An empty deck in the look of a template, and what was not as it should be, in words.

    Layouts are found by their type, and ours are made from them: title, text and colours are the
    template's, and places are ours. Without two layouts that have a title the deck has our look.

    Parameters
    ----------
    content : bytes
        A ``.pptx`` or ``.potx`` file.

    Raises
    ------
    ValueError
        If it is no such file, is too large, is not widescreen, or holds what acts.

    Examples
    --------
    >>> try:
    ...     company_deck(b"no file")
    ... except ValueError as error:
    ...     print(error)
    The template is no PowerPoint file. Save it as .pptx or .potx and choose it again.
    """
    try:
        return fitted(content)
    except TemplateRefused:
        raise
    except Exception as error:  # a damaged file fails anywhere in the library
        raise ValueError(
            "The template is damaged and cannot be read. Open it in PowerPoint, save it as .pptx "
            "and choose it again."
        ) from error


class TemplateRefused(ValueError):
    """What the file is, or what is in it, cannot be taken."""


def fitted(content: bytes) -> tuple[Deck, str]:
    deck = opened(content)
    drop_slides(deck)
    drop_leftovers(deck)
    resize(deck)
    chosen = {name: layout_of(deck, name) for name in MADE_FROM}
    if None in chosen.values() or chosen[OPENING] is chosen[FINDING]:
        return new_deck(), (
            "The template has no two layouts with a title, one for the cover and one for slides, "
            "so the deck has the usual look. Add them in PowerPoint under View, Slide Master."
        )
    for name, layout in chosen.items():
        fit_out(layout, name)
    instead = chosen[FINDING].element.get("type")
    said = "" if instead == "titleOnly" else (
        "The template has no layout 'Title Only', so slides are made from another one."
    )  # fmt: skip
    for layout in chosen.values():
        # A type of PowerPoint's own promises placeholders that the layout has no longer.
        layout.element.attrib.pop("type", None)
    return deck, said


def opened(content: bytes) -> Deck:
    """The file as a deck, where it is one and nothing in it acts."""
    if len(content) > LARGEST:
        raise TemplateRefused(
            f"The template has {len(content) / 1e6:,.0f} MB, and {LARGEST / 1e6:,.0f} are the most "
            "that is read. Take pictures out of its slides and save it again."
        )
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise TemplateRefused(
            "The template is no PowerPoint file. Save it as .pptx or .potx and choose it again."
        )
    deck = Presentation(io.BytesIO(as_deck(content)))
    if any(not kind.endswith("/hyperlink") for kind in external(deck)):
        raise TemplateRefused(
            "The template loads something from outside when it is opened. Put linked pictures and "
            "objects into the file itself, and choose it again."
        )
    return deck


def as_deck(content: bytes) -> bytes:
    """The package with the type of a deck, which a template is but for its name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        members = package.infolist()
        if len(members) > MOST_PARTS or sum(m.file_size for m in members) > LARGEST_UNPACKED:
            raise TemplateRefused(
                "The template unpacks to more than any template holds, so it was not read. Save it "
                "in PowerPoint without its slides and choose it again."
            )
        acts = ("vbaproject", "activex", "/embeddings/", "oleobject")
        if any(word in m.filename.lower() for m in members for word in acts):
            raise TemplateRefused(
                "The template holds macros or embedded objects, which a deck for others must not "
                "bring. Save it as .pptx without them and choose it again."
            )
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
            for member in members:
                data = package.read(member)
                if member.filename == "[Content_Types].xml":
                    data = data.replace(TEMPLATE_TYPE, DECK_TYPE)
                written.writestr(member.filename, data)
    return out.getvalue()


def external(deck: Deck) -> Iterator[str]:
    """Types of the relations that lead out of the file."""
    for part in deck.part.package.iter_parts():
        yield from (rel.reltype for rel in part.rels.values() if rel.is_external)


def drop_slides(deck: Deck) -> None:
    """Take out the slides, and what would still speak of them."""
    ids = deck.slides._sldIdLst
    for one in list(ids):
        deck.part.drop_rel(one.rId)
        ids.remove(one)
    root = deck.element
    for tag in ("p:custShowLst", "p:extLst"):
        for child in root.findall(qn(tag)):
            root.remove(child)


def resize(deck: Deck) -> None:
    """Make widescreen slides of another size as large as ours, with all that is on their master."""
    across, down = Inches(WIDTH) / deck.slide_width, Inches(HEIGHT) / deck.slide_height
    if abs(across / down - 1) > NEARLY:
        raise TemplateRefused(
            f"The template's slides are {deck.slide_width / 914_400:.1f} by "
            f"{deck.slide_height / 914_400:.1f} inches, and decks are widescreen (16:9). Change it "
            "in PowerPoint under Design, Slide Size, and choose it again."
        )
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    if abs(across - 1) < NEARLY:
        return
    for holder in (deck.slide_master, *deck.slide_layouts):
        for element in holder.element.iter(*map(qn, ("a:off", "a:ext", "a:chOff", "a:chExt"))):
            scale(element, ("x", "y", "cx", "cy"), across)
        for element in holder.element.iter(*map(qn, ("a:defRPr", "a:rPr"))):
            scale(element, ("sz",), across)


def scale(element: etree._Element, names: tuple[str, ...], by: float) -> None:
    for name in names:
        if element.get(name, "").lstrip("-").isdecimal():
            element.set(name, str(round(int(element.get(name)) * by)))


def layout_of(deck: Deck, name: str) -> SlideLayout | None:
    """The layout with a title whose type suits best; any with a title where none does."""
    titled = [layout for layout in deck.slide_layouts if title_of(layout) is not None]
    for kind in MADE_FROM[name]:
        for layout in titled:
            if layout.element.get("type") == kind:
                return layout
    return next((one for one in titled if one.element.get("type") not in MADE_FROM[OPENING]), None)


def title_of(layout: SlideLayout) -> etree._Element | None:
    for shape in layout.element.iter(qn("p:sp")):
        mark = shape.find(f".//{qn('p:ph')}")
        if mark is not None and mark.get("type") in TITLES:
            return shape
    return None


def fit_out(layout: SlideLayout, name: str) -> None:
    """Leave a layout its title and its pictures, and give it our other places."""
    tree, title = layout.shapes._spTree, title_of(layout)
    for shape in list(tree.iter(qn("p:sp"))):
        if shape is not title and shape.find(f".//{qn('p:ph')}") is not None:
            shape.getparent().remove(shape)
    numbers = [int(one.get("id")) for one in tree.iter(qn("p:cNvPr"))]
    ours = places(name)
    put_title(title, ours.title_box, ours.title_size)
    for number, shape in enumerate(ours.others, max(numbers) + 1):
        tree.append(parse_xml(shape.replace('id="0"', f'id="{number}"', 1)))
    layout.element.find(qn("p:cSld")).set("name", name)


def put_title(title: etree._Element, box, size: int) -> None:
    """Our place and size for the title; its font and colour stay the template's."""
    properties = title.find(qn("p:spPr"))
    for old in properties.findall(qn("a:xfrm")):
        properties.remove(old)
    properties.insert(0, parse_xml(transform(box).replace("<a:xfrm>", f"<a:xfrm {nsdecls('a')}>")))
    body = title.find(qn("p:txBody"))
    style = parse_xml(
        f'<a:lstStyle {nsdecls("a")}><a:lvl1pPr algn="l"><a:defRPr sz="{size * 100}"/></a:lvl1pPr>'
        "</a:lstStyle>"
    )
    old = body.find(qn("a:lstStyle"))
    if old is not None:
        body.replace(old, style)
    else:
        body.find(qn("a:bodyPr")).addnext(style)

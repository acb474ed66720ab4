"""A deck read back: what its slides say and hold, and their pictures where a program draws them."""

import io
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pptx import Presentation
from pptx.chart.chart import Chart
from pptx.slide import Slide
from pptx.table import Table

__all__ = ["Shown", "can_draw", "draw", "outline"]

#: The office suite that draws the slides, and what makes pictures of its pages.
OFFICE, PAGES = "soffice", "pdftoppm"
PIXELS_PER_INCH = 80
SECONDS = 180
SO_WHAT = 13


@dataclass(frozen=True, eq=False)
class Shown:
    """What stands on a slide, as it stands there; a chart as the numbers that it draws."""

    title: str
    said: tuple[str, ...]
    tables: tuple[pd.DataFrame, ...]
    charts: tuple[pd.DataFrame, ...]

    @property
    def in_appendix(self) -> bool:
        return self.title.startswith("Appendix")


def outline(deck: bytes) -> list[Shown]:
    """Every slide of a deck, read from its file.

    Examples
    --------
    >>> from reports.slides import Draft, Finding
    >>> from reports.template import as_bytes, new_deck
    >>> from reports.edition import Edition
    >>> import datetime as dt
    >>> draft = Draft(new_deck(), Edition("Acme", "a", dt.date(2026, 9, 30), "EUR"), {})
    >>> _ = draft.add(Finding("Half are paid late", "So remind sooner."))
    >>> [(slide.title, slide.said) for slide in outline(as_bytes(draft.deck))]
    [('Half are paid late', ('So remind sooner.',))]
    """
    return [read(slide) for slide in Presentation(io.BytesIO(deck)).slides]


def read(slide: Slide) -> Shown:
    said = [
        text
        for holder in slide.placeholders
        if holder.placeholder_format.idx in (1, SO_WHAT)
        for text in holder.text_frame.text.split("\n")
    ]
    return Shown(
        slide.shapes.title.text,
        tuple(said),
        tuple(rows_of(shape.table) for shape in slide.shapes if shape.has_table),
        tuple(numbers_of(shape.chart) for shape in slide.shapes if shape.has_chart),
    )


def rows_of(table: Table) -> pd.DataFrame:
    head, *rows = ([cell.text for cell in row.cells] for row in table.rows)
    # Columns without a head keep the rows apart on the slide, or have nothing to say.
    named = [name or " " * place for place, name in enumerate(head, 1)]
    frame = pd.DataFrame(rows, columns=named)
    return frame.loc[:, (frame != "").any()]


def numbers_of(chart: Chart) -> pd.DataFrame:
    """One row a point of a chart: its place on the axis, and each series."""
    made = {}
    for series in chart.plots[0].series:
        # Bars and lines have names across, curves numbers.
        names, numbers = (series._element.findall(f"{{*}}{tag}//{{*}}v") for tag in ("cat", "xVal"))
        across = [one.text for one in names or numbers]
        made[series.name] = pd.Series(list(series.values), index=across)
    if len(made) == 1:
        [[name, values]] = made.items()
        return values.rename_axis("at").reset_index(name=name)
    return pd.concat(made, names=["series", "at"]).reset_index(name="value")


def can_draw() -> bool:
    """Whether this machine has what makes pictures of slides."""
    return all(shutil.which(program) for program in (OFFICE, PAGES))


def draw(deck: bytes) -> list[bytes]:
    """Each slide as a PNG, drawn by LibreOffice.

    Raises
    ------
    ValueError
        If it does not draw them within three minutes.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "deck.pptx"
        file.write_bytes(deck)
        # A profile of its own, so that it does not wait for an office that somebody has open.
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        convert = [OFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, file]
        paint = [PAGES, "-r", str(PIXELS_PER_INCH), "-png", Path(folder) / "deck.pdf",
                 Path(folder) / "slide"]  # fmt: skip
        try:
            for command in (convert, paint):
                subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
        except (subprocess.SubprocessError, OSError) as error:
            raise ValueError(
                "LibreOffice did not draw the slides. The deck itself is whole: download it and "
                "open it in PowerPoint."
            ) from error
        return [picture.read_bytes() for picture in sorted(Path(folder).glob("slide-*.png"))]

"""The brief: what a review says on two pages to print, and as one page to send."""

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import typst
import vl_convert

from charts.churn import retention_bridge
from charts.poor_experience import cost_bars
from charts.receivables import dso_trend
from charts.wording import count_of, date, in_unit
from reports.asks import ask_row
from reports.commitments import in_its_unit, target_in_words
from reports.contents import STORY
from reports.edition import Results
from reports.plain_text import plain
from reports.scoreboard import ends, headlines
from reports.slides import Draft, capitalized
from reports.story import story

__all__ = ["Brief", "brief_html", "brief_of", "brief_pdf", "pages_of"]

TEMPLATE = Path(__file__).with_name("brief.typ")

#: Slides whose findings the brief tells in other ways: as sentences, tables and lists.
ELSEWHERE = frozenset({"cover", "scoreboard", "asks", "carried_over", "commitments"})
#: What two pages hold, and how much smaller letters become where that is still too long.
MOST_FINDINGS, MOST_ASKS, MOST_PROMISED, MOST_MISSING = 8, 5, 3, 4
PAGES, SCALES = 2, (1.0, 0.94, 0.88, 0.82, 0.76)
CHARTS, CHART_SIZE = 2, {"width": 440, "height": 430}


@dataclass(frozen=True, eq=False)
class Brief:
    """What a review says, in words: the pages of the brief print these and nothing else.

    Attributes
    ----------
    story : list of str
        Three sentences.
    scoreboard : list of list of str
        Figure, value, interval and what it says.
    findings : list of list of str
        Title and what follows from it.
    asks : list of list of str
        Deed, worth, interval and how sure.
    commitments : list of list of str
        Text and owner, figure, target, day and score.
    missing : list of str
        What the data cannot carry.
    charts : list of (str, str)
        Title and picture, as the text of an SVG file.
    """

    title: str
    about: str
    story: list[str]
    scoreboard: list[list[str]]
    findings: list[list[str]]
    asks: list[list[str]]
    commitments: list[list[str]]
    missing: list[str]
    method: str
    receipt: str
    charts: list[tuple[str, str]] = field(default_factory=list)


def brief_of(draft: Draft, results: Results) -> Brief:
    """What a finished draft of the deck says, cut to what two pages hold.

    Parameters
    ----------
    draft : Draft
        From `reports.deck.tell`: the brief says what its slides say.
    results : analyses.review.Review
    """
    edition = draft.edition
    told = [entry.name for entry in STORY if entry.name not in ELSEWHERE]
    findings = [finding for name in told for finding in draft.findings.get(name, ())]
    return Brief(
        title=plain(f"{edition.company}: quarterly business review, {edition.label}", longest=110),
        about=f"{edition.months}  ·  as of {date(edition.as_of)}, in {edition.currency}",
        story=[plain(sentence, longest=260) for sentence in story(draft)],
        scoreboard=[
            [
                figure.label,
                in_unit(figure.value, figure.unit, draft.currency),
                ends(figure, draft.currency),
                plain(says, longest=120),
            ]
            for figure, says in headlines(draft, results)
        ],
        findings=[
            [plain(finding.title, longest=190), plain(finding.so_what, longest=240)]
            for finding in findings[:MOST_FINDINGS]
        ],
        asks=[asked(ask_row(ask, draft.currency)) for ask in draft.asks[:MOST_ASKS]],
        commitments=promised(draft),
        missing=missing(draft),
        method=(
            f"Every figure has its definition, interval, count and rows in the app, and its "
            f"receipt in the appendix of the deck. Worked out as of {date(edition.as_of)} from "
            f"snapshot {edition.snapshot}; nothing recorded later was read."
        ),
        receipt=plain(
            f"Snapshot {edition.snapshot}  ·  as of {date(edition.as_of)}  ·  {edition.currency}  "
            f"·  {edition.cut}",
            longest=150,
        ),
        charts=pictures(results, draft.currency),
    )


def asked(row: Sequence[str]) -> list[str]:
    """Deed, worth, interval and how sure, of a row of the slide of asks."""
    deed, figure, change, worth, interval, _, sure = row
    moves = f" ({figure}: {change})" if change != "–" else ""
    return [plain(f"{capitalized(deed)}{moves}", longest=170), worth, interval, sure]


def promised(draft: Draft) -> list[list[str]]:
    """Commitments of earlier reviews with their score, then those of this one."""
    scored = [(one.commitment, capitalized(one.verdict)) for one in draft.carried]
    made = [(one, f"made now, at {in_its_unit(one, one.value)}") for one in draft.committed]
    return [
        [plain(f"{one.text} ({one.owner})"), draft.figures[one.figure_id].label
         if one.figure_id in draft.figures else one.figure_id, target_in_words(one), date(one.by),
         verdict]
        for one, verdict in [*scored[-MOST_PROMISED:], *made[:MOST_PROMISED]]
    ]  # fmt: skip


def missing(draft: Draft) -> list[str]:
    """What has no slide, with its reason, and how much more of it there is."""
    lines = [plain(f"{title}: {reason}", longest=150) for title, reason, _ in draft.refused]
    if len(lines) <= MOST_MISSING:
        return lines
    more = count_of(len(lines) - MOST_MISSING, "more", "more")
    return [*lines[:MOST_MISSING], f"and {more}: the appendix of the deck names them."]


def pictures(results: Results, currency: str) -> list[tuple[str, str]]:
    """The first two charts that the results carry."""
    drawn = []
    if results.receivables is not None:
        drawn.append(("Days sales outstanding", dso_trend(results.receivables)))
    if results.retention is not None:
        drawn.append(("Recurring value, from a year ago to today",
                      retention_bridge(results.retention)))  # fmt: skip
    if results.poor_experience is not None:
        drawn.append(("What poor experience cost in a year",
                      cost_bars(results.poor_experience, "bucket", currency=currency)))  # fmt: skip
    return [(title, svg(chart)) for title, chart in drawn[:CHARTS]]


def svg(chart: Any) -> str:
    """A chart as a picture; nothing is fetched to draw it."""
    # All charts are as large with their names, so that the letters of none are smaller.
    fit = {"autosize": {"type": "fit", "contains": "padding"}}
    spec = chart.properties(**CHART_SIZE).to_dict() | fit
    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


def brief_pdf(brief: Brief) -> bytes:
    """The brief as a PDF of two pages A4, with text that can be searched and read aloud."""
    with tempfile.TemporaryDirectory(prefix="goodwill-brief-") as folder:
        charts = []
        for number, (title, picture) in enumerate(brief.charts):
            path = Path(folder) / f"chart{number}.svg"
            path.write_text(picture, encoding="utf-8")
            charts.append({"title": title, "path": path.name})
        page = Path(folder) / TEMPLATE.name
        page.write_bytes(TEMPLATE.read_bytes())
        data = json.dumps({**asdict(brief), "charts": charts}, ensure_ascii=False)
        for scale in SCALES:
            given = {"brief": data, "scale": str(scale)}
            pdf = typst.compile(str(page), root=folder, sys_inputs=given)
            if pages_of(pdf) <= PAGES:
                break
        return pdf


def pages_of(pdf: bytes) -> int:
    """How many pages a PDF of typst has."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


STYLE = """
body { font: 16px/1.5 "Segoe UI", "Helvetica Neue", Arial, sans-serif; color: #1b2a33;
       background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem } h2 { color: #0b5563;
       font-size: 1.15rem; margin: 2rem 0 .5rem } .quiet { color: #55646c; font-size: .9rem }
.story p { font-size: 1.1rem } table { border-collapse: collapse; width: 100%;
       font-variant-numeric: tabular-nums } .wide { overflow-x: auto }
td, th { padding: .35rem .6rem .35rem 0; text-align: left; vertical-align: top;
       border-bottom: 1px solid #d5dde0 } th { color: #55646c; font-weight: 400; font-size: .85rem }
td:nth-child(2) { font-weight: 600; white-space: nowrap } dt { font-weight: 600 }
dd { margin: 0 0 .8rem } .charts { display: flex; flex-wrap: wrap; gap: 1.5rem }
figure { margin: 0; flex: 1 1 20rem; background: #fff } svg { max-width: 100%; height: auto }
footer { border-top: 1px solid #d5dde0; margin-top: 2rem; padding-top: .5rem }
@media (prefers-color-scheme: dark) { body { background: #11191d; color: #e9e6df }
       h2 { color: #6cc5cd } .quiet, th { color: #c5cdd1 } td, th, footer { border-color: #33424a }
       figure { padding: .5rem; border-radius: .3rem; color: #1b2a33 } }
"""


def brief_html(brief: Brief) -> bytes:
    """The brief as one HTML file: nothing in it is fetched from anywhere and nothing runs."""
    parts = [
        f"<h1>{escape(brief.title)}</h1><p class='quiet'>{escape(brief.about)}</p>",
        "<div class='story'>" + "".join(f"<p>{escape(s)}</p>" for s in brief.story) + "</div>",
        "<h2>Scoreboard</h2>",
        html_table(("", "Value", "Interval", "What it says"), brief.scoreboard),
        "<div class='charts'>",
        *(
            f"<figure role='img' aria-label='{escape(title, quote=True)}'>"
            f"<figcaption>{escape(title)}</figcaption>{picture}</figure>"
            for title, picture in brief.charts
        ),
        "</div><h2>What was found</h2><dl>",
        *(f"<dt>{escape(title)}</dt><dd>{escape(so)}</dd>" for title, so in brief.findings),
        "</dl>",
    ]
    if brief.asks:
        heads = ("By", "Worth", "Interval", "How sure")
        parts += ["<h2>What we ask for</h2>", html_table(heads, brief.asks)]
    if brief.commitments:
        heads = ("Commitment", "Figure", "Target", "By", "Score")
        parts += ["<h2>Commitments</h2>", html_table(heads, brief.commitments)]
    if brief.missing:
        lines = "".join(f"<li>{escape(line)}</li>" for line in brief.missing)
        parts.append(f"<h2>What is not known yet</h2><ul class='quiet'>{lines}</ul>")
    foot = f"<footer class='quiet'>{escape(brief.method)} {escape(brief.receipt)}</footer>"
    head = (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; "
        "style-src 'unsafe-inline'\">"
        f"<title>{escape(brief.title)}</title><style>{STYLE}</style></head><body>"
    )
    return f"{head}{''.join(parts)}{foot}</body></html>\n".encode()


def html_table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table of words, which may be wider than a telephone and then slides by itself."""
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>" for line in lines
    )
    table = f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    return f"<div class='wide'>{table}</div>"

"""The quarterly business review as a PowerPoint file: results in, bytes out, nothing computed."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
from pptx.presentation import Presentation as Deck

from models.asks import asks
from models.commitments import Commitment, Scored
from models.late_share import LateShare
from models.price_scenarios import PriceScenarios
from models.scoreboard import SHOWN
from reports.appendix import (
    add_comments,
    add_method,
    add_receipts,
    add_refused,
    begun_appendix,
)
from reports.contents import APPENDIX, STORY, Entry
from reports.edition import Comment, Edition, Results
from reports.plain_text import plain
from reports.slides import Draft
from reports.template import as_bytes, new_deck

__all__ = ["build_deck", "tell"]


def build_deck(results: Results, edition: Edition, **wanted: Any) -> bytes:
    """Build the deck and return it as the bytes of a ``.pptx`` file.

    The same results give the same bytes; `wanted` is what `tell` takes.
    """
    return as_bytes(tell(results, edition, **wanted).deck)


def tell(
    results: Results,
    edition: Edition,
    *,
    late_by: Mapping[str, LateShare] | None = None,
    segments: Mapping[str, str] | None = None,
    shown: Sequence[str] = (),
    targets: pd.DataFrame | None = None,
    slides: Collection[str] | None = None,
    carried: Sequence[Scored] = (),
    committed: Sequence[Commitment] = (),
    scenarios: PriceScenarios | None = None,
    comments: Sequence[Comment] = (),
    blank: Deck | None = None,
) -> Draft:
    """Tell a review as slides, and return them with what they say.

    Parameters
    ----------
    results : analyses.review.Review
        Where a result is None it has no slide, and the appendix says why.
    edition : Edition
        Printed on every slide.
    late_by : mapping of str to LateShare, optional
        The late share by each way to cut; the slide shows the most telling one.
    segments : mapping of str to str, optional
        The ways to cut in words.
    shown : sequence of str, optional
        Ids of the figures on the scoreboard; those of the overview where none is named.
    targets : DataFrame, optional
        Targets and owners by figure id, with ``target`` and ``owner``.
    slides : collection of str, optional
        Names in `reports.contents` of the slides that are wanted; all where it is left out.
    carried : sequence of Scored, optional
        Commitments of earlier reviews with their score.
    committed : sequence of Commitment, optional
        Those made in this review.
    scenarios : PriceScenarios, optional
        Scenarios of prices that somebody kept.
    comments : sequence of Comment, optional
        What people wrote on figures, as the appendix is to print it.
    blank : Presentation, optional
        From `reports.company_template.company_deck`; the usual look where it is left out.
    """
    deck = new_deck() if blank is None else blank
    deck.core_properties.title = f"{plain(edition.company)}: quarterly review, {edition.quarter}"
    deck.core_properties.subject = f"{edition.months}, snapshot {edition.snapshot}"
    deck.core_properties.author = "Goodwill"
    figures = {figure.id: figure for figure in results.figures()}
    held = pd.DataFrame(columns=["target", "owner"]) if targets is None else targets
    draft = Draft(
        deck,
        edition,
        figures,
        late_by=late_by or {},
        segments=segments or {},
        scoreboard=results.scoreboard(held, shown or SHOWN),
        asks=asks(results),
        carried=tuple(carried),
        committed=tuple(committed),
        scenarios=scenarios,
        comments=tuple(comments),
    )
    wanted = partial(add_entries, draft, results, slides)
    wanted(STORY)
    with begun_appendix(draft) as parts:
        wanted(APPENDIX)
        parts.ends("the analyses behind the story")
        add_comments(draft)
        parts.ends("what was written on figures and charts")
        add_refused(draft)
        parts.ends("what the data cannot tell yet, and what to load to have it next time")
        add_method(draft)
        add_receipts(draft)
        parts.ends("how figures are worked out, and the receipt of each of them")
    return draft


def add_entries(
    draft: Draft, results: Results, slides: Collection[str] | None, entries: Sequence[Entry]
) -> None:
    for entry in entries:
        if slides is None or entry.name in slides:
            before = len(draft.told)
            entry.add(draft, results)
            draft.findings[entry.name] = tuple(draft.told[before:])

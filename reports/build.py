"""Everything a review is handed on as: the deck, the figures, the scored rows and the lists."""

import datetime as dt
import io
import tempfile
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd
from pptx.presentation import Presentation as Deck

import analyses.exports
import analyses.late_payments
import analyses.negative_personas
import analyses.personas
import analyses.price_scenarios
import analyses.review
from analyses.comments import kept_comments
from analyses.commitments import commitments
from analyses.kept_rows import kept_rows
from analyses.review import Review
from analyses.scope import Scope, filters_in_words, view_key
from analyses.targets import kept_targets
from charts.spreadsheet import csv_bytes
from charts.wording import date
from models.aging import BOUNDS
from models.commitments import Commitment, Scored, carried_over, made_on
from models.figures import Figure
from models.late_share import LateShare
from models.price_scenarios import PriceScenarios
from models.refusal import Refusal
from reports.brief import brief_html, brief_of, brief_pdf
from reports.deck import tell
from reports.edition import Comment, Edition
from reports.figures import figures_json
from reports.template import as_bytes
from reports.workbook import MOST_ROWS, build_workbook
from warehouse.kept import kept
from warehouse.segments import SEGMENTS, segments_in
from warehouse.settings import Settings
from warehouse.workspace import Tables, Workspace

__all__ = ["DECK", "FILES", "Built", "Wanted", "as_zip", "files_of", "reviewed"]

DECK, AVOID, TARGET = "quarterly_review.pptx", "avoid_list.csv", "target_list.csv"
#: Every file of a build.
FILES = ("figures.json", "invoices.parquet", "customers.parquet", DECK, "quarterly_review.xlsx",
         "brief.pdf", "brief.html", AVOID, TARGET)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Wanted:
    """What of a deck is wanted; see `reports.deck.tell`."""

    slides: Collection[str] | None = None
    shown: Sequence[str] = ()
    comments: bool = False
    blank: Deck | None = None


@dataclass(frozen=True, eq=False)
class Built:
    """The files of a review, each by its name with what writes it to a path.

    Each is made as it is written: write them while the tables are open, and only those wanted.

    Attributes
    ----------
    deck : bytes
    empty : dict of str to str
        Lists that nobody is on, with the reason.
    """

    files: Mapping[str, Callable[[str], object]]
    deck: bytes
    edition: Edition
    figures: tuple[Figure, ...]
    carried: tuple[Scored, ...]
    committed: tuple[Commitment, ...]
    empty: Mapping[str, str]


def reviewed(
    workspace: Workspace,
    tables: Tables,
    scope: Scope,
    *,
    bounds: Sequence[int] = BOUNDS,
    progress: analyses.review.Progress | None = None,
) -> Review:
    """Every analysis of the view; what a page worked out of it already is not worked out again."""
    decisions = workspace.settings.version()
    view = view_key(tables.snapshot, scope, tables.reporting_currency, decisions)
    options = () if tuple(bounds) == BOUNDS else (("buckets", tuple(bounds)),)
    return kept(
        ("analyses.review.run", view, options),
        lambda: analyses.review.run(tables, scope, buckets=bounds, progress=progress),
    )


def files_of(workspace: Workspace, tables: Tables, review: Review, wanted: Wanted) -> Built:
    """Every file of a review, with the deck as it is wanted."""
    if review.receivables is None:
        raise ValueError(review.reasons["receivables"])
    scope, settings = review.scope, workspace.settings
    edition = Edition(
        workspace.company,
        tables.snapshot.id,
        scope.as_of,
        review.currency,
        cut=filters_in_words(scope.filters),
        fiscal_year_first_month=settings.fiscal_year_first_month,
    )
    figures, promised = review.figures(), commitments(settings)
    by_id = {figure.id: figure for figure in figures}
    known = {"currency": edition.currency, "cut": edition.cut}
    carried = carried_over(promised, by_id, scope.as_of, **known)
    committed = made_on(promised, scope.as_of)
    draft = tell(
        review,
        edition,
        late_by=late_shares(tables, review),
        segments=SEGMENTS,
        shown=wanted.shown,
        targets=kept_targets(settings),
        slides=wanted.slides,
        carried=carried,
        committed=committed,
        scenarios=kept_scenarios(workspace, tables, review),
        comments=comments_until(settings, scope.as_of) if wanted.comments else (),
        blank=wanted.blank,
    )
    deck, brief = as_bytes(draft.deck), cache(partial(brief_of, draft, review))
    invoices = cache(partial(analyses.exports.invoice_rows, tables, review))
    customers = cache(partial(analyses.exports.customer_rows, tables, review))
    files = {
        "figures.json": writes(lambda: figures_json(figures, edition, review.receivables).encode()),
        "invoices.parquet": lambda path: invoices().to_parquet(path),
        "customers.parquet": lambda path: customers().to_parquet(path),
        DECK: writes(lambda: deck),
        "quarterly_review.xlsx": writes(
            lambda: workbook_of(review, edition, invoices(), customers())
        ),
        "brief.pdf": writes(lambda: brief_pdf(brief())),
        "brief.html": writes(lambda: brief_html(brief())),
        **lists(tables, review),
    }
    why = why_empty(review)
    empty = dict.fromkeys((AVOID, TARGET), why) if why else {}
    return Built(files, deck, edition, figures, carried, committed, empty)


def comments_until(settings: Settings, as_of: dt.date) -> tuple[Comment, ...]:
    """Comments of the workspace that were written in views up to `as_of`, the newest first."""
    rows = kept_comments(settings)
    rows = rows[rows["as_of"] <= pd.Timestamp(as_of)]
    rows = rows.assign(
        about=rows["about"].fillna(rows["chart"]),
        point=[
            (spot or "") if pd.isna(point) else date(point)
            for spot, point in zip(rows["spot"], rows["point"], strict=True)
        ],
    )
    return tuple(
        Comment(row.about, row.text, row.who, row.as_of.date(), row.point)
        for row in rows.itertuples()
    )


def as_zip(built: Built) -> bytes:
    """Every file of the review in one; the tables that it was built from are still open."""
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(out, "w") as package:
        for name, write in built.files.items():
            write(str(Path(folder) / name))
            package.write(Path(folder) / name, name)
    return out.getvalue()


def lists(tables: Tables, review: Review) -> dict[str, Callable[[str], object]]:
    """Whom to avoid and whom to win, for marketing and sales; a header alone where nobody can tell.

    Written all the same: a list of an earlier build must not stand beside new figures.
    """
    ours, negative = analyses.negative_personas, review.negative_personas

    def avoid() -> pd.DataFrame:
        if negative is None:
            return pd.DataFrame(columns=list(ours.AVOID_LIST))
        return ours.avoid_list(tables, review.scope, negative=negative)

    def target() -> pd.DataFrame:
        if negative is None:
            return pd.DataFrame(columns=list(ours.TARGET_LIST))
        known = {"rows": review.customer_features, "personas": review.personas}
        sheets = analyses.personas.sheets(tables, review.scope, **known)
        return ours.target_list(negative, sheets)

    return {AVOID: writes(lambda: csv_bytes(avoid())), TARGET: writes(lambda: csv_bytes(target()))}


def why_empty(review: Review) -> str | None:
    """Why nobody is on the lists; None where somebody may be."""
    if review.negative_personas is None:
        return review.reasons["negative_personas"]
    if not review.personas.count:
        return "The data show no groups of customers, so there is nobody to avoid or to win."
    return None


def kept_scenarios(workspace: Workspace, tables: Tables, review: Review) -> PriceScenarios | None:
    """What somebody kept in the tariff designer, side by side; None where there is nothing."""
    scenarios, _ = analyses.price_scenarios.kept(workspace.settings)
    if not scenarios or review.pricing is None:
        return None
    groups = review.personas
    given = {
        "billed": review.pricing,
        "personas": groups if groups is not None and groups.count else None,
        "reaction": review.price_reaction,
    }
    try:
        return analyses.price_scenarios.run(tables, review.scope, [*scenarios.values()], **given)
    except Refusal:
        # None of them is for anybody in this view.
        return None


def late_shares(tables: Tables, review: Review) -> dict[str, LateShare]:
    """The late share by every way to cut these tables."""
    if review.late_share is None:
        return {}
    return late_share_by(tables, review.scope, segments=tuple(segments_in(tables)))


@kept_rows
def late_share_by(
    tables: Tables, scope: Scope, *, segments: tuple[str, ...]
) -> dict[str, LateShare]:
    return {name: analyses.late_payments.late_share(tables, scope, name) for name in segments}


def workbook_of(review: Review, edition: Edition, invoices: Any, customers: Any) -> bytes:
    """The workbook, with the open and the newest of very many invoices."""
    newest, n_invoices = analyses.exports.newest_rows(invoices, MOST_ROWS)
    known = newest, customers.to_pandas()
    return build_workbook(review, edition, *known, n_invoices=n_invoices)


def writes(content: Callable[[], bytes]) -> Callable[[str], object]:
    return lambda path: Path(path).write_bytes(content())

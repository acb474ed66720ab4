"""The command line: ``python -m reports build --workspace DIR --out OUT``."""

import datetime as dt
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import pandas as pd
import typer

import analyses.exports
import analyses.late_payments
import analyses.negative_personas
import analyses.personas
import analyses.review
from analyses.review import Review
from analyses.scope import Scope, filters_in_words, read_filters, view_key
from charts.spreadsheet import csv_bytes
from models.aging import BOUNDS, read_bounds
from models.late_share import LateShare
from models.refusal import is_ours
from reports.deck import build_deck
from reports.edition import Edition
from reports.figures import figures_json
from reports.workbook import MOST_ROWS, build_workbook
from warehouse.kept import kept
from warehouse.segments import SEGMENTS, segments_in
from warehouse.workspace import Tables, Workspace

app = typer.Typer(
    help="Write the figures, the scored rows and the slides of a workspace.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

FAULT, NOTHING_BUILT = 1, 2
LISTS = ("avoid_list.csv", "target_list.csv")


@app.callback()
def reports() -> None:
    """Write the figures, the scored rows and the slides of a workspace."""


@app.command()
def build(
    workspace: Annotated[Path, typer.Option("--workspace", "-w", help="The workspace's folder.")],
    out: Annotated[Path, typer.Option(help="Folder for the files; made if there is none.")],
    as_of: Annotated[
        str | None, typer.Option(help="As-of date, like 2025-03-31; else the workspace's own.")
    ] = None,
    aging_bounds: Annotated[
        str | None, typer.Option(help="Upper ends of the aging buckets in days, like 15,45,90.")
    ] = None,
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            help="Cut to one value, like industry=Retail; repeat it for more values or segments. "
            f"Segments: {', '.join(SEGMENTS)}, as far as the data has them.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Write the figures, the scored rows, the slides and the workbook."""
    try:
        bounds = BOUNDS if aging_bounds is None else read_bounds(aging_bounds)
        summary = build_reports(
            Workspace.open(workspace), out, read_day(as_of), bounds=bounds, filters=filters or ()
        )
    except ValueError as error:
        if not is_ours(error):
            say_fault(error)
        print(f"{error} Nothing was built.", file=sys.stderr)
        raise typer.Exit(NOTHING_BUILT) from error
    except Exception as error:  # whatever it is, it is told in a sentence
        say_fault(error)
    print(json.dumps(summary, ensure_ascii=False, indent=1) if as_json else in_words(summary))


def say_fault(error: Exception) -> NoReturn:
    """A fault in the program, with the line it lies in, and the run's end."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    print(
        f"Nothing was built because of a fault in the program; your data is as it was. Report this "
        f"line: {type(error).__name__} in {Path(last.filename).name}, line {last.lineno}: {error}",
        file=sys.stderr,
    )
    raise typer.Exit(FAULT) from error


def build_reports(
    workspace: Workspace,
    out: Path,
    as_of: dt.date | None,
    *,
    bounds: Sequence[int] = BOUNDS,
    filters: Sequence[str] = (),
) -> dict[str, object]:
    """Write every file of the current snapshot and return what was written."""
    snapshot = workspace.current()
    if snapshot is None:
        raise ValueError(
            f"The workspace {workspace.folder.name} holds no data yet. Load some first: "
            f"python -m warehouse load FILES --workspace {workspace.folder.name}."
        )
    with snapshot.tables() as tables:
        tables.require("customers", "invoices", "payments")
        day = as_of or workspace.settings.as_of or tables.newest_date
        scope = Scope(day, read_filters(tables, day, filters))
        review = reviewed(workspace, tables, scope, bounds)
        if review.receivables is None:
            raise ValueError(review.reasons["receivables"])
        edition = Edition(
            workspace.company,
            snapshot.id,
            scope.as_of,
            review.currency,
            cut=filters_in_words(scope.filters),
            fiscal_year_first_month=workspace.settings.fiscal_year_first_month,
        )
        deck = build_deck(review, edition, late_by=late_shares(tables, review), segments=SEGMENTS)
        figures = review.figures()
        invoices = analyses.exports.invoice_rows(tables, review)
        customers = analyses.exports.customer_rows(tables, review)
        newest, n_invoices = analyses.exports.newest_rows(invoices, MOST_ROWS)
        workbook = build_workbook(
            review, edition, newest, customers.to_pandas(), n_invoices=n_invoices
        )
        files = {
            "figures.json": writes(figures_json(figures, edition, review.receivables).encode()),
            "invoices.parquet": invoices.to_parquet,
            "customers.parquet": customers.to_parquet,
            "quarterly_review.pptx": writes(deck),
            "quarterly_review.xlsx": writes(workbook),
            **lists(tables, review),
        }
        put(out, files)
    return {
        "built": True,
        "workspace": edition.company,
        "snapshot": edition.snapshot,
        "as_of": edition.as_of.isoformat(),
        "currency": edition.currency,
        "cut": edition.cut,
        "files": {name: (out / name).stat().st_size for name in files},
        "figures": len(figures),
        "empty": dict.fromkeys(LISTS, why) if (why := why_empty(review)) else {},
        "refused": {figure.id: figure.reason for figure in figures if figure.value is None},
    }


def reviewed(workspace: Workspace, tables: Tables, scope: Scope, bounds: Sequence[int]) -> Review:
    """Every analysis of the view; what a page worked out of it already is not worked out again."""
    decisions = workspace.settings.version()
    view = view_key(tables.snapshot, scope, tables.reporting_currency, decisions)
    options = () if tuple(bounds) == BOUNDS else (("buckets", tuple(bounds)),)
    return kept(
        ("analyses.review.run", view, options),
        lambda: analyses.review.run(tables, scope, buckets=bounds),
    )


def lists(tables: Tables, review: Review) -> dict[str, Callable[[str], object]]:
    """Whom to avoid and whom to win, for marketing and sales; a header alone where nobody can tell.

    Written all the same: a list of an earlier build must not stand beside new figures.
    """
    ours, negative = analyses.negative_personas, review.negative_personas
    if negative is None:
        avoid, target = (pd.DataFrame(columns=list(n)) for n in (ours.AVOID_LIST, ours.TARGET_LIST))
    else:
        avoid = ours.avoid_list(tables, review.scope, negative=negative)
        known = {"rows": review.customer_features, "personas": review.personas}
        sheets = analyses.personas.sheets(tables, review.scope, **known)
        target = ours.target_list(negative, sheets)
    return {
        name: writes(csv_bytes(rows)) for name, rows in zip(LISTS, (avoid, target), strict=True)
    }


def why_empty(review: Review) -> str | None:
    """Why nobody is on the lists; None where somebody may be."""
    if review.negative_personas is None:
        return review.reasons["negative_personas"]
    if not review.personas.count:
        return "The data show no groups of customers, so there is nobody to avoid or to win."
    return None


def late_shares(tables: Tables, review: Review) -> dict[str, LateShare]:
    """The late share by every way to cut these tables."""
    if review.late_share is None:
        return {}
    return {
        name: analyses.late_payments.late_share(tables, review.scope, name)
        for name in segments_in(tables)
    }


def read_day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(
            f"The as-of date {text!r} is not a date. Write it like 2025-03-31."
        ) from error


def writes(content: bytes) -> Callable[[str], object]:
    return lambda path: Path(path).write_bytes(content)


def put(out: Path, files: Mapping[str, Callable[[str], object]]) -> None:
    """Write whole files only, and none before all are whole: no reader sees half a build."""
    out.mkdir(parents=True, exist_ok=True)
    parts = {name: out / f"{name}.{os.getpid()}.part" for name in files}
    try:
        for name, write in files.items():
            write(str(parts[name]))
        for name, part in parts.items():
            os.replace(part, out / name)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def in_words(summary: dict) -> str:
    lines = [
        f"Built from snapshot {summary['snapshot']} as of {summary['as_of']}, "
        f"in {summary['currency']}, {summary['cut']}:"
    ]
    lines += [f"  {name:<24} {size:>12,} bytes" for name, size in summary["files"].items()]
    lines += [f"Nobody is on {name}: {reason}" for name, reason in summary["empty"].items()]
    lines += [f"No value for {name}: {reason}" for name, reason in summary["refused"].items()]
    return "\n".join(lines)


if __name__ == "__main__":
    app()

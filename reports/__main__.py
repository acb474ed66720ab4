"""The command line: ``python -m reports build --workspace DIR --out OUT``."""

import datetime as dt
import json
import os
import sys
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from analyses.scope import Scope, read_filters
from charts.wording import listed
from models.aging import BOUNDS, read_bounds
from models.refusal import is_ours
from reports.build import FILES, Wanted, files_of, reviewed
from reports.company_template import company_deck
from warehouse.segments import SEGMENTS
from warehouse.workspace import Workspace

app = typer.Typer(
    help="Write the figures, the scored rows and the slides of a workspace.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

FAULT, NOTHING_BUILT = 1, 2


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
    template: Annotated[
        Path | None,
        typer.Option(help="PowerPoint file (.pptx, .potx) whose look the deck is to have."),
    ] = None,
    comments: Annotated[
        bool, typer.Option("--comments", help="Print the comments on figures in the appendix.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Write this file and no other, like quarterly_review.pptx; repeat it for more. "
            "What an earlier build left in the folder stays as it was."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Write the figures, the scored rows, the slides, the workbook and the brief."""
    try:
        bounds = BOUNDS if aging_bounds is None else read_bounds(aging_bounds)
        summary = build_reports(
            Workspace.open(workspace),
            out,
            read_day(as_of),
            bounds=bounds,
            filters=filters or (),
            comments=comments,
            only=only or (),
            template=None if template is None else read_template(template),
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
    comments: bool = False,
    only: Collection[str] = (),
    template: bytes | None = None,
) -> dict[str, object]:
    """Write the files of the current snapshot, all or `only` some, and return what was written."""
    names = chosen(only)
    blank, said = (None, "") if template is None else company_deck(template)
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
        review = reviewed(workspace, tables, scope, bounds=bounds)
        built = files_of(workspace, tables, review, Wanted(comments=comments, blank=blank))
        files = {name: write for name, write in built.files.items() if name in names}
        put(out, files)
    edition = built.edition
    return {
        "built": True,
        "workspace": edition.company,
        "snapshot": edition.snapshot,
        "as_of": edition.as_of.isoformat(),
        "currency": edition.currency,
        "cut": edition.cut,
        "files": {name: (out / name).stat().st_size for name in files},
        "figures": len(built.figures),
        "template": said,
        "empty": built.empty,
        "refused": {figure.id: figure.reason for figure in built.figures if figure.value is None},
    }


def chosen(only: Collection[str]) -> Collection[str]:
    """Names of the files that are wanted: all where none is named."""
    if unknown := sorted(set(only) - set(FILES)):
        raise ValueError(
            f"There is no file {listed(unknown)} in a build. Its files are {listed([*FILES])}."
        )
    return only or FILES


def read_day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(
            f"The as-of date {text!r} is not a date. Write it like 2025-03-31."
        ) from error


def read_template(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ValueError(
            f"The template {path.name} cannot be read ({error.strerror}). Check where it is."
        ) from error


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
    lines += [summary["template"]] if summary["template"] else []
    lines += [f"Nobody is on {name}: {reason}" for name, reason in summary["empty"].items()]
    lines += [f"No value for {name}: {reason}" for name, reason in summary["refused"].items()]
    return "\n".join(lines)


if __name__ == "__main__":
    app()

"""The command line: ``python -m warehouse load FOLDER --workspace DIR``."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from warehouse.load import LoadReport, load
from warehouse.refused import write_to_mend
from warehouse.workspace import Workspace

app = typer.Typer(
    help="Load, inspect and undo the data of a workspace.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

NOTHING_LOADED = 2  # the exit code of every command that could not do what it was asked

WorkspaceOption = Annotated[Path, typer.Option("--workspace", "-w", help="The workspace's folder.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


@app.command("load")
def load_command(
    sources: Annotated[list[str], typer.Argument(help="Files, folders or database URLs.")],
    workspace: WorkspaceOption,
    recipe: Annotated[
        str | None,
        typer.Option(help="How to read them: a recipe's name, or the path of its .yaml file."),
    ] = None,
    mode: Annotated[
        Literal["upsert", "replace"],
        typer.Option(help="Join the rows loaded before, or take the place of the whole table."),
    ] = "upsert",
    currency: Annotated[
        str | None,
        typer.Option(help="Reporting currency, and that of amounts that name none, like EUR."),
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="As-of date, like 2025-03-31.")] = None,
    who: Annotated[str | None, typer.Option(help="Name for the history.")] = None,
    company: Annotated[str | None, typer.Option(help="Name shown on pages and slides.")] = None,
    delimiter: Annotated[
        str | None, typer.Option(help="Mark between columns of text files, like ; or ,")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of text files, like utf-8 or cp1252.")
    ] = None,
    decimal: Annotated[str | None, typer.Option(help="Decimal mark: . or ,")] = None,
    date_order: Annotated[
        str | None, typer.Option(help="Order of day, month and year in dates: dmy, mdy or ymd.")
    ] = None,
    header_row: Annotated[int | None, typer.Option(help="Line of the header, from 1.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    option: Annotated[
        list[str] | None, typer.Option(help="An option of the recipe, as NAME=VALUE; repeatable.")
    ] = None,
    as_json: JsonOption = False,
    progress: Annotated[
        bool, typer.Option("--progress", help="Show progress even where there is no terminal.")
    ] = False,
) -> None:
    """Load files into a workspace, which is made if there is none."""
    stated = {
        "delimiter": delimiter,
        "encoding": encoding,
        "decimal": decimal,
        "date_order": date_order,
        "header_row": header_row,
        "sheet": sheet,
    }
    line = _ProgressLine() if progress or sys.stderr.isatty() else None
    try:
        into = Workspace.create(workspace)
        report = load(
            sources,
            into,
            recipe=recipe,
            mode=mode,
            currency=currency,
            as_of=as_of,
            who=who,
            overrides={name: value for name, value in stated.items() if value is not None},
            options=_named(option or []),
            progress=line,
        )
    except ValueError as error:
        _stop(error)
    finally:
        if line is not None:
            line.end()
    if company is not None and report.loaded:
        into.settings.put("company", company)
    print(report.to_json() if as_json else _in_words(report))
    raise typer.Exit(0 if report.loaded else NOTHING_LOADED)


@app.command()
def status(workspace: WorkspaceOption, as_json: JsonOption = False) -> None:
    """Show the current snapshot and the history."""
    try:
        opened = Workspace.open(workspace)
        current, history = opened.current(), opened.history()
    except ValueError as error:
        _stop(error)
    if as_json:
        print(f"[{', '.join(manifest.to_json() for manifest in history)}]")
        return
    if current is None:
        print("Nothing is loaded.")
    else:
        manifest = current.manifest
        currency, newest = manifest.reporting_currency, manifest.newest_date
        print(f"Snapshot {current.id}, reporting currency {currency}, newest date {newest}.")
        for name, stored in manifest.tables.items():
            print(f"  {name:<14} {stored.rows:>12,} rows  {stored.sha256[:16]}")
    for manifest in history:
        state = "undone" if manifest.undone else "" if manifest.loaded else "nothing loaded"
        names = ", ".join(str(file["name"]) for file in manifest.files)
        print(f"{manifest.created_at}  {manifest.id}  {manifest.who}  {names}  {state}".rstrip())


@app.command()
def undo(workspace: WorkspaceOption) -> None:
    """Go back to the snapshot before the current one."""
    try:
        opened = Workspace.open(workspace)
        undone = opened.undo()
    except ValueError as error:
        _stop(error)
    current = opened.current()
    now_current = "nothing is loaded" if current is None else f"snapshot {current.id} is current"
    print(f"Import {undone.id} was undone; now {now_current}.")


@app.command()
def refused(
    workspace: WorkspaceOption,
    out: Annotated[Path, typer.Option(help="Folder for the CSV files.")],
    snapshot: Annotated[str | None, typer.Option(help="Which import; else the newest.")] = None,
) -> None:
    """Write the refused rows as CSV files to be mended and loaded again."""
    try:
        path = Workspace.open(workspace).refused_file(snapshot)
        written = [] if path is None else write_to_mend(path, out)
    except ValueError as error:
        _stop(error)
    if path is None:
        print("That import refused no row.")
    for file in written:
        print(file)


class _ProgressLine:
    """One line on stderr, written over; whole lines where nobody can see it being written over."""

    def __init__(self) -> None:
        self.over = sys.stderr.isatty()
        self.last = ""

    def __call__(self, share: float, doing: str) -> None:
        text = f"{share:4.0%}  {doing}"
        if text == self.last:
            return
        self.last = text
        if self.over:
            print(f"\r{text:<70}", end="", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)

    def end(self) -> None:
        if self.over and self.last:
            print(file=sys.stderr)


def _in_words(report: LoadReport) -> str:
    lines = [f"{'table':<14} {'rows in':>12} {'accepted':>12} {'refused':>12}"]
    for name, table in report.tables.items():
        lines.append(f"{name:<14} {table.rows_in:>12,} {table.accepted:>12,} {table.refused:>12,}")
        lines += [f"  {rule}: {n:,}" for rule, n in table.refused_by_rule.items()]
    for kind in ("errors", "warnings", "notes"):
        said = getattr(report, kind)
        lines += [f"{kind[:-1].capitalize()}: {sentence}" for sentence in said]
    lines.append(
        f"Loaded as snapshot {report.snapshot}, reporting currency {report.currency}, "
        f"as of {report.as_of}."
        if report.loaded
        else "Nothing was loaded; what was loaded before is unchanged."
    )
    return "\n".join(lines)


def _named(options: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in options]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise ValueError(
            f"The option {', '.join(wrong)} has no value. Write it like payments=separately."
        )
    return {name: value for name, _, value in pairs}


def _stop(error: ValueError) -> None:
    print(error, file=sys.stderr)
    raise typer.Exit(NOTHING_LOADED) from error


if __name__ == "__main__":
    app()

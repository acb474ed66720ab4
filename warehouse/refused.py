"""Refused rows: kept with their rules and their original text, and given back to be mended."""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from ibis.backends import BaseBackend

from warehouse.check import rule_names
from warehouse.merge import Merge
from warehouse.quoting import identifier, literal
from warehouse.snapshot import stored_rows
from warehouse.staging import Staged
from warehouse.tables import TABLES
from warehouse.wording import listed

__all__ = [
    "Origin",
    "guarded",
    "is_mended",
    "mended",
    "unguarded",
    "write_refused",
    "write_to_mend",
]

#: Columns added to the source's own in a file to mend; ignored when it comes back.
OURS = ("_row", "_rules", "_reason", "_read_as", "_surplus")

# Spreadsheets run what begins like this as a formula, numbers excepted.
FORMULA = re.compile(r"^'*[=+\-@\t\r\n]")
PLAIN_NUMBER = re.compile(r"^[+-]?\d[\d.,]*$")
GUARDED = r"^''*[=+\-@\t\r\n]"

IN_BATCHES_OF = 10_000
MOST_BYTES_OF_A_STEM = 200


@dataclass(frozen=True)
class Origin:
    """Where refused rows came from: the staged source and how to read a mended one."""

    number: int
    staged: Staged
    read_as: Mapping[str, object]


def guarded(text: str) -> str:
    """Make a spreadsheet show `text` instead of running it.

    Examples
    --------
    >>> guarded("=1+1"), guarded("-5.00"), guarded("'=1+1")
    ("'=1+1", '-5.00', "''=1+1")
    """
    return f"'{text}" if FORMULA.match(text) and not PLAIN_NUMBER.match(text) else text


def unguarded(text: str) -> str:
    """Undo `guarded`.

    Examples
    --------
    >>> unguarded("'=1+1"), unguarded("O'Hara"), unguarded("'quoted'")
    ('=1+1', "O'Hara", "'quoted'")
    """
    return text[1:] if re.match(GUARDED, text) else text


def is_mended(staged: Staged) -> bool:
    """Whether this is one of our files of refused rows, coming back."""
    return "_rules" in staged.columns and staged.dialect.kind != "parquet"


def mended(staged: Staged, con: BaseBackend, folder: Path) -> tuple[Staged, dict[str, object]]:
    """Read a file of refused rows as its source was read.

    Our own columns and the apostrophes before formulas are taken off again, so
    that the cells are the source's. Returns the rows and what ``_read_as`` says.
    """
    columns = [name for name in staged.columns if not _is_ours(name)]
    texts = ", ".join(
        f"regexp_replace({identifier(name)}, '^''(''*[=+\\-@\\t\\r\\n])', '\\1') "
        f"AS {identifier(unguarded(name))}"
        for name in columns
    )
    path = folder / f"mended-{staged.path.stem}.parquet"
    rows = con.compile(staged.read(con))
    con.raw_sql(
        f"COPY (SELECT {texts}, _row, {_problem(staged)} AS _problem, _surplus "
        f"FROM ({rows}) ORDER BY _row) "
        f"TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
    )
    said: dict[str, object] = {}
    if "_read_as" in staged.columns:
        found = con.raw_sql(
            f"SELECT DISTINCT _read_as FROM ({rows}) WHERE _read_as IS NOT NULL"
        ).fetchall()
        # Rows of different sources put together by hand have no one reading.
        said = _reading(found[0][0]) if len(found) == 1 else {}
    note = "This is a file of refused rows: its columns beginning with _ were not read as data."
    own = tuple(unguarded(name) for name in columns)
    kept = replace(staged, path=path, columns=own, notes=(*staged.notes, note))
    return kept, said


def write_refused(merge: Merge, origins: Sequence[Origin], path: Path) -> Path | None:
    """Write every refused row with its rules, reason and original text; None if there are none."""
    run = merge.con.raw_sql
    run(
        'CREATE TABLE refusals ("table" VARCHAR, _source INTEGER, row BIGINT, '
        "rows BIGINT[], rules VARCHAR[], reason VARCHAR, origin VARCHAR, original VARCHAR)"
    )
    for name in TABLES:
        if merge.has(f"refused_{name}"):
            _add_judged(merge, name)
        if merge.has(f"withdrawn_{name}"):
            _add_withdrawn(merge, name)
    run(
        "INSERT INTO refusals SELECT _table, _source, _row, [_row], [rule], "
        "'Refused because ' || reason || '.', 'import', NULL FROM aside"
    )
    if not run("SELECT count(*) FROM refusals").fetchone()[0]:
        return None
    run("CREATE TABLE originals (_source INTEGER, _row BIGINT, original VARCHAR)")
    run("CREATE TABLE readings (_source INTEGER, source VARCHAR, read_as VARCHAR)")
    for origin in origins:
        _add_originals(merge.con, origin)
    run(
        "CREATE TABLE joined AS SELECT n.row_no, string_agg(o.original, ',' ORDER BY o._row) AS "
        "original FROM (SELECT rowid AS row_no, _source, unnest(rows) AS _row FROM refusals "
        "WHERE origin = 'import') n JOIN originals o USING (_source, _row) GROUP BY n.row_no"
    )
    run(
        'COPY (SELECT r."table", coalesce(s.source, r."table") AS source, r.row, r.rows, r.rules, '
        "r.reason, r.origin, coalesce(r.original, CASE WHEN len(r.rows) = 1 THEN j.original "
        "ELSE '[' || j.original || ']' END) AS original, "
        "coalesce(s.read_as, json_object('table', r.\"table\")::VARCHAR) AS read_as "
        "FROM refusals r LEFT JOIN joined j ON j.row_no = r.rowid "
        "LEFT JOIN readings s ON s._source = r._source "
        'ORDER BY r._source, r.row, r."table") '
        f"TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
    )
    return path


def write_to_mend(refused: Path, folder: Path) -> list[Path]:
    """Write refused rows as CSV files, one a source, in the source's own columns.

    A line of the source that was refused for several tables stands there once, with
    all its rules. The files can be mended and loaded again as they are.

    Raises
    ------
    ValueError
        If `folder` already holds a file of such a name; nothing is then written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    planned: dict[Path, tuple[str, str, str]] = {}
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        con.execute(f"CREATE VIEW refused AS SELECT * FROM {stored_rows(refused)}")
        sources = con.execute(
            "SELECT source, origin, read_as FROM refused GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        for source, origin, read_as in sources:
            stem = Path(source).stem or source
            stem = re.sub(r"[^\w.-]+", "-", stem if origin == "import" else f"{source}-withdrawn")
            # A file system takes names of 255 bytes.
            stem = stem.encode()[:MOST_BYTES_OF_A_STEM].decode(errors="ignore")
            path, copy = folder / f"{stem}.csv", 1
            while path in planned:
                copy += 1
                path = folder / f"{stem}-{copy}.csv"
            planned[path] = (source, origin, read_as)
        # Where the originals lie, files of refused rows would have their names.
        if there := [path.name for path in planned if path.exists()]:
            raise ValueError(
                f"{folder} already holds {listed(there)}, so nothing was written. "
                "Choose an empty folder."
            )
        for path, which in planned.items():
            _write_csv(con, path, which)
    return list(planned)


def _write_csv(con: duckdb.DuckDBPyConnection, path: Path, which: tuple[str, str, str]) -> None:
    found = con.execute(
        """
        WITH lines AS (
            SELECT rules, reason, unnest(coalesce(rows, [NULL])) AS row,
                   CASE WHEN coalesce(len(rows), 1) = 1 THEN [original]
                        ELSE from_json(original, '["JSON"]')::VARCHAR[] END AS originals,
                   generate_subscripts(coalesce(rows, [NULL]), 1) AS place
            FROM refused WHERE source = ? AND origin = ? AND read_as = ?
        )
        SELECT row, list_sort(list_distinct(flatten(list(rules)))),
               string_agg(DISTINCT reason, ' '), any_value(originals[place])
        FROM lines GROUP BY row, CASE WHEN row IS NULL THEN originals END ORDER BY row
        """,
        list(which),
    )
    columns: list[str] = []
    writer = None
    # utf-8-sig: without the mark Excel takes UTF-8 for the local code page.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        while batch := found.fetchmany(IN_BATCHES_OF):
            for row, rules, reason, original in batch:
                cells = json.loads(original) if original else {}
                if writer is None:
                    columns = [name for name in cells if name not in OURS]
                    writer = csv.writer(file)
                    writer.writerow([*(guarded(name) for name in columns), *OURS])
                ours = [row, " ".join(rules), reason, which[2], cells.get("_surplus")]
                own = [cells.get(name) for name in columns]
                writer.writerow(
                    ["" if cell is None else guarded(str(cell)) for cell in [*own, *ours]]
                )


def _add_judged(merge: Merge, name: str) -> None:
    merge.con.raw_sql(
        f"INSERT INTO refusals SELECT '{name}', r._source, r._row, "
        f"coalesce(r._rows, [r._row]), {_rules(name, 'b')}, "
        f"'Refused because ' || b._why || '.', 'import', NULL "
        f"FROM refused_{name} b JOIN rows_{name} r USING (_id)"
    )


def _add_withdrawn(merge: Merge, name: str) -> None:
    cells = ", ".join(
        f"'{column}', r.{identifier(column)}::VARCHAR" for column in TABLES[name].columns
    )
    merge.con.raw_sql(
        f"INSERT INTO refusals SELECT '{name}', NULL, NULL, NULL, {_rules(name, 'b')}, "
        f"'Loaded earlier and taken out by this import because ' || b._why || '.', "
        f"'already loaded', json_object({cells})::VARCHAR "
        f"FROM withdrawn_{name} b JOIN current_{name} r USING (_id)"
    )


def _add_originals(con: BaseBackend, origin: Origin) -> None:
    """Fetch the text of the refused rows alone: wide cells are never sorted or joined in bulk."""
    number, staged = origin.number, origin.staged
    con.raw_sql(
        f"INSERT INTO readings VALUES ({number}, {literal(staged.source)}, "
        f"{literal(json.dumps(origin.read_as, ensure_ascii=False))})"
    )
    cells = ", ".join(f"{literal(name)}, {identifier(name)}::VARCHAR" for name in staged.columns)
    con.raw_sql(
        f"INSERT INTO originals SELECT {number}, _row, CASE WHEN _surplus IS NULL "
        f"THEN json_object({cells}) ELSE json_object({cells}, '_surplus', _surplus) END::VARCHAR "
        f"FROM ({con.compile(staged.read(con))}) SEMI JOIN (SELECT DISTINCT unnest(rows) AS _row "
        f"FROM refusals WHERE _source = {number}) USING (_row)"
    )


def _rules(name: str, alias: str) -> str:
    named = ", ".join(
        f"CASE WHEN {alias}._broken & {1 << place} <> 0 THEN '{rule}' END"
        for place, rule in enumerate(rule_names(TABLES[name]))
    )
    return f"[rule FOR rule IN [{named}] IF rule IS NOT NULL]"


def _reading(text: str) -> dict[str, object]:
    """What a cell of `_read_as` says; nothing where it is not ours, which a person may edit."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(said, dict) or not isinstance(said.get("columns", {}), dict):
        return {}
    # A name and never a path: a file of data must not choose what else is read.
    names = [said[part] for part in ("recipe", "table") if part in said]
    ours = all(isinstance(name, str) and re.fullmatch("[a-z][a-z0-9_]*", name) for name in names)
    return said if ours else {}


def _problem(staged: Staged) -> str:
    """Cells that stood beyond the header were put aside; until that cell is emptied they stand."""
    aside = next((name for name in staged.columns if _is_ours(name) and "_surplus" in name), None)
    if aside is None:
        return "_problem"
    says = "has more cells than the header; once it is mended, empty its cell _surplus"
    return (
        f"CASE WHEN _problem IS NULL AND nullif({identifier(aside)}, '') IS NOT NULL "
        f"THEN {literal(says)} ELSE _problem END"
    )


def _is_ours(name: str) -> bool:
    return re.sub(r" \(\d+\)$", "", name) in OURS

"""One import's tables: incoming rows checked, joined to what is loaded, and written as files."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import ibis.expr.types as ir
from ibis.backends import BaseBackend

from warehouse.accounting import AccountingError, TableReport
from warehouse.check import RATED, money_columns, rule_names, unique_rule
from warehouse.compiled import broken_sql, explained_sql, judged_sql, repeats_sql, shared_sql
from warehouse.quoting import identifiers, literal
from warehouse.schema import Schema
from warehouse.snapshot import Snapshot, StoredTable, columns_of, sha256_of, stored_rows
from warehouse.tables import TABLES

__all__ = ["Merge"]

#: The newest of these is the newest day on which anything in the data happened. Dates that
#: may lie ahead (due, renewal, planned or promised, the start or end of an agreement, the
#: leaving date of an account under notice) and the dates of outside figures say nothing about that.
FACT_DATES: Mapping[str, tuple[str, ...]] = {
    "customers": ("acquired_on",),
    "price_changes": ("announced_on",),
    "invoices": ("issued_on",),
    "payments": ("paid_on",),
    "adjustments": ("requested_on", "completed_on"),
    "disputes": ("opened_on", "resolved_on"),
    "reminders": ("sent_on",),
    "tickets": ("opened_on", "resolved_on"),
    "surveys": ("answered_on",),
    "usage": ("month",),
    "orders": ("ordered_on", "shipped_on", "delivered_on"),
    "stock_moves": ("moved_on",),
    "projects": ("started_on", "ended_on"),
    "expenses": ("submitted_on", "reimbursed_on"),
    "events": ("happened_on",),
}


ASKED_EVERY = 0.5  # seconds between two questions how far a query is


class Merge:
    """The tables of one import while it runs, in an engine that keeps them on disk.

    Per table the engine holds ``rows_<table>`` (what came in, judged), ``refused_<table>``,
    ``withdrawn_<table>`` (loaded earlier, now impossible) and ``next_<table>`` (as it will be).
    """

    def __init__(self, con: BaseBackend, folder: Path, current: Snapshot | None, mode: str) -> None:
        self.con = con
        self.folder = folder
        self.mode = mode
        self.reports: dict[str, TableReport] = {}
        self.stored: dict[str, StoredTable] = dict(current.manifest.tables) if current else {}
        self.before = dict(self.stored)
        self.changed: set[str] = set()
        self.reporting_currency: str | None = None
        self.rounded: dict[str, int] = {}
        self.during: Callable[[float], None] | None = None  # told how far a long query is
        self.made: set[str] = set()  # tables and views of ours in the engine
        # The engine keeps count of its progress, so that it can be asked. It must not draw it:
        # that goes to stdout, where the report is.
        con.raw_sql("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
        con.raw_sql("CREATE TABLE sources (_source INTEGER, name VARCHAR)")
        con.raw_sql(
            "CREATE TABLE aside (_table VARCHAR, _source INTEGER, _row BIGINT, rule VARCHAR, "
            "reason VARCHAR)"
        )
        for name in self.stored:
            columns = columns_of(name, self.stored[name])
            self._view_file(f"current_{name}", current.path(name), columns)
            self._make("VIEW", f"next_{name}", f"SELECT * FROM current_{name}")

    def add_source(self, number: int, name: str) -> None:
        self.con.raw_sql(f"INSERT INTO sources VALUES ({number}, {literal(name)})")

    def add_rows(self, number: int, name: str, mapped: ir.Table) -> None:
        """Type and judge the rows that source `number` brings for table `name`."""
        # Views between the steps: written into one another, the recipe's expressions would
        # be repeated for every question, and planning the query would take longer than it.
        self.con.raw_sql(f"CREATE OR REPLACE VIEW mapped AS {self.con.compile(mapped)}")
        self.con.raw_sql(f"CREATE OR REPLACE VIEW judged AS {judged_sql(name)}")
        select = f"SELECT {number}::INTEGER AS _source, * FROM ({explained_sql(name)})"
        if self.has(f"judged_{name}"):
            self._run(f"INSERT INTO judged_{name} {select}")
        else:
            self._make("TABLE", f"judged_{name}", select)
            self._make("VIEW", f"rows_{name}", f"SELECT rowid AS _id, * FROM judged_{name}")
            self.reports.setdefault(name, TableReport())

    def add_aside(self, number: int, name: str, aside: ir.Table) -> None:
        """Rows of source `number` that are no record; counted with table `name`."""
        self.reports.setdefault(name, TableReport())
        self.con.raw_sql(
            f"INSERT INTO aside SELECT {literal(name)}, {number}, _row, rule, reason "
            f"FROM ({self.con.compile(aside)})"
        )

    def add_unused(self, number: int, names: list[str], staged: ir.Table, says: str) -> int:
        """Set aside the rows of source `number` that no table took, and count them."""
        of_source = f"WHERE _source = {number}"
        used = f"SELECT _row FROM aside {of_source}"
        for name in names:
            used += f" UNION ALL SELECT _row FROM judged_{name} {of_source} AND _rows IS NULL"
            used += (
                f" UNION ALL SELECT unnest(_rows) AS _row FROM judged_{name} {of_source} "
                "AND _rows IS NOT NULL"
            )
        return self._count(
            f"INSERT INTO aside SELECT {literal(names[0])}, {number}, _row, 'row_mapped', "
            f"{literal(says)} FROM ({self.con.compile(staged.select('_row'))}) "
            f"ANTI JOIN ({used}) USING (_row)"
        )

    def concerns(self, name: str) -> bool:
        """Whether this import may change table `name`."""
        return name in self.reports or (name in self.stored and bool(self._parents_changed(name)))

    def finish(self, name: str) -> None:
        """Check table `name` against the others and write what it will be.

        Tables must be finished in the order of `TABLES`, `fx_rates` first, so that
        the tables a row points at are known as they will be.
        """
        schema = TABLES[name]
        comes_in = self.has(f"judged_{name}")
        report = self.reports.get(name)
        if comes_in:
            self._refuse(schema)
        if report is not None:
            self._account(schema, report, comes_in)
        # A file without rows makes an empty table, but never empties one.
        replaced = comes_in and (
            report.accepted > 0 or (report.rows_in == 0 and name not in self.stored)
        )
        withdrawn = self._withdraw(schema, replaced)
        if replaced or withdrawn:
            self._write(schema, replaced, withdrawn)
        if report is None and withdrawn:
            report = self.reports[name] = TableReport()
        if report is not None:
            report.withdrawn = withdrawn
            if withdrawn:
                report.withdrawn_by_rule = self._by_rule(f"withdrawn_{name}", schema)
            report.rows_now = self.stored[name].rows if name in self.stored else 0
            report.check(name)

    def leave_all_as_it_was(self) -> None:
        """Nothing was accepted: nothing is published, and no row loaded earlier taken out."""
        for name, report in self.reports.items():
            report.withdrawn, report.withdrawn_by_rule = 0, {}
            self.made.discard(f"withdrawn_{name}")
            report.rows_now = self.before[name].rows if name in self.before else 0

    def _refuse(self, schema: Schema) -> None:
        name = schema.name
        found = self._broken("rows", schema)
        self._make("TABLE", "shared", shared_sql(name))
        if self._count("SELECT count(*) FROM shared"):
            found = (*found, (unique_rule(schema), repeats_sql(name)))
        own = f"SELECT _id, _broken, _why FROM rows_{name} WHERE _broken <> 0"
        self._collect(f"refused_{name}", schema, found, own)
        self.con.raw_sql("DROP TABLE shared")
        self._make(
            "VIEW",
            f"accepted_{name}",
            f"SELECT {identifiers(schema.columns)} "
            f"FROM rows_{name} ANTI JOIN refused_{name} USING (_id)",
        )

    def _account(self, schema: Schema, report: TableReport, comes_in: bool) -> None:
        name = schema.name
        aside = f"FROM aside WHERE _table = {literal(name)}"
        set_aside = self._count(f"SELECT count(*) {aside}")
        by_rule = self._rows_of(f"SELECT rule, count(*) AS n {aside} GROUP BY rule ORDER BY rule")
        report.rows_in = report.refused = report.set_aside = set_aside
        report.refused_by_rule = {row["rule"]: row["n"] for row in by_rule}
        if comes_in:
            # Three counts of three relations, so that the sum can be wrong.
            report.rows_in += self._count(f"SELECT count(*) FROM judged_{name}")
            report.refused += self._count(f"SELECT count(*) FROM refused_{name}")
            report.accepted = self._count(f"SELECT count(*) FROM accepted_{name}")
            for rule, n in self._by_rule(f"refused_{name}", schema).items():
                report.refused_by_rule[rule] = report.refused_by_rule.get(rule, 0) + n
            self._count_rounded(schema)
        report.check(name)

    def _count_rounded(self, schema: Schema) -> None:
        for place, column in enumerate(money_columns(schema)):
            n = self._count(
                f"SELECT count(*) FROM rows_{schema.name} ANTI JOIN refused_{schema.name} "
                f"USING (_id) WHERE _finer & {1 << place} <> 0"
            )
            if n:
                self.rounded[f"{schema.name}.{column}"] = n

    def _withdraw(self, schema: Schema, replaced: bool) -> int:
        """Find the rows loaded earlier that the tables they point at no longer allow."""
        name = schema.name
        if name not in self.stored or (replaced and self.mode == "replace"):
            return 0
        kept = f"SELECT * FROM current_{name}"
        if replaced:
            kept += f" ANTI JOIN accepted_{name} USING ({identifiers(schema.primary_key)})"
        self._make("VIEW", f"kept_{name}", kept)
        if not self._parents_changed(name):
            return 0
        found = self._broken("kept", schema)
        self._collect(f"withdrawn_{name}", schema, found)
        return self._count(f"SELECT count(*) FROM withdrawn_{name}")

    def _write(self, schema: Schema, replaced: bool, withdrawn: int) -> None:
        name, columns = schema.name, identifiers(schema.columns)
        parts = [f"SELECT {columns} FROM accepted_{name}"] if replaced else []
        if self.has(f"kept_{name}"):
            left = f" ANTI JOIN withdrawn_{name} USING (_id)" if withdrawn else ""
            parts.append(f"SELECT {columns} FROM kept_{name}{left}")
        path = self.folder / f"{name}.parquet"
        # Sorted by key, equal rows make equal files whatever order they came in.
        self._run(
            f"COPY (SELECT * FROM ({' UNION ALL '.join(parts)}) "
            f"ORDER BY {identifiers(schema.primary_key)}) "
            f"TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        )
        n_rows = self._count(f"SELECT count(*) FROM {stored_rows(path)}")
        self._check_written(name, n_rows, replaced, withdrawn)
        sha256 = sha256_of(path)
        stored = StoredTable(
            file=f"{name}-{sha256[:16]}.parquet",
            sha256=sha256,
            rows=n_rows,
            columns=tuple(schema.columns),
            newest_date=self._newest_date(name, path),
        )
        if self.stored.get(name) == stored:
            path.unlink()
            return
        self.stored[name] = stored
        self.changed.add(name)
        self.con.raw_sql(f"DROP VIEW IF EXISTS next_{name}")
        self._view_file(f"next_{name}", path, columns)

    def _check_written(self, name: str, n_rows: int, replaced: bool, withdrawn: int) -> None:
        kept = self._count(f"SELECT count(*) FROM kept_{name}") if self.has(f"kept_{name}") else 0
        expected = kept - withdrawn + (self.reports[name].accepted if replaced else 0)
        if n_rows != expected:
            raise AccountingError(
                f"{name}: {expected} rows were to be kept and {n_rows} were written. "
                "Nothing was loaded; please report this."
            )

    def _newest_date(self, name: str, path: Path) -> object:
        if not (dates := FACT_DATES.get(name)):
            return None
        newest = ", ".join(f"max({column})" for column in dates)
        [row] = self._rows_of(
            f"SELECT greatest({newest}) AS newest FROM {stored_rows(path)}"
            if len(dates) > 1
            else f"SELECT {newest} AS newest FROM {stored_rows(path)}"
        )
        return row["newest"]

    def _parents_changed(self, name: str) -> set[str]:
        points_at = {key.table for key in TABLES[name].foreign_keys}
        points_at |= {"fx_rates"} if name in RATED else set()
        return points_at & self.changed

    def _broken(self, of: str, schema: Schema) -> tuple[tuple[str, str], ...]:
        parents = frozenset({key.table for key in schema.foreign_keys} & set(self.stored))
        currency = self.reporting_currency if schema.name in RATED else None
        return broken_sql(schema.name, of, parents, "fx_rates" in self.stored, currency)

    def _collect(
        self,
        into: str,
        schema: Schema,
        found: Sequence[tuple[str, str]],
        own: str | None = None,
    ) -> None:
        """Gather the rules each row breaks into one line per row: `_id`, `_broken`, `_why`."""
        self.con.raw_sql(f"CREATE TABLE late_{into} (_id BIGINT, _broken BIGINT, _why VARCHAR)")
        names = rule_names(schema)
        for rule, broken in found:
            self.con.raw_sql(
                f"INSERT INTO late_{into} SELECT _id, {1 << names.index(rule)}, _why "
                f"FROM ({broken})"
            )
        every = f"SELECT * FROM late_{into}" + (f" UNION ALL {own}" if own else "")
        self._make(
            "TABLE",
            into,
            "SELECT _id, bit_or(_broken) AS _broken, "
            f"string_agg(_why, '; ' ORDER BY _broken) AS _why FROM ({every}) GROUP BY _id",
        )
        self.con.raw_sql(f"DROP TABLE late_{into}")

    def _by_rule(self, table: str, schema: Schema) -> dict[str, int]:
        counts = ", ".join(
            f"count(*) FILTER (_broken & {1 << place} <> 0) AS {rule}"
            for place, rule in enumerate(rule_names(schema))
        )
        [row] = self._rows_of(f"SELECT {counts} FROM {table}")
        return {rule: n for rule, n in row.items() if n}

    def _view_file(self, view: str, path: Path, columns: str) -> None:
        self._make(
            "VIEW",
            view,
            f"SELECT {columns}, file_row_number AS _id "
            f"FROM {stored_rows(path, ', file_row_number = true')}",
        )

    def has(self, table: str) -> bool:
        """Whether this import has made this table or view."""
        return table in self.made

    def _make(self, kind: str, name: str, query: str) -> None:
        run = self._run if kind == "TABLE" else self.con.raw_sql
        run(f"CREATE {kind} {name} AS {query}")
        self.made.add(name)

    def _run(self, sql: str) -> None:
        """Run a statement that may take minutes, and meanwhile tell how far it is."""
        if self.during is None:
            self.con.raw_sql(sql)
            return
        engine = self.con.con
        with ThreadPoolExecutor(max_workers=1) as pool:
            running = pool.submit(self.con.raw_sql, sql)
            try:
                while wait([running], timeout=ASKED_EVERY).not_done:
                    self.during(min(max(engine.query_progress(), 0) / 100, 1))
            except BaseException:  # whoever is told may also end the import
                engine.interrupt()
                raise
            running.result()

    def _count(self, sql: str) -> int:
        return self.con.raw_sql(sql).fetchone()[0]

    def _rows_of(self, query: str) -> list[dict[str, object]]:
        cursor = self.con.raw_sql(query)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

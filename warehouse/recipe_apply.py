"""A recipe and a staged file to canonical rows. Every row of the file goes somewhere."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from warehouse.parse import (
    DATE_FORMATS,
    NUMBER_TYPES,
    Conventions,
    as_text,
    cell_text,
    edged,
    find_conventions,
    read_cell,
    respelled,
    without_empty,
)
from warehouse.recipe_cells import (
    MONEY,
    NUMBER,
    TEXT,
    Piece,
    Sheet,
    leaves,
    nothing,
    row_piece,
)
from warehouse.recipe_groups import grouped
from warehouse.recipe_language import (
    Cell,
    Conditions,
    FillDown,
    Recipe,
    TableRecipe,
    column_key,
    option_in,
)
from warehouse.relations import create_table, create_view
from warehouse.schema import Column, SchemaError
from warehouse.staging import RESERVED, Staged
from warehouse.tables import TABLES
from warehouse.wording import counted

__all__ = ["Mapped", "apply"]

# What a test costs for a row, compared with the others.
COST = {"present": 0, "blank": 0, "matches": 2, "not_matches": 2, "greater_than": 3, "less_than": 3}
MARKS = {"point": ".", "comma": ","}


@dataclass(frozen=True)
class Mapped:
    """The rows of one file as canonical rows.

    Each table has every canonical column ``c``, typed and null where it could not be read,
    ``c__text`` (what it was read from, null where the cell was empty), ``_row``, ``_rows``
    and ``_problem``. `set_aside` holds ``_row``, ``rule`` and ``reason`` of the rows that
    belong to no table; `conventions` says how each heading was read.
    """

    tables: dict[str, ir.Table]
    set_aside: ir.Table
    notes: tuple[str, ...]
    conventions: Conventions = field(default_factory=Conventions)


def apply(
    recipe: Recipe,
    staged: Staged,
    con: BaseBackend,
    options: Mapping[str, str] | None = None,
    stated: Mapping[str, str] | None = None,
) -> Mapped:
    """Map the rows of `staged` to canonical tables by `recipe`.

    Parameters
    ----------
    recipe
        What becomes what.
    staged
        The file, from `warehouse.files.stage`.
    con
        The engine that evaluates the expressions.
    options
        Values for the recipe's options, such as ``{"currency": "EUR"}``.
    stated
        How single headings are written, one of `DATE_FORMATS` or a decimal mark each: what
        was found when the file was read whole, for a part of it that no longer tells.

    Raises
    ------
    SchemaError
        If a column that a table needs is not in the file, or the order of its dates or its
        decimal mark cannot be found.
    """
    mapping = _Mapping(recipe, staged, con, {**recipe.options, **(options or {})}, stated or {})
    return mapping.mapped()


class _Mapping:
    """One recipe at work on one file."""

    def __init__(
        self,
        recipe: Recipe,
        staged: Staged,
        con: BaseBackend,
        options: Mapping[str, str],
        stated: Mapping[str, str],
    ) -> None:
        self.recipe, self.staged, self.options, self.stated = recipe, staged, options, stated
        self.names = {column_key(name): name for name in reversed(staged.columns)}
        self.conventions = Conventions()
        self.con, self.numbers_of = con, {}
        rows = self._settled(_trimmed(staged.read(con), staged))
        for fill in recipe.fill_down:
            rows = self._settled(self._filled(rows, fill))
        for name, cell in recipe.add.items():
            rows = self._settled(self._added(rows, name, cell))
        self.aside = self._marked(rows)
        # Nearly always there are few such rows: leaving them out by number costs next to
        # nothing, where asking each row again whether it is a total costs as much as loading.
        n_aside = self.aside.count().execute()
        self.kept = self._settled(rows.anti_join(self.aside, "_row")) if n_aside else rows

    def _settled(self, rows: ir.Table) -> ir.Table:
        """`rows` under a name of their own.

        Expressions that build on one another are otherwise written out anew wherever they
        are used: a report of nine rows then took more than a minute to plan.
        """
        name = f"recipe_{uuid.uuid4().hex}"
        return create_view(self.con, name, rows)

    def mapped(self) -> Mapped:
        present = {t: r for t, r in self.recipe.tables.items() if self._is_here(r)}
        for table, recipe in present.items():
            self._require_columns(table, recipe)
        self.conventions = self._found_conventions(present)
        notes = [
            f"{table} was left out: the file has no column {' and no '.join(self._absent(recipe))}."
            for table, recipe in self.recipe.tables.items()
            if table not in present
        ]
        tables = {table: self._table(table, recipe) for table, recipe in present.items()}
        notes = [*self.conventions.notes, *self._respelled(present), *self.recipe.notes, *notes]
        return Mapped(tables, self._set_aside(present), tuple(notes), self.conventions)

    def find(self, name: str, rows: ir.Table | None = None) -> tuple[str, ir.Value] | None:
        """The heading and the cells of the column that the recipe calls `name`."""
        rows = self.kept if rows is None else rows
        heading = self.recipe.column_in(name, self.names)
        return None if heading is None else (heading, rows[heading])

    def _is_here(self, recipe: TableRecipe) -> bool:
        return not self._absent(recipe)

    def _absent(self, recipe: TableRecipe) -> list[str]:
        """Columns without which the table is left out, by a heading they usually have."""
        return [
            self.recipe.columns.get(name, (name,))[0]
            for name in recipe.only_if
            if not self.recipe.column_in(name, self.names)
        ]

    def _filled(self, rows: ir.Table, fill: FillDown) -> ir.Table:
        found = self.find(fill.column, rows)
        if found is None:
            return rows
        heading, cells = found
        text = as_text(cells)
        if fill.when is not None:
            text = ibis.ifelse(self._holds(fill.when, rows), text, ibis.null("string"))
        name = fill.into or heading
        within = self.find(fill.within, rows) if fill.within else None
        keys = {"_key": as_text(within[1])} if within else {}
        # Rows from one value to before the next have seen equally many values: they are a
        # stretch, and hold one value. (Engines differ in "last value that is not null".)
        seen = ibis.window(group_by=list(keys), order_by="_row", following=0)
        filled = rows.mutate(_text=text, **keys)
        filled = self._settled(filled.mutate(_stretch=filled["_text"].count().over(seen)))
        stretch = ibis.window(group_by=[*keys, "_stretch"])
        filled = filled.mutate(**{name: filled["_text"].max().over(stretch)})
        if fill.into:
            self.names = {**self.names, column_key(name): name}
        return filled.drop("_text", "_stretch", *keys)

    def _added(self, rows: ir.Table, name: str, cell: Cell) -> ir.Table:
        column = MONEY if cell.operator else TEXT
        found = ((n, self.recipe.column_in(n, self.names)) for n, _, _ in leaves(cell, column))
        headings = dict.fromkeys((h for _, h in found if h), self.recipe.decimal)
        if column is MONEY:
            self.conventions = find_conventions(rows, {}, headings, self.staged.dialect)
        piece = row_piece(cell, column, name, self._sheet(rows))
        self.names = {**self.names, column_key(name): name}
        if column is TEXT:
            return rows.mutate(**{name: piece.value})
        # As text: a sum of which one cell cannot be read keeps what stood there, and is refused
        # for it, where a number could only be empty.
        self.stated = {**self.stated, name: "."}
        return rows.mutate(**{name: piece.text})

    def _sheet(self, rows: ir.Table) -> Sheet:
        return Sheet(
            rows,
            lambda name: self.find(name, rows),
            lambda conditions: self._holds(conditions, rows),
            self.conventions,
            self.options,
        )

    def _holds(self, conditions: Conditions, rows: ir.Table) -> ir.BooleanValue:
        holds = [
            (COST.get(condition.test[0], 1), self._one_holds(name, *condition.test, rows))
            for name, condition in conditions.all_of.items()
        ]
        if conditions.any_of:
            cost = max(COST.get(c.test[0], 1) for a in conditions.any_of for c in a.tests())
            others = (self._holds(other, rows) for other in conditions.any_of)
            holds.append((cost, ibis.or_(*others)))
        holds.sort(key=lambda pair: pair[0])
        # As nested cases, so that a pattern is tried only on rows that pass the cheap tests.
        result = ibis.literal(True)
        for _cost, held in reversed(holds):
            result = ibis.ifelse(held, result, False)
        return result

    def _one_holds(self, name: str, test: str, value: object, rows: ir.Table) -> ir.BooleanValue:
        found = self.find(name, rows)
        text = ibis.null("string") if found is None else as_text(found[1])
        if option := option_in(name):
            text = ibis.literal(self.options.get(option)).cast("string")
        if test in ("present", "blank"):
            return text.notnull() if (test == "present") == value else text.isnull()
        if test in ("equals", "not_equals"):
            same = (text.lower() == str(value).lower()).fill_null(False)
            return same if test == "equals" else ~same
        if test == "one_of":
            return text.lower().isin([str(item).lower() for item in value]).fill_null(False)
        if test in ("matches", "not_matches"):
            fits = text.re_search(str(value)).fill_null(False)
            return fits if test == "matches" else ~fits
        if found is None:
            return ibis.literal(False)
        number = read_cell(found[1], found[0], NUMBER, "", self._number_of(name, rows))
        if test == "less_than":
            return (number < value).fill_null(False)
        # A cell that cannot be read may well be more: the row goes on, and is refused for it
        # where the cell is used, instead of being passed over without a word.
        return (number > value).fill_null(text.notnull())

    def _number_of(self, name: str, rows: ir.Table) -> Conventions:
        """How the column of a condition writes its numbers."""
        heading = self.recipe.column_in(name, self.names)
        if heading not in self.numbers_of:
            mark = self.stated.get(heading, self.recipe.decimal)
            found = find_conventions(rows, {}, {heading: mark}, self.staged.dialect)
            self.numbers_of[heading] = found
        return self.numbers_of[heading]

    def _marked(self, rows: ir.Table) -> ir.Table:
        """Rows that are set aside, with the rule and the reason, as a table of their own."""
        cells = (rows[name] for name in self.staged.columns)
        texts = (cell if cell.type().is_string() else cell.cast("string") for cell in cells)
        blank = ibis.coalesce(*texts).isnull() & rows["_problem"].isnull()
        rules = [("blank_row", "every cell of it is empty")]
        holds = [blank]
        for aside in self.recipe.set_aside:
            rules.append((aside.rule, aside.reason))
            holds.append(self._holds(aside.when, rows))
        which = ibis.cases(*((held, i) for i, held in enumerate(holds)), else_=ibis.null("int64"))
        marked = self._settled(rows.select("_row", _which=which))
        marked = marked.filter(marked["_which"].notnull())
        number = marked["_which"]
        told = marked.select(
            "_row",
            rule=number.cases(*((i, rule) for i, (rule, _) in enumerate(rules))),
            reason=number.cases(*((i, reason) for i, (_, reason) in enumerate(rules))),
        )
        return create_table(self.con, f"aside_{uuid.uuid4().hex}", told)

    def _require_columns(self, table: str, recipe: TableRecipe) -> None:
        """Refuse the file when a required column has no source in it."""
        missing = [
            name
            for name in TABLES[table].required_columns
            if name not in recipe.columns or not self._has_source(recipe.columns[name])
        ]
        missing_keys = [k for k in recipe.one_row_per if not self.recipe.column_in(k, self.names)]
        if not missing and not missing_keys:
            return
        wanted = [
            f"{name} (from {' or '.join(dict.fromkeys(recipe.columns[name].columns()))})"
            if name in recipe.columns and list(recipe.columns[name].columns()) != [name]
            else name
            for name in missing
        ] or [f"{key}, which says what one row is" for key in missing_keys]
        raise SchemaError(
            f"{self.staged.source} lacks {counted(len(wanted), 'column')} that {table} needs: "
            f"{', '.join(wanted)}. It has: {', '.join(self.staged.columns)}. Add what is missing, "
            "or say with a recipe which column is which."
        )

    def _has_source(self, cell: Cell) -> bool:
        if cell.option is not None:
            return cell.option in self.options
        if cell.first_of is not None:
            return any(self._has_source(part) for part in cell.first_of)
        if cell.operator in ("plus", "minus"):
            return self._has_source(cell.operands[0])
        names = list(cell.columns())
        return all(self.recipe.column_in(name, self.names) for name in names)

    def _found_conventions(self, present: Mapping[str, TableRecipe]) -> Conventions:
        """How the columns that are read as dates and numbers are written."""
        dates: dict[str, str | None] = {}
        numbers: dict[str, str | None] = {}
        for name, column, parse in self._leaves(present):
            heading = self.recipe.column_in(name, self.names)
            if heading is None:
                continue
            if column.dtype in ("date", "month"):
                stated = parse if parse in DATE_FORMATS else self.recipe.date_order
                stated = self.stated.get(heading, stated)
                dates[heading] = dates.get(heading) or stated
            elif column.dtype in NUMBER_TYPES:
                mark = self.stated.get(heading, MARKS.get(parse, self.recipe.decimal))
                numbers[heading] = numbers.get(heading) or mark
        return find_conventions(self.kept, dates, numbers, self.staged.dialect)

    def _leaves(
        self, present: Mapping[str, TableRecipe]
    ) -> Iterator[tuple[str, Column, str | None]]:
        for table, recipe in present.items():
            for target, cell in recipe.columns.items():
                yield from leaves(cell, TABLES[table].columns[target])

    def _respelled(self, present: Mapping[str, TableRecipe]) -> Iterator[str]:
        """Notes on allowed values that the file spells otherwise, such as E-Invoice."""
        counts = {}
        for table, recipe in present.items():
            for target, cell in recipe.columns.items():
                allowed = TABLES[table].columns[target].allowed
                found = self.find(cell.column) if allowed and cell.column and not cell.map else None
                if found is not None:
                    counts[found[0]] = respelled(as_text(found[1]), allowed)
        if not counts:
            return
        [numbers] = self.kept.aggregate(**counts).to_pyarrow().to_pylist()
        for heading, n in numbers.items():
            if n:
                yield f"{heading}: {counted(n, 'value')} put into the canonical spelling."

    def _table(self, table: str, recipe: TableRecipe) -> ir.Table:
        rows = self.kept
        if recipe.where is not None:
            rows = rows.filter(self._holds(recipe.where, rows))
        columns = TABLES[table].columns
        if recipe.one_row_per:
            keys = [as_text(self.find(name, rows)[1]) for name in recipe.one_row_per]
            sheet = self._sheet(rows)
            return grouped(sheet, keys, recipe.columns, columns)
        found: dict[str, ir.Value] = {}
        for target, column in columns.items():
            piece = self._piece(recipe.columns.get(target), column, target, rows)
            found[target] = piece.value.cast(column.ibis_type)
            found[f"{target}__text"] = piece.text.cast("string")
        one = ibis.array([rows["_row"]])
        return rows.select(**found, _row=rows["_row"], _rows=one, _problem=rows["_problem"])

    def _piece(self, cell: Cell | None, column: Column, target: str, rows: ir.Table) -> Piece:
        return (
            nothing(column) if cell is None else row_piece(cell, column, target, self._sheet(rows))
        )

    def _set_aside(self, present: Mapping[str, TableRecipe]) -> ir.Table:
        wheres = [recipe.where for recipe in present.values()]
        if present and any(where is None for where in wheres):
            return self.aside
        kept = self.kept
        wanted = ibis.or_(*(self._holds(where, kept) for where in wheres if where))
        other = kept.filter(~wanted).select(
            "_row",
            rule=ibis.literal("belongs_to_no_table"),
            reason=ibis.literal(f"{self.recipe.title} takes nothing from such a row"),
        )
        return self.aside.union(other)


def _trimmed(rows: ir.Table, staged: Staged) -> ir.Table:
    """`rows` with every text trimmed, once, and null where it says nothing."""
    texts = [
        name for name, dtype in rows.schema().items() if dtype.is_string() and name not in RESERVED
    ]
    # Other files were trimmed when they were staged.
    ragged = edged(rows, texts) if staged.dialect.kind == "parquet" and texts else set()
    cleaned = {n: (cell_text if n in ragged else without_empty)(rows[n]) for n in texts}
    return rows.mutate(**cleaned)

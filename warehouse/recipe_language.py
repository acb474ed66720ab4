"""The language of recipes: which column of a foreign file becomes which canonical one.

Everything a recipe says is data that this module checks; nothing in it is ever evaluated.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from warehouse.tables import TABLES

__all__ = [
    "OPERATORS",
    "PLACE",
    "Cell",
    "Condition",
    "Conditions",
    "FillDown",
    "Recipe",
    "SetAside",
    "TableRecipe",
    "column_key",
    "option_in",
]

#: What can be worked out from other cells, and from how many.
OPERATORS: Mapping[str, tuple[int, int]] = {
    "plus": (2, 9),
    "minus": (2, 9),
    "multiply": (2, 2),
    "divide": (2, 2),
    "absolute": (1, 1),
    "negate": (1, 1),
    "days_between": (2, 2),
    "add_days": (2, 2),
    "minor_units": (2, 2),
}
SOURCES = ("column", "first_of", "constant", "template", "option", "number_within", *OPERATORS)
TESTS = (
    "present",
    "blank",
    "equals",
    "not_equals",
    "matches",
    "not_matches",
    "one_of",
    "greater_than",
    "less_than",
)
NUMBER = re.compile(r"^-?\d+(?:\.\d+)?$")
PLACE = re.compile(r"\{([^{}]+)\}")

Take = Literal["first", "min", "max", "sum", "most_common", "count"]
Parse = Literal[
    "dmy", "mdy", "ymd", "unix_seconds", "unix_milliseconds", "excel_serial", "point", "comma"
]


def column_key(name: str) -> str:
    """What is compared when a column is looked for by name.

    Examples
    --------
    >>> column_key("*Invoice Number") == column_key("invoice_number ")
    True
    """
    return re.sub(r"[\W_]+", "", name.casefold()) or name.strip()


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) or value is None else [value]


def option_in(name: str) -> str | None:
    """The option that the name of a condition stands for: ``{currency}``."""
    return name[1:-1] if name.startswith("{") and name.endswith("}") else None


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cell(_Strict):
    """Where the value of one canonical column comes from.

    Written short, a text is the name of a column: ``customer_id: Customer Number``.
    """

    column: str | None = None
    first_of: tuple["Cell", ...] | None = None
    constant: str | None = None
    template: str | None = None
    option: str | None = None
    number_within: Annotated[tuple[str, ...] | None, BeforeValidator(_listed)] = None
    plus: tuple["Cell", ...] | None = None
    minus: tuple["Cell", ...] | None = None
    multiply: tuple["Cell", ...] | None = None
    divide: tuple["Cell", ...] | None = None
    absolute: Annotated[tuple["Cell", ...] | None, BeforeValidator(_listed)] = None
    negate: Annotated[tuple["Cell", ...] | None, BeforeValidator(_listed)] = None
    days_between: tuple["Cell", ...] | None = None
    add_days: tuple["Cell", ...] | None = None
    minor_units: tuple["Cell", ...] | None = None
    parse: Parse | None = None
    map: dict[str, str] | None = None
    otherwise: str | None = None
    take: Take | None = None
    where: "Conditions | None" = None

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"constant": value} if NUMBER.match(value) else {"column": value}
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {"constant": str(value)}
        return value

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        said = [name for name in SOURCES if getattr(self, name) is not None]
        if len(said) != 1:
            raise ValueError(
                f"says {' and '.join(said) or 'nothing'} of where the value comes from. "
                f"Say exactly one of {', '.join(SOURCES)}"
            )
        if self.operator:
            least, most = OPERATORS[self.operator]
            if not least <= len(self.operands) <= most:
                wanted = str(least) if least == most else f"{least} to {most}"
                raise ValueError(
                    f"{self.operator} works on {wanted} and has {len(self.operands)} to work on"
                )
        if self.map is not None and self.operator:
            raise ValueError("map goes with a column, not with a calculation")
        if self.otherwise is not None and self.map is None:
            raise ValueError("otherwise is for values that map does not name, so it needs map")
        if self.where is not None and self.takes_inside:
            raise ValueError("where looks at one row, so it goes with the part that says take")
        return self

    @property
    def operator(self) -> str | None:
        return next((name for name in OPERATORS if getattr(self, name) is not None), None)

    @property
    def operands(self) -> tuple["Cell", ...]:
        """The cells this one is worked out from, in order."""
        name = self.operator or ("first_of" if self.first_of is not None else None)
        return getattr(self, name) if name else ()

    @property
    def takes_inside(self) -> bool:
        return any(part.take or part.takes_inside for part in self.operands)

    def columns(self) -> Iterator[str]:
        """Every column of the file that this cell reads."""
        if self.column is not None:
            yield self.column
        if self.template is not None:
            yield from PLACE.findall(self.template)
        yield from self.number_within or ()
        for part in self.operands:
            yield from part.columns()


class Condition(_Strict):
    """A test of one column. Texts are compared without regard to case or outer blanks."""

    present: bool | None = None
    blank: bool | None = None
    equals: str | None = None
    not_equals: str | None = None
    matches: str | None = None
    not_matches: str | None = None
    one_of: tuple[str, ...] | None = None
    greater_than: float | None = None
    less_than: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, value: Any) -> Any:
        return {value: True} if value in ("present", "blank") else value

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError(f"a condition says exactly one of {', '.join(TESTS)}")
        for pattern in (self.matches, self.not_matches):
            if pattern is None:
                continue
            try:
                re.compile(pattern)
            except (re.error, OverflowError, RecursionError) as error:
                raise ValueError(f"{pattern!r} is not a pattern: {error}") from None
            # The engine's patterns (RE2) take linear time and have no way to look around.
            if re.search(r"\(\?(?:[=!]|<[=!])|\\[1-9]", pattern):
                raise ValueError(f"{pattern!r} looks around or back, which patterns here cannot")
        return self

    @property
    def test(self) -> tuple[str, Any]:
        [(name, value)] = self.model_dump(exclude_none=True).items()
        return name, value


class Conditions(_Strict):
    """Conditions that all hold; under `any_of`, alternatives of which one holds."""

    all_of: dict[str, Condition] = Field(default_factory=dict)
    any_of: tuple["Conditions", ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, value: Any) -> Any:
        if not isinstance(value, Mapping) or "all_of" in value:
            return value
        columns = {name: test for name, test in value.items() if name != "any_of"}
        return {"all_of": columns, "any_of": value.get("any_of", ())}

    def tests(self) -> Iterator[Condition]:
        """Every condition, also those among the alternatives."""
        yield from self.all_of.values()
        for alternative in self.any_of:
            yield from alternative.tests()

    def columns(self) -> Iterator[str]:
        yield from self.all_of
        for alternative in self.any_of:
            yield from alternative.columns()


class SetAside(_Strict):
    """Rows of the file that belong to no table: totals, headings of groups."""

    rule: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    reason: str
    when: Conditions


class FillDown(_Strict):
    """A value that stands on one row and holds for the rows below it.

    `into` names a new column for it; `when` says on which rows the value is such a
    heading; `within` stops the filling where that column changes.
    """

    column: str
    into: str | None = None
    when: Conditions | None = None
    within: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str) else value


Cell.model_rebuild()


class TableRecipe(_Strict):
    """How the rows of the file become rows of one canonical table."""

    columns: dict[str, Cell]
    one_row_per: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    where: Conditions | None = None
    only_if: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()

    @model_validator(mode="after")
    def _takes_only_from_groups(self) -> Self:
        for name, cell in self.columns.items():
            if not self.one_row_per and (cell.take or cell.takes_inside):
                raise ValueError(
                    f"{name} says take, which chooses among several rows. "
                    "Say one_row_per for the table, or leave take out"
                )
        return self


class Recipe(_Strict):
    """How one kind of file becomes rows of the canonical tables."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    source: str = ""
    describes: str = ""
    recognise: tuple[str, ...] = ()
    columns: dict[str, Annotated[tuple[str, ...], BeforeValidator(_listed)]] = Field(
        default_factory=dict
    )
    options: dict[str, str] = Field(default_factory=dict)
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    decimal: Literal[".", ","] | None = None
    notes: tuple[str, ...] = ()
    fill_down: tuple[FillDown, ...] = ()
    add: dict[str, Cell] = Field(default_factory=dict)
    set_aside: tuple[SetAside, ...] = ()
    tables: dict[str, TableRecipe] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_canonical(self) -> Self:
        for table, recipe in self.tables.items():
            if table not in TABLES:
                raise ValueError(f"{table} is not a table. Tables are {', '.join(TABLES)}")
            if unknown := sorted(set(recipe.columns) - set(TABLES[table].columns)):
                raise ValueError(
                    f"{table} has no column {', '.join(unknown)}. "
                    f"Its columns are {', '.join(TABLES[table].columns)}"
                )
        return self

    @property
    def columns_needed(self) -> tuple[str, ...]:
        """Columns of the file that the recipe reads, whether or not it can do without."""
        found: dict[str, None] = {}
        for table in self.tables.values():
            found.update(dict.fromkeys(table.one_row_per))
            for cell in table.columns.values():
                found.update(dict.fromkeys(cell.columns()))
            if table.where:
                found.update(dict.fromkeys(table.where.columns()))
        for cell in self.add.values():
            found.update(dict.fromkeys(cell.columns()))
        found.update(dict.fromkeys(fill.column for fill in self.fill_down))
        made = {*self.add, *(fill.into for fill in self.fill_down)}
        return tuple(name for name in found if name not in made and not option_in(name))

    def column_in(self, name: str, columns: Mapping[str, str]) -> str | None:
        """The column of a file that `name` means; `columns` maps keys to its names."""
        for heading in (name, *self.columns.get(name, ())):
            if heading in columns.values():
                return heading
        for heading in (*self.columns.get(name, ()), name):
            if found := columns.get(column_key(heading)):
                return found
        return None

"""What a table must look like: columns, keys and the rules each row keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import ibis

__all__ = [
    "IBIS_TYPES",
    "Column",
    "DataType",
    "ForeignKey",
    "Rule",
    "Schema",
    "SchemaError",
    "optional",
    "required",
]

DataType = Literal["text", "int", "number", "money", "date", "month", "bool"]

# The engine's type for each of ours. Money is decimal so that sums are exact to
# the cent; four places hold unit prices and rates that are finer than a cent.
IBIS_TYPES: Mapping[DataType, str] = {
    "text": "string",
    "int": "int64",
    "number": "float64",
    "money": "decimal(18, 4)",
    "date": "date",
    "month": "date",
    "bool": "boolean",
}


class SchemaError(ValueError):
    """The file as a whole cannot be read as the table; single bad rows are refused instead."""


@dataclass(frozen=True)
class Column:
    """One column: its type, whether a value is required, and the values allowed."""

    dtype: DataType
    required: bool
    allowed: tuple[str, ...] = ()
    says: str = ""

    @property
    def ibis_type(self) -> str:
        return IBIS_TYPES[self.dtype]


def required(dtype: DataType, *allowed: str, says: str = "") -> Column:
    """A column in which every row has a value."""
    return Column(dtype, True, allowed, says)


def optional(dtype: DataType, *allowed: str, says: str = "") -> Column:
    """A column that may be empty, or absent from the file altogether."""
    return Column(dtype, False, allowed, says)


@dataclass(frozen=True)
class ForeignKey:
    """`column` must exist as the primary key of `table`.

    `brings` names columns of that table that the row rules may read, so that a
    payment can be compared with its invoice: ``{"invoice_issued_on": "issued_on"}``.
    """

    column: str
    table: str
    brings: Mapping[str, str] = field(default_factory=dict)

    @property
    def rule(self) -> str:
        return f"{self.column}_known"


@dataclass(frozen=True)
class Rule:
    """A named condition on one row.

    `holds` is true, or null because a value it compares is empty, for a valid
    row; `says` completes the sentence "This row was refused because ...".
    """

    name: str
    holds: ibis.Deferred
    says: str


@dataclass(frozen=True)
class Schema:
    """One table's contract."""

    name: str
    grain: str
    columns: Mapping[str, Column]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    rules: tuple[Rule, ...] = ()

    @property
    def required_columns(self) -> tuple[str, ...]:
        return tuple(name for name, column in self.columns.items() if column.required)

"""What a question is asked of: the day it is asked as of, and the customers it is cut to."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import ibis.expr.types as ir
import pandas as pd

from warehouse.segments import SEGMENTS, segment_values, segmented_invoices, segments_in
from warehouse.workspace import Snapshot, Tables

__all__ = ["Scope", "customer_names", "filters_in_words", "one_in", "read_filters", "view_key"]


@dataclass(frozen=True)
class Scope:
    """As-of date and filters, shared by every analysis of one view.

    Attributes
    ----------
    as_of : date
        Nothing that happened after this day is read.
    filters : mapping
        Segment name to the values kept; no filter keeps everything.
    """

    as_of: dt.date
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> tuple:
        """The question as something that a result can be known by."""
        filters = tuple(sorted((name, tuple(values)) for name, values in self.filters.items()))
        return self.as_of, filters

    def invoices(self, tables: Tables, *, by: Iterable[str] = ()) -> ir.Table:
        """The invoices the question is about, with a column for each segment in `by`."""
        tables.require("customers", "invoices", "payments")
        return segmented_invoices(tables, self.as_of, by=by, filters=self.filters)

    def of_customers(self, rows: ir.Table, tables: Tables) -> ir.Table:
        """Those of `rows` that are of customers with an invoice the question is about."""
        if not any(self.filters.values()):
            return rows
        return rows.semi_join(self.invoices(tables), "customer_id")


def view_key(snapshot: Snapshot, scope: Scope, currency: str, decisions: str) -> tuple:
    """All that the result of an analysis follows from, beside its options.

    Never the rows, always their version, which a copy of the workspace shares; `decisions` is
    that of the settings.
    """
    return snapshot.content, currency, *scope.key, decisions


def customer_names(tables: Tables, scope: Scope) -> pd.Series:
    """What customers are called, by their id."""
    customers = tables["customers"].filter(tables["customers"].acquired_on <= scope.as_of)
    return customers.select("customer_id", "name").to_pandas().set_index("customer_id")["name"]


def one_in(tables: Tables, enough: int) -> int:
    """Of how many customers one is learnt from, where `enough` of them are; 1 is all of them."""
    return max(1, int(tables["customers"].count().to_pandas()) // enough)


def filters_in_words(filters: Mapping[str, Sequence[str]]) -> str:
    """What a view is cut to, as pages, slides and files say it.

    >>> filters_in_words({"industry": ("Retail", "Trade"), "region": ("North",)})
    'Industry: Retail, Trade; Region: North'
    >>> filters_in_words({})
    'All customers'
    """
    said = (f"{SEGMENTS[name]}: {', '.join(values)}" for name, values in filters.items() if values)
    return "; ".join(said) or "All customers"


def read_filters(
    tables: Tables, as_of: dt.date, written: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Filters from the way a command line writes them: ``industry=Retail``, one value each.

    Raises
    ------
    ValueError
        If there is no such way to cut, or no invoice with such a value by `as_of`.
    """
    filters: dict[str, tuple[str, ...]] = {}
    known = segments_in(tables)
    for words in written:
        name, parted, value = words.partition("=")
        name, value = name.strip(), value.strip()
        if not parted or name not in known:
            raise ValueError(
                f"The filter '{words}' is not one of the ways to cut this data, so nothing was cut "
                f"by it. Write it like {known[0]}=VALUE, with one of {', '.join(known)}."
            )
        values = segment_values(tables, name, as_of)
        if value not in values:
            some = ", ".join(values[:12]) + (" …" if len(values) > 12 else "")
            raise ValueError(
                f"No invoice issued up to {as_of} has {name} '{value}', so the filter would leave "
                f"nothing. Choose from {some}."
            )
        filters[name] = tuple(dict.fromkeys([*filters.get(name, ()), value]))
    return filters

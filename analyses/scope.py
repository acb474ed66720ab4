"""What a question is asked of: the day it is asked as of, and the customers it is cut to."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import ibis.expr.types as ir

from warehouse.segments import segmented_invoices
from warehouse.workspace import Tables

__all__ = ["Scope"]


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

    def invoices(self, tables: Tables, *, by: Iterable[str] = ()) -> ir.Table:
        """The invoices the question is about, with a column for each segment in `by`."""
        tables.require("customers", "invoices", "payments")
        return segmented_invoices(tables, self.as_of, by=by, filters=self.filters)

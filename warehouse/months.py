"""Months as whole numbers."""

import ibis
import ibis.expr.types as ir

__all__ = ["months_between"]


def months_between(later: ir.DateValue, earlier: ir.DateValue) -> ir.IntegerValue:
    """How many months the month of one day is after that of another; below nothing if before it.

    >>> months_between(ibis.date("2026-02-01"), ibis.date("2025-12-31")).execute()
    2
    """
    return (later.year() - earlier.year()) * ibis.literal(12) + later.month() - earlier.month()

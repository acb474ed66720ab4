"""Rows that several analyses start from: read once for a view, and kept for the next process."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from analyses.persona_names import PLACE
from analyses.scope import Scope, view_key
from warehouse.kept import kept
from warehouse.workspace import Tables

__all__ = ["kept_rows"]

Options = ParamSpec("Options")
Rows = TypeVar("Rows")

#: Of more invoices, a copy of the rows costs more than to read them again.
MOST_INVOICES = 1_000_000


def kept_rows(
    read: Callable[Concatenate[Tables, Scope, Options], Rows],
) -> Callable[Concatenate[Tables, Scope, Options], Rows]:
    """Keep what `read` reads, known by the view and its options.

    Parameters
    ----------
    read : callable
        Takes `Tables`, a `Scope` and options that can be written as text. What it gives is
        handed on as it is, so nobody may change it.

    Notes
    -----
    To ask for the rows of an analysis takes longer than to get them, where there are not
    millions: it is the question that is long. Tables without a snapshot are read every time.
    """

    @wraps(read)
    def answer(tables: Tables, scope: Scope, **options: Any) -> Rows:
        snapshot = getattr(tables, "snapshot", None)
        stored = snapshot and snapshot.manifest.tables.get("invoices")
        if not stored or stored.rows > MOST_INVOICES:
            return read(tables, scope, **options)
        # Rows are read before anybody is named: a persona's new name reads none of them again.
        decisions = tables.settings.version(without=PLACE)
        view = view_key(snapshot, scope, tables.reporting_currency, decisions)
        name = f"{read.__module__}.{read.__qualname__}"
        key = (name, view, tuple(sorted(options.items())))
        if key not in tables.answers:
            tables.answers[key] = kept(key, lambda: read(tables, scope, **options))
        return tables.answers[key]

    return answer

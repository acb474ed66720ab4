"""Results of analyses, computed once for each view and kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from models.refusal import Refusal
from ui.frame import View
from ui.tables import ROWS_SHOWN
from warehouse.kept import kept
from warehouse.snapshot import MissingTable

__all__ = ["RowsOf", "compute", "computed_or_why", "of_all_days", "rows_of"]


@dataclass(frozen=True, eq=False)
class RowsOf:
    """The first rows of a table, how many it has, and the way to all of them.

    Attributes
    ----------
    first : DataFrame
        At most `ROWS_SHOWN` rows, in the table's own order.
    n : int
    totals : Series or None
        Sums of the column `contribution` by `part`, where the table has them.
    fetch_all : callable
    """

    first: pd.DataFrame
    n: int
    totals: pd.Series | None
    fetch_all: Callable[[], pd.DataFrame]


def compute(
    analysis: Callable[..., Any],
    view: View,
    *,
    given: Mapping[str, Any] | None = None,
    **options: Any,
) -> Any:
    """The result of `analysis` on `view`; the same view and options are computed once.

    `given` are arguments that follow from the view, such as rows already read: they are
    passed on and are no part of what a result is known by. Results are frozen and are shared
    between visitors without a copy: draw them, do not change them.
    """
    return computed(
        name_of(analysis),
        view.key,
        tuple(sorted(options.items())),
        _analysis=partial(analysis, **(given or {})),
        _view=view,
    )


def computed_or_why(analysis: Callable[..., Any], view: View, **options: Any) -> Any:
    """As `compute`, for pages that do without: the reason, in words, where there is no result."""
    try:
        return compute(analysis, view, **options)
    except (Refusal, MissingTable) as refusal:
        return str(refusal)


def of_all_days(analysis: Callable[..., Any], view: View, **options: Any) -> Any:
    """`analysis` as of the newest day there is, for models that look back from it by themselves.

    Another as-of date then costs no new reading of the rows.
    """
    newest = view.snapshot.manifest.newest_date or view.as_of
    return compute(analysis, replace(view, as_of=max(newest, view.as_of)), **options)


def rows_of(
    analysis: Callable[..., Any],
    view: View,
    *,
    given: Mapping[str, Any] | None = None,
    **options: Any,
) -> RowsOf:
    """The rows that `analysis` leads to, of which only the first leave the engine.

    `given` is as in `compute`.
    """
    return read_rows(
        name_of(analysis),
        view.key,
        tuple(sorted(options.items())),
        _analysis=partial(analysis, **(given or {})),
        _view=view,
    )


def name_of(analysis: Callable[..., Any]) -> str:
    return f"{analysis.__module__}.{analysis.__qualname__}"


# Bounded, but by more than all pages together ask of one view: a result holds aggregates and open
# invoices, tens of megabytes at worst.
@st.cache_resource(max_entries=96, show_spinner="Computing")
def computed(name: str, key: tuple, options: tuple, _analysis: Callable, _view: View) -> Any:
    def work_out() -> Any:
        # An engine of its own for each computation: one shared between sessions mixes up answers.
        with _view.snapshot.tables() as tables:
            return _analysis(tables, _view.scope, **dict(options))

    return kept((name, _view.kept_by, options), work_out)


@st.cache_resource(max_entries=48, show_spinner="Fetching rows")
def read_rows(name: str, key: tuple, options: tuple, _analysis: Callable, _view: View) -> RowsOf:
    def fetch_all() -> pd.DataFrame:
        with _view.snapshot.tables() as tables:
            rows = _analysis(tables, _view.scope, **dict(options))
            return rows if isinstance(rows, pd.DataFrame) else rows.to_pandas()

    with _view.snapshot.tables() as tables:
        rows = _analysis(tables, _view.scope, **dict(options))
        if isinstance(rows, pd.DataFrame):
            return RowsOf(rows.head(ROWS_SHOWN), len(rows), totals_by_part(rows), fetch_all)
        # Three questions are asked of the rows, which are worked out once for all of them.
        with rows.cache() as rows:
            totals = None
            if "contribution" in rows.columns:
                by_part = rows.group_by("part") if "part" in rows.columns else rows
                sums = by_part.agg(contribution=rows.contribution.sum())
                totals = totals_by_part(sums.to_pandas())
            n = int(rows.count().to_pandas())
            return RowsOf(rows.limit(ROWS_SHOWN).to_pandas(), n, totals, fetch_all)


def totals_by_part(rows: pd.DataFrame) -> pd.Series | None:
    if "contribution" not in rows:
        return None
    if "part" not in rows:
        return pd.Series({"all": float(rows["contribution"].sum())})
    return rows.groupby("part")["contribution"].sum().astype(float)

"""Overview of a view: sales, margin, delivery and enquiries by quarter, and what happened."""

import ibis.expr.types as ir
import pandas as pd
from ibis import _

from analyses.kept_rows import kept_rows
from analyses.scope import Scope
from models.figures import NoSuchFigure
from models.overview import MEASURES, Overview, fit_overview
from warehouse.invoices import first_day_covered
from warehouse.overview import (
    NEEDS,
    activity,
    by_customer_and_quarter,
    by_month,
    event_log,
    market_averages,
)
from warehouse.snapshot import MissingTable
from warehouse.workspace import Tables

__all__ = ["EVENTLESS", "MARKET", "cells", "events", "market", "receipt_rows", "run"]

QUARTERS, MONTHS = 9, 60
#: Figures of which the market's average may be known, by the name that it has there.
MARKET = {
    "receivables.dso": "dso",
    "scores.nps": "nps",
    "scores.csat": "csat_top2",
    "overview.on_time_delivery": "on_time_delivery",
}
EVENTLESS = pd.DataFrame(columns=["event_id", "happened_on", "kind", "title", "detail"])


def rows_of(tables: Tables, scope: Scope) -> ir.Table:
    """Everything that adds to a figure, of the customers of the view."""
    invoices = scope.invoices(tables)
    return scope.of_customers(activity(tables, invoices, scope.as_of), tables)


@kept_rows
def cells(tables: Tables, scope: Scope) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sums by customer and quarter, and by month."""
    with rows_of(tables, scope).cache() as rows:
        quarters = by_customer_and_quarter(rows, quarters=QUARTERS).to_pandas()
        return quarters, by_month(rows, months=MONTHS).to_pandas()


def run(
    tables: Tables, scope: Scope, *, rows: tuple[pd.DataFrame, pd.DataFrame] | None = None
) -> Overview:
    """Sales, margin, delivery and enquiries; `rows` is what `cells` gives.

    Raises
    ------
    Refusal
        As `fit_overview`.
    """
    quarters, months = rows or cells(tables, scope)
    missing: dict[str, str] = {}
    for name, columns in NEEDS.items():
        try:
            tables.require(name)
        except MissingTable as absent:
            missing |= dict.fromkeys(columns, str(absent))
    first = first_day_covered(tables, scope.as_of)
    return fit_overview(quarters, months, first, scope.as_of, missing=missing)


def events(tables: Tables, scope: Scope) -> pd.DataFrame:
    """What happened inside and around by the day; nothing where no such table is loaded."""
    if "events" not in tables:
        return EVENTLESS
    return event_log(tables, scope.as_of).to_pandas()


def market(tables: Tables, scope: Scope) -> pd.DataFrame:
    """The market's monthly averages by ``figure_id``; empty where no such table is loaded."""
    if "benchmarks" not in tables:
        return pd.DataFrame(columns=["figure_id", "month", "value", "source"])
    rows = market_averages(tables, scope.as_of, tuple(MARKET.values())).to_pandas()
    ours = {metric: figure_id for figure_id, metric in MARKET.items()}
    return rows.assign(figure_id=rows["metric"].map(ours)).drop(columns="metric")


#: The columns of a receipt's rows: what adds to the number above, and to the one below.
PARTS = {
    "sales_per_customer": ("invoice", "billed", "n_invoices"),
    "gross_margin": ("line", "line_amount", "line_cost"),
    "on_time_delivery": ("order", "on_time", "promised"),
    "billing_enquiries": ("enquiry", "enquiries", "n_invoices"),
}


def receipt_rows(tables: Tables, scope: Scope, figure_id: str) -> ir.Table:
    """The invoices, lines, orders or tickets of the quarter behind a figure.

    On-time order lines have a `contribution` of 1.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of the overview.
    """
    analysis, _dot, measure = figure_id.partition(".")
    if analysis != "overview" or measure not in MEASURES:
        raise NoSuchFigure(figure_id, "the overview")
    part, above, below = PARTS[measure]
    rows = rows_of(tables, scope).filter(_.months_ago < 3)
    parts = (part, "invoice") if measure == "billing_enquiries" else (part,)
    rows = rows.filter(rows.part.isin(parts))
    if measure == "on_time_delivery":
        rows = rows.mutate(contribution=rows.on_time)
    kept = dict.fromkeys(("part", "row_id", "customer_id", "happened_on", above, below))
    more = ("contribution",) if "contribution" in rows.columns else ()
    return rows.select(*kept, *more).order_by("part", "happened_on", "row_id")

"""Overview of a view: sales, margin, delivery and enquiries by quarter, and what happened."""

from collections.abc import Mapping

import ibis.expr.types as ir
import pandas as pd
from ibis import _

import analyses.receivables
import analyses.scores
from analyses.kept_rows import kept_rows
from analyses.receivables import Cells
from analyses.scope import Scope
from models.alignment import Alignment, fit_alignment
from models.figures import DEFINITIONS, NoSuchFigure
from models.overview import MEASURES, Overview, fit_overview
from models.score_intervals import points
from warehouse.invoices import first_day_covered
from warehouse.overview import (
    NEEDS,
    activity,
    by_customer_and_quarter,
    by_month,
    event_log,
    market_averages,
)
from warehouse.segments import SEGMENTS, customer_segments
from warehouse.snapshot import MissingTable
from warehouse.workspace import Tables

__all__ = ["CUTS", "EVENTLESS", "MARKET", "PULLING", "alignment", "cells", "events", "groups",
           "market", "owed", "receipt_rows", "run", "turned"]  # fmt: skip

QUARTERS, MONTHS = 9, 60
#: Figures of which the market's average may be known, by the name that it has there.
MARKET = {
    "receivables.dso": "dso",
    "scores.nps": "nps",
    "scores.csat": "csat_top2",
    "overview.on_time_delivery": "on_time_delivery",
}
#: Ways to split a change, in the words the pages show.
CUTS = {name: SEGMENTS[name] for name in ("industry", "country", "region", "size", "terms",
                                          "billing_model")}  # fmt: skip
#: What is asked whether it pulls against what, and the rows that each is made of.
PULLING = {
    "dso": ("receivables.dso", "balances"),
    "sales_per_customer": ("overview.sales_per_customer", "invoices"),
    "gross_margin": ("overview.gross_margin", "lines"),
    "on_time_delivery": ("overview.on_time_delivery", "orders"),
    "billing_enquiries": ("overview.billing_enquiries", "tickets"),
    "nps": ("scores.nps", "nps"),
    "csat": ("scores.csat", "csat"),
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


def owed(tables: Tables, scope: Scope) -> pd.DataFrame:
    """What each customer owes at the as-of date, and how much of it is overdue."""
    rows = analyses.receivables.by_customer(tables, scope)
    return rows.select("customer_id", "open_amount", "overdue_amount").to_pandas()


def turned(tables: Tables, scope: Scope) -> pd.DataFrame:
    """What each customer paid in the quarter and owed around it, by ``part`` as on the receipt."""
    rows = analyses.receivables.receipt_rows(tables, scope, "receivables.cash_flow_velocity")
    sums = rows.group_by("customer_id", "part").agg(contribution=_.contribution.sum())
    return sums.order_by("customer_id", "part").to_pandas()


def groups(tables: Tables, scope: Scope, *, by: str) -> pd.Series:
    """Group of each customer by one of `CUTS`."""
    rows = customer_segments(tables, scope.as_of, by=(by,)).to_pandas()
    return rows.set_index("customer_id")[by]


def alignment(
    tables: Tables,
    scope: Scope,
    *,
    overview: Overview | None = None,
    flows: Cells | None = None,
    answers: pd.DataFrame | None = None,
) -> Alignment:
    """Which figures pull against each other, month by month; what is at hand is not read again.

    `flows` is what `analyses.receivables.flows` gives, and `answers` those of
    `analyses.scores.read`.

    Raises
    ------
    Refusal
        As `fit_alignment`.
    """
    found = overview or run(tables, scope)
    months = found.months.rename(columns={"sales": "sales_per_customer"})
    ledger = analyses.receivables.run(tables, scope, cells=flows, trend_months=MONTHS)
    dso = ledger.table[["as_of", "dso"]].rename(columns={"as_of": "ends"})
    # Months of the ledger end with the calendar's, those of the overview on the day of the view.
    months = pd.merge_asof(
        in_days(months), in_days(dso), on="ends", direction="nearest", tolerance=HALF_A_MONTH
    )
    if answers is None:
        try:
            answers = analyses.scores.read(tables, scope)["answers"]
        except MissingTable:
            answers = pd.DataFrame(columns=["measure", "answered_on", "score"])
    for measure in ("nps", "csat"):
        months[measure] = monthly_score(answers, measure, months["ends"])
    better = {
        name: -1 if DEFINITIONS[id].lower_is_better else 1
        for name, (id, _rows) in PULLING.items()
        if name in months
    }
    source: Mapping[str, str] = {name: rows for name, (_id, rows) in PULLING.items()}
    return fit_alignment(months, better, same_source=source)


HALF_A_MONTH = pd.Timedelta(days=16)
#: Answers of a month below which it has no score.
FEWEST_ANSWERS = 10


def in_days(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(ends=pd.to_datetime(rows["ends"]).astype("datetime64[ns]"))


def monthly_score(answers: pd.DataFrame, measure: str, ends: pd.Series) -> pd.Series:
    """The score of the answers of each month that ends on one of `ends`."""
    own = answers[answers["measure"] == measure]
    day = pd.to_datetime(own["answered_on"]).to_numpy(dtype="datetime64[ns]")
    month = ends.to_numpy(dtype="datetime64[ns]").searchsorted(day)
    score = pd.Series(points(measure, own["score"].to_numpy())).groupby(month)
    means = score.mean().where(score.size() >= FEWEST_ANSWERS)
    return means.reindex(range(len(ends))).set_axis(ends.index)


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

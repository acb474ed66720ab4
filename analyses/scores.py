"""Scores of a view: NPS, CSAT and CES with their noise, weighted, cut and over time."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import pandas as pd

from analyses.scope import Scope
from models.figures import NoSuchFigure
from models.personas import Personas
from models.score_scales import SCALES
from models.scores import WINDOW_DAYS, Scores, fit_scores
from warehouse.scores import SCORE_CUTS, market_scores, survey_answers, surveyed_customers
from warehouse.workspace import Tables

__all__ = ["CUTS", "of_personas", "read", "receipt_rows", "run"]

#: Ways to cut scores, in the words the pages show.
CUTS = {"touchpoint": "Touchpoint", **SCORE_CUTS}


def read(tables: Tables, scope: Scope) -> Mapping[str, pd.DataFrame | None]:
    """Answers, the customers who could have given one, and the market's averages."""
    tables.require("surveys")
    as_of = scope.as_of
    market = market_scores(tables, as_of)
    return {
        "answers": scope.of_customers(survey_answers(tables, as_of), tables).to_pandas(),
        "customers": scope.of_customers(
            surveyed_customers(tables, as_of, days=WINDOW_DAYS), tables
        ).to_pandas(),
        "market": None if market is None else market.to_pandas(),
    }


def run(
    tables: Tables,
    scope: Scope,
    *,
    rows: Mapping[str, pd.DataFrame | None] | None = None,
) -> Scores:
    """Scores by weighting, cut and period; `rows` is what `read` gives, where it is at hand.

    Raises
    ------
    Refusal
        As `fit_scores`.
    """
    rows = read(tables, scope) if rows is None else rows
    return fit_scores(**rows, as_of=scope.as_of, cuts=tuple(CUTS))


def of_personas(
    tables: Tables,
    scope: Scope,
    *,
    personas: Personas,
    rows: Mapping[str, pd.DataFrame | None] | None = None,
) -> Scores:
    """As `run`, cut by persona as well."""
    rows = dict(read(tables, scope) if rows is None else rows)
    persona = rows["answers"]["customer_id"].map(personas.by_customer)
    rows["answers"] = rows["answers"].assign(persona=persona)
    return fit_scores(**rows, as_of=scope.as_of, cuts=(*CUTS, "persona"))


def receipt_rows(tables: Tables, scope: Scope, figure_id: str) -> ir.Table:
    """The answers of the last year behind a score; content ones have a `contribution` of 1 to CSAT.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of scores.
    """
    analysis, _, measure = figure_id.partition(".")
    if analysis != "scores" or measure not in SCALES:
        raise NoSuchFigure(figure_id, "scores")
    tables.require("surveys")
    rows = survey_answers(tables, scope.as_of).filter(ibis._.measure == measure)
    since = pd.Timestamp(scope.as_of) - pd.Timedelta(days=WINDOW_DAYS)
    rows = scope.of_customers(rows.filter(rows.answered_on > ibis.literal(since.date())), tables)
    if measure == "csat":
        content = rows.score >= SCALES["csat"].content_from
        rows = rows.mutate(contribution=content.cast("int64"))
    return rows.order_by("answered_on", "survey_id")

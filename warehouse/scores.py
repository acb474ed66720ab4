"""Answers to surveys, and the customers who could have given one."""

import datetime as dt

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.currency import STEADY_DIGITS, convert
from warehouse.invoices import issued_invoices
from warehouse.segments import customer_segments
from warehouse.workspace import Tables

__all__ = ["SCORE_CUTS", "market_scores", "survey_answers", "surveyed_customers"]

#: The ways to cut customers who answer, in the words the pages show.
SCORE_CUTS = {"industry": "Industry", "size": "Company size", "region": "Region",
              "terms": "Payment terms"}  # fmt: skip

#: External figures that are the market's average of a measure, by measure.
MARKET = {"nps": "nps", "csat": "csat_top2", "ces": "ces"}


def survey_answers(tables: Tables, as_of: dt.date) -> ir.Table:
    """One row an answer given by `as_of`.

    Parameters
    ----------
    tables : Tables
        Needs ``customers`` and ``surveys``.
    as_of : date
        Later answers are not read.

    Returns
    -------
    Table
        ``survey_id``, ``customer_id``, ``respondent`` (that of an answer without a name is the
        customer), ``answered_on``, ``measure``, ``touchpoint``, ``score``, and the columns of
        `SCORE_CUTS`.
    """
    tables.require("customers", "surveys")
    answers = tables["surveys"].filter(_.answered_on <= as_of)
    segments = customer_segments(tables, as_of, by=SCORE_CUTS)
    rows = answers.inner_join(segments, "customer_id")
    return rows.select(
        "survey_id",
        "customer_id",
        "answered_on",
        "measure",
        "touchpoint",
        *SCORE_CUTS,
        respondent=rows.respondent.fill_null(rows.customer_id),
        score=rows.score.cast("float64"),
    ).order_by("answered_on", "survey_id")


def surveyed_customers(tables: Tables, as_of: dt.date, *, days: int = 365) -> ir.Table:
    """One row a customer that was invoiced in the `days` up to `as_of`: who could have answered.

    Whom a survey was sent to is in no table, so those who were invoiced stand for them.

    Parameters
    ----------
    tables : Tables
        Needs ``customers`` and ``invoices``.
    as_of : date
        Nothing later is read.

    Returns
    -------
    Table
        ``customer_id``, ``revenue`` (invoiced in the window, cancelled invoices left out, in
        the reporting currency), ``n_invoices``, ``tenure_days``, ``employees`` and the columns of
        `SCORE_CUTS`.
    """
    tables.require("customers", "invoices", "payments")
    issued = issued_invoices(tables, as_of)
    issued = issued.filter(issued.issued_on > ibis.literal(as_of - dt.timedelta(days=days)))
    void = (issued.settled_on <= ibis.literal(as_of)) & (issued.settled_as == "void")
    issued = issued.filter(~void.fill_null(False)).select(
        "customer_id", "issued_on", "amount", "currency"
    )
    billed = convert(issued, tables, as_of, flows={"amount": "issued_on"})
    sums = billed.group_by("customer_id").agg(
        revenue=_.amount.sum().round(STEADY_DIGITS), n_invoices=_.count()
    )
    segments = customer_segments(tables, as_of, by=SCORE_CUTS)
    profile = tables["customers"].select("customer_id", "acquired_on", "employees")
    rows = sums.inner_join(segments, "customer_id").inner_join(profile, "customer_id")
    tenure = ibis.literal(as_of).delta(rows.acquired_on, unit="day")
    return rows.select(
        "customer_id", "revenue", "n_invoices", "employees", *SCORE_CUTS, tenure_days=tenure
    ).order_by("customer_id")


def market_scores(tables: Tables, as_of: dt.date) -> ir.Table | None:
    """The market's average of each measure by month, known by `as_of`; None where none is loaded.

    Returns
    -------
    Table or None
        ``month``, ``measure``, ``value`` (mean over sources) and ``source``.
    """
    if "benchmarks" not in tables:
        return None
    known = tables["benchmarks"].filter((_.month <= as_of) & _.metric.isin(list(MARKET.values())))
    measure = known.metric.cases(
        *((metric, measure) for measure, metric in MARKET.items()), else_=known.metric
    )
    rows = known.mutate(measure=measure).group_by("month", "measure")
    return rows.agg(value=_.value.mean(), source=_.source.min()).order_by("measure", "month")

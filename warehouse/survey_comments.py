"""What customers wrote beside their answers to surveys."""

import datetime as dt

import ibis.expr.types as ir
from ibis import _

from warehouse.workspace import Tables

__all__ = ["survey_comments"]


def survey_comments(tables: Tables, as_of: dt.date) -> ir.Table:
    """Answers with words in them, up to `as_of`.

    Returns
    -------
    Table
        One row an answer: ``survey_id``, ``customer_id``, ``measure``, ``score`` and ``comment``.
    """
    tables.require("surveys")
    rows = tables["surveys"].filter((_.answered_on <= as_of) & (_.comment.strip() != ""))
    columns = ("survey_id", "customer_id", "measure", "score", "comment")
    return rows.select(*columns).order_by("survey_id")

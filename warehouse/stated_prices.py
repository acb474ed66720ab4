"""What customers said they would pay, in the reporting currency."""

import datetime as dt

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.currency import convert
from warehouse.workspace import Tables

__all__ = ["PRICES", "stated_prices"]

#: Prices that a survey may ask for, in the order they should be in.
PRICES = ("too_cheap", "cheap", "expensive", "too_expensive")


def stated_prices(tables: Tables, as_of: dt.date) -> ir.Table:
    """Answers to a survey by `as_of` with all four prices, in the customer's currency as asked.

    Parameters
    ----------
    tables : Tables
        Needs ``customers`` and ``surveys``.
    as_of : date
        Nothing that was answered later is read.

    Returns
    -------
    Table
        ``survey_id``, ``customer_id``, ``respondent`` (the customer where nobody is named),
        ``answered_on`` and the four `PRICES`, at the rate of the month of the answer.
    """
    tables.require("customers", "surveys")
    rows = tables["surveys"].filter(_.answered_on <= as_of)
    rows = rows.filter([rows[name].notnull() for name in PRICES])
    currency = tables["customers"].select("customer_id", "currency")
    rows = rows.select("survey_id", "customer_id", "respondent", "answered_on", *PRICES)
    rows = rows.inner_join(currency, "customer_id")
    rows = rows.mutate(respondent=ibis.coalesce(rows.respondent, rows.customer_id))
    rows = convert(rows, tables, as_of, flows=dict.fromkeys(PRICES, "answered_on"))
    return rows.select("survey_id", "customer_id", "respondent", "answered_on", *PRICES).order_by(
        "survey_id"
    )

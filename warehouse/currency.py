"""Exchange rates: one rate a currency and month, with no gaps, into the reporting currency."""

import datetime as dt
from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis import _

from warehouse.once import once
from warehouse.workspace import Tables

__all__ = ["STEADY_DIGITS", "closing_rates", "convert", "monthly_rates"]

#: Digits that sums of converted money are rounded to, so that the order of rows does not show.
#: Amounts of two digits at rates of up to six end here: at fewer digits a sum could lie just
#: between two numbers, and fall to either.
STEADY_DIGITS = 8


@once
def monthly_rates(tables: Tables, as_of: dt.date) -> pd.DataFrame:
    """Rate of every currency in every month from its first known rate to `as_of`.

    A month without a rate takes the last one known before it, so that no rate
    published after a day is used to value that day. The reporting currency is 1.

    Returns
    -------
    DataFrame
        Columns ``currency``, ``month`` (first day) and ``to_reporting``.
    """
    last = pd.Timestamp(as_of).to_period("M")
    known = pd.DataFrame({"currency": [], "month": [], "to_reporting": []})
    if "fx_rates" in tables:
        known = tables["fx_rates"].filter(_.month <= as_of).to_pandas()
    known["month"] = pd.to_datetime(known["month"]).dt.to_period("M")
    wide = known.pivot(index="month", columns="currency", values="to_reporting")
    first = tables["invoices"].issued_on.min().to_pandas()
    start = min([pd.Period(first, "M"), *wide.index[:1]]) if pd.notna(first) else last
    wide = wide.reindex(pd.period_range(min(start, last), last, freq="M")).ffill()
    wide[tables.reporting_currency] = 1.0
    return (
        wide.rename_axis(index="month", columns="currency")
        .stack()
        .rename("to_reporting")
        .reset_index()
        .assign(month=lambda table: table["month"].dt.to_timestamp())[
            ["currency", "month", "to_reporting"]
        ]
    )


def closing_rates(tables: Tables, as_of: dt.date) -> pd.DataFrame:
    """Rate of every currency in the month of `as_of`: what a balance is valued at."""
    rates = monthly_rates(tables, as_of)
    return rates[rates["month"] == rates["month"].max()][["currency", "to_reporting"]]


@once
def rates_of_months(tables: Tables, as_of: dt.date) -> ir.Table:
    """`monthly_rates` in the engine, with ``rate_currency`` for ``currency``."""
    monthly = monthly_rates(tables, as_of)
    return ibis.memtable(
        monthly.assign(month=monthly["month"].dt.date).rename(
            columns={"currency": "rate_currency"}
        ),
        schema={"rate_currency": "string", "month": "date", "to_reporting": "float64"},
    )


@once
def rates_at_closing(tables: Tables, as_of: dt.date) -> ir.Table:
    """`closing_rates` in the engine, with ``rate_currency`` for ``currency``."""
    return ibis.memtable(
        closing_rates(tables, as_of).rename(columns={"currency": "rate_currency"}),
        schema={"rate_currency": "string", "to_reporting": "float64"},
    )


def convert(
    table: ir.Table,
    tables: Tables,
    as_of: dt.date,
    *,
    flows: Mapping[str, str],
    balances: Sequence[str] = (),
) -> ir.Table:
    """Add reporting-currency versions of money columns.

    Parameters
    ----------
    table : Table
        Has a ``currency`` column.
    flows : mapping
        Money column to the date column whose month's rate applies.
    balances : sequence of str
        Money columns valued at the rate of the month of `as_of`.

    Returns
    -------
    Table
        The same rows, with each named column replaced by its value in the
        reporting currency and the original kept as ``<column>_original``.
    """
    months = rates_of_months(tables, as_of)
    for column, day in flows.items():
        month = table[day].truncate("M")
        table = table.left_join(
            months, [table.currency == months.rate_currency, month == months.month]
        ).drop("rate_currency", "month")
        table = table.mutate(
            **{
                f"{column}_original": table[column].cast("float64"),
                column: table[column].cast("float64") * table.to_reporting,
            }
        ).drop("to_reporting")
    if balances:
        closing = rates_at_closing(tables, as_of)
        table = table.left_join(closing, table.currency == closing.rate_currency).drop(
            "rate_currency"
        )
        table = table.mutate(
            **{f"{c}_original": table[c].cast("float64") for c in balances},
            **{c: table[c].cast("float64") * table.to_reporting for c in balances},
        ).drop("to_reporting")
    return table

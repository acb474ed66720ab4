"""What each customer pays in a month as a rule, on a day and a year before."""

import calendar
import datetime as dt

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis import _

from warehouse.churn import customer_lives, opened_once
from warehouse.contract_prices import with_price
from warehouse.currency import convert
from warehouse.workspace import Tables

__all__ = ["months_before", "recurring_values", "value_on"]

#: Invoices of these kinds are for something that does not come again by itself.
ONE_OFF_KINDS = ("goods", "project")
#: Contracts billed so are no monthly value.
NOT_MONTHLY = ("one_time", "every_invoice")
#: Months of invoices that stand for a month's value where no contract says.
MONTHS_OF_INVOICES = 3
#: Days after the start of those months by which the books must have begun: a little, as the first
#: invoice of books that begin on a day is often some days later.
DAYS_TO_BEGIN = 7


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day so many months earlier; month ends stay month ends.

    >>> months_before(dt.date(2026, 9, 30), 12), months_before(dt.date(2024, 2, 29), 12)
    (datetime.date(2025, 9, 30), datetime.date(2023, 2, 28))
    """
    at = 12 * day.year + day.month - 1 - months
    year, month = divmod(at, 12)
    length = calendar.monthrange(year, month + 1)[1]
    ends_month = day.day == calendar.monthrange(day.year, day.month)[1]
    return dt.date(year, month + 1, length if ends_month else min(day.day, length))


def recurring_values(
    tables: Tables, as_of: dt.date, *, churn_rule_days: int, months: int = 12
) -> ir.Table:
    """One row for each customer of `months` before `as_of`: its monthly value then and now.

    The value is that of its contracts on the day, at the price of the day; without contracts,
    a third of what was invoiced in the three months before, goods and projects left out; where
    the books do not cover these months there is none. Who
    left has no value any more. Both ends are at the exchange rate of `as_of`, so that rates move
    nothing.

    Parameters
    ----------
    tables : Tables
        Needs ``customers`` and ``invoices``; reads ``contracts`` and ``price_changes``.
    as_of : date
    churn_rule_days : int
        As in `warehouse.churn.customer_lives`.

    Returns
    -------
    Table
        ``customer_id``, ``name``, ``value_start``, ``value_end`` (both null without an exchange
        rate), ``left_on``, ``cause``, ``by_rule`` and ``by_invoices`` (the value at the start is
        that of invoices, for want of a contract).
    """
    start = months_before(as_of, months)
    # What an account opened twice was billed goes on under the other.
    lives = opened_once(customer_lives(tables, as_of, churn_rule_days=churn_rule_days))
    there = lives.filter((_.acquired_on <= start) & (_.left_on.isnull() | (_.left_on > start)))
    rows = there.select("customer_id", "name", "left_on", "cause", "by_rule")
    owner = tables["customers"].select("customer_id", "currency")
    rows = rows.left_join(owner, "customer_id").drop("customer_id_right")
    for name, day in (("value_start", start), ("value_end", as_of)):
        found = value_on(tables, day)
        found = found.select("customer_id", **{name: _.monthly, f"{name}_agreed": _.is_agreed})
        rows = rows.left_join(found, "customer_id").drop("customer_id_right")
    stays = rows.left_on.isnull()
    rows = rows.mutate(
        value_start=rows.value_start.fill_null(0.0),
        value_end=ibis.ifelse(stays, rows.value_end.fill_null(0.0), 0.0),
    )
    rows = convert(rows, tables, as_of, flows={}, balances=("value_start", "value_end"))
    rows = rows.mutate(by_invoices=~rows.value_start_agreed.fill_null(True))
    wanted = ("customer_id", "name", "value_start", "value_end", "left_on", "cause", "by_rule",
              "by_invoices")  # fmt: skip
    rows = rows.select(*wanted)
    # Digits that depend on the order of summing are cut off.
    rows = rows.mutate(value_start=_.value_start.round(6), value_end=_.value_end.round(6))
    return rows.order_by("customer_id")


def value_on(tables: Tables, day: dt.date) -> ir.Table:
    """Monthly value of each customer on `day`, in its own currency, and whether it is agreed."""
    billed = invoiced_on(tables, day)
    if "contracts" not in tables:
        return billed.select("customer_id", monthly=_.invoiced, is_agreed=False)
    agreed = agreed_on(tables, day)
    both = billed.outer_join(agreed, "customer_id")
    both = both.mutate(customer_id=both.customer_id.fill_null(both.customer_id_right))
    return both.select(
        "customer_id",
        monthly=both.agreed.fill_null(both.invoiced),
        is_agreed=both.agreed.notnull(),
    )


def agreed_on(tables: Tables, day: dt.date) -> ir.Table:
    """Value of the contracts that run on `day`, at the prices of that day."""
    contracts = tables["contracts"].filter(
        (_.started_on <= day)
        & (_.ended_on.isnull() | (_.ended_on > day))
        & _.billing_timing.notin(NOT_MONTHLY)
        & _.monthly_value.notnull()
    )
    contracts = with_price(contracts, tables, ibis.literal(day))
    return contracts.group_by("customer_id").agg(agreed=_.price.sum())


def invoiced_on(tables: Tables, day: dt.date) -> ir.Table:
    """A month's part of the invoices of the last three months that were billed by `day`.

    Books often close with payments later than their last invoice: days without any invoice are
    left out at the end, or every customer would look as if it paid less. Where the books begin
    within the three months nobody has a value, or every customer would look as if it grew.
    """
    books = tables["invoices"].filter(_.issued_on <= day)
    billed = books.aggregate(first=_.issued_on.min(), last=_.issued_on.max()).to_pandas().iloc[0]
    begins = months_before(day, MONTHS_OF_INVOICES)
    if pd.notna(billed["last"]) and (last := pd.Timestamp(billed["last"]).date()) > begins:
        day, begins = last, months_before(last, MONTHS_OF_INVOICES)
    late = begins + dt.timedelta(days=DAYS_TO_BEGIN)
    whole = pd.notna(billed["first"]) and pd.Timestamp(billed["first"]).date() <= late
    invoices = tables["invoices"].filter(
        ibis.literal(bool(whole))
        & (_.issued_on <= day)
        & (_.issued_on > begins)
        & (_.kind.isnull() | _.kind.notin(ONE_OFF_KINDS))
    )
    return invoices.group_by("customer_id").agg(
        invoiced=_.amount.cast("float64").sum() / MONTHS_OF_INVOICES
    )

"""Time to pay of a view: how long invoices take, how many are late, and which money is at risk."""

from dataclasses import replace

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis import _

import analyses.late_signals
from analyses.scope import Scope
from models.figures import NoSuchFigure
from models.late_payments import TimeToPay, fit_time_to_pay
from models.late_share import LateShare, fit_late_share
from models.late_signals import LateSignals
from models.open_invoices import (
    CashAtRisk,
    PaymentCurves,
    fit_cash_at_risk,
    fit_payment_curves,
    score_open_invoices,
)
from models.payment_dates import score_by_signals
from models.refusal import Refusal
from models.risk_sets import ALL
from warehouse.invoices import invoice_balances
from warehouse.late_payments import invoice_outcomes, open_invoices, payment_counts
from warehouse.workspace import Tables

__all__ = [
    "cash_at_risk",
    "counts",
    "late_share",
    "open_now",
    "payment_curves",
    "receipt_rows",
    "scored_invoices",
    "time_to_pay",
]

#: From this many customers on, intervals treat random groups of customers as the unit
#: instead of single ones: as independent, and thousands of them are enough.
MANY_CUSTOMERS = 20_000
CUSTOMER_GROUPS = 4_096


def time_to_pay(
    tables: Tables, scope: Scope, by: str | None = None, *, counted: pd.DataFrame | None = None
) -> TimeToPay:
    """Share paid by days since issue, over all invoices or for each value of segment `by`.

    `counted` is what `counts` gives, where it is at hand.

    Raises
    ------
    ValueError
        As `fit_time_to_pay`, and if invoices are to be compared by disputes whose opening
        day is not known.
    """
    if by == "disputed":
        refuse_undated_disputes(tables)
    found = fit_time_to_pay(
        counts(tables, scope, by) if counted is None else counted, scope.as_of, by=by
    )
    if not in_groups(tables):
        return found
    n_customers = customers(tables, scope, by)
    groups = found.groups.assign(n_customers=found.groups["group"].map(n_customers))
    return replace(found, groups=groups, n_customers=int(n_customers[ALL]))


def refuse_undated_disputes(tables: Tables) -> None:
    """Refuse to time invoices by something known only once they were paid.

    A dispute without an opening day counts from the payment on, so that no open invoice
    is disputed: the disputed ones would seem to be paid faster, whatever is true.
    """
    undated = int(tables.require("disputes")["disputes"].opened_on.isnull().sum().to_pandas() or 0)
    if undated:
        raise Refusal(
            f"{undated:,} disputes have no opening day and are known only once the invoice was "
            "paid, so how fast disputed invoices are paid cannot be compared: the open ones are "
            "all on one side. Load `opened_on`, or compare the late shares instead."
        )


def late_share(
    tables: Tables, scope: Scope, by: str | None = None, *, counted: pd.DataFrame | None = None
) -> LateShare:
    """Share late among the invoices paid or past due, over all and for each value of `by`."""
    found = fit_late_share(
        counts(tables, scope, by) if counted is None else counted, scope.as_of, by=by
    )
    if not in_groups(tables):
        return found
    n_customers = customers(tables, scope, by, paid_or_past_due=True)
    n_customers = found.table["group"].map(n_customers).fillna(0).astype(int)
    return replace(found, table=found.table.assign(n_customers=n_customers))


def payment_curves(
    tables: Tables, scope: Scope, *, counted: pd.DataFrame | None = None
) -> PaymentCurves:
    """Time to pay within payment terms: what an open invoice is judged by."""
    return fit_payment_curves(counts(tables, scope) if counted is None else counted, scope.as_of)


def scored_invoices(
    tables: Tables,
    scope: Scope,
    *,
    curves: PaymentCurves | None = None,
    open_rows: pd.DataFrame | None = None,
    signals: pd.DataFrame | None = None,
    learnt: LateSignals | None = None,
) -> pd.DataFrame:
    """Open invoices with the chance that each is paid late and the day it may be paid.

    Each by what was known of it at issue, where that tells the late from the punctual among
    customers not seen; else by the payment curve of its terms. ``chance_from`` says which:
    signals or curves. What is passed is not read or learnt again: `curves` from
    `payment_curves`, `open_rows` from `open_now`, `signals` and `learnt` from
    `analyses.late_signals`.
    """
    ours = analyses.late_signals
    owed = open_now(tables, scope) if open_rows is None else open_rows
    try:
        rows = ours.signals(tables, scope) if signals is None else signals
        learnt = ours.run(tables, scope, rows=rows) if learnt is None else learnt
    except Refusal:
        learnt = None
    if learnt is not None and learnt.tells:
        dates = ours.payment_dates(tables, scope, rows=rows, learnt=learnt)
        scored = score_by_signals(dates, owed, ours.of_open(tables, scope, rows), scope.as_of)
        return scored.assign(chance_from="signals")
    curves = curves or payment_curves(tables, scope)
    return score_open_invoices(curves, owed, scope.as_of).assign(chance_from="curves")


def cash_at_risk(tables: Tables, scope: Scope, grace_days: int = 30) -> CashAtRisk:
    """Open amount expected to be unpaid `grace_days` after it is due."""
    return fit_cash_at_risk(
        payment_curves(tables, scope),
        open_now(tables, scope),
        scope.as_of,
        grace_days=grace_days,
    )


def open_now(tables: Tables, scope: Scope) -> pd.DataFrame:
    """The open invoices of the view, as the models take them."""
    return open_invoices(scope.invoices(tables), tables, scope.as_of).to_pandas()


def counts(tables: Tables, scope: Scope, by: str | None = None) -> pd.DataFrame:
    """Invoices counted by customer, terms, days and outcome, as the models take them."""
    segments = [by] if by else []
    counted = payment_counts(
        scope.invoices(tables, by=segments),
        scope.as_of,
        by=segments,
        customer_groups=CUSTOMER_GROUPS if in_groups(tables) else None,
    )
    return counted.to_pandas()


def in_groups(tables: Tables) -> bool:
    """Whether there are so many customers that their invoices are counted by random groups."""
    return bool(tables["customers"].count().to_pandas() > MANY_CUSTOMERS)


def customers(
    tables: Tables, scope: Scope, by: str | None, *, paid_or_past_due: bool = False
) -> pd.Series:
    """Customers of the view by value of `by`, and over `ALL`: not groups of them."""
    invoices = scope.invoices(tables, by=[by] if by else [])
    # A segment may have the name of a balance's column.
    invoices = invoices.mutate(group=invoices[by] if by else ibis.literal(ALL))
    if paid_or_past_due:
        invoices = invoice_balances(invoices, scope.as_of).filter(_.late.notnull())
    counted = invoices.group_by("group").agg(n=_.customer_id.nunique()).to_pandas()
    everyone = int(invoices.customer_id.nunique().to_pandas())
    return (
        pd.concat([counted.set_index("group")["n"], pd.Series({ALL: everyone})])
        .groupby(level=0)
        .last()
    )


def receipt_rows(
    tables: Tables, scope: Scope, figure_id: str, *, grace_days: int = 30
) -> ir.Table | pd.DataFrame:
    """The invoices behind a headline figure.

    For the late share, ``contribution`` is 1 for a late invoice and 0 for one in
    time, and its mean is the figure; for cash at risk it adds up to the figure.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of late payments.
    """
    if figure_id == "late_payments.cash_at_risk":
        table = cash_at_risk(tables, scope, grace_days).table
        return table.sort_values("contribution", ascending=False, ignore_index=True)
    if figure_id not in (
        "late_payments.late_share",
        "late_payments.paid_by_60",
        "late_payments.median_days_to_pay",
    ):
        raise NoSuchFigure(figure_id, "time to pay")
    invoices = invoice_outcomes(scope.invoices(tables), tables, scope.as_of)
    columns = ["invoice_id", "customer_id", "issued_on", "due_on", "settled_on", "outcome",
               "duration", "late", "amount", "currency"]  # fmt: skip
    invoices = invoices.select(columns).order_by(ibis.desc("issued_on"), "invoice_id")
    if figure_id == "late_payments.late_share":
        invoices = invoices.filter(_.late.notnull())
        return invoices.mutate(contribution=invoices.late.cast("int32"))
    return invoices

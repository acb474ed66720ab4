"""Watchlist of a view: open invoices and customers by the money that contact may change."""

import datetime as dt
from collections.abc import Callable

import pandas as pd

import analyses.late_causes
import analyses.late_payments
import analyses.reminders
from analyses.scope import Scope
from models.care import care_of
from models.late_causes import LateCauses
from models.refusal import Refusal
from models.reminders import Reminders
from models.watchlist import Chances, Watchlist, rank_watchlist
from warehouse.snapshot import MissingTable
from warehouse.watchlist import latest_answers, open_disputes, open_tickets, reminders_sent
from warehouse.workspace import Tables

__all__ = ["Facts", "care", "facts", "or_why", "ranked", "run"]

#: What the ranking rests on beside the scores: customers, reminders sent, and disputed invoices.
Facts = tuple[pd.DataFrame, pd.DataFrame | None, pd.Series | None]


def run(
    tables: Tables,
    scope: Scope,
    *,
    chances: Chances | None = None,
    scored: pd.DataFrame | None = None,
    causes: LateCauses | str | None = None,
    reminders: Reminders | str | None = None,
    read: Facts | None = None,
) -> Watchlist:
    """Rank the open invoices of the view and their customers.

    Parameters
    ----------
    chances : Chances, optional
        What is assumed of each cause.
    scored, causes, reminders, read : optional
        What `analyses.late_payments.scored_invoices`, `analyses.late_causes.run`,
        `analyses.reminders.run` and `facts` give, where they are at hand; of the two in the
        middle also the reason why there is none.

    Raises
    ------
    Refusal
        If open invoices cannot be scored.
    """
    if scored is None:
        scored = analyses.late_payments.scored_invoices(tables, scope)
    causes = causes or or_why(lambda: analyses.late_causes.run(tables, scope, scored=scored))
    reminders = reminders or or_why(lambda: analyses.reminders.run(tables, scope))
    return ranked(
        scope.as_of, chances or Chances(), scored, causes, reminders, read or facts(tables, scope)
    )


def ranked(
    as_of: dt.date,
    chances: Chances,
    scored: pd.DataFrame,
    causes: LateCauses | str,
    reminders: Reminders | str,
    read: Facts,
) -> Watchlist:
    """`run` from what is already read: a matter of moments, whatever is assumed."""
    customers, sent, disputed = read
    trial = None if isinstance(reminders, str) else reminders.trial
    why = reminders if isinstance(reminders, str) else reminders.headline()[0].reason
    return rank_watchlist(
        scored,
        None if isinstance(causes, str) else causes.invoices,
        sent,
        disputed,
        customers,
        as_of,
        chances=chances,
        measured=None if trial is None else trial.averted,
        measured_days=None if trial is None else trial.days,
        no_causes=causes if isinstance(causes, str) else None,
        not_measured=why if trial is None else trial.averted.reason,
    )


def or_why(find: Callable[[], LateCauses | Reminders]) -> LateCauses | Reminders | str:
    """What `find` finds, or why the data cannot carry it."""
    try:
        return find()
    except (Refusal, MissingTable) as refusal:
        return str(refusal)


def facts(tables: Tables, scope: Scope) -> Facts:
    """Customers with whom to be careful, reminders sent, and invoices in dispute.

    Of all customers, whatever the view is cut to: the ranking takes those it needs.
    """
    known = tables["customers"].filter(tables["customers"].acquired_on <= scope.as_of)
    names = known.select("customer_id", "name", "industry", "country").to_pandas()
    customers = names.merge(care(tables, scope), on="customer_id", how="left")
    sent = None
    if "reminders" in tables:
        sent = reminders_sent(tables, scope.as_of).to_pandas()
    disputed = None
    if "disputes" in tables:
        disputed = open_disputes(tables, scope.as_of).select("invoice_id").to_pandas()["invoice_id"]
    return customers, sent, disputed


def care(tables: Tables, scope: Scope) -> pd.DataFrame:
    """Who is unhappy, and why; see `models.care.care_of`."""
    sources = {"surveys": latest_answers, "tickets": open_tickets, "disputes": open_disputes}
    read = [
        made(tables, scope.as_of).to_pandas() if name in tables else None
        for name, made in sources.items()
    ]
    return care_of(*read, scope.as_of)

"""Late-payment signals of a view: which invoices will be late, by what was known at issue."""

import ibis.expr.types as ir
import pandas as pd

from analyses.kept_rows import kept_rows
from analyses.scope import Scope, one_in
from models.channel_effect import ChannelEffect, fit_channel_effect
from models.figures import NoSuchFigure
from models.late_signals import LateSignals, fit_late_signals
from models.payment_dates import PaymentDates, fit_payment_dates
from models.refusal import Refusal
from warehouse.late_payments import open_invoices
from warehouse.late_signals import KINDS_OF_SIGNAL, SIGNALS, invoice_signals
from warehouse.segments import NOT_STATED
from warehouse.workspace import Tables

__all__ = ["channel_effects", "of_open", "payment_dates", "receipt_rows", "run", "signals"]

#: Customers whose invoices are enough to learn from; of more, one in so many is taken.
ENOUGH_CUSTOMERS = 6_000


@kept_rows
def signals(tables: Tables, scope: Scope) -> pd.DataFrame:
    """Invoices of all customers with what was known of each at issue, and whether in the view.

    Learning is from all invoices, whatever the view is cut to: who pays late is the same
    whoever looks. Of very many customers a part is read, always the same one.
    """
    rows = invoice_signals(tables, scope.as_of, one_in=one_in(tables, ENOUGH_CUSTOMERS)).to_pandas()
    rows = rows.sort_values("invoice_id", ignore_index=True)
    rows["in_view"] = True
    if any(scope.filters.values()):
        kept = scope.invoices(tables).select("invoice_id").to_pandas()["invoice_id"]
        rows["in_view"] = rows["invoice_id"].isin(kept)
    return rows


def of_open(tables: Tables, scope: Scope, rows: pd.DataFrame) -> pd.DataFrame:
    """Signals of every open invoice; `rows` is what `signals` gives."""
    if one_in(tables, ENOUGH_CUSTOMERS) == 1:
        return rows
    owed = open_invoices(scope.invoices(tables), tables, scope.as_of)
    return invoice_signals(tables, scope.as_of).semi_join(owed, "invoice_id").to_pandas()


def run(tables: Tables, scope: Scope, *, rows: pd.DataFrame | None = None) -> LateSignals:
    """Chance of late payment, tested on the view; `rows` is what `signals` gives.

    Raises
    ------
    Refusal
        As `fit_late_signals`.
    """
    if rows is None:
        rows = signals(tables, scope)
    return fit_late_signals(
        rows,
        scope.as_of,
        numbers=tuple(SIGNALS),
        kinds=tuple(KINDS_OF_SIGNAL),
        tested=rows["in_view"].to_numpy(dtype=bool),
    )


def payment_dates(
    tables: Tables,
    scope: Scope,
    *,
    rows: pd.DataFrame | None = None,
    learnt: LateSignals | None = None,
) -> PaymentDates:
    """When invoices will be paid, by their chance of being late."""
    if rows is None:
        rows = signals(tables, scope)
    return fit_payment_dates(run(tables, scope, rows=rows) if learnt is None else learnt, rows)


def channel_effects(
    tables: Tables, scope: Scope, *, rows: pd.DataFrame | None = None
) -> tuple[ChannelEffect, ...]:
    """What each way to send an invoice changes, each customer of the view compared with itself.

    Ways that too few customers had beside another are left out.
    """
    if rows is None:
        rows = signals(tables, scope)
    found = []
    for channel in sorted(set(rows["channel"]) - {NOT_STATED}):
        try:
            found.append(fit_channel_effect(rows[rows["in_view"]], scope.as_of, channel))
        except Refusal:
            continue
    return tuple(found)


def receipt_rows(tables: Tables, scope: Scope, figure_id: str) -> ir.Table | pd.DataFrame:
    """The invoices the chances were tested on, with the chance each was given.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of the signals.
    """
    if figure_id not in ("late_payments.auc", "late_payments.ece"):
        raise NoSuchFigure(figure_id, "the late-payment signals")
    return run(tables, scope).test

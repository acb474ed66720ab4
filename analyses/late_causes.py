"""Why invoices of a view are late: chances of each cause, the evidence, and the money behind it."""

from dataclasses import replace

import pandas as pd

import analyses.late_payments
import analyses.late_signals
from analyses.scope import Scope
from models.figures import NoSuchFigure
from models.late_causes import LateCauses, fit_late_causes
from warehouse.late_causes import late_facts
from warehouse.workspace import Tables

__all__ = ["receipt_rows", "run"]

#: An open invoice not due yet is judged from this chance of being late on.
LIKELY = 0.5


def run(
    tables: Tables,
    scope: Scope,
    *,
    signals: pd.DataFrame | None = None,
    scored: pd.DataFrame | None = None,
) -> LateCauses:
    """Causes of the view's late invoices, and of open ones that are likely to be late.

    Learnt from the notes of all customers, whatever the view is cut to. ``invoices`` has
    ``p_late``, ``expected_paid_on`` and ``open_amount`` of the open ones as well. `signals` is what
    `analyses.late_signals.signals` gives, `scored` what `analyses.late_payments.scored_invoices`
    gives, where they are at hand.

    Raises
    ------
    Refusal
        As `fit_late_causes`.
    """
    if signals is None:
        signals = analyses.late_signals.signals(tables, scope)
    facts = late_facts(tables, scope.as_of).to_pandas()
    rows = signals.merge(facts, on="invoice_id")
    found = fit_late_causes(rows, scope.as_of)
    if scored is None:
        scored = analyses.late_payments.scored_invoices(tables, scope, signals=signals)
    columns = ["invoice_id", "open_amount", "p_late", "expected_paid_on"]
    invoices = found.invoices.merge(scored[columns], on="invoice_id", how="left")
    late = (invoices["days_late"] > 0) | (invoices["p_late"] >= LIKELY)
    kept = invoices[late & invoices["in_view"]].drop(columns="in_view")
    return replace(found, invoices=kept.fillna({"open_amount": 0.0}).reset_index(drop=True))


def receipt_rows(tables: Tables, scope: Scope, figure_id: str) -> pd.DataFrame:
    """The late invoices behind the figure, each with its chance as its contribution.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of late causes.
    """
    if not figure_id.startswith("late_causes."):
        raise NoSuchFigure(figure_id, "late causes")
    rows = run(tables, scope).of_year()
    columns = ["invoice_id", "customer_id", "issued_on", "due_on", "days_late", "outcome", "cause",
               "evidence", "cause_process"]  # fmt: skip
    return rows[columns].rename(columns={"cause_process": "contribution"})

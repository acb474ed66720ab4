"""Disputes of a view: rates, reasons, time to resolve, and what went before them."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from analyses.kept_rows import kept_rows
from analyses.scope import Scope
from models.dispute_causes import DisputeCauses, fit_dispute_causes
from models.disputes import Disputes, dispute_funnel, fit_disputes
from models.figures import NoSuchFigure
from models.funnel import Funnel
from warehouse.disputes import (
    CIRCUMSTANCES,
    DISPUTED_BY,
    dispute_rows,
    enquiries_after,
    invoice_circumstances,
)
from warehouse.segments import SEGMENTS, segments_in
from warehouse.workspace import Tables

__all__ = ["CUSTOMER", "WAYS", "Rows", "causes", "funnel", "receipt_rows", "rows", "run"]

#: Invoices with their circumstances, and the disputes about them.
Rows = tuple[pd.DataFrame, pd.DataFrame]

#: Ways to compare how often invoices are disputed, in words; whether one is, is none.
WAYS = {
    "channel": SEGMENTS["channel"],
    "billing_model": SEGMENTS["billing_model"],
    **DISPUTED_BY,
    **{name: SEGMENTS[name] for name in ("kind", "industry", "region", "size", "terms")},
}
#: Invoices are alike that agree in these, and in the band of their amount.
ALIKE = ("channel", "kind", "size", "industry")
#: Rates, and what each invoice is counted with.
COUNTED_AS = {
    "disputes.rate_per_1000": "n_disputes",
    "disputes.chargebacks_per_1000": "n_chargebacks",
    "disputes.enquiries_per_1000": "n_enquiries",
}
#: What customers are compared by is their own name.
CUSTOMER = "customer"


@kept_rows
def rows(tables: Tables, scope: Scope) -> Rows:
    """The invoices of the view with what went before them, and the disputes about them."""
    present = [name for name in segments_in(tables) if name in WAYS]
    invoices = scope.invoices(tables, by=present)
    found = invoice_circumstances(invoices, tables, scope.as_of)
    counts = ("n_disputes", "n_chargebacks", "n_enquiries")
    columns = [*counts, *present, *DISPUTED_BY, *CIRCUMSTANCES]
    found = found.select("invoice_id", "customer_id", "issued_on", "amount", *columns)
    frame = found.order_by("invoice_id").to_pandas()
    frame["age"] = (pd.Timestamp(scope.as_of) - pd.to_datetime(frame["issued_on"])).dt.days
    return frame, dispute_rows(invoices, tables, scope.as_of).to_pandas()


def run(tables: Tables, scope: Scope, *, read: Rows | None = None) -> Disputes:
    """Rates and reasons of the view; `read` is what `rows` gives, where it is at hand."""
    invoices, disputes = read or rows(tables, scope)
    by = [name for name in WAYS if name in invoices and invoices[name].nunique() > 1]
    return fit_disputes(invoices, disputes, scope.as_of, by=by)


def causes(tables: Tables, scope: Scope, *, read: Rows | None = None) -> DisputeCauses:
    """What went before disputed invoices more often than before alike undisputed ones."""
    invoices, disputes = read or rows(tables, scope)
    opened = pd.to_datetime(disputes["opened_on"]) - pd.to_datetime(disputes["issued_on"])
    return fit_dispute_causes(
        invoices, opened.dt.days, circumstances=tuple(CIRCUMSTANCES), alike=ALIKE
    )


def funnel(
    tables: Tables, scope: Scope, *, by: str, design: float, read: Rows | None = None
) -> Funnel:
    """Customers, or the groups of `by`, against each other; `design` is that of `Disputes`."""
    invoices, _ = read or rows(tables, scope)
    if by == CUSTOMER:
        return dispute_funnel(invoices, "customer_id")
    return dispute_funnel(invoices, by, design=design)


def receipt_rows(tables: Tables, scope: Scope, figure_id: str) -> ir.Table | pd.DataFrame:
    """The rows behind a figure: every invoice with its disputes, or every dispute with its days.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of disputes.
    """
    invoices = scope.invoices(tables)
    found = dispute_rows(invoices, tables, scope.as_of)
    if figure_id == "disputes.median_days_to_resolve":
        return found.filter(found.opened_on.notnull())
    if figure_id == "disputes.chargebacks_per_1000":
        found = found.filter(found.kind == "chargeback")
    counts = found.group_by("invoice_id").agg(n=found.count())
    if figure_id == "disputes.enquiries_per_1000":
        counts = enquiries_after(tables, scope.as_of).rename(n="n_enquiries")
    if figure_id not in COUNTED_AS:
        raise NoSuchFigure(figure_id, "disputes")
    joined = invoices.select("invoice_id", "customer_id", "issued_on", "amount", "currency")
    joined = joined.left_join(counts, "invoice_id").drop("invoice_id_right")
    joined = joined.mutate(n=joined.n.fill_null(0)).order_by(ibis.desc("n"), "invoice_id")
    return joined.rename({COUNTED_AS[figure_id]: "n"})

"""Billing fit of a view: how smoothly bills go by model and timing, and what suits each persona."""

import pandas as pd

import analyses.personas
import analyses.price_reaction
from analyses.scope import Scope
from models.billing_fit import BillingFit, fit_billing_fit, outcomes
from models.equal_value import EqualValue, fit_equal_value
from models.figures import NoSuchFigure
from models.personas import Personas
from models.pricing import PriceBase
from models.refusal import Refusal
from warehouse.price_reaction import finance_enquiries
from warehouse.segments import customer_segments
from warehouse.workspace import Tables

__all__ = ["equal_value", "receipt_rows", "run"]

#: What customers are adjusted for.
BESIDE = ("industry", "size")


def run(
    tables: Tables,
    scope: Scope,
    *,
    billed: pd.DataFrame | None = None,
    personas: Personas | None = None,
) -> BillingFit:
    """How bills go by model and timing, and by persona where there are any.

    `billed` is what `analyses.price_reaction.bills` gives and `personas` what
    `analyses.personas.run` gives, where they are at hand.
    """
    tables.require("contracts")
    billed = analyses.price_reaction.bills(tables, scope) if billed is None else billed
    if personas is None:
        try:
            personas = analyses.personas.run(tables, scope)
        except Refusal:
            personas = None
    return fit_billing_fit(
        billed, scope.as_of, asked=enquiries(tables, scope),
        traits=customer_segments(tables, scope.as_of, by=BESIDE).to_pandas(),
        persona=personas.by_customer if personas is not None and personas.count else None,
    )  # fmt: skip


def equal_value(tables: Tables, scope: Scope, *, base: PriceBase, fit: BillingFit) -> EqualValue:
    """Each persona under each model at equal value to us.

    `base` is what `analyses.pricing.base` gives with personas, and `fit` what `run` does.
    """
    return fit_equal_value(base, fit)


def enquiries(tables: Tables, scope: Scope) -> pd.DataFrame | None:
    if "tickets" not in tables:
        return None
    return finance_enquiries(tables, scope.as_of).to_pandas()


def receipt_rows(
    tables: Tables, scope: Scope, figure_id: str, *, billed: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The bills behind the share of smooth ones, those with a `contribution` of 1.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of billing fit.
    """
    if not figure_id.startswith("billing_fit."):
        raise NoSuchFigure(figure_id, "billing fit")
    billed = analyses.price_reaction.bills(tables, scope) if billed is None else billed
    rows = outcomes(billed, scope.as_of, enquiries(tables, scope))
    kept = ["invoice_id", "customer_id", "billing_model", "billing_timing", "issued_on", "amount",
            "expected", "surprise", "enquiry", "disputed", "late"]  # fmt: skip
    return rows[kept].assign(contribution=rows["smooth"].astype(int))

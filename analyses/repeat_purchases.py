"""Repeat purchases of a view: what customers without a contract are still to bring."""

import pandas as pd

import analyses.unit_economics
from analyses.scope import Scope
from models.costs import refuse_without_costs
from models.refusal import Refusal
from models.repeat_value import RepeatValue, fit_repeat_value
from models.value_terms import Terms
from warehouse.repeat_purchases import purchase_histories
from warehouse.workspace import Tables

__all__ = ["histories", "run"]


def histories(tables: Tables, scope: Scope) -> pd.DataFrame:
    """How each customer without a contract buys; see `warehouse.repeat_purchases`."""
    rows = scope.of_customers(purchase_histories(tables, scope.as_of), tables)
    return rows.order_by("customer_id").to_pandas()


def run(
    tables: Tables,
    scope: Scope,
    *,
    horizon: int = 36,
    discount_rate: float | None = None,
    year: pd.DataFrame | None = None,
) -> RepeatValue:
    """Value of the view's customers without a contract.

    `year` is what `analyses.unit_economics.flows` gives, where it is at hand.

    Raises
    ------
    Refusal
        If there are too few of them, or they brought no revenue in the last year, or
        what they bought has no cost.
    """
    rows = histories(tables, scope)
    if rows.empty:
        raise Refusal(
            "No customer of this view buys without a contract, so there are no repeat purchases "
            "to value. Widen the filters, or read the value of contracts alone."
        )
    margins = analyses.unit_economics.flows(tables, scope) if year is None else year
    margins = margins[margins["customer_id"].isin(rows["customer_id"])]
    revenue = float(margins["revenue"].sum())
    if revenue <= 0:
        raise Refusal(
            f"The {len(rows):,} customers without a contract brought no revenue in the last year, "
            "so there is no margin to value purchases at. Load invoices, or choose an earlier "
            "as-of date."
        )
    refuse_without_costs(margins["cost_of_goods"])
    discount = tables.settings.discount_rate if discount_rate is None else discount_rate
    return fit_repeat_value(
        rows,
        as_of=scope.as_of,
        margin_share=float(margins["contribution"].sum()) / revenue,
        terms=Terms(horizon, discount, discount),
    )

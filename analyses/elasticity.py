"""Elasticity of a view: how much less is used when it gets dearer."""

import ibis.expr.types as ir
import pandas as pd

from analyses.scope import Scope, one_in
from models.elasticity import Elasticity, fit_elasticity
from models.figures import NoSuchFigure
from warehouse.price_reaction import monthly_use, price_steps
from warehouse.workspace import Tables

__all__ = ["receipt_rows", "run"]

#: Customers whose use is enough to learn from; of more, one in so many is taken.
ENOUGH_CUSTOMERS = 20_000


def run(tables: Tables, scope: Scope, *, changed: pd.DataFrame | None = None) -> Elasticity:
    """Elasticity of use; `changed` is what `analyses.price_reaction.steps` gives, if at hand."""
    part = one_in(tables, ENOUGH_CUSTOMERS)
    use = scope.of_customers(monthly_use(tables, scope.as_of, one_in=part), tables)
    rows = use.order_by("customer_id", "meter", "begins").to_pandas()
    steps = price_steps(tables, scope.as_of).to_pandas() if changed is None else changed
    return fit_elasticity(rows, steps, scope.as_of)


def receipt_rows(tables: Tables, scope: Scope, figure_id: str) -> ir.Table:
    """The changes of price that the elasticity was estimated from.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not the elasticity.
    """
    if figure_id != "pricing.elasticity":
        raise NoSuchFigure(figure_id, "elasticity")
    rows = scope.of_customers(price_steps(tables, scope.as_of), tables)
    return rows.order_by("customer_id", "begins")

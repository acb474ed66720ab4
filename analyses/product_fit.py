"""Product fit of a view: who succeeds with which product, by what is known before they buy."""

import ibis.expr.types as ir
import pandas as pd

from analyses.scope import Scope
from models.figures import NoSuchFigure
from models.product_fit import ProductFit, fit_product_fit
from warehouse.product_fit import FIT_TRAITS, product_starts
from warehouse.workspace import Tables

__all__ = ["receipt_rows", "run", "starts"]


def starts(tables: Tables, scope: Scope) -> ir.Table:
    """First starts of customers of the view with products; see `product_starts`."""
    return scope.of_customers(product_starts(tables, scope.as_of), tables)


def run(tables: Tables, scope: Scope) -> ProductFit:
    """Success by product and by each trait of the view."""
    needed = ["customer_id", "product", *FIT_TRAITS, "stayed", "contribution"]
    rows = starts(tables, scope).select(*needed).to_pandas()
    return fit_product_fit(rows, scope.as_of, traits=tuple(FIT_TRAITS))


def receipt_rows(tables: Tables, scope: Scope, figure_id: str) -> ir.Table | pd.DataFrame:
    """The starts behind the success rate, the successes with a `contribution` of 1.

    What a start left over is in `left_over`: here, as in every receipt, `contribution` is what
    a row adds to the figure.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of product fit.
    """
    if not figure_id.startswith("product_fit."):
        raise NoSuchFigure(figure_id, "product fit")
    rows = starts(tables, scope).rename(left_over="contribution")
    succeeded = rows.stayed & (rows.left_over > 0)
    return rows.mutate(contribution=succeeded.cast("int64")).order_by("customer_id", "product_id")

"""Stated prices of a view: what customers call cheap and expensive when they are asked."""

import ibis.expr.types as ir

from analyses.scope import Scope
from models.stated_prices import StatedPrices, fit_stated_prices
from warehouse.stated_prices import stated_prices
from warehouse.workspace import Tables

__all__ = ["rows", "run"]


def rows(tables: Tables, scope: Scope) -> ir.Table:
    """Answers of the view's customers that name four prices."""
    return scope.of_customers(stated_prices(tables, scope.as_of), tables)


def run(tables: Tables, scope: Scope) -> StatedPrices:
    """The four curves of the view's customers and where they cross."""
    return fit_stated_prices(rows(tables, scope).to_pandas(), scope.as_of)

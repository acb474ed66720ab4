"""Personas of a view: customers by how they behave, and what each group is like."""

import pandas as pd

import analyses.churn
from analyses.kept_rows import kept_rows
from analyses.persona_names import kept_personas
from analyses.scope import Scope
from models.figures import NoSuchFigure
from models.persona_sheet import PersonaSheets, fit_persona_sheets
from models.personas import Personas, fit_personas, recognised
from models.price_sensitivity import PriceSensitivity, fit_price_sensitivity
from warehouse.customers import MONTH_DAYS, customer_features
from warehouse.persona_sheet import product_revenue
from warehouse.price_sensitivity import price_reactions
from warehouse.workspace import Tables

__all__ = ["features", "found", "price_sensitivity", "receipt_rows", "run", "sheets"]


@kept_rows
def features(tables: Tables, scope: Scope) -> pd.DataFrame:
    """One row a customer of the view; see `warehouse.customers.customer_features`.

    Who was lost by the churn rule has left here as it has for churn.
    """
    rows = scope.of_customers(customer_features(tables, scope.as_of), tables)
    lives = analyses.churn.lives(tables, scope)
    lost = lives[lives["by_rule"]].set_index("customer_id")
    lost = pd.DataFrame(
        {
            "active": False,
            "tenure_months": lost["duration"] / MONTH_DAYS,
            "watched_months": (lost["duration"] - lost["entry"]) / MONTH_DAYS,
        }
    )
    rows = rows.to_pandas().set_index("customer_id", drop=False)
    rows.loc[rows.index.isin(lost.index), list(lost)] = lost
    return rows.reset_index(drop=True)


def found(tables: Tables, scope: Scope, *, rows: pd.DataFrame | None = None) -> Personas:
    """Personas of the view under the names suggested for them."""
    return fit_personas(features(tables, scope) if rows is None else rows, scope.as_of)


def run(
    tables: Tables,
    scope: Scope,
    *,
    rows: pd.DataFrame | None = None,
    personas: Personas | None = None,
) -> Personas:
    """Personas of the view under the names that the workspace keeps.

    `rows` is what `features` gives and `personas` what `found` gives, where they are at hand.
    """
    personas = found(tables, scope, rows=rows) if personas is None else personas
    return recognised(personas, kept_personas(tables.settings))


def sheets(
    tables: Tables,
    scope: Scope,
    *,
    rows: pd.DataFrame | None = None,
    personas: Personas | None = None,
) -> PersonaSheets:
    """What each persona is like: who they are, what they buy, how they pay, what they cost."""
    rows = features(tables, scope) if rows is None else rows
    personas = run(tables, scope, rows=rows) if personas is None else personas
    bought = None
    if "products" in tables and "invoice_lines" in tables:
        bought = product_revenue(tables, scope.as_of).to_pandas()
    return fit_persona_sheets(personas, rows, bought)


def price_sensitivity(
    tables: Tables, scope: Scope, *, personas: Personas | None = None
) -> PriceSensitivity:
    """How use answers price changes, over all customers of the view and by persona."""
    personas = run(tables, scope) if personas is None else personas
    reactions = price_reactions(tables, scope.as_of).to_pandas()
    persona = personas.by_customer
    reactions = reactions[reactions["customer_id"].isin(persona.index)]
    return fit_price_sensitivity(reactions, persona)


def receipt_rows(
    tables: Tables,
    scope: Scope,
    figure_id: str,
    *,
    rows: pd.DataFrame | None = None,
    personas: Personas | None = None,
) -> pd.DataFrame:
    """The customers behind the number of personas, with the persona of each.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of personas.
    """
    if not figure_id.startswith("personas."):
        raise NoSuchFigure(figure_id, "personas")
    rows = features(tables, scope) if rows is None else rows
    membership = (personas or run(tables, scope, rows=rows)).membership
    known = ["customer_id", "name", "industry", "country", "acquired_on", "active", "revenue"]
    joined = membership[["customer_id", "persona", "probability"]].merge(
        rows[known], on="customer_id"
    )
    return joined.sort_values(["persona", "revenue"], ascending=[True, False], ignore_index=True)

"""Unit economics of a view: what customers cost to win and serve, and what they bring."""

import ibis.expr.types as ir
import pandas as pd

import analyses.personas
from analyses.scope import Scope
from models.personas import Personas
from models.unit_economics import COSTS, UnitEconomics, fit_unit_economics
from warehouse.customers import MONTH_DAYS
from warehouse.margins import customer_margins
from warehouse.segments import NOT_STATED
from warehouse.workspace import Tables

__all__ = ["CUTS", "economics", "receipt_rows", "run"]

#: Ways to cut unit economics, in the words the pages show.
CUTS = {
    "persona": "Persona",
    "product": "Product family",
    "industry": "Industry",
    "country": "Country",
    "channel": "Acquisition channel",
}
YEAR = 365


def economics(
    tables: Tables,
    scope: Scope,
    *,
    features: pd.DataFrame | None = None,
    personas: Personas | None = None,
    days: int = YEAR,
) -> pd.DataFrame:
    """One row a customer of the view: costs, flows of the last `days`, tenure and cuts.

    `features` is what `analyses.personas.features` gives, where it is at hand. A customer in no
    persona has none.
    """
    rows = analyses.personas.features(tables, scope) if features is None else features
    flows = customer_margins(
        tables, scope.as_of, days=days, staff_cost_per_hour=tables.settings.staff_cost_per_hour
    ).to_pandas()
    flows = flows.assign(months=flows["watched_days"] / MONTH_DAYS)
    profile = ["customer_id", "name", "industry", "country", "acquisition_channel",
               "acquisition_cost", "onboarding_cost", "acquired_on", "active", "tenure_months",
               "watched_months", "product_id"]  # fmt: skip
    rows = rows[profile].merge(flows.drop(columns="watched_days"), on="customer_id")
    rows = rows.assign(
        product=product_families(tables, rows["product_id"]),
        channel=rows["acquisition_channel"].fillna(NOT_STATED),
        country=rows["country"].fillna(NOT_STATED),
    ).drop(columns=["product_id", "acquisition_channel"])
    persona = pd.Series(dtype=object)
    if personas is not None and personas.count:
        persona = personas.membership.set_index("customer_id")["persona"]
    return rows.assign(persona=rows["customer_id"].map(persona))


def product_families(tables: Tables, product_id: pd.Series) -> pd.Series:
    """Family of the product of each customer's main contract."""
    if "products" not in tables:
        return pd.Series(NOT_STATED, index=product_id.index)
    families = tables["products"].select("product_id", "family").to_pandas()
    return product_id.map(families.set_index("product_id")["family"]).fillna("no contract")


def run(
    tables: Tables,
    scope: Scope,
    *,
    by: tuple[str, ...] = (),
    rows: pd.DataFrame | None = None,
    personas: Personas | None = None,
) -> UnitEconomics:
    """Unit economics of the view by the cuts in `by`; `rows` is what `economics` gives."""
    rows = economics(tables, scope, personas=personas) if rows is None else rows
    return fit_unit_economics(rows, scope.as_of, by=by, discount_rate=tables.settings.discount_rate)


def receipt_rows(tables: Tables, scope: Scope, figure_id: str) -> pd.DataFrame | ir.Table:
    """The customers behind a figure, with what each cost and brought in the last year.

    Raises
    ------
    ValueError
        If `figure_id` is not a figure of unit economics.
    """
    if not figure_id.startswith("unit_economics."):
        raise ValueError(
            f"The figure '{figure_id}' is not one of unit economics, so it has no rows here."
        )
    rows = economics(tables, scope)
    columns = ["customer_id", "name", "acquired_on", "active", "tenure_months", "acquisition_cost",
               "onboarding_cost", "months", "revenue", *COSTS]  # fmt: skip
    # What is left is named so that it is not taken for a part of the figure.
    kept = rows[columns].assign(left_over=rows["contribution"])
    return kept.sort_values("left_over", ascending=False, ignore_index=True)

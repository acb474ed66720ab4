"""Unit economics of a view: what customers cost to win and serve, and what they bring."""

import pandas as pd

import analyses.churn
import analyses.personas
from analyses.kept_rows import kept_rows
from analyses.scope import Scope
from models.figures import NoSuchFigure
from models.personas import Personas
from models.unit_economics import COSTS, UnitEconomics, fit_unit_economics
from warehouse.customers import MONTH_DAYS
from warehouse.margins import customer_margins
from warehouse.segments import NOT_STATED
from warehouse.workspace import Tables

__all__ = ["CUTS", "YEAR", "economics", "flows", "receipt_rows", "run"]

#: Ways to cut unit economics, in the words the pages show.
CUTS = {
    "persona": "Persona",
    "product": "Product family",
    "industry": "Industry",
    "country": "Country",
    "channel": "Acquisition channel",
}
YEAR = 365


@kept_rows
def flows(tables: Tables, scope: Scope, *, days: int = YEAR) -> pd.DataFrame:
    """What every customer brought and took in the last `days`, and in how many ``months``.

    Of all customers, whatever the view is cut to; as `warehouse.margins.customer_margins` has it,
    but who was lost by the churn rule is watched until then.
    """
    as_of, cost = scope.as_of, tables.settings.staff_cost_per_hour
    rows = customer_margins(tables, as_of, days=days, staff_cost_per_hour=cost).to_pandas()
    lives = analyses.churn.lives(tables, Scope(as_of))
    lost = lives[lives["by_rule"]].set_index("customer_id")["left_on"]
    since = (pd.Timestamp(as_of) - pd.to_datetime(lost)).dt.days
    gone = rows["customer_id"].map(since).fillna(0).clip(upper=days).astype(int)
    watched = (rows["watched_days"] - gone).clip(lower=0)
    return rows.assign(watched_days=watched, months=watched / MONTH_DAYS)


def economics(
    tables: Tables,
    scope: Scope,
    *,
    features: pd.DataFrame | None = None,
    personas: Personas | None = None,
    year: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row a customer of the view: costs, flows of the last year, tenure and cuts.

    `features` is what `analyses.personas.features` gives and `year` what `flows` gives, where they
    are at hand. A customer in no persona has none.
    """
    rows = analyses.personas.features(tables, scope) if features is None else features
    year = flows(tables, scope) if year is None else year
    profile = ["customer_id", "name", "industry", "country", "acquisition_channel",
               "acquisition_cost", "onboarding_cost", "acquired_on", "active", "tenure_months",
               "watched_months", "product_id"]  # fmt: skip
    rows = rows[profile].merge(year.drop(columns="watched_days"), on="customer_id")
    rows = rows.assign(
        product=product_families(tables, rows["product_id"]),
        channel=rows["acquisition_channel"].fillna(NOT_STATED),
        country=rows["country"].fillna(NOT_STATED),
    ).drop(columns=["product_id", "acquisition_channel"])
    persona = pd.Series(dtype=object)
    if personas is not None and personas.count:
        persona = personas.by_customer
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


def receipt_rows(
    tables: Tables, scope: Scope, figure_id: str, *, rows: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The customers behind a figure, with what each cost and brought in the last year.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of unit economics.
    """
    if not figure_id.startswith("unit_economics."):
        raise NoSuchFigure(figure_id, "unit economics")
    rows = economics(tables, scope) if rows is None else rows
    columns = ["customer_id", "name", "acquired_on", "active", "tenure_months", "acquisition_cost",
               "onboarding_cost", "months", "revenue", *COSTS]  # fmt: skip
    # What is left is named so that it is not taken for a part of the figure.
    kept = rows[columns].assign(left_over=rows["contribution"])
    return kept.sort_values("left_over", ascending=False, ignore_index=True)

"""Negative personas of a view: who loses money, why, and what can be done about it."""

import pandas as pd

import analyses.personas
import analyses.unit_economics
from analyses.scope import Scope
from models.avoid_rule import AvoidRule, fit_avoid_rule
from models.figures import NoSuchFigure
from models.negative_personas import NegativePersonas, fit_negative_personas
from models.negative_reasons import REASONS
from models.persona_actions import PersonaActions, simulate_actions
from models.persona_sheet import PersonaSheets
from models.personas import Personas
from warehouse.workspace import Tables

__all__ = [
    "AVOID_LIST",
    "TARGET_LIST",
    "actions",
    "avoid_list",
    "receipt_rows",
    "records",
    "rule",
    "run",
    "target_list",
]

#: Columns of the two lists.
AVOID_LIST = ("customer_id", "name", "persona", "negative_reasons", "value", "chance", *REASONS)
TARGET_LIST = ("rank", "persona", "n", "value", "value_low", "value_high", "chance", "chance_low",
               "chance_high", "stable", "first", "found_in")  # fmt: skip
#: Longer than any books.
WHOLE_BOOKS = 36_500


def records(
    tables: Tables,
    scope: Scope,
    *,
    features: pd.DataFrame | None = None,
    year: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row a customer: its features with its flows over the whole books and the last year.

    `features` is what `analyses.personas.features` gives and `year` what
    `analyses.unit_economics.flows` gives, where they are at hand.
    """
    flows = analyses.unit_economics.flows
    rows = analyses.personas.features(tables, scope) if features is None else features
    year = flows(tables, scope) if year is None else year
    whole, year = (
        part.drop(columns=["watched_days", "days_to_pay"])
        for part in (flows(tables, scope, days=WHOLE_BOOKS), year)
    )
    year = year.rename(columns={name: f"{name}_year" for name in year if name != "customer_id"})
    rows = rows.drop(columns=["revenue"]).merge(whole, on="customer_id")
    return rows.merge(year, on="customer_id")


def run(
    tables: Tables,
    scope: Scope,
    *,
    rows: pd.DataFrame | None = None,
    personas: Personas | None = None,
) -> NegativePersonas:
    """Negative personas of the view; `rows` is what `records` gives, where it is at hand."""
    rows = records(tables, scope) if rows is None else rows
    personas = analyses.personas.run(tables, scope) if personas is None else personas
    return fit_negative_personas(rows, personas, discount_rate=tables.settings.discount_rate)


def receipt_rows(
    tables: Tables, scope: Scope, figure_id: str, *, negative: NegativePersonas | None = None
) -> pd.DataFrame:
    """Every customer with its persona, what it is worth, and the reasons against it.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not the share of customers in negative personas.
    """
    if figure_id != "personas.negative_share":
        raise NoSuchFigure(figure_id, "negative personas")
    found = (negative or run(tables, scope)).customers
    return found.assign(contribution=found["negative_persona"].astype(int))


def rule(
    tables: Tables,
    scope: Scope,
    *,
    rows: pd.DataFrame | None = None,
    negative: NegativePersonas | None = None,
) -> AvoidRule:
    """What tells customers to avoid before they are won, if anything does."""
    rows = records(tables, scope) if rows is None else rows
    negative = run(tables, scope, rows=rows) if negative is None else negative
    worth = negative.customers.set_index("customer_id")["value"].reindex(rows["customer_id"])
    return fit_avoid_rule(rows, worth.set_axis(rows.index))


def actions(
    tables: Tables,
    scope: Scope,
    *,
    persona: str,
    rows: pd.DataFrame | None = None,
    negative: NegativePersonas | None = None,
) -> PersonaActions:
    """A year of `persona` under each thing that can be done about it."""
    rows = records(tables, scope) if rows is None else rows
    negative = run(tables, scope, rows=rows) if negative is None else negative
    mine = negative.customers.loc[negative.customers["persona"] == persona, "customer_id"]
    return simulate_actions(rows[rows["customer_id"].isin(mine)], persona)


def avoid_list(tables: Tables, scope: Scope, *, negative: NegativePersonas) -> pd.DataFrame:
    """Customers of negative personas with their names and the evidence, the costliest first."""
    names = tables["customers"].select("customer_id", "name").to_pandas()
    chosen = negative.flagged.merge(names, on="customer_id", how="left")
    return chosen[list(AVOID_LIST)]


def target_list(negative: NegativePersonas, sheets: PersonaSheets | None = None) -> pd.DataFrame:
    """Personas by what winning another such customer brings, and where such customers are found."""
    table = negative.table[~negative.table["negative"]].reset_index(drop=True)
    table = table.drop(columns=["negative", "reason"]).rename_axis("rank").reset_index()
    found = pd.Series("", index=table["persona"])
    if sheets is not None:
        leaning = sheets.traits[(sheets.traits["ratio"] >= 1.3) & (sheets.traits["share"] >= 0.15)]
        said = leaning["value"].str.replace("_", " ") + leaning["trait"].map(
            lambda trait: f" ({trait.replace('_', ' ')})"
        )
        found = said.groupby(leaning["persona"]).agg(", ".join)
    table = table.assign(rank=table["rank"] + 1, found_in=table["persona"].map(found).fillna(""))
    return table[list(TARGET_LIST)]

"""Reaction to prices of a view: what customers do when a bill is not what they expect."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

import analyses.churn
import analyses.elasticity
from analyses.scope import Scope, one_in
from models.churn_outlook import ChurnOutlook
from models.elasticity import Elasticity
from models.figures import NoSuchFigure
from models.price_effects import FOR_PRICE
from models.price_reaction import PriceReaction, fit_price_reaction
from models.refusal import Refusal
from warehouse.price_reaction import (
    finance_enquiries,
    metered_shares,
    price_steps,
    recurring_bills,
    survey_scores,
)
from warehouse.snapshot import MissingTable
from warehouse.workspace import Tables

__all__ = ["base_hazards", "bills", "customers_now", "receipt_rows", "rows", "run", "steps"]

#: Customers whose bills are enough to learn from; of more, one in so many is taken.
ENOUGH_CUSTOMERS = 20_000


def bills(tables: Tables, scope: Scope) -> pd.DataFrame:
    """Recurring bills of the view; see `warehouse.price_reaction.recurring_bills`."""
    part = one_in(tables, ENOUGH_CUSTOMERS)
    found = scope.of_customers(recurring_bills(tables, scope.as_of, one_in=part), tables)
    return found.order_by("customer_id", "issued_on", "invoice_id").to_pandas()


def steps(tables: Tables, scope: Scope) -> pd.DataFrame:
    """Changes of price; see `warehouse.price_reaction.price_steps`."""
    return price_steps(tables, scope.as_of).to_pandas()


def rows(
    tables: Tables,
    scope: Scope,
    *,
    billed: pd.DataFrame | None = None,
    changed: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    """What there is to estimate the reaction from; of what is not there, the reason.

    `billed` and `changed` are what `bills` and `steps` give, where they are at hand.
    """
    reads = {
        "bills": lambda: bills(tables, scope) if billed is None else billed,
        "steps": lambda: steps(tables, scope) if changed is None else changed,
        "asked": lambda: finance_enquiries(tables, scope.as_of).to_pandas(),
        "scores": lambda: survey_scores(tables, scope.as_of).to_pandas(),
    }
    made, missing = {}, {}
    for name, read in reads.items():
        try:
            made[name] = read()
        except MissingTable as error:
            if name == "bills":
                raise
            missing[{"asked": "enquiries", "scores": "score"}.get(name, name)] = str(error)
    return made | {"missing": missing}


def run(
    tables: Tables,
    scope: Scope,
    *,
    read: Mapping[str, pd.DataFrame] | None = None,
    learnt: pd.DataFrame | None = None,
    elasticity: Elasticity | None = None,
) -> PriceReaction:
    """The reaction of the view's customers; what it needs is read where it is not at hand.

    `read` is what `rows` gives, `learnt` what `analyses.churn.months` does.
    """
    read = dict(rows(tables, scope) if read is None else read)
    missing = dict(read.pop("missing"))
    learnt = analyses.churn.months(tables, scope) if learnt is None else learnt
    if elasticity is None:
        try:
            elasticity = analyses.elasticity.run(tables, scope, changed=read.get("steps"))
        except (Refusal, MissingTable) as refusal:
            missing["use"] = str(refusal)
    return fit_price_reaction(
        read.pop("bills"), scope.as_of, months=learnt, elasticity=elasticity, missing=missing,
        **{name: read.get(name) for name in ("steps", "asked", "scores")},
    )  # fmt: skip


def base_hazards(outlook: ChurnOutlook, months: int) -> np.ndarray:
    """Chances of leaving in each month ahead, (customer, month, for the price or otherwise)."""
    for_price = np.isin(outlook.causes, FOR_PRICE)
    by_month = [
        np.stack([part[:, for_price].sum(axis=1), part[:, ~for_price].sum(axis=1)], axis=1)
        for part in outlook.hazards(months)
    ]
    return np.stack(by_month, axis=1)


def customers_now(
    tables: Tables, scope: Scope, *, outlook: ChurnOutlook | None = None
) -> pd.DataFrame:
    """Customers of today in the order of `outlook`: name, monthly value, and what of it moves.

    `outlook` is what `analyses.churn.outlook` gives, where it is at hand.
    """
    outlook = analyses.churn.outlook(tables, scope) if outlook is None else outlook
    known = analyses.churn.values_today(tables, scope).set_index("customer_id")
    known = known.reindex(outlook.customer_id)
    metered = pd.Series(0.0, index=known.index)
    if "invoice_lines" in tables:
        shares = metered_shares(tables, scope.as_of).to_pandas().set_index("customer_id")
        metered = shares["metered"].reindex(known.index).fillna(0.0)
    made = known.assign(metered=metered, monthly_value=known["monthly_value"].fillna(0.0))
    return made.rename_axis("customer_id").reset_index()


def receipt_rows(
    tables: Tables,
    scope: Scope,
    figure_id: str,
    *,
    reaction: PriceReaction | None = None,
    read: Mapping[str, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """The changes of price, or the bills, that the reaction was estimated from.

    None where it was not estimated. `reaction` is what `run` gives and `read` what `rows` gives,
    where they are at hand.

    Raises
    ------
    NoSuchFigure
        If `figure_id` is not a figure of the reaction.
    """
    parts = {"pricing.price_rise_hazard_ratio": "steps", "pricing.bill_shock_hazard_ratio": "bills"}
    if figure_id not in parts:
        raise NoSuchFigure(figure_id, "price reaction")
    read = rows(tables, scope) if read is None else read
    reaction = run(tables, scope, read=read) if reaction is None else reaction
    told = next(figure for figure in reaction.figures() if figure.id == figure_id)
    behind = read.get(parts[figure_id], pd.DataFrame())
    return behind if told.value is not None else behind.head(0)

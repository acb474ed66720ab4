"""What one point of a score is worth a year: the billing it keeps, in margin."""

from dataclasses import dataclass

import pandas as pd

from models.linkage import Linkage

__all__ = ["PointWorth", "persona_margins", "worth_of_point", "yearly_margin"]

MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True)
class PointWorth:
    """Margin of one account and year that goes with one point more of a score.

    Attributes
    ----------
    value, low, high : float
        In the reporting currency.
    found : bool
        Whether the effect on spend, of which it is made, is told from none.
    margin : float
        Of an average account and year.
    """

    value: float
    low: float
    high: float
    found: bool
    margin: float


def yearly_margin(year: pd.DataFrame) -> float:
    """Contribution of an average account in a year of being a customer.

    Parameters
    ----------
    year : DataFrame
        ``contribution`` and ``months`` of each customer.

    Examples
    --------
    >>> yearly_margin(pd.DataFrame({"contribution": [600.0, 100.0], "months": [12.0, 2.0]}))
    600.0
    """
    return float(MONTHS_OF_A_YEAR * year["contribution"].sum() / year["months"].sum())


def persona_margins(year: pd.DataFrame, personas: pd.Series) -> dict[str, float]:
    """`yearly_margin` of each persona's customers.

    Parameters
    ----------
    year : DataFrame
        As `yearly_margin` takes it, with ``customer_id``.
    personas : Series
        Persona by customer id.
    """
    named = year.assign(persona=year["customer_id"].map(personas)).dropna(subset="persona")
    named = named[named["months"] > 0]
    return {str(name): yearly_margin(rows) for name, rows in named.groupby("persona")}


def worth_of_point(linkage: Linkage, measure: str, margin: float) -> PointWorth:
    """The effect on a year's billing, those who leave included, times the margin of a year.

    Margin is taken to change as billing does.

    Raises
    ------
    Refusal
        If the effect on spend is not told.
    """
    effect = linkage.effect(measure, "spend")
    ends = sorted(margin * end for end in (effect.lower, effect.upper))
    return PointWorth(margin * effect.value, *ends, effect.found, margin)

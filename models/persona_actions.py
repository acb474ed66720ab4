"""What a year with a negative persona comes to if it is repriced, billed otherwise, or left."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

import numpy as np
import pandas as pd

from models.refusal import Refusal

__all__ = ["ACTIONS", "Assumptions", "PersonaActions", "simulate_actions"]

Range = tuple[float, float]

#: Name of each action and what it is.
ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "leave_as_is": "Leave as is",
        "reprice": "Reprice",
        "change_terms": "Change payment terms",
        "change_billing_model": "Charge for service and support",
        "stop_serving": "Stop serving",
    }
)
SMALLEST = 10
DRAWS = 2_000


@dataclass(frozen=True)
class Assumptions:
    """Nobody has tried these on this persona: each is a range, and all values in it are as likely.

    Attributes
    ----------
    price_rise : pair of float
        Rise of the price, a fraction.
    elasticity : pair of float
        Percent of volume for a percent of price.
    leave_on_price, leave_on_terms, leave_on_charges : pair of float
        Share of customers who leave because of it, on top of those who would.
    days_sooner : pair of float
        Days by which money comes in sooner under shorter terms.
    financing_rate : pair of float
        What money tied up costs in a year.
    charged : pair of float
        Part of service and support cost that is charged for.
    avoidable : pair of float
        Part of service, support and reminder cost that goes when a customer goes.
    """

    price_rise: Range = (0.05, 0.20)
    elasticity: Range = (-0.8, -0.1)
    leave_on_price: Range = (0.02, 0.20)
    leave_on_terms: Range = (0.0, 0.10)
    leave_on_charges: Range = (0.02, 0.25)
    days_sooner: Range = (5.0, 20.0)
    financing_rate: Range = (0.04, 0.12)
    charged: Range = (0.2, 0.8)
    avoidable: Range = (0.5, 1.0)

    def __post_init__(self):
        for field in fields(self):
            low, high = getattr(self, field.name)
            if not low <= high:
                raise ValueError(
                    f"The range of {field.name} runs from {low:g} down to {high:g}, so nothing can "
                    "be drawn from it. Write the lower end first."
                )

    def drawn(self, draws: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """A value of each from its range, for each draw."""
        return {f.name: rng.uniform(*getattr(self, f.name), draws) for f in fields(self)}


@dataclass(frozen=True, eq=False)
class PersonaActions:
    """A year of one persona under each action.

    Attributes
    ----------
    table : DataFrame
        One row an action: ``action``, ``label``, ``value`` (contribution of a year), ``low``,
        ``high``, ``change`` (against leaving as is) with ``change_low`` and ``change_high``, and
        ``better`` (chance that it is better than leaving as is; missing for that itself).
    persona : str
    n : int
        Customers of the persona who are still there.
    """

    table: pd.DataFrame
    persona: str
    n: int
    assumptions: Assumptions
    confidence: float


def simulate_actions(
    customers: pd.DataFrame,
    persona: str,
    *,
    assumptions: Assumptions | None = None,
    draws: int = DRAWS,
    confidence: float = 0.95,
    random_state: int = 0,
) -> PersonaActions:
    """Draw a year of a persona under each action, all from the same chances.

    Parameters
    ----------
    customers : DataFrame
        Flows of the last year (``months_year``, ``revenue_year`` and so on, as in
        `analyses.negative_personas.records`) of its customers, and ``active``.

    Raises
    ------
    Refusal
        If fewer than ten of its customers are still there.
    """
    there = customers[customers["active"].astype(bool) & (customers["months_year"] > 0)]
    if len(there) < SMALLEST:
        raise Refusal(
            f"Only {len(there)} customers of {persona} are still there, so what to do about them "
            "is decided one by one, not by a simulation."
        )
    rng = np.random.default_rng(random_state)
    assumptions = assumptions or Assumptions()
    a = assumptions.drawn(draws, rng)
    year = 12 / there["months_year"].clip(lower=1.0)
    served = there[["service_cost_year", "support_cost_year", "reminder_cost_year"]].sum(axis=1)
    charged = there["service_cost_year"].fillna(0) + there["support_cost_year"].fillna(0)
    flows = np.column_stack(
        [year * c.fillna(0.0) for c in (there["revenue_year"], there["cost_of_goods_year"],
                                        served, charged, there["contribution_year"])]
    )  # fmt: skip
    weight = rng.multinomial(len(there), np.full(len(there), 1 / len(there)), draws)
    revenue, goods, served, chargeable, now = (weight @ flows).T
    # Part of what serving costs stays when customers go.
    stranded = (1 - a["avoidable"]) * served
    volume = np.maximum(1 + a["elasticity"] * a["price_rise"], 0.0)
    repriced = now + revenue * ((1 + a["price_rise"]) * volume - 1) - goods * (volume - 1)
    sooner = now + revenue * a["days_sooner"] / 365 * a["financing_rate"]
    billed = now + a["charged"] * chargeable

    def kept(each: np.ndarray, leaving: np.ndarray) -> np.ndarray:
        return each * (1 - leaving) - stranded * leaving

    outcomes = {
        "leave_as_is": now,
        "reprice": kept(repriced, a["leave_on_price"]),
        "change_terms": kept(sooner, a["leave_on_terms"]),
        "change_billing_model": kept(billed, a["leave_on_charges"]),
        "stop_serving": -stranded,
    }
    tail = 50 * (1 - confidence)
    rows = []
    for name, each in outcomes.items():
        change = each - now
        low, high = np.percentile(each, [tail, 100 - tail])
        change_low, change_high = np.percentile(change, [tail, 100 - tail])
        rows.append(
            {
                "action": name,
                "label": ACTIONS[name],
                "value": float(np.median(each)),
                "low": low,
                "high": high,
                "change": float(np.median(change)),
                "change_low": change_low,
                "change_high": change_high,
                "better": np.nan if name == "leave_as_is" else float((change > 0).mean()),
            }
        )
    return PersonaActions(pd.DataFrame(rows), persona, len(there), assumptions, confidence)

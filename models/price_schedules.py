"""When another tariff is earned, billed and paid: three schedules that are not one another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.pricing import MONTHS, PriceOutcome

__all__ = ["PriceSchedules", "price_schedules"]


@dataclass(frozen=True, eq=False)
class PriceSchedules:
    """Twelve months ahead, as if the usage of the last twelve came again.

    Attributes
    ----------
    table : DataFrame
        ``month`` (1 to 12), ``flow`` (revenue, billing, cash) and ``difference`` from the prices
        of today, in the reporting currency.
    working_capital : float
        What more is billed and not yet paid at the end, than with the prices of today.
    """

    table: pd.DataFrame
    working_capital: float

    def total(self, flow: str) -> float:
        """The difference of one flow over the twelve months."""
        return float(self.table.loc[self.table["flow"] == flow, "difference"].sum())


def price_schedules(outcome: PriceOutcome, paid_after: Sequence[float]) -> PriceSchedules:
    """Revenue by month of use, billing by month of invoice, cash by when invoices are paid.

    Fees billed in advance are billed in their own month, all else in the month after.

    Parameters
    ----------
    paid_after : sequence of float
        Share of an invoice's money paid in the month of issue, the month after, and so on: the
        payment model's. What they leave is not paid within them.

    Raises
    ------
    ValueError
        If the shares come to more than all.
    """
    weights = np.asarray(paid_after, dtype=float)
    if (weights < 0).any() or weights.sum() > 1 + 1e-9:
        raise ValueError(
            f"The shares paid come to {weights.sum():.3f}, so more would be paid than was billed. "
            "Give shares of one that add up to at most 1."
        )
    rows, scenario = outcome.rows, outcome.scenario
    begun = rows["month"] >= scenario.begins
    ahead = rows["timing"].eq("in_advance").to_numpy()
    early = ahead
    if scenario.timing is not None:
        early = np.where(rows["touched"] & begun, scenario.timing == "in_advance", ahead)
    # Until it starts, and while old prices are kept, the bill is that of today.
    new = rows["new"].where(begun, rows["old"])
    old_fees = outcome.base.fees
    new_fees = np.where(begun, outcome.fees(early & begun.to_numpy()), old_fees)
    flows = {}
    for name, amount, fees, first in (
        ("today", rows["old"], old_fees, ahead),
        ("scenario", new, new_fees, early),
    ):
        before = np.where(first, fees, 0.0) * rows["rate"]
        after = amount * rows["rate"] - before
        billed = by_month(before, rows["month"]) + by_month(after, rows["month"] + 1)
        flows[name] = {
            "revenue": by_month(before + after, rows["month"])[:MONTHS],
            "billing": billed[:MONTHS],
            "cash": np.convolve(billed, weights)[:MONTHS],
        }
    table = pd.DataFrame(
        [
            (month + 1, flow, flows["scenario"][flow][month] - flows["today"][flow][month])
            for flow in ("revenue", "billing", "cash")
            for month in range(MONTHS)
        ],
        columns=["month", "flow", "difference"],
    )
    sums = table.groupby("flow")["difference"].sum()
    return PriceSchedules(table, float(sums["billing"] - sums["cash"]))


def by_month(amounts: pd.Series, month: pd.Series) -> np.ndarray:
    return np.bincount(month.to_numpy(int), weights=amounts.to_numpy(float), minlength=MONTHS + 1)

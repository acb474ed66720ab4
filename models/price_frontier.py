"""Thousands of price changes at once: revenue against churn, and the break-even elasticity."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from models.price_leaving import DrawnLeaving, StatedLeaving
from models.pricing import PriceBase
from models.refusal import Refusal

__all__ = ["SHOCK", "PriceFrontier", "break_even_elasticity", "fit_price_frontier", "split_bills"]

#: A bill up by more than this is a shock.
SHOCK = 0.25
#: Elasticities are looked for in here.
STEEPEST = 10.0


@dataclass(frozen=True, eq=False)
class PriceFrontier:
    """Every combination of a change of fees and one of prices of use.

    Attributes
    ----------
    table : DataFrame
        ``fee_change``, ``use_change``, ``change`` (of the year's revenue for the same use),
        ``at_risk`` (of the new bills, expected to be lost in a year to customers who leave because
        of the change; below 0 where fewer leave), ``shocked`` (customers whose bill rises by more
        than a quarter), ``beyond`` (customers whose bill changes further than any change seen) and
        ``best`` (no other brings as much at as little risk).
    customers : DataFrame
        ``customer_id``, ``fees`` and ``use``: what each pays today, in the reporting currency.
    leaving : StatedLeaving or DrawnLeaving
        What the risk rests on.
    """

    table: pd.DataFrame
    customers: pd.DataFrame
    leaving: StatedLeaving | DrawnLeaving

    @property
    def best(self) -> pd.DataFrame:
        """The frontier, by revenue."""
        return self.table[self.table["best"]].sort_values("change", ignore_index=True)


def fit_price_frontier(
    base: PriceBase,
    fee_changes: Sequence[float],
    use_changes: Sequence[float],
    leaving: StatedLeaving | DrawnLeaving,
) -> PriceFrontier:
    """Sweep over both changes at once.

    A tariff whose fees and whose prices of use are multiplied bills the sum of both multiples:
    so a year of each customer is split in two once, and thousands of tariffs are products of the
    two. Rounding of single invoices, a cent each, is left out.

    Parameters
    ----------
    leaving : StatedLeaving or DrawnLeaving
        The latter in the order of `split_bills`.

    Raises
    ------
    Refusal
        If nobody pays anything today.
    """
    customers = split_bills(base)
    fees, use = customers["fees"].to_numpy(), customers["use"].to_numpy()
    today = fees + use
    rows = []
    for fee_change in fee_changes:
        change = fee_change * fees + np.outer(use_changes, use)
        ratio = change / today
        rows.append(
            pd.DataFrame(
                {
                    "fee_change": fee_change,
                    "use_change": use_changes,
                    "change": change.sum(axis=1),
                    "at_risk": ((today + change) * leaving(ratio)).sum(axis=1),
                    # A rise of just a quarter is none, whatever its last binary digit is.
                    "shocked": (ratio > SHOCK + 1e-9).sum(axis=1),
                    "beyond": leaving.beyond(ratio).sum(axis=1),
                }
            )
        )
    table = pd.concat(rows, ignore_index=True)
    return PriceFrontier(table.assign(best=on_frontier(table)), customers, leaving)


def split_bills(base: PriceBase) -> pd.DataFrame:
    """What each customer pays a year in fees and for use, discounts taken off, larger first.

    Raises
    ------
    Refusal
        If nobody pays anything today.
    """
    parts = pd.DataFrame({"fees": base.fees, "use": base.rows["old"] - base.fees})
    rows = parts.mul(base.rows["rate"], axis=0)
    sums = rows.groupby(base.rows["customer_id"]).sum()
    sums = sums[sums.sum(axis=1) > 0]
    if sums.empty:
        raise Refusal(
            "No customer pays anything under its tariff of today, so no price can be swept. Load "
            "books with invoices of the last twelve months."
        )
    return sums.sort_values("use", ascending=False).reset_index()


def on_frontier(table: pd.DataFrame) -> np.ndarray:
    """Which combinations no other beats on both counts."""
    order = table.sort_values(["at_risk", "change"], ascending=[True, False])
    best_before = order["change"].cummax().shift(fill_value=-np.inf)
    return (order["change"] > best_before).reindex(table.index).to_numpy()


def break_even_elasticity(
    fees: float, use: float, cost_of_use: float, fee_change: float, use_change: float
) -> float | None:
    """The elasticity of use at which margin stays what it is.

    With an elasticity e, use and what it costs go with (1 + `use_change`) ** e. Above the value
    returned (less negative) a rise pays; below it does not.

    Parameters
    ----------
    fees, use : float
        What is billed today a year.
    cost_of_use : float
        What the use costs us.

    Returns
    -------
    float or None
        None where no elasticity between -10 and 10 does it.

    Examples
    --------
    Without costs a rise of 10 % brings nothing where use falls by as much: elasticity -1.

    >>> round(break_even_elasticity(0.0, 100.0, 0.0, 0.0, 0.10), 6)
    -1.0
    """
    if use_change <= -1 or use_change == 0:
        return None

    def gain(elasticity: float) -> float:
        times = (1 + use_change) ** elasticity
        return fees * fee_change + use * ((1 + use_change) * times - 1) - cost_of_use * (times - 1)

    ends = gain(-STEEPEST), gain(STEEPEST)
    if ends[0] * ends[1] > 0:
        return None
    return float(brentq(gain, -STEEPEST, STEEPEST))

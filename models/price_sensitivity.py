"""How use answers a change of price, by persona, or that this data cannot tell."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.estimates import estimate
from models.refusal import Refusal

__all__ = ["FEWEST_CHANGES", "PriceSensitivity", "fit_price_sensitivity"]

#: Customers with a change below which a group's reaction is not estimated.
FEWEST_CHANGES = 30


@dataclass(frozen=True, eq=False)
class PriceSensitivity:
    """Change of use, in percent, for each percent of price.

    Attributes
    ----------
    table : DataFrame
        One row a group, ``everyone`` first: ``group``, ``n_changes`` (price changes compared),
        ``n_customers`` (with one), ``elasticity``, ``low``, ``high`` and ``answer``: uses less,
        uses more, no reaction seen, or cannot tell, with the ``reason``.
    """

    table: pd.DataFrame
    confidence: float

    def of(self, group: str) -> pd.Series:
        """The row of one group."""
        return self.table.set_index("group").loc[group]


def fit_price_sensitivity(
    reactions: pd.DataFrame, groups: pd.Series | None = None, *, confidence: float = 0.95
) -> PriceSensitivity:
    """Compare the change in use of customers whose price changed with that of all others then.

    The logarithm of use after over before is regressed on that of the price, within each month
    of change: whatever happened to all customers in a month (season, growth, a new version)
    falls out. Errors are clustered by customer. Prices that were changed for reasons which
    also move use make this an association and not an effect.

    Parameters
    ----------
    reactions : DataFrame
        Rows of `warehouse.price_sensitivity.price_reactions`.
    groups : Series, optional
        Group of each customer, such as its persona, indexed by ``customer_id``.
    confidence : float, default=0.95

    Raises
    ------
    Refusal
        If fewer than 30 customers had a price change that can be compared.
    """
    rows = reactions.assign(
        use=np.log(reactions["after"] / reactions["before"]),
        price=np.log(reactions["price_ratio"]),
    )
    changed = rows.loc[rows["price"] != 0, "customer_id"].nunique()
    if changed < FEWEST_CHANGES:
        raise Refusal(
            f"The price of {changed:,} customers changed with their use known before and after, so "
            "how customers answer a price cannot be told. Load price_changes and usage of a "
            f"longer period; {FEWEST_CHANGES} customers are needed."
        )
    parts = [("everyone", rows)]
    if groups is not None:
        of_each = rows["customer_id"].map(groups)
        parts += list(rows.groupby(of_each, sort=True))
    return PriceSensitivity(
        pd.DataFrame([reaction(name, part, confidence) for name, part in parts]), confidence
    )


def reaction(group: str, rows: pd.DataFrame, confidence: float) -> dict[str, object]:
    """The reaction of one group to its price changes."""
    month = rows.groupby("changed_in")
    price = (rows["price"] - month["price"].transform("mean")).to_numpy()
    use = (rows["use"] - month["use"].transform("mean")).to_numpy()
    changed = rows[rows["price"] != 0]
    n_customers = int(changed["customer_id"].nunique())
    made = {
        "group": group, "n_changes": len(changed), "n_customers": n_customers,
        "elasticity": np.nan, "low": np.nan, "high": np.nan, "answer": "cannot tell",
    }  # fmt: skip
    spread = float((price**2).sum())
    if n_customers < FEWEST_CHANGES:
        why = f"Only {n_customers:,} of these customers had a price change that can be compared."
        return made | {"reason": why}
    if spread == 0:
        return made | {"reason": "All prices changed alike, so there is nobody to compare with."}
    slope = float((price * use).sum()) / spread
    influence = price * (use - slope * price) / spread
    found = estimate(slope, influence, pd.factorize(rows["customer_id"])[0], confidence)
    if found.reason:
        return made | {"reason": found.reason}
    answer = "no reaction seen"
    if found.upper < 0 or found.lower > 0:
        answer = "uses less" if slope < 0 else "uses more"
    ends = {"elasticity": slope, "low": found.lower, "high": found.upper}
    return made | ends | {"answer": answer, "reason": None}

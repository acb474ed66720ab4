"""How customers behave, as numbers on a common scale: what personas are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from sklearn.preprocessing import PowerTransformer

from models.refusal import Refusal

__all__ = ["BEHAVIOURS", "SHORTEST_MONTHS", "Behaviour", "prepare"]

#: A customer watched for less than this has not shown how it behaves.
SHORTEST_MONTHS = 6
#: A behaviour that so many customers do not have is not compared.
MOST_MISSING = 0.3
#: A customer of whom more than this is unknown is not grouped: mostly a second account of
#: one that is, which would look like a persona of its own.
MOST_UNKNOWN = 0.25
SHAPE_ROWS = 50_000
#: Half an event more than was counted: a rate of nothing has a logarithm too.
HALF = 0.5


def monthly(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: (rows[column] + HALF) / rows["watched_months"]


def plain(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: rows[column]


#: Name of each behaviour to the way it is worked out from the feature table. Revenue, use,
#: orders and tickets are a month's, over the time a customer was watched, so that old and new
#: ones compare.
BEHAVIOURS: Mapping[str, Callable[[pd.DataFrame], pd.Series]] = MappingProxyType(
    {
        "Revenue": lambda rows: rows["revenue"] / rows["watched_months"],
        "Use": plain("usage_per_month"),
        "Orders": monthly("n_orders"),
        "Order size": plain("units_per_order"),
        "Discount": plain("discount_share"),
        "Onboarding cost": plain("onboarding_cost"),
        "Acquisition cost": plain("acquisition_cost"),
        "Tickets": monthly("n_tickets"),
    }
)


@dataclass(frozen=True, eq=False)
class Behaviour:
    """Behaviours of customers, on their own scale and on a common one.

    Attributes
    ----------
    values : DataFrame
        One row a customer, indexed by ``customer_id``; one column a behaviour.
    scores : DataFrame
        The same, made symmetric and brought to mean 0 and standard deviation 1.
    """

    values: pd.DataFrame
    scores: pd.DataFrame

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.scores.columns)


def prepare(customers: pd.DataFrame) -> Behaviour:
    """Work out the behaviours of customers watched for half a year or longer.

    Behaviours are made symmetric (logarithm, then Yeo-Johnson): raw amounts are so skewed that
    a mixture would invent groups to describe the skew.

    Parameters
    ----------
    customers : DataFrame
        Rows of `warehouse.customers.customer_features`.

    Raises
    ------
    Refusal
        If fewer than two behaviours are known.
    """
    rows = customers[customers["watched_months"] >= SHORTEST_MONTHS].set_index("customer_id")
    values = pd.DataFrame({name: made(rows) for name, made in BEHAVIOURS.items()}, index=rows.index)
    known = [
        name
        for name in values
        if values[name].isna().mean() <= MOST_MISSING and values[name].nunique() > 10
    ]
    if len(known) < 2:
        raise Refusal(
            f"Personas are made of {len(BEHAVIOURS)} behaviours, of which the data tell "
            f"{len(known) or 'none'} of enough customers, so groups cannot be told apart. Load "
            "orders, usage, tickets or invoice_lines beside the invoices."
        )
    values = values.loc[values[known].isna().mean(axis=1) <= MOST_UNKNOWN, known]
    logged = np.log(values.clip(lower=0) + smallest_step(values))
    logged = logged.fillna(logged.median())
    # Symmetry is judged by so many customers; all of them are then transformed.
    judged = logged.sample(min(len(logged), SHAPE_ROWS), random_state=0)
    scores = PowerTransformer(method="yeo-johnson").fit(judged).transform(logged)
    return Behaviour(values, pd.DataFrame(scores, index=values.index, columns=known))


def smallest_step(values: pd.DataFrame) -> pd.Series:
    """What is added before the logarithm: nothing where nobody is at zero."""
    some = values.where(values > 0).quantile(0.05) / 2
    return some.where((values <= 0).any(), 0.0).fillna(1.0)

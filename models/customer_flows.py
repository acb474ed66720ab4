"""The value of one customer opened into what flows in and out in each month ahead."""

import numpy as np
import pandas as pd

from models.lifetime_value import LifetimeValue
from models.outlook import Outlook

__all__ = ["FLOWS", "customer_flows"]

#: What a month's payment is made of, in the order in which it is opened.
FLOWS = ("revenue", "costs", "bad_debt", "financing")


def customer_flows(
    value: LifetimeValue, outlook: Outlook, margins: pd.DataFrame, customer_id: str
) -> pd.DataFrame:
    """Open one customer's value into months and each month into its terms.

    Parameters
    ----------
    value : LifetimeValue
    outlook : Outlook
        The one that `value` was worked out with.
    margins : DataFrame
        Likewise: the rows of `models.expected_margins`.
    customer_id : str

    Returns
    -------
    DataFrame
        One row a month ahead: ``month``, ``staying`` (chance to be there, on average over the
        month), ``discount`` (what one unit in its middle is worth today), the `FLOWS` as they are
        expected if the customer is there, costs below zero, and ``value``: their sum × staying ×
        discount.
        The values add up to the customer's lifetime value.

    Raises
    ------
    ValueError
        If the customer is not among those valued.
    """
    place = np.flatnonzero(outlook.customer_id == customer_id)
    if not len(place):
        raise ValueError(
            f"The customer {customer_id} is not valued on this view: it is not known, it has left, "
            "or the filters leave it out. Choose another one."
        )
    terms = value.terms
    there, staying = 1.0, []
    for chance in outlook.hazards(terms.horizon):
        leaving = float(chance[place[0]].sum())
        staying.append(there * (1 - leaving / 2))
        there *= 1 - leaving
    row = margins[margins["customer_id"] == customer_id].iloc[0]
    grown = terms.grown()
    financing = terms.financing(margins["revenue"], margins["days_to_pay"])
    financing = float(financing[(margins["customer_id"] == customer_id).to_numpy()][0])
    flows = pd.DataFrame({"month": np.arange(1, terms.horizon + 1), "staying": staying})
    flows["discount"] = terms.weights() / grown
    flows["revenue"] = row["revenue"] * grown
    flows["costs"] = (row["contribution"] + row["bad_debt"] - row["revenue"]) * grown
    flows["bad_debt"] = -row["bad_debt"] * grown
    flows["financing"] = -financing * grown
    flows["value"] = flows[list(FLOWS)].sum(axis=1) * flows["staying"] * flows["discount"]
    return flows

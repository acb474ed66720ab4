"""How much sooner customers pay by the way an invoice is sent, each compared with itself."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from models.estimates import Estimate, estimate
from models.refusal import Refusal

__all__ = ["ChannelEffect", "fit_channel_effect"]

#: Invoices younger than this are left out, so that slow payers are not missing among the paid.
WATCHED_DAYS = 120
FEWEST_CUSTOMERS = 10


@dataclass(frozen=True, eq=False)
class ChannelEffect:
    """Days to pay of one channel against the others.

    Attributes
    ----------
    within : Estimate
        Mean difference within customers that had both, interval by customer.
    raw : float
        Difference of the means, customers mixed: who is sent what differs as well.
    n_switched : int
        Customers with both.
    """

    channel: str
    within: Estimate
    raw: float
    n: int
    n_switched: int


def fit_channel_effect(
    rows: pd.DataFrame, as_of: dt.date, channel: str, *, confidence: float = 0.95
) -> ChannelEffect:
    """Compare days from issue to payment of invoices sent by `channel` with the customer's others.

    Parameters
    ----------
    rows : DataFrame
        Rows of `warehouse.late_signals.invoice_signals`.
    as_of : date
    channel : str
    confidence : float, default=0.95

    Raises
    ------
    Refusal
        If too few customers had invoices both ways.

    Examples
    --------
    Ten customers of different pace, each four days faster by e-invoice, but one:

    >>> import datetime as dt
    >>> import numpy as np
    >>> who = np.arange(10).repeat(2)
    >>> took = 30 + 3 * who + np.where(np.arange(20) % 2, -4, 0)
    >>> took[1] -= 1
    >>> issued = pd.Series(pd.Timestamp("2024-01-01")).repeat(20).reset_index(drop=True)
    >>> ledger = pd.DataFrame(
    ...     {
    ...         "customer_id": who,
    ...         "issued_on": issued,
    ...         "settled_on": issued + pd.to_timedelta(took, "D"),
    ...         "outcome": "paid",
    ...         "channel": np.where(np.arange(20) % 2, "e_invoice", "paper"),
    ...     }
    ... )
    >>> effect = fit_channel_effect(ledger, dt.date(2025, 1, 1), "e_invoice")
    >>> round(effect.within.value, 2), effect.n_switched
    (-4.1, 10)
    """
    old = rows["issued_on"] <= pd.Timestamp(as_of) - pd.Timedelta(days=WATCHED_DAYS)
    rows = rows[old & (rows["outcome"] == "paid")]
    days = (rows["settled_on"] - rows["issued_on"]).dt.days.astype(float)
    sent = (rows["channel"] == channel).astype(float)
    customer = rows["customer_id"]
    between = sent.groupby(customer).transform("mean")
    apart = (sent - between).to_numpy()
    switched = customer[apart != 0]
    if switched.nunique() < FEWEST_CUSTOMERS:
        raise Refusal(
            f"{switched.nunique():,} customers had paid invoices both by {channel} and another "
            f"way, so what the way changes cannot be told from who is sent what. It takes "
            f"{FEWEST_CUSTOMERS} of them."
        )
    own = (days - days.groupby(customer).transform("mean")).to_numpy()
    spread = (apart**2).sum()
    value = float((apart * own).sum() / spread)
    influence = apart * (own - value * apart) / spread
    kept = apart != 0
    within = estimate(value, influence[kept], pd.factorize(switched)[0], confidence)
    raw = float(days[sent == 1].mean() - days[sent == 0].mean())
    return ChannelEffect(channel, within, raw, int(kept.sum()), switched.nunique())

"""Which customers are unhappy, by what they said and what waits for an answer."""

import datetime as dt

import pandas as pd

__all__ = ["care_of"]

#: A ticket that waits longer for its answer makes its customer one to be careful with.
LONG_WAIT = 14
MEASURES = {"nps": ("NPS", 10), "csat": ("Satisfaction", 5), "ces": ("Ease", 7)}


def care_of(
    answers: pd.DataFrame | None,
    tickets: pd.DataFrame | None,
    disputes: pd.DataFrame | None,
    as_of: dt.date,
) -> pd.DataFrame:
    """Who is to be handled with care before money is asked for, and why.

    Facts, not estimates: a low newest score of the last half year, a dispute that is open, or a
    ticket that has waited for more than two weeks.

    Parameters
    ----------
    answers, tickets, disputes : DataFrame or None
        From `warehouse.watchlist`; None where the table was never loaded.
    as_of : date

    Returns
    -------
    DataFrame
        A row a customer of whom any of it is known: ``customer_id``, ``unhappy``, ``care`` (short
        sentences), ``n_tickets`` and ``n_disputes`` that are open.

    Examples
    --------
    >>> answers = pd.DataFrame(
    ...     {
    ...         "customer_id": ["a"],
    ...         "measure": "nps",
    ...         "touchpoint": "invoicing",
    ...         "answered_on": pd.to_datetime(["2025-06-01"]),
    ...         "score": 3.0,
    ...         "low": True,
    ...     }
    ... )
    >>> care_of(answers, None, None, dt.date(2025, 6, 30))["care"].item()
    'NPS 3 of 10 on 1 June 2025 (invoicing).'
    """
    said: dict[str, list[str]] = {}
    unhappy: set[str] = set()
    if disputes is not None:
        for customer, own in disputes.groupby("customer_id"):
            waits = (pd.Timestamp(as_of) - own["opened_on"].min()).days
            what = "A dispute is" if len(own) == 1 else f"{len(own)} disputes are"
            said.setdefault(customer, []).append(f"{what} open, for {waits} days.")
            unhappy.add(customer)
    if answers is not None:
        low = answers[answers["low"]].sort_values("answered_on", ascending=False)
        for row in low.itertuples():
            name, best = MEASURES[row.measure]
            day = f"{row.answered_on.day} {row.answered_on:%B %Y}"
            words = f"{name} {row.score:g} of {best} on {day} ({row.touchpoint})."
            said.setdefault(row.customer_id, []).append(words)
            unhappy.add(row.customer_id)
    if tickets is not None:
        for customer, own in tickets.groupby("customer_id"):
            waits = (pd.Timestamp(as_of) - own["opened_on"].min()).days
            what = "A ticket is" if len(own) == 1 else f"{len(own)} tickets are"
            since = "since today" if waits == 0 else f"the oldest for {waits} days"
            said.setdefault(customer, []).append(f"{what} open, {since}.")
            if waits > LONG_WAIT:
                unhappy.add(customer)
    return pd.DataFrame(
        {
            "customer_id": list(said),
            "unhappy": [customer in unhappy for customer in said],
            "care": [" ".join(words) for words in said.values()],
            "n_tickets": counted(tickets, said),
            "n_disputes": counted(disputes, said),
        }
    )


def counted(rows: pd.DataFrame | None, customers: dict[str, list[str]]) -> list[int]:
    if rows is None:
        return [0] * len(customers)
    n = rows["customer_id"].value_counts()
    return [int(n.get(customer, 0)) for customer in customers]

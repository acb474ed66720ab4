"""Good customers who are unhappy and held back by their limit: a case for finance and sales."""

from dataclasses import dataclass

import pandas as pd

from models.credit import Credit

__all__ = ["CreditConflicts", "find_conflicts"]


@dataclass(frozen=True, eq=False)
class CreditConflicts:
    """Customers for whom credit control and customer experience pull in two directions.

    Attributes
    ----------
    table : DataFrame
        Most worth first: ``customer_id``, ``name``, ``contribution``, ``headroom``, ``blocked``,
        ``overdue_share`` (of what they owe), ``low_score``, ``open_dispute`` and ``next_step``.
    n_good, n_unhappy, n_held_back : int
        Active customers with a limit of whom each alone is true.
    good_from : float
        Contribution of the last 12 months from which a customer is a good one.
    """

    table: pd.DataFrame
    n_good: int
    n_unhappy: int
    n_held_back: int
    good_from: float


def find_conflicts(
    credit: Credit, moods: pd.DataFrame, contribution: pd.DataFrame
) -> CreditConflicts:
    """List customers that are good, unhappy and held back, all three.

    Good is a contribution of the last year above zero and above that of half of the customers;
    unhappy a low score lately or a dispute still open; held back an exposure beyond the limit.
    These are facts put side by side, not an estimate: whether the limit made them unhappy is
    not said.

    Parameters
    ----------
    credit : Credit
    moods : DataFrame
        ``customer_id``, ``low_score`` and ``open_dispute`` of the unhappy.
    contribution : DataFrame
        ``customer_id`` and ``contribution`` of the last year.
    """
    rows = credit.customers[credit.customers["active"]]
    rows = rows.merge(contribution, on="customer_id", how="left")
    rows = rows.merge(moods, on="customer_id", how="left")
    limited = rows["credit_limit"].notna()
    good_from = max(float(rows["contribution"].median()), 0.0)
    good = rows["contribution"] > good_from
    low, dispute = (rows[name].eq(True) for name in ("low_score", "open_dispute"))
    held = limited & (rows["status"] == "over")
    owed = rows["not_due"] + rows["overdue"]
    found = rows.assign(
        overdue_share=rows["overdue"] / owed.where(owed > 0), low_score=low, open_dispute=dispute
    )[good & (low | dispute) & held]
    found = found.assign(
        next_step=[
            next_step(dispute, share)
            for dispute, share in zip(found["open_dispute"], found["overdue_share"], strict=True)
        ]
    )
    columns = ["customer_id", "name", "contribution", "headroom", "blocked", "overdue_share",
               "low_score", "open_dispute", "next_step"]  # fmt: skip
    found = found.sort_values(["contribution", "customer_id"], ascending=[False, True])
    return CreditConflicts(
        found[columns].reset_index(drop=True),
        int((good & limited).sum()),
        int(((low | dispute) & limited).sum()),
        int(held.sum()),
        good_from,
    )


def next_step(open_dispute: bool, overdue_share: float) -> str:
    """What comes first, by what is known."""
    if open_dispute:
        return "Resolve the dispute first: what is disputed holds up what is owed"
    if overdue_share > 0:
        return "Call about what is overdue, by somebody who knows the account"
    return "Nothing is overdue: review the limit"

"""What tickets are about: what went wrong before them more often than goes wrong after them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd

from models.estimates import estimate
from models.segments import FEWEST

__all__ = ["LOOKS_BACK", "NOT_EXPLAINED", "causes_of_tickets"]

NOT_EXPLAINED = "not_explained"
#: A ticket may be about what went wrong in so many days before it.
LOOKS_BACK = 31
#: What each kind of ticket may be about; of several the first.
ASKED_ABOUT: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "money": ("dispute", "price_rise", "reminder"),
        "delivery": ("late_delivery", "short_delivery"),
    }
)


def causes_of_tickets(
    tickets: pd.DataFrame, mishaps: pd.DataFrame, *, confidence: float = 0.95
) -> tuple[pd.Series, pd.DataFrame]:
    """Find what each ticket is about, where tickets are seen to follow such a thing at all.

    Customers for whom much goes wrong also call much, so that most of what stands before a ticket
    stands there by chance. What goes wrong in as many days after a ticket cannot have led to it
    and shows how much that is: a kind of failure explains tickets only where more of them have
    it than after, beyond chance. That is asked of tickets with as many days known on either side:
    what follows the newest is not in the books yet.

    Parameters
    ----------
    tickets : DataFrame
        ``customer_id``, ``began_on`` and ``about`` (topic).
    mishaps : DataFrame
        Rows of `warehouse.poor_experience.mishaps`.

    Returns
    -------
    cause : Series
        By row of `tickets`: what of the mishap, or ``not_explained``.
    evidence : DataFrame
        One row a kind of mishap: ``asked`` (money, delivery), ``kind``, ``n`` (tickets asked of),
        ``before``, ``after`` (shares with one on either side), ``excess``, ``low``, ``high`` and
        ``used``.
    """
    cause = pd.Series(NOT_EXPLAINED, index=tickets.index, dtype=object)
    evidence, watched = [], watched_on_both_sides(tickets, mishaps)
    for asked, kinds in ASKED_ABOUT.items():
        mine = tickets[(tickets["about"] == "delivery") == (asked == "delivery")]
        # The first of the list is written last, over the others.
        for kind in reversed(kinds):
            these = mishaps[mishaps["what"].str.startswith(kind)]
            before, after = (near(mine, these, way) for way in ("backward", "forward"))
            seen = watched[mine.index]
            found = (side[seen].notna() for side in (before, after))
            row = told_apart(mine[seen], *found, confidence)
            evidence.append({"asked": asked, "kind": kind, **row})
            if row["used"]:
                cause.update(before.dropna())
    return cause, pd.DataFrame(evidence)


def watched_on_both_sides(tickets: pd.DataFrame, mishaps: pd.DataFrame) -> pd.Series:
    """Tickets of which the books know the days before and after that are looked at."""
    on, reach = as_days(tickets["began_on"]), pd.Timedelta(days=LOOKS_BACK)
    first = as_days(mishaps["happened_on"]).min()
    return (on >= first + reach) & (on <= on.max() - reach)


def near(tickets: pd.DataFrame, mishaps: pd.DataFrame, way: str) -> pd.Series:
    """The mishap of the customer nearest to each ticket, in the days before or after it."""
    left = pd.DataFrame(
        {
            "on": as_days(tickets["began_on"]),
            "customer_id": tickets["customer_id"].astype(object),
            "row": tickets.index,
        }
    )
    right = pd.DataFrame(
        {
            "on": as_days(mishaps["happened_on"]),
            "customer_id": mishaps["customer_id"].astype(object),
            "what": mishaps["what"],
        }
    )
    found = pd.merge_asof(
        left.sort_values("on", kind="stable"),
        right.sort_values("on", kind="stable"),
        on="on",
        by="customer_id",
        direction=way,
        tolerance=pd.Timedelta(days=LOOKS_BACK),
        # Of one day nobody knows what came first.
        allow_exact_matches=False,
    )
    return found.set_index("row")["what"].reindex(tickets.index)


def as_days(days: pd.Series) -> pd.Series:
    return pd.to_datetime(days).astype("datetime64[ns]")


def told_apart(
    tickets: pd.DataFrame, before: pd.Series, after: pd.Series, confidence: float
) -> dict[str, object]:
    """Whether more tickets have one before than after, robust by customer."""
    n = len(tickets)
    row = {"n": n, "before": np.nan, "after": np.nan, "excess": np.nan, "low": np.nan,
           "high": np.nan, "used": False}  # fmt: skip
    if n < FEWEST:
        return row
    more = before.to_numpy(dtype=float) - after.to_numpy(dtype=float)
    units = pd.factorize(tickets["customer_id"])[0]
    found = estimate(more.mean(), (more - more.mean()) / n, units, confidence)
    return row | {
        "before": float(before.mean()),
        "after": float(after.mean()),
        "excess": found.value,
        "low": found.lower,
        "high": found.upper,
        "used": bool(found.lower > 0),
    }

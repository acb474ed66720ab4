"""Open balances by age: the buckets, their bounds, and what lies in each."""

import datetime as dt
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from models.collection_metrics import ratio
from models.ledger import DUST, Ledger, day_number

__all__ = ["BOUNDS", "AgingBy", "age_balances", "checked_bounds", "read_bounds"]

AgingBy = Literal["due", "invoice"]

#: Upper ends of the aging buckets unless others are asked for.
BOUNDS = (30, 60, 90)

#: More buckets no chart tells apart, and older ages are of no invoice that is still collected.
MOST_BOUNDS, OLDEST_BOUND = 12, 3_650


def read_bounds(text: str) -> tuple[int, ...]:
    """Bounds as a person types them: whole days, parted by commas, blanks or dashes.

    Raises
    ------
    ValueError
        If they are no rising whole days.

    Examples
    --------
    >>> read_bounds("15, 45, 90"), read_bounds("30-60-90")
    ((15, 45, 90), (30, 60, 90))
    """
    # A dash parts two numbers; before the first it is a minus, which no age has.
    words = re.split(r"\s*[,;/]\s*|(?<=\d)\s*[–-]\s*(?=\d)|\s+", text.strip())
    words = [word for word in words if word]
    for word in words:
        if not re.fullmatch(r"[0-9]{1,6}", word):
            raise ValueError(
                f"“{word[:30]}” is no whole number of days, so no bucket can end there. Write the "
                "bounds like 15, 45, 90."
            )
    return checked_bounds([int(word) for word in words])


def checked_bounds(bounds: Sequence[int]) -> tuple[int, ...]:
    """Return the bounds if they can part balances by age.

    Raises
    ------
    ValueError
        If they are not rising days above zero, too many or too far.
    """
    edges = tuple(int(edge) for edge in bounds)
    shown = ", ".join(map(str, edges)) or "none"
    if not edges or edges[0] < 1 or any(b <= a for a, b in pairwise(edges)):
        raise ValueError(
            f"The bounds of the aging buckets ({shown}) are not rising days above zero, so the "
            "buckets overlap. Choose such as 30, 60, 90."
        )
    if len(edges) > MOST_BOUNDS or edges[-1] > OLDEST_BOUND:
        raise ValueError(
            f"The bounds of the aging buckets ({shown}) are more than {MOST_BOUNDS} or lie beyond "
            f"{OLDEST_BOUND:,} days, so their buckets could not be told apart. Choose such as 30, "
            "60, 90."
        )
    return edges


def age_balances(
    ledger: Ledger, as_of: dt.date, edges: tuple[int, ...], aging_by: AgingBy
) -> pd.DataFrame:
    """Open amount by bucket of age, at the closing rate."""
    if aging_by == "due":
        age, lowest = day_number(as_of) - ledger.due, 0
        labels = ["current", *bucket_labels((0, *edges))]
        bounds = (0, *edges)
    elif aging_by == "invoice":
        age, lowest = day_number(as_of) - ledger.issued, 0
        labels, bounds = bucket_labels((-1, *edges)), edges
    else:
        raise ValueError(
            f"Aging by '{aging_by}' is not known, so balances cannot be aged. Choose 'due' or "
            "'invoice'."
        )
    bucket = np.searchsorted(bounds, np.maximum(age, lowest), side="left")
    rates = ledger.rates_in(day_number(as_of))[:, 0]
    amounts = np.bincount(bucket, ledger.signed * rates[ledger.currency], minlength=len(labels))
    amounts = np.where(np.abs(amounts) < DUST, 0.0, amounts)
    return pd.DataFrame(
        {"bucket": labels, "amount": amounts, "share": ratio(amounts, amounts.sum())}
    )


def bucket_labels(edges: Sequence[int]) -> list[str]:
    inner = [f"{low + 1}-{high}" for low, high in pairwise(edges)]
    return [*inner, f"{edges[-1] + 1}+"]

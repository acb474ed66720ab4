"""Accounts as they are kept: groups of companies, and customers opened twice."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from sample_data.effects import EFFECTS
from sample_data.streams import Streams
from sample_data.words.companies import misspelt

__all__ = ["opened_twice", "with_groups"]

GROUP_SIZE = 4
#: Of a customer opened twice, so much of what comes later is booked on the second account.
BOOKED_ON_SECOND = 0.6
#: Tables whose rows may be booked on the second account, and the date that says when.
SPLIT = {
    "invoices": "issued_on",
    "tickets": "opened_on",
    "surveys": "answered_on",
    "orders": "ordered_on",
}


def with_groups(
    tables: dict[str, pd.DataFrame], streams: Streams, off: Collection[str]
) -> dict[str, pd.DataFrame]:
    """Let an eighth of the customers belong to a group, whose head is a customer too."""
    customers = tables["customers"]
    if "hierarchies" in off:
        return tables
    rng = streams("groups")
    chosen = rng.permutation(len(customers))[: round(EFFECTS.share_in_groups * len(customers))]
    head = chosen[np.arange(len(chosen)) // GROUP_SIZE * GROUP_SIZE]
    member = chosen != head
    parent = customers["parent_id"].to_numpy(dtype=object, copy=True)
    parent[chosen[member]] = customers["customer_id"].to_numpy()[head[member]]
    name = customers["name"].to_numpy(dtype=object, copy=True)
    first = np.array([text.split()[0] for text in name], dtype=object)
    name[chosen[member]] = [
        f"{first[h]} {name[c]}" for h, c in zip(head[member], chosen[member], strict=True)
    ]
    return {**tables, "customers": customers.assign(parent_id=parent, name=name)}


def opened_twice(
    tables: dict[str, pd.DataFrame], streams: Streams, off: Collection[str]
) -> dict[str, pd.DataFrame]:
    """Let some customers have a second account under a misspelt name, and split their books."""
    customers = tables["customers"]
    if "duplicates" in off:
        return tables
    rng = streams("duplicates")
    n = round(EFFECTS.share_duplicated * len(customers))
    chosen = np.sort(rng.permutation(len(customers))[:n])
    original = customers.iloc[chosen]
    end = original["churned_on"].fillna(tables["invoices"]["issued_on"].max())
    begin = original["acquired_on"].clip(lower=tables["invoices"]["issued_on"].min())
    opened = (begin + (end - begin) * rng.uniform(0.2, 0.8, n)).dt.normalize()
    second = original.assign(
        customer_id=[f"{name}D" for name in original["customer_id"]],
        name=misspelt(rng, original["name"].to_numpy()),
        parent_id=None,
        acquired_on=opened,
        acquisition_cost=np.nan,
        onboarding_cost=np.nan,
        churn_reason=None,
        churned_on=pd.NaT,
    )
    since = pd.Series(opened.to_numpy(), index=original["customer_id"])
    moved = dict(tables)
    for table, date in SPLIT.items():
        rows = tables[table]
        if rows.empty:
            continue
        draw = streams(f"second account of {table}").random(len(rows)) < BOOKED_ON_SECOND
        later = rows[date] >= rows["customer_id"].map(since)
        booked = rows["customer_id"].where(~(later & draw), rows["customer_id"] + "D")
        moved[table] = rows.assign(customer_id=booked)
    moved["customers"] = pd.concat([customers, second], ignore_index=True)
    return moved

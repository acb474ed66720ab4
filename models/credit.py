"""Credit: what stands against each limit, what is blocked by it, and what can still be sold."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.figures import COUNTED, Figure
from models.refusal import Refusal

__all__ = ["STAGES", "Credit", "fit_credit", "with_headroom"]

#: From the order to the overdue invoice: the stages of exposure, in that order.
STAGES = ("ordered", "not_billed", "not_due", "overdue")
#: From this share of its limit on, a customer is near it.
NEAR = 0.9


@dataclass(frozen=True, eq=False)
class Credit:
    """Exposure against credit limits as of one day.

    Attributes
    ----------
    customers : DataFrame
        One row a customer: ``customer_id``, ``name``, ``active``, ``payment_terms_days``,
        ``credit_limit``, one column a stage of `STAGES`, ``unapplied``, ``exposure`` (stages less
        unapplied cash), ``headroom`` (limit less exposure; missing without a limit), ``used``
        (exposure over limit), ``status`` (over, near, within, no limit), ``blocked`` (value of
        orders beyond the limit), ``head_id`` (of its group; itself where it is in none),
        ``group_headroom``, and ``can_sell``: the lower of the two headrooms, 0 at the least.
    stages : DataFrame
        ``stage``, ``amount``, ``share`` and ``n_customers``; with ``unapplied`` taken off it
        adds up to the exposure.
    groups : DataFrame
        Groups of more than one customer, largest exposure first: ``head_id``, ``name``,
        ``n_members``, ``exposure``, ``credit_limit``, ``headroom``, ``n_over`` (members over
        their own limits).
    blocked : DataFrame
        Orders that would take their customer past its limit: the columns of the orders and
        ``contribution``, the amount.
    exposure, unapplied, blocked_value : float
    n_orders : int
        Orders that wait to be shipped.
    """

    customers: pd.DataFrame
    stages: pd.DataFrame
    groups: pd.DataFrame
    blocked: pd.DataFrame
    exposure: float
    unapplied: float
    blocked_value: float
    n_orders: int
    has_orders: bool
    as_of: dt.date

    def figures(self) -> tuple[Figure, ...]:
        """Return the blocked order value and the share of limits in use."""
        if self.has_orders:
            blocked = Figure(
                "credit.blocked_order_value", self.blocked_value, None, None, self.n_orders,
                self.as_of, COUNTED,
            )  # fmt: skip
        else:
            said = (
                "There are no orders, so none can be blocked. Load the table `orders` to see what "
                "waits behind a credit limit."
            )
            blocked = Figure("credit.blocked_order_value", None, None, None, 0, self.as_of, said)
        limited = self.customers[self.customers["credit_limit"].notna()]
        over = limited["headroom"] < 0
        return blocked, Figure(
            "credit.over_limit_share", float(over.mean()), None, None, len(limited), self.as_of,
            COUNTED,
        )  # fmt: skip


def fit_credit(customers: pd.DataFrame, orders: pd.DataFrame | None, as_of: dt.date) -> Credit:
    """Add up what stands against each limit, and find the orders that do not fit under it.

    Orders are taken in the order they came: one that fits is not blocked by a later one. A group
    is a customer with all whose parent it is, however far down; its limit is the sum of the
    limits of its members, so that nothing is counted twice.

    Parameters
    ----------
    customers : DataFrame
        Rows of `warehouse.credit.credit_customers`.
    orders : DataFrame or None
        Rows of `warehouse.credit.pipeline_orders`; None where there are none.
    as_of : date
        Day of the rows.

    Raises
    ------
    Refusal
        If no customer has a credit limit.

    Examples
    --------
    A limit of 100, 70 of it owed; of two orders of 20 the second does not fit:

    >>> import datetime as dt
    >>> customers = pd.DataFrame(
    ...     {
    ...         "customer_id": ["a"],
    ...         "name": ["A"],
    ...         "parent_id": [None],
    ...         "active": [True],
    ...         "payment_terms_days": [30],
    ...         "credit_limit": [100.0],
    ...         "not_due": [50.0],
    ...         "overdue": [20.0],
    ...         "unapplied": [0.0],
    ...     }
    ... )
    >>> orders = pd.DataFrame(
    ...     {
    ...         "order_id": ["x", "y"],
    ...         "customer_id": "a",
    ...         "amount": 20.0,
    ...         "stage": "ordered",
    ...         "ordered_on": pd.to_datetime(["2025-06-01", "2025-06-02"]),
    ...     }
    ... )
    >>> credit = fit_credit(customers, orders, dt.date(2025, 6, 30))
    >>> credit.blocked_value, list(credit.blocked["order_id"])
    (20.0, ['y'])
    """
    if not customers["credit_limit"].notna().any():
        raise Refusal(
            f"None of {len(customers):,} customers has a credit limit, so there is no headroom. "
            "Load customers with their `credit_limit`."
        )
    rows, blocked = with_headroom(customers, orders)
    rows["head_id"] = heads(rows["customer_id"], rows["parent_id"])
    rows, groups = with_groups(rows)
    waiting = 0 if orders is None else int((orders["stage"] == "ordered").sum())
    return Credit(
        rows.drop(columns="parent_id").sort_values("customer_id", ignore_index=True),
        stages_of(rows),
        groups,
        blocked,
        float(rows["exposure"].sum()),
        float(rows["unapplied"].sum()),
        float(blocked["amount"].sum()),
        waiting,
        orders is not None,
        as_of,
    )


def with_headroom(
    customers: pd.DataFrame, orders: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each customer by itself, whatever its group, and the orders that its limit blocks."""
    rows = with_stages(customers, orders)
    rows["exposure"] = rows[list(STAGES)].sum(axis=1) - rows["unapplied"]
    rows["headroom"] = rows["credit_limit"] - rows["exposure"]
    rows["used"] = rows["exposure"] / rows["credit_limit"].where(rows["credit_limit"] > 0)
    rows["status"] = np.select(
        [rows["credit_limit"].isna(), rows["headroom"] < 0, rows["used"] >= NEAR],
        ["no limit", "over", "near"],
        "within",
    )
    blocked = blocked_orders(rows, orders)
    by_customer = blocked.groupby("customer_id")["amount"].sum()
    rows["blocked"] = rows["customer_id"].map(by_customer).fillna(0.0)
    return rows, blocked


def with_stages(customers: pd.DataFrame, orders: pd.DataFrame | None) -> pd.DataFrame:
    """Customers with what is ordered and what is delivered and not billed."""
    rows = customers.assign(ordered=0.0, not_billed=0.0)
    if orders is None:
        return rows
    sums = orders.groupby(["stage", "customer_id"])["amount"].sum()
    for stage, column in (("ordered", "ordered"), ("not billed", "not_billed")):
        if stage in sums.index.get_level_values(0):
            rows[column] = rows["customer_id"].map(sums[stage]).fillna(0.0)
    return rows


def blocked_orders(rows: pd.DataFrame, orders: pd.DataFrame | None) -> pd.DataFrame:
    """Orders not shipped yet that take their customer past its limit, in the order they came."""
    empty = {"order_id": str, "customer_id": str, "ordered_on": "datetime64[ns]", "amount": float,
             "contribution": float}  # fmt: skip
    if orders is None:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in empty.items()})
    waiting = orders[orders["stage"] == "ordered"].sort_values(["ordered_on", "order_id"])
    by_customer = rows.set_index("customer_id")
    room = (by_customer["headroom"] + by_customer["ordered"]).reindex(waiting["customer_id"])
    left = room.dropna().to_dict()
    fits = np.ones(len(waiting), dtype=bool)
    for place, (who, amount) in enumerate(
        zip(waiting["customer_id"], waiting["amount"], strict=True)
    ):
        if who not in left:  # no limit, or nobody we know: nothing holds the order back
            continue
        fits[place] = amount <= left[who] + 0.005
        left[who] -= amount if fits[place] else 0.0
    blocked = waiting.loc[~fits, ["order_id", "customer_id", "ordered_on", "amount"]]
    return blocked.assign(contribution=blocked["amount"]).reset_index(drop=True)


def heads(customer: pd.Series, parent: pd.Series) -> pd.Series:
    """The customer at the head of each one's group; of a ring of parents the first by id."""
    above = {c: p for c, p in zip(customer, parent, strict=True) if isinstance(p, str) and p != c}
    known = set(customer)

    def head(of: str) -> str:
        way = [of]
        while way[-1] in above and above[way[-1]] in known:
            if above[way[-1]] in way:
                return min(way[way.index(above[way[-1]]) :])
            way.append(above[way[-1]])
        return way[-1]

    return customer.map(head)


def with_groups(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Customers with the headroom of their group, and the groups of more than one."""
    grouped = rows.groupby("head_id")
    groups = grouped.agg(
        n_members=("customer_id", "size"),
        exposure=("exposure", "sum"),
        n_limits=("credit_limit", "count"),
        credit_limit=("credit_limit", "sum"),
        n_over=("status", lambda s: int((s == "over").sum())),
    )
    # A group with a member that has no limit has none either.
    groups["credit_limit"] = groups["credit_limit"].where(groups["n_limits"] == groups["n_members"])
    groups["headroom"] = groups["credit_limit"] - groups["exposure"]
    rows = rows.assign(group_headroom=rows["head_id"].map(groups["headroom"]))
    room = rows[["headroom", "group_headroom"]].min(axis=1, skipna=True).clip(lower=0.0)
    rows["can_sell"] = room.where(rows["credit_limit"].notna())
    groups.insert(0, "name", rows.set_index("customer_id")["name"].reindex(groups.index))
    groups = groups[groups["n_members"] > 1].drop(columns="n_limits").reset_index()
    return rows, groups.sort_values(["exposure", "head_id"], ascending=[False, True],
                                    ignore_index=True)  # fmt: skip


def stages_of(rows: pd.DataFrame) -> pd.DataFrame:
    amounts = rows[list(STAGES)].sum()
    total = amounts.sum()
    return pd.DataFrame(
        {
            "stage": STAGES,
            "amount": amounts.to_numpy(),
            "share": amounts.to_numpy() / total if total else np.nan,
            "n_customers": [int((rows[stage] > 0).sum()) for stage in STAGES],
        }
    )

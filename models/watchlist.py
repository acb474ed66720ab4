"""Whom to contact first: money at risk times the chance that contact changes it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from models.estimates import Estimate
from models.late_causes import ACTIONS, CAUSES, UNCLEAR

__all__ = [
    "ASSUMED",
    "DAYS_AHEAD",
    "HELD_OUT",
    "MEASURED",
    "Chances",
    "Watchlist",
    "rank_watchlist",
]

#: Money is at risk that is not paid within so many days from now.
DAYS_AHEAD = 60
#: What is taken of each open invoice's scores.
SCORED = [
    "invoice_id", "customer_id", "issued_on", "due_on", "days_past_due", "open_amount",
    "p_late", "p_paid_60", "expected_paid_on", "expected_low", "expected_high",
]  # fmt: skip
#: Where a chance of changing something comes from.
ASSUMED, MEASURED, HELD_OUT = "assumed", "measured", "held out"
#: Causes for which what is done is to remind.
BY_REMINDER = ("habit", UNCLEAR)


@dataclass(frozen=True)
class Chances:
    """Of the money at risk, the share that the action of its cause is taken to bring in time.

    Assumptions, and not measured: an error of ours can be mended, a complaint often, an empty
    account seldom, and a habit hardly at all. Change them to what is known of the company.

    Raises
    ------
    ValueError
        If one of them is no share.
    """

    process: float = 0.6
    dissatisfied: float = 0.4
    cash: float = 0.2
    habit: float = 0.1
    unclear: float = 0.2

    def __post_init__(self):
        for cause, chance in asdict(self).items():
            if not 0 <= chance <= 1:
                raise ValueError(
                    f"The chance to change what is late for '{cause}' is {chance:g}, which is no "
                    "share, so nothing can be ranked by it. Choose one between 0 and 1."
                )

    @property
    def by_cause(self) -> Mapping[str, float]:
        return MappingProxyType(asdict(self))


@dataclass(frozen=True, eq=False)
class Watchlist:
    """Open invoices, and the customers who owe them, by the money that contact may change.

    Attributes
    ----------
    invoices : DataFrame
        What most can be changed about comes first. ``at_risk`` is the open amount times the
        chance that it is not paid within `DAYS_AHEAD` days (``p_unpaid_60``); where nobody was
        watched for so long it is all of it, and ``at_risk_low`` is 0. ``chance`` is the share of
        it that the action of the ``cause`` is taken to bring in; ``chance_from`` says whether that
        is assumed or measured, or nothing as the hold-out forbids to remind; where it is measured
        ``chance_low`` and ``chance_high`` are the ends of its interval. ``within_reach`` is the
        product, with ``within_reach_low`` and ``_high`` where the chance is measured.
    customers : DataFrame
        The same added up by customer; ``cause`` is the one with most of the money at risk.
    chances : Chances
    measured : Estimate or None
        Share of invoices, unpaid otherwise, that are paid through reminding; by the hold-out.
    measured_days : int or None
        Days past due by which that was counted: of older invoices nothing was measured.
    no_causes, not_measured : str or None
        Why causes, or the effect of reminding, are not known.
    """

    invoices: pd.DataFrame
    customers: pd.DataFrame
    chances: Chances
    measured: Estimate | None
    as_of: dt.date
    no_causes: str | None = None
    not_measured: str | None = None
    measured_days: int | None = None

    def reached(self) -> pd.DataFrame:
        """Return how much is within reach of the first 1, 2, ... contacts with customers.

        Returns
        -------
        DataFrame
            ``contacts``, ``within_reach`` and ``share`` of all that is.
        """
        amount = self.customers["within_reach"].to_numpy()
        summed = np.cumsum(amount)
        total = summed[-1] if len(summed) and summed[-1] > 0 else np.nan
        return pd.DataFrame(
            {
                "contacts": np.arange(1, len(summed) + 1),
                "within_reach": summed,
                "share": summed / total,
            }
        )


def rank_watchlist(
    scored: pd.DataFrame,
    causes: pd.DataFrame | None,
    sent: pd.DataFrame | None,
    disputed: pd.Series | None,
    customers: pd.DataFrame,
    as_of: dt.date,
    *,
    chances: Chances,
    measured: Estimate | None = None,
    measured_days: int | None = None,
    no_causes: str | None = None,
    not_measured: str | None = None,
) -> Watchlist:
    """Rank open invoices and their customers by money at risk times the chance to change it.

    What is measured is what reminding as usual does, on average, to an invoice that was not
    reminded and not disputed, from when it is overdue until `measured_days` past due. It takes the
    place of the assumption for such invoices alone, and of them for those whose action is to
    remind: a habit, or no clear cause. Older ones, whom nobody reminded all this time, are others.

    Parameters
    ----------
    scored : DataFrame
        From `analyses.late_payments.scored_invoices`.
    causes : DataFrame or None
        ``LateCauses.invoices``; an invoice that is not in it is of no clear cause.
    sent : DataFrame or None
        ``invoice_id``, ``n_sent`` and ``last_sent_on``.
    disputed : Series or None
        Ids of invoices with an open dispute.
    customers : DataFrame
        ``customer_id``, ``name``, ``unhappy`` and what else is to stand beside the names.
    measured, measured_days
        ``Trial.averted`` and ``Trial.days``.
    """
    rows = scored[SCORED].assign(
        p_unpaid_60=1 - scored["p_paid_60"],
        # Whoever was drawn to get no reminder must get none, or nothing is measured any more.
        held_out=scored["reminder_arm"].eq("hold_out"),
    )
    rows = rows.drop(columns="p_paid_60")
    rows = with_cause(rows, causes)
    if sent is None:
        rows = rows.assign(n_sent=0, last_sent_on=pd.NaT)
    else:
        rows = rows.merge(sent, on="invoice_id", how="left")
        rows["n_sent"] = rows["n_sent"].fillna(0).astype(int)
    rows["disputed"] = False if disputed is None else rows["invoice_id"].isin(disputed)
    amount = rows["open_amount"]
    rows["at_risk"] = amount * rows["p_unpaid_60"].fillna(1.0)
    rows["at_risk_low"] = amount * rows["p_unpaid_60"].fillna(0.0)
    rows = with_chance(rows, chances, measured, measured_days)
    for end in ("", "_low", "_high"):
        rows[f"within_reach{end}"] = rows["at_risk"] * rows[f"chance{end}"]
    rows = customers.merge(rows, on="customer_id", how="right")
    rows["unhappy"] = rows["unhappy"].eq(True)
    rows = rows.sort_values(
        ["within_reach", "at_risk", "invoice_id"], ascending=[False, False, True], ignore_index=True
    )
    return Watchlist(
        rows, by_customer(rows, customers), chances, measured, as_of, no_causes, not_measured,
        measured_days,
    )  # fmt: skip


def with_cause(rows: pd.DataFrame, causes: pd.DataFrame | None) -> pd.DataFrame:
    chance = [f"cause_{cause}" for cause in CAUSES]
    if causes is None:
        return rows.assign(cause=UNCLEAR, cause_chance=np.nan, evidence="", action=ACTIONS[UNCLEAR])
    found = causes[["invoice_id", "cause", "evidence"]].assign(
        cause_chance=causes[chance].max(axis=1)
    )
    rows = rows.merge(found, on="invoice_id", how="left")
    rows["cause"] = rows["cause"].fillna(UNCLEAR)
    return rows.assign(evidence=rows["evidence"].fillna(""), action=rows["cause"].map(ACTIONS))


def with_chance(
    rows: pd.DataFrame, chances: Chances, measured: Estimate | None, measured_days: int | None
) -> pd.DataFrame:
    """The chance to change each invoice's fate, measured where it is, else assumed."""
    rows = rows.assign(
        chance=rows["cause"].map(chances.by_cause).astype(float),
        chance_low=np.nan,
        chance_high=np.nan,
        chance_from=ASSUMED,
    )
    by_reminder = rows["cause"].isin(BY_REMINDER)
    # What may not be reminded is within nobody's reach.
    rows.loc[by_reminder & rows["held_out"], ["chance", "chance_from"]] = 0.0, HELD_OUT
    if measured is None or measured.reason is not None or measured_days is None:
        return rows
    at = (
        by_reminder
        & rows["days_past_due"].between(1, measured_days)
        & (rows["n_sent"] == 0)
        & ~rows["disputed"]
        & ~rows["held_out"]
    )
    found = np.clip([measured.value, measured.lower, measured.upper], 0.0, 1.0)
    rows.loc[at, ["chance", "chance_low", "chance_high"]] = found
    rows.loc[at, "chance_from"] = MEASURED
    return rows


def by_customer(rows: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Money of each customer's open invoices, and the cause behind most of what is at risk."""
    overdue = rows["open_amount"].where(rows["days_past_due"] > 0, 0.0)
    sums = rows.assign(overdue=overdue).groupby("customer_id").agg(
        n_open=("invoice_id", "size"), open_amount=("open_amount", "sum"),
        overdue=("overdue", "sum"), at_risk=("at_risk", "sum"), at_risk_low=("at_risk_low", "sum"),
        within_reach=("within_reach", "sum"), n_disputed=("disputed", "sum"),
    )  # fmt: skip
    money = rows.pivot_table(index="customer_id", columns="cause", values="at_risk",
                             aggfunc="sum", fill_value=0.0)  # fmt: skip
    sums["cause"] = money.idxmax(axis=1) if len(money) else UNCLEAR
    sums["action"] = sums["cause"].map(ACTIONS)
    found = customers.merge(sums.reset_index(), on="customer_id")
    found["unhappy"] = found["unhappy"].eq(True)
    return found.sort_values(
        ["within_reach", "at_risk", "customer_id"], ascending=[False, False, True],
        ignore_index=True,
    )  # fmt: skip

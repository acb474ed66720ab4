"""Refunds, credits, disputes and chargebacks: their time, their effort, and what simpler saves."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.estimates import Estimate, estimate
from models.refusal import Refusal
from models.segments import FEWEST
from models.survival import fit_kaplan_meier

__all__ = ["Refunds", "fit_refunds"]

YEAR = 365


@dataclass(frozen=True, eq=False)
class Refunds:
    """What giving money back or off takes, by kind of case.

    Attributes
    ----------
    table : DataFrame
        One row a kind: ``kind``, ``n``, ``n_year`` (begun in the last 365 days), ``n_open``,
        ``amount`` (of the year), ``median`` (days until done, open ones censored), ``low``,
        ``high``, ``contacts`` (about money in 30 days from the request), ``extra`` (beyond as
        many days before it, per case), ``extra_low``, ``extra_high``, ``minutes`` and ``cost``
        (of one contact), and ``reason`` where the extra contacts have no interval.
    """

    table: pd.DataFrame
    n: int
    as_of: dt.date
    confidence: float

    def saved(self, kind: str, share: float) -> dict[str, tuple[float, float, float]]:
        """Return what a year of these cases would save if `share` of extra contacts were avoided.

        ``contacts``, ``minutes`` and ``cost``, each with its interval. None is negative: where
        customers do not call more than before, a simpler way saves no calls.
        """
        row = self.table.set_index("kind").loc[kind]
        extra = [max(float(row[name]), 0.0) for name in ("extra", "extra_low", "extra_high")]
        contacts = tuple(share * row["n_year"] * value for value in extra)
        return {
            "contacts": contacts,
            "minutes": tuple(value * row["minutes"] for value in contacts),
            "cost": tuple(value * row["cost"] for value in contacts),
        }


def fit_refunds(cases: pd.DataFrame, as_of: dt.date, *, confidence: float = 0.95) -> Refunds:
    """Measure how long cases take, and how much more their customers call because of them.

    Extra contacts compare each customer with itself: contacts about money in the 30 days from
    the request on, less those in the 30 days before. What made it ask may have made it call
    before as well, so this is rather too little than too much.

    Parameters
    ----------
    cases : DataFrame
        Rows of `warehouse.refunds.refund_cases`.
    as_of : date

    Raises
    ------
    Refusal
        If there are fewer than 30 cases.
    """
    if len(cases) < FEWEST:
        raise Refusal(
            f"There are {len(cases) or 'no'} refunds, credits and dated disputes, so what they "
            f"take cannot be told; {FEWEST} are needed. Load `adjustments` and `disputes`."
        )
    rows = [row_of(kind, part, as_of, confidence) for kind, part in cases.groupby("kind")]
    table = pd.DataFrame(rows).sort_values(["n_year", "kind"], ascending=[False, True],
                                           ignore_index=True)  # fmt: skip
    return Refunds(table, len(cases), as_of, confidence)


def row_of(kind: str, part: pd.DataFrame, as_of: dt.date, confidence: float) -> dict[str, object]:
    """Time and effort of one kind of case."""
    year = pd.to_datetime(part["began_on"]) > pd.Timestamp(as_of) - pd.Timedelta(days=YEAR)
    done = part["done"].astype(bool)
    row = {"kind": kind, "n": len(part), "n_year": int(year.sum()), "n_open": int((~done).sum()),
           "amount": float(part.loc[year, "amount"].sum())}  # fmt: skip
    row |= dict.fromkeys(("median", "low", "high"), np.nan)
    if len(part) >= FEWEST:
        days = fit_kaplan_meier(
            part["duration"].astype(int).to_numpy(), done.to_numpy(),
            cluster=part["customer_id"].to_numpy(), confidence=confidence,
        ).quantile().iloc[0]  # fmt: skip
        row |= {"median": days["day"], "low": days["lower"], "high": days["upper"]}
    watched = part[part["watched"].astype(bool) & part["after"].notna()]
    extra = extra_contacts(watched, confidence)
    calls = float(watched["after"].sum())
    return row | {
        "contacts": watched["after"].mean() if len(watched) else np.nan,
        "extra": extra.value,
        "extra_low": extra.lower,
        "extra_high": extra.upper,
        "minutes": watched["minutes"].sum() / calls if calls else np.nan,
        "cost": watched["cost"].sum() / calls if calls else np.nan,
        "reason": extra.reason,
    }


def extra_contacts(watched: pd.DataFrame, confidence: float) -> Estimate:
    """Contacts from the request on, less as many days before; robust by customer."""
    if len(watched) < FEWEST:
        said = f"Fewer than {FEWEST} cases were watched for 30 days on either side."
        return Estimate(np.nan, np.nan, np.nan, np.nan, said)
    more = (watched["after"] - watched["before"]).to_numpy(dtype=float)
    cluster = pd.factorize(watched["customer_id"])[0]
    return estimate(more.mean(), (more - more.mean()) / len(more), cluster, confidence)

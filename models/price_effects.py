"""What a bill or a price that is not what was expected goes with, one outcome at a time."""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from models.cox import EVENTS_PER_COVARIATE
from models.discrete_hazard import fit_discrete_hazard
from models.fixed_effects import fit_fixed_effects
from models.price_reaction_rows import ANSWER_MONTHS, CAP_DAYS, TRIGGERS, ReactionRows
from models.refusal import Refusal
from models.wording import counted

__all__ = ["FEWEST", "FOR_PRICE", "effect_on_answers", "effect_on_days", "effect_on_enquiries",
           "effect_on_leaving"]  # fmt: skip

#: Customers with a trigger below which its effect is not estimated.
FEWEST = 30
#: Recorded reasons that count as the price.
FOR_PRICE = ("price", "billing")
#: What else may differ between those whose bills differ, where it is known.
BESIDE = ("score", "log_size", "days_late")
#: Coefficients of the month of being a customer.
BASELINE = 3


def within(
    outcome: np.ndarray, grids: Mapping[str, np.ndarray], keep: np.ndarray, confidence: float
) -> pd.DataFrame:
    """Regress a grid on the triggers within customers and months, where `keep` holds."""
    who, at = np.nonzero(keep)
    if len(np.unique(who)) < FEWEST:
        raise Refusal(
            f"{len(np.unique(who)):,} customers can be compared with themselves and others; "
            f"{FEWEST} are needed."
        )
    columns = pd.DataFrame({name: grid[who, at] for name, grid in grids.items()})
    customer = np.unique(who, return_inverse=True)[1]
    return fit_fixed_effects(
        outcome[who, at], columns, unit=customer, period=at, cluster=customer,
        confidence=confidence,
    ).table  # fmt: skip


def effect_on_days(
    rows: ReactionRows, bills: pd.DataFrame, as_of: dt.date, confidence: float
) -> pd.DataFrame:
    """Days until paid, none counted beyond 90 past due: known of every bill that old."""
    due, issued, paid = (pd.to_datetime(bills[name]) for name in ("due_on", "issued_on", "paid_on"))
    cap = due + pd.Timedelta(days=CAP_DAYS)
    old = cap <= pd.Timestamp(as_of)
    took = (paid.where(paid.notna() & (paid < cap), cap) - issued).dt.days
    mean = (
        pd.DataFrame(
            {"customer_id": bills["customer_id"], "begins": issued.dt.to_period("M"), "took": took}
        )[old]
        .groupby(["customer_id", "begins"], as_index=False)["took"]
        .mean()
    )
    mean["begins"] = mean["begins"].dt.to_timestamp()
    grid = rows.grid(mean, "took", np.nan)
    return within(grid, rows.columns, rows.known & rows.goes_on & ~np.isnan(grid), confidence)


def effect_on_enquiries(
    rows: ReactionRows, asked: pd.DataFrame, as_of: dt.date, confidence: float
) -> pd.DataFrame:
    """Enquiries in the month of a bill and the next; of a changed price, in each of its months."""
    grid = rows.grid(asked, "asked", 0.0)
    both = grid.copy()
    both[:, :-1] += grid[:, 1:]
    whole = (as_of + dt.timedelta(days=1)).day == 1
    # The next month must be over.
    keep = rows.known & rows.goes_on
    keep[:, -1 if whole else -2 :] = False
    # A price stays: what is asked in two of its months at once would be counted twice.
    # The next bill has enquiries of its own, and is the lower the higher this one was for its six.
    following = {
        f"next_{name}": np.pad(part[:, 1:], ((0, 0), (0, 1)))
        for name, part in rows.columns.items()
        if name.startswith("bill")
    }
    of_bills = within(both, rows.columns | following, keep, confidence)
    of_prices = within(grid, rows.columns, keep, confidence)
    priced = of_prices["term"].isin(["change_up", "change_down", "before"])
    billed = of_bills["term"].str.startswith("bill")
    return pd.concat([of_bills[billed], of_prices[priced]], ignore_index=True)


def effect_on_answers(rows: ReactionRows, scores: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Answers to surveys, by the bills of the three months before."""
    grid = rows.grid(scores, "score", np.nan)
    # A bill that nothing was expected of is no bill as expected: new customers are content, too.
    keep = ~np.isnan(grid)
    for lag in range(1, ANSWER_MONTHS + 1):
        keep[:, lag:] &= rows.known[:, :-lag]
        keep[:, :lag] = False
    return within(grid, rows.after(), keep, confidence)


def effect_on_leaving(
    rows: ReactionRows, months: pd.DataFrame, for_price: bool, confidence: float
) -> pd.DataFrame:
    """The hazard of leaving for the price, or otherwise, which the other one ends."""
    seen = months[~months["ahead"].to_numpy(dtype=bool)].reset_index(drop=True)
    price = seen["cause"].isin(FOR_PRICE)
    left = (price if for_price else seen["cause"].notna() & ~price).to_numpy()
    known = rows.before(seen["customer_id"], seen["begins"]).drop(columns="before")
    beside = {
        name: pd.to_numeric(seen[name]).fillna(pd.to_numeric(seen[name]).mean())
        for name in BESIDE if name in seen and seen[name].notna().any()
    }  # fmt: skip
    frame = known.assign(**beside)
    names = [name for name in frame if told_apart(frame[name], left)]
    if not set(names) & set(TRIGGERS):
        raise Refusal(
            f"{int(left.sum()):,} customers left {'for the price' if for_price else 'otherwise'}, "
            "none of whom can be told from others by a bill or a price before. Load a longer "
            "period."
        )
    renewal = pd.to_numeric(seen["renewal"]).fillna(0.0)
    has_renewal = told_apart(renewal, left)
    needed = EVENTS_PER_COVARIATE * (len(names) + BASELINE + has_renewal)
    if left.sum() < needed:
        raise Refusal(
            f"{counted(int(left.sum()), 'customer')} left "
            f"{'for price or billing' if for_price else 'otherwise'}, and {len(names)} effects are "
            f"not told apart with fewer than {needed:.0f}. Load a longer period, or widen the "
            "filters."
        )
    fit = fit_discrete_hazard(
        frame.assign(customer_id=seen["customer_id"], month=seen["month"], left=left,
                     renewal=renewal),
        covariates=names, event="left", cluster="customer_id",
        renewal="renewal" if has_renewal else None, confidence=confidence,
    )  # fmt: skip
    table = fit.table[fit.table["covariate"].isin(list(TRIGGERS))]
    touched = {name: seen.loc[known[name] != 0, "customer_id"].nunique() for name in known}
    return pd.DataFrame(
        {
            "term": table["covariate"],
            "effect": table["coefficient"],
            "std_err": table["robust_std_err"],
            "low": np.log(table["lower"]),
            "high": np.log(table["upper"]),
            "n_clusters": table["covariate"].map(touched),
        }
    )


def told_apart(values: pd.Series, left: np.ndarray) -> bool:
    """Whether a column varies, and not all who left stand at one end of it."""
    there = values[left]
    return bool(
        np.ptp(values) > 0
        and len(there) > 0
        and not (there == values.min()).all()
        and not (there == values.max()).all()
    )

"""How long customers stay, and why they leave: curves with delayed entry, causes that compete."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from models.churn_definitions import CHURN_CAUSES, NO_REASONS
from models.cumulative_incidence import CumulativeIncidence, fit_cumulative_incidence
from models.figures import Figure
from models.log_rank import LogRank, fit_log_rank
from models.refusal import Refusal
from models.segments import FEWEST, segment
from models.survival import KaplanMeier, RestrictedMean, fit_kaplan_meier, fit_restricted_mean
from models.wording import counted

__all__ = ["Churn", "fit_churn"]

#: Days of so many months, as the figures name them.
HORIZON_DAYS = {12: 365, 24: 730, 36: 1_095}
MONTH_DAYS = 365 / 12
#: Fewer customers than this at some day before the horizon say nothing of who left by it.
FEWEST_AT_RISK = 10
#: Days of watching below which it is no wonder that nobody was seen to leave.
LEAST_WATCHED = 31


@dataclass(frozen=True, eq=False)
class Churn:
    """Survival and incidence by cause, from acquisition.

    Attributes
    ----------
    survival : KaplanMeier
        Share still a customer, by day since acquisition, for each group.
    incidence : CumulativeIncidence
        Share that has left by each cause; with survival they sum to one.
    means : RestrictedMean
        Mean days as a customer in the first `days`.
    comparison : LogRank or None
        Test that the groups leave at the same pace; None without groups.
    groups : DataFrame
        One row a group, those too small to show included: ``group``, ``n``, ``n_left``,
        ``reason``.
    causes : tuple of str
        Causes for which somebody left.
    by : str or None
    as_of : date
    n_customers, n_left, n_by_rule : int
        Customers watched; of them, those who left; and of those, the ones lost by the churn rule.
    n_opened_twice : int
        Accounts that went quiet and look like an older one: no customers, and not counted.
    churn_rule_days : int
    """

    survival: KaplanMeier
    incidence: CumulativeIncidence
    means: RestrictedMean
    comparison: LogRank | None
    groups: pd.DataFrame
    causes: tuple[str, ...]
    by: str | None
    as_of: dt.date
    n_customers: int
    n_left: int
    n_by_rule: int
    n_opened_twice: int
    churn_rule_days: int

    def figures(self) -> tuple[Figure, ...]:
        """Return mean months, and incidence by cause at 12 and 24; for a fit without groups."""
        if self.by is not None:
            raise ValueError(
                f"These curves are split by {self.by}, so they have no single figure. Fit them "
                "without `by`."
            )
        by_cause = (
            self.incidence_figure(cause, months) for cause in CHURN_CAUSES for months in (12, 24)
        )
        return (self.mean_figure(), *by_cause)

    def mean_figure(self) -> Figure:
        row, n = self.means.table.iloc[0], self.n_customers
        name, days = "churn.rmst_36m", HORIZON_DAYS[36]
        reason = row["reason"] or self.too_few_before(days)
        if reason or self.means.days != days:
            why = reason or f"The mean was asked for up to {self.means.days} days."
            return Figure(name, None, None, None, n, self.as_of, why)
        value, low, high = (float(row[c]) / MONTH_DAYS for c in ("mean", "lower", "upper"))
        return Figure(name, value, low, high, n, self.as_of, None, self.means.confidence)

    def incidence_figure(self, cause: str, months: int) -> Figure:
        name, day = f"churn.cif_{cause}_{months}m", HORIZON_DAYS[months]
        level = self.incidence.confidence
        if reason := self.too_few_before(day):
            return Figure(name, None, None, None, self.n_customers, self.as_of, reason)
        if cause != "unknown" and set(self.causes) == {"unknown"}:
            return Figure(name, None, None, None, self.n_customers, self.as_of, NO_REASONS)
        if cause not in self.causes:
            why = "Nobody who was watched left for it, so there is no spread for an interval."
            return Figure(name, 0.0, None, None, self.n_customers, self.as_of, why)
        table = self.incidence.table
        rows = table[(table["cause"] == cause) & (table["day"] <= day)]
        row = rows.iloc[-1]
        share = float(row["incidence"])
        if not 0 < share < 1:
            why = "Nobody left for it by then, so there is no spread for an interval."
            return Figure(name, share, None, None, self.n_customers, self.as_of, why)
        return Figure(
            name, share, float(row["lower"]), float(row["upper"]), self.n_customers, self.as_of,
            None, level,
        )  # fmt: skip

    def too_few_before(self, day: int, group: str | None = None) -> str | None:
        """Why nothing is said of the share gone by `day`, of one group or where there are none."""
        table = self.survival.table
        if group is not None:
            table = table[table["group"] == group]
        within = table[(table["day"] > 0) & (table["day"] <= day)]
        least = within["at_risk"].min() if len(within) else 0
        if not table["day"].max() >= day:
            return (
                f"No customer was watched for {day} days after it was acquired. Load a longer "
                "period."
            )
        if least < FEWEST_AT_RISK:
            return (
                f"On some day before day {day} only {int(least)} customers that young were "
                f"watched, and fewer than {FEWEST_AT_RISK} say nothing of who leaves. Load a "
                "longer period, or widen the filters."
            )
        return None


def fit_churn(
    lives: pd.DataFrame,
    as_of: dt.date,
    *,
    churn_rule_days: int,
    by: str | None = None,
    days: int = HORIZON_DAYS[36],
    fewest: int = FEWEST,
    confidence: float = 0.95,
) -> Churn:
    """Estimate survival since acquisition and incidence by cause, with customers entering late.

    A customer acquired before the books begin is watched from their first day on only: had it
    left before, it would not be in them. Without that, those who stayed long would be counted
    from their first day, and everybody would seem to stay longer.

    Parameters
    ----------
    lives : DataFrame
        From `warehouse.churn.customer_lives`.
    as_of : date
    churn_rule_days : int
        Kept with the result.
    by : str, optional
        A segment column; groups of fewer than `fewest` customers are named and have no curve.
    days : int
        Horizon of the restricted mean.

    Returns
    -------
    Churn

    Raises
    ------
    Refusal
        If there are too few customers, they were watched too briefly, or nobody has left.

    Examples
    --------
    Of 40 customers, 10 left for the price after 100 days and 10 for service after 200:

    >>> lives = pd.DataFrame(
    ...     {
    ...         "entry": 0,
    ...         "duration": [100] * 10 + [200] * 10 + [400] * 20,
    ...         "cause": ["price"] * 10 + ["service"] * 10 + [None] * 20,
    ...         "by_rule": False,
    ...     }
    ... )
    >>> churn = fit_churn(lives, dt.date(2025, 6, 30), churn_rule_days=180, days=365)
    >>> churn.figures()[1].id, churn.figures()[1].value
    ('churn.cif_price_12m', 0.25)
    >>> churn.means.table["mean"].item()
    257.5
    """
    opened_twice = lives["by_rule"] & lives["cause"].isna()
    lives = lives[~opened_twice]
    left = lives["cause"].notna().to_numpy()
    watched = int((lives["duration"] - lives["entry"]).max()) if len(lives) else 0
    if watched < LEAST_WATCHED and not left.any():
        raise Refusal(
            f"No customer was watched for longer than {counted(watched, 'day')}: the books begin "
            "with their first invoice, and who left before it could not be seen to leave. Load the "
            "invoices of a longer period, or check that `issued_on` is not the same for all."
        )
    if len(lives) < fewest:
        raise Refusal(
            f"How long customers stay is not estimated from {counted(len(lives), 'customer')}: "
            f"from fewer than {fewest} the answer would be chance. Widen the filters."
        )
    if not left.any():
        raise Refusal(
            f"None of the {len(lives):,} customers has left, so nothing can be said of when and "
            "why they do. Check that `churned_on` was read, or load a longer period."
        )
    label = segment(lives, by)
    sizes = pd.DataFrame({"group": label.to_numpy(), "n": 1, "n_left": left.astype(int)})
    groups = sizes.groupby("group", sort=True).sum().reset_index()
    groups["reason"] = [
        f"Only {counted(n, 'customer')}; {fewest} are needed." if n < fewest else None
        for n in groups["n"]
    ]
    shown = label.isin(groups.loc[groups["reason"].isna(), "group"]).to_numpy()
    if not (shown & left).any():
        raise Refusal(
            f"No value of {by} has {fewest} customers with somebody who left among them, so the "
            "groups cannot be compared. Choose a coarser split."
        )
    some = lives[shown]
    duration, gone = some["duration"].to_numpy(), left[shown]
    options = {
        "entry": some["entry"].to_numpy(),
        "group": label[shown].to_numpy() if by else None,
    }
    causes = tuple(cause for cause in CHURN_CAUSES if (some["cause"] == cause).any())
    codes = pd.Categorical(some["cause"], categories=causes)
    several = by is not None and label[shown].nunique() > 1
    return Churn(
        fit_kaplan_meier(duration, gone, **options, confidence=confidence),
        fit_cumulative_incidence(duration, codes, causes=causes, **options, confidence=confidence),
        fit_restricted_mean(duration, gone, days=days, **options, confidence=confidence),
        fit_log_rank(duration, gone, **options) if several else None,
        groups,
        causes,
        by,
        as_of,
        len(lives),
        int(left.sum()),
        int(lives["by_rule"].sum()),
        int(opened_twice.sum()),
        churn_rule_days,
    )

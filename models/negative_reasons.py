"""Why a customer is one to avoid: four reasons kept apart, each with its evidence in words."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

__all__ = ["REASONS", "weigh_reasons"]

#: Name of each reason, and what it says.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "unhappy": "Unhappy with what they bought",
        "stops_early": "Stops soon after it was won",
        "unprofitable": "Costs more to serve than it brings",
        "disruptive": "Takes more of our time than it is worth",
    }
)
#: Scores below those of nine in ten other customers are unhappy ones.
UNHAPPY = 0.10
#: Whoever leaves within so many months of acquisition stops early.
EARLY_MONTHS = 12.0
#: More staff time for its revenue than nineteen in twenty others is disruption.
DISRUPTIVE = 0.95
MEASURES = ("nps", "csat", "ces")
THOUSAND = 1_000


def weigh_reasons(customers: pd.DataFrame, negative: pd.Series) -> pd.DataFrame:
    """Evidence for each reason, for customers of negative personas.

    Parameters
    ----------
    customers : DataFrame
        As in `models.negative_personas.fit_negative_personas`, indexed by ``customer_id``.
    negative : Series of bool
        Who is in a negative persona; all others are what they are compared with.

    Returns
    -------
    DataFrame
        One column a reason: a sentence where it applies, empty where not.
    """
    evidence = pd.DataFrame("", index=customers.index, columns=list(REASONS))
    others = customers[~negative]
    for name, weigh in WEIGHED.items():
        said = weigh(customers[negative], others)
        evidence.loc[said.index, name] = said
    return evidence


def unhappy(rows: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """Scores lower than those of nine in ten others."""
    about = {name: (others[name].mean(), others[name].std()) for name in MEASURES}

    def standing(customers: pd.DataFrame) -> pd.Series:
        scores = [(customers[m] - mean) / spread for m, (mean, spread) in about.items()]
        return pd.concat(scores, axis=1).mean(axis=1)

    usual = standing(others)
    if usual.notna().sum() == 0:
        return pd.Series(dtype=object)
    low = standing(rows) <= usual.quantile(UNHAPPY)
    return (
        rows[low]
        .apply(
            lambda row: (
                ", ".join(
                    f"{name.upper()} {row[name]:.1f} (others {about[name][0]:.1f})"
                    for name in MEASURES
                    if not np.isnan(row[name])
                )
                + f" in {row['n_surveys']:.0f} answers"
            ),
            axis=1,
            result_type="reduce",
        )
        .astype(object)
    )


def stops_early(rows: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """Left within a year of being won."""
    left = ~rows["active"].astype(bool) & (rows["tenure_months"] <= EARLY_MONTHS)
    return (
        rows.loc[left, "tenure_months"].map(lambda t: f"left after {t:.1f} months").astype(object)
    )


def unprofitable(rows: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """Contribution after cost to serve below zero."""
    lost = rows[(rows["contribution"] < 0) & (rows["months"] > 0)]
    monthly = lost["contribution"] / lost["months"]
    said = [
        f"{-loss:,.0f} lost a month on {revenue:,.0f} of revenue"
        for loss, revenue in zip(monthly, lost["revenue"] / lost["months"], strict=True)
    ]
    return pd.Series(said, index=lost.index, dtype=object)


def disruptive(rows: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """Minutes of our people for each thousand of revenue, beyond nineteen in twenty others."""
    limit = burden(others).quantile(DISRUPTIVE)
    mine = burden(rows)
    chosen = rows[mine > limit]
    usual = burden(others).median()
    said = [
        f"{minutes:,.0f} staff minutes for 1,000 of revenue (others {usual:,.0f}): "
        f"{tickets:.0f} tickets, {reminders:.0f} reminders"
        + ("" if np.isnan(disputes) else f", {100 * disputes:.0f} % of invoices in dispute")
        for minutes, tickets, reminders, disputes in zip(
            mine[chosen.index], chosen["n_tickets"], chosen["n_reminders"],
            chosen["dispute_share"], strict=True,
        )
    ]  # fmt: skip
    return pd.Series(said, index=chosen.index, dtype=object)


def burden(rows: pd.DataFrame) -> pd.Series:
    """Staff minutes for each thousand of revenue; missing without revenue."""
    minutes = rows["ticket_minutes"].fillna(0.0) + rows["reminder_minutes"].fillna(0.0)
    return THOUSAND * minutes / rows["revenue"].where(rows["revenue"] > 0)


WEIGHED = MappingProxyType(
    {
        "unhappy": unhappy,
        "stops_early": stops_early,
        "unprofitable": unprofitable,
        "disruptive": disruptive,
    }
)

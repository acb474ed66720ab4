"""Which payment terms leave most, persona by persona, and why the best limit is not said."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control
from scipy.stats import t as student

from models.refusal import Refusal
from models.segments import FEWEST

__all__ = ["NO_LIMIT", "CreditTerms", "fit_credit_terms"]

#: Share of false alarms among the terms that are called better or worse.
FALSE_DISCOVERIES = 0.05
YEAR = 365
NO_LIMIT = (
    "Which limit would leave most cannot be told from these books: they hold the orders that were "
    "placed, not those that a limit turned away, and no customer's limit was changed to see what "
    "follows. Raise the limits of some customers drawn by lot, keep those of others, and load the "
    "orders of both."
)


@dataclass(frozen=True, eq=False)
class CreditTerms:
    """What customers of each persona leave over under the payment terms they have.

    Attributes
    ----------
    table : DataFrame
        One row a persona and terms: ``persona``, ``terms`` (days), ``n``, ``left_over`` (of each
        unit invoiced in 12 months, after goods, service, support, reminders, credits, bad debt
        and the cost of waiting), ``difference`` from the persona's commonest terms with ``low``,
        ``high``, ``q_value``, and ``verdict`` (commonest, more, less, no difference seen, too
        few).
    rate : float
        Yearly cost of the money that is waited for.
    """

    table: pd.DataFrame
    rate: float
    n: int
    confidence: float


def fit_credit_terms(
    customers: pd.DataFrame, *, rate: float, confidence: float = 0.95
) -> CreditTerms:
    """Compare what is left over by payment terms, within each persona.

    What a customer leaves is its contribution less the cost of waiting for its money, over its
    revenue, so that size does not decide; outliers are drawn in to the first and last hundredth.
    The experience cost that shows in support, credits and reminders is in the contribution; one
    that shows later is not. Terms are agreed, not drawn by lot: customers with other terms may be
    others in more than their terms.

    Parameters
    ----------
    customers : DataFrame
        ``persona``, ``payment_terms_days``, ``revenue``, ``contribution`` and ``days_to_pay`` of
        12 months.
    rate : float

    Raises
    ------
    Refusal
        If no persona has two terms with 30 customers each.
    """
    rows = customers[customers["revenue"] > 0].dropna(subset=["contribution", "days_to_pay"])
    waiting = rate * rows["days_to_pay"] / YEAR
    left = rows["contribution"] / rows["revenue"] - waiting
    if len(left):
        left = left.clip(*left.quantile([0.01, 0.99]))
    rows = rows.assign(left_over=left)
    found = [
        compared(persona, part, confidence) for persona, part in rows.groupby("persona", sort=True)
    ]
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    if table.empty or not table["p_value"].notna().any():
        raise Refusal(
            f"No persona has {FEWEST} customers each under two payment terms, so what terms do "
            "cannot be told from who has them. Agree other terms with some customers drawn by lot."
        )
    tested = table["p_value"].notna()
    table.loc[tested, "q_value"] = false_discovery_control(table.loc[tested, "p_value"])
    seen = table["q_value"] <= FALSE_DISCOVERIES
    table.loc[tested, "verdict"] = "no difference seen"
    table.loc[tested & seen, "verdict"] = np.where(
        table.loc[tested & seen, "difference"] > 0, "more", "less"
    )
    return CreditTerms(table.drop(columns="p_value"), rate, len(rows), confidence)


def compared(persona: str, part: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Terms of one persona against its commonest, by Welch's interval."""
    by_terms = part.groupby("payment_terms_days")["left_over"]
    table = by_terms.agg(n="size", left_over="mean", var="var").reset_index(names="terms")
    base = table.loc[table["n"].idxmax()]
    enough = (table["n"] >= FEWEST) & (base["n"] >= FEWEST)
    other = enough & (table["terms"] != base["terms"])
    spread, own = table["var"] / table["n"], base["var"] / base["n"]
    error = np.sqrt(spread + own)
    degrees = (spread + own) ** 2 / (
        spread**2 / (table["n"] - 1).clip(lower=1) + own**2 / max(base["n"] - 1, 1)
    )
    difference = table["left_over"] - base["left_over"]
    half = student.ppf((1 + confidence) / 2, degrees) * error
    verdict = np.select([~enough, table["terms"] == base["terms"]], ["too few", "commonest"], "")
    return pd.DataFrame(
        {
            "persona": persona,
            "terms": table["terms"].astype(int),
            "n": table["n"],
            "left_over": table["left_over"].where(enough),
            "difference": difference.where(other),
            "low": (difference - half).where(other),
            "high": (difference + half).where(other),
            "p_value": pd.Series(2 * student.sf(np.abs(difference / error), degrees)).where(other),
            "q_value": np.nan,
            "verdict": verdict,
        }
    )

"""Who stands for those who were lost sight of: weights by the inverse chance of being watched."""

from dataclasses import dataclass

import numpy as np

from models.refusal import Refusal
from models.risk_sets import RiskSets, Rows, backwards

__all__ = ["Known", "known_at"]


@dataclass(frozen=True, eq=False)
class Known:
    """Rows of which it is known whether they had left by a day, and how many each stands for.

    Attributes
    ----------
    left : ndarray of bool
        Had the event, by whatever cause, by the end of the day.
    weight : ndarray
        One over the chance of having been watched so long; 0 where it is not known. Weights sum to
        n: those of who is still there to n times Kaplan-Meier's survival.
    """

    rows: Rows
    left: np.ndarray
    weight: np.ndarray
    day: int
    at_risk: np.ndarray
    lost: np.ndarray

    def influence(self, values: np.ndarray) -> np.ndarray:
        """By how much the weight of each row moves the weighted sum of `values`.

        That is its own term, and what it changes in the weights of the others.
        """
        own = self.weight * values
        # Term by the last day whose chance of being watched stands in its weight.
        pull = np.bincount(
            np.where(self.left, np.maximum(self.rows.day - 1, 0), self.day),
            np.where(self.left & (self.rows.day == 0), 0.0, own),
            minlength=self.rows.n_days,
        )
        from_day = -backwards(pull)
        stay = self.at_risk - self.lost
        per_loss = np.divide(from_day, stay, out=np.zeros_like(stay), where=stay > 0)
        share = np.divide(self.lost, self.at_risk, out=np.zeros_like(stay), where=stay > 0)
        expected = np.append(0.0, np.cumsum(per_loss * share))
        day, censored = self.rows.day, self.rows.cause == 0
        # Who leaves on a day was not to be lost on it: losses come after.
        change = expected[day + censored] - np.where(censored, per_loss[day], 0.0)
        return own + change


def known_at(rows: Rows, sets: RiskSets, day: int) -> Known:
    """Weights for what is known at the end of `day`; rows must be watched from the origin."""
    last = rows.n_days - 1
    outlasting = rows.day > day
    if not outlasting.any() and not (sets.survival[0, min(day, last)] <= 0 and day <= last):
        raise Refusal(
            f"Nobody was watched beyond {last}, so who is still there after {day} is not known. "
            f"Choose a horizon below {last}."
        )
    lost = sets.censored[0]
    at_risk = sets.at_risk[0] - sets.left[0]
    stay = np.divide(at_risk - lost, at_risk, out=np.ones_like(at_risk), where=at_risk > 0)
    watched = np.cumprod(stay)
    before = np.append(1.0, watched[:-1])
    left = (rows.cause > 0) & (rows.day <= day)
    weight = np.zeros(rows.day.size)
    weight[left] = 1 / before[rows.day[left]]
    weight[outlasting] = 1 / watched[day] if outlasting.any() else 0.0
    return Known(rows, left, weight, day, at_risk, lost)

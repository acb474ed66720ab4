"""Who leaves because a bill changes: drawn from what was estimated, or from a stated number."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.price_reaction import OUTCOMES, PriceReaction
from models.simulated_reaction import chances_of_leaving

__all__ = ["DrawnLeaving", "StatedLeaving", "fit_drawn_leaving"]

#: Changes of a bill between which chances are drawn straight.
STEP = 0.01


@dataclass(frozen=True)
class StatedLeaving:
    """Leaving by a number that a person states.

    Attributes
    ----------
    log_hazard : float
        What a bill twice as high adds to the log hazard of leaving. A lower bill is taken to keep
        nobody.
    yearly_churn : float
        Share of revenue lost in a year as prices are.

    Examples
    --------
    >>> stated = StatedLeaving(0.8, 0.1)
    >>> stated(np.array([[-0.2, 0.0, 1.0]])).round(4).tolist()
    [[0.0, 0.0, 0.109]]
    """

    log_hazard: float
    yearly_churn: float
    assumed: tuple[str, ...] = ("all of it",)

    def __post_init__(self) -> None:
        if not 0 <= self.yearly_churn < 1 or self.log_hazard < 0:
            raise ValueError(
                f"A yearly churn of {self.yearly_churn} and a log hazard of {self.log_hazard} give "
                "no risk. Use a share below 1 and a log hazard of 0 or more."
            )

    def __call__(self, change: np.ndarray) -> np.ndarray:
        """The chance that each bill's change loses its customer within a year."""
        hazard = -np.log1p(-self.yearly_churn)
        rise = np.maximum(change, 0.0)
        # Survival of a year as it is, less that at the higher hazard.
        return np.exp(-hazard) - np.exp(-hazard * np.exp(self.log_hazard * rise))

    def beyond(self, change: np.ndarray) -> np.ndarray:
        """Whether a change is further than what the number was found from: it was not found."""
        return np.zeros(np.shape(change), dtype=bool)


@dataclass(frozen=True, eq=False)
class DrawnLeaving:
    """Leaving by the effects of bills and prices, averaged over what is not known of them.

    Attributes
    ----------
    changes : ndarray of shape (k,)
        Changes of a bill as fractions, evenly spaced.
    more : ndarray of shape (n, k)
        By how much each customer's chance to leave is higher; below 0 where fewer leave.
    yearly_churn : float
        Mean chance to leave without a change.
    assumed : tuple of str
        Effects that are assumed and not estimated, in words.
    seen_low, seen_high : float
        Furthest changes of price that the effects were estimated from.
    months : int
    """

    changes: np.ndarray
    more: np.ndarray
    yearly_churn: float
    assumed: tuple[str, ...]
    seen_low: float
    seen_high: float
    months: int

    def __call__(self, change: np.ndarray) -> np.ndarray:
        """The chance that each bill's change, (combination, customer), loses its customer."""
        first, step = self.changes[0], self.changes[1] - self.changes[0]
        place = np.clip((change - first) / step, 0.0, len(self.changes) - 1)
        below = np.minimum(place.astype(int), len(self.changes) - 2)
        part = place - below
        who = np.arange(len(self.more))
        return (1 - part) * self.more[who, below] + part * self.more[who, below + 1]

    def beyond(self, change: np.ndarray) -> np.ndarray:
        """Whether a change is further than any that was seen."""
        return (change > self.seen_high + 1e-9) | (change < self.seen_low - 1e-9)


def fit_drawn_leaving(
    reaction: PriceReaction,
    base_hazard: np.ndarray,
    furthest: Sequence[float],
    *,
    draws: int = 100,
    seed: int = 0,
) -> DrawnLeaving:
    """Draw how many more leave at every change of a bill.

    Parameters
    ----------
    reaction : PriceReaction
    base_hazard : ndarray of shape (n, months, 2)
        Chance of leaving in each month, for the price and otherwise, without a change.
    furthest : sequence of two float
        Lowest and highest change that will be asked for.
    """
    low, high = furthest
    changes = np.linspace(low, high, round((high - low) / STEP) + 1)
    more = chances_of_leaving(reaction.effects(), changes, base_hazard, draws=draws, seed=seed)
    rows = reaction.estimates
    rows = rows[rows["outcome"].str.startswith("leave") & (rows["source"] == "assumed")]
    falls = low < 0
    rows = rows[falls | (rows["direction"] != "down")]
    said = tuple(
        f"{OUTCOMES[row.outcome].label.lower()} after a "
        f"{'price' if row.trigger == 'change' else 'bill'} that is "
        f"{'lower' if row.direction == 'down' else 'higher'}"
        for row in rows.itertuples()
    )
    gone = 1 - np.prod(1 - base_hazard, axis=(1, 2))
    return DrawnLeaving(
        changes, more, float(gone.mean()), tuple(dict.fromkeys(said)), reaction.seen("down"),
        reaction.seen("up"), base_hazard.shape[1],
    )  # fmt: skip

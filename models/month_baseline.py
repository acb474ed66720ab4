"""How the hazard runs over the months of a contract: a smooth line or steps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["MonthBaseline", "month_baseline"]

# Where the line may bend, if nobody says: shares of the events that lie before.
SHARES = (0.05, 0.35, 0.65, 0.95)


@dataclass(frozen=True)
class MonthBaseline:
    """Columns of the month, besides the intercept.

    Attributes
    ----------
    knots : tuple of float
        Months at which a natural cubic spline in the logarithm of the month changes; with fewer
        than three it is straight, which is Weibull's hazard.
    ends : tuple of int
        Last month of each step but the last; empty for a line.
    """

    knots: tuple[float, ...] = ()
    ends: tuple[int, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        if not self.ends:
            bends = range(1, max(len(self.knots) - 1, 1))
            return ("log_month", *(f"log_month_bend_{k}" for k in bends))
        until = [f"month_{a + 1}_to_{b}" for a, b in zip(self.ends, self.ends[1:], strict=False)]
        return (*until, f"month_from_{self.ends[-1] + 1}")

    def columns(self, month: np.ndarray) -> np.ndarray:
        """Array (month, column).

        Examples
        --------
        >>> MonthBaseline(ends=(12, 24)).columns(np.array([12, 13, 30])).tolist()
        [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
        """
        if self.ends:
            step = np.searchsorted(self.ends, month, side="left")
            return (step[:, None] == np.arange(1, len(self.ends) + 1)).astype(float)
        # The middle of the month, in which the hazard of the month is that of the line.
        age = np.log(month - 0.5)
        if len(self.knots) < 3:
            return age[:, None]
        knots = np.log(np.asarray(self.knots) - 0.5)
        cubes = np.maximum(age[:, None] - knots, 0.0) ** 3
        last = cubes[:, -1:]
        slopes = (cubes[:, :-1] - last) / (knots[-1] - knots[:-1])
        bends = (slopes[:, :-1] - slopes[:, -1:]) / (knots[-1] - knots[0])
        return np.column_stack([age, bends])


def month_baseline(
    month: np.ndarray,
    had_event: np.ndarray,
    knots: Sequence[float] | None,
    ends: Sequence[int] | None,
) -> MonthBaseline:
    """The baseline asked for; by default a line that bends where the events are."""
    if knots is not None and ends is not None:
        raise ValueError(
            "The hazard over months cannot be both a line and steps. Pass `baseline_knots` or "
            "`baseline_ends`."
        )
    if ends is not None:
        if not len(ends) or any(np.diff(ends) <= 0) or ends[0] < 1:
            raise ValueError(
                f"The steps of the hazard end at {list(ends)}, which does not rise from month 1. "
                "Pass the last month of each step but the last, such as [3, 12, 24]."
            )
        return MonthBaseline(ends=tuple(int(end) for end in ends))
    if knots is None:
        knots = np.unique(np.round(np.quantile(month[had_event], SHARES)))
    if any(np.diff(knots) <= 0) or (len(knots) and min(knots) < 1):
        raise ValueError(
            f"The knots {list(knots)} do not rise from month 1, so no line can be drawn through "
            "them. Pass months in order, such as [2, 6, 18, 48]."
        )
    return MonthBaseline(knots=tuple(float(knot) for knot in knots))

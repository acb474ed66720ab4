"""Who is still unpaid some days after a reminder, and who would be had it not been sent."""

from dataclasses import dataclass

import numpy as np

from models.reminder_fading import Fading

__all__ = ["Survivors", "fit_survivors"]


@dataclass(frozen=True, eq=False)
class Survivors:
    r"""What a reminder does to the hazard of all who are left unpaid.

    Who is hurried along was often about to pay, and the patient are left over. Of
    :math:`e` days after a reminder that multiplies the hazard of each invoice by :math:`e^\beta`,
    that of all still unpaid is multiplied by

    .. math:: r(e) = 1 + \ell(e)\,(e^\beta - 1)

    only, with :math:`\ell` what is left of an effect by then. It holds where what is on no record
    follows a gamma distribution [1]_. A later reminder hurries those along whom the first left:
    its ratio begins anew on its day, and multiplies the other.

    Attributes
    ----------
    hazard : ndarray
        Of being paid, by days since the first reminder, as it was seen.
    again : ndarray
        The same since the second, of those who were sent one.
    left : ndarray
        Part of an effect that is left by then.

    References
    ----------
    .. [1] O. O. Aalen, O. Borgan, H. K. Gjessing (2008). Survival and event history analysis,
       chapter 6.
    """

    hazard: np.ndarray
    again: np.ndarray
    left: np.ndarray

    @property
    def left_again(self) -> np.ndarray:
        """Part of a later effect that is left: the first had sorted them, so there is less to sort.

        Examples
        --------
        Where a half of a first effect lasts, a later one loses half as much:

        >>> Survivors(np.zeros(3), np.zeros(3), np.array([1.0, 0.8, 0.5])).left_again
        array([1.  , 0.9 , 0.75])
        """
        return 1 - self.left[-1] * (1 - self.left)

    def ratio(self, effect: np.ndarray) -> np.ndarray:
        """Return what multiplies the hazard of all who are left: an array (..., days since).

        Examples
        --------
        A half more for each invoice is a quarter more for all when half of the effect is left:

        >>> Survivors(np.zeros(2), np.zeros(2), np.array([1.0, 0.5])).ratio(np.log([1.5]))
        array([[1.5 , 1.25]])
        """
        return 1 + self.left * np.expm1(effect)[..., None]

    def ratio_again(self, effect: np.ndarray) -> np.ndarray:
        """Return the same of a later reminder, by days since it."""
        return 1 + self.left_again * np.expm1(effect)[..., None]

    def kept(self, effect: np.ndarray) -> np.ndarray:
        """Return the log of how many would be unpaid without the effect, for each who is."""
        return np.cumsum(self.hazard * (1 - 1 / self.ratio(effect)), axis=-1)

    def kept_again(self, effect: np.ndarray) -> np.ndarray:
        """Return the same of a second reminder, by days since it."""
        return np.cumsum(self.again * (1 - 1 / self.ratio_again(effect)), axis=-1)

    def until(self, days: int) -> "Survivors":
        """Return the same for so many days since the reminder."""
        return Survivors(*(part[: days + 1] for part in (self.hazard, self.again, self.left)))


def fit_survivors(
    since: np.ndarray, alone: np.ndarray, paid: np.ndarray, fading: Fading
) -> Survivors:
    """Count payments by days since the first reminder, and since the second.

    Parameters
    ----------
    since : ndarray of int
        Days from the first reminder to the end of the watch; 0 where none was sent before it.
    alone : ndarray of int
        Of these the days before the second.
    paid : ndarray of bool
    fading : Fading

    Examples
    --------
    Of four reminded one pays on the next day, and one of the three left on the day after:

    >>> since, paid = np.array([1, 2, 2, 2, 0]), np.array([1, 1, 0, 0, 1], dtype=bool)
    >>> fit_survivors(since, since, paid, Fading((0,), (1.0,), 0.0)).hazard[1:].round(3)
    array([0.251, 0.336])
    """
    size = int(since.max(initial=1)) + 1
    place = np.searchsorted(fading.edges, np.arange(size) - 0.5, side="right") - 1
    left = np.asarray(fading.left)[np.maximum(place, 0)]
    return Survivors(
        hazard_by_day(since, paid, size), hazard_by_day(since - alone, paid, size), left
    )


def hazard_by_day(since: np.ndarray, paid: np.ndarray, size: int) -> np.ndarray:
    reminded = since > 0
    ended = np.bincount(since[reminded], minlength=size)
    events = np.bincount(since[reminded & paid], minlength=size)
    # Half a one more, so that the last of all is not taken to have paid for sure.
    at_risk = np.cumsum(ended[::-1])[::-1] + 0.5
    return -np.log1p(-events / at_risk)

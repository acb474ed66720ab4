"""What initiatives of a known effect would truly bring: the same customers with and without it."""

from collections.abc import Collection

import numpy as np
from scipy.special import ndtr

from sample_data.care import CSAT_EDGES
from sample_data.churn import CAUSES
from sample_data.effects import EFFECTS
from sample_data.futures import Ahead
from sample_data.true_value import expected_months

__all__ = ["FEWER_LEAVE", "LIFT", "csat_of", "initiative_values", "survival_if"]

#: Points of latent satisfaction that everybody is happier by from the close on.
LIFT = 0.3
#: Part of each month's leaving that does not happen.
FEWER_LEAVE = 0.2


def initiative_values(
    ahead: Ahead,
    satisfaction: np.ndarray,
    payment: np.ndarray,
    slope: float,
    off: Collection[str] = (),
) -> dict[str, dict[str, float]]:
    """Margin of the next 36 months that two initiatives for everybody would keep, in EUR.

    Parameters
    ----------
    ahead : Ahead
        What lies ahead of the customers at the close.
    satisfaction : ndarray of shape (n,)
        Latent, at the close.
    payment : ndarray of shape (n,)
        What each leaves over in a month.
    slope : float
        Log hazard ratio of leaving of one point of CSAT as it is reported, as it truly is.
    off : collection of str
        Mechanisms switched off.

    Returns
    -------
    dict
        ``fewer_leave``: leaving falls by ``share``, and ``value`` is what that keeps.
        ``happier``: all are `LIFT` happier. ``csat`` is by how much more they would answer on
        average, ``felt`` what being happier keeps, and ``value`` what as much more of the
        reported score goes with: an answer holds luck beside what is felt, may be a year old,
        and says of whoever gives it less than it seems to.
    """
    without = "satisfaction_on_churn" in off
    ratios = {
        "felt": [0.0 if without else LIFT * EFFECTS.satisfaction_on_churn[c] for c in CAUSES],
        "fewer": [np.log1p(-FEWER_LEAVE)] * len(CAUSES),
    }
    csat = float(csat_of(satisfaction + LIFT, off).mean() - csat_of(satisfaction, off).mean())
    ratios["reported"] = [csat * slope] * len(CAUSES)
    months = expected_months(ahead.survival)
    kept = {
        name: float((expected_months(survival_if(ahead, np.array(ratio))) - months) @ payment)
        for name, ratio in ratios.items()
    }
    return {
        "fewer_leave": {"share": FEWER_LEAVE, "value": kept["fewer"]},
        "happier": {"csat": csat, "value": kept["reported"], "felt": kept["felt"]},
    }


def survival_if(ahead: Ahead, log_ratio: np.ndarray) -> np.ndarray:
    """Survival, were the hazard of each cause multiplied by the exponential of `log_ratio`.

    Each customer's hazards are means over its futures, which is exact where these are alike.

    Examples
    --------
    >>> ahead = Ahead(np.array([[1.0, 0.8, 0.6]]), np.array([[[0, 0.2, 0.4]] + [[0, 0, 0]] * 3]))
    >>> survival_if(ahead, np.zeros(4)).round(6).tolist()
    [[1.0, 0.8, 0.6]]
    """
    survival = np.maximum(ahead.survival, 1e-12)
    total = -np.diff(np.log(survival), axis=1)
    left = np.diff(ahead.incidence, axis=2)
    share = left / np.maximum(left.sum(axis=1, keepdims=True), 1e-300)
    hazard = (share * np.exp(log_ratio)[None, :, None]).sum(axis=1) * total
    start = np.ones((len(survival), 1))
    return np.concatenate([start, np.exp(-np.cumsum(hazard, axis=1))], axis=1)


def csat_of(satisfaction: np.ndarray, off: Collection[str]) -> np.ndarray:
    """CSAT that each customer answers on average, over what it feels when it is asked.

    Examples
    --------
    >>> csat_of(np.array([-3.0, 0.0, 3.0]), []).round(2).tolist()
    [1.07, 3.66, 5.0]
    """
    reliability = 1.0 if "survey_noise" in off else EFFECTS.survey_reliability
    spread = max(np.sqrt(1 - reliability), 1e-9)
    above = np.sqrt(reliability) * satisfaction[:, None] - np.array(CSAT_EDGES)
    return 1.0 + ndtr(above / spread).sum(axis=1)

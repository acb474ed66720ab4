"""Why and when customers leave: one hazard for each cause, month by month."""

from collections.abc import Collection

import numpy as np

from sample_data.effects import EFFECTS
from sample_data.population import Population

__all__ = ["CAUSES", "churn_hazards", "leave", "recorded_reason"]

CAUSES = ("service", "pricing", "fit", "insolvency")
#: What a person would write down for each cause.
WORDING = {
    "service": ("service", "service"),
    "pricing": ("price", "billing"),
    "fit": ("product", "competitor"),
    "insolvency": ("insolvency", "insolvency"),
}
REASONS = ("price", "billing", "service", "product", "competitor", "insolvency", "other")


def churn_hazards(
    population: Population,
    month: int,
    *,
    satisfaction: np.ndarray,
    liquidity: np.ndarray,
    bill_shock: np.ndarray,
    price_rise: np.ndarray,
    off: Collection[str] = (),
) -> np.ndarray:
    """Return each customer's hazard of leaving in `month` for each cause.

    Parameters
    ----------
    population : Population
        n customers.
    month : int
        Month of the books; customers acquired in it or later cannot leave yet.
    satisfaction, liquidity : ndarray of shape (n,)
        Latent values at the start of the month.
    bill_shock : ndarray of shape (n,)
        Last bill against the expected one, as a fraction; 0 where it was as expected.
    price_rise : ndarray of shape (n,)
        Price rise of the last six months, as a fraction.
    off : collection of str
        Mechanisms switched off.

    Returns
    -------
    ndarray of shape (n, 4)
        Monthly hazards in the order of `CAUSES`.
    """
    tenure = month - population.acquired_month
    present = tenure > 0
    age = np.where(present, tenure, 1)
    shape, scale = EFFECTS.churn_shape, EFFECTS.churn_scale_months
    weibull = shape / scale * ((age - 0.5) / scale) ** (shape - 1)
    renewal = np.where((age % 12 == 0) & ("renewal_spikes" not in off), EFFECTS.renewal_ratio, 1.0)
    size = 0.0 if "size_on_churn" in off else EFFECTS.size_on_churn
    hazards = np.empty((len(population), len(CAUSES)))
    for k, cause in enumerate(CAUSES):
        log_ratio = np.zeros(len(population))
        if "satisfaction_on_churn" not in off:
            log_ratio += EFFECTS.satisfaction_on_churn[cause] * satisfaction
        if cause == "insolvency":
            log_ratio += EFFECTS.liquidity_on_insolvency * liquidity
        else:
            log_ratio += size * population.size + np.log(renewal)
        if cause == "pricing":
            if "price_response" not in off:
                log_ratio += EFFECTS.price_rise_on_churn * price_rise / 0.10
            if "bill_shock" not in off:
                log_ratio += EFFECTS.bill_shock_on_churn_up * np.clip(bill_shock, 0, 1)
                log_ratio += EFFECTS.bill_shock_on_churn_down * np.clip(bill_shock, -1, 0)
        if cause == "fit":
            log_ratio += 1.8 * population.early_leaver
        hazards[:, k] = EFFECTS.churn_share[cause] * weibull * np.exp(log_ratio)
    return np.where(present[:, None] & ("churn" not in off), hazards, 0.0)


def leave(hazards: np.ndarray, uniform: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Who leaves this month and for which cause, from two uniform draws a customer.

    Examples
    --------
    >>> who, cause = leave(np.array([[0.0, 50.0, 0, 0], [0.0, 0, 0, 0]]), np.full((2, 2), 0.5))
    >>> who.tolist(), cause.tolist()
    ([True, False], [1, 0])
    """
    total = hazards.sum(axis=1)
    leaves = uniform[:, 0] < -np.expm1(-total)
    share = np.cumsum(hazards, axis=1) / np.where(total > 0, total, 1.0)[:, None]
    return leaves, np.where(leaves, (uniform[:, 1][:, None] > share).sum(axis=1).clip(max=3), 0)


def recorded_reason(cause: np.ndarray, uniform: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """What the account manager wrote down: mostly right, sometimes wrong or nothing.

    Parameters
    ----------
    cause : ndarray of int
        Index into `CAUSES`.
    uniform : ndarray of shape (n, 2)
        Two uniform draws a customer.
    errors : ndarray of bool
        Whether an invoice of ours was wrong in the year before.
    """
    wording = np.array([WORDING[c] for c in CAUSES], dtype=object)
    second = np.where(cause == 1, errors, uniform[:, 1] < 0.5)
    right = wording[cause, second.astype(int)]
    wrong = np.array(REASONS, dtype=object)[(uniform[:, 1] * len(REASONS)).astype(int)]
    kept = EFFECTS.reason_recorded_right
    told = np.where(uniform[:, 0] < kept, right, wrong)
    return np.where(uniform[:, 0] > 1 - EFFECTS.reason_missing, None, told)

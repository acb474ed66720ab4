"""How far a bill is from what its customer could expect, by its own earlier bills."""

import numpy as np
import pandas as pd

__all__ = ["FEWEST_BILLS", "FLOOR", "SURPRISE", "USUAL_BILLS", "bill_shocks", "lasting_surprise",
           "shock_of"]  # fmt: skip

#: Bills that the expected one is worked out from, and the fewest it takes.
USUAL_BILLS, FEWEST_BILLS = 6, 4
#: A bill this much above the expected one is a surprise, if the customer's bills are steadier.
SURPRISE, STEADIER = 0.25, 3.0
#: Of normal values, standard deviations to the median distance from the median.
OF_NORMAL = 1.4826
#: Below this a bill is nothing that could be multiplied, in units of its currency.
FLOOR = 1.0


def shock_of(bills: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Expected bill, shock and whether it is a surprise, of bills in columns by time.

    Expected is the median of the customer's last six bills, where there were four: nothing but
    what it had seen before. The shock is the bill over that, less 1.

    Parameters
    ----------
    bills : ndarray of shape (n, T)
        One row a customer; missing where it had none.

    Returns
    -------
    expected, shock : ndarray of shape (n, T)
        Missing where there was too little to expect from.
    surprise : ndarray of bool, shape (n, T)
        More than a quarter above what was expected, and more than three of the customer's own
        standard deviations (from the median distance to the median).

    Examples
    --------
    Steady bills of 100, then one of 150:

    >>> expected, shock, surprise = shock_of(np.array([[100, 100, 100, 100, 150.0]]))
    >>> float(expected[0, 4]), float(shock[0, 4]), bool(surprise[0, 4])
    (100.0, 0.5, True)
    """
    before = np.stack([lagged(bills, lag) for lag in range(1, USUAL_BILLS + 1)], axis=-1)
    expected = median(before)
    spread = OF_NORMAL * median(np.abs(before - expected[..., None]))
    shock = (bills - expected) / np.maximum(expected, FLOOR)
    surprise = (shock > SURPRISE) & (bills - expected > STEADIER * spread)
    return expected, shock, surprise


def lagged(values: np.ndarray, lag: int) -> np.ndarray:
    made = np.full_like(values, np.nan, dtype=float)
    made[:, lag:] = values[:, :-lag]
    return made


def median(values: np.ndarray) -> np.ndarray:
    """Median over the last axis of what is there; missing where fewer than four are."""
    ordered = np.sort(values, axis=-1)
    n = (~np.isnan(values)).sum(axis=-1)
    low, high = np.maximum(n - 1, 0) // 2, n // 2
    middle = (np.take_along_axis(ordered, np.minimum(place, USUAL_BILLS - 1)[..., None], -1)
              for place in (low, high))  # fmt: skip
    found = sum(part[..., 0] for part in middle) / 2
    return np.where(n >= FEWEST_BILLS, found, np.nan)


def bill_shocks(bills: pd.DataFrame, *, of: str = "customer_id") -> pd.DataFrame:
    """Each bill with what was expected of it.

    Parameters
    ----------
    bills : DataFrame
        ``issued_on``, ``amount`` and the column `of`, in order of both.
    of : str
        Column that names whose bills can be compared.

    Returns
    -------
    DataFrame
        The rows with ``expected``, ``shock`` and ``surprise``; see `shock_of`.
    """
    who = pd.factorize(bills[of])[0]
    place = bills.groupby(who, sort=False).cumcount().to_numpy()
    wide = np.full((int(who.max(initial=-1)) + 1, int(place.max(initial=-1)) + 1), np.nan)
    wide[who, place] = bills["amount"].to_numpy(dtype=float)
    expected, shock, surprise = (part[who, place] for part in shock_of(wide))
    return bills.assign(expected=expected, shock=shock, surprise=surprise)


def lasting_surprise(months: int) -> np.ndarray:
    """How much of a change that lasts is still a surprise, in each month after it.

    The new bill enters what is expected, so that after half a year nothing of it is left.

    >>> lasting_surprise(6).tolist()
    [1.0, 1.0, 1.0, 0.5, 0.0, 0.0]
    """
    # Bills of 100 that double.
    bills = np.repeat([100.0, 200.0], [USUAL_BILLS, months])[None]
    expected, _, _ = shock_of(bills)
    return (200.0 - expected[0, USUAL_BILLS:]) / 100.0

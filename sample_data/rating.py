"""What a month's use costs under each billing model, exact to the cent, in whole numbers.

Prices are in millionths of a currency unit, quantities are whole units (a fee's quantity is
in millionths of a month), results are cents, halves rounded up. Exact integers make every
invoice line repeatable in any language with decimals.
"""

import numpy as np

__all__ = ["BILLING_MODELS", "METERED", "per_unit", "prorated", "rated", "taken_off"]

BILLING_MODELS = (
    "fixed",
    "usage",
    "tiered",
    "per_thousand",
    "discount_tiers",
    "minimum_fee",
    "included_units",
    "overage",
    "customer_specific",
    "consolidated",
)
#: Models whose bill depends on what was used.
METERED = tuple(model for model in BILLING_MODELS if model != "fixed")
MILLION = 1_000_000
#: Graduated bands of a tiered tariff: upper end in usual months' use, price relative to `price`.
TIERS = ((0.5, 1.25), (1.25, 0.85), (None, 0.60))
#: Rebate by how much was used, on all units.
REBATES = ((0.6, 0), (1.2, 800), (None, 1_500))


def half_up(value: np.ndarray, divisor: int) -> np.ndarray:
    """Whole-number division, halves away from zero."""
    value = np.asarray(value)
    return np.sign(value) * ((2 * np.abs(value) + divisor) // (2 * divisor))


def per_unit(price: np.ndarray, quantity: np.ndarray) -> np.ndarray:
    """Cents for `quantity` units at `price` millionths each.

    Examples
    --------
    >>> per_unit(np.array([12_500]), np.array([999])).tolist()
    [1249]
    """
    return half_up(price * quantity, MILLION // 100)


def prorated(fee: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Cents of a fee (cents) for `share` millionths of a month."""
    return half_up(fee * share, MILLION)


def taken_off(cents: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Cents of a discount of `points` hundredths of a percent."""
    return half_up(cents * points, 10_000)


def rated(
    model: str, quantity: np.ndarray, *, price: np.ndarray, fee: np.ndarray, usual: np.ndarray
) -> np.ndarray:
    """Return what `quantity` units cost (cents) under one billing model, fee not included.

    Parameters
    ----------
    model : str
        One of `METERED`.
    quantity : ndarray of int
        Units used in the month.
    price : ndarray of int
        Price of a unit, in millionths.
    fee : ndarray of int
        The minimum of ``minimum_fee``, in cents; not read by the others.
    usual : ndarray of int
        Units of a usual month, by which bands and included units are set.

    Examples
    --------
    >>> one = dict(price=np.array([100_000]), fee=np.array([5_000]), usual=np.array([1_000]))
    >>> [int(rated(m, np.array([1_300]), **one)[0]) for m in ("usage", "tiered", "included_units")]
    [13000, 12925, 7500]
    """
    if model == "tiered":
        return sum(per_unit(p, units) for p, units in tier_parts(quantity, price, usual))
    if model == "per_thousand":
        return per_unit(price * 1_000, -(-quantity // 1_000))
    if model == "discount_tiers":
        gross = per_unit(price, quantity)
        return gross - taken_off(gross, rebate_points(quantity, usual))
    if model == "minimum_fee":
        return np.maximum(fee, per_unit(price, quantity))
    if model == "included_units":
        return per_unit(price * 3 // 2, np.maximum(0, quantity - usual * 4 // 5))
    if model == "overage":
        return per_unit(price * 2, np.maximum(0, quantity - usual * 11 // 10))
    return per_unit(price, quantity)


def tier_parts(
    quantity: np.ndarray, price: np.ndarray, usual: np.ndarray
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Price and units of each band of a graduated tariff."""
    parts, floor = [], np.zeros_like(quantity)
    for upper, relative in TIERS:
        ceiling = quantity if upper is None else np.minimum(quantity, band_end(upper, usual))
        parts.append((price * round(relative * 100) // 100, np.maximum(0, ceiling - floor)))
        floor = np.maximum(floor, ceiling)
    return parts


def rebate_points(quantity: np.ndarray, usual: np.ndarray) -> np.ndarray:
    points = np.full(quantity.shape, REBATES[-1][1])
    for upper, value in reversed(REBATES[:-1]):
        points = np.where(quantity <= band_end(upper, usual), value, points)
    return points


def band_end(upper: float, usual: np.ndarray) -> np.ndarray:
    return usual * round(upper * 100) // 100

"""Whole invoices of many rows at once: every charge, then discount and minimum."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd

from models.charge import Charge
from models.rating import Conventions, Tariff
from models.rating_arrays import rate_rows

__all__ = ["complete_prices", "with_fees_only"]


def complete_prices(rows: pd.DataFrame, tariffs: Sequence[Tariff], place: np.ndarray) -> np.ndarray:
    """What a whole invoice comes to for each row: every charge, then discount and minimum.

    Charges billed once are left out: they are not of a month.

    Parameters
    ----------
    rows : DataFrame
        ``quantity`` (units) and ``share`` (part of the month), one row a contract and month.
    tariffs : sequence of Tariff
    place : ndarray of shape (n_rows,)
        Place of each row's tariff.

    Returns
    -------
    ndarray of shape (n_rows,)
        In units of each tariff's currency, before tax.

    Examples
    --------
    >>> fee = Charge("Fee", "fixed", amount=Decimal(10))
    >>> use = Charge("Use", "usage", unit_price=Decimal("0.5"))
    >>> rows = pd.DataFrame({"quantity": [100.0, 4.0], "share": [1.0, 0.5]})
    >>> complete_prices(rows, [Tariff("T", "EUR", (fee, use))], np.array([0, 0])).tolist()
    [60.0, 7.0]
    """
    used, at = np.unique(place, return_inverse=True)
    total = np.zeros(len(rows))
    for how in {tariffs[i].conventions for i in used}:
        scale = 10.0**how.decimals
        mine = np.array([tariffs[i].conventions == how for i in used])[at]
        of_rows, some = at[mine], rows[mine]
        group = [tariffs[i] for i in used]
        whole, base = np.zeros(len(some)), np.zeros(len(some))
        for number in range(max(len(tariff.charges) for tariff in group)):
            cents, takes = charge_cents(group, number, of_rows, some, how)
            whole += cents
            base += np.where(takes, cents, 0)
        # In whole numbers, so that halves are told exactly: percent in ten-thousandths of it,
        # minimums in hundredths of the smallest part, shares of a month in millionths.
        points = np.array([round(float(t.discount_percent) * 1e4) for t in group])[of_rows]
        whole -= rounded_to(base * points, 1e6, how)
        least = np.array([round(float(t.minimum or 0) * scale * 1e2) for t in group])[of_rows]
        gap = least * np.rint(some["share"].to_numpy(float) * 1e6) - whole * 1e8
        # The line up to the minimum is rounded, not the minimum.
        total[mine] = (whole + rounded_to(np.maximum(gap, 0.0), 1e8, how)) / scale
    return total


def rounded_to(amount: np.ndarray, unit: float, how: Conventions) -> np.ndarray:
    """How many `unit` amounts of 0 or more come to, rounded as on an invoice."""
    if how.rounding == "half_even":
        return np.rint(amount / unit)
    return np.floor((amount + unit / 2) / unit)


def charge_cents(
    tariffs: Sequence[Tariff],
    number: int,
    of_rows: np.ndarray,
    rows: pd.DataFrame,
    how: Conventions,
) -> tuple[np.ndarray, np.ndarray]:
    """The charge at one place of each row's tariff, and whether a discount is taken off it."""
    charges: list[Charge] = []
    at = np.full(len(tariffs), -1)
    for i, tariff in enumerate(tariffs):
        if len(tariff.charges) > number and tariff.charges[number].timing != "one_time":
            at[i] = len(charges)
            charges.append(tariff.charges[number])
    which = at[of_rows]
    has = which >= 0
    cents = np.zeros(len(rows))
    if has.any():
        cents[has] = rate_rows(
            charges,
            rows["quantity"].to_numpy(float)[has],
            how,
            which=which[has],
            share=rows["share"].to_numpy(float)[has],
        )
    takes = np.array([charge.discountable for charge in charges] + [False])[which]
    return cents, takes


def with_fees_only(tariff: Tariff) -> Tariff:
    """The same tariff with everything but its fees free.

    >>> fee = Charge("Fee", "fixed", amount=Decimal(10))
    >>> use = Charge("Use", "usage", unit_price=Decimal("0.5"))
    >>> [
    ...     str(c.amount or c.unit_price)
    ...     for c in with_fees_only(Tariff("T", "EUR", (fee, use))).charges
    ... ]
    ['10', '0.0']
    """
    free = {charge.name: Decimal(0) for charge in tariff.charges if charge.metered}
    return replace(tariff.with_prices(free), minimum=None)

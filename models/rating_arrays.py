"""Prices of millions of rows at once, to the cent the same as the exact ones.

Every number is a whole one: prices in their last decimal, units in theirs. Whole numbers below
2**53 are exact in floating point, products and sums of them too, and so is the floor of their
quotient by a power of ten; so nothing is rounded but where an invoice rounds. Where there is room
to spare the quotient is taken first, which saves passes over the rows: a quarter of the last
decimal is added, so that no error of the quotients can reach the next whole number.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

import numpy as np

from models.charge import Charge
from models.charge_price import Used
from models.price_curve import Curve
from models.rating import rate_line
from models.rating_steps import MOST_DECIMALS, parts_of, steps_of
from models.tariff import Conventions

__all__ = ["rate_rows"]

#: Rows worked on at a time, so that they stay in the processor's cache.
BLOCK = 32_768
#: How much smaller amounts must be for quotients to be taken first; see `Steps.most`.
ROOM = 128.0
#: The shape of charges that are priced row by row.
EXACTLY = ("exact",)


def rate_rows(
    charges: Sequence[Charge],
    quantity: np.ndarray,
    conventions: Conventions,
    *,
    which: np.ndarray | None = None,
    share: np.ndarray | None = None,
    decimals: int | None = None,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """What each row comes to, rounded, in the smallest part of the currency (cents).

    Parameters
    ----------
    charges : sequence of Charge
        One for all rows, or several of which `which` says each row's.
    quantity : ndarray of shape (n,)
        Units used. A number means the decimal it is written as.
    which : ndarray of int of shape (n,), optional
        Place in `charges` of each row's charge; the first for all if left out.
    share : ndarray of shape (n,), optional
        Part of the period that is billed; all of it if left out.
    decimals : int, optional
        Decimals of `quantity`, where they are known: looking for them is left out.
    out : ndarray of int64 of shape (n,), optional
        Where the amounts go, for callers who price again and again.

    Returns
    -------
    ndarray of int64 of shape (n,)

    Examples
    --------
    >>> from models.charge import Tier
    >>> tiers = (Tier(Decimal(1000), unit_price=Decimal("0.10")), Tier(unit_price=Decimal("0.05")))
    >>> calls = Charge("Calls", "tiered", tiers=tiers)
    >>> rate_rows([calls], np.array([500, 1_000, 1_201]), Conventions()).tolist()
    [5000, 10000, 11005]
    """
    quantity = np.asarray(quantity)
    cents = np.empty(len(quantity), dtype=np.int64) if out is None else out
    curves = [straight(charge, conventions) for charge in charges]
    shapes: dict[tuple, list[int]] = defaultdict(list)
    for place, (charge, parts) in enumerate(zip(charges, curves, strict=True)):
        shapes[shape_of(charge, parts)].append(place)
    if len(shapes) == 1:
        rate_group(charges, curves, quantity, conventions, cents, which, share, decimals)
        return cents
    for places in shapes.values():
        position = np.full(len(charges), -1)
        position[places] = np.arange(len(places))
        rows = np.flatnonzero(position[which] >= 0)
        rated = np.empty(len(rows), dtype=np.int64)
        rate_group(
            [charges[place] for place in places],
            [curves[place] for place in places],
            quantity[rows],
            conventions,
            rated,
            position[which[rows]],
            None if share is None else share[rows],
            decimals,
        )
        cents[rows] = rated
    return cents


def straight(charge: Charge, conventions: Conventions) -> tuple[Curve, ...] | None:
    """The curves a charge is priced by; None where it is priced row by row."""
    rounds_parts = conventions.round_each == "part"
    limited = charge.maximum is not None or charge.minimum is not None
    changed = limited or charge.discount_percent or charge.model == "discount_tiers"
    if charge.unit_conversion is not None or (rounds_parts and changed):
        return None
    return parts_of(charge, conventions)


def shape_of(charge: Charge, curves: Sequence[Curve] | None) -> tuple:
    """What charges must have in common to be priced by the same steps."""
    if curves is None:
        return EXACTLY
    pieces = tuple((curve.taken_off, len(curve.bends)) for curve in curves)
    package = charge.package_rounding if charge.model == "per_thousand" else None
    limits = (charge.maximum is not None, charge.minimum is not None, charge.minimum_is)
    return (charge.model == "fixed", pieces, package, bool(charge.included_units), limits)


def rate_group(
    charges: Sequence[Charge],
    curves: Sequence[tuple[Curve, ...] | None],
    quantity: np.ndarray,
    conventions: Conventions,
    cents: np.ndarray,
    which: np.ndarray | None,
    share: np.ndarray | None,
    decimals: int | None,
) -> None:
    """Rows of charges of one shape, into `cents`."""
    fixed = charges[0].model == "fixed"
    units = quantity if not fixed else np.ones(len(quantity)) if share is None else share
    part = None if fixed else share
    of_units = decimals if decimals is not None and not fixed else decimals_of(units)
    of_share = 0 if part is None else decimals_of(part)
    steps = None
    if curves[0] is not None and None not in (of_units, of_share):
        steps = steps_of(charges, curves, conventions, of_units, of_share)
    most, most_quick = (steps.most(), steps.most(ROOM)) if steps is not None else (-1.0, -1.0)
    spare = (np.empty(BLOCK), np.empty(BLOCK))
    for block in blocks(len(quantity)):
        some = units[block].astype(float, copy=False)
        chosen = None if which is None else which[block]
        of_block = None if part is None else part[block]
        top = largest_of(some)
        if top < most:
            quick = top < most_quick
            steps.run(some, cents[block], spare, which=chosen, share=of_block, quick=quick)
        else:
            share_of_block = None if share is None else share[block]
            cents[block] = exact_rows(
                charges, quantity[block], conventions, which=chosen, share=share_of_block
            )


def largest_of(units: np.ndarray) -> float:
    """The largest number of units; one below nothing, or none at all, is refused."""
    # Read as whole numbers, floating-point numbers keep their order, and negative ones come last.
    top = units.view(np.uint64).max(initial=0)
    if top > np.array(np.inf).view(np.uint64):
        raise ValueError(
            f"The usage is {units.min()}, below nothing or missing, so it has no price. Book a "
            "correction as a credit note."
        )
    return float(np.array(top).view(float))


def exact_rows(
    charges: Sequence[Charge],
    quantity: np.ndarray,
    conventions: Conventions,
    *,
    which: np.ndarray | None,
    share: np.ndarray | None,
) -> np.ndarray:
    """The same row by row in decimals, for what straight pieces cannot say."""
    scale = 10**conventions.decimals
    cents = np.empty(len(quantity), dtype=np.int64)
    for row, units in enumerate(quantity.tolist()):
        charge = charges[0 if which is None else which[row]]
        part = Decimal(1) if share is None else Decimal(str(share[row].item()))
        line = rate_line(charge, Used(Decimal(str(units))), conventions, share=part)
        cents[row] = int(line.amount * scale)
    return cents


def blocks(n: int) -> Iterator[slice]:
    return (slice(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK))


def decimals_of(values: np.ndarray) -> int | None:
    """How many decimals the numbers are written with; None if too many to count exactly."""
    if values.dtype.kind in "iub":
        return 0
    found = 0
    for block in blocks(len(values)):
        some = values[block]
        while not np.array_equal(np.rint(some * 10.0**found) / 10.0**found, some):
            found += 1
            if found > MOST_DECIMALS:
                return None
    return found

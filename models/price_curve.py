"""A charge as sums of straight pieces: what millions of rows are priced by, and what is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from models.charge import Charge, Tier
from models.charge_price import Used, charge_parts
from models.tariff import Conventions

__all__ = ["Bend", "Cliff", "Curve", "cliffs", "curves_of", "price_points"]

ZERO = Decimal(0)


@dataclass(frozen=True)
class Bend:
    """Above `at` units each unit costs `slope` more, and `jump` is due at once."""

    at: Decimal
    slope: Decimal = ZERO
    jump: Decimal = ZERO


@dataclass(frozen=True)
class Curve:
    """Straight pieces: ``constant + slope x units``, with every bend the units are above.

    `taken_off` says that what it comes to, never below nothing, is taken off the others.
    """

    constant: Decimal = ZERO
    slope: Decimal = ZERO
    bends: tuple[Bend, ...] = ()
    taken_off: bool = False

    def at(self, units: Decimal) -> Decimal:
        """What `units` come to.

        >>> Curve(slope=Decimal(2), bends=(Bend(Decimal(10), Decimal(-1), Decimal(5)),)).at(
        ...     Decimal(12)
        ... )
        Decimal('27')
        """
        amount = self.constant + self.slope * units
        for bend in self.bends:
            if units > bend.at:
                amount += bend.slope * (units - bend.at) + bend.jump
        return amount

    def plus(self, other: "Curve") -> "Curve":
        """Both together."""
        other = other.times(Decimal(-1)) if other.taken_off else other
        return Curve(
            self.constant + other.constant, self.slope + other.slope, self.bends + other.bends
        )

    def times(self, factor: Decimal) -> "Curve":
        """All amounts of money multiplied."""
        bends = tuple(Bend(b.at, b.slope * factor, b.jump * factor) for b in self.bends)
        return Curve(self.constant * factor, self.slope * factor, bends, self.taken_off)


def curves_of(charge: Charge, conventions: Conventions) -> tuple[Curve, ...] | None:
    """The parts of a charge, each a curve over the units priced; None where it is none.

    Included units and packages come before and are not in it; maximum and minimum come after.
    A discount of the charge is in it.
    """
    parts = PARTS.get(charge.model)
    if parts is None or any(tier.maximum is not None for tier in charge.tiers):
        return None
    curves = parts(charge, conventions.zero_usage == "first_tier_fee")
    if not charge.discount_percent:
        return curves
    left = (100 - charge.discount_percent) / 100
    return tuple(curve.times(left) for curve in curves)


def line_parts(charge: Charge, _: bool) -> tuple[Curve, ...]:
    return (Curve(slope=charge.unit_price),)


def package_parts(charge: Charge, _: bool) -> tuple[Curve, ...]:
    return (Curve(slope=charge.package_price),)


def marginal_parts(charge: Charge, fee_at_zero: bool) -> tuple[Curve, ...]:
    """One curve for the units of each tier, one for all fees."""
    return marginal(charge.tiers, [tier.unit_price for tier in charge.tiers], fee_at_zero)


def percentage_parts(charge: Charge, _: bool) -> tuple[Curve, ...]:
    return marginal(charge.tiers, [tier.percent / 100 for tier in charge.tiers], False)


def marginal(
    tiers: Sequence[Tier], prices: Sequence[Decimal], fee_at_zero: bool
) -> tuple[Curve, ...]:
    curves, fees, floor = [], Curve(), ZERO
    for number, (tier, price) in enumerate(zip(tiers, prices, strict=True)):
        if number == 0:
            curve = Curve(slope=price)
            first = tier.flat_fee
            fees = Curve(constant=first) if fee_at_zero else Curve(bends=(Bend(ZERO, ZERO, first),))
        else:
            curve = Curve(bends=(Bend(floor, price),))
            fees = fees.plus(Curve(bends=(Bend(floor, ZERO, tier.flat_fee),)))
        if tier.up_to is not None and number < len(tiers) - 1:
            curve = curve.plus(Curve(bends=(Bend(tier.up_to, -price),)))
            floor = tier.up_to
        curves.append(curve)
    return (*curves, without_nothing(fees))


def volume_parts(charge: Charge, fee_at_zero: bool) -> tuple[Curve, ...]:
    return whole(
        charge.tiers,
        [tier.unit_price for tier in charge.tiers],
        [tier.flat_fee for tier in charge.tiers],
        fee_at_zero,
    )


def stairstep_parts(charge: Charge, fee_at_zero: bool) -> tuple[Curve, ...]:
    fees = [tier.flat_fee for tier in charge.tiers]
    return whole(charge.tiers, [ZERO] * len(fees), fees, fee_at_zero)


def whole(
    tiers: Sequence[Tier], prices: Sequence[Decimal], fees: Sequence[Decimal], fee_at_zero: bool
) -> tuple[Curve, ...]:
    """All units at the price of the tier they reach: a jump of price and fee at each end."""
    units = Curve(slope=prices[0])
    flat = Curve(constant=fees[0]) if fee_at_zero else Curve(bends=(Bend(ZERO, ZERO, fees[0]),))
    for number, tier in enumerate(tiers[:-1]):
        change = prices[number + 1] - prices[number]
        units = units.plus(Curve(bends=(Bend(tier.up_to, change, change * tier.up_to),)))
        flat = flat.plus(Curve(bends=(Bend(tier.up_to, ZERO, fees[number + 1] - fees[number]),)))
    return (units, without_nothing(flat))


def discount_parts(charge: Charge, _: bool) -> tuple[Curve, ...]:
    """The full price, and what the tiers take off it."""
    off = [charge.unit_price * tier.percent / 100 for tier in charge.tiers]
    if charge.applies_to == "whole":
        taken = whole(charge.tiers, off, [ZERO] * len(off), False)[:1]
    else:
        taken = marginal(charge.tiers, off, False)[:-1]
    return (Curve(slope=charge.unit_price), *(replace(c, taken_off=True) for c in taken))


def fixed_parts(charge: Charge, _: bool) -> tuple[Curve, ...]:
    return (Curve(slope=charge.amount),)


def without_nothing(curve: Curve) -> Curve:
    return replace(curve, bends=tuple(bend for bend in curve.bends if bend.slope or bend.jump))


PARTS = {
    "fixed": fixed_parts,
    "usage": line_parts,
    "minimum_fee": line_parts,
    "included_units": line_parts,
    "overage": line_parts,
    "per_thousand": package_parts,
    "tiered": marginal_parts,
    "volume": volume_parts,
    "stairstep": stairstep_parts,
    "discount_tiers": discount_parts,
    "graduated_percentage": percentage_parts,
}


@dataclass(frozen=True)
class Cliff:
    """A place where more use costs less: `before` for `at` units, `after` for the next one.

    `until` is how many units it takes to cost as much as at the cliff again, None if never.
    """

    at: Decimal
    before: Decimal
    after: Decimal
    until: Decimal | None


def price_of(charge: Charge, units: Decimal, conventions: Conventions) -> Decimal:
    parts = charge_parts(charge, Used(units), zero_usage=conventions.zero_usage)
    return sum((part.amount for part in parts), ZERO)


def cliffs(charge: Charge, conventions: Conventions | None = None) -> tuple[Cliff, ...]:
    """Where a charge falls as use rises: at the ends of tiers that price all units anew.

    Examples
    --------
    >>> bands = (
    ...     Tier(Decimal(10_000), unit_price=Decimal("0.0010"), flat_fee=Decimal(10)),
    ...     Tier(unit_price=Decimal("0.0008"), flat_fee=Decimal(10)),
    ... )
    >>> [
    ...     (c.at, round(c.before, 2), round(c.after, 2), c.until)
    ...     for c in cliffs(Charge("Calls", "volume", tiers=bands))
    ... ]
    [(Decimal('10000'), Decimal('20.00'), Decimal('18.00'), Decimal('12500'))]
    """
    conventions = conventions or Conventions()
    found = []
    for number, tier in enumerate(charge.tiers[:-1]):
        # One more priced unit is so many metered ones.
        at = tier.up_to + charge.included_units
        before = price_of(charge, at, conventions)
        after = price_of(charge, at + 1, conventions)
        if after < before:
            ahead = charge.tiers[number + 1]
            end = ahead.up_to + charge.included_units if ahead.up_to is not None else None
            found.append(Cliff(at, before, after, back_up(charge, at, before, end, conventions)))
    return tuple(found)


def back_up(
    charge: Charge, at: Decimal, before: Decimal, end: Decimal | None, conventions: Conventions
) -> Decimal | None:
    """The first whole number of units above a cliff that costs as much again, by halving."""
    low, high = at + 1, end if end is not None else at * 1000 + 1000
    if price_of(charge, high, conventions) < before:
        return None
    while high - low > 1:
        middle = ((low + high) / 2).to_integral_value()
        if price_of(charge, middle, conventions) < before:
            low = middle
        else:
            high = middle
    return high


def price_points(
    charge: Charge, up_to: Decimal, conventions: Conventions | None = None, n: int = 120
) -> list[tuple[Decimal, Decimal]]:
    """Units and what they cost, evenly spread up to a number, with both sides of every tier."""
    conventions = conventions or Conventions()
    units = {(up_to * step / n).quantize(Decimal("0.01")) for step in range(n + 1)}
    for tier in charge.tiers:
        if tier.up_to is not None and tier.up_to + charge.included_units < up_to:
            units |= {tier.up_to + charge.included_units, tier.up_to + charge.included_units + 1}
    return [(at, price_of(charge, at, conventions)) for at in sorted(units)]

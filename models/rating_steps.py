"""What happens to rows of one shape of charge, as passes over arrays of whole numbers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np

from models.charge import Charge
from models.price_curve import Bend, Curve, curves_of
from models.tariff import Conventions

__all__ = ["MOST_DECIMALS", "Steps", "parts_of", "steps_of"]

#: Whole numbers below it are exact in floating point.
EXACT = 2.0**53
MOST_DECIMALS = 8
MOST_MONEY_DECIMALS = 15


@dataclass(frozen=True, eq=False)
class Piece:
    """One curve of every charge of a group, in whole numbers: columns are bends."""

    taken_off: bool
    constant: np.ndarray
    slope: np.ndarray
    at: np.ndarray
    bend: np.ndarray
    jump: np.ndarray

    @cached_property
    def terms(self) -> tuple[bool, tuple[tuple[int, bool, bool], ...]]:
        """What there is to do: whether there is a slope, and at each bend a slope and a jump."""
        n = self.at.shape[1]
        bends = [(i, bool(self.bend[:, i].any()), bool(self.jump[:, i].any())) for i in range(n)]
        return bool(self.slope.any()), tuple(bend for bend in bends if bend[1] or bend[2])


@dataclass(frozen=True, eq=False)
class Steps:
    """All that happens to the rows of one group, in whole numbers.

    `scale` is how many whole numbers of an amount make one of the smallest parts of the
    currency; `units` how many of a quantity make a unit.
    """

    pieces: tuple[Piece, ...]
    units: float
    scale: float
    share: float
    half_even: bool
    included: np.ndarray | None
    package: tuple[np.ndarray, str] | None
    maximum: np.ndarray | None
    minimum: np.ndarray | None
    plus: bool

    def most(self, room: float = 1.0) -> float:
        """Up to how many units everything on the way is a whole number that is exact.

        With `room`, errors of about one part in 2**53 for each of at most a dozen terms stay
        below an eighth of the last decimal.
        """
        least, a_unit = [0.0], [1.0]
        for piece in self.pieces:
            bends = (np.abs(piece.bend) * piece.at + np.abs(piece.jump)).sum(axis=1)
            least.append((np.abs(piece.constant) + bends).max())
            a_unit.append((np.abs(piece.slope) + np.abs(piece.bend).sum(axis=1)).max())
        set_limits = [limit for limit in (self.maximum, self.minimum) if limit is not None]
        least += [limit.max() * self.share for limit in set_limits]
        return (EXACT / (4 * room) - max(least)) / max(a_unit) / self.units

    def run(
        self,
        quantity: np.ndarray,
        cents: np.ndarray,
        spare: tuple[np.ndarray, np.ndarray],
        *,
        which: np.ndarray | None,
        share: np.ndarray | None,
        quick: bool,
    ) -> None:
        """Price one block of rows into `cents`."""

        def of(column: np.ndarray) -> np.ndarray | float:
            return float(column[0]) if which is None or len(column) == 1 else column[which]

        units = quantity
        if self.units != 1.0:
            units = np.rint(quantity * self.units)
        if self.included is not None:
            units = np.maximum(units - of(self.included), 0.0)
        if self.package is not None:
            size, rounding = self.package
            units = (np.ceil if rounding == "up" else np.floor)(units / of(size))
        amount, scratch = (buffer[: len(units)] for buffer in spare)
        if quick and len(self.pieces) == 1 and not self.half_even:
            self.price(
                self.pieces[0], units, amount, scratch, of, 1 / self.scale, 0.5 + 0.25 / self.scale
            )
            self.limit(amount, of, share, 1 / self.scale, 0.5 + 0.25 / self.scale)
            # Nothing is below nothing here, so cutting decimals off is rounding down.
            cents[:] = amount
            return
        cents[:] = 0
        for piece in self.pieces:
            self.price(piece, units, amount, scratch, of, 1.0, 0.0)
            if len(self.pieces) == 1:
                self.limit(amount, of, share, 1.0, 0.0)
            self.round(amount)
            if piece.taken_off:
                cents -= amount.astype(np.int64)
            else:
                cents += amount.astype(np.int64)

    def price(
        self,
        piece: Piece,
        units: np.ndarray,
        amount: np.ndarray,
        scratch: np.ndarray,
        of: Callable[[np.ndarray], np.ndarray | float],
        by: float,
        plus: float,
    ) -> None:
        """One curve times `by` and something on top, in as few passes as it has terms."""
        constant = of(piece.constant) * by + plus
        begun, bends = piece.terms
        if begun:
            np.multiply(units, of(piece.slope) * by, out=amount)
        for column, bent, jumps in bends:
            at = of(piece.at[:, column])
            if bent:
                # Above the bend by so much is the larger of the two, less the bend.
                bend = of(piece.bend[:, column]) * by
                target = scratch if begun else amount
                np.maximum(units, at, out=target)
                np.multiply(target, bend, out=target)
                if begun:
                    np.add(amount, scratch, out=amount)
                constant, begun = constant - bend * at, True
            if jumps:
                target = scratch if begun else amount
                np.multiply(units > at, of(piece.jump[:, column]) * by, out=target)
                if begun:
                    np.add(amount, scratch, out=amount)
                begun = True
        if not begun:
            amount[:] = constant
        elif np.any(constant):
            np.add(amount, constant, out=amount)

    def limit(
        self,
        amount: np.ndarray,
        of: Callable[[np.ndarray], np.ndarray | float],
        share: np.ndarray | None,
        by: float,
        plus: float,
    ) -> None:
        if self.maximum is not None:
            np.minimum(amount, of(self.maximum) * self.share * by + plus, out=amount)
        if self.minimum is not None:
            part = self.share if share is None else np.rint(share * self.share)
            least = of(self.minimum) * part * by
            if self.plus:
                np.add(amount, least, out=amount)
            else:
                np.maximum(amount, least + plus, out=amount)

    def round(self, amount: np.ndarray) -> None:
        """To the smallest part of the currency; amounts are not below nothing here."""
        if self.scale == 1.0:
            return
        if self.half_even:
            np.divide(amount, self.scale, out=amount)
            np.rint(amount, out=amount)
        else:
            np.add(amount, self.scale / 2, out=amount)
            np.divide(amount, self.scale, out=amount)
            np.floor(amount, out=amount)


def decimals_in(value: Decimal) -> int:
    """Decimals that a number needs.

    >>> decimals_in(Decimal("0.250")), decimals_in(Decimal(1000))
    (2, 0)
    """
    return max(0, -value.normalize().as_tuple().exponent)


def steps_of(
    charges: Sequence[Charge],
    curves: Sequence[tuple[Curve, ...]],
    conventions: Conventions,
    decimals: int,
    share_decimals: int,
) -> Steps | None:
    """The steps of charges of one shape with their curves, for quantities of so many decimals."""
    first = charges[0]
    package = first.model == "per_thousand" and first.package_rounding != "none"
    for_units = max([decimals, *(decimals_in(t) for c in charges for t in thresholds(c))])
    # Packages are counted in whole ones.
    priced = 0 if package else for_units
    money = max(
        [
            conventions.decimals,
            *(d for parts in curves for curve in parts for d in money_decimals(curve, priced)),
            *(decimals_in(limit) + share_decimals for c in charges for limit in limits(c)),
        ]
    )
    if money > MOST_MONEY_DECIMALS or for_units > MOST_DECIMALS:
        return None
    whole_money, whole_units = Decimal(10) ** money, Decimal(10) ** for_units

    def column(name: str, scale: Decimal) -> np.ndarray:
        return np.array([float(getattr(charge, name) * scale) for charge in charges])

    limited = whole_money / 10**share_decimals
    return Steps(
        pieces=tuple(
            piece_of([parts[number] for parts in curves], money, priced)
            for number in range(len(curves[0]))
        ),
        units=float(whole_units),
        scale=float(Decimal(10) ** (money - conventions.decimals)),
        share=10.0**share_decimals,
        half_even=conventions.rounding == "half_even",
        included=column("included_units", whole_units) if first.included_units else None,
        package=(column("package_size", whole_units), first.package_rounding) if package else None,
        maximum=column("maximum", limited) if first.maximum is not None else None,
        minimum=column("minimum", limited) if first.minimum is not None else None,
        plus=first.minimum_is == "plus",
    )


def parts_of(charge: Charge, conventions: Conventions) -> tuple[Curve, ...] | None:
    """The curves of a charge: one of all of it, unless each is rounded by itself."""
    curves = curves_of(charge, conventions)
    if curves is None:
        return None
    if conventions.round_each == "line":
        curves = (merged(curves),)
    if charge.model == "per_thousand" and charge.package_rounding == "none":
        curves = tuple(curve.times(1 / charge.package_size) for curve in curves)
    return curves


def thresholds(charge: Charge) -> list[Decimal]:
    ends = [tier.up_to for tier in charge.tiers if tier.up_to is not None]
    return [*ends, charge.included_units, charge.package_size]


def limits(charge: Charge) -> list[Decimal]:
    return [limit for limit in (charge.maximum, charge.minimum) if limit is not None]


def money_decimals(curve: Curve, unit_decimals: int) -> Iterator[int]:
    """Decimals of everything a curve can come to for units of so many decimals."""
    yield decimals_in(curve.constant)
    yield decimals_in(curve.slope) + unit_decimals
    for bend in curve.bends:
        yield decimals_in(bend.slope) + unit_decimals
        yield decimals_in(bend.jump)


def merged(curves: Sequence[Curve]) -> Curve:
    """All of them as one, with one bend at each place."""
    total = curves[0]
    for curve in curves[1:]:
        total = total.plus(curve)
    places: dict[Decimal, Bend] = {}
    for bend in total.bends:
        seen = places.get(bend.at, Bend(bend.at))
        places[bend.at] = Bend(bend.at, seen.slope + bend.slope, seen.jump + bend.jump)
    return replace(total, bends=tuple(bend for bend in places.values() if bend.slope or bend.jump))


def piece_of(curves: Sequence[Curve], money: int, units: int) -> Piece:
    """The same curve of every charge as whole numbers."""
    per_unit = Decimal(10) ** (money - units)
    amount, whole = Decimal(10) ** money, Decimal(10) ** units

    def table(name: str, scale: Decimal) -> np.ndarray:
        rows = [[float(getattr(bend, name) * scale) for bend in curve.bends] for curve in curves]
        return np.array(rows).reshape(len(curves), -1)

    return Piece(
        taken_off=curves[0].taken_off,
        constant=np.array([float(curve.constant * amount) for curve in curves]),
        slope=np.array([float(curve.slope * per_unit) for curve in curves]),
        at=table("at", whole),
        bend=table("slope", per_unit),
        jump=table("jump", amount),
    )

"""The exact price of one charge, in decimals, with every step explained."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from types import MappingProxyType

from models.charge import Charge, Tier, UnitConversion

__all__ = ["Part", "Used", "charge_parts"]

ZERO = Decimal(0)


@dataclass(frozen=True)
class Used:
    """What was used of one meter in one period.

    Attributes
    ----------
    quantity : Decimal
        All of it.
    buckets : tuple of Decimal
        The same by smaller times or groups, where each is priced for itself.
    events : tuple of Decimal
        The same by event in their order, for prices that are per event.
    """

    quantity: Decimal
    buckets: tuple[Decimal, ...] = ()
    events: tuple[Decimal, ...] = ()

    def __post_init__(self) -> None:
        for parts in (self.buckets, self.events):
            if parts and sum(parts) != self.quantity:
                raise ValueError(
                    f"The parts of what was used come to {sum(parts)}, not to {self.quantity}, so "
                    "it is not clear what to bill. Give all parts, or the quantity alone."
                )
        if self.quantity < 0:
            raise ValueError(
                f"The usage is {self.quantity}, below nothing, so it has no price. Book a "
                "correction as a credit note."
            )


@dataclass(frozen=True)
class Part:
    """One step of a price: in words, how many units at what price, and what that comes to."""

    text: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal


def charge_parts(
    charge: Charge,
    used: Used,
    *,
    zero_usage: str = "nothing",
    share: Decimal = Decimal(1),
    step: Callable[[Decimal], Decimal] = lambda amount: amount,
) -> tuple[Part, ...]:
    """Every step of what a charge comes to, before rounding; their amounts add up to it.

    Parameters
    ----------
    zero_usage : str
        See `tariff.Conventions`.
    share : Decimal
        Part of the period that is billed: fixed amounts, commitments and minimums are for so much
        of it. Use is billed as it is.
    step : callable
        How a price is rounded before a rebate is taken off it; not at all if left out.

    Examples
    --------
    >>> from models.charge import Tier
    >>> tiers = (Tier(Decimal(1000), unit_price=Decimal("0.10")), Tier(unit_price=Decimal("0.05")))
    >>> calls = Charge("Calls", "tiered", tiers=tiers)
    >>> [(part.text, str(part.amount)) for part in charge_parts(calls, Used(Decimal(1200)))]
    [('0 to 1,000', '100.00'), ('over 1,000', '10.00')]
    """
    if charge.model == "fixed":
        text = "for the period" if share == 1 else f"for {share:.4%} of the period"
        return (Part(text, share, charge.amount, charge.amount * share),)
    buckets = used.buckets or (used.quantity,)
    left = charge.included_units
    parts: list[Part] = []
    for bucket in buckets:
        units = converted(charge.unit_conversion, bucket)
        billable = max(ZERO, units - left)
        if units > billable:
            parts.append(Part("included", units - billable, ZERO, ZERO))
        left -= units - billable
        if charge.model == "percentage":
            parts += percentage_parts(charge, used.events or (billable,))
        elif billable == 0 and zero_usage == "nothing" and charge.model != "commitment":
            continue
        elif charge.model == "discount_tiers":
            parts += discount_tier_parts(charge, billable, step)
        else:
            parts += PRICES[charge.model](charge, billable)
    if charge.model == "commitment":
        parts += commitment_parts(charge, parts, share)
    return (*parts, *limit_parts(charge, sum((part.amount for part in parts), ZERO), share))


def limit_parts(charge: Charge, amount: Decimal, share: Decimal) -> list[Part]:
    """Discount, maximum and minimum of a charge, in this order."""
    parts: list[Part] = []

    def add(text: str, change: Decimal) -> None:
        if change:
            parts.append(Part(text, Decimal(1), change, change))

    if charge.discount_percent:
        add(f"discount of {charge.discount_percent:f} %", -amount * charge.discount_percent / 100)
    amount += sum((part.amount for part in parts), ZERO)
    if charge.maximum is not None and amount > charge.maximum:
        add(f"at most {charge.maximum:f}", charge.maximum - amount)
        amount = charge.maximum
    if charge.minimum is not None:
        least = charge.minimum * share
        if charge.minimum_is == "plus":
            add("minimum fee on top", least)
        else:
            add(f"at least {least:f}", max(ZERO, least - amount))
    return parts


def converted(conversion: UnitConversion | None, quantity: Decimal) -> Decimal:
    """Units that are priced, from units that were metered.

    >>> converted(UnitConversion(Decimal(1000), rounding="up"), Decimal(1247))
    Decimal('2')
    """
    if conversion is None:
        return quantity
    if conversion.operation == "divide":
        quantity = quantity / conversion.factor
    else:
        quantity = quantity * conversion.factor
    if conversion.rounding == "none":
        return quantity
    way = {"up": ROUND_CEILING, "down": ROUND_FLOOR, "half_up": ROUND_HALF_UP}
    return quantity.quantize(Decimal(1).scaleb(-conversion.decimals), way[conversion.rounding])


def bands(tiers: Sequence[Tier], units: Decimal) -> list[tuple[Tier, Decimal, Decimal, str]]:
    """Tiers that `units` enter: tier, units in it, its width to its end, and its name.

    The first is there without units too. What lies above a last tier that is not open is priced
    like the last tier.
    """
    found, floor = [], ZERO
    for number, tier in enumerate(tiers):
        last = number == len(tiers) - 1
        ceiling = units if tier.up_to is None or last else min(units, tier.up_to)
        if number and ceiling <= floor:
            break
        name = f"{floor:,f} to {tier.up_to:,f}" if tier.up_to is not None else f"over {floor:,f}"
        found.append((tier, max(ZERO, ceiling - floor), ceiling, name))
        floor = tier.up_to if tier.up_to is not None else floor
    return found


def whole_units(units: Decimal, size: Decimal, rounding: str = "up") -> Decimal:
    """Packages of `size` that `units` fill."""
    packages = units / size
    if rounding == "none":
        return packages
    return packages.to_integral_value(ROUND_CEILING if rounding == "up" else ROUND_FLOOR)


def usage_parts(charge: Charge, units: Decimal) -> list[Part]:
    return [Part("units", units, charge.unit_price, units * charge.unit_price)]


def tiered_parts(charge: Charge, units: Decimal) -> list[Part]:
    parts = []
    for tier, inside, _, name in bands(charge.tiers, units):
        parts += tier_parts(tier, inside, name)
    return parts


def volume_parts(charge: Charge, units: Decimal) -> list[Part]:
    tier, _, _, name = bands(charge.tiers, units)[-1]
    return tier_parts(tier, units, f"all units, at the tier {name}")


def tier_parts(tier: Tier, units: Decimal, name: str) -> list[Part]:
    amount = units * tier.unit_price
    parts = [Part(name, units, tier.unit_price, amount)]
    if tier.flat_fee:
        parts.append(Part(f"fee of the tier {name}", Decimal(1), tier.flat_fee, tier.flat_fee))
    over = amount + tier.flat_fee - tier.maximum if tier.maximum is not None else ZERO
    if over > 0:
        parts.append(Part(f"at most {tier.maximum:f} in the tier", Decimal(1), -over, -over))
    return parts


def package_parts(charge: Charge, units: Decimal) -> list[Part]:
    packages = whole_units(units, charge.package_size, charge.package_rounding)
    text = f"packages of {charge.package_size:,f}"
    return [Part(text, packages, charge.package_price, packages * charge.package_price)]


def tiered_package_parts(charge: Charge, units: Decimal) -> list[Part]:
    reached = bands(charge.tiers, units)
    if charge.applies_to == "whole":
        tier, _, _, name = reached[-1]
        reached = [(tier, units, units, name)]
    parts = []
    for tier, inside, _, name in reached:
        packages = whole_units(inside, tier.package_size)
        text = f"packages of {tier.package_size:,f}, {name}"
        parts.append(Part(text, packages, tier.package_price, packages * tier.package_price))
    return parts


def discount_tier_parts(
    charge: Charge, units: Decimal, step: Callable[[Decimal], Decimal]
) -> list[Part]:
    parts = usage_parts(charge, units)
    reached = bands(charge.tiers, units)
    if charge.applies_to == "whole":
        tier, _, _, name = reached[-1]
        reached = [(tier, units, units, name)]
    for tier, inside, _, name in reached:
        if tier.percent:
            rate = -charge.unit_price * tier.percent / 100
            off = -step(inside * charge.unit_price) * tier.percent / 100
            parts.append(Part(f"{tier.percent:f} % off, {name}", inside, rate, off))
    return parts


def stairstep_parts(charge: Charge, units: Decimal) -> list[Part]:
    tier, _, _, name = bands(charge.tiers, units)[-1]
    return [Part(f"step {name}", Decimal(1), tier.flat_fee, tier.flat_fee)]


def graduated_percentage_parts(charge: Charge, units: Decimal) -> list[Part]:
    # A percentage of nothing is nothing, whatever the convention on fees of tiers.
    parts = []
    for tier, inside, _, name in bands(charge.tiers, units) if units else ():
        rate = tier.percent / 100
        parts.append(Part(f"{tier.percent:f} % of {name}", inside, rate, inside * rate))
        if tier.flat_fee:
            parts.append(Part(f"fee of the tier {name}", Decimal(1), tier.flat_fee, tier.flat_fee))
    return parts


def percentage_parts(charge: Charge, events: Sequence[Decimal]) -> list[Part]:
    """A rate and a fee for each event that is not free.

    An event is free while both limits that are set allow it; the one that crosses the free amount
    pays for what is over it.
    """
    parts, before = [], ZERO
    limited = charge.free_events > 0 or charge.free_amount > 0
    for number, amount in enumerate(events, 1):
        free = limited and (charge.free_events == 0 or number <= charge.free_events)
        covered = amount
        if free and charge.free_amount > 0:
            covered = min(amount, max(ZERO, charge.free_amount - before))
        before += amount
        taxable = amount - covered if free else amount
        if amount == 0 or (free and taxable <= 0):
            continue
        price = taxable * charge.percent / 100 + charge.fee_per_event
        price = max(price, charge.event_minimum) if charge.event_minimum is not None else price
        price = min(price, charge.event_maximum) if charge.event_maximum is not None else price
        text = f"event {number}: {charge.percent:f} % of {taxable:,f}"
        parts.append(Part(text, Decimal(1), price, price))
    return parts


def commitment_parts(charge: Charge, parts: Sequence[Part], share: Decimal) -> list[Part]:
    """What a commitment adds: up to it where less was used, a dearer price of what is over."""
    cost = sum((part.amount for part in parts), ZERO)
    agreed = charge.commitment * share
    if cost <= agreed:
        change, text = (agreed - cost if charge.true_up else ZERO), "up to the commitment"
    else:
        change, text = (cost - agreed) * (charge.overage_factor - 1), "over the commitment"
    return [Part(text, Decimal(1), change, change)] if change else []


PRICES: Mapping[str, Callable[[Charge, Decimal], list[Part]]] = MappingProxyType(
    {
        "usage": usage_parts,
        "minimum_fee": usage_parts,
        "included_units": usage_parts,
        "overage": usage_parts,
        "commitment": usage_parts,
        "tiered": tiered_parts,
        "volume": volume_parts,
        "per_thousand": package_parts,
        "stairstep": stairstep_parts,
        "tiered_package": tiered_package_parts,
        "graduated_percentage": graduated_percentage_parts,
    }
)

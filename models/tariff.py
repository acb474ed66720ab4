"""A tariff: its charges, its conventions, and who has other prices from when."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from models.charge import Charge, billable

__all__ = ["ORDER", "Conventions", "Override", "Tariff"]

Part = TypeVar("Part")

#: What happens to the units of a charge and to its price, in this order and no other.
ORDER: tuple[str, ...] = (
    "usage by meter (or by bucket, each priced for itself)",
    "unit conversion",
    "included units",
    "price by the billing model, flat fees of tiers with it",
    "discount of the charge",
    "maximum of the charge",
    "minimum of the charge",
    "proration",
    "rounding of the line",
    "discount of the tariff, a line of its own",
    "minimum of the invoice, a line of its own",
    "tax, a line of its own",
)


@dataclass(frozen=True)
class Conventions:
    """What billing systems do differently: set once in a tariff, and shown with it.

    Attributes
    ----------
    rounding : str
        ``half_up`` (away from zero) or ``half_even``.
    decimals : int
        Smallest part of the currency; 2 are cents.
    round_each : str
        ``line`` rounds the sum of the bands of a charge, ``part`` each band, and a price before a
        rebate is taken off it. An invoice is the sum of its lines and never rounded again.
    zero_usage : str
        ``nothing``: who used nothing pays no flat fee of a tier; ``first_tier_fee``: the first
        tier's flat fee is due all the same.
    """

    rounding: str = "half_up"
    decimals: int = 2
    round_each: str = "line"
    zero_usage: str = "nothing"

    def __post_init__(self) -> None:
        for field, choices in (
            ("rounding", ("half_up", "half_even")),
            ("round_each", ("line", "part")),
            ("zero_usage", ("nothing", "first_tier_fee")),
            ("decimals", (0, 1, 2, 3, 4)),
        ):
            if getattr(self, field) not in choices:
                raise ValueError(
                    f"The convention {field} is '{getattr(self, field)}', so amounts could not be "
                    f"computed. Choose from {', '.join(map(str, choices))}."
                )


@dataclass(frozen=True)
class Override:
    """Another charge for one customer, from a day and until the day before another."""

    customer_id: str
    charge: Charge
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None

    def holds(self, customer_id: str | None, day: dt.date | None) -> bool:
        """Whether it is for this customer on this day.

        >>> free = Override("C1", Charge("Fee", "fixed", amount=Decimal(0)), dt.date(2025, 1, 1))
        >>> free.holds("C1", dt.date(2025, 1, 1)), free.holds("C1", dt.date(2024, 12, 31))
        (True, False)
        """
        if customer_id != self.customer_id:
            return False
        if day is None:
            return self.valid_from is None and self.valid_until is None
        after = self.valid_from is None or day >= self.valid_from
        return after and (self.valid_until is None or day < self.valid_until)


@dataclass(frozen=True)
class Tariff:
    """What a customer pays, and how that is computed.

    Attributes
    ----------
    currency : str
        Of every price in it, ISO 4217.
    charges : tuple of Charge
        One is a plain tariff; several are consolidated on one invoice, each a line of its own.
    discount_percent : Decimal
        Taken off the charges that are discountable, in a line of its own.
    minimum : Decimal or None
        What an invoice comes to at least, before tax.
    tax_percent : Decimal
        Put on the sum of all other lines.
    overrides : tuple of Override
        Charges of single customers, in place of those of the same name; of two that hold on a
        day, the later in the list.

    Examples
    --------
    >>> plain = Tariff("Calls", "EUR", (Charge("Calls", "usage", unit_price=Decimal("0.05")),))
    >>> plain.conventions.rounding
    'half_up'
    """

    name: str
    currency: str
    charges: tuple[Charge, ...]
    discount_percent: Decimal = Decimal(0)
    minimum: Decimal | None = None
    tax_percent: Decimal = Decimal(0)
    conventions: Conventions = Conventions()
    overrides: tuple[Override, ...] = ()

    def __post_init__(self) -> None:
        names = [charge.name for charge in self.charges]
        if not names or len(set(names)) < len(names):
            raise ValueError(
                f"The tariff '{self.name}' has the charges {', '.join(names) or 'none'}, so its "
                "lines could not be told apart. Give it one charge or more, each with a name of "
                "its own."
            )
        unknown = {override.charge.name for override in self.overrides} - set(names)
        if unknown:
            raise ValueError(
                f"The tariff '{self.name}' has customer prices for {', '.join(sorted(unknown))}, "
                "which are no charges of it, so they would never be used. Name one of "
                f"{', '.join(names)}."
            )
        for field, most in (("discount_percent", 100), ("tax_percent", 1000), ("minimum", None)):
            value = getattr(self, field)
            if value is not None and not (billable(value) and (most is None or value <= most)):
                raise ValueError(
                    f"The tariff '{self.name}' has {field} {value}, which gives no bill. Use a "
                    f"number of 0 or more{f' and at most {most}' if most else ''}."
                )
        if len(self.currency) != 3 or not self.currency.isupper():
            raise ValueError(
                f"The tariff '{self.name}' is in '{self.currency}', which is no currency, so its "
                "prices cannot be compared. Write it like EUR or USD."
            )

    def of(self, customer_id: str | None, day: dt.date | None = None) -> "Tariff":
        """The same tariff with the prices of one customer on one day in it."""
        held = {
            override.charge.name: override.charge
            for override in self.overrides
            if override.holds(customer_id, day)
        }
        charges = tuple(held.get(charge.name, charge) for charge in self.charges)
        return replace(self, charges=charges, overrides=())

    def with_prices(self, factors: Mapping[str, Decimal]) -> "Tariff":
        """The same tariff with the prices of some charges multiplied.

        Thresholds, percentages and included units stay as they are.

        Raises
        ------
        ValueError
            If a factor is below 0: customers would be paid.

        >>> plain = Tariff("Calls", "EUR", (Charge("Calls", "usage", unit_price=Decimal("0.05")),))
        >>> plain.with_prices({"Calls": Decimal("1.1")}).charges[0].unit_price
        Decimal('0.055')
        """
        if any(not factor >= 0 for factor in factors.values()):
            raise ValueError(
                f"The prices of the tariff '{self.name}' would be multiplied by less than 0, so "
                "customers would be paid. Use factors of 0 or more."
            )
        charges = tuple(
            repriced(charge, factors[charge.name]) if charge.name in factors else charge
            for charge in self.charges
        )
        return changed(self, charges=charges)


#: Money of a charge and of a tier: what a price factor multiplies.
MONEY = (
    "amount", "unit_price", "package_price", "fee_per_event", "event_minimum", "event_maximum",
    "commitment", "maximum", "minimum",
)  # fmt: skip
TIER_MONEY = ("unit_price", "flat_fee", "package_price", "maximum")


def repriced(charge: Charge, factor: Decimal) -> Charge:
    """One charge with every amount of money in it multiplied by `factor`."""
    money = {name: getattr(charge, name) for name in MONEY}
    tiers = tuple(
        changed(
            tier,
            **{
                name: value * factor
                for name in TIER_MONEY
                if (value := getattr(tier, name)) is not None
            },
        )
        for tier in charge.tiers
    )
    # The percentage of a percentage charge is its price.
    if charge.model in ("percentage", "graduated_percentage"):
        tiers = tuple(changed(tier, percent=tier.percent * factor) for tier in tiers)
        money["percent"] = charge.percent
    times = {name: value * factor for name, value in money.items() if value is not None}
    return changed(charge, tiers=tiers, **times)


def changed(part: Part, **values: object) -> Part:
    """As `dataclasses.replace`, without asking again whether the part can be billed.

    What could be billed can be with all its money multiplied, and thousands of tariffs are made
    anew whenever a slider moves.
    """
    made = object.__new__(type(part))
    made.__dict__.update(part.__dict__)
    made.__dict__.update(values)
    return made

"""One charge of a tariff: its billing model, its prices, and the options around them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from types import MappingProxyType

__all__ = ["MODELS", "TIMINGS", "Charge", "Tier", "UnitConversion", "billable"]

TIMINGS = ("one_time", "in_advance", "in_arrears", "every_invoice")
ROUNDINGS = ("none", "up", "down", "half_up")
#: Places that units may be rounded to.
MOST_PLACES = 9

#: Billing model to the prices it takes: first those it must have, then those it may have.
MODELS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "fixed": (("amount",), ()),
        "usage": (("unit_price",), ()),
        "tiered": (("tiers",), ()),
        "volume": (("tiers",), ()),
        "per_thousand": (("package_price",), ("package_size", "package_rounding")),
        "discount_tiers": (("unit_price", "tiers"), ("applies_to",)),
        "minimum_fee": (("unit_price", "minimum"), ("minimum_is",)),
        "included_units": (("unit_price", "included_units"), ()),
        "overage": (("unit_price", "included_units"), ()),
        "stairstep": (("tiers",), ()),
        "tiered_package": (("tiers",), ("applies_to",)),
        "percentage": (
            ("percent",),
            ("fee_per_event", "free_events", "free_amount", "event_minimum", "event_maximum"),
        ),
        "graduated_percentage": (("tiers",), ()),
        "commitment": (("unit_price", "commitment"), ("overage_factor", "true_up")),
    }
)
#: What every metered charge may have besides its prices.
OPTIONS = (
    "unit_conversion", "included_units", "discount_percent", "maximum", "minimum", "minimum_is",
)  # fmt: skip
#: What every charge has, however it is priced.
FRAME = ("name", "model", "timing", "meter", "discountable")
#: Price of a tier, by model; the others of a tier stay at nothing.
TIER_PRICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "tiered": ("unit_price", "flat_fee", "maximum"),
        "volume": ("unit_price", "flat_fee", "maximum"),
        "discount_tiers": ("percent",),
        "stairstep": ("flat_fee",),
        "tiered_package": ("package_price", "package_size"),
        "graduated_percentage": ("percent", "flat_fee"),
    }
)
#: Digits that a number of a tariff may have before the point and after it: more are a slip, and
#: would be cut off in computing.
MOST_DIGITS = (15, 30)
DIGITS = "0 or more, with at most 15 digits before the point and 30 after it"


def billable(value: Decimal) -> bool:
    """Whether a number may stand in a tariff.

    >>> billable(Decimal("0.05")), billable(Decimal("NaN")), billable(Decimal("1e99"))
    (True, False, False)
    """
    before, after = MOST_DIGITS
    if not value.is_finite() or value < 0:
        return False
    return value.as_tuple().exponent >= -after and value.adjusted() < before


@dataclass(frozen=True)
class Tier:
    """One band of usage, up to and including `up_to` units; None is open at the top."""

    up_to: Decimal | None = None
    unit_price: Decimal = Decimal(0)
    flat_fee: Decimal = Decimal(0)
    percent: Decimal = Decimal(0)
    package_price: Decimal = Decimal(0)
    package_size: Decimal = Decimal(1)
    maximum: Decimal | None = None


@dataclass(frozen=True)
class UnitConversion:
    """How metered units become priced ones, before anything else happens to them.

    `operation` is ``divide`` or ``multiply``; `rounding` is one of none, up, down, half_up, to
    `decimals` places.
    """

    factor: Decimal
    operation: str = "divide"
    rounding: str = "none"
    decimals: int = 0

    def __post_init__(self) -> None:
        if (
            not billable(self.factor)
            or self.factor == 0
            or self.operation not in ("divide", "multiply")
        ):
            raise ValueError(
                f"The unit conversion is to {self.operation} by {self.factor}, so units cannot be "
                "converted. Use divide or multiply and a factor above 0."
            )
        if self.rounding not in ROUNDINGS or not 0 <= self.decimals <= MOST_PLACES:
            raise ValueError(
                f"The unit conversion rounds '{self.rounding}' to {self.decimals} places, which is "
                f"no way to round. Choose from {', '.join(ROUNDINGS)}, and 0 to {MOST_PLACES} "
                "places."
            )


@dataclass(frozen=True)
class Charge:
    """How one line of an invoice is priced.

    Attributes
    ----------
    name : str
        What the line is called; one charge of a tariff has it.
    model : str
        One of `MODELS`, which says the prices it takes.
    timing : str
        One of `TIMINGS`. A fixed charge is for a month unless it is billed once or with every
        invoice; use is billed in arrears, because it is not known before.
    meter : str or None
        Usage it reads; None reads the units of all meters together.
    discountable : bool
        Whether the discount of the tariff is taken off it.
    included_units, unit_conversion, discount_percent, maximum, minimum
        Options of every metered charge, in the order that `rating.ORDER` says.
    minimum_is : str
        ``floor``: the charge is at least the minimum; ``plus``: the minimum comes on top.
    applies_to : str
        Of discount tiers and packages in tiers: ``whole`` puts all units at the tier they reach,
        ``marginal`` each part of them at its own.
    package_rounding : str
        ``up`` bills packages begun, ``down`` full ones, ``none`` parts of one pro rata.

    Examples
    --------
    >>> Charge("Calls", "usage", unit_price=Decimal("0.05")).model
    'usage'
    >>> Charge("Calls", "usage")
    Traceback (most recent call last):
    ValueError: The charge 'Calls' is billed by usage but has no unit_price, so it has no price. \
Add it.
    """

    name: str
    model: str
    timing: str = "in_arrears"
    meter: str | None = None
    discountable: bool = True
    amount: Decimal | None = None
    unit_price: Decimal | None = None
    tiers: tuple[Tier, ...] = ()
    applies_to: str = "whole"
    package_price: Decimal | None = None
    package_size: Decimal = Decimal(1000)
    package_rounding: str = "up"
    percent: Decimal | None = None
    fee_per_event: Decimal = Decimal(0)
    free_events: int = 0
    free_amount: Decimal = Decimal(0)
    event_minimum: Decimal | None = None
    event_maximum: Decimal | None = None
    commitment: Decimal | None = None
    overage_factor: Decimal = Decimal(1)
    true_up: bool = True
    unit_conversion: UnitConversion | None = None
    included_units: Decimal = Decimal(0)
    discount_percent: Decimal = Decimal(0)
    maximum: Decimal | None = None
    minimum: Decimal | None = None
    minimum_is: str = "floor"

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise ValueError(
                f"The charge '{self.name}' is billed by '{self.model}', which is no billing model. "
                f"Choose from {', '.join(MODELS)}."
            )
        _check_choices(self)
        _check_prices(self)
        _check_tiers(self)

    @property
    def metered(self) -> bool:
        """Whether its bill depends on what was used."""
        return self.model != "fixed"


def allowed_fields(model: str) -> tuple[str, ...]:
    """Fields that a charge of `model` may have.

    >>> allowed_fields("fixed")
    ('name', 'model', 'timing', 'meter', 'discountable', 'amount')
    """
    must, may = MODELS[model]
    options = () if model == "fixed" else OPTIONS
    return tuple(dict.fromkeys((*FRAME, *must, *may, *options)))


def _check_choices(charge: Charge) -> None:
    for field, choices in (
        ("timing", TIMINGS),
        ("applies_to", ("whole", "marginal")),
        ("package_rounding", ("up", "down", "none")),
        ("minimum_is", ("floor", "plus")),
    ):
        value = getattr(charge, field)
        if value not in choices:
            raise ValueError(
                f"The charge '{charge.name}' has {field} '{value}', so it cannot be billed. "
                f"Choose from {', '.join(choices)}."
            )
    if charge.metered and charge.timing == "in_advance":
        raise ValueError(
            f"The charge '{charge.name}' is for use and billed in advance, but use is not known "
            "before. Bill it in arrears, or make it a fixed charge."
        )


def _check_prices(charge: Charge) -> None:
    must, _ = MODELS[charge.model]
    for field in must:
        if getattr(charge, field) in (None, ()):
            raise ValueError(
                f"The charge '{charge.name}' is billed by {charge.model} but has no {field}, so it "
                "has no price. Add it."
            )
    allowed = allowed_fields(charge.model)
    for field in fields(Charge):
        value = getattr(charge, field.name)
        if field.name not in allowed and value != field.default:
            raise ValueError(
                f"The charge '{charge.name}' is billed by {charge.model}, which has no "
                f"{field.name}, so it would be ignored. Leave it out, or change the model."
            )
        if isinstance(value, Decimal) and not billable(value):
            raise ValueError(
                f"The charge '{charge.name}' has {field.name} {value}, so a bill could fall below "
                f"nothing or be beyond all numbers. Use one of {DIGITS}."
            )
    if charge.free_events < 0:
        raise ValueError(
            f"The charge '{charge.name}' has {charge.free_events} free events, which cannot be. "
            "Use 0 or more."
        )
    if charge.package_size == 0:
        raise ValueError(
            f"The charge '{charge.name}' has packages of 0 units, so they cannot be counted. "
            "Give the number of units in one."
        )
    if charge.discount_percent > 100:
        raise ValueError(
            f"The charge '{charge.name}' has a discount of {charge.discount_percent} %, so the "
            "customer would be paid. Use at most 100."
        )


def _check_tiers(charge: Charge) -> None:
    if not charge.tiers:
        return
    priced = (*TIER_PRICES[charge.model], "up_to")
    last = Decimal(0)
    for number, tier in enumerate(charge.tiers, 1):
        where = f"Tier {number} of the charge '{charge.name}'"
        for field in fields(Tier):
            value = getattr(tier, field.name)
            if field.name not in priced and value != field.default:
                raise ValueError(
                    f"{where} has {field.name}, which {charge.model} does not use, so it would be "
                    "ignored. Leave it out, or change the model."
                )
            if isinstance(value, Decimal) and not billable(value):
                raise ValueError(
                    f"{where} has {field.name} {value}, so a bill could fall below nothing or be "
                    f"beyond all numbers. Use one of {DIGITS}."
                )
        if tier.up_to is None and number < len(charge.tiers):
            raise ValueError(
                f"{where} is open at the top but not the last, so later tiers are never reached. "
                "Say up to how many units it goes."
            )
        if tier.up_to is not None and tier.up_to <= last:
            raise ValueError(
                f"{where} ends at {tier.up_to} units, not above the {last} before it, so no unit "
                "is in it. Put the tiers in ascending order."
            )
        last = tier.up_to if tier.up_to is not None else last
        if tier.package_size == 0 or (charge.model == "discount_tiers" and tier.percent > 100):
            raise ValueError(
                f"{where} has packages of {tier.package_size} units or {tier.percent} % off, which "
                "gives no price. Use packages above 0 units and at most 100 %."
            )

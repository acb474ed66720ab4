"""Published prices of billing engines as charges of ours: inputs, expected amounts, conventions."""

import json
import os
from decimal import Decimal
from pathlib import Path

from models.charge import Charge, Tier, UnitConversion
from models.charge_price import Used
from models.tariff import Conventions

VARIABLE = "GOODWILL_PRICING_VECTORS"

#: Their name of a model to ours.
MODELS = {
    "standard": "usage",
    "graduated": "tiered",
    "volume": "volume",
    "package": "per_thousand",
    "percentage": "percentage",
    "graduated_percentage": "graduated_percentage",
    "commitment": "commitment",
    "stairstep": "stairstep",
    "tiered_package": "tiered_package",
    # A cost passed on with a surcharge is so much for each unit of it.
    "dynamic": "usage",
}
#: Their name of a parameter to ours, where no more than the name differs.
PARAMS = {
    "unit_price": "unit_price",
    "package_size": "package_size",
    "package_price": "package_price",
    "rounding": "package_rounding",
    "free_units": "included_units",
    "rate_percent": "percent",
    "fixed_fee_per_event": "fee_per_event",
    "free_events": "free_events",
    "free_amount": "free_amount",
    "per_event_min": "event_minimum",
    "per_event_max": "event_maximum",
    "commitment": "commitment",
    "overage_factor": "overage_factor",
    "true_up": "true_up",
    "multiplier": "unit_price",
}
MODIFIERS = {
    "free_units": "included_units",
    "percent_discount": "discount_percent",
    "maximum": "maximum",
    "minimum": "minimum",
}
ROUNDINGS = {"ceiling": "up", "floor": "down"}
#: Engines that bill the first tier's flat fee to who used nothing (see the file's conventions).
FIRST_FEE_ENGINES = ("lago", "openmeter")


def vectors(reference_data: Path) -> list[dict]:
    """Every case of the file named by the variable, or of the reference data."""
    path = Path(os.environ.get(VARIABLE) or reference_data / "pricing_vectors.json")
    return json.loads(path.read_text(encoding="utf-8"))["vectors"]


def charge_of(vector: dict) -> Charge:
    """The charge of a case; a model, parameter or modifier we do not know is an error."""
    model = vector["model"]
    if model not in MODELS:
        raise ValueError(f"{vector['id']}: the billing model '{model}' is not known")
    given = dict(vector["params"])
    policy = given.pop("policy", None)
    steps = given.pop("tiers", None) or given.pop("steps", None) or ()
    ours = {PARAMS[name]: typed(name, value) for name, value in given.items() if value is not None}
    for name, value in vector["modifiers"].items():
        if value is None:
            continue
        if name == "unit_conversion":
            ours["unit_conversion"] = conversion(value)
        else:
            ours[MODIFIERS[name]] = typed(name, value)
    if policy is not None:
        ours["applies_to"] = {"graduated": "marginal", "volume": "whole"}[policy]
    tiers = block_tiers(steps) if model == "tiered_package" else [tier(step) for step in steps]
    return Charge("charge", MODELS[model], tiers=tuple(tiers), **ours)


def used(vector: dict) -> Used:
    usage = vector["usage"]
    if isinstance(usage, str):
        return Used(Decimal(usage))
    ((kind, values),) = usage.items()
    amounts = tuple(Decimal(value) for value in values)
    return Used(sum(amounts, Decimal(0)), **{kind: amounts})


def conventions(vector: dict) -> Conventions:
    """The engine's own convention on who used nothing."""
    tagged = {"zero_usage", "convention"} <= set(vector["tags"])
    engine = any(name in vector["source"]["repo"] for name in FIRST_FEE_ENGINES)
    fee = tagged or engine
    return Conventions(zero_usage="first_tier_fee" if fee else "nothing")


def typed(name: str, value: object) -> object:
    if name in ("true_up", "rounding"):
        return value
    return int(value) if name == "free_events" else Decimal(str(value))


def tier(step: dict) -> Tier:
    names = {"price": "flat_fee", "rate_percent": "percent", "flat_cap": "maximum"}
    values = {names.get(name, name): value for name, value in step.items() if value is not None}
    return Tier(**{name: Decimal(value) for name, value in values.items()})


def block_tiers(steps: list[dict]) -> list[Tier]:
    """Tiers counted in blocks, ended by the units that fill them."""
    tiers, end = [], Decimal(0)
    for step in steps:
        size, blocks = Decimal(step["block_size"]), step["max_blocks"]
        end = None if blocks is None else end + size * Decimal(blocks)
        price = Decimal(step["block_price"])
        tiers.append(Tier(end, package_size=size, package_price=price))
    return tiers


def conversion(value: object) -> UnitConversion:
    """A plain number divides; otherwise it says what it does."""
    if not isinstance(value, dict):
        return UnitConversion(Decimal(str(value)))
    value = dict(value)
    factor = value.pop("factor", None) or value.pop("conversion_factor")
    rounding = value.pop("rounding", None) or "none"
    decimals = int(value.pop("precision", None) or 0)
    operation = value.pop("operation", "divide")
    if value:
        raise ValueError(f"A unit conversion has {', '.join(value)}, which is not known")
    return UnitConversion(
        Decimal(str(factor)), operation, ROUNDINGS.get(rounding, rounding), decimals
    )

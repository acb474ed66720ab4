"""Tariffs as YAML: read with every mistake named, and written back the same."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal, InvalidOperation

import yaml

from models.charge import MODELS, TIER_PRICES, Charge, Tier, UnitConversion, allowed_fields
from models.plain_yaml import plain_values
from models.tariff import Conventions, Override, Tariff

__all__ = ["read_tariff", "tariff_text"]

#: Fields that are not decimals, with what they are.
KINDS = {
    "free_events": int, "decimals": int, "true_up": bool, "discountable": bool,
    "name": str, "model": str, "timing": str, "meter": str, "currency": str, "customer_id": str,
    "applies_to": str, "package_rounding": str, "minimum_is": str, "operation": str,
    "rounding": str, "round_each": str, "zero_usage": str,
    "valid_from": dt.date, "valid_until": dt.date,
}  # fmt: skip
MOST_CHARACTERS = 200_000


def read_tariff(text: str) -> Tariff:
    """A tariff from its YAML (or JSON, which is YAML).

    Raises
    ------
    ValueError
        If the text is no tariff: what was found, what follows and what to do.

    Examples
    --------
    >>> tariff = read_tariff('''
    ... name: Calls
    ... currency: EUR
    ... charges:
    ... - {name: Platform, model: fixed, timing: in_advance, amount: 49.90}
    ... - {name: Calls, model: tiered, tiers: [
    ...     {up_to: 1000, unit_price: 0.10}, {unit_price: 0.05}]}
    ... ''')
    >>> tariff.charges[1].tiers[0].unit_price
    Decimal('0.1')
    """
    return tariff_from(plain_values(text, "tariff", longest=MOST_CHARACTERS))


def tariff_from(data: object) -> Tariff:
    """A tariff from what YAML or JSON makes of its text."""
    data = _fields("The tariff", data, Tariff)
    charges = data.pop("charges", None)
    if not isinstance(charges, list):
        raise ValueError(
            "The tariff has no list of charges, so there is nothing to bill. Add `charges:` with "
            "one entry for each line of the invoice."
        )
    overrides = data.pop("overrides", None) or []
    if not isinstance(overrides, list):
        raise ValueError(
            "The tariff has overrides that are no list, so no customer's price was read. List them."
        )
    conventions = data.pop("conventions", None) or {}
    given = _typed("The tariff", data)
    for needed in ("name", "currency"):
        if needed not in given:
            raise ValueError(f"The tariff has no {needed}, so it cannot be used. Add `{needed}:`.")
    return Tariff(
        charges=tuple(_charge(entry) for entry in charges),
        conventions=Conventions(
            **_typed("The conventions", _fields("The conventions", conventions, Conventions))
        ),
        overrides=tuple(_override(entry) for entry in overrides),
        **given,
    )


def tariff_text(tariff: Tariff) -> str:
    """The YAML of a tariff, which `read_tariff` reads back as the same tariff.

    Numbers are written as text, so that no decimal is lost; what is at its default is left out.

    Examples
    --------
    >>> plain = Tariff("Calls", "EUR", (Charge("Calls", "usage", unit_price=Decimal("0.05")),))
    >>> print(tariff_text(plain))
    name: Calls
    currency: EUR
    charges:
    - name: Calls
      model: usage
      unit_price: '0.05'
    <BLANKLINE>
    >>> read_tariff(tariff_text(plain)) == plain
    True
    """
    return yaml.safe_dump(_plain(tariff), sort_keys=False, allow_unicode=True)


def _plain(value: object) -> object:
    """A dataclass as what YAML writes: what is at its default left out."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if hasattr(value, "__dataclass_fields__"):
        return {
            field.name: _plain(entry)
            for field in fields(value)
            if (entry := getattr(value, field.name)) != field.default
        }
    return value


def _fields(what: str, data: object, kind: type) -> dict[str, object]:
    """A mapping whose keys are fields of `kind`; any other is refused by name."""
    if not isinstance(data, Mapping):
        raise ValueError(
            f"{what} is not a list of named values, so it was not read. Write it like "
            "`name: value`, one to a line."
        )
    known = [field.name for field in fields(kind)]
    unknown = [str(key) for key in data if key not in known]
    if unknown:
        raise ValueError(
            f"{what} has {', '.join(unknown)}, which means nothing here, so nothing was read. Use "
            f"{', '.join(known)}."
        )
    return dict(data)


def _typed(what: str, data: Mapping[str, object]) -> dict[str, object]:
    return {name: _value(what, name, value) for name, value in data.items() if value is not None}


def _value(what: str, name: str, value: object) -> object:
    kind = KINDS.get(name, Decimal)
    try:
        return _as(kind, value)
    except (ValueError, InvalidOperation) as error:
        says = {int: "a whole number", bool: "true or false", str: "text", dt.date: "a date"}
        raise ValueError(
            f"{what} has {name} {value!r}, which is not {says.get(kind, 'a number')}, so it was "
            "not read. Correct it."
        ) from error


def _as(kind: type, value: object) -> object:
    """A value as what its field holds; a `ValueError` or `InvalidOperation` where it is none."""
    if isinstance(value, bool) or kind is bool:
        if kind is bool and isinstance(value, bool):
            return value
        raise ValueError("true or false stands where it does not belong, or does not where it does")
    if kind is str:
        if isinstance(value, str | int | float):
            return str(value)
        raise ValueError("not a text")
    if kind is dt.date:
        plain = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
        return value if plain else dt.date.fromisoformat(str(value))
    # By way of its text: a float is what was written, not its binary neighbour.
    number = int(str(value)) if kind is int else Decimal(str(value))
    if kind is Decimal and not number.is_finite():
        raise ValueError("not a number")
    return number


def _charge(entry: object) -> Charge:
    name = entry.get("name") if isinstance(entry, Mapping) else None
    what = f"The charge '{name}'"
    data = _fields(what, entry, Charge)
    model = data.get("model")
    if name is None or not isinstance(model, str) or model not in MODELS:
        raise ValueError(
            f"{what} is billed by '{model}', so it has no price. Give it a name and a model of "
            f"{', '.join(MODELS)}."
        )
    stray = [key for key in data if key not in allowed_fields(model)]
    if stray:
        raise ValueError(
            f"{what} is billed by {model}, which has no {', '.join(stray)}, so nothing was read. "
            f"Use {', '.join(allowed_fields(model))}."
        )
    tiers = data.pop("tiers", None) or []
    conversion = data.pop("unit_conversion", None)
    if not isinstance(tiers, list):
        raise ValueError(f"{what} has tiers that are no list, so it has no price. List them.")
    return Charge(
        tiers=tuple(_tier(what, model, tier) for tier in tiers),
        unit_conversion=None if conversion is None else _conversion(what, conversion),
        **_typed(what, data),
    )


def _conversion(what: str, entry: object) -> UnitConversion:
    given = _typed(what, _fields(f"The unit conversion of {what}", entry, UnitConversion))
    if "factor" not in given:
        raise ValueError(f"{what} converts units by nothing, so it has no price. Add `factor:`.")
    return UnitConversion(**given)


def _tier(what: str, model: str, entry: object) -> Tier:
    data = _fields(f"A tier of {what[0].lower()}{what[1:]}", entry, Tier)
    stray = [key for key in data if key not in ("up_to", *TIER_PRICES[model])]
    if stray:
        raise ValueError(
            f"{what} has tiers with {', '.join(stray)}, which {model} does not use, so nothing was "
            f"read. Use up_to, {', '.join(TIER_PRICES[model])}."
        )
    return Tier(**_typed(what, data))


def _override(entry: object) -> Override:
    data = _fields("A customer's price", entry, Override)
    charge = _charge(data.pop("charge", {}))
    given = _typed("A customer's price", data)
    if "customer_id" not in given:
        raise ValueError(
            f"A price of '{charge.name}' has no customer_id, so nobody would get it. Add it."
        )
    return Override(charge=charge, **given)

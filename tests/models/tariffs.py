"""Tariffs drawn at random, for laws that hold for all of them."""

from decimal import Decimal

from hypothesis import strategies as st

from models.charge import Charge, Tier, UnitConversion
from models.tariff import Conventions, Tariff

money = st.decimals(0, 500, places=2)
price = st.decimals(0, 20, places=4)
percent = st.decimals(0, 100, places=1)
some = st.decimals("0.5", 5000, places=1)


@st.composite
def tiers(draw, **prices: st.SearchStrategy) -> tuple[Tier, ...]:
    ends = sorted(draw(st.sets(st.integers(1, 20_000), max_size=4)))
    return tuple(
        Tier(up_to, **{name: draw(values) for name, values in prices.items()})
        for up_to in (*map(Decimal, ends), None)
    )


PRICED = {
    "usage": {"unit_price": price},
    "tiered": {"tiers": tiers(unit_price=price, flat_fee=money)},
    "volume": {"tiers": tiers(unit_price=price, flat_fee=money)},
    "per_thousand": {
        "package_price": money,
        "package_size": st.integers(1, 1000).map(Decimal),
        "package_rounding": st.sampled_from(["up", "down", "none"]),
    },
    "discount_tiers": {
        "unit_price": price,
        "tiers": tiers(percent=percent),
        "applies_to": st.sampled_from(["whole", "marginal"]),
    },
    "minimum_fee": {
        "unit_price": price,
        "minimum": money,
        "minimum_is": st.sampled_from(["floor", "plus"]),
    },
    "included_units": {"unit_price": price, "included_units": some},
    "overage": {"unit_price": price, "included_units": some},
    "stairstep": {"tiers": tiers(flat_fee=money)},
    "tiered_package": {
        "tiers": tiers(package_price=money, package_size=st.integers(1, 100).map(Decimal)),
        "applies_to": st.sampled_from(["whole", "marginal"]),
    },
    "percentage": {"percent": percent, "fee_per_event": money, "free_amount": money},
    "graduated_percentage": {"tiers": tiers(percent=percent, flat_fee=money)},
    "commitment": {
        "unit_price": price,
        "commitment": money,
        "overage_factor": st.decimals(1, 3, places=1),
        "true_up": st.booleans(),
    },
}
#: Options that any metered charge may have, each there or not.
EXTRAS = {
    "discount_percent": percent,
    "maximum": money,
    "unit_conversion": st.builds(
        UnitConversion,
        factor=st.sampled_from([Decimal(10), Decimal(1000)]),
        rounding=st.sampled_from(["none", "up", "down", "half_up"]),
    ),
}


@st.composite
def charges(draw, models: tuple[str, ...] = tuple(PRICED), name: str = "charge") -> Charge:
    model = draw(st.sampled_from(models))
    given = {field: draw(values) for field, values in PRICED[model].items()}
    for field, values in EXTRAS.items():
        if draw(st.integers(0, 4)) == 0:
            given[field] = draw(values)
    return Charge(name, model, **given)


conventions = st.builds(
    Conventions,
    rounding=st.sampled_from(["half_up", "half_even"]),
    round_each=st.sampled_from(["line", "part"]),
    zero_usage=st.sampled_from(["nothing", "first_tier_fee"]),
)


@st.composite
def tariffs(draw) -> Tariff:
    metered = [draw(charges(name=f"charge {i}")) for i in range(draw(st.integers(1, 2)))]
    fee = Charge("fee", "fixed", amount=draw(money), discountable=draw(st.booleans()))
    return Tariff(
        "drawn",
        "EUR",
        (fee, *metered),
        discount_percent=draw(percent),
        minimum=draw(st.none() | money),
        tax_percent=draw(st.decimals(0, 25, places=1)),
        conventions=draw(conventions),
    )

"""Price curves: what straight pieces say is what the exact path says; cliffs are found."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from models.charge import Charge, Tier
from models.charge_price import Used, charge_parts
from models.price_curve import cliffs, curves_of, price_points
from models.rating import Conventions
from tests.models.tariffs import charges

STRAIGHT = ("usage", "tiered", "volume", "stairstep", "discount_tiers", "graduated_percentage")


@given(charges(STRAIGHT), st.integers(1, 25_000))
def test_straight_pieces_come_to_the_exact_price(charge, units):
    units = Decimal(units)
    if charge.unit_conversion is not None or charge.maximum is not None:
        return
    curves = curves_of(charge, Conventions())
    total = sum(-c.at(units) if c.taken_off else c.at(units) for c in curves)
    exact = sum(part.amount for part in charge_parts(charge, Used(units)))
    assert abs(total - exact) < Decimal("1e-12")


def test_falling_bands_are_a_cliff_and_graduated_ones_are_none():
    bands = (
        Tier(Decimal(10_000), unit_price=Decimal("0.0010"), flat_fee=Decimal(10)),
        Tier(unit_price=Decimal("0.0008"), flat_fee=Decimal(10)),
    )
    [cliff] = cliffs(Charge("c", "volume", tiers=bands))
    # 10 + 10; 10 + 8.0008; 12,500 units cost 20 again.
    assert (cliff.before, cliff.after, cliff.until) == (20, Decimal("18.0008"), 12_500)
    assert cliffs(Charge("c", "tiered", tiers=bands)) == ()
    # Free above the end: it never costs as much again.
    free = (bands[0], Tier())
    assert cliffs(Charge("c", "volume", tiers=free))[0].until is None


def test_a_curve_has_both_sides_of_a_cliff():
    bands = (Tier(Decimal(100), unit_price=Decimal(1)), Tier(unit_price=Decimal("0.5")))
    points = dict(price_points(Charge("c", "volume", tiers=bands), Decimal(200), n=4))
    assert points[Decimal(100)] == 100
    assert points[Decimal(101)] == Decimal("50.5")

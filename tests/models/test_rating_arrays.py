"""Millions of rows at once: to the cent what the exact path says, whatever the tariff."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.charge import Charge, Tier
from models.rating import Conventions, Used, rate_line
from models.rating_arrays import rate_rows, shape_of, straight
from models.rating_steps import EXACT
from tests.models.tariffs import charges, conventions

# Quantities at the ends of tiers, between them, with cents of a unit, and none at all.
quantities = st.lists(
    st.one_of(st.just(0.0), st.integers(1, 25_000).map(float), st.decimals(0, 9999, places=2)),
    min_size=1,
    max_size=8,
).map(lambda values: np.array([float(value) for value in values]))


def exact(charge: Charge, units: np.ndarray, how: Conventions, share: np.ndarray | None = None):
    lines = [
        rate_line(
            charge,
            Used(Decimal(str(quantity))),
            how,
            share=Decimal(1) if share is None else Decimal(str(share[row])),
        )
        for row, quantity in enumerate(units.tolist())
    ]
    return [int(line.amount * 10**how.decimals) for line in lines]


@given(charges(), quantities, conventions)
def test_rows_come_to_the_cent_to_what_the_exact_path_says(charge, units, how):
    assert rate_rows([charge], units, how).tolist() == exact(charge, units, how)


@given(charges(), st.lists(st.integers(0, 30_000), min_size=1, max_size=8), conventions)
def test_whole_units_too(charge, units, how):
    assert rate_rows([charge], np.array(units), how).tolist() == exact(charge, np.array(units), how)


@given(st.lists(charges(), min_size=2, max_size=5), quantities, conventions, st.randoms())
def test_each_row_is_priced_by_its_own_charge(drawn, units, how, random):
    which = np.array([random.randrange(len(drawn)) for _ in units])
    together = rate_rows(drawn, units, how, which=which)
    alone = [rate_rows([drawn[w]], units[[row]], how)[0] for row, w in enumerate(which)]
    assert together.tolist() == alone


@given(charges(("minimum_fee", "usage")), quantities, conventions, st.integers(1, 31))
def test_part_of_a_period_too(charge, units, how, days):
    share = np.full(len(units), round(days / 31, 6))
    ours = rate_rows([charge], units, how, share=share)
    assert ours.tolist() == exact(charge, units, how, share)


def test_a_fee_is_billed_for_the_part_of_the_month():
    # 100.00 x .548387 = 54.8387
    fee = Charge("Fee", "fixed", amount=Decimal(100))
    rated = rate_rows([fee], np.zeros(2), Conventions(), share=np.array([1.0, 0.548387]))
    assert rated.tolist() == [10_000, 5_484]


def test_a_half_cent_is_a_half_cent_where_floating_point_has_less():
    # .285 x 100 in floating point is 28.499999999999996: the usual floor of it + .5 is 28.
    assert np.floor(0.285 * 100 + 0.5) == 28
    charge = Charge("c", "usage", unit_price=Decimal("0.285"))
    assert rate_rows([charge], np.array([1.0]), Conventions()).tolist() == [29]
    assert rate_rows([charge], np.array([1.0]), Conventions(rounding="half_even")).tolist() == [28]
    odd = Charge("c", "usage", unit_price=Decimal("0.295"))
    assert rate_rows([odd], np.array([1.0]), Conventions(rounding="half_even")).tolist() == [30]


def test_amounts_beyond_what_floating_point_holds_go_the_exact_way():
    charge = Charge("c", "usage", unit_price=Decimal("0.000001"))
    units = np.array([int(EXACT) - 1])
    assert rate_rows([charge], units, Conventions()).tolist() == exact(charge, units, Conventions())


def test_common_tariffs_take_the_quick_way():
    tiers = (Tier(Decimal(10), unit_price=Decimal(1)), Tier(unit_price=Decimal("0.5")))
    for model in ("tiered", "volume"):
        charge = Charge("c", model, tiers=tiers)
        assert shape_of(charge, straight(charge, Conventions())) != ("exact",)


def test_use_below_nothing_is_refused():
    with pytest.raises(ValueError, match="below nothing or missing, so it has"):
        rate_rows([Charge("c", "usage", unit_price=Decimal(1))], np.array([-1.0]), Conventions())

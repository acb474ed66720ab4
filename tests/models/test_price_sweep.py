"""Thousands of tariffs from one sort: the sums are those of the rows priced one by one."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.charge import Charge, Tier
from models.charge_price import Used, charge_parts
from models.price_sweep import sort_usage

usage = st.lists(st.integers(0, 500), min_size=1, max_size=30)
ends = st.sets(st.integers(1, 400), min_size=1, max_size=4).map(sorted)
prices = st.lists(st.decimals(0, 9, places=2), min_size=5, max_size=5)


@pytest.mark.parametrize("model", ["tiered", "volume"])
@given(quantity=usage, ends=ends, prices=prices, fees=prices)
def test_the_sum_is_that_of_every_row_priced_by_itself(model, quantity, ends, prices, fees):
    tiers = tuple(
        Tier(end, unit_price=price, flat_fee=fee)
        for end, price, fee in zip((*map(Decimal, ends), None), prices, fees, strict=False)
    )
    charge = Charge("c", model, tiers=tiers)
    rows = [sum(part.amount for part in charge_parts(charge, Used(Decimal(q)))) for q in quantity]
    ordered = sort_usage(np.array(quantity))
    sweep = ordered.graduated if model == "tiered" else ordered.volume
    n = len(tiers)
    assert sweep(ends, list(map(float, prices[:n])), list(map(float, fees[:n]))) == pytest.approx(
        float(sum(rows)), abs=1e-6
    )

"""The parts of a change: worked by hand, and laws that hold whatever the rows are."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.decomposition import OTHERS, decompose

COLUMNS = ("numerator_before", "denominator_before", "numerator_after", "denominator_after")


def rows(*customers):
    return pd.DataFrame(customers, columns=["group", *COLUMNS])


def test_parts_worked_by_hand():
    # A: 2 of 10, then 6 of 20; B: 5 of 10, then 4 of 10. All: 7/20 = 0.35, then 10/30 = 1/3.
    found = decompose(rows(("A", 2, 10, 6, 20), ("B", 5, 10, 4, 10)), fewest=1)
    parts = found.table.set_index("group")
    # Weights: A from 1/2 to 2/3, B from 1/2 to 1/3; own ratios 0.2 to 0.3 and 0.5 to 0.4.
    assert parts.loc["A", "rate"] == pytest.approx(0.1 * (1 / 2 + 2 / 3) / 2)
    assert parts.loc["B", "rate"] == pytest.approx(-0.1 * (1 / 2 + 1 / 3) / 2)
    middle = (0.35 + 1 / 3) / 2
    assert parts.loc["A", "mix"] == pytest.approx((1 / 6) * (0.25 - middle))
    assert parts.loc["B", "mix"] == pytest.approx((-1 / 6) * (0.45 - middle))
    assert found.change == pytest.approx(1 / 3 - 0.35)


def test_group_that_is_only_there_after_is_mix_alone():
    found = decompose(rows(("A", 1, 10, 1, 10), ("new", 0, 0, 9, 10)), fewest=1)
    new = found.table.set_index("group").loc["new"]
    assert new["rate"] == 0
    assert new["mix"] == pytest.approx(0.5 * (0.9 - (0.1 + 0.5) / 2))


customers = st.lists(
    st.tuples(
        st.sampled_from("ABCD"),
        # In cents, as money and counts are: not a fraction of a cent beside a million.
        *(st.integers(0, 100_000).map(lambda cents: cents / 100) for _ in range(4)),
    ),
    min_size=3,
    max_size=40,
)


@settings(max_examples=20)
@given(customers, st.integers(1, 5))
def test_parts_add_up_to_the_change(drawn, fewest):
    frame = rows(*drawn)
    if frame["denominator_before"].sum() < 1 or frame["denominator_after"].sum() < 1:
        return
    found = decompose(frame, fewest=fewest)
    size = 1e-9 * (1 + abs(found.before) + abs(found.after))
    assert found.table["total"].sum() == pytest.approx(found.change, abs=size)
    assert found.mix + found.rate == pytest.approx(found.change, abs=size)


def test_parts_add_up_although_credits_outweigh_what_a_group_was_billed():
    found = decompose(rows(("A", -5, -10, 6, 20), ("B", 5, 40, 4, 10)), fewest=1)
    assert found.table["total"].sum() == pytest.approx(found.change)
    # A ratio to less than nothing is none.
    assert np.isnan(found.table.set_index("group").loc["A", "rate_before"])


def test_group_of_one_large_customer_is_not_beyond_noise():
    rng, n = np.random.default_rng(3), 80
    small = np.column_stack([rng.normal(3, 0.1, n), np.full(n, 10), rng.normal(3, 0.1, n),
                             np.full(n, 10)])  # fmt: skip
    frame = pd.DataFrame(small, columns=list(COLUMNS))
    frame["group"] = ["A"] * 40 + ["B"] * 40
    assert not decompose(frame).table["apart"].any()
    # What one of forty does is what the whole group does, and nothing says how it varies.
    frame.loc[0, list(COLUMNS)] = [300.0, 200.0, 250.0, 200.0]
    found = decompose(frame).table.set_index("group")
    assert not found.loc["A", "apart"]
    assert found.loc["A", ["low", "high", "p_value"]].isna().all()
    assert np.isfinite(found.loc["B", "low"])
    # Of nearly three quarters of everything its own square would say that nothing varies.
    frame.loc[0, list(COLUMNS)] = [3_000.0, 2_000.0, 2_500.0, 2_000.0]
    assert not decompose(frame).table["apart"].any()


@settings(max_examples=20)
@given(customers)
def test_nothing_changes_where_after_is_before(drawn):
    frame = rows(*drawn)
    frame[["numerator_after", "denominator_after"]] = frame[
        ["numerator_before", "denominator_before"]
    ].to_numpy()
    if frame["denominator_before"].sum() < 1:
        return
    found = decompose(frame, fewest=1)
    assert found.table[["rate", "mix"]].abs().to_numpy().max() == pytest.approx(0, abs=1e-6)


def test_small_groups_are_put_together_and_what_is_left_over_is_not_small():
    frame = rows(
        *[("large", 1, 2, 1, 2)] * 50, *[("middle", 1, 2, 1, 2)] * 12, *[("tiny", 1, 2, 1, 2)] * 3
    )
    table = decompose(frame, fewest=10).table.set_index("group")
    # The three alone could be told from the whole and the other two.
    assert table["n"].to_dict() == {"large": 50, OTHERS: 15}


def test_interval_of_a_part_is_that_of_leaving_out_one_customer_after_the_other():
    rng, n = np.random.default_rng(5), 40
    frame = pd.DataFrame(rng.gamma(4, 5, (n, 4)), columns=list(COLUMNS))
    frame["group"] = rng.choice(list("AB"), n)
    parts = decompose(frame, fewest=1).table.set_index("group").loc["A"]
    without = [decompose(frame.drop(k), fewest=1).table for k in range(n)]
    totals = np.array([table.set_index("group").loc["A", "total"] for table in without])
    std_err = np.sqrt((n - 1) / n * ((totals - totals.mean()) ** 2).sum())
    assert (parts["high"] - parts["low"]) / (2 * 1.96) == pytest.approx(std_err, rel=0.1)


def test_nothing_to_divide_by_has_no_parts():
    with pytest.raises(ValueError, match="nothing to divide by"):
        decompose(rows(("A", 1, 0, 1, 1)), fewest=1)

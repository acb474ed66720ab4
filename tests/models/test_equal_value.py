"""Other models at equal value: the year comes to the same, and who pays more is counted."""

import dataclasses

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.equal_value import fit_equal_value
from models.refusal import Refusal
from tests.models.test_pricing import BANDED, OWN, base

CELLS = ("fixed", "usage", "per_thousand", "tiered")


@dataclasses.dataclass
class Fit:
    """As much of a billing fit as is read: each cell as smooth as its place says."""

    cells: tuple
    own: tuple = ()

    def of(self, measure):
        assert measure == "smooth"
        return pd.DataFrame(
            [{"billing_model": model, "billing_timing": "in_arrears",
              "adjusted": 0.5 + 0.1 * place, "adjusted_low": 0.4, "adjusted_high": 0.9}
             for place, model in enumerate(self.cells)]
        )  # fmt: skip

    @property
    def personas(self):
        columns = ["persona", "billing_model", "billing_timing", "smooth", "low", "high"]
        return pd.DataFrame(
            [("Growers", model, "in_arrears", smooth, 0.0, 1.0) for model, smooth in self.own],
            columns=columns,
        )


def fitted(quantities, *, tariffs=(OWN,), cells=CELLS, models=None, own=()):
    """Everybody of one persona and product."""
    ours = base(quantities, tariffs)
    contracts = ours.contracts.assign(persona="Growers", product_id="P")
    if models is not None:
        contracts["billing_model"] = [models[i % len(models)] for i in range(len(contracts))]
    return fit_equal_value(dataclasses.replace(ours, contracts=contracts), Fit(cells, own))


def test_equal_value_worked_by_hand():
    # Fifteen use 90 a month and fifteen 490: (10 + 90) and (10 + 490) less 10 % are 90 and 450 a
    # month. Flat: 270 each, so the small ones pay 180 more and the large ones 180 less.
    found = fitted([90, 490] * 15).table.set_index("billing_model")
    assert found["revenue"].tolist() == pytest.approx([12 * 15 * 540.0] * 3)
    assert found.loc["fixed", ["n_customers", "dearer"]].tolist() == [30, 15]
    assert found.loc["fixed", "moved"] == pytest.approx(180 / 540)
    # By use alone: 540 over 580 units, 83.79 and 456.21: nobody up by a quarter.
    assert found.loc["usage", "dearer"] == 0
    assert found.loc["usage", "moved"] == pytest.approx((90 - 90 / 580 * 540) / 540, abs=1e-4)
    # Both take one package of a thousand, so it is a flat fee.
    assert found.loc["per_thousand", "moved"] == pytest.approx(180 / 540)
    # No contract is tiered, so there are no bands to bill by.
    assert "tiered" not in found.index
    assert found["covered"].tolist() == pytest.approx([1.0] * 3)


def test_the_smoothest_that_can_be_billed_is_the_best():
    found = fitted([90, 490] * 15)
    assert found.best["billing_model"].tolist() == ["per_thousand"]
    # With bands to take from a contract of the persona's product the tiered one is.
    both = fitted([90, 490] * 15, tariffs=(OWN, BANDED), models=("usage", "tiered"))
    assert both.best["billing_model"].tolist() == ["tiered"]
    assert both.best["n_customers"].tolist() == [30]
    # What is known of the persona itself goes before what is known of all.
    known = fitted([90, 490] * 15, own=(("usage", 0.95),))
    assert known.best[["billing_model", "smooth", "own"]].to_numpy().tolist() == [
        ["usage", 0.95, True]
    ]
    assert known.table["own"].sum() == 1


def test_use_that_jumps_is_a_surprise_by_use_and_none_by_a_flat_fee():
    ours = base([100] * 40)
    rows = ours.rows.copy()
    # In the tenth month everybody uses twice as much: one of eight bills with four before it.
    rows.loc[rows["month"] == 9, "quantity"] = 200.0
    rows.loc[rows["month"] == 9, "old"] = 0.9 * 210
    contracts = ours.contracts.assign(persona="Growers", product_id="P")
    ours = dataclasses.replace(ours, rows=rows, contracts=contracts)
    found = fit_equal_value(ours, Fit(("usage", "fixed"))).table
    assert found["billing_model"].tolist() == ["fixed", "usage"]
    assert found["surprises"].tolist() == [0.0, 1 / 8]
    assert found["surprises_today"].tolist() == [1 / 8, 1 / 8]


def test_small_personas_and_none_are_refused():
    with pytest.raises(Refusal, match="No persona has 30 customers"):
        fitted([90] * 29)
    with pytest.raises(Refusal, match="There are no personas"):
        fit_equal_value(base([90] * 40), Fit(CELLS))
    # Whose persona is not known is of none.
    assert fitted([90] * 40).table["persona"].unique().tolist() == ["Growers"]


@settings(max_examples=4, deadline=None)
@given(st.lists(st.integers(1, 5_000), min_size=30, max_size=40))
def test_whatever_is_used_the_year_comes_to_the_same_but_for_rounding(quantities):
    found = fitted(quantities, tariffs=(OWN, BANDED), models=("usage", "tiered")).table
    assert len(found) == 4
    assert found["moved"].between(0, 1).all()
    # Half a cent a line and half a cent a discount, and what the last decimal of prices makes.
    gap = (found["revenue_then"] - found["revenue"]).abs()
    assert (gap <= 0.0101 * 12 * len(quantities) + 1e-6 * found["revenue"]).all()

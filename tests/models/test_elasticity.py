"""The elasticity: found where it is, not where it is not, and called what it is."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from models.elasticity import FEWEST_CHANGED, fit_elasticity, fit_log_log
from models.refusal import Refusal

AS_OF = dt.date(2025, 12, 31)
MONTHS = pd.date_range("2024-01-01", periods=24, freq="MS")


def company(n=240, *, elasticity=-0.6, targeted=False, noise=0.15, early=0.0, seed=0):
    """Prices that rise in turn; use grows, has a season, and answers the price."""
    rng = np.random.default_rng(seed)
    growth = rng.normal(0, 0.01, n)
    at = rng.integers(8, 20, n)
    changed = rng.random(n) < 0.7
    size = np.where(growth > 0, 0.15, 0.03) if targeted else rng.choice([0.03, 0.08, 0.15], n)
    month = np.arange(24)
    holds = month >= at[:, None]
    soon = (month < at[:, None] - 1) & (month >= at[:, None] - 7)
    log_price = np.log1p(size)[:, None]
    log_use = (
        rng.normal(5, 1, n)[:, None] + growth[:, None] * month + 0.1 * np.sin(month / 2)
        + np.where(changed[:, None], log_price * (elasticity * holds + early * soon), 0.0)
        + rng.normal(0, noise, (n, 24))
    )  # fmt: skip
    who = np.array([f"C{i:04d}" for i in range(n)])
    use = pd.DataFrame(
        {
            "customer_id": np.repeat(who, 24), "meter": "units",
            "begins": np.tile(MONTHS, n), "quantity": np.exp(log_use).ravel(),
        }
    )  # fmt: skip
    steps = pd.DataFrame(
        {
            "customer_id": who, "begins": MONTHS[at], "announced_on": MONTHS[at - 1],
            "price_ratio": 1 + size,
        }
    )[changed].reset_index(drop=True)  # fmt: skip
    return use, steps


def fitted(deals=19, **options):
    return fit_elasticity(*company(**options), AS_OF, deals=deals)


def test_without_noise_the_elasticity_is_found_to_the_last_digit():
    found = fitted(noise=1e-10, deals=1)
    assert found.value == pytest.approx(-0.6, abs=1e-6)


def test_staggered_prices_are_called_so_and_their_effect_is_found():
    found = fitted()
    assert found.low <= -0.6 <= found.high < 0
    assert (found.design, found.verdict) == ("staggered", "uses less")
    assert found.checks.set_index("check")["passed"].all()
    assert found.table["main"].tolist() == [False, True]
    assert found.figures()[0].reason is None


def test_rises_for_those_who_grow_mislead_the_plain_estimate_and_are_named():
    found = fitted(targeted=True)
    plain = found.table.iloc[0]
    assert plain["elasticity"] > 0
    assert found.low <= -0.6 <= found.high
    assert found.design == "observational"
    assert not found.checks.set_index("check").loc["growth", "passed"]
    assert "Observational" in found.figures()[0].reason


def test_use_that_moves_before_a_price_is_announced_is_named():
    found = fitted(n=400, early=-1.5)
    checks = found.checks.set_index("check")
    assert not checks.loc["before", "passed"]
    assert found.design == "observational"


def test_where_prices_do_nothing_hardly_anything_is_found():
    # Each says so at one in twenty: more than three of ten come once in a thousand times.
    found = [fitted(elasticity=0.0, deals=1, seed=seed).verdict for seed in range(10)]
    assert found.count("no effect found") >= 7
    one = fitted(elasticity=0.0, seed=1)
    assert one.checks.set_index("check").loc["null", "p_value"] > 0.05
    assert one.detectable == pytest.approx(2.8 * one.std_err, rel=0.01)


def test_interval_holds_the_truth_as_often_as_it_says():
    held = sum(f.low <= -0.6 <= f.high for f in (fitted(n=150, deals=1, seed=s) for s in range(60)))
    # 57 of 60 on average; fewer than 51 come once in a few hundred times.
    assert held >= 51


def test_short_histories_have_no_line_of_their_own():
    use, steps = company(n=600)
    soon = use["begins"] < "2024-11-01"
    found = fit_elasticity(use[soon], steps[steps["begins"] < "2024-11-01"], AS_OF, deals=1)
    assert found.table["within"].tolist() == ["own level and month"]
    assert found.table["main"].all()


def test_months_without_use_are_left_out_and_counted():
    use, steps = company()
    use.loc[use.index[::50], "quantity"] = 0.0
    found = fit_elasticity(use, steps, AS_OF, deals=1)
    assert found.n_without_use == len(use.index[::50])
    assert found.n_months == len(use) - found.n_without_use


def test_too_few_changes_are_refused():
    use, steps = company()
    few = steps.head(FEWEST_CHANGED - 1)
    with pytest.raises(Refusal, match=f"The price of {FEWEST_CHANGED - 1} customers"):
        fit_elasticity(use, few, AS_OF)


def test_changes_before_all_use_or_after_it_are_none():
    use, steps = company()
    with pytest.raises(Refusal, match="The price of 0 customers changed with their use on record"):
        fit_elasticity(use[use["begins"] >= "2025-10-01"], steps, AS_OF)
    with pytest.raises(Refusal, match="The price of 0 customers"):
        fit_elasticity(use[use["begins"] < "2024-08-01"], steps, AS_OF)


def test_one_large_customer_has_no_more_say_than_another():
    use, steps = company()
    giant = use["customer_id"] == use["customer_id"].iloc[0]
    larger = use.assign(quantity=use["quantity"].where(~giant, 1e6 * use["quantity"]))
    one, other = (fit_elasticity(rows, steps, AS_OF, deals=1) for rows in (use, larger))
    assert other.value == pytest.approx(one.value, abs=1e-9)
    assert (other.low, other.high) == pytest.approx((one.low, one.high), abs=1e-9)


@pytest.mark.reference("oj/oj*")
def test_orange_juice_has_the_published_elasticity(reference_file):
    rows = pd.read_parquet(reference_file)
    brand = pd.factorize(rows["brand"])[0]
    found = fit_log_log(rows["sales"].to_numpy(), rows[["price"]], unit=brand).of("price")
    # Pooled over brands, each with its own level (Taddy, Business Data Science): -3.139.
    assert found["effect"] == pytest.approx(-3.139, abs=0.01)
    assert found["low"] < -3.139 < found["high"]

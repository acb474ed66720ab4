"""Product fit: groups that differ are called, groups that do not are not, small ones are hidden."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, fisher_exact

from models.product_fit import FEWEST, MOST_PULL, fit_product_fit
from models.refusal import Refusal

AS_OF = dt.date(2025, 6, 30)


def starts(cells, product="Plan"):
    """Rows of groups: {value: (starts, successes)}; each customer starts once."""
    rows = [
        {"customer_id": f"{product}-{value}-{i}", "product": product, "industry": value,
         "stayed": i < k, "contribution": 10.0}
        for value, (n, k) in cells.items() for i in range(n)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def fitted(rows, **options):
    return fit_product_fit(rows, AS_OF, traits=("industry",), **options)


def test_success_is_to_stay_and_to_leave_more_than_was_cost():
    rows = starts({"Retail": (40, 30), "Trade": (40, 30)})
    rows.loc[rows["industry"] == "Trade", "contribution"] = -1.0
    found = fitted(rows)
    assert found.rate == pytest.approx(30 / 80)
    product = found.products.iloc[0]
    assert (product["stayed"], product["paid_off"]) == (0.75, 0.5)
    # Clopper and Pearson for 30 of 80.
    assert product["low"] == pytest.approx(beta.ppf(0.025, 30, 51))
    assert product["high"] == pytest.approx(beta.ppf(0.975, 31, 50))


def test_groups_that_differ_are_called_and_the_test_is_fishers():
    found = fitted(starts({"Retail": (200, 180), "Trade": (200, 100), "Energy": (200, 140)}))
    by = found.table.set_index("value")
    assert by["verdict"].to_dict() == {
        "Retail": "more likely", "Trade": "less likely", "Energy": "no difference seen"
    }  # fmt: skip
    # Retail's 180 of 200 against 240 of the other 400; three tests, the smallest p first.
    p = fisher_exact([[180, 20], [240, 160]]).pvalue
    assert by.loc["Retail", "p_value"] == pytest.approx(p)
    assert found.best("industry")["value"].tolist() == ["Retail"]
    assert found.worst("industry")["value"].tolist() == ["Trade"]


def test_alike_groups_are_drawn_all_the_way_and_unlike_ones_hardly():
    alike = fitted(starts({"A": (100, 70), "B": (100, 70), "C": (100, 70)}))
    assert alike.pull["industry"] > 0.9 * MOST_PULL
    assert alike.table["expected"].to_numpy() == pytest.approx(0.7, abs=1e-3)
    unlike = fitted(starts({"A": (100, 95), "B": (100, 5), "C": (100, 50)}))
    assert unlike.pull["industry"] < 5
    a = unlike.table.iloc[0]
    assert a["rate"] == 0.95
    assert 0.9 < a["expected"] < 0.95


def test_small_groups_have_their_size_and_nothing_else():
    found = fitted(starts({"Retail": (FEWEST, 20), "Trade": (FEWEST - 1, 0), "Energy": (90, 60)}))
    small = found.table.set_index("value").loc["Trade"]
    assert small["n"] == FEWEST - 1
    assert small["verdict"] == "too few"
    hidden = ["n_success", "rate", "expected", "low", "high", "p_value", "q_value"]
    assert small[hidden].isna().all()


def test_chance_alone_calls_hardly_anybody():
    rng = np.random.default_rng(5)
    called = 0
    for _ in range(20):
        cells = {f"G{g}": (120, int(rng.binomial(120, 0.7))) for g in range(8)}
        verdicts = fitted(starts(cells)).table["verdict"]
        called += int(verdicts.isin(["more likely", "less likely"]).any())
    # A false discovery rate of 5 % means a false alarm in at most one family of twenty.
    assert called <= 3


def test_products_that_all_succeed_with_have_an_interval_too():
    found = fitted(
        pd.concat([starts({"A": (60, 60), "B": (60, 60)}), starts({"A": (60, 0)}, "Kit")])
    )
    all_of, none_of = found.products.set_index("product").loc[["Plan", "Kit"]].itertuples()
    assert all_of.high == 1.0
    assert 0.95 < all_of.low < 1.0
    assert (none_of.low, none_of.rate) == (0.0, 0.0)
    assert found.table["low"].dropna().between(0, 1).all()


def test_customer_with_many_products_is_one_customer_in_the_interval():
    one = starts({"A": (60, 45), "B": (60, 45)})
    copies = pd.concat([one.assign(product=f"P{i}") for i in range(5)])
    narrow, wide = fitted(one), fitted(copies)
    assert wide.n == 5 * narrow.n
    assert wide.n_customers == narrow.n_customers
    assert wide.high - wide.low == pytest.approx(narrow.high - narrow.low, rel=1e-6)


def test_too_few_starts_are_refused():
    with pytest.raises(Refusal, match="Only 12 times a customer took up a product"):
        fitted(starts({"A": (12, 6)}))


def test_trait_with_one_value_compares_nobody():
    found = fitted(starts({"A": (60, 30)}))
    assert set(found.table["verdict"]) == {"too few"}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(30, 200), st.floats(0, 1)), min_size=2, max_size=6))
def test_expected_share_lies_between_the_counted_one_and_the_products(cells):
    found = fitted(starts({f"G{i}": (n, round(n * share)) for i, (n, share) in enumerate(cells)}))
    known = found.table.dropna(subset="rate")
    ends = np.sort(known[["rate", "product_rate"]].to_numpy(), axis=1)
    # A product's share is itself drawn by half an event towards one half.
    slack = 0.5 / known["n"].to_numpy()
    assert (known["expected"] >= ends[:, 0] - slack).all()
    assert (known["expected"] <= ends[:, 1] + slack).all()
    assert (known["low"] <= known["expected"]).all()
    assert (known["expected"] <= known["high"]).all()

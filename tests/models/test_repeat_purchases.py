"""Repeat purchases: the published results on CDNOW, and what the model may not be used for."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime

from models import purchase_size, repeat_purchases
from models.purchase_size import fit_purchase_size
from models.refusal import Refusal
from models.repeat_purchases import fit_repeat_purchases
from models.repeat_value import fit_repeat_value
from models.value_terms import Terms


@pytest.fixture(scope="module")
def cdnow(reference_data):
    rows = pd.read_parquet(reference_data / "cdnow" / "summary.parquet")
    rows = rows.set_axis(["customer_id", "repeats", "last_repeat", "observed"], axis=1)
    return fit_repeat_purchases(rows)


def buyers(n=600, seed=0):
    """Customers simulated from the model: weeks, r .8, alpha 6, a .8, b 2.5."""
    rng = np.random.default_rng(seed)
    rate, quits = rng.gamma(0.8, 1 / 6, n), rng.beta(0.8, 2.5, n)
    observed = np.round(rng.uniform(20, 40, n), 1)
    repeats, last = np.zeros(n, int), np.zeros(n)
    for i in range(n):
        time = 0.0
        while (time := time + rng.exponential(1 / rate[i])) <= observed[i]:
            repeats[i], last[i] = repeats[i] + 1, time
            if rng.random() < quits[i]:
                break
    frame = {"repeats": repeats, "last_repeat": last, "observed": observed}
    return pd.DataFrame({"customer_id": [f"C-{i}" for i in range(n)], **frame})


def test_parameters_are_the_published_ones(cdnow):
    # Fader, Hardie and Lee (2005), table 2: .243, 4.414, .793, 2.426; log-likelihood -9582.4.
    assert cdnow.parameters == pytest.approx([0.243, 4.414, 0.793, 2.426], rel=0.002)
    assert cdnow.log_likelihood == pytest.approx(-9582.43, abs=0.01)


def test_expected_purchases_are_the_published_ones(cdnow):
    # Customer 1 (2 repeats, the last in week 30.43 of 38.86) is expected to buy 1.226 times in
    # the next 39 weeks (Fader and Hardie's note on the model in a spreadsheet).
    assert cdnow.customers["customer_id"][0] == 1
    assert cdnow.expected(39.0)[0] == pytest.approx(1.226, abs=0.001)


def test_spend_parameters_are_the_published_ones(reference_data):
    # Fader and Hardie (2013): p 6.25, q 3.74, v 15.44, log-likelihood -4055.9.
    rows = pd.read_parquet(reference_data / "cdnow" / "summary_spend.parquet")
    rows = rows.rename(columns={"ID": "customer_id", "x": "repeats", "zbar": "spend"})
    found = fit_purchase_size(rows)
    assert (found.p, found.q, found.v) == pytest.approx((6.25, 3.74, 15.44), rel=0.002)
    assert found.log_likelihood == pytest.approx(-4055.92, abs=0.01)
    assert found.n == 946
    # Nothing known of a customer: the mean of all; much known: its own.
    assert found.expected([0], [np.nan]) == pytest.approx([35.17], abs=0.01)
    assert found.expected([10_000], [80.0]) == pytest.approx([80.0], rel=0.001)
    assert found.low < 0.11 < found.high


def test_gradient_is_that_of_the_likelihood():
    x, last, observed = np.array([0.0, 1, 4]), np.array([0.0, 0.3, 1.1]), np.array([1.0, 1, 1.2])
    at = np.array([0.4, 1.3, 0.7, 2.1])
    value = lambda p: repeat_purchases.log_likelihood(p, x, last, observed)[0].sum()  # noqa: E731
    ours = repeat_purchases.log_likelihood(at, x, last, observed)[1].sum(axis=1)
    assert ours == pytest.approx(approx_fprime(at, value, 1e-7), rel=1e-5)
    z, at = np.array([0.5, 1.2, 2.0]), np.array([5.0, 3.0, 1.4])
    value = lambda p: purchase_size.log_likelihood(p, x + 1, z)[0]  # noqa: E731
    ours = purchase_size.log_likelihood(at, x + 1, z)[1]
    assert ours == pytest.approx(approx_fprime(at, value, 1e-7), rel=1e-5)


def test_parameters_of_simulated_buyers_are_recovered():
    found = fit_repeat_purchases(buyers(4_000))
    off = np.log(found.parameters) - np.log([0.8, 6.0, 0.8, 2.5])
    assert (np.abs(off) < 3.5 * found.table["std_err"]).all()


def test_unit_of_time_changes_no_purchase():
    rows = buyers()
    days = rows.assign(last_repeat=7 * rows["last_repeat"], observed=7 * rows["observed"])
    weeks, in_days = fit_repeat_purchases(rows), fit_repeat_purchases(days)
    assert in_days.expected(7 * 26) == pytest.approx(weeks.expected(26), rel=1e-3)
    n = rows["repeats"].sum()
    assert in_days.log_likelihood == pytest.approx(weeks.log_likelihood - n * np.log(7), abs=1e-3)


def test_who_never_came_back_is_not_said_to_be_active():
    # By construction the model has them active for certain; it is no sign of health.
    rows = fit_repeat_purchases(buyers()).customers
    never = rows["repeats"] == 0
    assert never.any()
    assert rows.loc[never, "alive"].isna().all()
    assert rows.loc[~never, "alive"].between(0, 1).all()


def test_more_time_ahead_brings_more_purchases():
    found = fit_repeat_purchases(buyers())
    ahead = np.array([found.expected(weeks) for weeks in (1, 13, 26, 52)])
    assert (np.diff(ahead, axis=0) > 0).all()


def test_too_few_buyers_are_refused():
    with pytest.raises(Refusal, match="Of 50 customers without a contract"):
        fit_repeat_purchases(buyers(50))
    never = buyers(300).assign(repeats=0, last_repeat=0.0)
    with pytest.raises(Refusal, match="0 bought again"):
        fit_repeat_purchases(never)


def test_impossible_times_are_named():
    rows = buyers(200)
    rows.loc[0, ["repeats", "last_repeat"]] = [1, 999.0]
    with pytest.raises(ValueError, match="bought last after they were observed"):
        fit_repeat_purchases(rows)
    with pytest.raises(ValueError, match="no column observed"):
        fit_repeat_purchases(rows.drop(columns="observed"))


def test_spend_that_goes_with_frequency_is_refused():
    rng = np.random.default_rng(0)
    repeats = rng.integers(1, 20, 300)
    rows = pd.DataFrame({"customer_id": range(300), "repeats": repeats})
    with pytest.raises(Refusal, match="go together"):
        fit_purchase_size(rows.assign(spend=10.0 * repeats + rng.normal(0, 20, 300).clip(-5)))
    with pytest.raises(Refusal, match="Only 20 customers"):
        fit_purchase_size(rows.head(20).assign(spend=rng.gamma(5, 2, 20)))


def test_value_of_purchases_is_what_is_bought_in_each_month():
    rows = buyers()
    days = rows.assign(last_repeat=7 * rows["last_repeat"], observed=7 * rows["observed"])
    days["spend"] = np.where(
        days["repeats"] > 0, np.random.default_rng(1).gamma(5, 20, 600), np.nan
    )
    value = fit_repeat_value(days, as_of=dt.date(2025, 6, 30), margin_share=0.5,
                             terms=Terms(12, 0.0, 0.0), n_draws=10)  # fmt: skip
    # Without discount: purchases within the year × value of one × share of margin, not a sum of
    # all that was bought by the end of each month.
    year = value.purchases.expected(365.25)
    assert value.customers["purchases"].sum() == pytest.approx(year.sum())
    by_hand = 0.5 * value.customers["spend"] * value.customers["purchases"]
    assert value.customers["value"].to_numpy() == pytest.approx(by_hand.to_numpy())
    assert value.low < value.portfolio < value.high
    assert value.n_repeat == (rows["repeats"] > 0).sum()
    later = fit_repeat_value(days, as_of=dt.date(2025, 6, 30), margin_share=0.5,
                             terms=Terms(12, 0.2, 0.2), n_draws=0)  # fmt: skip
    assert value.portfolio / 1.2 < later.portfolio < value.portfolio

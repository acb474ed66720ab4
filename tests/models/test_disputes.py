"""Disputes: worked by hand, laws, and the company whose disputes are known."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nbinom, poisson

from models.dispute_causes import fit_dispute_causes
from models.disputes import fit_disputes
from models.funnel import fit_funnel
from models.refusal import Refusal

AS_OF = dt.date(2025, 6, 30)


def books(rng, *, n_customers=60, each=20, rate=0.1):
    """Invoices of alike customers, and disputes that are opened and resolved at once or open."""
    customer = np.repeat([f"c{i}" for i in range(n_customers)], each)
    n = len(customer)
    invoices = pd.DataFrame(
        {
            "invoice_id": [f"i{i}" for i in range(n)],
            "customer_id": customer,
            "amount": rng.uniform(10, 100, n),
            "n_disputes": (rng.random(n) < rate).astype(int),
            "n_chargebacks": 0,
            "n_enquiries": 1,
            "channel": rng.choice(["email", "paper"], n),
            "age": 90,
        }
    )
    hit = invoices[invoices["n_disputes"] > 0]
    days = rng.integers(1, 30, len(hit))
    disputes = pd.DataFrame(
        {
            "customer_id": hit["customer_id"].to_numpy(),
            "reason": rng.choice(["price", "delivery"], len(hit)),
            "kind": "dispute",
            "amount": hit["amount"].to_numpy(),
            "opened_on": pd.Timestamp(2025, 5, 1),
            "resolved_on": pd.Timestamp(2025, 5, 1) + pd.to_timedelta(days, unit="D"),
            "outcome": "upheld",
            "duration": days.astype(float),
        }
    )
    return invoices, disputes


def test_rate_shares_and_median_by_hand():
    # Eight invoices of four customers; disputes: price 100, price 200, delivery 100.
    invoices = pd.DataFrame(
        {
            "invoice_id": list("abcdefgh"),
            "customer_id": list("wwxxyyzz"),
            "n_disputes": [1, 0, 1, 1, 0, 0, 0, 0],
            "n_chargebacks": [0, 0, 1, 0, 0, 0, 0, 0],
            "n_enquiries": [2, 0, 0, 0, 0, 0, 0, 0],
        }
    )
    opened = pd.Timestamp(2025, 5, 1)
    disputes = pd.DataFrame(
        {
            "customer_id": ["w", "x", "x"],
            "reason": ["price", "price", "delivery"],
            "kind": "dispute",
            "amount": [100.0, 200.0, 100.0],
            "opened_on": opened,
            # Days 5 and 9 happened; the third was watched for 7 days and is open.
            "resolved_on": [opened + pd.Timedelta(days=5), opened + pd.Timedelta(days=9), pd.NaT],
            "outcome": ["upheld", "rejected", None],
            "duration": [5.0, 9.0, 7.0],
        }
    )
    result = fit_disputes(invoices, disputes, AS_OF)
    assert result.rate == 375.0  # 3 / 8
    assert result.chargebacks.value == 125.0  # 1 / 8
    assert result.enquiries.value == 250.0  # 2 / 8
    price = result.reasons.set_index("reason").loc["price"]
    assert price["rate"] == 250.0  # 2 / 8
    assert price["share"] == pytest.approx(2 / 3)
    assert price["value_share"] == pytest.approx(300 / 400)
    # Kaplan-Meier: 2/3 after day 5, then 0 after day 9 with one at risk: the median is day 9,
    # where the two that are over have a median of 5 to 9.
    assert result.medians.iloc[0]["median"] == 9
    assert result.medians.iloc[0]["n_open"] == 1


def test_rates_of_groups_add_up_to_the_rate_of_all():
    invoices, disputes = books(np.random.default_rng(1))
    result = fit_disputes(invoices, disputes, AS_OF, by=["channel"])
    groups = result.table
    assert (groups["rate"] * groups["n"]).sum() / result.n == pytest.approx(result.rate)
    assert result.reasons["rate"].sum() == pytest.approx(result.rate)
    assert result.reasons["share"].sum() == pytest.approx(1.0)
    assert result.reasons["value_share"].sum() == pytest.approx(1.0)


def test_interval_is_wider_where_customers_differ():
    rng = np.random.default_rng(2)
    alone = fit_disputes(*books(rng), AS_OF)
    invoices, disputes = books(rng, rate=0)
    quarrels = invoices["customer_id"].isin([f"c{i}" for i in range(6)])
    invoices["n_disputes"] = quarrels.astype(int)
    disputes = pd.DataFrame(
        {"customer_id": invoices.loc[quarrels, "customer_id"], "reason": "price", "amount": 1.0,
         "opened_on": pd.NaT, "resolved_on": pd.NaT, "outcome": None, "duration": np.nan}
    )  # fmt: skip
    together = fit_disputes(invoices, disputes, AS_OF)
    assert together.rate == 100.0
    assert together.design > 10 > 2 > alone.design
    assert together.high - together.low > 2 * (alone.high - alone.low)
    # None has an opening day, so how long one takes is refused.
    assert together.figures()[1].value is None


def test_no_disputes_are_refused():
    invoices, disputes = books(np.random.default_rng(3))
    with pytest.raises(Refusal, match="None of 1,200 invoices is in dispute"):
        fit_disputes(invoices.assign(n_disputes=0), disputes.iloc[:0], AS_OF)


def test_limits_without_overdispersion_are_quantiles_of_poisson():
    funnel = fit_funnel(["a", "b", "c"], [100, 200, 400], [10, 20, 40], design=1.0)
    row = funnel.table.set_index("unit").loc["b"]
    # 200 invoices at 10 % have 20 disputes; the quantiles of Poisson(20) over 200.
    assert row["low"] == poisson.ppf(0.025, 20) / 200
    assert row["highest"] == poisson.ppf(0.999, 20) / 200


def test_limits_with_a_design_effect_have_its_variance():
    funnel = fit_funnel(["a", "b", "c"], [100, 200, 400], [10, 20, 40], design=3.0)
    row = funnel.table.set_index("unit").loc["b"]
    # Mean 20 and variance 3 x 20: negative binomial with size 20 / 2 and chance 1 / 3.
    assert row["highest"] == nbinom.ppf(0.999, 10, 1 / 3) / 200


def test_spread_of_units_is_found_and_hardly_any_lies_beyond_it():
    rng = np.random.default_rng(4)
    n = rng.integers(30, 300, 2000)
    own = rng.gamma(1 / 0.5**2, 0.05 * 0.5**2, 2000)  # mean 5 %, relative spread one half
    spread = fit_funnel(np.arange(2000), n, rng.poisson(n * own))
    assert spread.spread == pytest.approx(0.5, abs=0.08)
    assert (spread.table["verdict"] != "within").mean() < 0.01
    alike = fit_funnel(np.arange(2000), n, rng.poisson(n * 0.05))
    assert alike.spread < 0.15


def circumstances(rng, effect):
    """Invoices with a cause of the given log odds, and a decoy that goes with the channel."""
    invoices, _ = books(rng, n_customers=300, each=40, rate=0)
    n = len(invoices)
    paper = (invoices["channel"] == "paper").to_numpy()
    late = rng.random(n) < 0.1
    decoy = rng.random(n) < np.where(paper, 0.4, 0.1)
    logit = -2.5 + effect * late + 1.0 * paper
    return invoices.assign(
        late=late, decoy=decoy, n_disputes=(rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    )


def test_cause_is_found_and_what_goes_with_the_channel_is_not():
    ask = {"circumstances": ("late", "decoy"), "alike": ("channel",)}
    held, ratios, blamed = 0, [], 0
    for seed in range(20):
        rows = circumstances(np.random.default_rng(seed), effect=0.7)
        table = fit_dispute_causes(rows, pd.Series([3.0]), **ask).table.set_index("circumstance")
        late, decoy = table.loc["late"], table.loc["decoy"]
        held += late["low"] < np.exp(0.7) < late["high"]
        ratios.append(np.log(late["odds_ratio"]))
        blamed += decoy["verdict"] != "no difference seen"
        # Unadjusted it would be blamed: it is more frequent among the disputed.
        assert decoy["share_disputed"] > 1.1 * decoy["share_undisputed"]
        assert late["verdict"] == "more often"
    assert np.mean(ratios) == pytest.approx(0.7, abs=0.06)
    assert held >= 17  # of 20 with 95 %: 16 or fewer in 3 of 1,000 runs
    assert blamed <= 3


def test_invoices_that_may_still_be_disputed_are_left_out():
    rows = circumstances(np.random.default_rng(6), effect=0.0)
    young = rows.assign(age=np.where(np.arange(len(rows)) % 4 == 0, 5, 90))
    found = fit_dispute_causes(young, pd.Series(np.arange(1.0, 21.0)), circumstances=("late",))
    assert found.youngest == 20  # 95 % of openings lie within 19.05 days
    assert found.n == (young["age"] >= 20).sum()


def test_too_few_disputes_for_causes_are_refused():
    invoices, _ = books(np.random.default_rng(7), n_customers=12, each=5)
    with pytest.raises(Refusal, match="are needed to compare"):
        fit_dispute_causes(
            invoices.assign(late=False), pd.Series(dtype=float), circumstances=("late",)
        )

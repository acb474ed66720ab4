"""Scores: the published interval, answers of one customer, weights, and noise that is no news."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.clusters import wilson_interval
from models.refusal import Refusal
from models.score_intervals import nps_interval, score_of
from models.score_response import fit_response
from models.scores import fit_scores

AS_OF = dt.date(2025, 12, 31)
ends = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


def answers_of(seed=0, n=400, lift=0.0, customers=120, measure="csat"):
    """Answers over two years whose content does not change but for `lift` in the last quarter."""
    rng = np.random.default_rng(seed)
    who = rng.integers(0, customers, n)
    own = rng.normal(scale=0.8, size=customers)
    on = pd.Timestamp(AS_OF) - pd.to_timedelta(rng.integers(0, 720, n), unit="D")
    recent = on > pd.Timestamp(AS_OF) - pd.Timedelta(days=90)
    low, high = ends[measure]
    middle = (low + high) / 2 + 0.6
    score = np.clip(np.round(middle + own[who] + rng.normal(size=n) + lift * recent), low, high)
    return pd.DataFrame(
        {"survey_id": np.arange(n).astype(str), "customer_id": who, "answered_on": on,
         "measure": measure, "score": score, "touchpoint": rng.choice(["support", "refund"], n),
         "industry": np.where(who % 2, "Retail", "Trade"), "size": "50-249 people",
         "region": "North", "terms": "15-30 days"}
    )  # fmt: skip


def customers_of(n=120):
    return pd.DataFrame(
        {"customer_id": np.arange(n), "revenue": np.arange(n) + 1.0, "n_invoices": 3,
         "employees": 50, "industry": np.where(np.arange(n) % 2, "Retail", "Trade"),
         "size": "50-249 people", "region": "North", "terms": "15-30 days",
         "tenure_days": 400 + np.arange(n)}
    )  # fmt: skip


def test_interval_of_nps_is_the_published_one():
    # 100 answers, 50 promoters, 20 detractors: (50.75 - 20.75) / 103 = 29.13 points, and
    # 100 x sqrt((0.4927 + 0.2015 - 0.2913^2) / 103) = 7.69.
    centre, std_err, low, high = nps_interval(50, 20, 100, 1.959964)
    assert (round(centre, 2), round(std_err, 2)) == (29.13, 7.69)
    assert (round(low, 1), round(high, 1)) == (14.1, 44.2)
    # Plain Wald of the same: 100 x sqrt((0.7 - 0.09) / 100) = 7.81.
    found = score_of("nps", np.repeat([10, 8, 2], [50, 30, 20]), np.arange(100))
    assert found.value == 30
    assert 100 * np.sqrt((0.7 - 0.3**2) / 100) == pytest.approx(7.81, abs=0.005)


def test_answers_of_one_customer_are_one_customer():
    answers = np.repeat([10, 8, 2], [50, 30, 20])
    alone = score_of("nps", answers, np.arange(100))
    # Each customer answers twice the same: as many independent answers as customers.
    twice = score_of("nps", np.tile(answers, 2), np.tile(np.arange(100), 2))
    assert twice.value == alone.value
    assert (twice.low, twice.high) == pytest.approx((alone.low, alone.high), abs=1e-9)
    assert (twice.n, twice.n_customers) == (200, 100)


@given(
    measure=st.sampled_from(sorted(ends)),
    answers=st.lists(st.integers(1, 5), min_size=24, max_size=60),
    share=st.integers(1, 2),
)
def test_every_score_lies_within_its_interval_and_its_scale(measure, answers, share):
    customer = np.arange(len(answers)) // share
    found = score_of(measure, np.array(answers), customer)
    lowest, highest = {"nps": (-100, 100), "csat": (0, 1)}.get(measure, ends[measure])
    assert lowest <= found.low <= found.high <= highest
    slack = 100 / len(answers) if measure == "nps" else 1e-9
    assert found.low - slack <= found.value <= found.high + slack


@given(k=st.integers(0, 50), more=st.integers(1, 50))
@example(k=0, more=11)
def test_wilson_narrows_as_answers_come_in(k, more):
    share = k / (k + more)
    few, many = (wilson_interval(share, n * (k + more), 1.96) for n in (1, 4))
    assert many[1] - many[0] < few[1] - few[0]
    assert 0 <= few[0] <= share <= few[1] <= 1


def test_share_of_all_lies_between_the_groups_it_is_made_of():
    scores = fit_scores(answers_of(), customers_of(), AS_OF)
    whole = scores.score("csat")["value"]
    groups = scores.cuts[scores.cuts["cut"] == "industry"]
    assert (groups["value"] * groups["n"]).sum() / groups["n"].sum() == pytest.approx(whole)
    assert groups["n"].sum() == scores.score("csat")["n"]


def test_revenue_weights_a_customer_by_what_it_is_billed():
    # Customers 1 to 40 answer 5, all others 1; the first 40 have 820 of 7,260 of revenue.
    customers = customers_of()
    answers = answers_of(n=120).assign(customer_id=np.arange(120), answered_on=pd.Timestamp(AS_OF))
    answers["score"] = np.where(answers["customer_id"] < 40, 5, 1)
    scores = fit_scores(answers, customers, AS_OF)
    assert scores.score("csat")["value"] == pytest.approx(40 / 120)
    assert scores.score("csat", "accounts")["value"] == pytest.approx(40 / 120)
    assert scores.score("csat", "revenue")["value"] == pytest.approx(820 / 7260)


def test_noise_is_not_called_a_movement_and_a_jump_is():
    calls = []
    for seed in range(12):
        trend = fit_scores(answers_of(seed), customers_of(), AS_OF).trend
        calls.append(trend["moved"].any())
    assert np.mean(calls) <= 0.2
    jumped = fit_scores(answers_of(1, n=900, lift=2.0), customers_of(), AS_OF).trend
    assert jumped["moved"].tolist()[-1]


def test_periods_end_on_the_as_of_date_and_hold_every_answer_once():
    answers = answers_of(n=900)
    trend = fit_scores(answers, customers_of(), AS_OF).trend
    assert trend["ends"].iloc[-1] == pd.Timestamp(AS_OF)
    last = answers[answers["answered_on"] > pd.Timestamp("2025-09-30")]
    assert trend["n"].iloc[-1] == len(last)
    assert trend["n"].sum() <= len(answers)


def test_groups_of_few_customers_have_their_size_and_nothing_else():
    answers = answers_of()
    answers.loc[answers["customer_id"] < 20, "industry"] = "Mining"
    cuts = fit_scores(answers, customers_of(), AS_OF).cuts
    few = cuts[cuts["group"] == "Mining"].iloc[0]
    assert few["verdict"] == "too few"
    assert few["n"] > 0
    assert np.isnan([few["value"], few["low"], few["mean"]]).all()


def test_weighting_for_silence_moves_the_score_to_that_of_everybody():
    # Trade is content and answers rarely, Retail is not and answers always: all customers
    # alike have a share of one half, those who answer far less.
    customers = customers_of(400)
    trade = (customers["industry"] == "Trade").to_numpy()
    rng = np.random.default_rng(0)
    answered = np.where(trade, rng.random(400) < 0.3, True)
    answers = pd.DataFrame({"customer_id": customers["customer_id"], "measure": "csat",
                            "score": np.where(trade, 5, 1)})[answered]  # fmt: skip
    response = fit_response("csat", answers, customers, categories=("industry",))
    assert response.n_answered == answered.sum()
    assert response.plain < 0.3
    assert response.weighted == pytest.approx(0.5, abs=0.04)
    assert response.moves
    # Half as many as answer: 0.2 of the silent share less.
    assert response.if_silent(-0.2) == pytest.approx(response.plain - 0.2 * (1 - response.rate))


def test_older_scale_of_effort_is_refused_and_named():
    ces = answers_of(measure="ces")
    scores = fit_scores(
        pd.concat([answers_of(), ces.assign(score=ces["score"].clip(upper=5))]),
        customers_of(), AS_OF,
    )  # fmt: skip
    figures = {figure.id: figure for figure in scores.figures()}
    assert figures["scores.ces"].value is None
    assert "high is bad" in figures["scores.ces"].reason
    assert figures["scores.csat"].low < figures["scores.csat"].value < figures["scores.csat"].high


def test_without_answers_of_the_last_year_there_is_no_score():
    old = answers_of().assign(answered_on=pd.Timestamp("2023-01-15"))
    with pytest.raises(Refusal, match="0 customers answered CSAT"):
        fit_scores(old, customers_of(), AS_OF)


def test_market_is_the_mean_of_the_months_of_the_period():
    months = pd.date_range("2025-10-01", periods=3, freq="MS")
    market = pd.DataFrame({"month": months, "measure": "csat", "value": [0.6, 0.7, 0.8]})
    trend = fit_scores(answers_of(), customers_of(), AS_OF, market=market).trend
    assert trend["market"].iloc[-1] == pytest.approx(0.7)
    assert np.isnan(trend["market"].iloc[0])

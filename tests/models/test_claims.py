"""Claims are scored against look-alikes, and never before they could have come true."""

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

from models.claims import (
    Claim,
    by_lot,
    claim_from,
    claim_to,
    record_of,
    score_claim,
    treated_otherwise,
    windows,
)
from models.initiatives import Uncertain
from models.refusal import Refusal

AS_OF, START = dt.date(2025, 12, 31), dt.date(2025, 1, 1)
N = 400


def claim(**other):
    fields = {
        "name": "faq", "title": "FAQ", "outcome": "satisfaction",
        "expected": Uncertain(0.1, 0.3, 0.5), "as_of": dt.date(2024, 12, 1),
        "known_until": dt.date(2024, 12, 1), "snapshot": "s", "starts_on": START,
        "ramp_months": 2, "treated": tuple(f"C{k}" for k in range(0, N, 2)),
        "held_back": tuple(f"C{k}" for k in range(1, N, 2)),
    }  # fmt: skip
    return Claim(**fields | other)


def outcomes(effect, *, drift=-0.5, seed=1, worse=0.4):
    """Scores before and after: all drift, the treated had worse ones, and gain `effect`."""
    rng = np.random.default_rng(seed)
    treated = np.arange(N) % 2 == 0
    usual = rng.normal(3.5, 0.5, N) - worse * treated
    return pd.DataFrame(
        {
            "customer_id": [f"C{k}" for k in range(N)],
            "industry": np.where(rng.random(N) < 0.5, "Retail", "Trade"),
            "before": usual + rng.normal(0, 0.1, N),
            "after": usual + drift + effect * treated + rng.normal(0, 0.1, N),
        }
    )


def test_what_happened_to_everyone_is_not_put_down_to_the_initiative():
    score = score_claim(claim(), outcomes(0.3), AS_OF)
    # All fell by half a point; the treated fell by 0.3 less.
    assert score.low < 0.3 < score.high
    assert score.value == pytest.approx(0.3, abs=0.05)
    assert score.verdict == "as claimed"
    assert score_claim(claim(), outcomes(0.0), AS_OF).verdict == "less than claimed"
    assert score_claim(claim(), outcomes(0.9), AS_OF).verdict == "more than claimed"
    few = outcomes(0.3)[:64].assign(industry="Retail")
    noisy = few.assign(after=few["after"] + np.random.default_rng(3).normal(0, 2, 64))
    unsure = score_claim(claim(), noisy, AS_OF)
    assert unsure.verdict == "cannot tell"
    assert unsure.smallest > 0.5


def test_harm_is_never_as_claimed_although_the_claim_allowed_for_it():
    wide = claim(expected=Uncertain(-0.8, 0.3, 0.5))
    score = score_claim(wide, outcomes(-0.4), AS_OF)
    assert -0.8 < score.low < score.high < 0
    assert score.verdict == "less than claimed"


def test_difference_of_differences_worked_by_hand():
    # One industry, one band. The treated change by +1 and +3, their look-alikes by 0 and +1:
    # 2 - 0.5. Variances of 2 over 30 and of 0.5 over 30, each with 29 of 30 degrees left.
    n = 30
    treated, held_back = ([f"{side}{k}" for k in range(n)] for side in "TH")
    after = [*np.tile([1.0, 3.0], n // 2), *np.tile([0.0, 1.0], n // 2)]
    rows = pd.DataFrame({"customer_id": treated + held_back, "industry": "Trade", "before": 0.0,
                         "after": after})  # fmt: skip
    score = score_claim(claim(treated=tuple(treated), held_back=tuple(held_back)), rows, AS_OF)
    assert score.value == pytest.approx(1.5)
    error = np.sqrt(1.0 / 29 + 0.25 / 29)
    assert score.high - score.value == pytest.approx(1.6448536 * error)
    assert (score.n_treated, score.n_alike) == (30, 30)


def test_interval_holds_what_is_true_as_often_as_it_says():
    # Drawn by lot, as claims are: who is treated is no worse than who is held back.
    held = [
        score.low <= 0.2 <= score.high
        for seed in range(100)
        for score in [score_claim(claim(), outcomes(0.2, seed=seed, worse=0.0), AS_OF)]
    ]
    # Of 100 with chance 0.9, fewer than 80 or more than 98 happen once in five hundred times.
    assert 80 <= sum(held) <= 98


def test_tickets_avoided_are_a_share_of_those_there_would_have_been():
    rates = 2.0 + np.random.default_rng(4).normal(0, 0.3, N)
    treated = np.arange(N) % 2 == 0
    rows = outcomes(0.0).assign(before=rates, after=rates - 0.5 * treated + 0.1)
    found = score_claim(claim(outcome="billing_tickets"), rows, AS_OF)
    # Tickets went up by 0.1 for all, so the treated would have had that many more.
    assert found.value == pytest.approx(0.5 / (rates[treated].mean() + 0.1))


def test_leaving_avoided_is_one_less_the_ratio_of_hazards():
    rows = outcomes(0.0).assign(before=np.nan, industry="Trade")
    # 20 of 200 treated leave and 40 of 200 of the others: log(0.9) over log(0.8).
    k = np.arange(N)
    rows["after"] = np.where(k % 2 == 0, k < 40, k < 80).astype(float)
    found = score_claim(claim(outcome="churn"), rows, AS_OF)
    assert found.value == pytest.approx(1 - np.log(0.9) / np.log(0.8))
    assert found.low < found.value < found.high < 1
    rows["after"] = np.where(k % 2 == 0, k < 4, k < 80).astype(float)
    with pytest.raises(Refusal, match="2 of the treated and 40 of their look-alikes have left"):
        score_claim(claim(outcome="churn"), rows, AS_OF)


def test_claim_is_not_scored_before_it_has_run_or_without_look_alikes():
    with pytest.raises(Refusal, match="Too early"):
        score_claim(claim(), outcomes(0.3), dt.date(2025, 8, 1))
    with pytest.raises(Refusal, match="30 of each are needed"):
        score_claim(claim(), outcomes(0.3)[:50], AS_OF)
    with pytest.raises(ValueError, match="what is known already is no claim"):
        claim(starts_on=dt.date(2024, 11, 1))
    with pytest.raises(ValueError, match="fewer than 30"):
        claim(held_back=())
    with pytest.raises(ValueError, match="cannot be scored"):
        claim(outcome="credits")


def test_no_more_than_a_year_at_full_effect_is_looked_at():
    before, after = windows(claim(), dt.date(2028, 1, 1))
    assert (after[1] - after[0]).days == (before[1] - before[0]).days == 365
    assert before[1] == START < after[0]
    assert windows(claim(), AS_OF)[1][1] == AS_OF


def test_look_alikes_that_a_later_start_treats_are_none_any_more():
    everyone = [f"C{k}" for k in range(N)]
    lots = {share: dict(zip(("treated", "held_back"), by_lot(everyone, "faq", share), strict=True))
            for share in (0.3, 0.7)}  # fmt: skip
    first = claim(name="faq satisfaction 2025-01-01", **lots[0.3])
    wider = claim(name="faq satisfaction 2025-05-01", starts_on=dt.date(2025, 5, 1), **lots[0.7])
    # Of 400 it treats 120, and then 160 of those held back until then.
    assert len(treated_otherwise(first, [first, wider], AS_OF)) == 160
    assert treated_otherwise(first, [first, wider], wider.starts_on) == ()
    # Of the 280 treated from May on 120 were so before.
    assert set(treated_otherwise(wider, [first, wider], AS_OF)) == set(first.treated)
    other = claim(name="calls satisfaction 2025-01-01", **lots[0.7])
    assert treated_otherwise(first, [other], AS_OF) == ()


def test_record_counts_what_was_claimed_beforehand_and_nothing_else():
    made = [score_claim(claim(), outcomes(effect), AS_OF) for effect in (0.3, 0.0, 0.9)]
    late = claim(known_until=dt.date(2025, 6, 1))
    record = record_of([*made, score_claim(late, outcomes(0.3), AS_OF)])
    assert record.scored == record.told == 3
    assert record.counts == {"as claimed": 1, "less than claimed": 1, "more than claimed": 1,
                             "cannot tell": 0}  # fmt: skip


def test_claim_survives_being_kept():
    assert claim_from(claim_to(claim())) == claim()
    assert claim_from(claim_to(dataclasses.replace(claim(), ramp_months=0))) != claim()

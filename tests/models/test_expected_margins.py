"""Expected margins: own record against peers, and never another total than the books'."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.expected_margins import MONTH_DAYS, fit_expected_margins
from models.refusal import Refusal

FLOWS = ("credited", "cost_of_goods", "service_cost", "support_cost", "reminder_cost")


def books(n=400, *, differ=0.3, chance=0.3, seed=0, months=12.0, value=None, lost=0.0):
    """Two years of customers whose level differs by `differ` and whose months vary by `chance`."""
    rng = np.random.default_rng(seed)
    value = np.exp(rng.normal(7, 0.8, n)) if value is None else value
    level = 0.4 * value * (1 + differ * rng.standard_normal(n))
    month = np.broadcast_to(np.asarray(months, float), (n,))
    frames = []
    for length in (month, np.full(n, 12.0)):
        luck = 0.4 * value * chance * np.sqrt(length) * rng.standard_normal(n)
        revenue = value * length
        frames.append(
            pd.DataFrame(
                {
                    "customer_id": [f"C-{i}" for i in range(n)],
                    "watched_days": length * MONTH_DAYS,
                    "revenue": revenue,
                    **dict.fromkeys(FLOWS, 0.0),
                    "written_off": lost * revenue,
                    "contribution": level * length + luck - lost * revenue,
                    "days_to_pay": 40.0,
                }
            )
        )
    return *frames, level, pd.Series(value, frames[0]["customer_id"])


def test_weight_of_the_own_record_is_that_of_buehlmann_and_straub():
    # Levels vary by 0.3² and months by 0.9²: half the weight after 9 months, 12 have 12/21.
    now, before, _, value = books(n=4_000, differ=0.3, chance=0.9)
    found = fit_expected_margins(now, before, recurring=value)
    assert found.months_of_record == pytest.approx(9, rel=0.15)
    assert found.table["own_share"].mean() == pytest.approx(12 / 21, abs=0.04)


def test_drawn_to_peers_margins_are_nearer_to_the_truth_and_say_how_near():
    now, before, level, value = books(n=2_000, differ=0.3, chance=0.9)
    found = fit_expected_margins(now, before, recurring=value).table
    own = np.abs(found["trailing"] - level).mean()
    assert np.abs(found["contribution"] - level).mean() < 0.85 * own
    z = (found["contribution"] - level) / found["std_err"]
    assert z.std() == pytest.approx(1, abs=0.1)


def test_short_records_lean_on_peers():
    months = np.where(np.arange(400) < 40, 0.5, 12.0)
    now, before, _, value = books(months=months, chance=0.9)
    before = before[before["customer_id"].isin(now["customer_id"][40:])]
    found = fit_expected_margins(now, before, recurring=value).table
    assert (found["own_share"][:40] < 0.1).all()
    assert found["contribution"][:40].to_numpy() == pytest.approx(
        found["peers"][:40].to_numpy(), rel=0.3, abs=100
    )
    assert (found["std_err"][:40] > 0).all()


@settings(max_examples=15)
@given(seed=st.integers(0, 30), lost=st.sampled_from([0.0, 0.02]))
def test_full_records_add_up_to_what_was_booked(seed, lost):
    now, before, _, value = books(n=120, seed=seed, lost=lost)
    found = fit_expected_margins(now, before, recurring=value).table
    assert found["contribution"].sum() == pytest.approx(now["contribution"].sum() / 12, rel=0.01)


def test_bad_debt_is_expected_of_the_segment_and_not_of_who_had_it():
    now, before, _, value = books(n=300)
    # One large loss at one customer: a chance that its like share.
    for column, sign in (("written_off", 1), ("contribution", -1)):
        now.loc[0, column] += sign * 30_000.0
    found = fit_expected_margins(now, before, recurring=value).table
    rate = 30_000 / now["revenue"].sum()
    assert found["bad_debt"].to_numpy() == pytest.approx(rate * found["revenue"].to_numpy())
    assert found["contribution"][0] > found["trailing"][0]


def test_segments_are_peers_of_their_own_unless_they_are_small():
    value = np.full(400, 1_000.0)
    now, before, _, _ = books(differ=0.05, chance=0.9, value=value)
    costly = np.arange(400) < 100
    for frame in (now, before):
        frame.loc[costly, "contribution"] -= 500.0 * frame.loc[costly, "watched_days"] / MONTH_DAYS
    segment = pd.Series(np.where(costly, "costly", "usual"), now["customer_id"])
    found = fit_expected_margins(now, before, segment=segment).table
    assert found["peers"][:100].mean() == pytest.approx(-100, abs=60)
    assert found["peers"][100:].mean() == pytest.approx(400, abs=60)
    few = pd.Series(np.where(np.arange(400) < 10, "few", "usual"), now["customer_id"])
    alone = fit_expected_margins(now, before, segment=few).table
    everyone = fit_expected_margins(now, before).table
    assert alone["peers"][0] == pytest.approx(everyone["peers"][0])


def test_who_left_is_no_peer():
    now, before, _, _ = books(n=200, value=np.full(200, 1_000.0))
    now.loc[100:, "contribution"] -= 20_000.0
    found = fit_expected_margins(now, before, active=now["customer_id"][:100]).table
    assert found["peers"][0] == pytest.approx(400, abs=60)


def test_too_short_books_are_refused():
    now, before, _, _ = books(n=50, months=1.0)
    with pytest.raises(Refusal, match="Only 0 customers who are still there have a record"):
        fit_expected_margins(now, before)
    now, before, _, _ = books(n=50)
    with pytest.raises(Refusal, match="Only 5 customers have two such records"):
        fit_expected_margins(now, before.head(5))


def test_what_all_customers_bring_is_known_no_better_than_what_their_like_bring():
    # Everybody is alike and months are luck: the total then rests on the peers alone, whose
    # error all share. Taken for independent errors it was in one interval of seven.
    inside, ends = 0, []
    for seed in range(60):
        now, before, level, value = books(n=150, differ=0.0, chance=1.0, seed=seed)
        found = fit_expected_margins(now, before, recurring=value)
        shared = found.shared.sum().to_numpy()
        own = (found.table["std_err"] ** 2).to_numpy() - (found.shared**2).sum(axis=1).to_numpy()
        half = 1.96 * np.sqrt(shared @ shared + own.sum())
        inside += abs(found.table["contribution"].sum() - level.sum()) <= half
        ends.append(half / level.sum())
    assert 52 <= inside <= 60
    assert np.mean(ends) < 0.12


def test_nobody_left_to_value_is_a_reason_and_no_fault():
    now, before, _, value = books()
    with pytest.raises(Refusal, match="Only 3 customers who are still there"):
        fit_expected_margins(now, before, recurring=value, active=now["customer_id"][:3])

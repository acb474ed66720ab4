import datetime as dt
import time

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from models.late_payments import invoices_as_of
from models.open_invoices import fit_cash_at_risk, fit_payment_curves, score_open_invoices
from tests.models.invoicing import simulated_invoices

AS_OF = dt.date(2025, 3, 10)


def counts(*rows):
    return pd.DataFrame(rows, columns=["terms", "duration", "outcome", "n"])


# Of 1000 at 30 days: 400 paid on day 20, 300 on day 35, 200 on day 80, 100 still open at 200.
CURVES = fit_payment_curves(
    counts((30, 20, "paid", 400), (30, 35, "paid", 300), (30, 80, "paid", 200),
           (30, 200, "open", 100)),
    AS_OF,
)  # fmt: skip


def open_at(*ages, terms=30, amount=100.0):
    issued = pd.Timestamp(AS_OF) - pd.to_timedelta(list(ages), unit="D")
    return pd.DataFrame(
        {
            "issued_on": issued,
            "due_on": issued + pd.Timedelta(days=terms),
            "open_amount": amount,
        }
    )


@pytest.fixture(scope="module")
def invoices():
    return simulated_invoices(np.random.default_rng(21), n=6_000)


@pytest.fixture(scope="module")
def still_open(invoices):
    now = invoices_as_of(invoices, AS_OF)
    return now[now["outcome"] == "open"]


def test_chance_to_be_late_worked_by_hand():
    scored = score_open_invoices(CURVES, open_at(0, 25, 30, 40), AS_OF)
    # At issue 400 of 1000 are paid by day 30. At 25 and at 30 nobody who stayed is; at 40 it is.
    assert scored["p_late"].tolist() == pytest.approx([0.6, 1, 1, 1])
    # Within 60 days: by day 60 700 of 1000; by 85 and 90 500 of 600; by 100 200 of 300.
    assert scored["p_paid_60"].tolist() == pytest.approx([0.7, 5 / 6, 5 / 6, 2 / 3])


def test_expected_day_is_the_median_of_those_that_got_this_far():
    scored = score_open_invoices(CURVES, open_at(0, 25, 40, 90), AS_OF)
    days = (scored["expected_paid_on"] - scored["issued_on"]).dt.days
    # At 0 half are paid by 35; of the 600 left at 25 half by 35; of 300 left at 40 half by 80.
    assert days.tolist()[:3] == [35, 35, 80]
    # Of those left at 90 none is ever seen paid.
    assert pd.isna(scored["expected_paid_on"].iloc[3])
    assert "Fewer than half" in scored["expected_reason"].iloc[3]
    assert scored["expected_reason"].iloc[0] is None
    # 80 %: by 20 at least a tenth, by 80 at least nine tenths.
    ends = scored[["expected_low", "expected_high"]].sub(scored["issued_on"], axis=0)
    assert [end.days for end in ends.iloc[0]] == [20, 80]


def test_an_age_nobody_reached_has_a_reason_and_no_date():
    scored = score_open_invoices(CURVES, open_at(300), AS_OF)
    assert pd.isna(scored["expected_paid_on"].iloc[0])
    assert "nothing to go by" in scored["expected_reason"].iloc[0]
    assert scored["p_late"].iloc[0] == 1


def test_cash_at_risk_worked_by_hand():
    risk = fit_cash_at_risk(CURVES, open_at(0, 40, 70), AS_OF, grace_days=30)
    # Unpaid on day 60: of 1000 300; of the 300 left at 40 all; at 70 the day has passed.
    assert risk.table["p_unpaid"].tolist() == pytest.approx([0.3, 1, 1])
    assert risk.total == pytest.approx(230)
    assert risk.table["contribution"].sum() == pytest.approx(risk.total)


def test_terms_seen_often_have_a_curve_of_their_own_and_others_the_nearest():
    curves = fit_payment_curves(
        counts((30, 20, "paid", 100), (60, 50, "paid", 100), (90, 85, "paid", 99)), AS_OF
    )
    assert curves.terms.tolist() == [30, 60]
    ninety = open_at(0, terms=90)
    sixty = open_at(0, terms=60)
    days = [
        (score_open_invoices(curves, o, AS_OF)["expected_paid_on"] - o["issued_on"]).dt.days.item()
        for o in (sixty, ninety)
    ]
    # All of sixty days are paid ten days before they are due; so are the rare ones of ninety.
    assert days == [50, 80]
    early = score_open_invoices(curves, open_at(0), AS_OF)
    assert (early["expected_paid_on"] - early["issued_on"]).dt.days.item() == 20


def test_scores_do_not_read_the_future(invoices, still_open):
    past = dt.date(2024, 3, 1)
    later = invoices["settled_on"] > pd.Timestamp(past)
    rewritten = invoices.assign(
        outcome=np.where(later, "void", invoices["outcome"]),
        settled_on=invoices["settled_on"].where(
            ~later, invoices["settled_on"] + pd.Timedelta(days=99)
        ),
    )
    scored = []
    for frame in (invoices, rewritten):
        then = invoices_as_of(frame, past)
        curves = fit_payment_curves(frame, past)
        scored.append(score_open_invoices(curves, then[then["outcome"] == "open"], past))
    pd.testing.assert_frame_equal(*scored)


def test_scores_obey_their_laws(invoices, still_open):
    scored = score_open_invoices(fit_payment_curves(invoices, AS_OF), still_open, AS_OF)
    # Chances are shares, and one past due is late for certain ...
    assert scored[["p_late", "p_paid_60"]].stack().between(0, 1).all()
    assert (scored.loc[scored["days_past_due"] >= 0, "p_late"] == 1).all()
    # ... payment is expected after today, between its bounds ...
    dated = scored.dropna(subset="expected_paid_on")
    assert (dated["expected_paid_on"] > pd.Timestamp(AS_OF)).all()
    assert (dated["expected_low"] <= dated["expected_paid_on"]).all()
    bounded = dated.dropna(subset="expected_high")
    assert (bounded["expected_paid_on"] <= bounded["expected_high"]).all()
    # ... and where there is no date there is a reason.
    assert (scored["expected_paid_on"].isna() == scored["expected_reason"].notna()).all()


@pytest.mark.parametrize("grace", [0, 10, 30, 90])
def test_longer_grace_never_adds_risk(invoices, still_open, grace):
    curves = fit_payment_curves(invoices, AS_OF)
    short, long = (
        fit_cash_at_risk(curves, still_open, AS_OF, grace_days=days) for days in (grace, grace + 15)
    )
    assert long.total <= short.total + 1e-9


def test_chances_come_true_for_the_invoices_open_now(invoices):
    # The simulation goes on: what became of those open a year before?
    past = dt.date(2024, 3, 1)
    then = invoices_as_of(invoices, past)
    scored = score_open_invoices(
        fit_payment_curves(invoices, past), then[then["outcome"] == "open"], past
    )
    young = scored[scored["age"] < 40]
    fate = invoices.set_index("invoice_id").loc[young["invoice_id"]]
    paid_in_time = (fate["outcome"] == "paid") & (fate["settled_on"] <= fate["due_on"])
    assert young["p_late"].mean() == pytest.approx(1 - paid_in_time.mean(), abs=0.08)
    soon = (fate["outcome"] == "paid") & (
        fate["settled_on"] <= pd.Timestamp(past) + pd.Timedelta(days=60)
    )
    assert young["p_paid_60"].mean() == pytest.approx(soon.mean(), abs=0.07)


def test_error_of_cash_at_risk_is_the_squared_effect_of_each_customer(still_open):
    # A second way: weigh each customer up a little, refit, and see the total move.
    rng = np.random.default_rng(2)
    history = pd.DataFrame(
        {
            "terms": rng.choice([30, 60, 45], 900, p=[0.6, 0.39, 0.01]),
            "duration": rng.integers(5, 120, 900),
            "outcome": rng.choice(["paid", "open", "void"], 900, p=[0.7, 0.25, 0.05]),
            "customer": np.arange(900) % 12,
            "n": 1.0,
        }
    )
    owed = still_open.head(200)
    curves = fit_payment_curves(history, AS_OF)
    risk = fit_cash_at_risk(curves, owed, AS_OF)
    total, nudge = 0.0, 1e-6
    for unit in range(12):
        heavier = history.assign(n=np.where(history["customer"] == unit, 1 + nudge, 1.0))
        moved = fit_cash_at_risk(fit_payment_curves(heavier, AS_OF), owed, AS_OF).total
        total += ((moved - risk.total) / nudge) ** 2
    # Back from the logit interval to the standard error it was made with.
    share, high = risk.total / risk.open_amount, risk.high / risk.open_amount
    half = np.log(high / (1 - high)) - np.log(share / (1 - share))
    std_err = half * share * (1 - share) * risk.open_amount / stats.t.ppf(0.975, 11)
    assert std_err == pytest.approx(np.sqrt(total * 12 / 11), rel=1e-4)


def risk_coverage(n_worlds):
    """Share of worlds in which the interval holds the cash at risk by the true curve."""
    rng = np.random.default_rng(20_250_630)
    owed = open_at(*range(0, 50, 5))
    big = simulated_invoices(rng, n=100_000, customers=50_000, never=0.0).assign(
        terms=30, due_on=lambda frame: frame["issued_on"] + pd.Timedelta(days=30)
    )
    far = dt.date(2031, 1, 1)
    truth = fit_cash_at_risk(fit_payment_curves(big, far), owed, AS_OF, grace_days=10).total
    hits = 0
    for _ in range(n_worlds):
        world = simulated_invoices(rng, n=500, customers=40, never=0.0).assign(
            terms=30, due_on=lambda frame: frame["issued_on"] + pd.Timedelta(days=30)
        )
        risk = fit_cash_at_risk(fit_payment_curves(world, AS_OF), owed, AS_OF, grace_days=10)
        hits += risk.low <= truth <= risk.high
    return hits / n_worlds


def test_interval_of_cash_at_risk_holds_the_truth():
    assert 0.895 <= risk_coverage(200) <= 0.99


@pytest.mark.verify
def test_interval_of_cash_at_risk_holds_the_truth_in_a_thousand_worlds():
    assert 0.926 <= risk_coverage(1_000) <= 0.971


def test_nothing_open_is_no_risk(invoices, still_open):
    risk = fit_cash_at_risk(fit_payment_curves(invoices, AS_OF), still_open.head(0), AS_OF)
    assert risk.total == 0
    assert "No invoice is open" in risk.reason
    (figure,) = risk.figures()
    assert figure.low is None


def test_an_invoice_from_the_future_is_refused(invoices):
    with pytest.raises(ValueError, match="1 open invoices are issued after"):
        score_open_invoices(CURVES, open_at(-3), AS_OF)


@pytest.mark.parametrize("frame", [counts((30, 20, "open", 50)), counts((30, 20, "paid", 20))])
def test_too_little_to_go_by_is_refused(frame):
    with pytest.raises(ValueError, match="nothing can be said about the open ones"):
        fit_payment_curves(frame, AS_OF)


@pytest.mark.verify
def test_a_million_open_invoices_are_scored_in_seconds():
    rng = np.random.default_rng(1)
    owed = open_at(*rng.integers(0, 150, 1_000_000))
    start = time.process_time()
    score_open_invoices(CURVES, owed, AS_OF)
    assert time.process_time() - start < 3


def test_rare_terms_are_judged_by_days_past_due_and_not_by_age():
    # Everybody pays five days late. Most have 14 days to pay; a few have 90, too few for a
    # curve of their own. By age, the pooled curve would call an invoice of 90 days paid by day
    # 19, two months before it is due.
    day = pd.Timestamp("2025-01-01")
    terms = np.r_[np.full(400, 14), np.full(20, 90)]
    issued = day + pd.to_timedelta(np.arange(420) % 60, unit="D")
    due = issued + pd.to_timedelta(terms, unit="D")
    ledger = pd.DataFrame(
        {
            "issued_on": issued,
            "due_on": due,
            "settled_on": due + pd.Timedelta(days=5),
            "outcome": "paid",
        }
    )
    as_of = dt.date(2025, 12, 31)
    still = pd.DataFrame(
        {"issued_on": [pd.Timestamp("2025-12-31")], "due_on": [pd.Timestamp("2026-03-31")]}
    )
    scored = score_open_invoices(fit_payment_curves(ledger, as_of), still, as_of)
    assert scored["p_late"].item() == pytest.approx(1.0)


# Books of 40 days: of 100 issued, 60 are paid on day 20 and 40 were open when 40 days old.
YOUNG = fit_payment_curves(counts((60, 20, "paid", 60), (60, 40, "open", 40)), AS_OF)


def test_not_seen_within_the_ages_watched_is_not_taken_for_never_paid():
    scored = score_open_invoices(YOUNG, open_at(0, 30, terms=60), AS_OF)
    # Due on day 60, when nobody was watched: whether late is not known, nor what day 90 brings.
    assert scored["p_late"].isna().all()
    assert scored["p_paid_60"].isna().all()
    assert scored["chance_reason"].str.contains("not seen paid is not never paid").all()
    soon = score_open_invoices(YOUNG, open_at(0, terms=30), AS_OF)
    assert soon["p_late"].item() == pytest.approx(0.4)
    # What is past due is late whatever was watched.
    assert score_open_invoices(YOUNG, open_at(70, terms=60), AS_OF)["p_late"].item() == 1


def test_cash_at_risk_beyond_the_ages_watched_carries_bounds_and_says_so():
    # Unpaid on day 90: at least none and at most 40 of 100 issued today; of what is open at 30
    # anything, as nobody was seen to pay after day 20.
    risk = fit_cash_at_risk(YOUNG, open_at(0, 30, terms=60), AS_OF)
    assert risk.total == pytest.approx(40 + 100)
    assert risk.beyond_amount == pytest.approx(140)
    assert risk.low == pytest.approx(0)
    assert risk.high > risk.total
    assert "For 2 of 2 open invoices the day lies beyond the ages" in risk.reason
    assert "sure to be paid" not in risk.reason
    # One open at 30 only: nothing was ever seen from there on, so all or nothing.
    (figure,) = fit_cash_at_risk(YOUNG, open_at(30, terms=60), AS_OF).figures()
    assert (figure.value, figure.low, figure.high) == (pytest.approx(100), pytest.approx(0), 100)
    assert "70 % of the open amount" in risk.reason


def test_curve_that_ended_because_all_were_paid_reaches_any_day():
    paid = fit_payment_curves(counts((30, 20, "paid", 90), (30, 35, "paid", 10)), AS_OF)
    scored = score_open_invoices(paid, open_at(0), AS_OF)
    assert scored["p_paid_60"].item() == pytest.approx(1)
    assert scored["chance_reason"].item() is None
    risk = fit_cash_at_risk(paid, open_at(0), AS_OF)
    assert risk.total == pytest.approx(0)
    assert "sure to be paid" in risk.reason


def test_cash_at_risk_learned_from_one_huge_customer_has_no_interval(still_open):
    rng = np.random.default_rng(5)
    history = pd.DataFrame(
        {
            "terms": 30,
            "duration": rng.integers(5, 120, 900),
            "outcome": rng.choice(["paid", "open"], 900, p=[0.7, 0.3]),
            "customer": np.where(np.arange(900) < 600, 0, np.arange(900)),
            "n": 1.0,
        }
    )
    risk = fit_cash_at_risk(fit_payment_curves(history, AS_OF), still_open, AS_OF, grace_days=5)
    assert np.isnan(risk.low)
    assert "One customer has 67 % of the invoices" in risk.reason

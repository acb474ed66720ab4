"""Late-payment signals: what may not be used, who is tested, and whether the chances hold."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.classifier_scores import area_under_curve, calibration_error, reliability
from models.late_signals import NOT_KNOWN_AT_ISSUE, fit_late_signals, has_answer
from models.payment_dates import fit_payment_dates, score_by_signals
from models.refusal import Refusal

AS_OF = dt.date(2025, 12, 31)
NUMBERS = ("habit", "noise")


def invoices(seed=3, customers=120, each=30, weight=1.0):
    """Lateness follows a habit that is known, and nothing else that is."""
    rng = np.random.default_rng(seed)
    n = customers * each
    habit = rng.standard_normal(customers).repeat(each)
    issued = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 720, n), "D")
    due = issued + pd.Timedelta(days=30)
    late = rng.random(n) < 1 / (1 + np.exp(-weight * habit))
    took = np.where(late, 31 + rng.integers(0, 40, n), rng.integers(5, 31, n))
    settled = issued + pd.to_timedelta(took, "D")
    settled = pd.Series(settled).where(settled <= pd.Timestamp(AS_OF))
    overdue = settled.isna() & (due < pd.Timestamp(AS_OF))
    return pd.DataFrame(
        {
            "invoice_id": np.arange(n).astype(str),
            "customer_id": np.arange(customers).repeat(each).astype(str),
            "issued_on": issued,
            "due_on": due,
            "settled_on": settled,
            "outcome": np.where(settled.isna(), "open", "paid"),
            "late": pd.Series(late).where(settled.notna() | overdue, None),
            "habit": habit,
            "noise": rng.standard_normal(n),
            "kind": rng.choice(["goods", "fixed"], n),
        }
    )


ROWS = invoices()


@pytest.fixture(scope="module")
def signals():
    return fit_late_signals(ROWS, AS_OF, numbers=NUMBERS, kinds=("kind",))


@pytest.mark.parametrize("name", ["disputed", "days_past_due"])
def test_what_is_known_only_later_is_refused_as_a_signal(name):
    with pytest.raises(ValueError, match=f"'{name}' is not known when an invoice is issued"):
        fit_late_signals(ROWS.assign(**{name: 1.0}), AS_OF, numbers=(*NUMBERS, name))
    assert name in NOT_KNOWN_AT_ISSUE


def test_signal_that_knows_the_answer_is_refused():
    told = ROWS.assign(noise=ROWS["late"].astype(float))
    with pytest.raises(Refusal, match="'noise' alone tells late from punctual"):
        fit_late_signals(told, AS_OF, numbers=NUMBERS)


def test_chances_of_customers_not_seen_are_right_in_order_and_size(signals):
    # With log odds that are standard normal the best order there is has an AUC of 0.73.
    assert signals.auc.lower < 0.73 < signals.auc.upper
    # Ten groups of a hundred are off by three points each by chance alone.
    assert signals.ece.lower < 0.03 < signals.ece.upper
    assert signals.ece.value < 0.06
    assert signals.tells
    assert signals.weights["signal"].iloc[0] == "habit"
    assert signals.precision > signals.prevalence
    best = signals.lift(0.1)
    assert best.lift > 1.3
    assert best.found == pytest.approx(0.1 * best.lift, rel=0.02)


def test_test_is_later_than_what_was_learnt_from(signals):
    tested = ROWS.set_index("invoice_id").loc[signals.test["invoice_id"]]
    assert (tested["issued_on"].dt.date > signals.cut).all()
    assert signals.n_learnt < signals.n_known == has_answer(ROWS, AS_OF, 3).sum()


def test_answers_given_by_lot_cannot_be_told():
    mixed = ROWS.assign(late=ROWS["late"].sample(frac=1, random_state=1).to_numpy())
    mixed = mixed[mixed["late"].notna()]
    found = fit_late_signals(mixed, AS_OF, numbers=NUMBERS)
    assert 0.45 < found.auc.value < 0.55
    assert not found.tells


def test_invoice_paid_before_its_due_date_has_passed_is_no_answer_yet():
    # Only the punctual can be known so early: counting them would call everybody punctual.
    early = pd.DataFrame(
        {"due_on": pd.to_datetime(["2026-01-20", "2025-12-29", "2025-12-20"]),
         "late": [False, True, None]}
    )  # fmt: skip
    assert has_answer(early, AS_OF, 3).tolist() == [False, False, False]
    assert has_answer(early, AS_OF, 2).tolist() == [False, True, False]


def test_few_invoices_are_refused_with_their_number():
    with pytest.raises(Refusal, match="There are 60 invoices of 2 customers"):
        fit_late_signals(ROWS.head(60), AS_OF, numbers=NUMBERS)


def test_waiting_raises_the_chance_and_dates_follow_it(signals):
    dates = fit_payment_dates(signals, ROWS)
    open_rows = ROWS.head(4).assign(
        issued_on=pd.to_datetime(["2025-12-31", "2025-12-06", "2025-12-31", "2025-11-01"]),
        habit=[0.0, 0.0, 2.0, 0.0],
    )
    open_rows["due_on"] = open_rows["issued_on"] + pd.Timedelta(days=30)
    scored = score_by_signals(dates, open_rows, open_rows, AS_OF)
    fresh, waited, slow, overdue = (row for _, row in scored.iterrows())
    assert fresh["p_late"] == pytest.approx(fresh["p_late_at_issue"])
    assert waited["p_late"] > fresh["p_late"] > 0.4
    # By day 25 a fifth of the punctual is unpaid still: odds are five times those at issue.
    assert waited["p_late"] == pytest.approx(0.5 * 5 / (0.5 * 5 + 0.5), abs=0.04)
    assert slow["p_late"] > fresh["p_late"]
    assert overdue["p_late"] == 1
    assert slow["expected_paid_on"] > fresh["expected_paid_on"]
    assert (scored["expected_low"] <= scored["expected_paid_on"]).all()
    assert (scored["expected_paid_on"] <= scored["expected_high"]).all()
    assert (scored["expected_paid_on"].dt.date >= AS_OF).all()


def test_books_without_an_open_invoice_have_nothing_to_score(signals):
    dates = fit_payment_dates(signals, ROWS)
    assert score_by_signals(dates, ROWS.head(0), ROWS, AS_OF).empty


@given(
    st.lists(
        st.tuples(st.floats(0.01, 0.99), st.booleans(), st.integers(0, 20)),
        min_size=30,
        max_size=60,
    )
)
@settings(max_examples=25)
def test_scores_of_any_chances_keep_their_bounds(rows):
    chance, happened, cluster = (np.array(column) for column in zip(*rows, strict=True))
    happened[:2] = [True, False]
    area = area_under_curve(chance, happened, cluster)
    assert 0 <= area.value <= 1
    # Turned around, every comparison won is lost.
    assert area_under_curve(-chance, happened, cluster).value == pytest.approx(1 - area.value)
    table = reliability(chance, happened, cluster)
    assert table["n"].sum() == len(rows)
    error = calibration_error(chance, happened, cluster, draws=20)
    assert 0 <= error.lower <= error.value <= error.upper
    by_hand = (table["n"] * (table["predicted"] - table["observed"]).abs()).sum() / len(rows)
    assert error.value == pytest.approx(by_hand)

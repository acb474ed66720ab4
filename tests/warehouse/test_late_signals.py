"""What was known when an invoice was issued: worked by hand, and with nothing in it from later."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from sample_data import generate
from tests.warehouse.frame_tables import FrameTables
from tests.warehouse.test_customers import as_known
from warehouse.late_signals import KINDS_OF_SIGNAL, SIGNALS, invoice_signals, payment_rhythm

AS_OF = dt.date(2025, 6, 30)


def days(*texts):
    return pd.to_datetime(list(texts))


@pytest.fixture(scope="module")
def books():
    """Alder's invoices: one paid late, one in time, one overdue, and the one that is judged."""
    frames = {
        "customers": pd.DataFrame(
            {"customer_id": ["A", "B"], "name": "x", "industry": "Retail", "currency": "EUR",
             "acquired_on": days("2024-01-01", "2024-01-01"), "payment_terms_days": 30}
        ),
        "invoices": pd.DataFrame(
            {
                "invoice_id": ["I1", "I2", "I3", "I4", "I5"],
                "customer_id": ["A", "A", "A", "A", "B"],
                "issued_on": days("2025-01-01", "2025-02-01", "2025-03-01", "2025-04-10",
                                  "2025-04-10"),
                "due_on": days("2025-01-31", "2025-03-03", "2025-03-31", "2025-05-10",
                               "2025-05-10"),
                "amount": [np.e, np.e, np.e, np.e**3, 5.0],
                "currency": "EUR",
                "channel": ["paper", "paper", "paper", "paper", None],
            }
        ),
        "payments": pd.DataFrame(
            {"payment_id": ["P1", "P2", "P3", "P4"], "invoice_id": ["I1", "I2", "I3", "I4"],
             # I3 is paid on the very day on which I4 is issued, and so unknown that morning.
             "paid_on": days("2025-02-20", "2025-02-26", "2025-04-10", "2025-05-30"),
             "amount": [np.e, np.e, np.e, np.e**3]}
        ),
        "disputes": pd.DataFrame(
            {"dispute_id": ["D1", "D2", "D3"], "invoice_id": ["I1", "I3", "I4"], "kind": "dispute",
             "opened_on": days("2025-01-05", "2025-03-20", "2025-04-11"),
             "resolved_on": days("2025-01-09", "2025-04-20", None),
             "amount": 1.0, "reason": "price"}
        ),
        "tickets": pd.DataFrame(
            {"ticket_id": ["T1", "T2", "T3"], "customer_id": "A",
             "opened_on": days("2025-01-02", "2025-04-01", "2025-04-10"),
             "resolved_on": days("2025-01-03", None, None),
             "topic": ["billing", "product", "billing"]}
        ),
        "surveys": pd.DataFrame(
            {"survey_id": ["S1", "S2"], "customer_id": "A", "measure": ["nps", "csat"],
             "touchpoint": "relationship", "answered_on": days("2024-02-01", "2025-04-09"),
             "score": [9.0, 2.0]}
        ),
    }  # fmt: skip
    return FrameTables(frames)


@pytest.fixture(scope="module")
def rows(books):
    return invoice_signals(books, AS_OF).to_pandas().set_index("invoice_id")


def test_history_is_of_what_was_settled_before_the_day_of_issue(rows):
    judged = rows.loc["I4"]
    # I1 was 20 days late, I2 five days early; I3 is overdue and not paid by that morning.
    assert judged["n_paid_before"] == 2
    assert judged["days_late_before"] == 7.5
    assert judged["late_share_before"] == 0.5
    assert judged["n_overdue_then"] == 1
    assert judged["days_since_paid"] == 43
    # Three settled are needed to speak of a spread.
    assert np.isnan(judged["days_late_spread"])


def test_tickets_disputes_and_answers_count_from_the_morning_after(rows):
    judged = rows.loc["I4"]
    # The billing ticket of January is more than a quarter old; that of the day is not known yet.
    assert (judged["tickets_quarter"], judged["finance_tickets_quarter"]) == (1, 0)
    assert judged["open_tickets"] == 1
    assert (judged["disputes_half_year"], judged["open_disputes"]) == (2, 1)
    # 2 of 1 to 5 is a quarter of the way; with nine tenths a year before, the mean is 0.575.
    assert judged["score_recent"] == 0.25
    assert judged["score_change"] == pytest.approx(0.25 - 0.575)


def test_invoice_itself_is_described_by_what_it_is(rows):
    judged, first = rows.loc["I4"], rows.loc["I5"]
    assert judged["amount_to_usual"] == pytest.approx(2.0, abs=1e-4)
    assert judged["terms"] == 30
    assert (judged["first_invoice"], first["first_invoice"]) == (0, 1)
    assert (judged["channel"], first["channel"]) == ("paper", "not stated")
    assert first[["days_late_before", "late_share_before"]].isna().all()
    assert (judged["outcome"], judged["late"]) == ("paid", True)


def test_table_that_was_never_loaded_leaves_its_signals_empty(rows):
    assert rows["late_deliveries_quarter"].isna().all()
    assert rows["tickets_quarter"].notna().all()


@pytest.fixture(scope="module")
def company():
    return generate(seed=5, n_customers=60, months=18).tables


def test_nothing_recorded_after_the_day_enters(company):
    day = dt.date(2026, 2, 14)
    now = invoice_signals(FrameTables(company), day).to_pandas().sort_values("invoice_id")
    then = invoice_signals(FrameTables(as_known(company, day)), day).to_pandas()
    then = then.sort_values("invoice_id")
    assert len(now) > 200
    pd.testing.assert_frame_equal(
        now.reset_index(drop=True), then.reset_index(drop=True), check_exact=True
    )


def test_signals_of_an_invoice_stay_what_they_were_at_issue(company):
    names = [*SIGNALS, *KINDS_OF_SIGNAL]
    early, late = (
        invoice_signals(FrameTables(company), day).to_pandas().set_index("invoice_id")[names]
        for day in (dt.date(2026, 2, 14), dt.date(2026, 9, 30))
    )
    pd.testing.assert_frame_equal(early, late.loc[early.index], check_exact=True)


def test_rhythm_of_a_customer_is_of_what_it_paid(books):
    rhythm = payment_rhythm(books, AS_OF).to_pandas().set_index("customer_id").loc["A"]
    # Paid 20 days late, 5 early, 10 and 20 late; the last two in the last three months.
    assert rhythm["days_late_mean"] == 45 / 4
    spread = np.std([20, -5, 10, 20])
    assert rhythm["rhythm_change"] == pytest.approx((15 - 45 / 4) / spread)


def test_rhythm_of_a_customer_is_what_an_invoice_of_the_next_morning_is_judged_by(company):
    tables = FrameTables(company)
    signals = invoice_signals(tables, dt.date(2026, 9, 30)).to_pandas()
    signals = signals[signals["issued_on"] > "2026-04-01"].dropna(subset="rhythm_change")
    morning = signals["issued_on"].mode().iloc[0]
    judged = signals[signals["issued_on"] == morning].set_index("customer_id")["rhythm_change"]
    assert len(judged) > 3
    day = (morning - pd.Timedelta(days=1)).date()
    rhythm = payment_rhythm(tables, day).to_pandas().set_index("customer_id")
    known = rhythm["rhythm_change"].reindex(judged.index)
    np.testing.assert_allclose(known, judged.to_numpy(dtype=float), atol=2e-9)


def test_rhythm_knows_no_later_payment(company):
    day = dt.date(2026, 2, 14)
    now, then = (
        payment_rhythm(FrameTables(frames), day).order_by("customer_id").to_pandas()
        for frames in (company, as_known(company, day))
    )
    pd.testing.assert_frame_equal(now, then, check_exact=True)

"""What a collector should know before calling, worked by hand and with nothing from later days."""

import datetime as dt

import pandas as pd

from warehouse.watchlist import latest_answers, open_disputes, open_tickets, reminders_sent

AS_OF = dt.date(2025, 6, 30)


def tables_of(make_tables, *, later: bool):
    """A customer with an invoice; `later` adds what happened after the day."""
    after = [{"answered_on": "2025-07-01", "score": 10.0}] if later else []
    answers = [
        {"answered_on": "2025-06-01", "score": 9.0},
        {"answered_on": "2025-06-20", "score": 6.0},
        {"answered_on": "2024-12-01", "score": 0.0, "measure": "csat"},
        *after,
    ]
    given = {"customer_id": "C-1", "measure": "nps", "touchpoint": "invoicing"}
    ended = "2025-07-02" if later else None
    reminders = [{"sent_on": day} for day in ("2025-06-10", "2025-06-20")]
    if later:
        reminders.append({"sent_on": "2025-07-05"})
    return make_tables(
        invoices=[{"invoice_id": "I"}],
        surveys=[{**given, **answer} for answer in answers],
        tickets=[{"customer_id": "C-1", "opened_on": "2025-06-05", "topic": "billing",
                  "resolved_on": ended},
                 {"customer_id": "C-1", "opened_on": "2025-06-01", "topic": "billing",
                  "resolved_on": "2025-06-30"}],
        disputes=[{"invoice_id": "I", "opened_on": "2025-06-20", "resolved_on": ended}],
        reminders=[{"invoice_id": "I", "stage": 1, "channel": "email", "tone": "neutral", **row}
                   for row in reminders],
    )  # fmt: skip


def test_newest_answer_of_half_a_year_open_cases_and_reminders(make_tables):
    tables = tables_of(make_tables, later=False)
    answer = latest_answers(tables, AS_OF).to_pandas()
    # The nine was followed by a six, a detractor's; the answer of December is too old to count.
    assert answer[["measure", "score", "low"]].to_numpy().tolist() == [["nps", 6.0, True]]
    # One ticket was resolved on the day itself.
    assert open_tickets(tables, AS_OF).to_pandas()["opened_on"].tolist() == [
        pd.Timestamp("2025-06-05")
    ]
    assert open_disputes(tables, AS_OF).to_pandas()["customer_id"].tolist() == ["C-1"]
    sent = reminders_sent(tables, AS_OF).to_pandas().iloc[0]
    assert (sent["n_sent"], sent["last_sent_on"]) == (2, pd.Timestamp("2025-06-20"))


def test_rows_of_later_days_change_nothing(make_tables):
    then, now = (tables_of(make_tables, later=later) for later in (False, True))
    for read in (latest_answers, open_tickets, open_disputes, reminders_sent):
        pd.testing.assert_frame_equal(read(then, AS_OF).to_pandas(), read(now, AS_OF).to_pandas())

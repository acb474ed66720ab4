"""Overdue invoices and their reminders: worked by hand, with nothing in them from later."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from sample_data import generate
from tests.warehouse.frame_tables import FrameTables
from warehouse.reminders import PRIOR_INVOICES, monthly_reminders, overdue_invoices

AS_OF = dt.date(2025, 6, 30)


def days(*texts):
    return pd.to_datetime(list(texts))


FRAMES = {
    "customers": pd.DataFrame({"customer_id": ["A"], "name": "Alder", "currency": "EUR"}),
    "invoices": pd.DataFrame(
        {
            "invoice_id": ["I1", "I2", "I3", "I4"], "customer_id": "A",
            "issued_on": days("2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01"),
            "due_on": days("2025-01-31", "2025-03-03", "2025-03-31", "2025-05-01"),
            "amount": [100.0, 100.0, 100.0, 200.0], "currency": "EUR",
            "reminder_arm": ["usual", "usual", "hold_out", "usual"],
        }
    ),
    "payments": pd.DataFrame(
        {"payment_id": ["P1", "P2", "P4"], "invoice_id": ["I1", "I2", "I4"],
         "paid_on": days("2025-02-20", "2025-03-01", "2025-07-30"), "amount": [100.0, 100.0, 9.0]}
    ),
    "disputes": pd.DataFrame(
        {"dispute_id": ["D1"], "invoice_id": ["I3"], "opened_on": days("2025-04-10")}
    ),
    "reminders": pd.DataFrame(
        {
            "reminder_id": ["R1", "R2", "R3"], "invoice_id": ["I1", "I4", "I4"],
            "sent_on": days("2025-02-10", "2025-05-11", "2025-07-05"), "stage": [1, 1, 2],
            "channel": ["email", "phone", "letter"], "tone": ["friendly", "firm", "legal"],
        }
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def read():
    tables = FrameTables(FRAMES)
    rows = overdue_invoices(tables["invoices"], tables, AS_OF).to_pandas()
    return rows.set_index("invoice_id"), monthly_reminders(tables, AS_OF).to_pandas()


def test_each_watch_ends_with_money_a_dispute_or_the_day(read):
    rows, _ = read
    # I2 was paid two days before it was due.
    assert rows["stop"].to_dict() == {"I1": 20, "I3": 10, "I4": 60}
    assert rows["paid"].to_dict() == {"I1": True, "I3": False, "I4": False}


def test_later_reminders_and_payments_are_not_known(read):
    rows, monthly = read
    assert rows.loc["I4", "day_1"] == 10
    assert (rows.loc["I4", "channel_1"], rows.loc["I4", "tone_1"]) == ("phone", "firm")
    assert pd.isna(rows.loc["I4", "day_2"])
    assert monthly["harsh"].sum() == 1
    assert monthly["gentle"].sum() == 1


def test_history_knows_what_had_been_seen_when_the_month_began(read):
    rows, _ = read
    # On 1 February I1 was one day late, and nothing had been sent.
    assert rows.loc["I1", "invoices_before"] == 0
    # On 1 May: I1 twenty days late and reminded, I2 in time, I3 ten days late (then disputed).
    assert rows.loc["I4", "invoices_before"] == pytest.approx(1.3862943611)


def looked_at_anew(tables, as_of):
    """History of each invoice by its definition: every earlier invoice of its customer, anew."""
    frames = {name: tables[name].to_pandas() for name in tables}
    rows = frames["invoices"].query("issued_on <= @as_of").set_index("invoice_id")
    first = {
        name: frames[name].groupby("invoice_id")[day].min().reindex(rows.index)
        for name, day in (("payments", "paid_on"), ("disputes", "opened_on"),
                          ("reminders", "sent_on"))
    }  # fmt: skip
    given_up = frames["adjustments"].query("kind != 'refund'")
    first["adjustments"] = given_up.groupby("invoice_id")["requested_on"].min().reindex(rows.index)
    ends = pd.concat([first[name] for name in ("payments", "disputes", "adjustments")], axis=1)
    rows["stop"] = (ends.min(axis=1).clip(upper=as_of).fillna(as_of) - rows["due_on"]).dt.days
    rows["sent_on"] = first["reminders"].where(first["reminders"] <= as_of)
    sums = {}
    for customer, own in rows.groupby("customer_id"):
        for month in own["due_on"].dt.to_period("M").dt.to_timestamp().unique():
            past = own[own["due_on"] < month]
            late = np.minimum(past["stop"], (month - past["due_on"]).dt.days).clip(lower=0)
            sums[customer, month] = (len(past), np.log1p(late).sum(), (late > 0).sum(),
                                     ((past["sent_on"] < month) & (late > 0)).sum())  # fmt: skip
    sums = pd.DataFrame(sums, index=["n", "lateness", "n_late", "n_asked"]).T
    whole = sums.sum()
    n, n_late = sums["n"] + PRIOR_INVOICES, sums["n_late"] + PRIOR_INVOICES
    found = pd.DataFrame(
        {
            "lateness_before": (sums["lateness"] + PRIOR_INVOICES * whole["lateness"] / whole["n"])
            / n,
            "reminded_before": (sums["n_asked"] + PRIOR_INVOICES * whole["n_asked"]
                                / whole["n_late"]) / n_late,
            "invoices_before": np.log1p(sums["n"]),
        }
    )  # fmt: skip
    return found


def test_running_sums_are_what_looking_at_every_earlier_invoice_gives():
    tables = FrameTables(generate(seed=5, n_customers=40, months=15).tables)
    as_of = dt.date(2026, 7, 10)
    rows = overdue_invoices(tables["invoices"].filter(lambda t: t.issued_on <= as_of), tables,
                            as_of).to_pandas()  # fmt: skip
    anew = looked_at_anew(tables, pd.Timestamp(as_of))
    month = rows["due_on"].dt.to_period("M").dt.to_timestamp()
    expected = anew.loc[list(zip(rows["customer_id"], month, strict=True))]
    assert len(rows) > 100
    for name in expected:
        np.testing.assert_allclose(rows[name], expected[name], atol=2e-9, err_msg=name)

"""What adds to the overview, worked by hand, and nothing of it later than the day."""

import datetime as dt

import pandas as pd
import pytest

from models.ledger import month_windows, to_date
from tests.warehouse.frame_tables import FrameTables
from warehouse.overview import (
    activity,
    by_customer_and_quarter,
    by_month,
    event_log,
    market_averages,
)
from warehouse.segments import segmented_invoices

AS_OF = dt.date(2025, 6, 30)


def days(*texts):
    return pd.to_datetime(list(texts))


@pytest.fixture(scope="module")
def frames():
    return {
        "customers": pd.DataFrame(
            {"customer_id": ["A", "B"], "name": ["Alder", "Birch"], "currency": "EUR",
             "acquired_on": days("2024-01-01", "2024-01-01"), "payment_terms_days": 30}
        ),
        "invoices": pd.DataFrame(
            {
                # The last of them is of the day after.
                "invoice_id": ["I1", "I2", "I3", "I4", "I5"],
                "customer_id": ["A", "A", "B", "B", "A"],
                "issued_on": days("2025-06-30", "2025-03-31", "2025-04-01", "2025-05-01",
                                  "2025-07-01"),
                "due_on": days("2025-07-30", "2025-04-30", "2025-05-01", "2025-06-01",
                               "2025-08-01"),
                "amount": [100.0, 50.0, 80.0, 60.0, 999.0],
                "currency": ["EUR", "EUR", "USD", "EUR", "EUR"],
            }
        ),
        "payments": pd.DataFrame(
            {"payment_id": ["P1"], "invoice_id": ["I2"], "paid_on": days("2025-04-02"),
             "amount": [50.0]}
        ),
        # I4 is cancelled as a whole.
        "adjustments": pd.DataFrame(
            {"adjustment_id": ["J1"], "invoice_id": ["I4"], "kind": "credit_note",
             "requested_on": days("2025-05-02"), "completed_on": days("2025-05-02"),
             "amount": [60.0]}
        ),
        "invoice_lines": pd.DataFrame(
            {"invoice_id": ["I1", "I1", "I4"], "line_no": [1, 2, 1], "quantity": 1.0,
             "amount": [70.0, 30.0, 60.0], "cost": [40.0, None, 10.0]}
        ),
        "tickets": pd.DataFrame(
            {"ticket_id": ["T1", "T2", "T3"], "customer_id": "A",
             "opened_on": days("2025-05-05", "2025-05-05", "2025-07-01"),
             "topic": ["billing", "delivery", "billing"]}
        ),
        "orders": pd.DataFrame(
            {
                "order_id": ["O1", "O2", "O3", "O4"], "customer_id": "B", "product_id": "P",
                "quantity": 1.0, "unit_price": 1.0, "ordered_on": days(*["2025-04-01"] * 4),
                "promised_on": days("2025-04-10", "2025-04-10", "2025-04-10", "2025-07-10"),
                # On the day, a day late, not yet, and promised for later.
                "delivered_on": days("2025-04-10", "2025-04-11", None, "2025-04-11"),
            }
        ),
        "products": pd.DataFrame({"product_id": ["P"], "name": ["Plan"], "family": ["goods"]}),
        "fx_rates": pd.DataFrame(
            {"currency": ["USD", "USD"], "month": days("2025-04-01", "2025-06-01"),
             "to_reporting": [0.5, 0.9]}
        ),
        "events": pd.DataFrame(
            {"event_id": ["E2", "E1", "E3"], "kind": "policy", "title": ["B", "A", "C"],
             "happened_on": days("2025-02-01", "2025-01-01", "2025-07-01")}
        ),
        "benchmarks": pd.DataFrame(
            {"month": days("2025-05-01", "2025-05-01", "2025-07-01"), "metric": "dso",
             "value": [40.0, 50.0, 60.0], "source": ["one", "two", "one"]}
        ),
    }  # fmt: skip


def sums(frames, as_of=AS_OF):
    tables = FrameTables(frames)
    rows = activity(tables, segmented_invoices(tables, as_of), as_of)
    quarters = by_customer_and_quarter(rows, quarters=9).to_pandas()
    return quarters.set_index(["customer_id", "quarter"]), by_month(rows, months=60).to_pandas()


def test_sums_of_each_customer_and_quarter_worked_by_hand(frames):
    quarters, months = sums(frames)
    last = quarters.loc[("A", 0)]
    assert (last["billed"], last["n_invoices"], last["enquiries"]) == (100, 1, 1)
    assert (last["line_amount"], last["line_cost"]) == (100, 40)
    # At the rate of April; the cancelled invoice is not there, nor are its lines.
    other = quarters.loc[("B", 0)]
    assert (other["billed"], other["n_invoices"], other["line_amount"]) == (40, 1, 0)
    assert (other["promised"], other["on_time"]) == (3, 1)
    # The last day of March is of the quarter before.
    assert quarters.loc[("A", 1), "billed"] == 50
    assert months.set_index("months_ago")["billed"].to_dict() == {0: 100, 1: 0, 2: 40, 3: 50}


def test_without_further_tables_the_invoices_are_still_counted(frames):
    alone = {name: frames[name] for name in ("customers", "invoices", "payments", "fx_rates")}
    quarters, _ = sums(alone)
    assert quarters.loc[("B", 0), "billed"] == 40 + 60
    assert quarters["enquiries"].sum() == 0


@pytest.mark.parametrize("as_of", ["2025-05-15", "2025-02-28", "2025-01-30", "2024-12-31"])
def test_months_are_those_that_the_models_roll_back(frames, as_of):
    day = dt.date.fromisoformat(as_of)
    every = pd.date_range("2024-06-01", day)
    invoices = pd.DataFrame(
        {"invoice_id": [f"I{k}" for k in range(len(every))], "customer_id": "A", "due_on": every,
         "issued_on": every, "amount": 1.0, "currency": "EUR"}
    )  # fmt: skip
    alone = {"customers": frames["customers"], "payments": frames["payments"].iloc[:0]}
    _, months = sums(alone | {"invoices": invoices}, day)
    ends = pd.DatetimeIndex([to_date(end) for end in month_windows(day, 6)])
    counted = months.set_index("months_ago")["n_invoices"]
    for k in range(5):
        assert counted[k] == ((every <= ends[k]) & (every > ends[k + 1])).sum()


def test_events_and_market_hold_nothing_of_later(frames):
    tables = FrameTables(frames)
    assert event_log(tables, AS_OF).to_pandas()["event_id"].tolist() == ["E1", "E2"]
    market = market_averages(tables, AS_OF, ("dso",)).to_pandas()
    assert market["value"].tolist() == [45.0]

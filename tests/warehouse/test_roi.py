"""Bills by customer and month, in one currency and blind to the future."""

import datetime as dt

import pandas as pd

from tests.warehouse.frame_tables import FrameTables
from warehouse.roi import billed_months


def test_bills_of_a_month_are_added_up_at_its_rate_and_no_later_ones_are_known():
    days = pd.to_datetime(["2025-01-05", "2025-01-20", "2025-02-10", "2025-03-01"])
    frames = {
        "customers": pd.DataFrame({"customer_id": ["A", "B"], "currency": ["EUR", "USD"]}),
        "invoices": pd.DataFrame(
            {"invoice_id": list("1234"), "customer_id": ["A", "A", "B", "B"], "issued_on": days,
             "due_on": days, "amount": [10.0, 5.0, 8.0, 99.0],
             "currency": ["EUR", "EUR", "USD", "USD"]}
        ),
        "payments": pd.DataFrame(
            {"payment_id": ["P"], "invoice_id": ["1"], "paid_on": days[:1], "amount": [1.0]}
        ),
        "fx_rates": pd.DataFrame(
            {"currency": ["USD", "USD"], "month": pd.to_datetime(["2025-01-01", "2025-02-01"]),
             "to_reporting": [0.9, 0.5]}
        ),
    }  # fmt: skip
    rows = billed_months(FrameTables(frames), dt.date(2025, 2, 28)).to_pandas()
    # Of February 8 at 0.5; what is billed in March is not known yet.
    assert rows["billed"].tolist() == [15.0, 4.0]
    assert rows["customer_id"].tolist() == ["A", "B"]
    assert pd.to_datetime(rows["begins"]).dt.month.tolist() == [1, 2]

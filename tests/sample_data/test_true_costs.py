"""What a year of poor experience costs, counted by hand and against the ledger of the books."""

import pandas as pd
import pytest

from sample_data.book import LAST_DAY
from sample_data.true_costs import booked_costs


def day(text):
    return pd.Timestamp(text)


def test_costs_of_a_year_worked_by_hand():
    invoices = pd.DataFrame(
        {
            "invoice_id": ["Part", "Void", "Late", "Open"],
            "currency": ["EUR", "EUR", "EUR", "USD"],
            "issued_on": [day("2025-11-01")] * 4, "due_on": [day("2025-12-01")] * 4,
            "amount": [100.0, 50.0, 365.0, 730.0],
        }
    )  # fmt: skip
    payments = pd.DataFrame(
        {"invoice_id": ["Part", "Late"], "paid_on": [day("2025-11-20"), day("2025-12-21")],
         "amount": [70.0, 365.0]}
    )  # fmt: skip
    adjustments = pd.DataFrame(
        [("Part", "credit_note", day("2025-11-25"), 40.0), ("Part", "refund", None, 9.0),
         ("Void", "credit_note", day("2025-11-02"), 50.0),
         ("Late", "refund", day("2026-01-05"), 8.0), ("Late", "refund", day("2025-09-30"), 7.0)],
        columns=["invoice_id", "kind", "completed_on", "amount"],
    )  # fmt: skip
    tickets = pd.DataFrame(
        {"topic": ["billing", "product", "delivery"], "resolved_on": [day("2026-02-01")] * 3,
         "cost": [12.0, 99.0, None], "handling_minutes": [5.0, 5.0, 20.0]}
    )  # fmt: skip
    reminders = pd.DataFrame({"sent_on": [day("2026-02-01")], "staff_minutes": [4.0]})
    months = pd.date_range("2025-09-01", "2026-09-01", freq="MS")
    rates = pd.DataFrame(
        [(name, month, rate) for name, rate in (("EUR", 1.0), ("USD", 0.5)) for month in months],
        columns=["currency", "month", "to_reporting"],
    )
    tables = {"invoices": invoices, "payments": payments, "adjustments": adjustments,
              "tickets": tickets, "reminders": reminders, "fx_rates": rates}  # fmt: skip
    # Of the credit of 40 what was owed, 30, and the refund of this year, 8. A ticket of 12 and one
    # of 20 minutes at 45 an hour, 15; a reminder of 4 minutes, 3. 365 twenty days late at 10 % a
    # year is 2, and 730 in the other currency, open for the 303 days up to the close, 30.3.
    assert booked_costs(tables, LAST_DAY) == pytest.approx(30 + 8 + 12 + 15 + 3 + 2 + 30.3)

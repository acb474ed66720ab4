"""Prices that customers named: in one currency, with all four, and none from after the day."""

import datetime as dt

import pandas as pd

from tests.warehouse.frame_tables import FrameTables
from warehouse.stated_prices import PRICES, stated_prices


def survey(survey_id, customer_id, day, *prices, respondent=None):
    return {"survey_id": survey_id, "customer_id": customer_id, "answered_on": pd.Timestamp(day),
            "respondent": respondent, "measure": "nps", "touchpoint": "relationship", "score": 9,
            **dict(zip(PRICES, prices, strict=False))}  # fmt: skip


def test_answers_with_four_prices_are_read_in_the_reporting_currency_up_to_the_day():
    tables = FrameTables(
        {
            "customers": pd.DataFrame(
                {"customer_id": ["A", "B"], "name": ["A", "B"], "currency": ["EUR", "USD"],
                 "acquired_on": pd.Timestamp("2024-01-01"), "payment_terms_days": 30}
            ),
            "invoices": pd.DataFrame(
                [{"invoice_id": "I", "customer_id": "A", "issued_on": pd.Timestamp("2025-01-01"),
                  "due_on": pd.Timestamp("2025-01-31"), "amount": 1, "currency": "EUR"}]
            ),
            "surveys": pd.DataFrame(
                [
                    survey("1", "A", "2025-03-10", 10, 20, 30, 40),
                    survey("2", "B", "2025-03-10", 10, 20, 30, 40, respondent="R"),
                    survey("3", "A", "2025-03-10", 10, 20, 30),
                    survey("4", "A", "2025-07-01", 10, 20, 30, 40),
                ]
            ),
            "fx_rates": pd.DataFrame(
                {"currency": ["USD", "USD"], "to_reporting": [0.5, 2.0],
                 "month": [pd.Timestamp("2025-03-01"), pd.Timestamp("2025-06-01")]}
            ),
        }
    )  # fmt: skip
    rows = stated_prices(tables, dt.date(2025, 6, 30)).to_pandas()
    assert rows["survey_id"].tolist() == ["1", "2"]
    assert rows["respondent"].tolist() == ["A", "R"]
    assert rows[list(PRICES)].to_numpy().tolist() == [[10, 20, 30, 40], [5, 10, 15, 20]]

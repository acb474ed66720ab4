"""Answers with how their customer was won: by hand, and unmoved by what comes later."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from tests.warehouse.frame_tables import FrameTables
from warehouse.linkage import linked_answers, won_customers

AS_OF = dt.date(2025, 6, 30)


def days(*texts):
    return pd.to_datetime(list(texts))


FRAMES = {
    "customers": pd.DataFrame(
        {"customer_id": ["A", "B"], "name": ["Alder", "Birch"], "currency": ["EUR", "USD"],
         "acquired_on": days("2023-01-01", "2023-01-01"), "payment_terms_days": 30,
         "acquisition_channel": ["web", None], "acquisition_cost": [1000.0, 0.0],
         "onboarding_cost": [20.0, None]}
    ),
    "invoices": pd.DataFrame(
        {"invoice_id": ["I"], "customer_id": ["A"], "issued_on": days("2025-01-01"),
         "due_on": days("2025-01-31"), "amount": [100.0], "currency": "EUR"}
    ),
    "contracts": pd.DataFrame(
        {"contract_id": ["KA", "KA2", "KB"], "customer_id": ["A", "A", "B"], "product_id": "P",
         "started_on": days("2023-01-01", "2024-01-01", "2023-02-01"), "billing_model": "fixed",
         "billing_timing": "in_arrears", "monthly_value": [121.0, 9000.0, 200.0]}
    ),
    "price_changes": pd.DataFrame(
        {"change_id": ["C1", "C2"], "contract_id": "KA",
         "announced_on": days("2024-01-01", "2025-08-01"),
         "effective_on": days("2024-03-01", "2025-12-01"),
         "old_monthly_value": [100.0, 110.0], "new_monthly_value": [110.0, 121.0]}
    ),
    "fx_rates": pd.DataFrame(
        {"currency": "USD", "month": days("2025-05-01", "2025-06-01"), "to_reporting": [0.7, 0.8]}
    ),
    "surveys": pd.DataFrame(
        {"survey_id": ["S1", "S2"], "customer_id": "A", "measure": "csat",
         "answered_on": days("2025-02-01", "2025-07-01"), "touchpoint": "invoicing",
         "score": [4, 1]}
    ),
}  # fmt: skip


def test_first_deal_is_at_the_price_it_began_with_in_one_currency():
    rows = won_customers(FrameTables(FRAMES), AS_OF).to_pandas().set_index("customer_id")
    # A: the first contract, which both rises found at 100. B: 200 dollars at 0.8.
    assert np.exp(rows["log_value"]).to_dict() == pytest.approx({"A": 100.0, "B": 160.0})
    assert np.exp(rows.loc["A", "log_onboarding_cost"]) == pytest.approx(20.0)
    # What cost nothing has no logarithm, and is not known.
    assert rows.loc["B", ["log_acquisition_cost", "acquisition_channel"]].isna().all()


def test_without_contracts_the_deal_is_not_known():
    kept = {name: FRAMES[name] for name in ("customers", "invoices")}
    rows = won_customers(FrameTables(kept), AS_OF).to_pandas()
    assert rows["log_value"].isna().all()
    assert rows["acquisition_channel"].tolist().count("web") == 1


def test_answer_has_its_customer_and_none_is_read_from_later():
    rows = linked_answers(FrameTables(FRAMES), AS_OF).to_pandas()
    assert rows["score"].tolist() == [4.0]
    assert rows["acquisition_channel"].tolist() == ["web"]
    assert np.exp(rows["log_acquisition_cost"]).tolist() == pytest.approx([1000.0])

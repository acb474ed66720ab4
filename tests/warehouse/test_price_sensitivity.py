"""Use before and after a price change, worked by hand, and with nothing from after the day."""

import datetime as dt

import pandas as pd
import pytest

from sample_data import generate
from tests.warehouse.frame_tables import FrameTables
from tests.warehouse.test_customers import as_known
from warehouse.price_sensitivity import price_reactions

AS_OF = dt.date(2025, 6, 30)


def company(changes):
    """Three customers with use in every month of 2024: 1 before July and 3 from then on."""
    months = pd.date_range("2024-01-01", "2024-12-01", freq="MS")
    use = [
        {"customer_id": who, "meter": "m", "month": month, "quantity": 1 if month.month < 7 else 3}
        for who in "ABC" for month in months
    ]  # fmt: skip
    frame = pd.DataFrame(
        changes, columns=["change_id", "contract_id", "effective_on", "old_monthly_value",
                          "new_monthly_value"],
    ).assign(announced_on=pd.Timestamp("2024-01-01"))  # fmt: skip
    frame["effective_on"] = pd.to_datetime(frame["effective_on"])
    contracts = pd.DataFrame(
        {
            "contract_id": ["KA", "KB", "KC"], "customer_id": list("ABC"), "product_id": "P",
            "started_on": pd.Timestamp("2023-01-01"), "billing_model": "usage",
            "billing_timing": "in_arrears",
        }
    )  # fmt: skip
    return {"usage": pd.DataFrame(use), "price_changes": frame, "contracts": contracts}


def rows_of(frames):
    rows = price_reactions(FrameTables(frames), AS_OF).to_pandas()
    return rows.set_index(["customer_id", rows["changed_in"].astype(str)])


def test_use_is_set_beside_that_of_customers_without_a_change():
    rows = rows_of(company([("1", "KA", "2024-07-01", 100.0, 110.0)]))
    assert sorted(rows.index.get_level_values(0)) == ["A", "B", "C"]
    assert (rows["before"] == 1).all()
    assert (rows["after"] == 3).all()
    assert rows["price_ratio"].tolist() == pytest.approx([1.1, 1.0, 1.0])


def test_customer_with_another_change_near_by_is_left_out():
    rows = rows_of(
        company([("1", "KA", "2024-07-15", 100.0, 110.0), ("2", "KB", "2024-10-01", 50.0, 60.0)])
    )
    # October lacks months after it; in July B's other change is three months away.
    assert sorted(rows.index.get_level_values(0)) == ["A", "C"]


def test_customer_without_use_in_every_month_is_left_out():
    frames = company([("1", "KA", "2024-07-01", 100.0, 110.0)])
    gone = (frames["usage"]["customer_id"] == "B") & (frames["usage"]["month"] > "2024-10-01")
    frames["usage"] = frames["usage"][~gone]
    assert sorted(rows_of(frames).index.get_level_values(0)) == ["A", "C"]


def test_nothing_recorded_after_the_day_enters():
    tables = generate(seed=5, n_customers=80, months=36).tables
    day = dt.date(2026, 2, 14)
    now = price_reactions(FrameTables(tables), day).to_pandas()
    then = price_reactions(FrameTables(as_known(tables, day)), day).to_pandas()
    assert len(now) > 20
    pd.testing.assert_frame_equal(now, then, check_exact=True)

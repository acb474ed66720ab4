"""Bills, use and prices by month, worked by hand, and with nothing from after the day."""

import datetime as dt

import pandas as pd
import pytest

from sample_data import generate
from tests.warehouse.frame_tables import FrameTables
from tests.warehouse.test_customers import as_known
from warehouse.price_reaction import (
    finance_enquiries,
    metered_shares,
    monthly_use,
    price_steps,
    recurring_bills,
    survey_scores,
)

DAY = dt.date(2026, 2, 14)


def days(*texts):
    return pd.to_datetime(list(texts))


@pytest.fixture(scope="module")
def frames():
    """One customer with three bills, one of them for goods and one cancelled."""
    return {
        "customers": pd.DataFrame(
            {"customer_id": ["A"], "name": ["Alder"], "industry": ["Retail"], "currency": ["EUR"],
             "acquired_on": days("2025-01-15"), "payment_terms_days": [30],
             "churned_on": days("2025-05-10")}
        ),
        "contracts": pd.DataFrame(
            {"contract_id": ["K1", "K2"], "customer_id": "A", "product_id": "P",
             "started_on": days("2025-01-15", "2025-01-15"), "billing_model": ["usage", "fixed"],
             "billing_timing": ["in_arrears", "in_advance"]}
        ),
        "invoices": pd.DataFrame(
            {"invoice_id": ["I1", "I2", "I3", "I4"], "customer_id": "A",
             "contract_id": ["K1", "K1", None, None],
             "issued_on": days("2025-02-01", "2025-03-01", "2025-03-05", "2025-04-01"),
             "due_on": days("2025-03-03", "2025-03-31", "2025-04-04", "2025-05-01"),
             "amount": [100.0, 120.0, 900.0, 130.0], "currency": "EUR",
             "kind": ["usage", "usage", "goods", None]}
        ),
        "invoice_lines": pd.DataFrame(
            {"invoice_id": ["I1", "I1", "I1", "I3"], "line_no": [1, 2, 3, 1],
             "charge": ["usage", "fixed", None, "usage"], "quantity": 1.0,
             "amount": [75.0, 25.0, -10.0, 900.0]}
        ),
        "payments": pd.DataFrame(
            {"payment_id": ["Z1"], "invoice_id": ["I1"], "paid_on": days("2025-03-10"),
             "amount": [100.0]}
        ),
        "adjustments": pd.DataFrame(
            {"adjustment_id": ["N1"], "invoice_id": ["I2"], "kind": ["credit_note"],
             "requested_on": days("2025-03-02"), "completed_on": days("2025-03-02"),
             "amount": [120.0]}
        ),
        "disputes": pd.DataFrame(
            {"dispute_id": ["D1"], "invoice_id": ["I4"], "kind": ["dispute"],
             "opened_on": days("2025-04-20"), "amount": [10.0], "reason": ["price"]}
        ),
        "usage": pd.DataFrame(
            {"customer_id": "A", "meter": "m", "quantity": [1.0, 2, 3, 4, 5],
             "month": days("2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01")}
        ),
        "price_changes": pd.DataFrame(
            {"change_id": ["1", "2", "3"], "contract_id": ["K1", "K2", "K1"],
             "announced_on": days("2025-01-20", "2025-01-10", "2025-03-01"),
             "effective_on": days("2025-03-01", "2025-03-15", "2025-09-01"),
             "old_monthly_value": [100.0, 100.0, 110.0],
             "new_monthly_value": [110.0, 120.0, 130.0]}
        ),
    }  # fmt: skip


def test_goods_and_cancelled_bills_do_not_come_again(frames):
    tables = FrameTables(frames)
    bills = recurring_bills(tables, dt.date(2025, 4, 30)).to_pandas()
    assert bills["invoice_id"].tolist() == ["I1", "I4"]
    assert bills["billing_timing"].tolist() == ["in_arrears", None]
    assert bills["disputed"].tolist() == [False, True]
    assert bills["paid_on"].notna().tolist() == [True, False]
    earlier = recurring_bills(tables, dt.date(2025, 3, 1)).to_pandas()
    # The credit note came a day later, and so had the payment.
    assert earlier["invoice_id"].tolist() == ["I1", "I2"]
    assert earlier["paid_on"].isna().all()


def test_months_in_which_a_customer_joins_or_leaves_are_no_months_of_use(frames):
    use = monthly_use(FrameTables(frames), dt.date(2025, 6, 30)).to_pandas()
    assert use["quantity"].tolist() == [2.0, 3.0, 4.0]
    # Nobody knows yet that the customer will leave, but April is not over.
    use = monthly_use(FrameTables(frames), dt.date(2025, 4, 29)).to_pandas()
    assert use["quantity"].tolist() == [2.0, 3.0]
    use = monthly_use(FrameTables(frames), dt.date(2025, 4, 30)).to_pandas()
    assert use["quantity"].tolist() == [2.0, 3.0, 4.0]


def test_changes_of_one_month_are_one_step(frames):
    steps = price_steps(FrameTables(frames), dt.date(2025, 6, 30)).to_pandas()
    assert steps["price_ratio"].tolist() == pytest.approx([230 / 200])
    assert str(steps["announced_on"].iloc[0])[:10] == "2025-01-10"


def test_what_moves_with_use_is_what_no_fixed_line_is_for(frames):
    shares = metered_shares(FrameTables(frames), dt.date(2025, 6, 30)).to_pandas()
    assert shares["metered"].tolist() == [0.75]


def test_nothing_recorded_after_the_day_enters():
    tables = generate(seed=5, n_customers=80, months=36).tables
    now, then = FrameTables(tables), FrameTables(as_known(tables, DAY))
    for read in (recurring_bills, finance_enquiries, monthly_use, price_steps, metered_shares,
                 survey_scores):  # fmt: skip
        one, other = (read(each, DAY).to_pandas() for each in (now, then))
        keys = [name for name in ("customer_id", "meter", "begins", "invoice_id") if name in one]
        one, other = (rows.sort_values(keys, ignore_index=True) for rows in (one, other))
        assert len(one) > 20
        pd.testing.assert_frame_equal(one, other, check_exact=read is not survey_scores)

"""The margin that failures drove away, against the true hazards with the failures taken out."""

import datetime as dt

import pytest

from models.churned_margin import fit_churned_margin
from sample_data import generate
from tests.warehouse.frame_tables import FrameTables
from warehouse.customer_months import customer_months

AS_OF, SINCE = dt.date(2026, 9, 30), dt.date(2025, 9, 30)
NEEDED = ("customers", "invoices", "payments", "tickets", "surveys", "reminders", "disputes",
          "orders", "contracts", "price_changes", "adjustments")  # fmt: skip
COMPANIES = 8

pytestmark = pytest.mark.verify


def lost(seed, off=()):
    """What is estimated, and the truth, at the true margin of each customer."""
    company = generate(seed=seed, n_customers=500, months=36, off=off)
    tables = FrameTables({name: company.tables[name] for name in NEEDED})
    months = customer_months(tables, AS_OF, churn_rule_days=180).to_pandas()
    margins = company.truth.value.set_index("customer_id")["contribution"]
    found = fit_churned_margin(months, margins, AS_OF, since=SINCE)
    return found, company.truth.figures["poor_experience.churn"]


def test_interval_holds_the_true_margin_that_left():
    pairs = [lost(300 + seed) for seed in range(COMPANIES)]
    held = [found.low <= true <= found.high for found, true in pairs]
    # At 95 % two or more of eight miss in one run of seventeen.
    assert sum(held) >= COMPANIES - 2
    assert sum(found.amount for found, _ in pairs) > 0


def test_where_failures_move_no_leaving_none_is_found():
    off = ["satisfaction_on_churn", "price_response", "bill_shock"]
    pairs = [lost(320 + seed, off) for seed in range(COMPANIES)]
    assert [true for _, true in pairs] == pytest.approx([0.0] * COMPANIES, abs=1e-6)
    assert sum(found.low <= 0 <= found.high for found, _ in pairs) >= COMPANIES - 2

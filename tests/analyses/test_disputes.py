"""Disputes, credit and working capital on the known-truth company: the truth, and no look ahead."""

import copy
import datetime as dt

import pandas as pd
import pytest

import analyses.credit
import analyses.disputes
import analyses.receivables
import analyses.refunds
import analyses.working_capital
from analyses.scope import Scope
from models.refusal import Refusal
from sample_data import generate
from tests.analyses.test_review import as_it_stood
from tests.warehouse.frame_tables import FrameTables

AS_OF = dt.date(2026, 3, 31)


@pytest.fixture(scope="module")
def company():
    return generate(seed=5, n_customers=250, months=24)


@pytest.fixture(scope="module")
def now(company):
    return FrameTables(company.tables)


@pytest.fixture(scope="module")
def then(company):
    return FrameTables(as_it_stood(company.tables, AS_OF))


def test_interval_of_the_rate_holds_the_share_of_invoices_that_end_up_disputed(company, now):
    last = pd.Timestamp(company.tables["invoices"]["issued_on"].max()).date()
    result = analyses.disputes.run(now, Scope(last))
    true = 1000 * company.truth.invoices["disputed"].mean()
    assert result.low < true < result.high
    # The unhappy dispute more, and they ask more as well.
    causes = analyses.disputes.causes(now, Scope(last)).table.set_index("circumstance")
    assert causes.loc["billing_question", "verdict"] == "more often"
    assert causes.loc["larger_than_usual", "verdict"] == "no difference seen"


def test_enquiries_count_with_the_invoice_issued_last_before_them(company, now):
    last = pd.Timestamp(company.tables["invoices"]["issued_on"].max()).date()
    invoices, _ = analyses.disputes.rows(now, Scope(last))
    tickets = company.tables["tickets"]
    asked = tickets[tickets["topic"].isin(["billing", "payment", "pricing"])]
    asked = asked[asked["opened_on"] <= pd.Timestamp(last)].sort_values("opened_on")
    order = invoices.sort_values(["issued_on", "invoice_id"])
    order = order.assign(issued_on=order["issued_on"].astype(asked["opened_on"].dtype))
    about = pd.merge_asof(asked, order[["customer_id", "issued_on", "invoice_id"]],
                          left_on="opened_on", right_on="issued_on", by="customer_id")  # fmt: skip
    expected = about["invoice_id"].value_counts()
    found = invoices.set_index("invoice_id")["n_enquiries"]
    assert len(expected) > 100
    assert (found[expected.index] == expected).all()
    assert found.sum() == expected.sum()


def test_rates_are_refused_or_nothing_where_nothing_is_on_record(now):
    none = copy.copy(now)
    del none["tickets"]
    figures = {f.id: f for f in analyses.disputes.run(none, Scope(AS_OF)).figures()}
    assert figures["disputes.enquiries_per_1000"].value is None
    assert "Load `tickets`" in figures["disputes.enquiries_per_1000"].reason
    assert figures["disputes.chargebacks_per_1000"].value > 0


def test_no_disputes_in_the_company_are_none_found(now):
    none = copy.copy(now)
    none["disputes"] = now["disputes"].limit(0)
    with pytest.raises(Refusal, match="is in dispute"):
        analyses.disputes.run(none, Scope(AS_OF))


def test_what_happens_later_is_in_none_of_the_rows(now, then):
    scope = Scope(AS_OF)
    for all_days, known in zip(
        analyses.disputes.rows(now, scope), analyses.disputes.rows(then, scope), strict=True
    ):
        pd.testing.assert_frame_equal(all_days, known)
    pd.testing.assert_frame_equal(
        analyses.refunds.run(now, scope).table, analyses.refunds.run(then, scope).table
    )
    pd.testing.assert_frame_equal(
        analyses.working_capital.delays(now, scope).table,
        analyses.working_capital.delays(then, scope).table,
    )


def test_credit_and_its_forecast_look_no_day_ahead(now, then):
    scope = Scope(AS_OF)
    one, other = analyses.credit.run(now, scope), analyses.credit.run(then, scope)
    pd.testing.assert_frame_equal(one.customers, other.customers)
    pd.testing.assert_frame_equal(one.blocked, other.blocked)
    pd.testing.assert_frame_equal(
        analyses.credit.forecast(now, scope, credit=one).customers,
        analyses.credit.forecast(then, scope, credit=other).customers,
    )
    pd.testing.assert_frame_equal(
        analyses.credit.conflicts(now, scope, credit=one).table,
        analyses.credit.conflicts(then, scope, credit=other).table,
    )


def test_exposure_of_all_customers_is_what_they_owe_and_have_ordered(now):
    credit = analyses.credit.run(now, Scope(AS_OF))
    ledger = analyses.receivables.run(now, Scope(AS_OF))
    billed = credit.stages.set_index("stage")["amount"][["not_due", "overdue"]].sum()
    assert billed == pytest.approx(ledger.open_amount)
    assert credit.unapplied == pytest.approx(ledger.unapplied_amount)

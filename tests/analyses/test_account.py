"""The account of one customer: what other pages say of it, and nothing from later days."""

import datetime as dt

import pandas as pd
import pytest

import analyses.account
import analyses.credit
from analyses.scope import Scope
from warehouse.margins import customer_margins
from warehouse.workspace import Workspace


@pytest.fixture(scope="module")
def tables(sample_workspace):
    with Workspace.open(sample_workspace).current().tables() as tables:
        yield tables


@pytest.fixture(scope="module")
def credit(tables):
    return analyses.credit.run(tables, Scope(tables.newest_date)).customers.set_index("customer_id")


@pytest.fixture(scope="module")
def busy(credit):
    """A customer over its limit who owes much."""
    return credit.loc[credit["status"] == "over", "overdue"].idxmax()


def test_money_is_what_credit_and_margins_of_all_customers_say_of_it(tables, credit, busy):
    scope = Scope(tables.newest_date)
    found = analyses.account.money(tables, scope, customer_id=busy)
    row = credit.loc[busy]
    for name in ("exposure", "headroom", "blocked", "unapplied", "overdue", "credit_limit"):
        assert getattr(found, name) == pytest.approx(row[name]), name
    assert found.open_amount == pytest.approx(row["overdue"] + row["not_due"])
    cost = tables.settings.staff_cost_per_hour
    margins = customer_margins(tables, scope.as_of, staff_cost_per_hour=cost)
    margin = margins.filter(margins.customer_id == busy).to_pandas().iloc[0]
    assert found.contribution == pytest.approx(margin["contribution"])
    assert found.revenue == pytest.approx(margin["revenue"])
    assert found.open_invoices["open_amount"].sum() == pytest.approx(found.open_amount)


def test_history_of_an_earlier_day_is_that_of_today_without_what_came_later(tables, busy):
    today = tables.newest_date
    now = analyses.account.history(tables, Scope(today), customer_id=busy)
    earlier = today - dt.timedelta(days=200)
    then = analyses.account.history(tables, Scope(earlier), customer_id=busy)
    known = now.touchpoints[now.touchpoints["on"] <= pd.Timestamp(earlier)].reset_index(drop=True)
    assert 0 < len(known) < len(now.touchpoints)
    pd.testing.assert_frame_equal(then.touchpoints, known)
    assert (then.invoices["issued_on"] <= pd.Timestamp(earlier)).all()
    assert (then.answers["answered_on"] <= pd.Timestamp(earlier)).all()


def test_customer_without_rows_of_others_and_unknown_ones_are_told_apart(tables, busy):
    scope = Scope(tables.newest_date)
    with pytest.raises(ValueError, match="has the number 'nobody'.*Check the number"):
        analyses.account.history(tables, scope, customer_id="nobody")
    account = analyses.account.history(tables, scope, customer_id=busy)
    of_others = tables["invoices"].filter(tables["invoices"].customer_id != busy)
    assert set(account.invoices["invoice_id"]).isdisjoint(of_others.invoice_id.to_pandas())


@pytest.mark.parametrize("hostile", ["'; DROP TABLE customers; --", "%", "_", "<script>", "x" * 80])
def test_search_takes_any_words_as_words(tables, hostile):
    assert analyses.account.find(tables, Scope(tables.newest_date), words=hostile).empty


def test_search_finds_a_number_first_and_a_name_in_any_case(tables):
    scope = Scope(tables.newest_date)
    first = tables["customers"].order_by("customer_id").limit(1).to_pandas().iloc[0]
    found = analyses.account.find(tables, scope, words=first["customer_id"].lower())
    assert found["customer_id"].iloc[0] == first["customer_id"]
    found = analyses.account.find(tables, scope, words=f"  {first['name'].upper()} ")
    assert first["customer_id"] in set(found["customer_id"])

"""Lifetime value from rows: against the truth of the sample company, and blind to later rows."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import analyses.churn
import analyses.lifetime_value
import analyses.personas
import analyses.repeat_purchases
import analyses.unit_economics
from analyses.scope import Scope
from models.expected_stay import fit_expected_stay
from models.outlook import ConstantOutlook
from models.refusal import Refusal
from sample_data import generate
from sample_data.book import LAST_DAY, closed_books
from sample_data.true_value import waiting_cost
from tests.warehouse.frame_tables import FrameTables

CLOSE = LAST_DAY.date()
ours = analyses.lifetime_value


@pytest.fixture(scope="module")
def company():
    return generate(seed=5, n_customers=600, months=36)


def outlook_of(tables, day):
    """Everyone there on `day`, with one and the same chance of leaving."""
    customers = tables["customers"].to_pandas()
    left = pd.to_datetime(customers["churned_on"]) <= pd.Timestamp(day)
    joined = pd.to_datetime(customers["acquired_on"]) <= pd.Timestamp(day)
    who = np.sort(customers.loc[joined & ~left, "customer_id"].to_numpy())
    return ConstantOutlook(who, ("any",), np.full((len(who), 1), 0.02))


@pytest.fixture(scope="module")
def found(company):
    tables, scope = FrameTables(company.tables), Scope(CLOSE)
    ahead = outlook_of(tables, CLOSE)
    expected = ours.margins(tables, scope, outlook=ahead)
    return tables, scope, ahead, expected


def whole(series):
    """Values by customer, second accounts with the first."""
    return series.groupby(series.index.str.removesuffix("D")).sum()


def test_margins_are_nearer_to_the_truth_than_last_year(company, found):
    _, _, ahead, expected = found
    table = expected.table.set_index("customer_id").loc[ahead.customer_id]
    truth = company.truth.value.set_index("customer_id")["contribution"]
    errors = {}
    for name in ("contribution", "trailing"):
        margin = whole(table[name])
        errors[name] = (margin - truth.reindex(margin.index)).abs().mean()
    assert errors["contribution"] < 0.85 * errors["trailing"]
    margin = whole(table["contribution"])
    assert margin.sum() == pytest.approx(truth.reindex(margin.index).sum(), rel=0.08)


def test_value_opens_into_months_and_its_rows_add_up(found):
    tables, scope, ahead, expected = found
    given = {"outlook": ahead, "expected": expected}
    value = ours.run(tables, scope, **given)
    best = value.customers.loc[value.customers["cltv"].idxmax()]
    flows = ours.cash_flows(tables, scope, customer_id=best["customer_id"], value=value, **given)
    assert flows["value"].sum() == pytest.approx(best["cltv"])
    for figure in value.figures():
        rows = ours.receipt_rows(tables, scope, figure.id, value=value)
        assert rows["contribution"].sum() == pytest.approx(figure.value)
    groups = ours.groups(tables, scope, by="industry", value=value)
    assert groups["value"].sum() == pytest.approx(value.portfolio)
    invoices = ours.invoices_behind(tables, scope, customer_id=best["customer_id"]).to_pandas()
    booked = invoices["revenue"].sum() / 12
    own = expected.table.set_index("customer_id").loc[best["customer_id"], "revenue"]
    assert booked == pytest.approx(own, rel=0.25)
    with pytest.raises(ValueError, match="not one of lifetime value"):
        ours.receipt_rows(tables, scope, "churn.grr")


@pytest.mark.verify
def test_rows_after_the_day_change_no_value(company):
    day = dt.date(2026, 3, 31)
    values = []
    for frames in (company.tables, closed_books(company.tables, pd.Timestamp(day))):
        tables, scope = FrameTables(frames), Scope(day)
        value = ours.run(tables, scope, outlook=outlook_of(tables, day))
        values.append(value.customers)
    pd.testing.assert_frame_equal(*values)


@pytest.mark.verify
@pytest.mark.parametrize("seed", [7])
def test_portfolio_and_its_tenths_are_those_of_the_truth(seed):
    company = generate(seed)
    truth, tables, scope = company.truth, FrameTables(company.tables), Scope(CLOSE)
    value = ours.run(
        tables,
        scope,
        outlook=analyses.churn.outlook(tables, scope),
        personas=analyses.personas.run(tables, scope),
    )
    assert value.portfolio == pytest.approx(truth.figures["lifetime_value.portfolio"], rel=0.05)
    ahead = truth.outlook.set_index("customer_id")
    books = company.tables
    waits = waiting_cost(books["invoices"], truth.invoices, books["fx_rates"], LAST_DAY)
    true = ahead["residual_36m"] - ahead["expected_months"] * waits.reindex(ahead.index).fillna(0)
    own = whole(value.customers.set_index("customer_id")["cltv"]).reindex(ahead.index).fillna(0)
    tenth = own.rank(method="first", ascending=False).sub(1).mul(10).floordiv(len(own)).astype(int)
    by = pd.DataFrame({"own": own, "true": true}).groupby(tenth).sum()
    # The last tenth is around nothing, where no ratio says anything: its error counts in money.
    assert (by["own"] / by["true"])[:9].to_numpy() == pytest.approx(np.ones(9), abs=0.10)
    assert abs(by["own"] - by["true"]).iloc[9] < 0.02 * true.sum()


@pytest.mark.parametrize("lines", ["not loaded", "without costs"])
def test_books_without_costs_have_no_value_instead_of_their_revenue(company, lines):
    books = dict(company.tables)
    books["invoice_lines"] = books["invoice_lines"].assign(cost=None)
    books["contracts"] = books["contracts"].head(0)
    if lines == "not loaded":
        del books["invoice_lines"]
    tables, scope = FrameTables(books), Scope(CLOSE)
    for find in (ours.margins, analyses.repeat_purchases.run):
        with pytest.raises(Refusal, match="revenue would be taken for margin"):
            find(tables, scope)


def test_books_in_which_everyone_has_a_contract_have_no_repeat_purchases(company):
    books = dict(company.tables)
    bound = books["contracts"]["customer_id"]
    books["customers"] = books["customers"][books["customers"]["customer_id"].isin(bound)]
    started = books["contracts"].assign(started_on=pd.Timestamp("2000-01-01"))
    with pytest.raises(Refusal, match="buys without a contract"):
        analyses.repeat_purchases.run(FrameTables(books | {"contracts": started}), Scope(CLOSE))


@pytest.mark.verify
def test_new_and_present_customers_are_told_to_stay_alike(company):
    # Two questions, one company: winning a new customer counts from its first day, the value of
    # today's customers from today. Where both speak of the same, they agree.
    tables, scope = FrameTables(company.tables), Scope(CLOSE)
    rows = analyses.unit_economics.economics(tables, scope)
    new = analyses.unit_economics.run(tables, scope, rows=rows)
    churn = analyses.churn.run(tables, scope)
    left = 1 - float(churn.survival.survival_at(365))
    assert new.everyone["churn_12m"] == pytest.approx(left, abs=0.01)
    ahead = analyses.churn.outlook(tables, scope)
    value = ours.run(tables, scope, outlook=ahead)
    there = rows.set_index("customer_id").loc[ahead.customer_id]
    stay = fit_expected_stay(
        rows["tenure_months"] - rows["watched_months"], rows["tenure_months"], ~rows["active"]
    )
    hazard = np.interp(there["tenure_months"].to_numpy()[:, None] + np.arange(13),
                       np.arange(len(stay.cumulative)), stay.cumulative)  # fmt: skip
    by_tenure = np.exp(hazard[:, :1] - hazard).mean(axis=0)
    # A year ahead, by tenure alone and by all that is known of each: within four points.
    assert value.months["staying"].iloc[11] == pytest.approx(by_tenure[12], abs=0.04)

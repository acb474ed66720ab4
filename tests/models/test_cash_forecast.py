import datetime as dt

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from models.cash_forecast import NOT_IN_IT, conformal, fit_cash_forecast
from models.ledger import day_number, read_flows
from models.payment_hazards import count_monthly, payment_shares, terms_class
from tests.models.invoicing import flows_of, rates_of, simulated_invoices, steady_flows

EUR = rates_of("EUR")
AS_OF = dt.date(2025, 3, 10)


@pytest.fixture(scope="module")
def flows():
    return flows_of(simulated_invoices(np.random.default_rng(31), n=5_000))


@pytest.fixture(scope="module")
def forecast(flows):
    return fit_cash_forecast(flows, EUR, AS_OF)


def test_customers_who_always_pay_after_forty_days_are_forecast_exactly():
    # Billed 10 a day and paid on the fortieth day: 40 days of billing are open, so 70 a week
    # comes in for five weeks, 50 in the sixth, and then nothing more from these invoices.
    flows = steady_flows([310.0, 280.0, 310.0, 300.0, 310.0, 300.0] * 2, 40, first="2023-01-31")
    days = pd.to_datetime(flows["issued_on"])
    flows["amount"] = 10.0
    assert (days.dt.year == 2023).all()
    result = fit_cash_forecast(flows, EUR, dt.date(2023, 12, 31))
    assert_allclose(result.table["expected"], [70] * 5 + [50] + [0] * 7, atol=1e-6)
    assert result.expected == pytest.approx(400)
    assert result.table["week_start"].iloc[0] == pd.Timestamp("2024-01-01")
    assert result.table["week_end"].iloc[0] == pd.Timestamp("2024-01-07")


def test_the_parts_add_up_to_what_is_expected(forecast):
    assert forecast.table["expected"].sum() == pytest.approx(forecast.expected)
    assert (forecast.table["low"] <= forecast.table["expected"]).all()
    assert (forecast.table["expected"] <= forecast.table["high"]).all()
    assert (forecast.table["low"] >= 0).all()


@pytest.mark.parametrize("row", [12, 20, 28])
def test_a_past_forecast_is_the_one_that_would_have_been_made_then(flows, forecast, row):
    past = forecast.backtest.iloc[row]
    known = flows[flows["happened_on"] <= past["as_of"]]
    then = fit_cash_forecast(known, EUR, past["as_of"].date())
    assert then.expected == pytest.approx(past["expected"], rel=1e-9)
    assert then.low == pytest.approx(past["low"], rel=1e-9)
    assert then.high == pytest.approx(past["high"], rel=1e-9)


def test_terms_that_become_frequent_later_are_rare_in_earlier_forecasts(flows):
    new = (flows["issued_on"] > "2024-01-15") & (flows.index % 3 == 0)
    due = flows["due_on"].where(~new, flows["issued_on"] + pd.Timedelta(days=17))
    changed = flows.assign(due_on=due)
    later = fit_cash_forecast(changed, EUR, AS_OF).backtest.set_index("as_of")
    for day in ("2024-02-29", "2024-03-31"):
        n_new = (new & (flows["kind"] == "paid") & (flows["happened_on"] <= day)).sum()
        assert 0 < n_new < 100
        then = fit_cash_forecast(changed, EUR, pd.Timestamp(day).date())
        assert then.expected == pytest.approx(later.loc[day, "expected"], rel=1e-9)


def test_what_happened_after_a_forecast_does_not_enter_it(flows, forecast):
    cut = pd.Timestamp("2024-06-30")
    later = flows["happened_on"] > cut
    distorted = flows.assign(amount=flows["amount"].where(~later, flows["amount"] * 7))
    other = fit_cash_forecast(distorted, EUR, AS_OF)
    names = ["as_of", "expected", "low", "high"]
    before = forecast.backtest["as_of"] <= cut
    assert before.sum() > 15
    pd.testing.assert_frame_equal(
        forecast.backtest.loc[before, names], other.backtest.loc[before, names]
    )
    # What came in is another matter: that is what the forecast is held against.
    assert not np.allclose(
        forecast.backtest.loc[before, "actual"], other.backtest.loc[before, "actual"]
    )


def test_flows_after_as_of_are_not_read(flows, forecast):
    known = flows[flows["happened_on"] <= pd.Timestamp(AS_OF)]
    again = fit_cash_forecast(known, EUR, AS_OF)
    pd.testing.assert_frame_equal(forecast.table, again.table)
    pd.testing.assert_frame_equal(forecast.weekly_backtest, again.weekly_backtest)


def test_actual_cash_is_what_came_in_on_invoices_issued_by_then(flows, forecast):
    row = forecast.backtest.iloc[15]
    start = row["as_of"]
    paid = flows[
        (flows["kind"] == "paid")
        & (flows["issued_on"] <= start)
        & (flows["happened_on"] > start)
        & (flows["happened_on"] <= start + pd.Timedelta(days=91))
    ]
    assert row["actual"] == pytest.approx(paid["amount"].sum())
    weeks = forecast.weekly_backtest
    assert weeks.loc[weeks["as_of"] == start, "actual"].sum() == pytest.approx(row["actual"])


def test_only_forecasts_that_have_ended_are_held_against_what_came_in(forecast):
    ends = forecast.backtest["as_of"] + pd.Timedelta(days=91)
    assert (ends <= pd.Timestamp(AS_OF)).all()
    weekly = forecast.weekly_backtest
    ends = weekly["as_of"] + pd.to_timedelta(7 * weekly["week"], unit="D")
    assert (ends <= pd.Timestamp(AS_OF)).all()


def test_forecast_is_close_to_what_comes_in(forecast):
    error = forecast.backtest["actual"] / forecast.backtest["expected"] - 1
    assert abs(error.iloc[-12:].mean()) < 0.04
    assert error.iloc[-12:].abs().max() < 0.15


def by_walking(flows, day, terms, history_start):
    """Shares paid and still open by age, by walking through every invoice: slow and plain."""
    issued = flows["issued_on"].to_numpy().astype("datetime64[D]").astype(int)
    happened = flows["happened_on"].to_numpy().astype("datetime64[D]").astype(int)
    due = flows["due_on"].to_numpy().astype("datetime64[D]").astype(int)
    kind, amount = flows["kind"].to_numpy(), flows["amount"].to_numpy()
    mine = (due - issued == terms) & (happened <= day)
    paid, gone, exposed = np.zeros(200), np.zeros(200), np.zeros(200)
    for i in np.flatnonzero(mine):
        sign = 1 if kind[i] == "billed" else -1
        first = 0 if kind[i] == "billed" else happened[i] - issued[i] + 1
        for age in range(first, 200):
            if history_start < issued[i] + age <= day:
                exposed[age] += sign * amount[i]
        if kind[i] != "billed" and happened[i] > history_start:
            gone[happened[i] - issued[i]] += amount[i]
            paid[happened[i] - issued[i]] += amount[i] * (kind[i] == "paid")
    still, shares = 1.0, []
    total = 0.0
    for age in range(200):
        if exposed[age] > 1e-3:
            total += still * paid[age] / exposed[age]
            still *= 1 - gone[age] / exposed[age]
        shares.append((total, still))
    return np.array(shares).T


@pytest.mark.parametrize("history_months", [6, 60])
def test_hazards_equal_those_of_a_walk_through_the_invoices(flows, history_months):
    some = flows.head(0)
    invoices = simulated_invoices(np.random.default_rng(5), n=700, days=500)
    some = flows_of(invoices)
    day = dt.date(2023, 5, 31)
    ledger = read_flows(some, EUR, dt.date(2023, 8, 31))
    ends = np.array(
        [day_number(d.date()) for d in pd.date_range("2021-12-31", "2023-08-31", freq="ME")]
    )
    counts = count_monthly(ledger, ends)
    paid, still_open = payment_shares(counts, day_number(day), history_months)
    before = counts.at(day_number(day)) - history_months
    start = ends[before] if before >= 0 else -(10**6)
    classes = dict(zip(ledger.due - ledger.issued, terms_class(ledger), strict=True))
    for terms in (30, 45, 60):
        expected = by_walking(some, day_number(day), terms, start)
        row = classes[terms]
        assert_allclose(paid[row][:120], expected[0][:120], atol=1e-9)
        assert_allclose(still_open[row][:120], expected[1][:120], atol=1e-9)


def test_rare_terms_share_one_class(flows):
    rare = flows.index % 500 == 0
    due = flows["due_on"].where(~rare, flows["issued_on"] + pd.Timedelta(days=17))
    ledger = read_flows(flows.assign(due_on=due), EUR, AS_OF)
    terms = ledger.due - ledger.issued
    assert set(terms_class(ledger)[terms == 17]) == {0}
    assert len(set(terms_class(ledger)[terms != 17])) == 3


def test_void_and_written_off_money_is_not_expected(flows):
    lost = flows.assign(kind=flows["kind"].replace("paid", "credited"))
    mixed = lost.copy()
    # A few payments, so that there is something to go by.
    few = mixed[mixed["kind"] == "credited"].index[:60]
    mixed.loc[few, "kind"] = "paid"
    result = fit_cash_forecast(mixed, EUR, AS_OF)
    open_amount = flows.loc[flows["happened_on"] <= pd.Timestamp(AS_OF)]
    open_amount = (open_amount["amount"] * np.where(open_amount["kind"] == "billed", 1, -1)).sum()
    assert result.expected < 0.1 * open_amount


def test_two_currencies_are_added_at_the_closing_rate(flows):
    both = flows.assign(currency=np.where(flows["segment"] == "north", "EUR", "USD"))
    in_usd = flows["amount"] * np.where(both["currency"] == "USD", 2.0, 1.0)
    result = fit_cash_forecast(both.assign(amount=in_usd), rates_of("EUR", "USD"), AS_OF)
    assert result.expected == pytest.approx(fit_cash_forecast(flows, EUR, AS_OF).expected)


def test_interval_is_the_conformal_quantile_of_past_errors():
    # Nine errors at 80 %: rank ceil(10 * .8) = 8.
    assert conformal(np.arange(1, 10) / 100, 0.8) == pytest.approx(0.08)
    # Four at 80 %: rank 4, the largest.
    assert conformal(np.array([0.4, 0.1, 0.3, 0.2]), 0.8) == pytest.approx(0.4)


def test_few_past_forecasts_are_said_to_be_few(flows):
    result = fit_cash_forecast(flows, EUR, dt.date(2022, 12, 31))
    assert 0 < result.n_past_forecasts < 8
    assert "past forecasts have ended, and 8 are needed" in result.reason
    assert result.low < result.expected < result.high


def test_no_past_forecast_gives_no_interval_and_a_reason(flows):
    result = fit_cash_forecast(flows, EUR, dt.date(2022, 7, 5))
    assert result.n_past_forecasts == 0
    assert np.isnan(result.low)
    assert "too few to say how far" in result.reason
    (figure,) = result.figures()
    assert figure.value == result.expected
    assert figure.low is None


def test_result_says_what_is_not_in_it(forecast):
    assert forecast.note == NOT_IN_IT
    assert "not yet issued" in NOT_IN_IT


@pytest.mark.parametrize("as_of", [dt.date(2022, 3, 1), dt.date(2021, 1, 1)])
def test_too_short_a_history_is_refused(flows, as_of):
    with pytest.raises(ValueError, match="a cash forecast needs 30 over 180"):
        fit_cash_forecast(flows, EUR, as_of)


def test_intervals_of_past_forecasts_hold_what_came_in():
    # Eight companies of stationary behaviour, some sixteen rated forecasts each. Overlapping
    # forecasts of one company err together, so the band is wide around .8.
    inside = []
    for seed in range(8):
        flows = flows_of(simulated_invoices(np.random.default_rng(seed), n=3_000))
        result = fit_cash_forecast(flows, EUR, AS_OF)
        inside.append(result.weekly_backtest["inside"].dropna().mean())
    assert 0.72 < np.mean(inside) < 0.9

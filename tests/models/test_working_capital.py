"""Working capital: worked by hand, laws, and customers who do and do not count from the invoice."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from models.receivables import fit_receivables
from models.refusal import Refusal
from models.working_capital import fit_billing_delays, fit_working_capital

AS_OF = dt.date(2025, 6, 30)


@pytest.fixture(scope="module")
def receivables():
    """Billed 900 in each of six months; of the last two 900 and 300 are open."""
    days = pd.date_range("2025-01-15", periods=6, freq="MS") + pd.Timedelta(days=14)
    billed = pd.DataFrame(
        {"issued_on": days, "due_on": days + pd.Timedelta(days=30), "happened_on": days,
         "currency": "EUR", "kind": "billed", "amount": 900.0, "n": 1}
    )  # fmt: skip
    billed = pd.concat([billed, billed.assign(issued_on=pd.Timestamp(2025, 1, 15))]).iloc[:6]
    paid = billed.assign(kind="paid", happened_on=billed["issued_on"] + pd.Timedelta(days=10))
    paid = paid[paid["happened_on"] <= pd.Timestamp(AS_OF)].iloc[:5]
    paid.loc[paid.index[-1], "amount"] = 600.0
    rates = pd.DataFrame(
        {"currency": ["EUR"], "month": [pd.Timestamp(2025, 1, 1)], "to_reporting": [1.0]}
    )
    return fit_receivables(pd.concat([billed, paid]), rates, AS_OF)


def test_cash_of_a_day_by_hand(receivables):
    capital = fit_working_capital(receivables, rate=0.08)
    sales = receivables.trend.iloc[-1]["sales"]
    # April, May and June have 91 days.
    assert capital.sales_per_day == pytest.approx(sales / 91)
    assert capital.released(10) == pytest.approx(10 * sales / 91)
    # Eight percent of it a year, and nothing more is set free the year after.
    assert capital.saved_yearly(10) == pytest.approx(0.8 * sales / 91)


def test_reaching_the_best_possible_days_sets_free_what_is_overdue(receivables):
    capital = fit_working_capital(receivables, rate=0.08)
    assert capital.released(capital.days_to_best) == pytest.approx(receivables.overdue_amount)
    assert capital.released(capital.dso) == pytest.approx(receivables.open_amount)


def deliveries(rng, *, follows, n_customers=80, each=30):
    """Invoices that waited 0 to 20 days; money comes on a day of its own unless it `follows`."""
    n = n_customers * each
    waited = rng.integers(0, 21, n).astype(float)
    habit = np.repeat(rng.uniform(20, 50, n_customers), each)
    to_cash = habit + 20 + (follows - 1) * waited + rng.normal(0, 5, n)
    return pd.DataFrame(
        {
            "customer_id": np.repeat(np.arange(n_customers), each),
            "source": "goods",
            "channel": np.tile(["email", "paper"], n // 2),
            "amount": rng.uniform(100, 1000, n),
            "waited": waited,
            "duration": to_cash,
            "paid": True,
            "age": 200,
        }
    )


@pytest.mark.parametrize("follows", [1.0, 0.0])
def test_whether_money_follows_the_invoice_is_measured(follows):
    delays = fit_billing_delays(deliveries(np.random.default_rng(1), follows=follows), AS_OF)
    assert delays.passed_on == pytest.approx(follows, abs=0.06)
    cash = delays.released(5)[0]
    # 0 to 20 days beyond 5 are (1 + ... + 15) / 21 = 5.71 days saved, at the amount of a day.
    expected = follows * delays.amount / 365 * 120 / 21
    assert cash == pytest.approx(expected, rel=0.1, abs=0.05 * delays.amount / 365 * 6)


def test_sooner_sets_more_free_and_the_groups_make_up_the_whole():
    delays = fit_billing_delays(deliveries(np.random.default_rng(2), follows=1.0), AS_OF)
    freed = [delays.released(within)[0] for within in (0, 5, 10, 20)]
    assert freed == sorted(freed, reverse=True)
    assert freed[-1] == 0
    channels = delays.table[delays.table["by"] == "channel"]
    assert (channels["share"] * channels["waited"]).sum() == pytest.approx(delays.waited)


def test_invoices_that_wait_alike_show_nothing_of_what_waiting_does():
    rows = deliveries(np.random.default_rng(3), follows=1.0).assign(waited=7.0)
    delays = fit_billing_delays(rows, AS_OF)
    assert delays.passed_on == 1
    assert "was not seen" in delays.passed_reason


def test_unknown_deliveries_are_refused():
    rows = deliveries(np.random.default_rng(4), follows=1.0).head(10)
    with pytest.raises(Refusal, match="Of only 10 invoices"):
        fit_billing_delays(rows, AS_OF)

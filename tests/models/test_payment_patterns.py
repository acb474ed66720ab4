import datetime as dt

import numpy as np
import pandas as pd
import pytest

from models.payment_patterns import fit_payment_patterns, fit_provision_matrix
from tests.models.invoicing import flows_of, rates_of, simulated_invoices, steady_flows

EUR = rates_of("EUR")
AS_OF = dt.date(2024, 12, 31)


def share(patterns, cohort, age):
    table = patterns.table
    row = table[(table["cohort"] == pd.Timestamp(cohort)) & (table["age"] == age)]
    return row["uncollected"].item()


def test_pattern_worked_by_hand():
    # January bills 31 a day apart from nothing; paid after 40 days: at the end of January nothing
    # is paid, at the end of February (28 days) what was billed on 1 to 19 January, then all.
    patterns = fit_payment_patterns(steady_flows([31.0], 40, first="2024-01-31"), EUR, AS_OF)
    assert share(patterns, "2024-01-01", 0) == pytest.approx(1)
    assert share(patterns, "2024-01-01", 1) == pytest.approx(1 - 20 / 31)
    assert share(patterns, "2024-01-01", 2) == pytest.approx(0)


def test_month_ends_to_come_are_empty_and_not_zero():
    flows = steady_flows([100.0] * 12, 40, first="2024-01-31")
    patterns = fit_payment_patterns(flows, EUR, dt.date(2024, 6, 15), ages=6)
    # June has not ended: its month of issue is not known, May has age 0 only.
    assert np.isnan(share(patterns, "2024-06-01", 0))
    assert share(patterns, "2024-05-01", 0) == pytest.approx(1)
    assert np.isnan(share(patterns, "2024-05-01", 1))
    assert patterns.table["cohort"].max() == pd.Timestamp("2024-06-01")


def test_sales_volume_does_not_move_the_pattern():
    even = fit_payment_patterns(steady_flows([100.0] * 12, 45, first="2024-01-31"), EUR, AS_OF)
    season = 100 * (1 + 0.5 * np.sin(np.arange(12)))
    uneven = fit_payment_patterns(steady_flows(season, 45, first="2024-01-31"), EUR, AS_OF)
    assert uneven.table["uncollected"].to_numpy() == pytest.approx(
        even.table["uncollected"].to_numpy(), nan_ok=True
    )


def test_exchange_rates_do_not_look_like_payments():
    invoices = simulated_invoices(np.random.default_rng(1), n=800)
    flows = flows_of(invoices)
    plain = fit_payment_patterns(flows, EUR, AS_OF)
    rates = rates_of("USD", "EUR", drift=0.03)
    moving = fit_payment_patterns(flows, rates, AS_OF)
    # Within a month of issue one rate holds, so every share is the same.
    assert moving.table["uncollected"].to_numpy() == pytest.approx(
        plain.table["uncollected"].to_numpy(), nan_ok=True
    )


def test_patterns_are_shares_that_fall_with_age():
    flows = flows_of(simulated_invoices(np.random.default_rng(2)))
    patterns = fit_payment_patterns(flows, EUR, AS_OF)
    wide = patterns.table.pivot(index="cohort", columns="age", values="uncollected").to_numpy()
    assert np.nanmin(wide) >= -1e-12
    assert np.nanmax(wide) <= 1 + 1e-12
    assert (np.diff(wide, axis=1)[~np.isnan(np.diff(wide, axis=1))] <= 1e-12).all()


def test_written_off_money_leaves_the_balance_and_is_shown():
    flows = steady_flows([31.0], 10, first="2024-01-31")
    flows.loc[flows["kind"] == "paid", "kind"] = "written_off"
    last = fit_payment_patterns(flows, EUR, AS_OF).table.iloc[11]
    cohort = fit_payment_patterns(flows, EUR, AS_OF).table
    at_2 = cohort[(cohort["cohort"] == "2024-01-01") & (cohort["age"] == 2)].iloc[0]
    assert at_2["uncollected"] == pytest.approx(0)
    assert at_2["written_off"] == pytest.approx(1)
    assert last["sales"] == pytest.approx(31)


def test_nothing_billed_is_refused():
    flows = steady_flows([31.0], 10)
    with pytest.raises(ValueError, match="Nothing was billed"):
        fit_payment_patterns(flows, EUR, dt.date(2021, 1, 1))


def test_provision_matrix_worked_by_hand():
    # A hundred invoices of 1000 due long ago: 50 paid in time, 27 at 10, 15 at 40, 6 at 70 days
    # past due, 2 never. That is the handbook's run of 100,000, 50,000, 23,000, 8,000, 2,000.
    late = np.repeat([-5, 10, 40, 70, 999], [50, 27, 15, 6, 2])
    issued = np.datetime64("2022-01-01")
    due = issued + 30
    billed = pd.DataFrame({"happened_on": issued, "kind": "billed", "amount": 1000.0}, range(100))
    paid = pd.DataFrame({"happened_on": due + late[late < 999], "kind": "paid", "amount": 1000.0})
    now = pd.DataFrame({"happened_on": [np.datetime64("2024-12-15")], "kind": "billed",
                        "amount": 300_000.0})  # fmt: skip
    old = pd.concat([billed, paid]).assign(issued_on=issued, due_on=due)
    new = now.assign(
        issued_on=now["happened_on"], due_on=now["happened_on"] + pd.Timedelta(days=30)
    )
    flows = pd.concat([old, new]).assign(currency="EUR", n=1)
    for name in ("issued_on", "due_on", "happened_on"):
        flows[name] = flows[name].astype("datetime64[ns]")
    matrix = fit_provision_matrix(flows, EUR, AS_OF)
    assert matrix.table["reached"].tolist() == [100_000, 50_000, 23_000, 8_000, 2_000]
    assert matrix.table["loss_rate"].tolist() == pytest.approx([0.02, 0.04, 2 / 23, 0.25, 1])
    # 300,000 not yet due at 2 %, and the 2,000 that were never paid in full.
    assert matrix.expected_credit_loss == pytest.approx(300_000 * 0.02 + 2_000)


def test_without_old_invoices_no_loss_is_known():
    flows = steady_flows([31.0], 10, first="2024-11-30")
    with pytest.raises(ValueError, match="No invoice was due 365 days before"):
        fit_provision_matrix(flows, EUR, AS_OF)

import datetime as dt

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from models.ledger import month_ends_before, month_windows, read_flows, to_date
from tests.models.invoicing import flows_of, rates_of, simulated_invoices


def days(values):
    return [to_date(day).isoformat() for day in values]


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        # A month's last day rolls to the last days before it, longer or shorter.
        (dt.date(2024, 2, 29), ["2024-02-29", "2024-01-31", "2023-12-31", "2023-11-30"]),
        (dt.date(2023, 4, 30), ["2023-04-30", "2023-03-31", "2023-02-28", "2023-01-31"]),
        # Any other day to the same day, or to the last of a month that is shorter.
        (dt.date(2023, 3, 30), ["2023-03-30", "2023-02-28", "2023-01-30", "2022-12-30"]),
        (dt.date(2023, 3, 10), ["2023-03-10", "2023-02-10", "2023-01-10", "2022-12-10"]),
    ],
)
def test_months_roll_back_from_the_as_of_date(as_of, expected):
    assert days(month_windows(as_of, 3)) == expected


def test_trend_days_are_month_ends_and_the_day_itself():
    assert days(month_ends_before(dt.date(2024, 3, 15), 2)) == [
        "2024-01-31",
        "2024-02-29",
        "2024-03-15",
    ]
    assert days(month_ends_before(dt.date(2024, 3, 31), 2)) == [
        "2024-01-31",
        "2024-02-29",
        "2024-03-31",
    ]


@given(st.dates(dt.date(2000, 1, 1), dt.date(2050, 1, 1)))
def test_windows_follow_each_other_without_gap(as_of):
    windows = month_windows(as_of, 14)
    assert to_date(windows[0]) == as_of
    assert (np.diff(windows) <= -28).all()
    assert (np.diff(windows) >= -31).all()
    assert to_date(windows[12]).month == as_of.month


def test_many_flows_and_few_take_the_same_rates():
    # Above ten thousand rows months are looked up by day of the span.
    invoices = simulated_invoices(np.random.default_rng(1), n=12_000, currencies=("EUR", "USD"))
    flows, rates = flows_of(invoices), rates_of("EUR", "USD", drift=0.02)
    as_of = dt.date(2025, 6, 30)
    whole = read_flows(flows, rates, as_of)
    some = read_flows(flows.head(500), rates, as_of)
    worth = whole.converted(whole.issued, whole.amount)
    # `read_flows` keeps the order of rows that have happened.
    kept = (flows.head(500)["happened_on"] <= pd.Timestamp(as_of)).sum()
    assert worth[:kept] == pytest.approx(some.converted(some.issued, some.amount))


def test_an_empty_date_is_refused():
    flows = flows_of(simulated_invoices(np.random.default_rng(1), n=20))
    flows.loc[3, "due_on"] = pd.NaT
    with pytest.raises(ValueError, match="`due_on` is empty in 1 flows"):
        read_flows(flows, rates_of("EUR"), dt.date(2026, 6, 30))


def test_dates_as_the_engine_returns_them_are_read():
    flows = flows_of(simulated_invoices(np.random.default_rng(1), n=50))
    seconds = flows.astype(dict.fromkeys(("issued_on", "due_on", "happened_on"), "datetime64[s]"))
    objects = flows.assign(issued_on=flows["issued_on"].dt.date)
    as_of = dt.date(2025, 6, 30)
    for other in (seconds, objects):
        ours = read_flows(other, rates_of("EUR"), as_of)
        assert (ours.issued == read_flows(flows, rates_of("EUR"), as_of).issued).all()

import datetime as dt
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from models.receivables import fit_receivables, fit_receivables_by
from tests.models.invoicing import flows_of, rates_of, simulated_invoices, steady_flows

EUR = rates_of("EUR")
AS_OF = dt.date(2024, 12, 31)


def ledger(*rows, currency="EUR"):
    """Flows from (issued, due, happened, kind, amount)."""
    frame = pd.DataFrame(rows, columns=["issued_on", "due_on", "happened_on", "kind", "amount"])
    for name in ("issued_on", "due_on", "happened_on"):
        frame[name] = pd.to_datetime(frame[name])
    return frame.assign(currency=currency, n=1)


BOOKS = ledger(
    ("2024-10-05", "2024-11-04", "2024-10-05", "billed", 1000.0),
    ("2024-10-05", "2024-11-04", "2024-11-20", "paid", 400.0),
    ("2024-11-10", "2024-12-10", "2024-11-10", "billed", 500.0),
    ("2024-11-10", "2024-12-10", "2024-12-01", "credited", 100.0),
    ("2024-12-15", "2025-01-14", "2024-12-15", "billed", 800.0),
    ("2024-12-15", "2025-01-14", "2024-12-20", "unapplied", 50.0),
    ("2024-12-15", "2025-01-14", "2025-01-10", "paid", 800.0),
)


@pytest.fixture(scope="module")
def company():
    return flows_of(simulated_invoices(np.random.default_rng(7), currencies=("EUR", "USD")))


@pytest.fixture(scope="module")
def two_rates():
    return rates_of("EUR", "USD", drift=0.01)


def test_receivables_worked_by_hand():
    result = fit_receivables(BOOKS, EUR, AS_OF)
    # 1000 - 400, 500 - 100 and 800; the January payment has not happened.
    assert result.open_amount == 600 + 400 + 800
    assert result.overdue_amount == 600 + 400
    # Due 4 November is 57 days ago, 10 December 21 days.
    assert dict(zip(result.aging["bucket"], result.aging["amount"], strict=True)) == {
        "current": 800,
        "1-30": 400,
        "31-60": 600,
        "61-90": 0,
        "91+": 0,
    }
    # Sales of 92 days (October to December) are 2300.
    assert result.dso_simple == pytest.approx(1800 / 2300 * 92)
    assert result.dso_best_possible == pytest.approx(800 / 2300 * 92)
    assert result.average_days_delinquent == pytest.approx(1000 / 2300 * 92)
    # Back from the end of December: 800 (31 days), 500 (30 days), 500 of October's 1000.
    assert result.dso == pytest.approx(31 + 30 + 31 / 2)
    # Nothing was owed at the end of September; of 2300, 500 were settled and 800 are not due.
    assert result.cei == pytest.approx(100 * 500 / 1500)
    assert result.cash_flow_velocity == pytest.approx(400 / 900 * 365 / 92)
    assert result.n_invoices == 3


def test_unapplied_cash_is_shown_and_not_netted():
    result = fit_receivables(BOOKS, EUR, AS_OF)
    assert result.unapplied_amount == 50
    without = fit_receivables(BOOKS[BOOKS["kind"] != "unapplied"], EUR, AS_OF)
    assert without.open_amount == result.open_amount


def test_aging_by_invoice_date_counts_from_issue():
    aging = fit_receivables(BOOKS, EUR, AS_OF, aging_by="invoice", buckets=(30, 60)).aging
    # Issued 87, 51 and 16 days ago.
    assert dict(zip(aging["bucket"], aging["amount"], strict=True)) == {
        "0-30": 800,
        "31-60": 400,
        "61+": 600,
    }


def test_an_invoice_due_today_is_not_overdue():
    due_today = ledger(("2024-12-01", "2024-12-31", "2024-12-01", "billed", 100.0))
    assert fit_receivables(due_today, EUR, AS_OF).overdue_amount == 0
    assert fit_receivables(due_today, EUR, dt.date(2025, 1, 1)).overdue_amount == 100


@pytest.mark.parametrize(
    "as_of", [dt.date(2023, 5, 31), dt.date(2024, 2, 29), dt.date(2024, 7, 13)]
)
def test_payment_after_as_of_has_not_happened(company, two_rates, as_of):
    known = company[company["happened_on"] <= pd.Timestamp(as_of)]
    later_rates = two_rates["month"] > pd.Timestamp(as_of)
    only_known = fit_receivables(known, two_rates[~later_rates], as_of)
    distorted = two_rates.assign(to_reporting=two_rates["to_reporting"].where(~later_rates, 99.0))
    everything = fit_receivables(company, distorted, as_of)
    pd.testing.assert_frame_equal(only_known.table, everything.table)
    pd.testing.assert_frame_equal(only_known.aging, everything.aging)


def test_each_month_of_the_trend_is_what_was_said_on_its_day(company, two_rates):
    trend = fit_receivables(company, two_rates, dt.date(2024, 8, 13)).trend
    assert trend["as_of"].iloc[-1] == pd.Timestamp("2024-08-13")
    assert trend["as_of"].iloc[:-1].dt.is_month_end.all()
    assert len(trend) == 25
    for row in (3, 11, 23):
        day = trend["as_of"].iloc[row].date()
        then = fit_receivables(company, two_rates, day).table.iloc[-1]
        names = [name for name in trend.columns if name != "open_at_constant_rates"]
        pd.testing.assert_series_equal(trend.iloc[row][names], then[names], check_names=False)


def test_trend_at_constant_rates_moves_with_balances_and_not_with_rates(company):
    still, moving = rates_of("EUR", "USD"), rates_of("EUR", "USD", drift=0.02)
    last = moving.groupby("currency")["to_reporting"].last()
    at_last = still.assign(to_reporting=still["currency"].map(last))
    as_of = dt.date(2024, 12, 31)
    moving.loc[moving["month"] >= "2024-12-01", "to_reporting"] = moving["currency"].map(last)
    constant = fit_receivables(company, at_last, as_of).trend["open_amount"]
    shown = fit_receivables(company, moving, as_of).trend
    assert_allclose(shown["open_at_constant_rates"], constant)
    assert not np.allclose(shown["open_amount"], constant)


def test_aging_adds_up_to_the_open_amount(company, two_rates):
    for aging_by in ("due", "invoice"):
        result = fit_receivables(company, two_rates, AS_OF, aging_by=aging_by)
        assert result.aging["amount"].sum() == pytest.approx(result.open_amount)
        assert result.aging["share"].sum() == pytest.approx(1)
        if aging_by == "due":
            overdue = result.aging["amount"].iloc[1:].sum()
            assert overdue == pytest.approx(result.overdue_amount)


def test_segments_add_up_to_the_whole(company, two_rates):
    whole = fit_receivables(company, two_rates, AS_OF)
    parts = fit_receivables_by(company, two_rates, AS_OF, by="segment")
    for name in ("open_amount", "overdue_amount", "sales", "collected"):
        assert parts.table[name].sum() == pytest.approx(whole.table[name].iloc[-1])
    assert parts.table["share"].sum() == pytest.approx(1)
    assert parts.aging["amount"].sum() == pytest.approx(whole.open_amount)
    north = fit_receivables(company[company["segment"] == "north"], two_rates, AS_OF)
    shown = parts.table.set_index("group").loc["north"]
    assert shown["dso"] == pytest.approx(north.dso)
    assert shown["n_invoices"] == north.n_invoices


def test_an_empty_segment_is_a_group_of_its_own(company, two_rates):
    some = company.assign(segment=company["segment"].where(company["segment"] == "north"))
    groups = fit_receivables_by(some, two_rates, AS_OF, by="segment").table["group"]
    assert sorted(groups) == ["north", "not stated"]


def test_segment_with_few_invoices_has_amounts_and_no_ratios():
    invoices = simulated_invoices(np.random.default_rng(8), n=400)
    invoices.loc[:20, "segment"] = "tiny"
    table = fit_receivables_by(flows_of(invoices), EUR, AS_OF, by="segment").table
    table = table.set_index("group")
    assert table.loc["tiny", "n_invoices"] < 30
    assert table.loc["tiny", ["dso", "cei", "growth"]].isna().all()
    assert table.loc["tiny", "open_amount"] >= 0
    assert "30 are needed" in table.loc["tiny", "reason"]
    assert table.loc["south", ["dso", "cei"]].notna().all()
    # Whoever wants them all the same may say so.
    bold = fit_receivables_by(flows_of(invoices), EUR, AS_OF, by="segment", fewest=1).table
    assert bold.set_index("group").loc["tiny", ["dso", "cei"]].notna().all()


def test_flows_take_their_months_rate_and_balances_the_last():
    rates = pd.DataFrame(
        {
            "currency": ["USD", "USD"],
            "month": pd.to_datetime(["2024-11-01", "2024-12-01"]),
            "to_reporting": [0.5, 0.8],
        }
    )
    flows = ledger(
        ("2024-11-10", "2024-12-10", "2024-11-10", "billed", 1000.0),
        ("2024-11-10", "2024-12-10", "2024-12-05", "paid", 400.0),
        currency="USD",
    )
    result = fit_receivables(flows, rates, AS_OF)
    assert result.open_amount == pytest.approx(600 * 0.8)
    assert result.table["sales"].iloc[-1] == pytest.approx(1000 * 0.5)
    assert result.table["collected"].iloc[-1] == pytest.approx(400 * 0.8)


def test_a_month_without_a_rate_takes_the_one_before():
    rates = pd.DataFrame(
        {"currency": ["USD"], "month": [pd.Timestamp("2023-01-01")], "to_reporting": [0.5]}
    )
    flows = ledger(("2024-11-10", "2024-12-10", "2024-11-10", "billed", 10.0), currency="USD")
    assert fit_receivables(flows, rates, AS_OF).open_amount == pytest.approx(5)


def test_a_currency_without_a_rate_is_refused_and_never_added_as_it_is():
    flows = pd.concat([BOOKS, BOOKS.assign(currency="CHF")])
    with pytest.raises(ValueError, match=r"no exchange rate for CHF in 2024-10.*Add that month"):
        fit_receivables(flows, EUR, AS_OF)
    late = pd.DataFrame(
        {"currency": ["CHF"], "month": [pd.Timestamp("2024-11-01")], "to_reporting": [1.1]}
    )
    with pytest.raises(ValueError, match="no exchange rate for CHF in 2024-10"):
        fit_receivables(flows, pd.concat([EUR, late]), AS_OF)


@pytest.mark.parametrize(
    ("growth", "quarterly", "annual"),
    [(0.02, 46.0, 50.2), (0.05, 46.7, 57.4), (0.10, 47.8, 69.8), (-0.05, None, 34.6)],
)
def test_growth_biases_simple_dso_and_not_the_count_back(growth, quarterly, annual):
    # Everybody pays after 45.5 days; sales grow every month.
    flows = steady_flows(100 * (1 + growth) ** np.arange(36), 45.5)
    short = fit_receivables(flows, EUR, AS_OF)
    # Months of 28 to 31 days here, of one length in the handbook: within a day of it.
    assert short.dso == pytest.approx(45.3, abs=0.7)
    if quarterly:
        assert short.dso_simple == pytest.approx(quarterly, abs=1.0)
    year = fit_receivables(flows, EUR, AS_OF, period_months=12)
    assert year.dso_simple == pytest.approx(annual, abs=1.5)


def test_season_moves_simple_dso_and_hardly_the_count_back():
    sales = 100 * (1 + 0.4 * np.sin(np.arange(36) * 2 * np.pi / 12))
    trend = fit_receivables(steady_flows(sales, 45.5), EUR, AS_OF, trend_months=11).trend
    assert np.ptp(trend["dso"]) < 4
    assert np.ptp(trend["dso_simple"]) > 8
    assert trend["dso"].between(43.5, 47.5).all()


def test_growth_of_receivables_beyond_sales_is_a_red_flag():
    # Sales stand still; customers take 30 days in the first year and 60 in the last.
    slow = steady_flows([100.0] * 36, 60)
    quick = steady_flows([100.0] * 36, 30)
    change = pd.Timestamp("2024-01-01")
    flows = pd.concat([quick[quick["issued_on"] < change], slow[slow["issued_on"] >= change]])
    result = fit_receivables(flows, EUR, AS_OF)
    # Owed: 60 days of sales instead of 30.
    assert result.growth == pytest.approx(1.0, abs=0.1)
    assert fit_receivables(quick, EUR, AS_OF).growth == pytest.approx(0, abs=0.05)


def test_growth_is_not_measured_against_months_before_the_books():
    # A hundred a day, always paid after 30 days; the books begin a month into the quarter
    # a year ago, of which two months would be set against three.
    days = pd.date_range("2023-10-31", AS_OF).strftime("%Y-%m-%d")
    due = (pd.to_datetime(days) + pd.Timedelta(days=30)).strftime("%Y-%m-%d")
    billed = [(day, end, day, "billed", 100.0) for day, end in zip(days, due, strict=True)]
    paid = [(day, end, end, "paid", 100.0) for day, end in zip(days, due, strict=True)]
    late_start = fit_receivables(ledger(*billed, *paid), EUR, AS_OF)
    assert np.isnan(late_start.growth)
    assert "full year of history" in late_start.reasons["growth"]


YOUNG = (
    "dso_simple",
    "dso_best_possible",
    "average_days_delinquent",
    "cei",
    "cash_flow_velocity",
)


def test_books_younger_than_the_period_carry_no_figure_of_it():
    # Six weeks of books: the sales of October are not known, and zero is no opening balance.
    books = ledger(
        ("2024-11-15", "2024-12-15", "2024-11-15", "billed", 1000.0),
        ("2024-12-15", "2025-01-14", "2024-12-15", "billed", 800.0),
        ("2024-11-15", "2024-12-15", "2024-12-20", "paid", 400.0),
    )
    result = fit_receivables(books, EUR, AS_OF)
    figures = {figure.id: figure for figure in result.figures()}
    for name in YOUNG:
        figure = figures[f"receivables.{name}"]
        assert figure.value is None
        for part in ("books begin on 2024-11-15", "are not known", "Load a longer period"):
            assert part in figure.reason
    # What needs no whole period is there: 600 and 800 owed, all of December's sales and 600 of
    # November's 1,000.
    assert result.open_amount == 1400
    assert result.dso == pytest.approx(31 + 30 * 0.6)
    # A period of one month is covered.
    month = fit_receivables(books, EUR, AS_OF, period_months=1)
    assert month.dso_simple == pytest.approx(1400 / 800 * 31)


def test_trend_begins_where_the_books_cover_the_period():
    flows = steady_flows([100.0] * 12, 30, first="2024-01-31")
    trend = fit_receivables(flows, EUR, AS_OF).trend.set_index("as_of")
    assert trend.loc["2024-02-29", list(YOUNG)].isna().all()
    assert trend.loc["2024-03-31", list(YOUNG)].notna().all()


def test_count_back_out_of_history_says_so():
    # 800 is still open of what was billed before the books begin.
    early = ledger(
        ("2024-12-01", "2024-12-31", "2024-12-01", "billed", 100.0),
        ("2024-12-01", "2024-12-31", "2024-12-05", "billed", 700.0),
    )
    whole = fit_receivables(early, EUR, AS_OF)
    assert whole.dso == pytest.approx(31)
    # Credits that came before the invoice month cannot exist, but a balance above all sales can:
    # here the only billing is outside the window because its sign is a correction.
    corrected = pd.concat(
        [early, ledger(("2024-12-01", "2024-12-31", "2024-12-06", "billed", -100.0)),
         ledger(("2024-12-01", "2024-12-31", "2024-12-06", "paid", -200.0))]
    )  # fmt: skip
    result = fit_receivables(corrected, EUR, AS_OF)
    assert np.isnan(result.dso)
    assert "counting back runs out of history" in result.reasons["dso"]
    figure = next(f for f in result.figures() if f.id == "receivables.dso")
    assert figure.value is None
    assert figure.reason == result.reasons["dso"]


def test_a_period_without_sales_says_so():
    old = ledger(("2024-01-10", "2024-02-09", "2024-01-10", "billed", 100.0))
    result = fit_receivables(old, EUR, AS_OF)
    assert np.isnan(result.dso_simple)
    assert "Nothing was billed from 2024-10-01 to 2024-12-31" in result.reasons["dso_simple"]
    # Counting back still works: months without sales add their days.
    assert result.dso == pytest.approx(366)


def test_nothing_billed_is_refused():
    with pytest.raises(ValueError, match="Nothing was billed up to 2020-01-01"):
        fit_receivables(BOOKS, EUR, dt.date(2020, 1, 1))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"buckets": (60, 30)}, "not rising days above zero"),
        ({"buckets": ()}, "not rising days above zero"),
        ({"aging_by": "mood"}, "Aging by 'mood' is not known"),
    ],
)
def test_options_that_make_no_sense_are_refused(change, says):
    with pytest.raises(ValueError, match=says):
        fit_receivables(BOOKS, EUR, AS_OF, **change)


def test_flows_that_are_not_the_cube_are_refused():
    with pytest.raises(ValueError, match="no column kind"):
        fit_receivables(BOOKS.drop(columns="kind"), EUR, AS_OF)
    with pytest.raises(ValueError, match="the kind 'lost'"):
        fit_receivables(BOOKS.assign(kind="lost"), EUR, AS_OF)
    with pytest.raises(ValueError, match="no column 'mood'"):
        fit_receivables_by(BOOKS, EUR, AS_OF, by="mood")


def test_categories_and_text_give_the_same_result(company, two_rates):
    coded = company.assign(
        currency=company["currency"].astype("category"), kind=company["kind"].astype("category")
    )
    one, other = (fit_receivables(frame, two_rates, AS_OF) for frame in (company, coded))
    pd.testing.assert_frame_equal(one.table, other.table)


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.dates(dt.date(2023, 1, 1), dt.date(2025, 6, 30)))
def test_receivables_obey_their_laws(random, as_of):
    invoices = simulated_invoices(np.random.default_rng(random.randrange(10**6)), n=60)
    result = fit_receivables(flows_of(invoices), EUR, as_of, trend_months=6)
    table = result.table
    # What is overdue is owed, and what is owed is not negative ...
    assert (table["overdue_amount"] <= table["open_amount"] + 1e-6).all()
    assert (table["overdue_amount"] >= 0).all()
    # ... the index of collection lies within 0 and 100 ...
    assert table["cei"].dropna().between(-1e-9, 100 + 1e-9).all()
    # ... the best possible days are not more than the simple ones, the rest is delinquent ...
    rest = table["dso_simple"] - table["dso_best_possible"]
    assert_allclose(rest, table["average_days_delinquent"])
    assert (rest.dropna() >= -1e-9).all()
    # ... and buckets add up.
    assert result.aging["amount"].sum() == pytest.approx(result.open_amount, abs=1e-6)


def test_every_figure_is_in_the_glossary_and_says_it_is_counted(company, two_rates):
    figures = fit_receivables(company, two_rates, AS_OF).figures()
    assert [f.id.split(".")[1] for f in figures] == [
        "open_amount",
        "overdue_amount",
        "dso",
        "dso_simple",
        "dso_best_possible",
        "average_days_delinquent",
        "cei",
        "cash_flow_velocity",
        "growth",
    ]
    assert all(f.low is None and "Counted, not estimated" in f.reason for f in figures)


@pytest.mark.verify
def test_a_hundred_and_fifty_thousand_flows_take_a_tenth_of_a_second():
    flows = flows_of(simulated_invoices(np.random.default_rng(1), n=76_000))
    fit_receivables(flows, EUR, AS_OF)
    start = time.process_time()
    fit_receivables(flows, EUR, AS_OF)
    assert time.process_time() - start < 0.1

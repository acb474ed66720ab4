import datetime as dt

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from scipy import stats

from models.late_payments import invoices_as_of
from models.late_share import fit_late_share, lateness
from tests.models.invoicing import simulated_invoices

AS_OF = dt.date(2025, 3, 10)


def ledger(*rows):
    """Invoices issued on 1 January 2025 from (due, settled, outcome, customer)."""
    frame = pd.DataFrame(rows, columns=["due_on", "settled_on", "outcome", "customer_id"])
    for name in ("due_on", "settled_on"):
        frame[name] = pd.to_datetime(frame[name])
    return frame.assign(issued_on=pd.Timestamp("2025-01-01"))


def test_late_share_worked_by_hand():
    books = ledger(
        ("2025-01-31", "2025-01-31", "paid", "a"),  # paid on the due day: in time
        ("2025-01-31", "2025-02-01", "paid", "a"),  # paid a day late
        ("2025-01-31", None, "open", "b"),  # open past due: late
        ("2025-03-10", None, "open", "b"),  # due today: not known yet
        ("2025-04-30", None, "open", "b"),  # not yet due: not known yet
        ("2025-01-31", "2025-02-20", "void", "c"),  # never owed
        ("2025-01-31", "2025-03-01", "written_off", "c"),  # past due and never paid: late
        ("2025-04-30", "2025-03-01", "written_off", "c"),  # not yet due: not known
        ("2025-04-30", "2025-02-20", "paid", "c"),  # paid early counts as soon as it is paid
    )
    row = fit_late_share(books, AS_OF).table.iloc[0]
    assert (row["n"], row["n_late"]) == (5, 3)
    assert row["late_share"] == pytest.approx(0.6)
    assert "too few for an interval" in row["reason"]


def test_payment_after_as_of_has_not_happened():
    books = ledger(("2025-01-31", "2025-03-11", "paid", "a"))
    # Past due and unpaid on 10 March; on 1 February it is past due as well, in January not yet.
    assert fit_late_share(books, AS_OF).late_share == 1
    january = fit_late_share(books, dt.date(2025, 1, 20)).table.iloc[0]
    assert january["n"] == 0
    assert "No invoice is paid or past due" in january["reason"]


def test_interval_worked_by_hand():
    # Two late of four for customer a, none of two for b, one of two for c; share 3/8.
    # Residual sums: 2 - 4 * 3/8 = .5, -.75 and .25; squares .875; times 3/2; over 64.
    parts = [("a", 1), ("a", 1), ("a", 0), ("a", 0), ("b", 0), ("b", 0), ("c", 1), ("c", 0)]
    books = ledger(
        *(
            ("2025-01-31", "2025-02-10" if late else "2025-01-20", "paid", customer)
            for customer, late in parts
        )
    )
    row = fit_late_share(books, AS_OF, fewest=1).table.iloc[0]
    std_err = np.sqrt(0.875 * 1.5 / 64)
    half = stats.t.ppf(0.975, 2) * std_err / (3 / 8 * 5 / 8)
    centre = np.log((3 / 8) / (5 / 8))
    expected = [1 / (1 + np.exp(-(centre + side * half))) for side in (-1, 1)]
    assert [row["lower"], row["upper"]] == pytest.approx(expected)


def test_one_customer_has_wilsons_interval_and_says_so():
    books = ledger(*[("2025-01-31", "2025-02-10", "paid", "a")] * 10,
                   *[("2025-01-31", "2025-01-10", "paid", "a")] * 30)  # fmt: skip
    row = fit_late_share(books, AS_OF).table.iloc[0]
    wilson = stats.binomtest(10, 40).proportion_ci(0.95, "wilson")
    assert (row["lower"], row["upper"]) == pytest.approx((wilson.low, wilson.high))
    assert "one customer" in row["reason"]


def test_all_late_is_judged_by_the_number_of_customers():
    books = pd.concat(
        [ledger(*[("2025-01-31", "2025-02-10", "paid", name)] * 20) for name in "abcde"]
    )
    row = fit_late_share(books, AS_OF).table.iloc[0]
    wilson = stats.binomtest(5, 5).proportion_ci(0.95, "wilson")
    assert row["upper"] == 1
    assert row["lower"] == pytest.approx(wilson.low)


def test_segments_add_up_and_small_ones_have_no_share():
    invoices = simulated_invoices(np.random.default_rng(3))
    invoices.loc[invoices.index < 8, "segment"] = "tiny"
    table = fit_late_share(invoices, AS_OF, by="segment").table.set_index("group")
    assert table.loc["all", "n"] == table["n"].iloc[1:].sum()
    assert table.loc["all", "n_late"] == table["n_late"].iloc[1:].sum()
    assert np.isnan(table.loc["tiny", "late_share"])
    assert "a share would say little" in table.loc["tiny", "reason"]


def test_grouped_counts_give_the_same_table_as_rows():
    invoices = simulated_invoices(np.random.default_rng(4))
    now = invoices_as_of(invoices, AS_OF)
    now = now.assign(late=lateness(now).map({1.0: True, 0.0: False}))
    grouped = now.groupby(["customer_id", "segment", "late"], dropna=False).size().rename("n")
    grouped = grouped.reset_index().rename(columns={"customer_id": "customer"})
    one = fit_late_share(invoices, AS_OF, by="segment").table
    other = fit_late_share(grouped, AS_OF, by="segment").table
    pd.testing.assert_frame_equal(one, other)


def test_figure_carries_share_interval_and_count():
    result = fit_late_share(simulated_invoices(np.random.default_rng(5)), AS_OF)
    (figure,) = result.figures()
    row = result.table.iloc[0]
    assert (figure.value, figure.low, figure.high) == (
        row["late_share"],
        row["lower"],
        row["upper"],
    )
    assert figure.n == row["n"]


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.dates(dt.date(2022, 6, 1), dt.date(2025, 6, 1)))
def test_late_share_obeys_its_laws(seed, as_of):
    invoices = simulated_invoices(np.random.default_rng(seed), n=150, customers=9)
    row = fit_late_share(invoices, as_of).table.iloc[0]
    # No more are late than are counted, and the interval holds the share.
    assert 0 <= row["n_late"] <= row["n"] <= len(invoices)
    if not np.isnan(row["lower"]):
        assert 0 <= row["lower"] <= row["late_share"] <= row["upper"] <= 1


def test_ibm_export_has_the_published_late_shares(reference_data):
    raw = pd.read_parquet(reference_data / "ibm_ar" / "invoices.parquet")
    invoices = pd.DataFrame(
        {
            "customer_id": raw["customerID"],
            "issued_on": raw["InvoiceDate"],
            "due_on": raw["DueDate"],
            "settled_on": raw["SettledDate"],
            "outcome": "paid",
            "disputed": raw["Disputed"],
        }
    )
    result = fit_late_share(invoices, raw["SettledDate"].max().date(), by="disputed")
    assert result.late_share == pytest.approx(0.356, abs=0.0005)
    shares = result.table.set_index("group")["late_share"]
    assert shares["Yes"] == pytest.approx(0.683, abs=0.0005)
    assert shares["No"] == pytest.approx(0.259, abs=0.0005)

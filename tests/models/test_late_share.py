import datetime as dt
import re

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


def paid_by(*customers):
    """Invoices paid late (1) or in time (0), of each (customer, lateness ...)."""
    return ledger(
        *(
            ("2025-01-31", "2025-02-10" if late else "2025-01-20", "paid", name)
            for name, *lateness in customers
            for late in lateness
        )
    )


def test_interval_worked_by_hand():
    # Four times: two late of four for customer a, none of two for b, one of two for c; share 3/8.
    # Residual sums: 2 - 4 * 3/8 = .5, -.75 and .25; squares .875, four times 3.5; twelve
    # customers: times 12/11. They vary like 32^2 / (4 * (16 + 4 + 4)) = 10 2/3 of one size.
    books = paid_by(
        *((f"a{n}", 1, 1, 0, 0) for n in range(4)),
        *((f"b{n}", 0, 0) for n in range(4)),
        *((f"c{n}", 1, 0) for n in range(4)),
    )
    row = fit_late_share(books, AS_OF, fewest=1).table.iloc[0]
    std_err = np.sqrt(3.5 * 12 / 11) / 32
    half = stats.t.ppf(0.975, 10 + 2 / 3 - 1) * std_err / (3 / 8 * 5 / 8)
    centre = np.log((3 / 8) / (5 / 8))
    expected = [1 / (1 + np.exp(-(centre + side * half))) for side in (-1, 1)]
    assert [row["lower"], row["upper"]] == pytest.approx(expected)
    assert row["reason"] is None


@pytest.mark.parametrize(
    ("books", "says"),
    [
        (paid_by(("a", *[1] * 10, *[0] * 30)), "All invoices are of one customer"),
        (paid_by(*((n, 1, 0, 0, 0, 0) for n in "abcdefghi")), "9 customers.* like 9.0 of one size"),
        # Of 100 invoices 60 are one customer's: 10,000 / (3,600 + 40) is 2.7.
        (
            paid_by(("huge", *[1, 0] * 30), *((n, n % 2) for n in range(40))),
            "One customer has 60 %.* like 2.7 customers.*no interval",
        ),
    ],
)
def test_too_few_customers_or_one_huge_one_have_no_interval(books, says):
    row = fit_late_share(books, AS_OF).table.iloc[0]
    assert row["late_share"] == pytest.approx(books["settled_on"].gt("2025-01-31").mean())
    assert np.isnan(row["lower"])
    assert np.isnan(row["upper"])
    assert re.search(says, row["reason"])


def test_large_customer_is_named_beside_the_interval():
    # 20 of 100: 10,000 / (400 + 80) is 20.8 customers of one size.
    books = paid_by(("large", *[1, 0] * 10), *((n, n % 2) for n in range(80)))
    (figure,) = fit_late_share(books, AS_OF).figures()
    assert figure.low is not None
    assert figure.reason == "One customer has 20 % of the invoices; the interval allows for it."


def test_all_late_is_judged_by_the_number_of_customers():
    books = paid_by(*((name, *[1] * 20) for name in range(12)))
    row = fit_late_share(books, AS_OF).table.iloc[0]
    wilson = stats.binomtest(12, 12).proportion_ci(0.95, "wilson")
    assert row["upper"] == 1
    assert row["lower"] == pytest.approx(wilson.low)


def concentrated_coverage(largest, n_worlds, n_small=60):
    """Share of worlds whose interval holds the truth, one customer having `largest` of all."""
    rng = np.random.default_rng(20_260_401)
    each, truth = 20, 0.35
    size = np.append(np.full(n_small, each), int(largest / (1 - largest) * n_small * each))
    hits = 0
    for _ in range(n_worlds):
        # Customers differ: the chance to be late is drawn for each, around the truth.
        late = rng.binomial(size, rng.beta(truth * 2.33, (1 - truth) * 2.33, size.size))
        counts = pd.DataFrame(
            {
                "customer": np.repeat(np.arange(size.size), 2),
                "late": np.tile([1.0, 0.0], size.size),
                "n": np.column_stack([late, size - late]).ravel(),
            }
        )
        row = fit_late_share(counts[counts["n"] > 0], AS_OF).table.iloc[0]
        hits += row["lower"] <= truth <= row["upper"]
    return hits / n_worlds


@pytest.mark.verify
@pytest.mark.parametrize("largest", [0.02, 0.1, 0.2, 0.28])
def test_interval_with_a_large_customer_holds_the_truth_as_often_as_it_says(largest):
    # 2,000 worlds: 95 % give 0.95 within 0.014; three quarters of a customer's weight in one
    # square make it wide rather than narrow.
    assert 0.925 <= concentrated_coverage(largest, 2_000) <= 0.985


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

import datetime as dt

import pandas as pd
import pytest

import analyses.exports
import analyses.late_payments
import analyses.receivables
import analyses.review
from analyses.review import attempted
from analyses.scope import Scope
from models.figures import DEFINITIONS
from models.late_payments import fit_time_to_pay
from models.refusal import Refusal
from sample_data import generate
from tests.warehouse.frame_tables import FrameTables
from warehouse.late_payments import payment_counts

AS_OF = dt.date(2026, 3, 31)
BEGAN = ("issued_on", "paid_on", "requested_on", "opened_on", "acquired_on", "month")
ENDED = ("completed_on", "resolved_on", "churned_on")


@pytest.fixture(scope="module")
def company():
    return generate(seed=11, n_customers=150, months=30).tables


@pytest.fixture(scope="module")
def review(company):
    return analyses.review.run(FrameTables(company), Scope(AS_OF))


def as_it_stood(frames, as_of):
    """The same books as they were on the evening of `as_of`."""
    past = {}
    for name, frame in frames.items():
        for column in BEGAN:
            if column in frame:
                frame = frame[pd.to_datetime(frame[column]) <= pd.Timestamp(as_of)]
        frame = frame.copy()
        for column in ENDED:
            if column in frame:
                known = pd.to_datetime(frame[column]) <= pd.Timestamp(as_of)
                frame[column] = frame[column].where(known)
        past[name] = frame
    return past


def test_what_happened_after_as_of_changes_no_figure(company, review):
    # The harness of METHODS: figures as of a past day, from all data and from what was known.
    past = as_it_stood(company, AS_OF)
    rows = analyses.exports.invoice_rows(FrameTables(company), review).to_pandas()
    open_then = set(rows.loc[rows["outcome"] == "open", "invoice_id"])
    # Collectors' notes have no day: on what was open then they may have been written later.
    invoices = past["invoices"]
    undated = invoices["late_reason"].where(~invoices["invoice_id"].isin(open_then))
    past["invoices"] = invoices.assign(late_reason=undated)
    then = analyses.review.run(FrameTables(past), Scope(AS_OF))
    for now, known in zip(review.figures(), then.figures(), strict=True):
        assert now.id == known.id
        assert now.n == known.n, now.id
        for one, other in ((now.value, known.value), (now.low, known.low), (now.high, known.high)):
            assert (one is None) == (other is None), now.id
            assert one is None or one == pytest.approx(other, rel=1e-9), now.id


def test_every_defined_figure_has_a_value_or_a_reason(review):
    figures = review.figures()
    assert [figure.id for figure in figures] == list(DEFINITIONS)
    for figure in figures:
        assert figure.value is not None or figure.reason


@pytest.mark.parametrize("figure_id", ["receivables.open_amount", "receivables.overdue_amount"])
def test_rows_of_the_receipt_add_up_to_the_figure(company, review, figure_id):
    rows = analyses.receivables.receipt_rows(FrameTables(company), Scope(AS_OF), figure_id)
    total = rows.to_pandas()["contribution"].sum()
    assert total == pytest.approx(review.figure(figure_id).value, abs=0.005)


def test_receipt_of_the_late_share_has_it_as_its_mean(company, review):
    rows = analyses.late_payments.receipt_rows(
        FrameTables(company), Scope(AS_OF), "late_payments.late_share"
    ).to_pandas()
    figure = review.figure("late_payments.late_share")
    assert rows["contribution"].mean() == pytest.approx(figure.value, abs=1e-12)
    assert len(rows) == figure.n


def test_receipt_of_dso_holds_the_balance_and_the_sales_it_is_set_against(company, review):
    rows = analyses.receivables.receipt_rows(
        FrameTables(company), Scope(AS_OF), "receivables.dso_simple"
    )
    parts = rows.to_pandas().groupby("part")["contribution"].sum()
    # DSO = balance / sales x days of the quarter (1 January to 31 March: 90).
    assert parts["open balance"] / parts["sales"] * 90 == pytest.approx(
        review.figure("receivables.dso_simple").value
    )


@pytest.mark.parametrize(
    ("as_of", "before"),
    [(dt.date(2025, 6, 30), "2025-03-31"), (dt.date(2026, 2, 28), "2025-11-30")],
)
def test_receipt_of_dso_covers_the_period_from_month_end_to_month_end(company, as_of, before):
    # Three months before 30 June end on 31 March, not on the 30th: what was billed on that
    # last day is not of the period.
    invoices = company["invoices"].copy()
    issued = pd.to_datetime(invoices["issued_on"])
    moved = issued.between(pd.Timestamp(before) - pd.Timedelta(days=29), before)
    assert moved.any()
    invoices.loc[moved, "issued_on"] = pd.Timestamp(before)
    tables, scope = FrameTables(company | {"invoices": invoices}), Scope(as_of)
    rows = analyses.receivables.receipt_rows(tables, scope, "receivables.dso_simple").to_pandas()
    sales = analyses.receivables.run(tables, scope).table["sales"].iloc[-1]
    assert rows.loc[rows["part"] == "sales", "contribution"].sum() == pytest.approx(sales)


def test_invoices_and_customers_of_the_export_add_up_to_the_figure(company, review):
    tables = FrameTables(company)
    invoices = analyses.exports.invoice_rows(tables, review).to_pandas()
    customers = analyses.exports.customer_rows(tables, review).to_pandas()
    owed = review.figure("receivables.open_amount").value
    overdue = review.figure("receivables.overdue_amount").value
    assert invoices["open_amount"].sum() == pytest.approx(owed, abs=0.005)
    assert customers["open_amount"].sum() == pytest.approx(owed, abs=0.005)
    assert customers["overdue_amount"].sum() == pytest.approx(overdue, abs=0.005)
    assert invoices["invoice_id"].is_unique
    # Only an open invoice has something left to be late with.
    assert (invoices["p_late"].notna() == (invoices["outcome"] == "open")).all()
    past_due = invoices["p_late"].notna() & (invoices["days_past_due"] > 0)
    assert (invoices.loc[past_due, "p_late"] == 1).all()


def test_filter_cuts_every_figure_to_the_same_invoices(company):
    tables = FrameTables(company)
    parts = [
        analyses.receivables.run(tables, Scope(AS_OF, {"region": (region,)})).open_amount
        for region in sorted(set(company["customers"]["region"]))
    ]
    assert sum(parts) == pytest.approx(
        analyses.receivables.run(tables, Scope(AS_OF)).open_amount, abs=0.01
    )


def test_refused_analysis_is_named_and_does_not_stop_the_others(company):
    unpaid = {name: company[name] for name in ("customers", "invoices", "payments", "fx_rates")}
    unpaid["payments"] = unpaid["payments"].head(0)
    found = analyses.review.run(FrameTables(unpaid), Scope(AS_OF))
    assert found.figure("receivables.open_amount").value > 0
    refused = found.figure("late_payments.paid_by_60")
    assert refused.value is None
    assert "has been paid" in refused.reason


def test_customers_in_random_groups_leave_the_estimate_and_nearly_its_interval(company):
    # What is done above twenty thousand customers, tried on few: the estimate is the same.
    tables, scope = FrameTables(company), Scope(AS_OF)
    invoices = scope.invoices(tables)
    single = fit_time_to_pay(payment_counts(invoices, AS_OF).to_pandas(), AS_OF).figures()[0]
    groups = payment_counts(invoices, AS_OF, customer_groups=60).to_pandas()
    assert groups["customer_id"].nunique() <= 60
    grouped = fit_time_to_pay(groups, AS_OF).figures()[0]
    assert grouped.value == pytest.approx(single.value, abs=1e-12)
    assert grouped.high - grouped.low == pytest.approx(single.high - single.low, rel=0.35)


def test_only_a_refusal_is_a_reason_and_a_fault_is_not_hidden():
    def stops(error):
        def fit():
            raise error

        return fit

    fits = {"risk": stops(Refusal("Nothing is due yet.")), "next": lambda: 1}
    assert attempted(fits) == ({"risk": None, "next": 1}, {"risk": "Nothing is due yet."})
    # What pandas says when columns do not fit is no reason that a reader could act on.
    with pytest.raises(ValueError, match="cannot reindex"):
        attempted({"risk": stops(ValueError("cannot reindex"))})

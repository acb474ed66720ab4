"""The cash pages from app.py: the number shown is the number of the one result."""

import pandas as pd
import pytest

import analyses.cash_forecast
import analyses.late_causes
import analyses.late_payments
import analyses.late_signals
import analyses.receivables
from analyses.scope import Scope
from tests.served import ROOT
from tests.shown import metrics, show
from ui.text import days, money, share
from warehouse.load import load
from warehouse.workspace import Workspace


@pytest.fixture(scope="module")
def sample(sample_workspace):
    """Tables of the sample, the scope of its newest day, and its currency."""
    with Workspace.open(sample_workspace).current().tables() as tables:
        yield tables, Scope(tables.newest_date), tables.reporting_currency


def test_receivables_page_shows_the_figures_of_the_result(in_sample_workspace, sample):
    tables, scope, currency = sample
    result = analyses.receivables.run(tables, scope)
    shown = metrics(show("pages/cash/receivables.py"))
    assert shown["Open receivables"] == money(result.open_amount, currency)
    assert shown["Overdue receivables"] == money(result.overdue_amount, currency)
    assert shown["DSO, count-back"] == days(result.dso, 1)
    assert shown["DSO, best possible"] == days(result.dso_best_possible, 1)
    assert shown["Collection index"] == f"{result.cei:.1f}"


def test_link_cuts_the_figures_and_looks_back(in_sample_workspace, sample):
    tables, scope, currency = sample
    before = scope.as_of.replace(year=scope.as_of.year - 1, day=28)
    at = show("pages/cash/receivables.py", industry="Retail", as_of=before.isoformat())
    result = analyses.receivables.run(tables, Scope(before, {"industry": ("Retail",)}))
    assert metrics(at)["Open receivables"] == money(result.open_amount, currency)
    assert at.date_input[0].value == before


def test_age_bands_follow_the_choice(in_sample_workspace):
    at = show("pages/cash/receivables.py", buckets="15-30-45-60", aging_by="invoice")
    sentence = next(m.value for m in at.markdown if m.value.startswith("Customers owe"))
    assert "more than 60 days old" in sentence
    assert "not yet due" not in sentence


def test_own_age_bands_come_from_the_link_into_sentence_chart_and_table(
    in_sample_workspace, sample
):
    tables, scope, _ = sample
    result = analyses.receivables.run(tables, scope, buckets=(15, 45, 120))
    at = show("pages/cash/receivables.py", buckets="own", bounds="15, 45, 120")
    sentence = next(m.value for m in at.markdown if m.value.startswith("Customers owe"))
    assert "more than 120 days past due" in sentence
    ages = next(f.value for f in at.dataframe if "age" in f.value.columns)
    assert ages["age"].tolist()[1:3] == ["1 to 15 days past due", "16 to 45 days past due"]
    assert ages["amount"].tolist() == pytest.approx(result.aging["amount"].round(2).tolist())
    typed = next(box for box in at.text_input if box.label == "Bounds in days")
    typed.set_value("45, 15").run()
    assert any("not rising days above zero" in w.value and "Shown are" in w.value
               for w in at.warning)  # fmt: skip
    sentence = next(m.value for m in at.markdown if m.value.startswith("Customers owe"))
    assert "more than 90 days past due" in sentence
    assert not at.exception


def test_time_to_pay_page_shows_the_figures_of_the_result(in_sample_workspace, sample):
    tables, scope, currency = sample
    shown = metrics(show("pages/cash/late_payments.py"))
    late = analyses.late_payments.late_share(tables, scope)
    curve = analyses.late_payments.time_to_pay(tables, scope)
    assert shown["Late share"] == share(late.late_share)
    assert shown["Median days to pay"] == days(curve.median_days, 1)
    risk = analyses.late_payments.cash_at_risk(tables, scope, 30)
    assert shown["Cash at risk"] == money(risk.total, currency)


def test_longer_grace_lowers_the_cash_at_risk(in_sample_workspace, sample):
    tables, scope, currency = sample
    at = show("pages/cash/late_payments.py")
    grace = next(slider for slider in at.slider if "grace" in slider.label)
    grace.set_value(90).run()
    assert not at.exception
    risk = analyses.late_payments.cash_at_risk(tables, scope, 90)
    assert metrics(at)["Cash at risk"] == money(risk.total, currency)
    assert risk.total < analyses.late_payments.cash_at_risk(tables, scope, 30).total


def test_day_before_the_first_payment_is_explained_not_raised(in_sample_workspace, sample):
    tables, _, _ = sample
    first = pd.Timestamp(tables["invoices"].issued_on.min().to_pandas()).date()
    at = show("pages/cash/late_payments.py", as_of=first.isoformat())
    assert any("has been paid" in w.value or "fewer than" in w.value for w in at.warning)


def test_forecast_page_shows_the_forecast_and_its_record(in_sample_workspace, sample_review):
    forecast, currency = sample_review.cash_forecast, sample_review.currency
    at = show("pages/cash/cash_forecast.py")
    assert metrics(at)["Cash in 13 weeks"] == money(forecast.expected, currency)
    judged = forecast.backtest.dropna(subset=["inside"])
    inside = int(judged["inside"].astype(bool).sum())
    assert any(f"**{inside}** had what came in" in m.value for m in at.markdown)


@pytest.fixture(scope="module")
def ibm_workspace(reference_data, tmp_path_factory):
    """IBM's accounts receivable export as people have it: a CSV."""
    folder = tmp_path_factory.mktemp("ibm")
    source = reference_data / "ibm_ar" / "invoices.parquet"
    pd.read_parquet(source).to_csv(folder / "accounts-receivable.csv", index=False)
    workspace = Workspace.create(folder / "workspace")
    report = load(folder / "accounts-receivable.csv", workspace)
    assert report.refused == 0
    return workspace.folder


def test_ibm_export_shows_its_late_share_and_that_of_disputed_invoices(ibm_workspace, monkeypatch):
    monkeypatch.setenv("GOODWILL_WORKSPACE", str(ibm_workspace))
    monkeypatch.chdir(ROOT)
    at = show("pages/cash/late_payments.py")
    assert metrics(at)["Late share"] == "35.6 %"
    by = next(box for box in at.selectbox if box.label == "Compare by")
    by.set_value("disputed").run()
    assert not at.exception
    sentence = next(m.value for m in at.markdown if "paid or past due were late" in m.value)
    assert "**68.3 %** of disputed against **25.9 %** of not disputed" in sentence


def test_signals_page_tells_what_calls_would_find(in_sample_workspace, sample_review):
    signals = sample_review.late_signals
    at = show("pages/cash/late_signals.py", calls="30")
    assert metrics(at)["Error of chances"] == share(signals.ece.value)
    assert any(m.value.startswith("With **30 calls** on") for m in at.markdown)
    listed = next(f.value for f in at.dataframe if "Likely late" in f.value.columns)
    assert len(listed) == 30
    assert listed["Likely late"].is_monotonic_decreasing


def test_signals_page_says_why_there_are_none_on_the_first_days(in_sample_workspace, sample):
    tables, _, _ = sample
    first = pd.Timestamp(tables["invoices"].issued_on.min().to_pandas()).date()
    at = show("pages/cash/late_signals.py", as_of=first.isoformat())
    assert any("who will be late cannot be learnt" in w.value for w in at.warning)


def test_why_late_page_shares_out_the_money_and_lists_one_cause(in_sample_workspace, sample_review):
    causes = sample_review.late_causes
    at = show("pages/cash/late_causes.py", cause="process")
    figure = causes.figures()[0]
    assert metrics(at)["Late through a process"] == share(figure.value)
    listed = next(f.value for f in at.dataframe if "What speaks for it" in f.value.columns)
    assert set(listed["Cause"]) == {"Stuck in a process"}
    assert listed["Open, EUR"].is_monotonic_decreasing
    assert any("is late or likely to be" in m.value for m in at.markdown)

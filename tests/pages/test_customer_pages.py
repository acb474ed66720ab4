"""The customer pages from app.py."""

import shutil

import pytest
from streamlit.testing.v1 import AppTest

import analyses.churn
import analyses.personas
import analyses.product_fit
import analyses.unit_economics
import sample_data.population
from analyses.scope import Scope
from charts.wording import share
from tests.served import ROOT
from tests.shown import show, text_of
from warehouse.segments import segment_values
from warehouse.workspace import Workspace


@pytest.fixture(scope="module")
def sample(sample_workspace):
    with Workspace.open(sample_workspace).current().tables() as tables:
        yield tables, Scope(tables.newest_date)


def test_personas_page_shows_the_personas_of_the_result(in_sample_workspace, sample_review):
    found = sample_review.personas
    at = show("pages/customers/personas.py")
    shown = {metric.label: metric.value for metric in at.metric}
    assert shown["Personas"] == str(found.count)
    assert f"Customers fall into **{found.count} personas**" in text_of(at)
    assert at.dataframe[0].value["persona"].tolist() == found.table["persona"].tolist()


def test_persona_in_the_link_is_the_one_shown(in_sample_workspace, sample_review):
    second = sample_review.personas.table["persona"].iloc[1]
    at = show("pages/customers/personas.py", persona=second)
    assert at.selectbox[0].value == second


@pytest.fixture
def own_workspace(sample_workspace, tmp_path, monkeypatch):
    """The sample company in a folder of the test's own, to write into."""
    folder = shutil.copytree(sample_workspace, tmp_path / "workspace")
    monkeypatch.setenv("GOODWILL_WORKSPACE", str(folder))
    monkeypatch.chdir(ROOT)
    return Workspace.open(folder)


def press(at: AppTest, label: str) -> None:
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception
    assert not at.error


HOSTILE = '=HYPERLINK("http://e.vil") <script>alert(1)</script> **x**'


def test_name_given_to_a_persona_is_kept_comes_back_and_can_be_taken_back(own_workspace):
    at = show("pages/customers/personas.py")
    before = at.dataframe[0].value["persona"].tolist()
    at.text_input[0].input("Steady growers")
    at.text_input[1].input(HOSTILE)
    press(at, "Keep these names")
    names = ["Steady growers", HOSTILE, *before[2:]]
    assert at.dataframe[0].value["persona"].tolist() == names
    assert (at.dataframe[0].value["seen"] == "as kept").all()
    # As text in a sentence it stays text.
    assert "<script>" not in text_of(at)
    # Whatever else reads the workspace calls them so too.
    with own_workspace.current().tables() as tables:
        scope = Scope(tables.newest_date)
        assert analyses.personas.run(tables, scope).table["persona"].tolist() == names
    press(at, "Take back the last change of names")
    assert at.dataframe[0].value["persona"].tolist() == before
    assert (at.dataframe[0].value["seen"] == "not kept").all()


def test_name_that_cannot_be_kept_says_why_and_changes_nothing(own_workspace):
    at = show("pages/customers/personas.py")
    before = at.dataframe[0].value["persona"].tolist()
    at.text_input[0].input(before[1])
    press(at, "Keep these names")
    assert "Two personas would be called" in " ".join(w.value for w in at.warning)
    assert at.dataframe[0].value["persona"].tolist() == before
    assert own_workspace.settings.get("decided:personas") is None


def test_names_are_changed_for_all_customers_only(in_sample_workspace, sample):
    industries = segment_values(sample[0], "industry", sample[1].as_of)
    at = show("pages/customers/personas.py", industry=industries[:-1])
    assert not at.text_input
    assert "Clear the filters to change them" in text_of(at)


def test_unit_economics_page_shows_what_the_result_holds(in_sample_workspace, sample):
    found = analyses.unit_economics.run(*sample)
    at = show("pages/customers/unit_economics.py", by=["industry"])
    shown = {metric.label: metric.value for metric in at.metric}
    assert shown["LTV:CAC"] == f"{found.everyone['ltv_to_cac']:,.1f}"
    table = at.dataframe[0].value
    assert set(table["Customers"]) == {"Everyone", *sample_data.population.INDUSTRIES}
    assert "folklore without a source" in text_of(at)


def test_unit_economics_can_be_cut_by_persona_and_cell_chosen_by_link(in_sample_workspace, sample):
    at = show("pages/customers/unit_economics.py", by=["persona"])
    cells = at.dataframe[0].value["Customers"]
    assert len(cells) > 2
    at = show("pages/customers/unit_economics.py", by=["persona"], cell=cells.iloc[1])
    assert at.selectbox[0].value == cells.iloc[1]


def test_negative_personas_page_says_whom_to_avoid_and_lists_them(in_sample_workspace, sample):
    at = show("pages/customers/negative_personas.py")
    assert "To avoid: **" in text_of(at)
    assert "Known before a customer is won and not used: name" in text_of(at)
    targets, avoid = at.dataframe[0].value, at.dataframe[1].value
    assert targets["rank"].tolist() == list(range(1, len(targets) + 1))
    assert avoid["negative_reasons"].str.contains("unprofitable").mean() > 0.5
    shown = {metric.label: metric.value for metric in at.metric}
    n = len(sample[0]["customers"].to_pandas())
    assert shown["In negative personas"] == share(len(avoid) / n)
    assert set(avoid["persona"]) & set(targets["persona"]) == set()


def test_churn_page_shows_the_shares_of_the_result_and_the_rule(in_sample_workspace, sample_review):
    found = sample_review.retention
    at = show("pages/customers/churn.py", by="industry")
    shown = {metric.label: metric.value for metric in at.metric}
    nrr = found.estimates["nrr"].value
    assert shown["Net retention"] == f"{100 * nrr:.1f} %"
    assert "after 180 days without an invoice" in text_of(at)
    risks = next(d.value for d in at.dataframe if "churn_risk_12m" in d.value)
    assert risks["at_risk"].is_monotonic_decreasing
    assert risks["churn_driver_1"].str.contains("risk").all()


def test_product_fit_page_answers_from_the_result(in_sample_workspace, sample_review):
    fit = sample_review.product_fit
    product = fit.products["product"].iloc[1]
    at = show("pages/customers/product_fit.py", product=product, by="size")
    shown = {metric.label: metric.value for metric in at.metric}
    assert shown["First-year success"] == f"{100 * fit.rate:.1f} %"
    assert f"who took up **{product}**" in text_of(at)
    own = fit.table[(fit.table["product"] == product) & (fit.table["trait"] == "size")]
    assert sorted(at.dataframe[0].value["Group"]) == sorted(own["value"])
    assert at.dataframe[0].value["Customers"].sum() == own["n"].sum()

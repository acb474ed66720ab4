"""The customer pages from app.py."""

import dataclasses

import pytest
from streamlit.testing.v1 import AppTest

import analyses.personas
import analyses.review
from analyses.scope import Scope
from tests.served import ROOT
from warehouse.workspace import Workspace


@pytest.fixture(scope="module")
def sample(sample_workspace):
    with Workspace.open(sample_workspace).current().tables() as tables:
        yield tables, Scope(tables.newest_date)


def show(page: str, **query) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240)
    at.run()
    at.switch_page(page)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    assert not at.error
    return at


def text_of(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.info, *at.caption])


def test_personas_page_shows_the_personas_of_the_result(in_sample_workspace, sample):
    found = analyses.personas.run(*sample)
    at = show("pages/customers/personas.py")
    shown = {metric.label: metric.value for metric in at.metric}
    assert shown["Personas"] == str(found.count)
    assert f"Customers fall into **{found.count} personas**" in text_of(at)
    assert at.dataframe[0].value["persona"].tolist() == found.table["persona"].tolist()


def test_persona_in_the_link_is_the_one_shown(in_sample_workspace, sample):
    second = analyses.personas.run(*sample).table["persona"].iloc[1]
    at = show("pages/customers/personas.py", persona=second)
    assert at.selectbox[0].value == second


def test_scored_customers_have_their_persona(sample):
    tables, scope = sample
    review = dataclasses.replace(
        analyses.review.run(tables, scope), personas=analyses.personas.run(tables, scope)
    )
    rows = analyses.review.customer_rows(tables, review).to_pandas()
    known = rows.dropna(subset="persona")
    sizes = review.personas.table.set_index("persona")["n"]
    assert known["persona"].value_counts().to_dict() == sizes.to_dict()
    assert known["persona_probability"].between(0.2, 1).all()
    assert review.figure("personas.count").value == review.personas.count

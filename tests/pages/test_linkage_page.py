"""The page of the link, driven from app.py on the sample company."""

import pytest

from tests.shown import app_at


@pytest.fixture
def page(in_sample_workspace):
    return app_at("pages/experience/linkage.py")


def test_link_is_told_in_words_with_interval_and_what_cannot_be_told(page):
    page.run()
    assert not page.exception
    assert len(page.metric) == 4
    said = " ".join(markdown.value for markdown in page.markdown)
    assert "CSAT point more goes with" in said or "cannot tell" in said
    assert "95 %" in said
    assert "months before the answer" in said
    assert "Hidden causes" in said
    assert "an account and year" in said
    assert "CSAT with invoicing" in said or "No channel of invoicing" in said


def test_another_outcome_touchpoint_and_persona_are_in_the_link(page):
    page.query_params["outcome"] = "days_to_pay"
    page.query_params["at"] = "invoicing"
    page.run()
    assert not page.exception
    table = page.dataframe[0].value
    assert table["Score"].str.startswith("NPS").any()
    assert (table["Effect"].abs() > 0).all()
    said = " ".join(markdown.value for markdown in page.markdown)
    assert "CSAT at invoicing" in said
    persona = page.selectbox[-1]
    assert persona.label == "Persona"
    assert f"For **{persona.value}**" in said

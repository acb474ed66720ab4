"""The page of scores, driven from app.py on the sample company."""

import pytest

from tests.shown import app_at


@pytest.fixture
def page(in_sample_workspace):
    return app_at("pages/experience/scores.py")


def test_scores_are_told_with_interval_response_and_what_has_moved(page):
    page.run()
    assert not page.exception
    assert [metric.label for metric in page.metric][:1] == ["Net promoter score (NPS)"]
    said = " ".join(markdown.value for markdown in page.markdown)
    assert "moved beyond noise" in said
    assert "invoiced in the last year" in said
    assert page.dataframe[0].value["Weighted"].tolist() == [
        "each answer alike", "each customer alike", "each customer by its revenue",
    ]  # fmt: skip


def test_another_score_and_cut_are_in_the_link(page):
    page.query_params["score"] = "csat"
    page.query_params["by"] = "industry"
    page.run()
    assert not page.exception
    groups = page.dataframe[1].value
    assert groups["Score"].str.contains("%").any()
    assert groups["Customers"].sum() > 0

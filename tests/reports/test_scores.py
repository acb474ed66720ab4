"""Slides of scores and of the link: what their results hold, and the reason where there is none."""

import pytest

from models.linkage import fit_linkage
from models.scores import fit_scores
from reports.linkage import add_linkage
from reports.scores import add_scores
from tests.models.satisfied import AS_OF, company
from tests.models.test_scores import AS_OF as OF_SCORES
from tests.models.test_scores import answers_of, customers_of
from tests.reports.test_cash_slides import chart_of, slide_of, table_of
from tests.reports.test_personas import texts


def test_slide_of_scores_holds_every_weighting_and_greys_noise():
    scores = fit_scores(answers_of(n=900), customers_of(), OF_SCORES)
    slide = slide_of(add_scores, scores=scores)
    assert slide.shapes.title.text.startswith("CSAT ")
    assert [row[1] for row in table_of(slide)] == [
        "each answer alike", "each customer alike", "each customer by its revenue",
    ]  # fmt: skip
    values = list(chart_of(slide).plots[0].series[0].values)
    assert values == pytest.approx(scores.trend["value"].tail(8).tolist())


def test_slide_of_the_link_says_what_a_point_goes_with_and_what_cannot_be_told():
    linkage = fit_linkage(**company(3), as_of=AS_OF)
    slide = slide_of(add_linkage, linkage=linkage)
    title = slide.shapes.title.text
    assert "less leaving in a month" in title
    assert "days to pay" in title
    rows = {row[1]: row for row in table_of(slide)}
    assert rows["Days to pay"][2] == f"{linkage.effect('csat', 'days_to_pay').value:,.1f} days"
    assert rows["Leaving"][5] == "found"


def test_slide_says_why_there_is_no_link():
    slide = slide_of(add_linkage, {"linkage": "No answer to a survey."}, linkage=None)
    assert "What satisfaction does to money is not known yet" in [*texts(slide)]

"""The page of initiatives: a slider moves the value, and the link keeps what it was set to."""

import pytest

from tests.served import ROOT
from tests.shown import app_at


@pytest.fixture(scope="module")
def page(sample_workspace):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOODWILL_WORKSPACE", str(sample_workspace))
        patch.chdir(ROOT)
        yield app_at("pages/experience/roi.py", budget="60").run()


def worth(at):
    assert not at.exception
    assert not at.error
    return next(m.value for m in at.metric if m.label == "Value of the plan")


def test_page_keeps_to_the_budget_of_the_link_and_follows_its_sliders(page):
    before = worth(page)
    sentence = next(m.value for m in page.markdown if m.value.startswith("Best within"))
    assert "Not worth it, or not within the budget" in sentence
    assert page.query_params["budget"] == "60"
    page.slider(key="widget_months").set_value(12).run()
    assert worth(page) != before
    assert page.query_params["months"] == "12"
    assert any("hangs most on" in m.value for m in page.markdown)

"""The page of initiatives: a slider moves the value, and the link keeps what it was set to."""

import pytest

from tests.served import ROOT
from tests.shown import app_at


@pytest.fixture(scope="module")
def page(sample_workspace, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        # What is written stays out of the sample, which others read.
        own = tmp_path_factory.mktemp("settings") / "settings.sqlite"
        patch.setattr("warehouse.workspace.SETTINGS_FILE", str(own))
        patch.setenv("GOODWILL_WORKSPACE", str(sample_workspace))
        patch.chdir(ROOT)
        yield app_at("pages/experience/roi.py", budget="60").run()


def worth(at):
    assert not at.exception
    assert not at.error
    return next(m.value for m in at.metric if m.label == "Value of the plan")


def press(at, label):
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception
    assert not at.error


def keep(at, name):
    field = next(t for t in at.text_input if t.label.startswith("Keep what"))
    field.set_value(name)
    press(at, "Keep")


def test_page_keeps_to_the_budget_of_the_link_and_follows_its_sliders(page):
    before = worth(page)
    sentence = next(m.value for m in page.markdown if m.value.startswith("Best within"))
    assert "Not worth it, or not within the budget" in sentence
    assert page.query_params["budget"] == "60"
    page.slider(key="widget_months").set_value(12).run()
    assert worth(page) != before
    assert page.query_params["months"] == "12"
    assert any("hangs most on" in m.value for m in page.markdown)


def test_claim_is_registered_by_a_button_and_too_early_to_score(page):
    assert any("No claim has been registered" in m.value for m in page.markdown)
    press(page, "Register the claim")
    table = next(t.value for t in page.dataframe if "Verdict" in t.value)
    assert table["Verdict"].tolist() == ["too early"]
    assert any("1 claim registered, and none" in m.value for m in page.markdown)
    assert any("Too early" in c.value for c in page.caption)
    # What is registered is not changed: the same once more is refused in words.
    press(page, "Register the claim")
    assert any("not changed once they are" in w.value for w in page.warning)


def test_kept_scenarios_are_compared_begun_from_by_link_and_removed(page):
    page.slider(key="widget_works_invoice_redesign").set_value(200).run()
    as_set = worth(page)
    keep(page, "Bold")
    page.slider(key="widget_works_invoice_redesign").set_value(0).run()
    keep(page, "Timid")
    table = next(t.value for t in page.dataframe if "Scenario" in t.value)
    assert table["Scenario"].tolist() == ["Bold", "Timid"]
    assert table["Mean"].is_monotonic_decreasing
    sentence = next(m.value for m in page.markdown if m.value.startswith("Of 2 scenarios"))
    assert "**Bold** is worth most" in sentence
    assert "it beats Timid in" in sentence
    keep(page, "Bold")
    assert any("kept already" in w.value for w in page.warning)
    # A link that names it shows it as it was kept, whatever the sliders were moved to before.
    page.selectbox(key="widget_scenario").set_value("Bold").run()
    assert page.query_params["scenario"] == "Bold"
    assert worth(page) == as_set
    page.selectbox(key="widget_scenario").set_value("").run()
    for name in ("Bold", "Timid"):
        next(s for s in page.selectbox if s.label == "Scenario to remove").set_value(name)
        press(page, "Remove")
    assert any("No scenario has been kept" in m.value for m in page.markdown)


def test_scenario_comes_from_a_file_and_a_wrong_one_says_why(page):
    upload = page.file_uploader[0]
    upload.set_value(("mine.yaml", b"- {name: a, colour: red}", "application/yaml"))
    press(page, "Load")
    assert any("no colour" in w.value for w in page.warning)
    file = b"- {name: a, title: Calls, cost: 10, moves: [{driver: churn, size: -0.2}]}"
    page.file_uploader[0].set_value(("mine.yaml", file, "application/yaml"))
    next(t for t in page.text_input if t.label.startswith("Call it")).set_value("Mine")
    press(page, "Load")
    page.selectbox(key="widget_scenario").set_value("Mine").run()
    assert any("**Calls**" in m.value for m in page.markdown)
    table = next(t.value for t in page.dataframe if "Basis" in t.value)
    assert table["Basis"].tolist() == ["assumed, a typed-in percentage"]

from models.figures import DEFINITIONS
from tests.shown import app_at
from ui.definitions import matching


def test_search_finds_by_word_and_by_what_people_call_it():
    found = [d.id for d in matching(DEFINITIONS.values(), "CEI")]
    assert found == ["receivables.cei"]
    written_off = [d.id for d in matching(DEFINITIONS.values(), "  write-off ")]
    assert written_off == ["poor_experience.write_offs"]
    # Every word counts, in any place of the definition.
    assert "late_payments.cash_at_risk" in [
        d.id for d in matching(DEFINITIONS.values(), "Grace unpaid")
    ]
    assert list(matching(DEFINITIONS.values(), "")) == list(DEFINITIONS.values())


def test_page_shows_what_the_link_searches_for(in_sample_workspace):
    at = app_at("pages/about/definitions.py").run()
    assert len(at.subheader) == len(DEFINITIONS)
    at.text_input[0].set_value("turns a year").run()
    assert [head.value for head in at.subheader] == ["Cash-flow velocity (turns a year)"]
    assert "turns a year" in at.query_params["search"]
    at.text_input[0].set_value("<b>nothing</b> like it").run()
    assert not at.subheader
    assert "No definition mentions" in at.info[0].value
    assert not at.exception

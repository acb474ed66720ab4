"""The tariff designer, driven from app.py on the sample company."""

import base64
import zlib

import pytest

import analyses.price_scenarios
from models.charge import Charge
from models.pricing import PriceScenario
from models.rating import Tariff, read_tariff
from tests.shown import app_at
from ui.tariff_editor import packed, unpacked
from warehouse.workspace import Workspace

VOLUME = read_tariff("""{name: Volume, currency: EUR, charges: [
  {name: Usage, model: volume, tiers: [{up_to: 1000, unit_price: 0.5}, {unit_price: 0.1}]}]}""")


@pytest.fixture
def page(in_sample_workspace):
    return app_at("pages/pricing/designer.py")


def test_all_lines_are_billed_again_exactly_and_dearer_use_makes_losers(page):
    page.run()
    assert not page.exception
    assert page.metric[0].label == "Billed again exactly"
    assert page.metric[0].value == "100.0 %"
    said = " ".join(markdown.value for markdown in page.markdown)
    assert "more** than today" in said
    assert "What customers do about it is not in this" in said
    losers = next(d.value for d in page.dataframe if "Customer" in d.value)
    assert losers.iloc[0, 3] == losers.iloc[:, 3].max() > 0


def test_a_scenario_is_kept_put_beside_another_shared_by_link_and_taken_away(
    page, in_sample_workspace
):
    settings = Workspace.open(in_sample_workspace).settings
    page.query_params["use"] = "10"
    page.query_params["timing"] = "in_advance"
    page.run()
    page.text_input[0].set_value("A tenth more")
    next(b for b in page.button if b.label == "Keep it").click().run()
    try:
        assert not page.exception
        kept, unread = analyses.price_scenarios.kept(settings)
        assert unread == {}
        assert kept["A tenth more"] == PriceScenario(
            "A tenth more", use_change=0.1, timing="in_advance"
        )
        # Another one on the page, the kept one beside it.
        slider(page, "Prices of use").set_value(5).run()
        table = side_by_side(page)
        assert table["Scenario"].tolist() == ["This scenario", "A tenth more"]
        now, then = table["Revenue of a year, same use"]
        assert 1.9 < then / now < 2.1
        page.selectbox(key="removed_scenario").set_value("A tenth more")
        page.button(key="remove_scenario").click().run()
        assert analyses.price_scenarios.kept(settings) == ({}, {})
        assert len(side_by_side(page)) == 1
    finally:
        analyses.price_scenarios.remove(settings, "A tenth more")


def test_one_persona_alone_is_chosen_and_others_keep_their_bills(page):
    page.run()
    who = next(m for m in page.multiselect if m.label == "Persona")
    assert len(who.options) >= 2
    everybody = side_by_side(page)["Pay more"][0]
    who.set_value([who.options[0]]).run()
    assert not page.exception
    assert 0 < side_by_side(page)["Pay more"][0] < everybody


def slider(page, label):
    return next(s for s in page.slider if s.label.startswith(label))


def side_by_side(page):
    tables = [d.value for d in page.dataframe if "Scenario" in d.value]
    return next(table for table in tables if "Pay more" in table)


def test_a_tariff_in_the_link_is_the_one_tried_and_its_cliff_is_warned_of(page):
    page.query_params["way"] = "tariff"
    page.query_params["tariff"] = packed(VOLUME)
    page.run()
    assert not page.exception
    assert "1,001 units cost 100.10 EUR, less than the 500.00 of 1,000" in page.warning[0].value
    assert "With the scenario**: Volume" in " ".join(m.value for m in page.markdown)


def test_a_tariff_goes_into_a_link_and_comes_out_the_same():
    assert unpacked(packed(VOLUME)) == VOLUME
    with pytest.raises(ValueError, match="it holds no tariff"):
        unpacked("nonsense")
    # What is packed much larger than it looks is not unpacked whole.
    huge = Tariff("x" * 300_000, "EUR", VOLUME.charges)
    with pytest.raises(ValueError, match="no whole tariff"):
        unpacked(packed(huge))
    with pytest.raises(ValueError, match="no whole tariff"):
        unpacked(packed(VOLUME)[:-8])
    assert isinstance(unpacked(packed(VOLUME)).charges[0], Charge)


def test_what_is_wrong_with_a_linked_tariff_is_said_as_data_and_in_short():
    def linked(text):
        return base64.urlsafe_b64encode(zlib.compress(text.encode())).decode().rstrip("=")

    picture = "![see](http://e.vil/x.png)" + "x" * 1_000
    with pytest.raises(ValueError, match="which is no currency|…") as said:
        unpacked(linked(f"{{name: '{picture}', currency: euros, charges: [{{name: a, model: fixed,"
                        "amount: 1}]}"))  # fmt: skip
    assert "](" not in str(said.value)
    assert len(str(said.value)) < 700
    with pytest.raises(ValueError, match="lists in lists"):
        unpacked(linked("[" * 100_000))


@pytest.mark.parametrize("grounds", ["estimated", "assumed"])
def test_the_frontier_tells_what_a_change_brings_and_when_it_breaks_even(page, grounds):
    page = page.switch_page("pages/pricing/price_frontier.py")
    page.query_params["use"] = "10"
    page.query_params["grounds"] = grounds
    page.run()
    assert not page.exception
    said = " ".join(markdown.value for markdown in page.markdown)
    assert "3,721 price changes were tried" in said
    assert "Margin stays as it is if use has an elasticity of **-" in said
    best = next(d.value for d in page.dataframe if "Change of revenue" in d.value)
    assert best["Change of revenue"].is_monotonic_increasing
    stated = "Assumed, not estimated" in said
    assert stated == (grounds == "assumed") == (len(page.slider) == 3)
    assert ("Prices in these data changed by" in said) == (grounds == "estimated")


def test_with_the_reaction_each_scenario_says_who_leaves(page):
    page.query_params["reaction"] = "yes"
    page.run()
    assert not page.exception
    said = " ".join(markdown.value for markdown in page.markdown)
    assert "customers are expected to leave anyway" in said
    row = side_by_side(page).iloc[0]
    assert row["Reaction from"] <= row["Revenue with reaction"] <= row["Reaction to"]
    assert row["Revenue with reaction"] != row["Revenue of a year, same use"]
    assert abs(row["Customers lost"]) < 1_000

"""The tariff designer, driven from app.py on the sample company."""

import pytest

from models.charge import Charge
from models.rating import Tariff, read_tariff
from tests.shown import app_at
from ui.tariff_editor import packed, unpacked

VOLUME = read_tariff("""{name: Volume, currency: EUR, charges: [
  {name: Usage, model: volume, tiers: [{up_to: 1000, unit_price: 0.5}, {unit_price: 0.1}]}]}""")


@pytest.fixture
def page(in_sample_workspace):
    return app_at("pages/pricing/designer.py")


def test_all_lines_are_billed_again_exactly_and_dearer_use_makes_losers(page):
    page.run()
    assert not page.exception
    assert page.metric[0].label == "Invoice lines billed again exactly"
    assert page.metric[0].value == "100.0 %"
    said = " ".join(markdown.value for markdown in page.markdown)
    assert "more** than today" in said
    assert "What customers do about it is not in this" in said
    losers = page.dataframe[0].value
    assert losers.iloc[0, 3] == losers.iloc[:, 3].max() > 0


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
    with pytest.raises(ValueError, match="was not read|has no"):
        unpacked(packed(huge))
    assert isinstance(unpacked(packed(VOLUME)).charges[0], Charge)


def test_the_frontier_tells_what_a_change_brings_and_when_it_breaks_even(page):
    page = page.switch_page("pages/pricing/price_frontier.py")
    page.query_params["use"] = "10"
    page.run()
    assert not page.exception
    said = " ".join(markdown.value for markdown in page.markdown)
    assert "3,721 price changes were tried" in said
    assert "Margin stays as it is if use has an elasticity of **-" in said
    assert page.dataframe[0].value["Change of revenue"].is_monotonic_increasing

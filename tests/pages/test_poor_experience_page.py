"""The page of the cost of poor experience: what it shows adds up, and ties to the books."""

from tests.shown import show
from ui.text import in_unit


def test_page_shows_a_total_that_its_parts_add_up_to_and_that_ties(in_sample_workspace):
    at = show("pages/experience/poor_experience.py")
    shown = {metric.label: metric.value.replace("\\", "") for metric in at.metric}
    buckets = at.dataframe[0].value
    assert shown["Poor experience"] == in_unit(buckets["Amount"].sum(), "money", "EUR")
    refused = set(buckets.loc[buckets["Amount"].isna(), "Kind of cost"])
    assert "Expedites" in refused
    assert shown["Expedites"] == "–"
    said = " ".join(markdown.value for markdown in at.markdown).replace("\\", "")
    assert "the difference is €0.00" in said

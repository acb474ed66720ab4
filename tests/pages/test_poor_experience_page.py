"""The page of the cost of poor experience: what it shows adds up, and ties to the books."""

from types import SimpleNamespace

import pandas as pd

from tests.shown import show
from ui.poor_experience import total_sentence
from ui.text import in_unit


def test_margin_that_left_by_chance_is_not_put_down_to_what_went_wrong():
    buckets = pd.DataFrame({"bucket": ["refunds"], "amount": [100.0]})
    lost = SimpleNamespace(amount=-20.0, low=-60.0, high=20.0, leavers=-3.0, left=40)
    said = total_sentence(
        SimpleNamespace(total=80.0, not_explained=0.0, buckets=buckets, churned=lost), "EUR"
    )
    assert "cannot be told from chance: 40 customers left" in said
    assert "would not have left" not in said
    known = SimpleNamespace(amount=40.0, low=20.0, high=60.0, leavers=3.0, left=40)
    said = total_sentence(
        SimpleNamespace(total=80.0, not_explained=0.0, buckets=buckets, churned=known), "EUR"
    )
    assert "would not have left, if what went wrong is why they left more often" in said


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

"""The page of disputes from app.py: the number shown is the number of the one result."""

from tests.shown import show


def test_page_shows_the_figures_of_the_result_and_every_section(in_sample_workspace, sample_review):
    result = sample_review.disputes
    at = show("pages/cash/disputes.py", by="channel", unit="channel")
    shown = {metric.label: metric.value for metric in at.metric}
    assert shown["Disputes per 1,000"] == f"{result.rate:,.1f}"
    sections = {heading.value for heading in at.subheader}
    assert {"How often, and where", "Who lies apart", "What goes before them"} <= sections
    said = " ".join(markdown.value for markdown in at.markdown)
    most = result.table[result.table["by"] == "channel"].nlargest(1, "rate").iloc[0]
    assert most["group"].replace("_", "\\_") in said
    assert f"{most['rate']:,.0f}" in said
    assert not at.warning

"""The page of disputes from app.py: the number shown is the number of the one result."""

import pytest

import analyses.disputes
from analyses.scope import Scope
from tests.shown import show
from warehouse.workspace import Workspace


@pytest.fixture(scope="module")
def result(sample_workspace):
    with Workspace.open(sample_workspace).current().tables() as tables:
        return analyses.disputes.run(tables, Scope(tables.newest_date))


def test_page_shows_the_figures_of_the_result_and_every_section(in_sample_workspace, result):
    at = show("pages/cash/disputes.py", by="channel", unit="channel")
    shown = {metric.label: metric.value for metric in at.metric}
    assert shown["Disputes per 1,000 invoices"] == f"{result.rate:,.1f}"
    sections = {heading.value for heading in at.subheader}
    assert {"How often, and where", "Who lies apart", "What goes before them"} <= sections
    said = " ".join(markdown.value for markdown in at.markdown)
    most = result.table[result.table["by"] == "channel"].nlargest(1, "rate").iloc[0]
    assert most["group"].replace("_", "\\_") in said
    assert f"{most['rate']:,.0f}" in said
    assert not at.warning

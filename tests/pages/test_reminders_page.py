"""The reminders page from app.py: the number shown is the number of the one result."""

import pytest

import analyses.reminders
from analyses.scope import Scope
from tests.pages.test_cash_pages import metrics, show
from ui.text import share
from warehouse.workspace import Workspace


@pytest.fixture(scope="module")
def reminders(sample_workspace):
    with Workspace.open(sample_workspace).current().tables() as tables:
        yield analyses.reminders.run(tables, Scope(tables.newest_date))


def test_page_leads_with_the_random_hold_out(in_sample_workspace, reminders):
    at = show("pages/cash/reminders.py")
    assert metrics(at)["Paid through reminders"] == share(reminders.trial.paid.value)
    said = " ".join(text.value for text in at.markdown)
    assert share(reminders.trial.paid_usual) in said
    assert share(reminders.trial.paid_held_out) in said

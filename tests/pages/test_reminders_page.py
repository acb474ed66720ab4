"""The reminders page from app.py: the number shown is the number of the one result."""

from tests.pages.test_cash_pages import metrics, show
from ui.text import share


def test_page_leads_with_the_random_hold_out(in_sample_workspace, sample_review):
    reminders = sample_review.reminders
    at = show("pages/cash/reminders.py")
    assert metrics(at)["Paid through reminders"] == share(reminders.trial.paid.value)
    said = " ".join(text.value for text in at.markdown)
    assert share(reminders.trial.paid_usual) in said
    assert share(reminders.trial.paid_held_out) in said

"""The page of credit from app.py: figures, the look-up of one customer, and the link to it."""

from tests.shown import metrics, show
from ui.text import money, share


def test_page_shows_the_figures_and_what_can_be_sold_to_the_customer_of_the_link(
    in_sample_workspace, sample_review
):
    credit, currency = sample_review.credit, sample_review.currency
    active = credit.customers[credit.customers["active"]]
    row = active.loc[active["can_sell"].idxmax()]
    at = show("pages/cash/credit.py", customer=row["customer_id"])
    assert not at.warning
    shown = metrics(at)
    over = credit.figures()[1].value
    assert shown["Blocked orders"] == money(credit.blocked_value, currency)
    assert shown["Over their limit"] == share(over)
    said = [markdown.value.replace("\\$", "$") for markdown in at.markdown]
    sells = next(text for text in said if "can still be sold to" in text)
    assert money(row["can_sell"], currency) in sells
    assert any("days ago it would have said" in text for text in said)

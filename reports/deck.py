"""The quarterly business review as a PowerPoint file: results in, bytes out, nothing computed."""

from collections.abc import Mapping

from models.late_share import LateShare
from reports.cash_forecast import add_forecast
from reports.churn import add_retention, add_survival
from reports.credit import add_credit
from reports.disputes import add_disputes
from reports.edition import Edition, Results
from reports.late_causes import add_late_causes
from reports.late_payments import add_late_share, add_time_to_pay
from reports.late_signals import add_late_signals
from reports.lifetime_value import add_lifetime_value
from reports.linkage import add_linkage
from reports.negative_personas import add_negative_personas
from reports.personas import add_personas
from reports.plain_text import plain
from reports.price_reaction import add_price_reaction
from reports.product_fit import add_product_fit
from reports.receivables import add_aging, add_customers, add_dso
from reports.reminders import add_reminders
from reports.scores import add_scores
from reports.slides import Draft
from reports.summary import add_definitions, add_opening, add_summary
from reports.template import as_bytes, new_deck
from reports.unit_economics import add_unit_economics
from reports.watchlist import add_watchlist
from reports.working_capital import add_working_capital

__all__ = ["build_deck"]


def build_deck(
    results: Results,
    edition: Edition,
    *,
    late_by: Mapping[str, LateShare] | None = None,
    segments: Mapping[str, str] | None = None,
) -> bytes:
    """Build the deck and return it as the bytes of a ``.pptx`` file.

    The same results give the same bytes.

    Parameters
    ----------
    results : analyses.review.Review
        Where a result is None its slide says why.
    edition : Edition
        Printed on every slide.
    late_by : mapping of str to LateShare, optional
        The late share by each way to cut; the slide shows the most telling one.
    segments : mapping of str to str, optional
        The ways to cut in words.
    """
    deck = new_deck()
    deck.core_properties.title = f"{plain(edition.company)}: receivables and time to pay"
    deck.core_properties.subject = f"{edition.quarter}, snapshot {edition.snapshot}"
    deck.core_properties.author = "Goodwill"
    draft = Draft(deck, edition, {figure.id: figure for figure in results.figures()})
    add_opening(draft)
    add_summary(draft, results)
    add_aging(draft, results)
    add_dso(draft, results)
    add_working_capital(draft, results)
    add_time_to_pay(draft, results)
    add_late_share(draft, results, late_by or {}, segments or {})
    add_late_signals(draft, results)
    add_late_causes(draft, results)
    add_watchlist(draft, results)
    add_reminders(draft, results)
    add_forecast(draft, results)
    add_disputes(draft, results)
    add_credit(draft, results)
    add_customers(draft, results)
    add_retention(draft, results)
    add_survival(draft, results)
    add_personas(draft, results)
    add_unit_economics(draft, results)
    add_negative_personas(draft, results)
    add_product_fit(draft, results)
    add_price_reaction(draft, results)
    add_lifetime_value(draft, results)
    add_scores(draft, results)
    add_linkage(draft, results)
    add_definitions(draft)
    return as_bytes(deck)

"""What a deck tells, in which order: the story that is presented, and the appendix behind it.

To put a slide into the deck, write `reports/<noun>.py` with a function that takes the `Draft` and
the `Results`, and give it one line here: in `STORY` where a finance meeting has to hear it, else in
`APPENDIX`. The story has 14 slides at the most. What the data cannot carry is left out by itself,
and the appendix says why (`Draft.held`, `Draft.refuse`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from reports.asks import add_asks
from reports.billing_fit import add_billing_fit
from reports.cash_forecast import add_forecast
from reports.churn import add_retention, add_survival
from reports.commitments import add_carried_over, add_committed
from reports.credit import add_credit
from reports.disputes import add_disputes
from reports.edition import Results
from reports.elasticity import add_elasticity
from reports.late_causes import add_late_causes
from reports.late_payments import add_late_share, add_time_to_pay
from reports.late_signals import add_late_signals
from reports.lifetime_value import add_lifetime_value
from reports.linkage import add_linkage
from reports.negative_personas import add_negative_personas
from reports.personas import add_personas
from reports.poor_experience import add_poor_experience
from reports.price_reaction import add_price_reaction
from reports.pricing import add_pricing, add_tariffs
from reports.product_fit import add_product_fit
from reports.receivables import add_aging, add_customers, add_dso
from reports.reminders import add_reminders
from reports.roi import add_claims, add_roi
from reports.scoreboard import add_scoreboard
from reports.scores import add_scores
from reports.slides import Draft
from reports.story import add_opening
from reports.unit_economics import add_unit_economics
from reports.watchlist import add_watchlist
from reports.working_capital import add_working_capital

__all__ = ["APPENDIX", "STORY", "Entry"]


@dataclass(frozen=True)
class Entry:
    """One place in the deck: the name it is chosen by, its title in words, and what fills it."""

    name: str
    title: str
    add: Callable[[Draft, Results], None]


STORY = (
    Entry("cover", "Cover: the story in three sentences", add_opening),
    Entry("scoreboard", "Scoreboard", add_scoreboard),
    Entry("cash", "Cash: how fast sales turn into money", add_dso),
    Entry("late_causes", "Why invoices are late", add_late_causes),
    Entry("watchlist", "Whom to contact first", add_watchlist),
    Entry("churn", "Customers and churn", add_retention),
    Entry("lifetime_value", "What customers are worth", add_lifetime_value),
    Entry("linkage", "Experience and money", add_linkage),
    Entry("poor_experience", "What poor experience costs", add_poor_experience),
    Entry("pricing", "Price scenarios", add_pricing),
    Entry("roi", "Return on initiatives", add_roi),
    Entry("asks", "What we ask for", add_asks),
    Entry("carried_over", "Commitments of earlier reviews", add_carried_over),
    Entry("commitments", "What we commit to", add_committed),
)

APPENDIX = (
    Entry("aging", "Receivables by age", add_aging),
    Entry("working_capital", "Working capital", add_working_capital),
    Entry("time_to_pay", "Time to pay", add_time_to_pay),
    Entry("late_share", "Late share by segment", add_late_share),
    Entry("late_signals", "Late-payment signals", add_late_signals),
    Entry("reminders", "Reminders", add_reminders),
    Entry("cash_forecast", "Cash forecast", add_forecast),
    Entry("disputes", "Disputes", add_disputes),
    Entry("credit", "Credit", add_credit),
    Entry("largest", "Who owes most", add_customers),
    Entry("survival", "How long customers stay", add_survival),
    Entry("personas", "Personas", add_personas),
    Entry("unit_economics", "Unit economics", add_unit_economics),
    Entry("negative_personas", "Negative personas", add_negative_personas),
    Entry("product_fit", "Product fit", add_product_fit),
    Entry("tariffs", "Tariffs held against bills", add_tariffs),
    Entry("price_reaction", "Price reaction", add_price_reaction),
    Entry("elasticity", "Elasticity of use", add_elasticity),
    Entry("billing_fit", "Billing fit", add_billing_fit),
    Entry("scores", "Scores", add_scores),
    Entry("claims", "What was claimed of initiatives", add_claims),
)

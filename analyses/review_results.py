"""The results of every analysis on one view: what exports, slides and pages of all of them read."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

import analyses.churn
from analyses.scope import Scope
from models.backbill import Backbill
from models.billing_fit import BillingFit
from models.cash_forecast import CashForecast
from models.churn import Churn
from models.churn_definitions import HAZARD_RATIOS
from models.churn_ratios import ChurnRatios
from models.churn_validation import ChurnValidation
from models.claims import Claim, Score
from models.credit import Credit
from models.dispute_causes import DisputeCauses
from models.disputes import Disputes
from models.elasticity import Elasticity
from models.figures import DEFINITIONS, Figure
from models.late_causes import LateCauses
from models.late_payments import TimeToPay
from models.late_share import LateShare
from models.late_signals import LateSignals
from models.lifetime_value import LifetimeValue
from models.linkage import Linkage
from models.negative_personas import NegativePersonas
from models.open_invoices import CashAtRisk
from models.overview import Overview
from models.payment_patterns import PaymentPatterns
from models.personas import Personas
from models.poor_experience import PoorExperience
from models.price_reaction import PriceReaction
from models.product_fit import ProductFit
from models.receivables import Receivables
from models.reminders import Reminders
from models.retention import Retention
from models.roi import Roi
from models.scoreboard import SHOWN, Scoreboard, build_scoreboard, readings_of
from models.scores import Scores
from models.unit_economics import UnitEconomics
from models.watchlist import Watchlist
from models.working_capital import BillingDelays, WorkingCapital

__all__ = ["HOLDS", "Review"]


@dataclass(frozen=True, eq=False)
class Review:
    """The results of all analyses on one view.

    A result is None where the data cannot carry it; `reasons` then says why.

    Attributes
    ----------
    receivables, patterns, time_to_pay, late_share, cash_at_risk, cash_forecast, personas,
    lifetime_value, product_fit, disputes, credit, working_capital, reminders, scores, linkage,
    poor_experience, roi, elasticity, price_reaction,
    billing_fit, overview
        What `analyses.<noun>` returns.
    billing_delays : BillingDelays or None
        What `analyses.working_capital.delays` returns.
    reminder_policies : DataFrame or None
        What `analyses.reminders.tried` returns.
    late_signals, late_causes, watchlist
        What `analyses.<noun>.run` returns.
    negative_personas : NegativePersonas or None
        Who loses money, and why.
    unit_economics : UnitEconomics or None
        By persona where there are any.
    dispute_causes : DisputeCauses or None
        What goes before disputed invoices.
    churn, retention, churn_ratios, churn_validation
        What `analyses.churn` returns as `run`, `retention`, `ratios` and `validation`.
    retention_before : Retention or None
        The same as `retention` of a year before.
    market : DataFrame
        What `analyses.overview.market` returns.
    scored_customers : DataFrame or None
        Customers at the as-of date with their chances of leaving; see `analyses.churn`.
    customer_features : DataFrame or None
        What personas were found from; see `analyses.personas.features`.
    scored_invoices : DataFrame or None
        Open invoices with their chances; see `analyses.late_payments.scored_invoices`.
    claims : tuple of (Claim, Score or str)
        What was claimed of initiatives, with what came of it or why that is not known.
    largest : DataFrame
        Customers by what they owe, largest first.
    reasons : dict of str to str
        Attribute name to the reason why it is None.
    """

    scope: Scope
    currency: str
    receivables: Receivables | None
    patterns: PaymentPatterns | None
    time_to_pay: TimeToPay | None
    late_share: LateShare | None
    late_signals: LateSignals | None
    late_causes: LateCauses | None
    watchlist: Watchlist | None
    scored_invoices: pd.DataFrame | None
    cash_at_risk: CashAtRisk | None
    cash_forecast: CashForecast | None
    working_capital: WorkingCapital | None
    billing_delays: BillingDelays | None
    credit: Credit | None
    disputes: Disputes | None
    dispute_causes: DisputeCauses | None
    reminders: Reminders | None
    reminder_policies: pd.DataFrame | None
    personas: Personas | None
    negative_personas: NegativePersonas | None
    unit_economics: UnitEconomics | None
    churn: Churn | None
    retention: Retention | None
    retention_before: Retention | None
    churn_ratios: ChurnRatios | None
    churn_validation: ChurnValidation | None
    scored_customers: pd.DataFrame | None
    lifetime_value: LifetimeValue | None
    product_fit: ProductFit | None
    poor_experience: PoorExperience | None
    scores: Scores | None
    pricing: Backbill | None
    linkage: Linkage | None
    roi: Roi | None
    claims: tuple[tuple[Claim, Score | str], ...]
    elasticity: Elasticity | None
    price_reaction: PriceReaction | None
    billing_fit: BillingFit | None
    overview: Overview | None
    market: pd.DataFrame
    customer_features: pd.DataFrame | None
    largest: pd.DataFrame
    reasons: dict[str, str]

    def figures(self) -> tuple[Figure, ...]:
        """Every headline figure in the order of the glossary, refused ones with their reason."""
        made, why = {}, {}
        for name, ids in HOLDS.items():
            result = getattr(self, name)
            if result is None:
                why |= dict.fromkeys(ids, self.reasons[name])
            else:
                made |= {figure.id: figure for figure in result.figures()}
        as_of = self.scope.as_of
        return tuple(
            made.get(id) or Figure(id, None, None, None, 0, as_of, why[id])
            for id in DEFINITIONS
            if id in made or id in why
        )

    def scoreboard(self, targets: pd.DataFrame, shown: Sequence[str] = SHOWN) -> Scoreboard:
        """The scoreboard of the view, as the overview shows it.

        Parameters
        ----------
        targets : DataFrame
            What `analyses.targets.kept_targets` returns.
        shown : sequence of str
            Ids of its figures.
        """
        courses, changes = readings_of(
            self.overview, self.receivables, self.scores, (self.retention, self.retention_before)
        )
        return build_scoreboard(
            {figure.id: figure for figure in self.figures()}, self.scope.as_of, courses=courses,
            changes=changes, market=self.market, targets=targets, shown=shown,
        )  # fmt: skip

    def figure(self, figure_id: str) -> Figure:
        """One headline figure by its id."""
        return next(figure for figure in self.figures() if figure.id == figure_id)


#: Which result holds which figures, so that a refused analysis is named and not just absent.
HOLDS = {
    "receivables": tuple(
        id
        for id in DEFINITIONS
        if id.startswith("receivables.") and id != "receivables.cash_release"
    ),
    "working_capital": ("receivables.cash_release",),
    "late_share": ("late_payments.late_share",),
    "late_signals": ("late_payments.auc", "late_payments.ece"),
    "time_to_pay": ("late_payments.paid_by_60", "late_payments.median_days_to_pay"),
    "late_causes": ("late_causes.process_share",),
    "cash_at_risk": ("late_payments.cash_at_risk",),
    "cash_forecast": ("late_payments.expected_cash_13w",),
    "disputes": tuple(id for id in DEFINITIONS if id.startswith("disputes.")),
    "credit": tuple(id for id in DEFINITIONS if id.startswith("credit.")),
    "reminders": tuple(id for id in DEFINITIONS if id.startswith("reminders.")),
    "personas": ("personas.count",),
    "negative_personas": ("personas.negative_share",),
    "unit_economics": tuple(id for id in DEFINITIONS if id.startswith("unit_economics.")),
    "churn": tuple(id for id in DEFINITIONS if id.startswith(("churn.rmst_", "churn.cif_"))),
    "retention": tuple(f"churn.{name}" for name in analyses.churn.OF_COHORT),
    "churn_ratios": tuple(f"churn.hazard_ratio.{name}" for name in HAZARD_RATIOS),
    "churn_validation": ("churn.uno_c",),
    "lifetime_value": ("lifetime_value.portfolio", "lifetime_value.mean"),
    "product_fit": ("product_fit.success_rate",),
    "poor_experience": tuple(id for id in DEFINITIONS if id.startswith("poor_experience.")),
    "scores": tuple(id for id in DEFINITIONS if id.startswith("scores.")),
    "pricing": ("pricing.backbill_exact_share",),
    "linkage": tuple(id for id in DEFINITIONS if id.startswith("linkage.")),
    "roi": ("roi.portfolio_npv",),
    "billing_fit": ("billing_fit.smooth_share",),
    "elasticity": ("pricing.elasticity",),
    "overview": tuple(id for id in DEFINITIONS if id.startswith("overview.")),
    "price_reaction": tuple(
        id for id in DEFINITIONS if id.startswith("pricing.") and id.endswith("hazard_ratio")
    ),
}

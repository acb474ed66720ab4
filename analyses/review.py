"""Every analysis of one view together: what exports, slides and the review are made from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeVar

import pandas as pd
from threadpoolctl import threadpool_limits

import analyses.billing_fit
import analyses.churn
import analyses.credit
import analyses.disputes
import analyses.elasticity
import analyses.late_causes
import analyses.late_payments
import analyses.late_signals
import analyses.lifetime_value
import analyses.linkage
import analyses.negative_personas
import analyses.personas
import analyses.poor_experience
import analyses.price_reaction
import analyses.pricing
import analyses.product_fit
import analyses.receivables
import analyses.reminders
import analyses.roi
import analyses.scores
import analyses.unit_economics
import analyses.watchlist
import analyses.working_capital
from analyses.scope import Scope
from models.aging import BOUNDS
from models.backbill import Backbill
from models.billing_fit import BillingFit
from models.cash_forecast import CashForecast, fit_cash_forecast
from models.churn import Churn
from models.churn_definitions import HAZARD_RATIOS
from models.churn_ratios import ChurnRatios
from models.churn_validation import ChurnValidation
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
from models.open_invoices import (
    CashAtRisk,
    PaymentCurves,
    fit_cash_at_risk,
    fit_payment_curves,
)
from models.outlook import Outlook
from models.payment_patterns import PaymentPatterns, fit_payment_patterns
from models.personas import Personas
from models.poor_experience import PoorExperience
from models.price_reaction import PriceReaction
from models.product_fit import ProductFit
from models.receivables import Receivables, fit_receivables
from models.refusal import Refusal
from models.reminders import Reminders
from models.retention import Retention
from models.roi import Roi
from models.scores import Scores
from models.unit_economics import UnitEconomics
from models.watchlist import Watchlist
from models.working_capital import BillingDelays, WorkingCapital
from warehouse.snapshot import MissingTable
from warehouse.workspace import Tables

Found = TypeVar("Found")

__all__ = ["Review", "run"]


@dataclass(frozen=True, eq=False)
class Review:
    """The results of all analyses on one view.

    A result is None where the data cannot carry it; `reasons` then says why.

    Attributes
    ----------
    receivables, patterns, time_to_pay, late_share, cash_at_risk, cash_forecast, personas,
    lifetime_value, product_fit, disputes, credit, working_capital, reminders, scores, linkage,
    poor_experience, roi, elasticity, price_reaction,
    billing_fit
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
    scored_customers : DataFrame or None
        Customers at the as-of date with their chances of leaving; see `analyses.churn`.
    customer_features : DataFrame or None
        What personas were found from; see `analyses.personas.features`.
    scored_invoices : DataFrame or None
        Open invoices with their chances; see `analyses.late_payments.scored_invoices`.
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
    elasticity: Elasticity | None
    price_reaction: PriceReaction | None
    billing_fit: BillingFit | None
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
    "price_reaction": tuple(
        id for id in DEFINITIONS if id.startswith("pricing.") and id.endswith("hazard_ratio")
    ),
}

#: Results that need nothing that another one reads.
ALONE = {
    "credit": analyses.credit.run,
    "product_fit": analyses.product_fit.run,
    "scores": analyses.scores.run,
    "pricing": analyses.pricing.run,
}


def run(
    tables: Tables,
    scope: Scope,
    *,
    buckets: Sequence[int] = BOUNDS,
) -> Review:
    """Run every analysis on one view; one that refuses does not stop the others.

    The rows are read once and shared, so that this costs less than the sum of the pages.
    `buckets` are the upper ends of the aging buckets in days.
    """
    as_of, ours, leaving = scope.as_of, analyses.late_payments, analyses.churn
    ledger = cache(lambda: analyses.receivables.flows(tables, scope))
    owing = cache(lambda: fit_receivables(*ledger(), as_of, buckets=buckets))
    counted = cache(lambda: ours.counts(tables, scope))
    owed = cache(lambda: ours.open_now(tables, scope))
    curves = cache(lambda: fit_payment_curves(counted(), as_of))
    at_issue = cache(lambda: analyses.late_signals.signals(tables, scope))
    early = cache(lambda: analyses.late_signals.run(tables, scope, rows=at_issue()))
    scored = cache(lambda: scored_invoices(tables, scope, curves, owed(), at_issue(), early))
    caused = cache(lambda: late_causes(tables, scope, at_issue(), scored()))
    disputed = cache(lambda: analyses.disputes.rows(tables, scope))
    lives = cache(lambda: analyses.churn.lives(tables, scope))
    features = cache(lambda: analyses.personas.features(tables, scope))
    year = cache(lambda: analyses.unit_economics.flows(tables, scope))
    read = cache(lambda: {"features": features(), "year": year()})
    personas = cache(lambda: analyses.personas.run(tables, scope, rows=features()))
    known = cache(lambda: if_any(personas))
    watched = cache(lambda: leaving.months(tables, scope))
    ahead = cache(lambda: leaving.outlook(tables, scope, learnt=watched()))
    reminded = cache(lambda: analyses.reminders.run(tables, scope))
    fits = {
        "receivables": owing,
        "working_capital": lambda: analyses.working_capital.run(tables, scope, receivables=owing()),
        "billing_delays": lambda: analyses.working_capital.delays(tables, scope),
        "patterns": lambda: fit_payment_patterns(*ledger(), as_of),
        "time_to_pay": lambda: ours.time_to_pay(tables, scope, counted=counted()),
        "late_share": lambda: ours.late_share(tables, scope, counted=counted()),
        "late_signals": early,
        "scored_invoices": scored,
        "late_causes": caused,
        "watchlist": lambda: watchlist(tables, scope, scored(), caused, reminded),
        "cash_at_risk": lambda: fit_cash_at_risk(curves(), owed(), as_of),
        "cash_forecast": lambda: fit_cash_forecast(*ledger(), as_of),
        "disputes": lambda: analyses.disputes.run(tables, scope, read=disputed()),
        "dispute_causes": lambda: analyses.disputes.causes(tables, scope, read=disputed()),
        "reminders": reminded,
        "reminder_policies": lambda: reminder_policies(tables, scope, reminded(), watched),
        "personas": personas,
        "negative_personas": lambda: negative_personas(tables, scope, read(), personas()),
        "unit_economics": lambda: unit_economics(tables, scope, read(), known()),
        "churn": lambda: leaving.run(tables, scope, rows=lives()),
        "retention": lambda: leaving.retention(tables, scope),
        "churn_ratios": lambda: leaving.ratios(tables, scope, learnt=watched()),
        "churn_validation": lambda: leaving.validation(tables, scope, learnt=watched()),
        "scored_customers": lambda: leaving.scored_customers(tables, scope, ahead=ahead()),
        "lifetime_value": lambda: lifetime_value(
            tables, scope, ahead(), known(), {"year": year(), "lives": lives()}
        ),
        **experience(tables, scope, (ahead, watched, year)),
        **pricing(tables, scope, watched, known),
        "customer_features": features,
        **{name: partial(analysis, tables, scope) for name, analysis in ALONE.items()},
    }
    # Thousands of small products of matrices: shared out to threads, each costs twice the time.
    with threadpool_limits(1):
        results, reasons = attempted(fits)
    largest = analyses.receivables.by_customer(tables, scope).to_pandas()
    return Review(scope, tables.reporting_currency, **results, largest=largest, reasons=reasons)


def pricing(
    tables: Tables,
    scope: Scope,
    watched: Callable[[], pd.DataFrame],
    known: Callable[[], Personas | None],
) -> dict[str, Callable[[], Any]]:
    """Analyses of prices, which share what was billed and changed."""
    billed = cache(lambda: analyses.price_reaction.rows(tables, scope))
    answered = cache(lambda: analyses.elasticity.run(tables, scope, changed=billed().get("steps")))
    return {
        "elasticity": answered,
        "price_reaction": lambda: analyses.price_reaction.run(
            tables, scope, read=billed(), learnt=watched(), elasticity=if_found(answered)
        ),
        "billing_fit": lambda: analyses.billing_fit.run(
            tables, scope, billed=billed()["bills"], personas=known()
        ),
    }


def attempted(fits: Mapping[str, Callable[[], Any]]) -> tuple[dict[str, Any], dict[str, str]]:
    """What each of `fits` gives, None where it refuses, and the reasons of those."""
    results, reasons = {}, {}
    for name, fit in fits.items():
        try:
            results[name] = fit()
        # Only what the data cannot carry is a reason; any other error is a fault, and goes on.
        except (Refusal, MissingTable) as refusal:
            results[name], reasons[name] = None, str(refusal)
    return results, reasons


def scored_invoices(
    tables: Tables,
    scope: Scope,
    curves: Callable[[], PaymentCurves],
    owed: pd.DataFrame,
    signals: pd.DataFrame,
    early: Callable[[], LateSignals],
) -> pd.DataFrame:
    """Open invoices with their chances, from what is already read."""
    return analyses.late_payments.scored_invoices(
        tables,
        scope,
        curves=if_found(curves),
        open_rows=owed,
        signals=signals,
        learnt=if_found(early),
    )


def late_causes(
    tables: Tables, scope: Scope, signals: pd.DataFrame, scored: pd.DataFrame
) -> LateCauses:
    """Causes from what is already read."""
    return analyses.late_causes.run(tables, scope, signals=signals, scored=scored)


def watchlist(
    tables: Tables,
    scope: Scope,
    scored: pd.DataFrame,
    caused: Callable[[], LateCauses],
    reminded: Callable[[], Reminders],
) -> Watchlist:
    """The watchlist from what is already read, under the usual assumptions."""
    ours = analyses.watchlist
    known = {"causes": ours.or_why(caused), "reminders": ours.or_why(reminded)}
    return ours.run(tables, scope, scored=scored, **known)


def if_found(find: Callable[[], Found]) -> Found | None:
    """What `find` finds; None where the data cannot carry it."""
    try:
        return find()
    except (Refusal, MissingTable):
        return None


def if_any(find: Callable[[], Personas]) -> Personas | None:
    """The personas that `find` finds; None where it finds none, or cannot tell."""
    personas = if_found(find)
    return personas if personas and personas.count else None


def negative_personas(
    tables: Tables, scope: Scope, read: dict[str, pd.DataFrame], personas: Personas
) -> NegativePersonas:
    """Negative personas from what is already read."""
    rows = analyses.negative_personas.records(tables, scope, **read)
    return analyses.negative_personas.run(tables, scope, rows=rows, personas=personas)


def unit_economics(
    tables: Tables, scope: Scope, read: dict[str, pd.DataFrame], personas: Personas | None
) -> UnitEconomics:
    """Unit economics by persona, or of everyone where there are none."""
    rows = analyses.unit_economics.economics(tables, scope, **read, personas=personas)
    by = ("persona",) if personas else ()
    return analyses.unit_economics.run(tables, scope, rows=rows, by=by)


def experience(
    tables: Tables, scope: Scope, read: tuple[Callable, Callable, Callable]
) -> dict[str, Callable[[], Any]]:
    """Cost of poor experience, what a better one goes with, and what that would bring.

    `read` gives the outlook, the customer-months and the flows of the year.
    """
    ahead, watched, year = read
    ledger = cache(
        lambda: analyses.poor_experience.run(tables, scope, learnt=watched(), year=year())
    )
    linked = cache(lambda: analyses.linkage.run(tables, scope, learnt=watched()))

    def roi() -> Roi:
        given = {"learnt": watched(), "year": year(), "ledger": ledger()}
        return analyses.roi.run(tables, scope, outlook=ahead(), linked=linked, **given)

    return {"poor_experience": ledger, "linkage": linked, "roi": roi}


def reminder_policies(
    tables: Tables, scope: Scope, reminders: Reminders, learnt: Callable[[], pd.DataFrame]
) -> pd.DataFrame:
    """Policies of reminding; without their price in goodwill where that cannot be told."""
    ours = analyses.reminders
    after = if_found(lambda: ours.aftermath(tables, scope, learnt=learnt()))
    return ours.tried(tables, scope, reminders=reminders, aftermath=after)


def lifetime_value(
    tables: Tables,
    scope: Scope,
    outlook: Outlook,
    personas: Personas | None,
    read: dict[str, pd.DataFrame],
) -> LifetimeValue:
    """Lifetime value from what is already read."""
    ours, given = analyses.lifetime_value, {"outlook": outlook, "personas": personas}
    expected = ours.margins(tables, scope, **given, year=read["year"])
    return ours.run(tables, scope, **given, expected=expected, lives=read["lives"])

"""Every analysis of one view together: what exports, slides and the review are made from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, TypeVar

import pandas as pd
from threadpoolctl import threadpool_limits

import analyses.billing_fit
import analyses.churn
import analyses.claims
import analyses.credit
import analyses.disputes
import analyses.elasticity
import analyses.late_causes
import analyses.late_payments
import analyses.late_signals
import analyses.lifetime_value
import analyses.linkage
import analyses.negative_personas
import analyses.overview
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
from analyses.review_results import Review
from analyses.scope import Scope
from models.aging import BOUNDS
from models.cash_forecast import fit_cash_forecast
from models.elasticity import Elasticity
from models.expected_margins import ExpectedMargins
from models.late_causes import LateCauses
from models.late_signals import LateSignals
from models.lifetime_value import LifetimeValue
from models.linkage import Linkage
from models.negative_personas import NegativePersonas
from models.open_invoices import PaymentCurves, fit_cash_at_risk, fit_payment_curves
from models.outlook import Outlook
from models.payment_patterns import fit_payment_patterns
from models.personas import Personas
from models.poor_experience import PoorExperience
from models.receivables import Receivables, fit_receivables
from models.refusal import Refusal
from models.reminders import Reminders
from models.roi import Roi
from models.unit_economics import UnitEconomics
from models.watchlist import Watchlist
from warehouse.snapshot import MissingTable
from warehouse.workspace import Tables

Found = TypeVar("Found")
Fits = dict[str, Callable[[], Any]]

__all__ = ["Progress", "Review", "run"]

Progress = Callable[[float, str], object]

#: Results that need nothing that another one reads.
ALONE = {
    "credit": analyses.credit.run,
    "product_fit": analyses.product_fit.run,
    "scores": analyses.scores.run,
    "pricing": analyses.pricing.run,
    "overview": analyses.overview.run,
    "market": analyses.overview.market,
    "claims": analyses.claims.run,
}


def run(
    tables: Tables,
    scope: Scope,
    *,
    buckets: Sequence[int] = BOUNDS,
    progress: Progress | None = None,
) -> Review:
    """Run every analysis on one view; one that refuses does not stop the others.

    The rows are read once and shared, so that this costs less than the sum of the pages.
    `buckets` are the upper ends of the aging buckets in days. `progress` is told, before each
    analysis, the share of them that is done, and which comes now.
    """
    shared = Shared(tables, scope, buckets)
    alone = {name: partial(analysis, tables, scope) for name, analysis in ALONE.items()}
    # Thousands of small products of matrices: shared out to threads, each costs twice the time.
    with threadpool_limits(1):
        results, reasons = attempted(
            {**cash(shared), **customers(shared), **experience(shared), **prices(shared), **alone},
            progress,
        )
    largest = analyses.receivables.by_customer(tables, scope).to_pandas()
    return Review(scope, tables.reporting_currency, **results, largest=largest, reasons=reasons)


@dataclass(frozen=True, eq=False)
class Shared:
    """What several analyses of one view start from, each made once, when it is first asked for.

    What refuses does so each time it is asked for, so that each analysis that needs it has the
    reason.
    """

    tables: Tables
    scope: Scope
    buckets: Sequence[int]

    @cached_property
    def ledger(self) -> Any:
        return analyses.receivables.flows(self.tables, self.scope)

    @cached_property
    def receivables(self) -> Receivables:
        return fit_receivables(*self.ledger, self.scope.as_of, buckets=self.buckets)

    @cached_property
    def counted(self) -> Any:
        return analyses.late_payments.counts(self.tables, self.scope)

    @cached_property
    def owed(self) -> pd.DataFrame:
        return analyses.late_payments.open_now(self.tables, self.scope)

    @cached_property
    def curves(self) -> PaymentCurves:
        return fit_payment_curves(self.counted, self.scope.as_of)

    @cached_property
    def signals(self) -> pd.DataFrame:
        return analyses.late_signals.signals(self.tables, self.scope)

    @cached_property
    def late_signals(self) -> LateSignals:
        return analyses.late_signals.run(self.tables, self.scope, rows=self.signals)

    @cached_property
    def scored_invoices(self) -> pd.DataFrame:
        return analyses.late_payments.scored_invoices(
            self.tables,
            self.scope,
            curves=if_found(lambda: self.curves),
            open_rows=self.owed,
            signals=self.signals,
            learnt=if_found(lambda: self.late_signals),
        )

    @cached_property
    def late_causes(self) -> LateCauses:
        return analyses.late_causes.run(
            self.tables, self.scope, signals=self.signals, scored=self.scored_invoices
        )

    @cached_property
    def reminders(self) -> Reminders:
        return analyses.reminders.run(self.tables, self.scope)

    @cached_property
    def disputed(self) -> Any:
        return analyses.disputes.rows(self.tables, self.scope)

    @cached_property
    def lives(self) -> pd.DataFrame:
        return analyses.churn.lives(self.tables, self.scope)

    @cached_property
    def features(self) -> pd.DataFrame:
        return analyses.personas.features(self.tables, self.scope)

    @cached_property
    def year(self) -> pd.DataFrame:
        return analyses.unit_economics.flows(self.tables, self.scope)

    @cached_property
    def personas(self) -> Personas:
        return analyses.personas.run(self.tables, self.scope, rows=self.features)

    @cached_property
    def some_personas(self) -> Personas | None:
        """The personas; None where there are none, or the data cannot tell."""
        personas = if_found(lambda: self.personas)
        return personas if personas and personas.count else None

    @cached_property
    def months(self) -> pd.DataFrame:
        return analyses.churn.months(self.tables, self.scope)

    @cached_property
    def outlook(self) -> Outlook:
        return analyses.churn.outlook(self.tables, self.scope, learnt=self.months)

    @cached_property
    def margins(self) -> ExpectedMargins:
        """Of customers, whose peers are those of their persona where there are any."""
        return analyses.lifetime_value.margins(
            self.tables,
            self.scope,
            outlook=self.outlook,
            personas=self.some_personas,
            year=self.year,
        )

    @cached_property
    def poor_experience(self) -> PoorExperience:
        given = {"learnt": self.months, "year": self.year}
        return analyses.poor_experience.run(self.tables, self.scope, **given)

    @cached_property
    def linkage(self) -> Linkage:
        return analyses.linkage.run(self.tables, self.scope, learnt=self.months)

    @cached_property
    def billed(self) -> dict[str, pd.DataFrame]:
        return analyses.price_reaction.rows(self.tables, self.scope)

    @cached_property
    def elasticity(self) -> Elasticity:
        changed = self.billed.get("steps")
        return analyses.elasticity.run(self.tables, self.scope, changed=changed)


def cash(shared: Shared) -> Fits:
    """Analyses of what is owed, when it comes, and what is done about it."""
    view, as_of = (shared.tables, shared.scope), shared.scope.as_of
    ours = analyses.late_payments
    return {
        "receivables": lambda: shared.receivables,
        "working_capital": lambda: analyses.working_capital.run(
            *view, receivables=shared.receivables
        ),
        "billing_delays": lambda: analyses.working_capital.delays(*view),
        "patterns": lambda: fit_payment_patterns(*shared.ledger, as_of),
        "time_to_pay": lambda: ours.time_to_pay(*view, counted=shared.counted),
        "late_share": lambda: ours.late_share(*view, counted=shared.counted),
        "late_signals": lambda: shared.late_signals,
        "scored_invoices": lambda: shared.scored_invoices,
        "late_causes": lambda: shared.late_causes,
        "watchlist": lambda: watchlist(shared),
        "cash_at_risk": lambda: fit_cash_at_risk(shared.curves, shared.owed, as_of),
        "cash_forecast": lambda: fit_cash_forecast(*shared.ledger, as_of),
        "disputes": lambda: analyses.disputes.run(*view, read=shared.disputed),
        "dispute_causes": lambda: analyses.disputes.causes(*view, read=shared.disputed),
        "reminders": lambda: shared.reminders,
        "reminder_policies": lambda: reminder_policies(shared),
    }


def customers(shared: Shared) -> Fits:
    """Analyses of who customers are, whether they stay and what they are worth."""
    view, ours = (shared.tables, shared.scope), analyses.churn
    return {
        "customer_features": lambda: shared.features,
        "personas": lambda: shared.personas,
        "negative_personas": lambda: negative_personas(shared),
        "unit_economics": lambda: unit_economics(shared),
        "churn": lambda: ours.run(*view, rows=shared.lives),
        "retention": lambda: ours.retention(*view),
        "retention_before": lambda: ours.retention_before(*view),
        "churn_ratios": lambda: ours.ratios(*view, learnt=shared.months),
        "churn_validation": lambda: ours.validation(*view, learnt=shared.months),
        "scored_customers": lambda: ours.scored_customers(*view, ahead=shared.outlook),
        "lifetime_value": lambda: lifetime_value(shared),
    }


def experience(shared: Shared) -> Fits:
    """Cost of poor experience, what a better one goes with, and what that would bring."""
    return {
        "poor_experience": lambda: shared.poor_experience,
        "linkage": lambda: shared.linkage,
        "roi": lambda: roi(shared),
    }


def prices(shared: Shared) -> Fits:
    """Analyses of prices, which share what was billed and changed."""
    view = shared.tables, shared.scope
    return {
        "elasticity": lambda: shared.elasticity,
        "price_reaction": lambda: analyses.price_reaction.run(
            *view,
            read=shared.billed,
            learnt=shared.months,
            elasticity=if_found(lambda: shared.elasticity),
        ),
        "billing_fit": lambda: analyses.billing_fit.run(
            *view, billed=shared.billed["bills"], personas=shared.some_personas
        ),
    }


def attempted(
    fits: Mapping[str, Callable[[], Any]], progress: Progress | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """What each of `fits` gives, None where it refuses, and the reasons of those."""
    results, reasons = {}, {}
    for done, (name, fit) in enumerate(fits.items()):
        if progress is not None:
            progress(done / len(fits), name)
        try:
            results[name] = fit()
        # Only what the data cannot carry is a reason; any other error is a fault, and goes on.
        except (Refusal, MissingTable) as refusal:
            results[name], reasons[name] = None, str(refusal)
    return results, reasons


def if_found(find: Callable[[], Found]) -> Found | None:
    """What `find` finds; None where the data cannot carry it."""
    try:
        return find()
    except (Refusal, MissingTable):
        return None


def watchlist(shared: Shared) -> Watchlist:
    """The watchlist under the usual assumptions."""
    ours = analyses.watchlist
    return ours.run(
        shared.tables,
        shared.scope,
        scored=shared.scored_invoices,
        causes=ours.or_why(lambda: shared.late_causes),
        reminders=ours.or_why(lambda: shared.reminders),
    )


def reminder_policies(shared: Shared) -> pd.DataFrame:
    """Policies of reminding; without their price in goodwill where that cannot be told."""
    ours, view, reminders = analyses.reminders, (shared.tables, shared.scope), shared.reminders
    after = if_found(lambda: ours.aftermath(*view, learnt=shared.months))
    return ours.tried(*view, reminders=reminders, aftermath=after)


def negative_personas(shared: Shared) -> NegativePersonas:
    """Who loses money, and why."""
    ours, view = analyses.negative_personas, (shared.tables, shared.scope)
    rows = ours.records(*view, features=shared.features, year=shared.year)
    return ours.run(*view, rows=rows, personas=shared.personas)


def unit_economics(shared: Shared) -> UnitEconomics:
    """Unit economics by persona, or of everyone where there are none."""
    ours, view = analyses.unit_economics, (shared.tables, shared.scope)
    personas = shared.some_personas
    rows = ours.economics(*view, features=shared.features, year=shared.year, personas=personas)
    return ours.run(*view, rows=rows, by=("persona",) if personas else ())


def lifetime_value(shared: Shared) -> LifetimeValue:
    """What customers are still to bring, by persona where there are any."""
    ours, view = analyses.lifetime_value, (shared.tables, shared.scope)
    given = {"outlook": shared.outlook, "personas": shared.some_personas}
    return ours.run(*view, **given, expected=shared.margins, lives=shared.lives)


def roi(shared: Shared) -> Roi:
    """What better experience would bring."""
    return analyses.roi.run(
        shared.tables,
        shared.scope,
        outlook=shared.outlook,
        expected=shared.margins,
        learnt=shared.months,
        year=shared.year,
        ledger=shared.poor_experience,
        linked=lambda: shared.linkage,
    )

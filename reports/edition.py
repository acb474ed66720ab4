"""What a report is about: whose figures, as of when, of which snapshot, and its results."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from charts.wording import date
from models.backbill import Backbill
from models.billing_fit import BillingFit
from models.cash_forecast import CashForecast
from models.claims import Claim, Score
from models.credit import Credit
from models.dispute_causes import DisputeCauses
from models.disputes import Disputes
from models.elasticity import Elasticity
from models.figures import Figure
from models.late_causes import LateCauses
from models.late_payments import TimeToPay
from models.late_share import LateShare
from models.late_signals import LateSignals
from models.lifetime_value import LifetimeValue
from models.linkage import Linkage
from models.negative_personas import NegativePersonas
from models.open_invoices import CashAtRisk
from models.personas import Personas
from models.poor_experience import PoorExperience
from models.price_reaction import PriceReaction
from models.product_fit import ProductFit
from models.receivables import Receivables
from models.reminders import Reminders
from models.roi import Roi
from models.scoreboard import Scoreboard
from models.scores import Scores
from models.unit_economics import UnitEconomics
from models.watchlist import Watchlist
from models.working_capital import BillingDelays, WorkingCapital

__all__ = ["Comment", "Edition", "Results"]

ORDINALS = ("First", "Second", "Third", "Fourth")


class Results(Protocol):
    """What the reports read of `analyses.review.Review`; a result may be None with its reason."""

    receivables: Receivables | None
    working_capital: WorkingCapital | None
    billing_delays: BillingDelays | None
    time_to_pay: TimeToPay | None
    late_signals: LateSignals | None
    late_causes: LateCauses | None
    watchlist: Watchlist | None
    late_share: LateShare | None
    cash_at_risk: CashAtRisk | None
    cash_forecast: CashForecast | None
    disputes: Disputes | None
    dispute_causes: DisputeCauses | None
    credit: Credit | None
    reminders: Reminders | None
    reminder_policies: pd.DataFrame | None
    negative_personas: NegativePersonas | None
    personas: Personas | None
    unit_economics: UnitEconomics | None
    lifetime_value: LifetimeValue | None
    product_fit: ProductFit | None
    scores: Scores | None
    linkage: Linkage | None
    claims: Sequence[tuple[Claim, Score | str]]
    pricing: Backbill | None
    elasticity: Elasticity | None
    price_reaction: PriceReaction | None
    billing_fit: BillingFit | None
    poor_experience: PoorExperience | None
    roi: Roi | None
    largest: pd.DataFrame
    reasons: dict[str, str]

    def figures(self) -> Sequence[Figure]: ...

    def scoreboard(self, targets: pd.DataFrame, shown: Sequence[str] = ...) -> Scoreboard: ...


@dataclass(frozen=True)
class Comment:
    """What somebody wrote on figure or chart `about`, or on one `point` of it, in words."""

    about: str
    text: str
    who: str
    on: dt.date
    point: str = ""


@dataclass(frozen=True)
class Edition:
    """What every page of a report says about itself.

    Attributes
    ----------
    cut : str
        The filters in words; ``All customers`` without any.
    fiscal_year_first_month : int
        1 where the fiscal year is the calendar's.

    Examples
    --------
    >>> import datetime as dt
    >>> edition = Edition("Acme", "20260930-a", dt.date(2026, 9, 30), "EUR")
    >>> edition.quarter
    'Third quarter of 2026'
    """

    company: str
    snapshot: str
    as_of: dt.date
    currency: str
    cut: str = "All customers"
    fiscal_year_first_month: int = 1

    @property
    def quarter(self) -> str:
        """The quarter that `as_of` lies in, in words."""
        first = self.fiscal_year_first_month
        began = self.as_of.year - (self.as_of.month < first)
        year = f"{began}" if first == 1 else f"fiscal year {began}/{(began + 1) % 100:02d}"
        return f"{ORDINALS[self._quarter_index]} quarter of {year}"

    @property
    def label(self) -> str:
        """The quarter in short; a fiscal year is named by the calendar year it ends in.

        >>> Edition("Acme", "a", dt.date(2026, 9, 30), "EUR", fiscal_year_first_month=4).label
        'Q2 FY2027'
        """
        first = self.fiscal_year_first_month
        ends = self.as_of.year + (first > 1 and self.as_of.month >= first)
        return f"Q{self._quarter_index + 1} FY{ends}"

    @property
    def next_quarter_end(self) -> dt.date:
        """The last day of the quarter after that of `as_of`.

        >>> Edition("Acme", "a", dt.date(2026, 9, 30), "EUR").next_quarter_end
        datetime.date(2026, 12, 31)
        """
        months = 5 - (self.as_of.month - self.fiscal_year_first_month) % 3
        start = pd.Timestamp(self.as_of).replace(day=1)
        return (start + pd.DateOffset(months=months) + pd.offsets.MonthEnd(0)).date()

    @property
    def months(self) -> str:
        """The months of the quarter, or how much of it had passed."""
        first_month = (self.fiscal_year_first_month - 1 + 3 * self._quarter_index) % 12 + 1
        year = self.as_of.year - (first_month > self.as_of.month)
        start = pd.Timestamp(year, first_month, 1)
        end = start + pd.DateOffset(months=3, days=-1)
        if pd.Timestamp(self.as_of) < end:
            return f"{date(start)} to {date(self.as_of)}, the quarter so far"
        return f"{start:%B} to {end:%B %Y}"

    @property
    def _quarter_index(self) -> int:
        return (self.as_of.month - self.fiscal_year_first_month) % 12 // 3

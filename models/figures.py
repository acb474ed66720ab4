"""Headline figures and their definitions: the one glossary every page, slide and export prints."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from models.cash_definitions import CASH_DEFINITIONS
from models.churn_definitions import churn_definitions

__all__ = ["COUNTED", "DEFINITIONS", "Definition", "Figure", "Unit", "glossary"]

Unit = Literal["money", "days", "months", "share", "count", "date", "score"]

#: The reason why a figure has no interval where none is wanted.
COUNTED = "Counted, not estimated: there is no interval."

GLOSSARY_FILE = Path(__file__).parents[1] / "docs" / "glossary.md"


@dataclass(frozen=True)
class Definition:
    """What a figure means: one sentence, one formula, and which way is better.

    Attributes
    ----------
    id : str
        ``<analysis>.<figure>``, the name in ``figures.json``.
    unit : str
        ``share`` is 0 to 1 in code; ``score`` is a plain number with its own scale.
    lower_is_better : bool or None
        None where neither direction is good in itself.
    """

    id: str
    label: str
    unit: Unit
    sentence: str
    formula: str
    lower_is_better: bool | None


@dataclass(frozen=True, eq=False)
class Figure:
    """One headline number with its interval, or the reason why there is none.

    Attributes
    ----------
    value : float or None
        In the unit of its definition; None when the data cannot carry an answer.
    low, high : float or None
        Interval; None for a figure that is counted, not estimated.
    n : int
        What the figure was computed from (invoices, unless its formula says otherwise).
    as_of : date
        Nothing later was read.
    reason : str or None
        Why there is no value or no interval, or what to know of the interval.
    confidence : float or None
        Level of the interval; None without one.

    Examples
    --------
    >>> import datetime as dt
    >>> share = Figure("late_payments.late_share", 0.25, 0.1, 0.5, 40, dt.date(2025, 6, 30))
    >>> share.label, share.unit
    ('Late share', 'share')
    """

    id: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    as_of: dt.date
    reason: str | None = None
    confidence: float | None = None

    def __post_init__(self):
        if self.id not in DEFINITIONS:
            raise ValueError(
                f"The figure '{self.id}' has no definition, so nobody could tell what it means. "
                "Add it to DEFINITIONS in models/figures.py."
            )

    @property
    def label(self) -> str:
        return DEFINITIONS[self.id].label

    @property
    def unit(self) -> Unit:
        return DEFINITIONS[self.id].unit

    @property
    def definition(self) -> str:
        return DEFINITIONS[self.id].sentence

    @property
    def formula(self) -> str:
        return DEFINITIONS[self.id].formula


def glossary() -> str:
    """Return the glossary page: one section an analysis, one sentence and one formula a figure."""
    lines = [
        "# Glossary",
        "",
        "Written by `python -m models.figures`; edit `models/figures.py`, not this file.",
        "Shares are 0 to 1 in data and exports and percent on screen; money is in the reporting",
        "currency; every figure reads nothing that happened after its as-of date.",
    ]
    section = None
    for definition in DEFINITIONS.values():
        analysis = definition.id.split(".")[0]
        if analysis != section:
            section = analysis
            lines += ["", f"## {analysis.replace('_', ' ').capitalize()}"]
        lines += [
            "",
            f"### {definition.label}",
            "",
            definition.sentence,
            "",
            f"Formula: {definition.formula}",
            "",
            f"`{definition.id}`, {definition.unit}, {direction(definition)}; "
            f"computed in `models/{home(definition.id)}.py`.",
        ]
    return "\n".join(lines) + "\n"


#: Figures that are not computed in the module of their id's first part. The ids stay as they
#: are, because files that were written and links that were sent have them.
HOMES: Mapping[str, str] = MappingProxyType(
    {
        "late_payments.late_share": "late_share",
        "late_payments.cash_at_risk": "open_invoices",
        "late_payments.expected_cash_13w": "cash_forecast",
        "late_payments.auc": "late_signals",
        "late_payments.ece": "late_signals",
        "personas.negative_share": "negative_personas",
        "churn.logo_churn_12m": "retention",
        "churn.revenue_churn_12m": "retention",
        "churn.revenue_churn_price_billing_12m": "retention",
        "churn.nrr": "retention",
        "churn.grr": "retention",
        "churn.uno_c": "churn_validation",
    }
)


def home(figure_id: str) -> str:
    """Module of `models` that computes a figure.

    >>> home("receivables.dso"), home("late_payments.cash_at_risk")
    ('receivables', 'open_invoices')
    """
    if figure_id.startswith("churn.hazard_ratio."):
        return "churn_ratios"
    return HOMES.get(figure_id, figure_id.split(".")[0])


def direction(definition: Definition) -> str:
    return {True: "lower is better", False: "higher is better", None: "neither way is better"}[
        definition.lower_is_better
    ]


DEFINITIONS: Mapping[str, Definition] = MappingProxyType(
    {
        definition.id: definition
        for definition in (
            Definition(
                "receivables.open_amount",
                "Open receivables",
                "money",
                "What customers still owe on issued invoices; cash not yet matched to an invoice "
                "is shown beside it, not taken off.",
                "billed - paid - credited - written off, up to the as-of date, at that month's "
                "exchange rate",
                True,
            ),
            Definition(
                "receivables.overdue_amount",
                "Overdue receivables",
                "money",
                "The part of open receivables whose due date has passed.",
                "open receivables with due date before the as-of date",
                True,
            ),
            Definition(
                "receivables.dso",
                "Days sales outstanding (count-back)",
                "days",
                "How many days of the most recent sales the open receivables stand for; growth "
                "and seasons do not move it.",
                "going back month by month from the as-of date: while receivables exceed the "
                "month's sales, subtract them and add the month's days; then add the fraction "
                "of the month that is left",
                True,
            ),
            Definition(
                "receivables.dso_simple",
                "Days sales outstanding (simple)",
                "days",
                "Open receivables in days of average sales of the period (3 months unless said "
                "otherwise); it rises and falls with growth and seasons.",
                "open receivables / sales of the period x days of the period",
                True,
            ),
            Definition(
                "receivables.dso_best_possible",
                "Best possible days sales outstanding",
                "days",
                "What simple days sales outstanding would be if nobody paid late.",
                "open receivables not yet due / sales of the period x days of the period",
                True,
            ),
            Definition(
                "receivables.average_days_delinquent",
                "Average days delinquent",
                "days",
                "How many days of sales are tied up only because customers pay after the due date.",
                "simple days sales outstanding - best possible days sales outstanding",
                True,
            ),
            Definition(
                "receivables.cei",
                "Collection effectiveness index",
                "score",
                "Of what could have been collected in the period, the part that was, from 0 to "
                "100. What was credited or written off leaves the balance without being paid, and "
                "counts as collected here; it is not in cash-flow velocity.",
                "(opening + sales of the whole period - closing) / (opening + sales of the whole "
                "period - closing not yet due) x 100, balances at the closing exchange rate",
                False,
            ),
            Definition(
                "receivables.cash_flow_velocity",
                "Cash-flow velocity (turns a year)",
                "score",
                "How many times a year receivables turn into cash.",
                "cash received on invoices in the period / mean of opening and closing "
                "receivables x 365 / days of the period",
                False,
            ),
            Definition(
                "receivables.growth",
                "Receivables growth beyond sales",
                "share",
                "How much faster open receivables grew in twelve months than sales did; above "
                "zero is a red flag.",
                "(receivables / receivables 12 months before - 1) - (sales of the period / sales "
                "of the same period 12 months before - 1), both at today's exchange rate",
                True,
            ),
            Definition(
                "late_payments.late_share",
                "Late share",
                "share",
                "Of the invoices paid or past due, the share paid after, or still open past, the "
                "due date; void invoices are left out, written-off ones count as unpaid.",
                "(paid after due + unpaid past due) / (paid + unpaid past due), interval "
                "robust to several invoices of one customer",
                True,
            ),
            Definition(
                "late_payments.paid_by_60",
                "Paid within 60 days",
                "share",
                "The share of invoices paid by the 60th day after issue, with open invoices "
                "counted up to their present age.",
                "cumulative incidence of payment at day 60 (Aalen-Johansen; void and written "
                "off are ends of their own, open is censored)",
                False,
            ),
            Definition(
                "late_payments.median_days_to_pay",
                "Median days to pay",
                "days",
                "The day after issue by which half of all invoices are paid.",
                "first day on which the cumulative incidence of payment reaches one half",
                True,
            ),
            Definition(
                "late_payments.cash_at_risk",
                "Cash at risk",
                "money",
                "The open amount expected to be unpaid still when the grace period after the due "
                "date has passed; what no invoice was watched long enough to tell counts as "
                "unpaid, and as paid in the low end of the interval.",
                "sum over open invoices of open amount x P(unpaid at due date + grace days | "
                "still open at its age)",
                True,
            ),
            Definition(
                "late_payments.expected_cash_13w",
                "Cash expected in 13 weeks",
                "money",
                "Cash expected in the next 13 weeks on invoices already issued; invoices not yet "
                "issued are not in it.",
                "sum over open amounts of P(paid within 13 weeks | still open at its age), "
                "amount-weighted by payment terms",
                False,
            ),
            Definition(
                "late_payments.auc",
                "Order of late-payment chances (AUC)",
                "score",
                "How often, of an invoice that was paid late and one that was not, the late one "
                "had been given the higher chance on the day it was issued; 0.5 is a coin, 1 is "
                "never wrong.",
                "area under the ROC curve on invoices issued in the last three tenths of the time, "
                "of customers not learnt from, with what was known at issue; interval robust to "
                "several invoices of one customer",
                False,
            ),
            Definition(
                "late_payments.ece",
                "Error of late-payment chances",
                "share",
                "How far the given chances of late payment are from the shares that then were "
                "late, on average.",
                "mean over ten groups of equal size of |mean chance - share late| on the same "
                "invoices (expected calibration error), interval by drawing customers anew",
                True,
            ),
            Definition(
                "late_causes.process_share",
                "Late through a process",
                "share",
                "The expected share of the late invoices of a year that are held up on their way "
                "through our process or the customer's, and not for want of will or money: the "
                "part that is cheapest to mend.",
                "mean over invoices due in the last 12 months and late of P(process | evidence), "
                "interval robust to several invoices of one customer",
                True,
            ),
            *(Definition(*words) for words in CASH_DEFINITIONS["disputes"]),
            Definition(
                "personas.count",
                "Personas",
                "count",
                "How many groups of customers who behave alike there are; none where the data "
                "show no groups.",
                "Gaussian mixture on behaviours; number of groups by BIC, where BIC and the gap "
                "statistic both ask for more than one",
                None,
            ),
            Definition(
                "personas.negative_share",
                "Customers in negative personas",
                "share",
                "The share of customers who belong to a persona of which more than eight in ten "
                "lose money after what winning and serving them costs; 0 where no persona does.",
                "customers of personas whose low end of P(lifetime value - acquisition - "
                "onboarding < 0), among customers held out, exceeds 0.8 / customers",
                True,
            ),
            Definition(
                "unit_economics.cac",
                "Cost to win a customer (CAC)",
                "money",
                "What winning one customer cost on average; customers without a recorded cost are "
                "left out, not counted as won for nothing.",
                "sum of acquisition cost / number of customers with one, at the as-of month's "
                "exchange rate",
                True,
            ),
            Definition(
                "unit_economics.ltv_to_cac",
                "Lifetime value to cost of winning (LTV:CAC)",
                "score",
                "What a new customer is expected to bring within the horizon, for each unit spent "
                "on winning it, counted from the day it is won, by how long customers have stayed "
                "from that day on; a rule of thumb asks for 3, which is not a test here.",
                "(sum over months t below the horizon (36 unless said otherwise) of contribution a "
                "month x P(still there after t months) / (1 + monthly discount)^t - onboarding "
                "cost) / cost to win a customer",
                False,
            ),
            Definition(
                "unit_economics.payback_months",
                "Months until a customer has paid for itself",
                "months",
                "Months of contribution that repay winning and setting up a customer, counting "
                "that some leave before; there is none where it never happens.",
                "smallest n with sum over t < n of contribution a month x P(still there after t "
                "months) >= acquisition + onboarding cost",
                True,
            ),
            Definition(
                "unit_economics.acquire_to_keep",
                "Cost to win, for each unit spent on keeping",
                "score",
                "What winning and setting up a customer costs, relative to serving, supporting and "
                "reminding one for a year: this company's own figure.",
                "(acquisition + onboarding cost of a customer) / (service + support + reminder "
                "cost of a customer and year)",
                None,
            ),
            *(Definition(*words) for words in churn_definitions()),
            Definition(
                "lifetime_value.portfolio",
                "Lifetime value of all customers",
                "money",
                "What the customers of today are expected to bring in the next 36 months (unless "
                "said otherwise) after all costs, bad debt and the cost of waiting for their "
                "money, discounted to today; who may leave counts by the chance of staying. It is "
                "what is left to come from those who are there, not what winning one is worth, "
                "which LTV:CAC says.",
                "sum over customers and months ahead t of monthly contribution after financing x "
                "P(there during t) / (1 + yearly rate)^((t - 1/2) / 12)",
                False,
            ),
            Definition(
                "lifetime_value.mean",
                "Lifetime value of a customer",
                "money",
                "What a customer of today is expected to bring on average, on the same terms.",
                "lifetime value of all customers / number of customers",
                False,
            ),
            Definition(
                "product_fit.success_rate",
                "Success in the first year",
                "share",
                "Of the times a customer began with a product, the share in which it was still a "
                "customer a year later and had left more than it cost.",
                "starts with the customer still there after 365 days and invoiced less cost of "
                "goods and support above zero / starts at least 365 days old, interval robust to "
                "several products of one customer",
                False,
            ),
        )
    }
)

if __name__ == "__main__":
    GLOSSARY_FILE.write_text(glossary(), encoding="utf-8")
